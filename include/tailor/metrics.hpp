// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_HPP
#define TAILOR_METRICS_HPP

#include "metrics/calibration.hpp"
#include "metrics/classification.hpp"
#include "metrics/comparison.hpp"
#include "metrics/curves.hpp"
#include "metrics/diversity.hpp"
#include "metrics/interval.hpp"
#include "metrics/ranking.hpp"
#include "metrics/rating.hpp"
#include "metrics/reliability.hpp"

#endif
