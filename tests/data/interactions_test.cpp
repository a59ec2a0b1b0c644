// SPDX-License-Identifier: BSD-3-Clause
// Small logs by hand; k_core, compact and filter against brute force over generated logs.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tailor/core/random.hpp>
#include <tailor/data/interactions.hpp>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace data = tailor::data;
using data::interactions;
using tailor::item_index;
using tailor::user_index;

namespace {

/// An event in external ids.
using plain = std::tuple<std::string, std::string, double, std::int64_t>;

std::vector<plain> events_of(const interactions& log) {
  std::vector<plain> all;
  for (const data::event& e : log)
    all.emplace_back(log.users()[e.user.value()], log.items()[e.item.value()], e.value, e.time);
  return all;
}

std::vector<std::string> ids_of(const data::id_map& ids) {
  std::vector<std::string> all;
  for (const std::string_view id : ids) all.emplace_back(id);
  return all;
}

interactions small_log() {
  interactions log;
  log.add("ann", "tea", 5, 30);
  log.add("bob", "tea", 3, 10);
  log.add("ann", "jam", 2, 20);
  log.add("cid", "oil", 4, 40);
  log.add("ann", "tea", 1, 50);
  return log;
}

interactions random_log(std::uint64_t seed, std::size_t n_users, std::size_t n_items, std::size_t size) {
  tailor::random::generator g(seed);
  interactions log;
  for (std::size_t i = 0; i < size; ++i)
    log.add("u" + std::to_string(g.below(n_users)), g.below(1 + g.below(n_items)), static_cast<double>(1 + g.below(5)),
            static_cast<std::int64_t>(g.below(100)));
  return log;
}

}  // namespace

TEST_CASE("interactions: ids become dense indices in the order they come, events keep theirs") {
  const interactions log = small_log();
  CHECK(log.size() == 5);
  CHECK_FALSE(log.empty());
  CHECK(log.n_users() == 3);
  CHECK(log.n_items() == 3);
  CHECK(log.has_times());
  CHECK(ids_of(log.users()) == std::vector<std::string>{"ann", "bob", "cid"});
  CHECK(ids_of(log.items()) == std::vector<std::string>{"tea", "jam", "oil"});
  CHECK(log[3].user == user_index(2));
  CHECK(log[3].item == item_index(2));
  CHECK(log[3].value == 4);
  CHECK(log[3].time == 40);
  CHECK(log.begin() + 5 == log.end());
}

TEST_CASE("interactions: integers and their text are one id") {
  interactions log;
  log.add(196, "x");
  log.add("196", std::string("x"));
  log.add(std::int64_t{-7}, std::uint8_t{7});
  CHECK(log.n_users() == 2);
  CHECK(log.n_items() == 2);
  CHECK(log[2].value == 1);
  CHECK(log[2].time == 0);
  CHECK_FALSE(log.has_times());
}

TEST_CASE("interactions: an empty log is a log") {
  const interactions log;
  CHECK(log.empty());
  CHECK(log.n_users() == 0);
  CHECK(log.begin() == log.end());
  CHECK(log.matrix<float>(data::duplicates::sum).nnz() == 0);
  CHECK(log.compact().empty());
  CHECK(log.k_core(2, 2).empty());
  CHECK(log.binarise(1).empty());
}

