// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_ITEM_KNN_HPP
#define TAILOR_RECOMMENDER_ITEM_KNN_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/loaded.hpp"
#include "../core/top_k.hpp"
#include "../data/csr_matrix.hpp"
#include "../fwd.hpp"
#include "../similarity/neighbours.hpp"
#include "item_weights.hpp"
#include "knn_options.hpp"
#include "rating_scale.hpp"
#include "recommend.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// Customers who chose this also chose: items are scored by how similar they are to what the user has.
///
/// To rank (`knn_mode::top_n`): score(i) = Σ r_j sim(j, i) over the user's items j that have i among their k most
/// similar items; implicit's ItemItemRecommender, but that an item takes none of its own k places (its K is our k + 1).
/// To predict (`knn_mode::ratings`): rating(i) = level of i + Σ sim(i, j) z_j / Σ sim(i, j) over the k most similar of
/// the user's items j; Surprise's four k-NN models with user_based = False. Only similarities above 0 count. An item
/// that is similar to none of the user's, or whose parts add up to 0 to rank by, has no score; `predict` falls back as
/// Surprise does.
///
/// Memory: n_items · k pairs to rank; to predict, all pairs of items that a user has in common (as Surprise's matrix,
/// but without the pairs of similarity 0).
template <class T, class Measure>
class basic_item_knn : public scorer_base<basic_item_knn<T, Measure>, T> {
  using base = scorer_base<basic_item_knn<T, Measure>, T>;
  friend base;

 public:
  using options_type = basic_knn_options<Measure>;

  /// @throws value_error when no data could make the options right
  explicit basic_item_knn(options_type options = {}) : options_(std::move(options)) { detail::check(options_); }

  const options_type& options() const noexcept { return options_; }
  data::duplicates duplicate_policy() const noexcept {
    return options_.mode == knn_mode::ratings ? data::duplicates::last : data::duplicates::sum;
  }

  /// The similar items of every item, best first.
  const similarity::neighbour_lists<T>& neighbours() const noexcept { return neighbours_; }

  /// Ratings within the range of those seen, one for each of `items`, whatever is known of them: without similar items
  /// the item's level, for an item or a history without ratings the mean of all.
  /// @param out  as long as `items`
  /// @throws value_error in top-N mode
  void predict(user_index user, span<const item_index> items, span<T> out) const {
    predict(this->history(user), items, out);
  }
  void predict(data::row_view<T> history, span<const item_index> items, span<T> out) const;
  T predict(user_index user, item_index item) const {
    T rating;
    predict(user, span<const item_index>(&item, 1), span<T>(&rating, 1));
    return rating;
  }

  /// The user's own items that make up the score of `item`.
  explanation<T> explain(user_index user, item_index item) const { return explain(this->history(user), item); }
  explanation<T> explain(data::row_view<T> history, item_index item) const;

  /// The `n` most similar items, best first, ties to the lower index; only similarities above 0, and in top-N mode no
  /// more than k.
  recommendation_list<item_index, T> similar_items(item_index item, std::size_t n = 10) const {
    this->check_item(item);
    return detail::similar_by_weights(neighbours_, item, n);
  }

