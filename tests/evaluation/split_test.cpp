// SPDX-License-Identifier: BSD-3-Clause
// Properties over generated logs; sizes by the formulas that the comments give; small logs by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tailor/core/random.hpp>
#include <tailor/evaluation/split.hpp>
#include <vector>

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
using data::interactions;

namespace {

/// Every event's value is its place in the log, so that a part shows where its events were.
interactions numbered_log(std::uint64_t seed, std::size_t n_users, std::size_t size, bool times = true) {
  tailor::random::generator g(seed);
  interactions log;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t user = g.below(1 + g.below(n_users)), item = g.below(50);
    const auto time = static_cast<std::int64_t>(g.below(size / 2 + 1));
    if (times)
      log.add(user, item, static_cast<double>(i), time);
    else
      log.add(user, item, static_cast<double>(i));
  }
  return log;
}

std::vector<std::size_t> places(const interactions& part) {
  std::vector<std::size_t> all;
  for (const data::event& e : part) all.push_back(static_cast<std::size_t>(e.value));
  return all;
}

std::map<std::uint32_t, std::size_t> count_by_user(const interactions& part) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const data::event& e : part) ++counts[e.user.value()];
  return counts;
}

/// Every event is in one part, each part is in the log's order and has the log's ids.
void check_partition(const interactions& log, const std::vector<const interactions*>& parts) {
  std::vector<std::size_t> all;
  for (const interactions* part : parts) {
    const auto mine = places(*part);
    CHECK(std::is_sorted(mine.begin(), mine.end()));
    all.insert(all.end(), mine.begin(), mine.end());
    CHECK(part->shared_users() == log.shared_users());
    CHECK(part->shared_items() == log.shared_items());
    CHECK(part->has_times() == log.has_times());
  }
  std::sort(all.begin(), all.end());
  CHECK(all == places(log));
}

const double not_fractions[] = {0, 1, -0.1, 1.1, std::numeric_limits<double>::quiet_NaN()};

}  // namespace

TEST_CASE("random_split: a partition of the size that was asked for") {
  for (const std::size_t size : {1u, 2u, 3u, 10u, 101u, 1000u})
    for (const double test_size : {0.001, 0.1, 0.25, 0.5, 0.9, 0.999}) {
      const interactions log = numbered_log(1, 20, size);
      const auto parts = evaluation::random_split(log, test_size, 3);
      check_partition(log, {&parts.train, &parts.test});
      CHECK(parts.test.size() == static_cast<std::size_t>(std::llround(static_cast<double>(size) * test_size)));
    }
}

TEST_CASE("random_split: every event is equally likely to be held back") {
  const interactions log = numbered_log(2, 5, 40);
  std::vector<int> held_back(40, 0);
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    for (const std::size_t place : places(evaluation::random_split(log, 0.25, seed).test)) ++held_back[place];
  // binomial(2000, 1/4): mean 500, deviation 19.4; 5 deviations
  for (const int count : held_back) CHECK((count > 403 && count < 597));
}

TEST_CASE("stratified_split: of each user's n events max(1, floor(n (1 - test_size))) stay") {
  const interactions log = numbered_log(4, 60, 1500);
  const auto whole = count_by_user(log);
  for (const double test_size : {0.1, 0.2, 0.25, 0.5, 0.8, 0.9}) {
    const auto parts = evaluation::stratified_split(log, test_size, 7);
    check_partition(log, {&parts.train, &parts.test});
    auto kept = count_by_user(parts.train);
    for (const auto& [user, n] : whole) {
      const auto exact = static_cast<std::size_t>(static_cast<double>(n) * (1 - test_size) + 1e-9);
      CHECK(kept[user] == std::max<std::size_t>(1, exact));
    }
  }
  // 20 events at .8 to train are 16, although 1 − .2 and 20 · .8 are rounded
  interactions twenty;
  for (int i = 0; i < 20; ++i) twenty.add("u", i, i);
  CHECK(evaluation::stratified_split(twenty, 0.2).train.size() == 16);
  CHECK(evaluation::stratified_split(twenty, 0.25).train.size() == 15);
  CHECK(evaluation::stratified_split(twenty, 0.26).train.size() == 14);
}

