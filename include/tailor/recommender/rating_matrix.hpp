// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_RATING_MATRIX_HPP
#define TAILOR_RECOMMENDER_RATING_MATRIX_HPP

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/expression.hpp"
#include "../core/index.hpp"
#include "item_knn.hpp"
#include "recommend.hpp"
#include "user_knn.hpp"

namespace tailor {
inline namespace v0 {

/// Whose similarity decides: that of users, or that of items.
enum class based_on { users, items };

/// The best unrated items for one user of a small matrix of ratings, straight from the matrix. An item scores the mean
/// of the ratings of the users who rated it, weighted by their cosine similarity to this user over all values
/// (`based_on::users`), or the same over the user's own rated items (`based_on::items`). An item that no similar user
/// rated is left out.
///
///     for (auto [item, score] : tailor::recommend(R, 0)) …
///
/// To ask more than once, fit `recommender::user_knn` or `item_knn`: this fits one on every call.
/// @param R     [n_users, n_items], any xtensor expression of numbers; 0 = not rated
/// @param user  row of R
/// @throws shape_error unless R is a matrix; value_error for a user past the last, n = 0, no rating at all, or one that
///         is not finite
template <class E>
recommender::recommendation_list<std::size_t, double> recommend(const E& R, std::size_t user, std::size_t n = 5,
                                                                based_on what = based_on::users);

// ---------------------------------------------------------------------------------------------------------------------

namespace recommender {
namespace detail {

/// `tailor::recommend` behind the door.
template <class T>
recommendation_list<std::size_t, T> recommend_from(const data::csr_matrix<T>& ratings, std::size_t user, std::size_t n,
                                                   based_on what) {
  data::require_finite(ratings.view(), "R");
  require(ratings.nnz() > 0, "R", "at least one rating",
          "none in " + show_shape({ratings.n_rows(), ratings.n_columns()}));
  require(user < ratings.n_rows(), "user", "a row of R, below " + show(ratings.n_rows()), user);
  require(n >= 1, "n", "at least 1", n);
  basic_knn_options<similarity::cosine> options;
  options.mode = knn_mode::ratings;
  options.k = (std::max)(ratings.n_rows(), ratings.n_columns());  // everybody is a neighbour
  recommend_options which;
  which.n = n;

  const auto pick = [&](auto model) {
    std::vector<recommendation<std::size_t, T>> plain;
    for (const auto& one : recommender::recommend(model.fit(ratings, run_options{1, {}}), user_index(user), which))
      plain.push_back({one.item.at(), one.score});
    return recommendation_list<std::size_t, T>(std::move(plain), n);
  };
  return what == based_on::users ? pick(basic_user_knn<T, similarity::cosine>(options))
                                 : pick(basic_item_knn<T, similarity::cosine>(options));
}

}  // namespace detail
}  // namespace recommender

template <class E>
recommender::recommendation_list<std::size_t, double> recommend(const E& R, std::size_t user, std::size_t n,
                                                                based_on what) {
  return recommender::detail::recommend_from(data::csr_matrix<double>::from_dense(R, "R"), user, n, what);
}

}  // namespace v0
}  // namespace tailor

#endif
