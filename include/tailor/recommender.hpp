// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_HPP
#define TAILOR_RECOMMENDER_HPP

#include "recommender/any_scorer.hpp"
#include "recommender/baseline.hpp"
#include "recommender/biases.hpp"
#include "recommender/buy_again.hpp"
#include "recommender/co_clustering.hpp"
#include "recommender/item_knn.hpp"
#include "recommender/item_weights.hpp"
#include "recommender/pipeline.hpp"
#include "recommender/popularity.hpp"
#include "recommender/random_baseline.hpp"
#include "recommender/rating_matrix.hpp"
#include "recommender/recommend.hpp"
#include "recommender/rp3beta.hpp"
#include "recommender/scorer.hpp"
#include "recommender/slope_one.hpp"
#include "recommender/user_knn.hpp"

#endif
