// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_RATING_MODEL_HPP
#define TAILOR_RECOMMENDER_RATING_MODEL_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/index.hpp"
#include "../core/loaded.hpp"
#include "../core/progress.hpp"
#include "../core/span.hpp"
#include "../data/csr_matrix.hpp"
#include "scorer.hpp"

// What models share that do nothing but predict ratings, and what is known of ratings taken together.

namespace tailor {
inline namespace v0 {
namespace recommender {
namespace detail {

/// The mean of some ratings, 0 of none.
template <class T>
double mean_of(span<const T> ratings) {
  double total = 0;
  for (const T rating : ratings) total += static_cast<double>(rating);
  return ratings.empty() ? 0.0 : total / static_cast<double>(ratings.size());
}

/// @throws value_error for ratings so large that sums of their differences would not be finite
template <class T>
void require_addable(span<const T> ratings, std::string_view name) {
  double total = 0;
  for (const T rating : ratings) total += std::abs(static_cast<double>(rating));
  require(total <= static_cast<double>(std::numeric_limits<T>::max()) / 8, name, "ratings that can be added up",
          "their sum overflows");
}

/// The range of the ratings seen, which predictions stay in.
template <class T>
struct rating_range {
  T lowest{}, highest{};

  T clipped(T rating) const noexcept { return (std::min)(highest, (std::max)(lowest, rating)); }

  void loaded() const {
    require(std::isfinite(lowest) && std::isfinite(highest) && lowest <= highest, "lowest",
            "a finite number up to highest, " + show(highest), lowest);
  }
};

template <class T>
rating_range<T> range_of(span<const T> ratings) {
  const auto [lowest, highest] = std::minmax_element(ratings.begin(), ratings.end());
  return {*lowest, *highest};
}

/// A scorer whose scores are ratings: `predict` is the score, kept within the range of the ratings seen, and a rating
/// for those items too that have no score. Of several ratings of one user and item the last counts.
///
/// `Model` provides, with it and `scorer_base` as friends,
///   void train(const run_options&)                       from `user_items()`, with the members below at hand
///   auto somebody(user_index), somebody(row_view<T>)     what it knows of a user, and of anybody with that history
///   T rating(const somebody&, std::uint32_t item)        not yet clipped, for every item
/// and may provide `void score_somebody(const somebody&, span<T> out)`; else every item that has a rating scores it.
template <class Model, class T>
class rating_model : public scorer_base<Model, T> {
 public:
  data::duplicates duplicate_policy() const noexcept { return data::duplicates::last; }

  /// Ratings within the range of those seen, one for each of `items`, whatever is known of them.
  /// @param out  as long as `items`
  /// @throws value_error for a user or an item that is not in the data, shape_error
  void predict(user_index user, span<const item_index> items, span<T> out) const {
    this->check_user(user);
    predict_for(self().somebody(user), items, out);
  }
  void predict(data::row_view<T> history, span<const item_index> items, span<T> out) const {
    check_history(history);
    predict_for(self().somebody(history), items, out);
  }
  T predict(user_index user, item_index item) const {
    T rating;
    predict(user, span<const item_index>(&item, 1), span<T>(&rating, 1));
    return rating;
  }

  /// After a load. @throws value_error, shape_error
  void loaded() const {
    scorer_base<Model, T>::loaded();
    range_.loaded();
    require(std::isfinite(mean_), "mean", "a finite number", mean_);
    tailor::detail::require_loaded(is_rated_, this->n_items(), "is_rated");
  }

 protected:
  /// The part of a model's `archive` that is here and in `scorer_base`.
  template <class A>
  void archive_ratings(A& a) {
    this->archive_data(a);
    a("mean", mean_);
    a("lowest", range_.lowest);
    a("highest", range_.highest);
    a("is_rated", is_rated_);
  }

  void learn(const run_options& run) {
    const span<const T> ratings = this->user_items().view().values();
    require_addable(ratings, "user_items");
    mean_ = mean_of(ratings);
    range_ = range_of(ratings);
    is_rated_.assign(this->n_items(), false);
    for (const std::uint32_t item : this->user_items().columns()) is_rated_[item] = true;
    self().train(run);
  }

  void check_history(data::row_view<T> history) const {
    scorer_base<Model, T>::check_history(history);
    require_addable(history.values, "history");
  }

  void score_user(user_index user, span<T> out) const { self().score_somebody(self().somebody(user), out); }
  void score_history(data::row_view<T> history, span<T> out) const {
    require_addable(history.values, "history");
    self().score_somebody(self().somebody(history), out);
  }
  template <class Somebody>
  void score_somebody(const Somebody& who, span<T> out) const {
    for (std::uint32_t item = 0; item < out.size(); ++item)
      out[item] = is_rated_[item] ? self().rating(who, item) : unscored<T>;
  }

  double mean_ = 0;  ///< of all ratings
  rating_range<T> range_;
  std::vector<bool> is_rated_;  ///< n_items long

 private:
  const Model& self() const noexcept { return static_cast<const Model&>(*this); }
  Model& self() noexcept { return static_cast<Model&>(*this); }

  template <class Somebody>
  void predict_for(const Somebody& who, span<const item_index> items, span<T> out) const {
    require<shape_error>(out.size() == items.size(), "out", show(items.size()) + " places, one an item", out.size());
    for (const item_index item : items) this->check_item(item);
    for (std::size_t i = 0; i < items.size(); ++i) out[i] = range_.clipped(self().rating(who, items[i].value()));
  }
};

}  // namespace detail
}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