TEST_CASE("stratified_split: a user's part does not depend on the other users' events") {
  interactions alone, together;
  for (int i = 0; i < 30; ++i) {
    alone.add("ann", i, i);
    together.add("ann", i, i);
    together.add("bob", i, 100 + i);
  }
  std::vector<std::size_t> of_ann;
  for (const std::size_t place : places(evaluation::stratified_split(together, 0.3, 5).test))
    if (place < 100) of_ann.push_back(place);
  CHECK(of_ann == places(evaluation::stratified_split(alone, 0.3, 5).test));
}

TEST_CASE("leave_last_out: the latest events, at equal times the later in the log") {
  interactions log;
  log.add("ann", "x", 0, 9);
  log.add("bob", "x", 1, 5);
  log.add("ann", "y", 2, 3);
  log.add("ann", "z", 3, 9);
  log.add("bob", "y", 4, 5);
  log.add("cid", "x", 5, 1);
  log.add("ann", "w", 6, 4);
  const auto one = evaluation::leave_last_out(log);
  CHECK(places(one.test) == std::vector<std::size_t>{3, 4});
  check_partition(log, {&one.train, &one.test});
  CHECK(places(evaluation::leave_last_out(log, 2).test) == std::vector<std::size_t>{0, 3});  // bob has only two
  CHECK(evaluation::leave_last_out(log, 4).test.empty());

  const interactions without = numbered_log(3, 8, 60, false);
  const auto last = evaluation::leave_last_out(without, 2);
  check_partition(without, {&last.train, &last.test});
  for (const auto& [user, n] : count_by_user(last.test)) {
    CHECK(n == 2);
    for (const data::event& kept : last.train)
      for (const data::event& held_back : last.test)
        if (kept.user.value() == user && held_back.user.value() == user) CHECK(kept.value < held_back.value);
  }
}

TEST_CASE("temporal_split: no event of the test part is earlier than one of the training part") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const interactions log = numbered_log(seed, 10, 80);
    for (const double test_size : {0.001, 0.1, 0.25, 0.5, 0.99}) {
      const auto parts = evaluation::temporal_split(log, test_size);
      check_partition(log, {&parts.train, &parts.test});
      REQUIRE_FALSE(parts.test.empty());
      std::int64_t first_asked = std::numeric_limits<std::int64_t>::max(), last_known = -1;
      for (const data::event& e : parts.test) first_asked = std::min(first_asked, e.time);
      for (const data::event& e : parts.train) last_known = std::max(last_known, e.time);
      CHECK(last_known < first_asked);
      CHECK(parts.test.size() >= static_cast<std::size_t>(std::floor(80 * test_size)));
    }
  }
}

