// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_SPLIT_HPP
#define TAILOR_EVALUATION_SPLIT_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/sampling.hpp"
#include "../core/span.hpp"
#include "../data/interactions.hpp"

// Ways to hold events back. Every part shares the ids of the log it came from, so that an index means the same customer
// in all of them; within a part events keep the order of the log. The same seed gives the same parts everywhere.

namespace tailor {
inline namespace v0 {
namespace evaluation {

/// What a model learns from, and what it is asked about.
struct split {
  data::interactions train, test;
};

/// A random part of all events is held back: round(n · test_size) of them.
/// @throws value_error unless 0 < test_size < 1
split random_split(const data::interactions& log, double test_size = 0.25, std::uint64_t seed = 0);

/// A random part of each user's events is held back: of n events max(1, ⌊n · (1 − test_size)⌋) stay in the training
/// part, so that nobody is asked about without a history. As python_stratified_split of microsoft/recommenders, except
/// that it leaves none when the product is below 1.
/// @throws value_error unless 0 < test_size < 1
split stratified_split(const data::interactions& log, double test_size = 0.25, std::uint64_t seed = 0);

/// Each user's last `n` events are held back, latest by time, at equal times (or without times) by place in the log. A
/// user of n events or fewer is not asked about: all of theirs stay in the training part.
/// @throws value_error for n = 0
split leave_last_out(const data::interactions& log, std::size_t n = 1);

/// The latest part of all events is held back: everything at or after the time at which round(n · (1 − test_size))
/// events have gone by (at the latest, the time of the last one), so that no event of the test part is earlier than one
/// of the training part, and events of one time stay together: where many share it, more than `test_size` may go.
/// @throws value_error for a log without times, or unless 0 < test_size < 1
split temporal_split(const data::interactions& log, double test_size = 0.25);

/// Everything at or after `time` is held back.
/// @throws value_error for a log without times
split split_at(const data::interactions& log, std::int64_t time);

/// `k` splits, each made when it is asked for, so that only one lives at a time: `for (const split& fold : folds) …`.
class fold_list {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = split;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = split;

    iterator(const fold_list& folds, std::size_t at) : folds_(&folds), at_(at) {}
    split operator*() const { return (*folds_)[at_]; }
    iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.at_ == b.at_; }
    friend bool operator!=(const iterator& a, const iterator& b) { return a.at_ != b.at_; }

   private:
    const fold_list* folds_;
    std::size_t at_;
  };

  /// @param order  the positions of `log`, of which fold f holds back the f-th part
  fold_list(data::interactions log, std::vector<std::size_t> order, std::size_t k)
      : log_(std::move(log)), order_(std::move(order)), k_(k) {}

  std::size_t size() const noexcept { return k_; }
  split operator[](std::size_t fold) const;
  iterator begin() const { return {*this, 0}; }
  iterator end() const { return {*this, k_}; }

 private:
  data::interactions log_;
  std::vector<std::size_t> order_;
  std::size_t k_;
};

/// `k` splits whose test parts are a random partition of all events into parts of (almost) equal size, as
/// scikit-learn's and Surprise's KFold with shuffling.
/// @throws value_error unless 2 <= k <= size of the log
fold_list k_fold(const data::interactions& log, std::size_t k = 5, std::uint64_t seed = 0);

/// Users are held back, not events: a model learns from the others, then is told a part of what these did and asked for
/// the rest ("strong generalisation").
struct user_split {
  data::interactions train;    ///< all events of the other users
  data::interactions history;  ///< what the model is told of the users held back
  data::interactions target;   ///< what it is asked for
};

/// Of the n_users who have events a random round(n_users · test_users) are held back; of each one's n events a random
/// ⌊n · (1 − history_size)⌋ are the target, as in the code of the VAE papers: a user of fewer than five is not asked
/// about at .8.
/// @throws value_error unless 0 < test_users < 1 and 0 < history_size < 1
user_split strong_split(const data::interactions& log, double test_users = 0.2, double history_size = 0.8,
                        std::uint64_t seed = 0);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void require_fraction(double fraction, const char* name) {
  require(fraction > 0 && fraction < 1, name, "a number between 0 and 1", fraction);
}

inline std::size_t rounded(double number) { return static_cast<std::size_t>(std::llround(number)); }

/// ⌊n · share⌋, where 5 · (1 − .8) is 1.
inline std::size_t whole_part(std::size_t n, double share) {
  return static_cast<std::size_t>(static_cast<double>(n) * share + 1e-9);
}

/// The events marked, and the others.
inline split divide(const data::interactions& log, const std::vector<bool>& is_test) {
  std::vector<std::size_t> train, test;
  for (std::size_t i = 0; i < log.size(); ++i) (is_test[i] ? test : train).push_back(i);
  return {log.select(train), log.select(test)};
}

/// Each user's events, as positions in the log.
inline std::vector<std::vector<std::size_t>> events_by_user(const data::interactions& log) {
  std::vector<std::vector<std::size_t>> events(log.n_users());
  for (std::size_t i = 0; i < log.size(); ++i) events[log[i].user.at()].push_back(i);
  return events;
}

/// A random `n_test(n)` of each user's n events, and the others.
template <class Count>
split divide_by_user(const data::interactions& log, std::uint64_t seed, Count&& n_test) {
  std::vector<bool> is_test(log.size(), false);
  std::vector<std::vector<std::size_t>> events = events_by_user(log);
  for (std::size_t user = 0; user < events.size(); ++user) {
    auto& mine = events[user];
    random::generator g(seed, user);
    random::shuffle(mine.begin(), mine.end(), g);
    for (std::size_t i = mine.size() - n_test(mine.size()); i < mine.size(); ++i) is_test[mine[i]] = true;
  }
  return divide(log, is_test);
}

inline std::vector<std::size_t> shuffled_positions(std::size_t n, std::uint64_t seed) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random::generator g(seed);
  random::shuffle(order.begin(), order.end(), g);
  return order;
}

