// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_SCORER_HPP
#define TAILOR_RECOMMENDER_SCORER_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/index.hpp"
#include "../core/progress.hpp"
#include "../core/span.hpp"
#include "../data/csr_matrix.hpp"
#include "../data/interactions.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// The score of an item that a model has no opinion of. Such items are never recommended.
template <class T>
inline constexpr T unscored = -std::numeric_limits<T>::infinity();

/// One row of what makes up a score.
template <class T>
struct reason {
  std::uint32_t index;  ///< an item of the user's history, or a similar user
  T similarity;         ///< of that item or user
  T value;              ///< what the user gave that item, or that user this one
  T contribution;       ///< its part of the score
};

/// Why an item scored what it scored: `base` and the contributions add up to `score`.
template <class T>
struct explanation {
  enum class kind { items, users };

  T score = unscored<T>;
  T base{};                        ///< what the score starts from before any reason, e.g. the user's mean
  kind reasons_are = kind::items;  ///< what `reason::index` counts
  std::vector<reason<T>> reasons;  ///< the largest contribution first
};

/// Whether `M` is a scorer, the one thing that everything in this room is written over:
///
///   value_type                                         float or double
///   is_fitted(), n_users(), n_items()
///   duplicate_policy()                                 what several events of one user and item become
///   history(user_index) -> data::row_view<T>           what the user did, as the model was fitted with it
///   score(user_index, span<T> out)                     a score for each item, `unscored` where it has none
///   score(data::row_view<T> history, span<T> out)      the same for anybody with that history, without refitting
///
/// All of them are const and may be called from many threads; they throw value_error for a user or an item that is not
/// in the data. A scorer may also offer `explain(user or history, item)`, `similar_items(item, n)`,
/// `similar_users(user, n)`, `predict(user or history, items, out)` and `recommends_seen()`.
template <class M, class = void>
struct is_scorer : std::false_type {};
template <class M>
struct is_scorer<M,
                 std::void_t<typename M::value_type, decltype(std::declval<const M&>().is_fitted()),
                             decltype(std::declval<const M&>().n_users()), decltype(std::declval<const M&>().n_items()),
                             decltype(std::declval<const M&>().duplicate_policy()),
                             decltype(std::declval<const M&>().history(user_index())),
                             decltype(std::declval<const M&>().score(user_index(), span<typename M::value_type>())),
                             decltype(std::declval<const M&>().score(data::row_view<typename M::value_type>(),
                                                                     span<typename M::value_type>()))>>
    : std::true_type {};
template <class M>
inline constexpr bool is_scorer_v = is_scorer<M>::value;

/// Whether a scorer explains itself.
template <class M, class = void>
struct explains : std::false_type {};
template <class M>
struct explains<
    M, std::void_t<decltype(std::declval<const M&>().explain(user_index(), item_index())),
                   decltype(std::declval<const M&>().explain(data::row_view<typename M::value_type>(), item_index()))>>
    : std::true_type {};
template <class M>
inline constexpr bool explains_v = explains<M>::value;

/// Whether a scorer predicts ratings.
template <class M, class = void>
struct predicts : std::false_type {};
template <class M>
struct predicts<M, std::void_t<decltype(std::declval<const M&>().predict(user_index(), span<const item_index>(),
                                                                         span<typename M::value_type>())),
                               decltype(std::declval<const M&>().predict(
                                   data::row_view<typename M::value_type>(), span<const item_index>(),
                                   span<typename M::value_type>()))>> : std::true_type {};
template <class M>
inline constexpr bool predicts_v = predicts<M>::value;

/// Whether a scorer knows similar items, or similar users.
template <class M, class = void>
struct compares_items : std::false_type {};
template <class M>
struct compares_items<M, std::void_t<decltype(std::declval<const M&>().similar_items(item_index(), std::size_t{}))>>
    : std::true_type {};
template <class M>
inline constexpr bool compares_items_v = compares_items<M>::value;
template <class M, class = void>
struct compares_users : std::false_type {};
template <class M>
struct compares_users<M, std::void_t<decltype(std::declval<const M&>().similar_users(user_index(), std::size_t{}))>>
    : std::true_type {};
template <class M>
inline constexpr bool compares_users_v = compares_users<M>::value;

/// Whether a scorer is about what its users had before: then it says so by `recommends_seen()`, and `recommend` does
/// not hide that from them.
template <class M, class = void>
struct may_recommend_seen : std::false_type {};
template <class M>
struct may_recommend_seen<M, std::void_t<decltype(std::declval<const M&>().recommends_seen())>> : std::true_type {};
template <class M>
bool recommends_seen(const M& model) {
  if constexpr (may_recommend_seen<M>::value)
    return model.recommends_seen();
  else
    return false;
}

namespace detail {

/// @throws value_error unless it is what a row of a matrix of so many items is: rising items, finite values
template <class T>
void require_history(data::row_view<T> history, std::size_t n_items) {
  require<shape_error>(history.values.size() == history.columns.size(), "history",
                       show(history.columns.size()) + " values, one an item", history.values.size());
  for (std::size_t i = 0; i < history.size(); ++i) {
    const std::uint32_t item = history.columns[i];
    if (item >= n_items) throw value_error(describe("history", "items below n_items = " + show(n_items), show(item)));
    if (i > 0 && item <= history.columns[i - 1])
      throw value_error(
          describe("history", "rising items, each once", show(item) + " after " + show(history.columns[i - 1])));
    if (!std::isfinite(history.values[i]))
      throw value_error(describe("history: value of item " + show(item), "a finite number", show(history.values[i])));
  }
}

/// The largest contribution first, ties to the lower index.
template <class T>
void sort_reasons(explanation<T>& why) {
  std::sort(why.reasons.begin(), why.reasons.end(), [](const reason<T>& a, const reason<T>& b) {
    return a.contribution > b.contribution || (a.contribution == b.contribution && a.index < b.index);
  });
}

}  // namespace detail

