// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_ITEM_WEIGHTS_HPP
#define TAILOR_RECOMMENDER_ITEM_WEIGHTS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/index.hpp"
#include "../core/span.hpp"
#include "../core/top_k.hpp"
#include "../data/csr_matrix.hpp"
#include "../similarity/neighbours.hpp"
#include "recommend.hpp"
#include "scorer.hpp"

// What models that rank by a matrix of weights W, items × items, have in common: score(i) = Σ r_j W_ji over the user's
// items j. The matrix is kept by the rows of j, sparse: `weights[j]` lists the items i that j speaks for, best first.

namespace tailor {
inline namespace v0 {
namespace recommender {
namespace detail {

/// @throws shape_error unless there is a list for each item
template <class T>
void check_loaded(const similarity::neighbour_lists<T>& weights, std::size_t n_items) {
  require<shape_error>(weights.size() == n_items, "weights", show(n_items) + " lists, one an item", weights.size());
}

/// The scores of all items; parts that add up to 0 are none. O(n_items + the lengths of the history's lists).
template <class T>
void score_by_weights(const similarity::neighbour_lists<T>& weights, data::row_view<T> history, span<T> out) {
  std::fill(out.begin(), out.end(), T{});
  for (std::size_t j = 0; j < history.size(); ++j) {
    const T value = history.values[j];
    for (const scored<T>& one : weights[history.columns[j]]) out[one.index] += value * one.score;
  }
  std::transform(out.begin(), out.end(), out.begin(), [](T score) { return score == T{} ? unscored<T> : score; });
}

/// The user's own items that make up the score of `item`.
template <class T>
explanation<T> explain_by_weights(const similarity::neighbour_lists<T>& weights, data::row_view<T> history,
                                  item_index item) {
  explanation<T> why;
  why.score = T{};
  for (std::size_t j = 0; j < history.size(); ++j)
    for (const scored<T>& one : weights[history.columns[j]])
      if (one.index == item.value()) {
        const T contribution = history.values[j] * one.score;
        why.reasons.push_back({history.columns[j], one.score, history.values[j], contribution});
        why.score += contribution;
      }
  if (why.score == T{}) return {};
  sort_reasons(why);
  return why;
}

/// The first `n` of the items that `item` speaks for, best first; only weights above 0.
/// @throws value_error for n = 0
template <class T>
recommendation_list<item_index, T> similar_by_weights(const similarity::neighbour_lists<T>& weights, item_index item,
                                                      std::size_t n) {
  require(n >= 1, "similar_items: n", "at least 1", n);
  std::vector<recommendation<item_index, T>> picks;
  for (const scored<T>& one : weights[item.at()]) {
    if (picks.size() == n || !(one.score > T{})) break;
    picks.push_back({item_index(one.index), one.score});
  }
  return {std::move(picks), n};
}

}  // namespace detail

/// What a model that is nothing but such a matrix inherits instead of `scorer_base`: its `learn` fills `weights_`.
template <class Model, class T>
class item_weights_base : public scorer_base<Model, T> {
 public:
  /// W by rows: for every item those that it speaks for, best first.
  const similarity::neighbour_lists<T>& weights() const noexcept { return weights_; }

  /// The user's own items that make up the score of `item`.
  explanation<T> explain(user_index user, item_index item) const { return explain(this->history(user), item); }
  explanation<T> explain(data::row_view<T> history, item_index item) const {
    this->check_history(history);
    this->check_item(item);
    return detail::explain_by_weights(weights_, history, item);
  }

  /// The `n` items that `item` speaks for most, best first, ties to the lower index; only weights above 0.
  /// @throws value_error for an unknown item or n = 0; not_fitted_error
  recommendation_list<item_index, T> similar_items(item_index item, std::size_t n = 10) const {
    this->check_item(item);
    return detail::similar_by_weights(weights_, item, n);
  }

  /// After a load. @throws value_error, shape_error
  void loaded() const {
    scorer_base<Model, T>::loaded();
    detail::check_loaded(weights_, this->n_items());
  }

 protected:
  /// The part of a model's `archive` that is here and in `scorer_base`.
  template <class A>
  void archive_weights(A& a) {
    this->archive_data(a);
    a("weights", weights_);
  }

  void score_history(data::row_view<T> history, span<T> out) const { detail::score_by_weights(weights_, history, out); }

  similarity::neighbour_lists<T> weights_;
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