/// Positions by time, equal times in the order of the log.
inline std::vector<std::size_t> by_time(const data::interactions& log) {
  std::vector<std::size_t> order(log.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return log[a].time < log[b].time; });
  return order;
}

}  // namespace detail

inline split random_split(const data::interactions& log, double test_size, std::uint64_t seed) {
  detail::require_fraction(test_size, "random_split: test_size");
  const std::vector<std::size_t> order = detail::shuffled_positions(log.size(), seed);
  std::vector<bool> is_test(log.size(), false);
  const std::size_t n_test = detail::rounded(static_cast<double>(log.size()) * test_size);
  for (std::size_t i = 0; i < n_test; ++i) is_test[order[i]] = true;
  return detail::divide(log, is_test);
}

inline split stratified_split(const data::interactions& log, double test_size, std::uint64_t seed) {
  detail::require_fraction(test_size, "stratified_split: test_size");
  return detail::divide_by_user(log, seed, [&](std::size_t n) {
    return n == 0 ? 0 : n - (std::max)(std::size_t{1}, detail::whole_part(n, 1 - test_size));
  });
}

inline split leave_last_out(const data::interactions& log, std::size_t n) {
  require(n >= 1, "leave_last_out: n", "at least 1", n);
  std::vector<bool> is_test(log.size(), false);
  std::vector<std::vector<std::size_t>> events(log.n_users());
  for (const std::size_t i : detail::by_time(log)) events[log[i].user.at()].push_back(i);
  for (const auto& mine : events)
    if (mine.size() > n)
      for (std::size_t i = mine.size() - n; i < mine.size(); ++i) is_test[mine[i]] = true;
  return detail::divide(log, is_test);
}

inline split split_at(const data::interactions& log, std::int64_t time) {
  if (!log.has_times()) throw value_error(describe("log", "events with times", "a log without"));
  std::vector<bool> is_test(log.size(), false);
  for (std::size_t i = 0; i < log.size(); ++i) is_test[i] = log[i].time >= time;
  return detail::divide(log, is_test);
}

inline split temporal_split(const data::interactions& log, double test_size) {
  detail::require_fraction(test_size, "temporal_split: test_size");
  if (!log.has_times()) throw value_error(describe("log", "events with times", "a log without"));
  if (log.empty()) return {log, log};
  const std::size_t n_train = detail::rounded(static_cast<double>(log.size()) * (1 - test_size));
  const std::vector<std::size_t> order = detail::by_time(log);
  return split_at(log, log[order[(std::min)(n_train, log.size() - 1)]].time);
}

inline fold_list k_fold(const data::interactions& log, std::size_t k, std::uint64_t seed) {
  require(k >= 2 && k <= log.size(), "k_fold: k", "from 2 to the number of events, " + show(log.size()), k);
  return {log, detail::shuffled_positions(log.size(), seed), k};
}

inline split fold_list::operator[](std::size_t fold) const {
  require(fold < k_, "fold", "below " + show(k_) + ", the number of folds", fold);
  // The first `size % k` folds have one event more.
  const std::size_t least = order_.size() / k_, longer = order_.size() % k_;
  const std::size_t begin = fold * least + (std::min)(fold, longer);
  const std::size_t end = begin + least + (fold < longer ? 1 : 0);
  std::vector<bool> is_test(order_.size(), false);
  for (std::size_t i = begin; i < end; ++i) is_test[order_[i]] = true;
  return detail::divide(log_, is_test);
}

inline user_split strong_split(const data::interactions& log, double test_users, double history_size,
                               std::uint64_t seed) {
  detail::require_fraction(test_users, "strong_split: test_users");
  detail::require_fraction(history_size, "strong_split: history_size");
  std::vector<std::size_t> active;  // a part of a log has ids of users who have no event in it
  const std::vector<std::vector<std::size_t>> events = detail::events_by_user(log);
  for (std::size_t user = 0; user < events.size(); ++user)
    if (!events[user].empty()) active.push_back(user);
  const std::vector<std::size_t> order = detail::shuffled_positions(active.size(), seed);
  std::vector<bool> is_held_back(log.n_users(), false);
  const std::size_t n_test = detail::rounded(static_cast<double>(active.size()) * test_users);
  for (std::size_t i = 0; i < n_test; ++i) is_held_back[active[order[i]]] = true;

  const auto held_back = [&](const data::event& e) { return is_held_back[e.user.at()]; };
  const split asked = detail::divide_by_user(log.filter(held_back), random::derived_seed(seed, 0),
                                             [&](std::size_t n) { return detail::whole_part(n, 1 - history_size); });
  return {log.filter([&](const data::event& e) { return !held_back(e); }), asked.train, asked.test};
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
