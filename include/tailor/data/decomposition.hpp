// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_DECOMPOSITION_HPP
#define TAILOR_DATA_DECOMPOSITION_HPP

#include "nmf.hpp"
#include "pca.hpp"
#include "randomized_svd.hpp"
#include "truncated_svd.hpp"

#endif
