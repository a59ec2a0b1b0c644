// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_RECOMMEND_HPP
#define TAILOR_RECOMMENDER_RECOMMEND_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/index.hpp"
#include "../core/parallel.hpp"
#include "../core/span.hpp"
#include "../core/top_k.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// One pick. `Item` is an item_index, a plain position or an external id, depending on who answers.
template <class Item, class T>
struct recommendation {
  Item item;
  T score;

  friend bool operator==(const recommendation& a, const recommendation& b) {
    return a.item == b.item && a.score == b.score;
  }
  friend bool operator!=(const recommendation& a, const recommendation& b) { return !(a == b); }
};

/// Picks, best first, ties to the lower index. It never holds more than was asked for; when it holds fewer, `missing()`
/// says by how many, and nothing is padded.
template <class Item, class T>
class recommendation_list {
 public:
  using value_type = recommendation<Item, T>;

  recommendation_list() = default;
  recommendation_list(std::vector<value_type> picks, std::size_t requested)
      : picks_(std::move(picks)), requested_(requested) {}

  std::size_t size() const noexcept { return picks_.size(); }
  bool empty() const noexcept { return picks_.empty(); }
  const value_type& operator[](std::size_t i) const noexcept { return picks_[i]; }
  const value_type& front() const noexcept { return picks_.front(); }
  auto begin() const noexcept { return picks_.begin(); }
  auto end() const noexcept { return picks_.end(); }

  std::size_t requested() const noexcept { return requested_; }
  /// How many fewer than requested: the model scored no more items that the options let through.
  std::size_t missing() const noexcept { return requested_ - picks_.size(); }

  friend bool operator==(const recommendation_list& a, const recommendation_list& b) {
    return a.picks_ == b.picks_ && a.requested_ == b.requested_;
  }
  friend bool operator!=(const recommendation_list& a, const recommendation_list& b) { return !(a == b); }

 private:
  std::vector<value_type> picks_;
  std::size_t requested_ = 0;
};

/// Which items may be picked, and how many.
struct recommend_options {
  std::size_t n = 10;
  bool hide_seen = true;                         ///< leave out the user's history, unless that is what a model is about
  std::vector<item_index> block;                 ///< never these
  std::optional<std::vector<item_index>> allow;  ///< only these, when given
  std::function<bool(item_index)> keep;          ///< only items it answers true for; asked about few, on any thread
  double minimum_score = -std::numeric_limits<double>::infinity();
};

namespace detail {

/// A model's scalar; also of what is no model, so that `recommend` is found and can say that it needs one.
template <class M, class = void>
struct scalar_of {
  using type = float;
};
template <class M>
struct scalar_of<M, std::void_t<typename M::value_type>> {
  using type = typename M::value_type;
};
template <class M>
using scalar_of_t = typename scalar_of<M>::type;

}  // namespace detail

/// What `recommend` answers for a model.
template <class Model>
using item_list = recommendation_list<item_index, detail::scalar_of_t<Model>>;

/// The best items for one user of the training data.
/// @throws value_error for an unknown user or item, or n = 0; not_fitted_error. O(score + n_items)
template <class Model>
item_list<Model> recommend(const Model& model, user_index user, const recommend_options& options = {});

/// The best items for anybody with this history, e.g. one who was not in the training data; nothing is refitted.
/// @param history  rising items, finite values
template <class Model>
item_list<Model> recommend(const Model& model, data::row_view<detail::scalar_of_t<Model>> history,
                           const recommend_options& options = {});

/// The same for many users, in parallel; the lists are in the order of `users` and the same for any number of threads.
template <class Model>
std::vector<item_list<Model>> recommend(const Model& model, span<const user_index> users,
                                        const recommend_options& options = {}, const run_options& run = {});