  static constexpr const char* saved_as = "tailor.recommender.item_knn";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_data(a);
    a("neighbours", neighbours_);
    if (options_.mode != knn_mode::ratings) return;
    a("levels", levels_);
    a("is_rated", item_is_rated_);
  }
  void loaded() const {
    base::loaded();
    detail::check_loaded(neighbours_, this->n_items());
    if (options_.mode != knn_mode::ratings || !this->is_fitted()) return;
    levels_.check_loaded(this->n_items(), this->n_users(), false, options_.centre);
    tailor::detail::require_loaded(item_is_rated_, this->n_items(), "is_rated");
  }

 private:
  void learn(const run_options& run) {
    data::csr_matrix<T> item_users = data::transpose(this->user_items(), run);
    if (options_.mode == knn_mode::ratings) {
      levels_ =
          detail::levels_of(item_users.view(), this->user_items().view(), options_.centre, options_.biases, false, run);
      item_is_rated_.resize(item_users.n_rows());
      for (std::size_t i = 0; i < item_users.n_rows(); ++i) item_is_rated_[i] = !item_users.row(i).empty();
    }
    const std::size_t k = options_.mode == knn_mode::ratings ? (std::max)(this->n_items(), std::size_t{1}) : options_.k;
    if (options_.weight == data::weighting::none) {
      compare(item_users.view(), this->user_items().view(), k, run);
    } else {
      data::count_weighting weighting(options_.weight, options_.bm25_k1, options_.bm25_b);
      weighting.fit(item_users.view());
      const data::csr_matrix<T> weighted = weighting.apply(std::move(item_users));
      compare(weighted.view(), data::transpose(weighted, run).view(), k, run);
    }
  }

  void compare(data::csr_view<T> rows, data::csr_view<T> transposed, std::size_t k, const run_options& run) {
    detail::visit_measure(options_, [&](const auto& measure) {
      neighbours_ = similarity::neighbours(rows, transposed, measure, k, run);
    });
  }

  void score_history(data::row_view<T> history, span<T> out) const {
    if (options_.mode == knn_mode::ratings) {
      const T own = user_level(history);
      const voters mine(*this, history);
      std::vector<detail::vote<T>> votes;
      for (std::uint32_t item = 0; item < out.size(); ++item) {
        mine.gather(item, votes);
        out[item] = votes.size() < options_.min_k ? unscored<T> : rating(own, item, votes);
      }
    } else {
      detail::score_by_weights(neighbours_, history, out);
    }
  }

  /// A user's items, each with its rating in units of the item's own level.
  class voters {
   public:
    voters(const basic_item_knn& model, data::row_view<T> history)
        : model_(model), z_(model.n_items()), votes_(model.n_items(), false) {
      const T own = model.user_level(history);
      for (std::size_t h = 0; h < history.size(); ++h) {
        const std::uint32_t j = history.columns[h];
        const detail::level<T>& level = model.levels_.rows[j];
        z_[j] = (history.values[h] - level.centre - own) / level.scale;
        votes_[j] = true;
      }
    }

    /// The k most similar to `item`: the first of its list that the user has.
    void gather(std::uint32_t item, std::vector<detail::vote<T>>& votes) const {
      votes.clear();
      for (const scored<T>& one : model_.neighbours_[item]) {
        if (!votes_[one.index]) continue;
        votes.push_back({one.score, z_[one.index], one.index});
        if (votes.size() == model_.options_.k) return;
      }
    }

   private:
    const basic_item_knn& model_;
    std::vector<T> z_;
    std::vector<bool> votes_;
  };

  /// What a user adds to every rating: their bias, where the baseline is taken off.
  T user_level(data::row_view<T> history) const {
    return options_.centre == centring::baseline ? user_bias(levels_.known, history, options_.biases) : T{};
  }

  T rating(T own, std::uint32_t item, const std::vector<detail::vote<T>>& votes) const {
    return levels_.rows[item].centre + own + levels_.rows[item].scale * detail::tally<T>(votes).mean();
  }

  options_type options_;
  similarity::neighbour_lists<T> neighbours_;
  detail::rating_levels<T> levels_;
  std::vector<bool> item_is_rated_;  // ratings mode
};

// ---------------------------------------------------------------------------------------------------------------------

template <class T, class Measure>
void basic_item_knn<T, Measure>::predict(data::row_view<T> history, span<const item_index> items, span<T> out) const {
  this->check_history(history);
  if (options_.mode != knn_mode::ratings)
    throw value_error(describe("item_knn::predict", "knn_mode::ratings", "knn_mode::top_n, which only ranks"));
  require<shape_error>(out.size() == items.size(), "out", show(items.size()) + " places, one an item", out.size());
  for (const item_index item : items) this->check_item(item);

  const T own = user_level(history);
  const voters mine(*this, history);
  std::vector<detail::vote<T>> votes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::uint32_t item = items[i].value();
    mine.gather(item, votes);
    if (votes.size() >= options_.min_k)
      out[i] = levels_.clipped(rating(own, item, votes));
    else
      out[i] = levels_.clipped(levels_.fallback(levels_.rows[item], own, history.empty() || !item_is_rated_[item]));
  }
}

template <class T, class Measure>
explanation<T> basic_item_knn<T, Measure>::explain(data::row_view<T> history, item_index item) const {
  this->check_history(history);
  this->check_item(item);
  if (options_.mode != knn_mode::ratings) return detail::explain_by_weights(neighbours_, history, item);

  explanation<T> why;
  const auto value_of = [&](std::uint32_t j) {
    const auto at = std::lower_bound(history.columns.begin(), history.columns.end(), j);
    return history.values[static_cast<std::size_t>(at - history.columns.begin())];
  };
  const T own = user_level(history);
  std::vector<detail::vote<T>> votes;
  voters(*this, history).gather(item.value(), votes);
  if (votes.size() < options_.min_k) return why;
  why.score = rating(own, item.value(), votes);
  why.base = levels_.rows[item.at()].centre + own;
  const detail::tally<T> sum(votes);
  for (const detail::vote<T>& one : votes)
    why.reasons.push_back({one.row, one.similarity, value_of(one.row),
                           levels_.rows[item.at()].scale * one.similarity * one.z / sum.similarity});
  detail::sort_reasons(why);
  return why;
}

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