TEST_CASE("temporal_split: has the size that was asked for when no two times are equal") {
  interactions log;
  for (int i = 0; i < 40; ++i) log.add("u", i, i, 1000 - i);
  const auto parts = evaluation::temporal_split(log, 0.25);
  CHECK(places(parts.test) == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(evaluation::temporal_split(log, 0.001).test.size() == 1);
}

TEST_CASE("split_at: everything at or after the time is held back") {
  interactions log;
  log.add("u", "a", 0, -5);
  log.add("u", "b", 1, 0);
  log.add("u", "c", 2, 5);
  CHECK(places(evaluation::split_at(log, 0).test) == std::vector<std::size_t>{1, 2});
  CHECK(evaluation::split_at(log, 6).test.empty());
  CHECK(evaluation::split_at(log, -5).train.empty());
}

TEST_CASE("k_fold: the test parts are a partition into parts that differ by one at most") {
  for (const std::size_t size : {2u, 5u, 23u, 100u})
    for (const std::size_t k : {2u, 3u, 5u, 23u, 100u}) {
      if (k > size) continue;
      const interactions log = numbered_log(size, 7, size);
      const auto folds_on_demand = evaluation::k_fold(log, k, 1);
      REQUIRE(folds_on_demand.size() == k);
      CHECK_THROWS_AS(folds_on_demand[k], tailor::value_error);
      const std::vector<evaluation::split> folds(folds_on_demand.begin(), folds_on_demand.end());
      REQUIRE(folds.size() == k);
      std::vector<const interactions*> tests;
      for (std::size_t fold = 0; fold < k; ++fold) {
        check_partition(log, {&folds[fold].train, &folds[fold].test});
        CHECK(folds[fold].test.size() == size / k + (fold < size % k ? 1 : 0));
        tests.push_back(&folds[fold].test);
      }
      check_partition(log, tests);
    }
}

TEST_CASE("strong_split: users are disjoint, a user's history and target are floor-sized parts") {
  const interactions log = numbered_log(9, 80, 2000);
  const auto whole = count_by_user(log);
  for (const double history_size : {0.5, 0.8, 0.9}) {
    const auto parts = evaluation::strong_split(log, 0.3, history_size, 2);
    check_partition(log, {&parts.train, &parts.history, &parts.target});
    const auto kept = count_by_user(parts.train), told = count_by_user(parts.history);
    auto asked = count_by_user(parts.target);
    CHECK(told.size() == static_cast<std::size_t>(std::llround(static_cast<double>(whole.size()) * 0.3)));
    for (const auto& [user, n] : told) {
      CHECK(kept.count(user) == 0);
      CHECK(asked[user] == static_cast<std::size_t>(static_cast<double>(whole.at(user)) * (1 - history_size) + 1e-9));
      CHECK(n + asked[user] == whole.at(user));
    }
  }
}

TEST_CASE("strong_split: only users who have events count") {
  interactions log;
  for (int user = 0; user < 100; ++user)
    for (int item = 0; item < 5; ++item) log.add(user, item, user % 10 == 0 ? 5 : 1);
  const auto parts = evaluation::strong_split(log.binarise(4), 0.5, 0.8, 0);  // ten users are left
  CHECK(count_by_user(parts.train).size() == 5);
  CHECK(count_by_user(parts.history).size() == 5);
  CHECK(parts.target.size() == 5);
}

TEST_CASE("splits: the same seed gives the same parts, another seed others") {
  const interactions log = numbered_log(6, 30, 400);
  const auto tests = [&](std::uint64_t seed) {
    return std::vector<std::vector<std::size_t>>{places(evaluation::random_split(log, 0.25, seed).test),
                                                 places(evaluation::stratified_split(log, 0.25, seed).test),
                                                 places(evaluation::k_fold(log, 5, seed)[2].test),
                                                 places(evaluation::strong_split(log, 0.25, 0.8, seed).train),
                                                 places(evaluation::strong_split(log, 0.25, 0.8, seed).target)};
  };
  const auto first = tests(1), again = tests(1), other = tests(2);
  CHECK(first == again);
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i] != other[i]);
}

TEST_CASE("splits: an empty log has empty parts") {
  const interactions log;
  CHECK(evaluation::random_split(log).test.empty());
  CHECK(evaluation::stratified_split(log).train.empty());
  CHECK(evaluation::leave_last_out(log).test.empty());
  CHECK(evaluation::strong_split(log).target.empty());
}

TEST_CASE("splits: say what is wrong") {
  const interactions log = numbered_log(1, 5, 20), without = numbered_log(1, 5, 20, false);
  for (const double bad : not_fractions) {
    CHECK_THROWS_AS(evaluation::random_split(log, bad), tailor::value_error);
    CHECK_THROWS_AS(evaluation::stratified_split(log, bad), tailor::value_error);
    CHECK_THROWS_AS(evaluation::temporal_split(log, bad), tailor::value_error);
    CHECK_THROWS_AS(evaluation::strong_split(log, bad), tailor::value_error);
    CHECK_THROWS_AS(evaluation::strong_split(log, 0.2, bad), tailor::value_error);
  }
  CHECK_THROWS_WITH_AS(evaluation::random_split(log, 1.5),
                       "random_split: test_size: expected a number between 0 and 1, found 1.5", tailor::value_error);
  CHECK_THROWS_AS(evaluation::leave_last_out(log, 0), tailor::value_error);
  CHECK_THROWS_AS(evaluation::k_fold(log, 1), tailor::value_error);
  CHECK_THROWS_WITH_AS(evaluation::k_fold(log, 21), "k_fold: k: expected from 2 to the number of events, 20, found 21",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(evaluation::temporal_split(without), "log: expected events with times, found a log without",
                       tailor::value_error);
  CHECK_THROWS_AS(evaluation::split_at(without, 0), tailor::value_error);
}