/// The same for all users of the training data.
template <class Model>
std::vector<item_list<Model>> recommend_all(const Model& model, const recommend_options& options = {},
                                            const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// The options, checked once and turned into what the selection of one user's items needs. Reusable for many users.
template <class T>
class item_filter {
 public:
  /// @param recommends_seen  whether the model is about what users had before
  item_filter(const recommend_options& options, std::size_t n_items, bool recommends_seen)
      : options_(options), n_items_(n_items), hide_seen_(options.hide_seen && !recommends_seen) {
    require(options.n >= 1, "recommend_options::n", "at least 1", options.n);
    require(!std::isnan(options.minimum_score), "recommend_options::minimum_score", "a number", options.minimum_score);
    check(options.block, "recommend_options::block");
    if (options.allow) {
      check(*options.allow, "recommend_options::allow");
      allowed_.assign(options.allow->begin(), options.allow->end());
      std::sort(allowed_.begin(), allowed_.end());
      allowed_.erase(std::unique(allowed_.begin(), allowed_.end()), allowed_.end());
    }
  }

  std::size_t n_items() const noexcept { return n_items_; }

  /// Picks from `scores`, which it changes; `best` is working memory.
  recommendation_list<item_index, T> pick(span<T> scores, data::row_view<T> history, top_k_selector<T>& best) const {
    if (hide_seen_)
      for (const std::uint32_t item : history.columns) scores[item] = unscored<T>;
    for (const item_index item : options_.block) scores[item.at()] = unscored<T>;

    best.reset((std::min)(options_.n, n_items_));
    const auto offer = [&](std::uint32_t item) {
      if (scores[item] < best.threshold()) return;  // so that `keep` is asked about few
      if (!options_.keep || options_.keep(item_index(item))) best.offer(item, scores[item]);
    };
    if (options_.allow)
      for (const item_index item : allowed_) offer(item.value());
    else if (options_.keep)
      for (std::uint32_t item = 0; item < n_items_; ++item) offer(item);
    else
      best.offer_all(scores);

    std::vector<recommendation<item_index, T>> picks;
    const span<const scored<T>> sorted = best.sorted();
    picks.reserve(sorted.size());
    for (const scored<T>& one : sorted)
      if (static_cast<double>(one.score) >= options_.minimum_score) picks.push_back({item_index(one.index), one.score});
    return {std::move(picks), options_.n};
  }

 private:
  void check(const std::vector<item_index>& items, const char* name) const {
    for (const item_index item : items)
      require(item.at() < n_items_, name, "items below n_items = " + show(n_items_), item.value());
  }

  const recommend_options& options_;
  std::size_t n_items_;
  bool hide_seen_;
  std::vector<item_index> allowed_;
};

template <class Model>
void check_fitted(const Model& model) {
  if (!model.is_fitted()) throw not_fitted_error("model: expected to be fitted before it is asked, found no data");
}

}  // namespace detail

template <class Model>
item_list<Model> recommend(const Model& model, user_index user, const recommend_options& options) {
  static_assert(is_scorer_v<Model>, "tailor: recommend needs a scorer; recommender/scorer.hpp says what that is");
  using T = typename Model::value_type;
  detail::check_fitted(model);
  const detail::item_filter<T> filter(options, model.n_items(), recommends_seen(model));
  std::vector<T> scores(model.n_items());
  top_k_selector<T> best(0);
  model.score(user, span<T>(scores));
  return filter.pick(scores, model.history(user), best);
}

template <class Model>
item_list<Model> recommend(const Model& model, data::row_view<detail::scalar_of_t<Model>> history,
                           const recommend_options& options) {
  static_assert(is_scorer_v<Model>, "tailor: recommend needs a scorer; recommender/scorer.hpp says what that is");
  using T = typename Model::value_type;
  detail::check_fitted(model);
  detail::require_history(history, model.n_items());
  const detail::item_filter<T> filter(options, model.n_items(), recommends_seen(model));
  std::vector<T> scores(model.n_items());
  top_k_selector<T> best(0);
  model.score(history, span<T>(scores));
  return filter.pick(scores, history, best);
}

template <class Model>
std::vector<item_list<Model>> recommend(const Model& model, span<const user_index> users,
                                        const recommend_options& options, const run_options& run) {
  static_assert(is_scorer_v<Model>, "tailor: recommend needs a scorer; recommender/scorer.hpp says what that is");
  using T = typename Model::value_type;
  detail::check_fitted(model);
  const detail::item_filter<T> filter(options, model.n_items(), recommends_seen(model));
  struct memory {
    std::vector<T> scores;
    top_k_selector<T> best{0};
  };
  std::vector<memory> memories(thread_count(run.threads));
  std::vector<item_list<Model>> lists(users.size());
  const work_hint hint{10.0 * static_cast<double>(users.size()) * static_cast<double>(model.n_items()), "recommend"};
  parallel_blocks({users.size(), 32}, run, hint,
                  [&](std::size_t worker, std::size_t, std::size_t begin, std::size_t end) {
                    auto& [scores, best] = memories[worker];
                    scores.resize(model.n_items());
                    for (std::size_t i = begin; i < end; ++i) {
                      model.score(users[i], span<T>(scores));
                      lists[i] = filter.pick(scores, model.history(users[i]), best);
                    }
                  });
  return lists;
}

template <class Model>
std::vector<item_list<Model>> recommend_all(const Model& model, const recommend_options& options,
                                            const run_options& run) {
  static_assert(is_scorer_v<Model>, "tailor: recommend_all needs a scorer; recommender/scorer.hpp says what that is");
  detail::check_fitted(model);
  std::vector<user_index> users;
  users.reserve(model.n_users());
  for (std::size_t u = 0; u < model.n_users(); ++u) users.push_back(user_index(u));
  return recommend(model, span<const user_index>(users), options, run);
}

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
