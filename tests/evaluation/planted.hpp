// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_EVALUATION_PLANTED_HPP
#define TAILOR_TESTS_EVALUATION_PLANTED_HPP

// A scorer that says what it is told, and logs whose answers are known.

#include <cstddef>
#include <cstdint>
#include <tailor/core/index.hpp>
#include <tailor/core/random.hpp>
#include <tailor/data/interactions.hpp>
#include <tailor/evaluation/split.hpp>
#include <utility>
#include <vector>

namespace planted {

/// A scorer without options: an item's score is a number that does not depend on who asks, plus what they gave it.
template <class T>
class told_scorer {
 public:
  using value_type = T;
  told_scorer(tailor::data::csr_matrix<T> user_items, std::vector<T> scores)
      : user_items_(std::move(user_items)), scores_(std::move(scores)) {}
  bool is_fitted() const { return true; }
  std::size_t n_users() const { return user_items_.n_rows(); }
  std::size_t n_items() const { return user_items_.n_columns(); }
  tailor::data::duplicates duplicate_policy() const { return tailor::data::duplicates::last; }
  tailor::data::row_view<T> history(tailor::user_index user) const { return user_items_.row(user.at()); }
  void score(tailor::user_index user, tailor::span<T> out) const { score(history(user), out); }
  void score(tailor::data::row_view<T> history, tailor::span<T> out) const {
    for (std::size_t i = 0; i < scores_.size(); ++i) out[i] = scores_[i];
    for (std::size_t i = 0; i < history.size(); ++i) out[history.columns[i]] += history.values[i];
  }
  void predict(tailor::user_index user, tailor::span<const tailor::item_index> items, tailor::span<T> out) const {
    for (std::size_t i = 0; i < items.size(); ++i) out[i] = scores_[items[i].at()] + static_cast<T>(user.value());
  }
  void predict(tailor::data::row_view<T>, tailor::span<const tailor::item_index> items, tailor::span<T> out) const {
    for (std::size_t i = 0; i < items.size(); ++i) out[i] = scores_[items[i].at()];
  }

 private:
  tailor::data::csr_matrix<T> user_items_;
  std::vector<T> scores_;
};

/// Four users, six items with the ids 0 … 5; what is named is train, then test.
struct four_users {
  tailor::data::interactions log;
  tailor::evaluation::split parts;

  four_users() {
    for (int item = 0; item < 6; ++item) log.add("nobody", item);
    const auto chose = [&](const char* user, int item) { log.add(user, item); };
    // train, 7 events: item 0 three times, 1 twice, 2 once, 3 once
    chose("ann", 0), chose("bob", 0), chose("cid", 0);
    chose("ann", 1), chose("bob", 1);
    chose("ann", 2), chose("dan", 3);
    // test, 6 events
    chose("ann", 3), chose("bob", 3), chose("bob", 2), chose("bob", 0), chose("cid", 4), chose("dan", 3);
    parts = {log.select(range(6, 13)), log.select(range(13, 19))};
  }
  static std::vector<std::size_t> range(std::size_t begin, std::size_t end) {
    std::vector<std::size_t> all;
    for (std::size_t i = begin; i < end; ++i) all.push_back(i);
    return all;
  }
};

inline tailor::data::interactions random_log(std::uint64_t seed, std::size_t size) {
  tailor::random::generator g(seed);
  tailor::data::interactions log;
  for (std::size_t i = 0; i < size; ++i)
    log.add(g.below(150), g.below(1 + g.below(80)), static_cast<double>(1 + g.below(5)), static_cast<std::int64_t>(i));
  return log;
}

}  // namespace planted

#endif
