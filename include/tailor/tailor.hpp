// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TAILOR_HPP
#define TAILOR_TAILOR_HPP

// Everything. A program that is compiled often includes the components it uses.

#include "core.hpp"
#include "data.hpp"
#include "evaluation.hpp"
#include "fwd.hpp"
#include "metrics.hpp"
#include "mlp.hpp"
#include "recommender.hpp"
#include "similarity.hpp"
#include "version.hpp"

#endif