/// What every model of tailor inherits: the data it was fitted with, and `fit` itself, which checks them, lets a fresh
/// model `learn` and only then replaces the old one, so that a failed or cancelled `fit` changes nothing.
///
/// `Model` provides `options()`, a constructor from them, `duplicate_policy()`, and
///   void learn(const run_options&)                        from `user_items()`
///   void score_history(row_view<T> history, span<T>)      with everything checked
/// and may provide `void learn_events(const data::interactions&, const run_options&)` when it needs more of a log than
/// its matrix, and `void score_user(user_index, span<T>)` when it knows its own users better than by their history.
template <class Model, class T>
class scorer_base {
 public:
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "tailor: a model computes in float or double");
  using value_type = T;

  /// @param user_items  [n_users, n_items], moved in where it may be; what is not stored is unknown, not zero
  /// @throws value_error when there is no interaction, or one that is not finite
  Model& fit(data::csr_matrix<T> user_items, const run_options& run = {}) {
    return refit(std::move(user_items), [&](Model& fresh) { fresh.learn(run); });
  }

  /// A log of events; several of one user and item become one value by the model's own policy: the last rating, or the
  /// sum of what happened.
  Model& fit(const data::interactions& log, const run_options& run = {}) {
    return refit(log.matrix<T>(self().duplicate_policy()), [&](Model& fresh) { fresh.learn_events(log, run); });
  }

  /// A dense matrix [n_users, n_items] in which 0 means unknown.
  template <class E, class = std::enable_if_t<is_expression_v<E>>>
  Model& fit(const E& user_items, const run_options& run = {}) {
    return fit(data::csr_matrix<T>::from_dense(user_items, "user_items"), run);
  }

  /// A model that was moved from is not fitted any more.
  bool is_fitted() const noexcept { return user_items_.nnz() != 0; }
  std::size_t n_users() const noexcept { return user_items_.n_rows(); }
  std::size_t n_items() const noexcept { return user_items_.n_columns(); }
  const data::csr_matrix<T>& user_items() const noexcept { return user_items_; }

  /// @throws not_fitted_error, value_error for a user that was not in the data
  data::row_view<T> history(user_index user) const {
    check_user(user);
    return user_items_.row(user.at());
  }

  /// After a load. @throws value_error for a matrix that `fit` would refuse
  void loaded() const { data::require_finite(user_items_.view(), "user_items"); }

  /// @param out  n_items long
  void score(user_index user, span<T> out) const {
    check_user(user);
    check_output(out);
    self().score_user(user, out);
  }
  void score(data::row_view<T> history, span<T> out) const {
    check_history(history);
    check_output(out);
    self().score_history(history, out);
  }

 protected:
  /// The part of a model's `archive` that is here. How many users have each item is named so that a file is never much
  /// shorter than the number of items says.
  template <class A>
  void archive_data(A& a) {
    std::vector<std::uint32_t> counts = item_counts();
    a("item_counts", counts);
    a("user_items", user_items_);
    require<shape_error>(counts.size() == n_items(), "item_counts", show(n_items()) + " numbers", counts.size());
    require(counts == item_counts(), "item_counts", "how many users have each item", "other numbers");
  }

  void learn_events(const data::interactions&, const run_options& run) { self().learn(run); }
  void score_user(user_index user, span<T> out) const { self().score_history(user_items_.row(user.at()), out); }

  void check_fitted() const {
    if (!is_fitted()) throw not_fitted_error("model: expected to be fitted before it is asked, found no data");
  }
  void check_user(user_index user) const {
    check_fitted();
    if (user.at() >= n_users())
      throw value_error(describe("user", "an index below n_users = " + show(n_users()), show(user.value())));
  }
  void check_item(item_index item) const {
    check_fitted();
    if (item.at() >= n_items())
      throw value_error(describe("item", "an index below n_items = " + show(n_items()), show(item.value())));
  }
  void check_history(data::row_view<T> history) const {
    check_fitted();
    detail::require_history(history, n_items());
  }

 private:
  Model& self() noexcept { return static_cast<Model&>(*this); }
  const Model& self() const noexcept { return static_cast<const Model&>(*this); }

  template <class Learn>
  Model& refit(data::csr_matrix<T> user_items, Learn&& learn) {
    if (user_items.nnz() == 0)
      throw value_error(describe("user_items", "at least one interaction",
                                 "none in " + show_shape({user_items.n_rows(), user_items.n_columns()})));
    data::require_finite(user_items.view(), "user_items");
    Model fresh(self().options());
    scorer_base& base = fresh;
    base.user_items_ = std::move(user_items);
    learn(fresh);
    self() = std::move(fresh);
    return self();
  }

  std::vector<std::uint32_t> item_counts() const {
    std::vector<std::uint32_t> counts(n_items());
    for (const std::uint32_t item : user_items_.columns()) ++counts[item];
    return counts;
  }

  void check_output(span<T> out) const {
    require<shape_error>(out.size() == n_items(), "out", "n_items = " + show(n_items()) + " places", out.size());
  }

  data::csr_matrix<T> user_items_;
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
