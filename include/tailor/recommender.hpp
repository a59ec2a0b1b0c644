// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_HPP
#define TAILOR_RECOMMENDER_HPP

#include "recommender/any_scorer.hpp"
#include "recommender/item_knn.hpp"
#include "recommender/pipeline.hpp"
#include "recommender/popularity.hpp"
#include "recommender/rating_matrix.hpp"
#include "recommender/recommend.hpp"
#include "recommender/scorer.hpp"
#include "recommender/user_knn.hpp"

#endif
