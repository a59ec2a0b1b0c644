// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_HPP
#define TAILOR_EVALUATION_HPP

#include "evaluation/protocols.hpp"
#include "evaluation/split.hpp"

#endif
