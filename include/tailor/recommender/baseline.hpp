// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_BASELINE_HPP
#define TAILOR_RECOMMENDER_BASELINE_HPP

#include <cstdint>
#include <utility>

#include "../core/loaded.hpp"
#include "../data/csr_matrix.hpp"
#include "../fwd.hpp"
#include "biases.hpp"
#include "rating_model.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

using baseline_options = bias_options;

/// The baseline estimate of a rating: the mean of all, plus how far this user and this item are from it (Koren 2010);
/// Surprise's BaselineOnly. Everybody is shown the same order of items, each with a rating of their own. An item
/// without ratings has no score; `predict` gives it the mean and the user's bias.
///
/// A user who was not in the data gets the bias that fits their history (`user_bias`).
template <class T>
class basic_baseline : public detail::rating_model<basic_baseline<T>, T> {
  friend scorer_base<basic_baseline<T>, T>;
  friend detail::rating_model<basic_baseline<T>, T>;

 public:
  /// @throws value_error when no data could make the options right
  explicit basic_baseline(baseline_options options = {}) : options_(options) { detail::check(options_); }

  const baseline_options& options() const noexcept { return options_; }

  /// What was learnt of the users and items of the data.
  const biases<T>& known() const noexcept { return known_; }

  static constexpr const char* saved_as = "tailor.recommender.baseline";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_ratings(a);
    a("known", known_);
  }
  void loaded() const {
    detail::rating_model<basic_baseline, T>::loaded();
    tailor::detail::require_loaded(known_.users, this->n_users(), "known/users");
    tailor::detail::require_loaded(known_.items, this->n_items(), "known/items");
  }

 private:
  void train(const run_options& run) {
    const data::csr_matrix<T> item_users = data::transpose(this->user_items(), run);
    known_ = fit_biases(this->user_items().view(), item_users.view(), options_, run);
  }

  T somebody(user_index user) const { return known_.users[user.at()]; }
  T somebody(data::row_view<T> history) const { return user_bias(known_, history, options_); }
  T rating(T own, std::uint32_t item) const { return known_.mean + own + known_.items[item]; }

  baseline_options options_;
  biases<T> known_;
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