TEST_CASE("interactions: all events have a time or none has") {
  interactions with, without;
  with.add("a", "x", 1, 5);
  without.add("a", "x");
  CHECK_THROWS_WITH_AS(with.add("a", "y"),
                       "time: expected a time for all events of a log or for none, found an event without",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(without.add("a", "y", 1, 5),
                       "time: expected a time for all events of a log or for none, found the first event with a time",
                       tailor::value_error);
  CHECK(with.size() == 1);
  CHECK(with.n_items() == 1);
  with.add("a", "y", 1, std::numeric_limits<std::int64_t>::min());
  CHECK(with[1].time == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("interactions: a value that is not finite is refused and leaves no id behind") {
  interactions log;
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    CHECK_THROWS_AS(log.add("a", "x", bad), tailor::value_error);
  CHECK(log.n_users() == 0);
  CHECK(log.n_items() == 0);
}

TEST_CASE("interactions: matrix makes one value of several events, as it is told") {
  const interactions log = small_log();
  using cells = xt::xtensor<double, 2>;
  const auto dense = [](const auto& matrix) {
    cells out = xt::zeros<double>({matrix.n_rows(), matrix.n_columns()});
    for (std::size_t r = 0; r < matrix.n_rows(); ++r)
      for (std::size_t i = 0; i < matrix.row(r).size(); ++i)
        out(r, matrix.row(r).columns[i]) = static_cast<double>(matrix.row(r).values[i]);
    return out;
  };
  CHECK(dense(log.matrix<float>(data::duplicates::last)) == cells{{1, 2, 0}, {3, 0, 0}, {0, 0, 4}});
  CHECK(dense(log.matrix<double>(data::duplicates::sum)) == cells{{6, 2, 0}, {3, 0, 0}, {0, 0, 4}});
  CHECK(dense(log.matrix<double>(data::duplicates::mean)) == cells{{3, 2, 0}, {3, 0, 0}, {0, 0, 4}});
  CHECK_THROWS_AS(log.matrix<float>(data::duplicates::error), tailor::value_error);
  CHECK(log.matrix<float>(data::duplicates::sum).nnz() == 4);
}

TEST_CASE("interactions: parts keep the ids, the order and the events asked for") {
  const interactions log = small_log();
  const interactions part = log.select(std::vector<std::size_t>{3, 0, 3});
  CHECK(events_of(part) == std::vector<plain>{{"cid", "oil", 4, 40}, {"ann", "tea", 5, 30}, {"cid", "oil", 4, 40}});
  CHECK(part.n_users() == 3);
  CHECK(part.n_items() == 3);
  CHECK(part.has_times());
  CHECK(part.shared_users() == log.shared_users());
  CHECK(part.shared_items() == log.shared_items());
  CHECK_THROWS_WITH_AS(log.select(std::vector<std::size_t>{0, 5}),
                       "positions: expected below 5, the size of the log, found 5", tailor::value_error);

  const interactions tea = log.filter([&](const data::event& e) { return log.items()[e.item.value()] == "tea"; });
  CHECK(events_of(tea) == std::vector<plain>{{"ann", "tea", 5, 30}, {"bob", "tea", 3, 10}, {"ann", "tea", 1, 50}});
  CHECK(log.size() == 5);
}

TEST_CASE("interactions: binarise keeps values of at least this, as 1") {
  const interactions liked = small_log().binarise(4);
  CHECK(events_of(liked) == std::vector<plain>{{"ann", "tea", 1, 30}, {"cid", "oil", 1, 40}});
  CHECK(liked.n_users() == 3);
  CHECK(small_log().binarise(-1).size() == 5);
  CHECK_THROWS_AS(small_log().binarise(std::numeric_limits<double>::quiet_NaN()), tailor::value_error);
}

TEST_CASE("interactions: compact drops the ids without events and keeps the rest in order") {
  const interactions part = small_log().select(std::vector<std::size_t>{3, 1});
  const interactions dense = part.compact();
  CHECK(events_of(dense) == events_of(part));
  CHECK(ids_of(dense.users()) == std::vector<std::string>{"bob", "cid"});
  CHECK(ids_of(dense.items()) == std::vector<std::string>{"tea", "oil"});
  CHECK(dense[0].user == user_index(1));
  CHECK(part.n_users() == 3);
  CHECK(dense.has_times());
}

TEST_CASE("interactions: k_core and compact equal brute force") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const interactions log = random_log(seed, 12, 14, 90);
    const std::size_t min_user = 1 + seed % 9, min_item = 1 + seed % 7;
    std::vector<plain> left = events_of(log);
    for (bool changed = true; changed;) {
      std::map<std::string, std::size_t> by_user, by_item;
      for (const plain& e : left) {
        ++by_user[std::get<0>(e)];
        ++by_item[std::get<1>(e)];
      }
      const auto few = [&](const plain& e) {
        return by_user[std::get<0>(e)] < min_user || by_item[std::get<1>(e)] < min_item;
      };
      const auto kept = std::remove_if(left.begin(), left.end(), few);
      changed = kept != left.end();
      left.erase(kept, left.end());
    }
    const interactions core = log.k_core(min_user, min_item);
    CAPTURE(seed);
    CHECK(events_of(core) == left);
    std::set<std::string> users, items;
    for (const plain& e : left) {
      users.insert(std::get<0>(e));
      items.insert(std::get<1>(e));
    }
    CHECK(core.n_users() == users.size());
    CHECK(core.n_items() == items.size());
    CHECK(ids_of(core.users()) == ids_of(core.compact().users()));
  }
}

TEST_CASE("interactions: adding to a part or to the log leaves the other as it was") {
  interactions log = small_log();
  interactions part = log.select(std::vector<std::size_t>{0});
  part.add("dan", "egg", 1, 1);
  CHECK(part.n_users() == 4);
  CHECK(log.n_users() == 3);
  CHECK_FALSE(log.users().contains("dan"));
  log.add("eve", "fig", 1, 1);
  CHECK(log.users()[3] == "eve");
  CHECK(part.users()[3] == "dan");
  CHECK(events_of(part) == std::vector<plain>{{"ann", "tea", 5, 30}, {"dan", "egg", 1, 1}});

  const interactions copy = log;
  const auto kept = log.shared_items();
  log.add("fay", "gin", 1, 1);
  CHECK(copy.n_users() == 4);
  CHECK(copy.size() == 6);
  CHECK_FALSE(kept->contains("gin"));
}

TEST_CASE("interactions: a log that was moved from is empty and can be used") {
  interactions log = small_log();
  const interactions moved = std::move(log);
  CHECK(moved.size() == 5);
  CHECK(log.empty());  // NOLINT(bugprone-use-after-move)
  CHECK(log.n_users() == 3);
  CHECK(log.users()[0] == "ann");
  CHECK(log.compact().n_users() == 0);
  log.add("zoe", "tea");
  CHECK_FALSE(log.has_times());
  CHECK(log.n_users() == 4);
  CHECK(moved.n_users() == 3);

  interactions target = small_log();
  target = std::move(log);
  CHECK(target.size() == 1);
  CHECK(log.empty());
  interactions& same = target;
  target = std::move(same);
  CHECK(target.size() == 1);
  log = target;
  CHECK(events_of(log) == events_of(target));
}

TEST_CASE("interactions: from a sparse matrix, whose positions become the ids") {
  const data::csr_matrix<float> matrix(3, 4, {0, 2, 2, 3}, {1, 3, 0}, {2.5F, 0, -1});
  const interactions log(matrix);
  CHECK(events_of(log) == std::vector<plain>{{"0", "1", 2.5, 0}, {"0", "3", 0, 0}, {"2", "0", -1, 0}});
  CHECK(log.n_users() == 3);
  CHECK(log.n_items() == 4);
  CHECK_FALSE(log.has_times());
  CHECK(log.matrix<float>(data::duplicates::error) == matrix);
  CHECK(interactions(data::csr_matrix<int>(1, 1, {0, 1}, {0}, {3}).view())[0].value == 3);
  CHECK(interactions(data::csr_matrix<double>()).empty());
  const data::csr_matrix<double> bad(1, 1, {0, 1}, {0}, {std::numeric_limits<double>::quiet_NaN()});
  CHECK_THROWS_AS(interactions{bad}, tailor::value_error);
}

TEST_CASE("interactions: a value that the matrix's type does not hold is refused") {
  data::interactions log;
  log.add("a", "x", 1e300);
  CHECK_THROWS_AS(log.matrix<float>(data::duplicates::last), tailor::value_error);
  CHECK(log.matrix<double>(data::duplicates::last).values()[0] == 1e300);
}

TEST_CASE("interactions: the k-core of a long chain, which comes apart from its ends, takes one pass") {
  data::interactions chain;  // quadratic work would take minutes here
  for (int i = 0; i < 200000; ++i) chain.add(i / 2, (i + 1) / 2);
  CHECK(chain.k_core(2, 2).empty());
  CHECK(chain.k_core(1, 1).size() == chain.size());
}

TEST_CASE("interactions: logs that share ids may each be added to from a thread of their own") {
  data::interactions log;
  for (int i = 0; i < 100; ++i) log.add(i, i);
  data::interactions other = log;
  std::thread mine([&] { log.add("new", "one"); });
  std::thread theirs([&] { other.add("another", "two"); });
  mine.join();
  theirs.join();
  CHECK(log.users().contains("new"));
  CHECK(!log.users().contains("another"));
  CHECK(other.users().contains("another"));
}
