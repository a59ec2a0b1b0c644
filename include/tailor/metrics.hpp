// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_HPP
#define TAILOR_METRICS_HPP

#include "metrics/ranking.hpp"
#include "metrics/rating.hpp"

#endif
