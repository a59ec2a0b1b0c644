// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_HPP
#define TAILOR_EVALUATION_HPP

#include "evaluation/cross_validation.hpp"
#include "evaluation/outer_progress.hpp"
#include "evaluation/protocols.hpp"
#include "evaluation/ranking.hpp"
#include "evaluation/ratings.hpp"
#include "evaluation/search.hpp"
#include "evaluation/search_space.hpp"
#include "evaluation/split.hpp"
#include "evaluation/tune.hpp"

#endif
