// SPDX-License-Identifier: BSD-3-Clause
// Expected: by hand, of a model that is nothing but its options and remembers what it was fitted with.
#include "tailor/evaluation/tune.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace eval = tailor::evaluation;
namespace data = tailor::data;

namespace {

struct options {
  std::size_t k = 1;
};

eval::search_space<options> from_to(std::int64_t low, std::int64_t high) {
  eval::search_space<options> out;
  out.integer("k", &options::k, low, high);
  return out;
}

/// A model that is its options; what it was fitted with is kept for the metric.
struct toy_model {
  explicit toy_model(const options& o) : chosen(o) { tailor::require(o.k <= 100, "options::k", "up to 100", o.k); }
  toy_model& fit(const data::interactions& log, const tailor::run_options& run) {
    known = log;
    for (std::size_t epoch = 1; epoch <= 3; ++epoch) tailor::report_progress(run, "toy_model", epoch, 3);
    return *this;
  }
  options chosen;
  data::interactions known;
};

/// User u has u % 4 + 1 events. 12 users.
data::interactions toy_log() {
  data::interactions log;
  for (std::size_t u = 0; u < 12; ++u)
    for (std::size_t i = 0; i <= u % 4; ++i) log.add(u, i);
  return log;
}

std::set<std::uint32_t> users_of(const data::interactions& log) {
  std::set<std::uint32_t> users;
  for (const data::event& e : log) users.insert(e.user.value());
  return users;
}

}  // namespace

TEST_CASE("tune: fits every model on the training part and asks the metric about the validation part") {
  const data::interactions train = toy_log(),
                           validation = train.filter([](const data::event&e) { return e.user.value() < 3; });
  const auto s = from_to(1, 4);
  const auto metric = [&](const toy_model& model, const data::interactions& asked) {
    CHECK(model.known.size() == train.size());
    CHECK(asked.size() == validation.size());
    return -std::abs(static_cast<double>(model.chosen.k) - 3);
  };
  CHECK(eval::tune<toy_model>(s, train, validation, metric).best.k == 3);
  eval::grid_search_options least;
  least.minimise = true;
  const auto found = eval::tune<toy_model>(s, train, validation, metric, least);
  CHECK(found.best.k == 1);
  CHECK(found.trials.size() == 4);
  CHECK_THROWS_AS(eval::tune<toy_model>(s, data::interactions(), validation, metric), tailor::value_error);
}

TEST_CASE("tune: a halving fits on nested shares of the users, and asks about those and about who is not in training") {
  const data::interactions log = toy_log();
  const auto in_training = [](const data::event& e) { return e.user.value() < 8; };
  const data::interactions train = log.filter(in_training);
  const auto s = from_to(0, 8);
  std::map<std::size_t, std::set<std::uint32_t>> shares;  // users of each round, by how many
  const auto metric = [&](const toy_model& model, const data::interactions& asked) {
    const auto known = users_of(model.known);
    const auto [at, is_new] = shares.emplace(known.size(), known);
    CHECK(at->second == known);
    auto expected = known;
    expected.insert({8, 9, 10, 11});
    CHECK(users_of(asked) == expected);
    for (const data::event& e : model.known) CHECK(e.user.at() < model.known.n_users());
    CHECK(model.known.shared_users() == train.shared_users());
    // Every event of who is in.
    CHECK(model.known.size() == train.filter([&](const data::event& e) { return known.count(e.user.value()); }).size());
    return static_cast<double>(model.chosen.k);
  };
  eval::halving_options how;
  how.trials = 9;
  const auto found = eval::tune<toy_model>(s, train, log, metric, how);
  CHECK(found.best.k == 8);
  REQUIRE(shares.size() == 3);  // 8/9 and 8/3 of a user, rounded up
  REQUIRE(shares.count(1) == 1);
  REQUIRE(shares.count(3) == 1);
  REQUIRE(shares.count(8) == 1);
  CHECK(std::includes(shares[3].begin(), shares[3].end(), shares[1].begin(), shares[1].end()));
  const auto three = shares[3];
  shares.clear();
  eval::tune<toy_model>(s, train, log, metric, how);
  CHECK(shares[3] == three);
  std::set<std::set<std::uint32_t>> by_seed;
  for (how.seed = 0; how.seed < 5; ++how.seed) {
    shares.clear();
    eval::tune<toy_model>(s, train, log, metric, how);
    by_seed.insert(shares[3]);
  }
  CHECK(by_seed.size() > 1);
}

TEST_CASE("tune: the smallest share of a halving holds somebody to ask about") {
  data::interactions log;  // a third of the users has a validation event, and comes last
  for (std::size_t u = 0; u < 30; ++u) log.add(u, std::size_t{0});
  const data::interactions validation = log.filter([](const data::event& e) { return e.user.value() >= 20; });
  const auto metric = [](const toy_model& model, const data::interactions& asked) {
    CHECK(asked.size() == (std::min)(model.known.size(), std::size_t{10}));
    return 1.0;
  };
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    eval::halving_options how;
    how.seed = seed;
    eval::tune<toy_model>(from_to(0, 26), log, validation, metric, how);
  }
}

TEST_CASE("tune: options that the model refuses make a failed trial, what fit and metric refuse ends the search") {
  const data::interactions log = toy_log();
  const auto metric = [](const toy_model& model, const data::interactions&) {
    if (model.chosen.k == 7) throw tailor::value_error("metric: unlucky");
    return static_cast<double>(model.chosen.k);
  };
  const eval::grid_search_options grid;
  const auto found = eval::tune<toy_model>(from_to(97, 102), log, log, metric, grid);
  CHECK(found.best.k == 100);
  REQUIRE(found.trials.size() == 6);
  CHECK_FALSE(found.trials[3].failed());
  CHECK(found.trials[4].failure == "options::k: expected up to 100, found 101");
  CHECK(found.trials[5].failed());
  CHECK_THROWS_WITH_AS(eval::tune<toy_model>(from_to(6, 8), log, log, metric, grid),
                       "metric: unlucky (grid_search, trial 1: k = 7)", tailor::value_error);
  CHECK_THROWS_AS(eval::tune<toy_model>(from_to(101, 103), log, log, metric, grid), tailor::convergence_error);
}

TEST_CASE("tune: progress is of trials, and can stop within a fit") {
  const data::interactions log = toy_log();
  const auto s = from_to(1, 2);
  std::vector<std::size_t> done;
  tailor::run_options run;
  std::size_t stop_after = 100;
  run.progress = [&](const tailor::progress_report& report) {
    CHECK(report.task == "grid_search");
    CHECK(report.total == 2);
    done.push_back(report.done);
    return done.size() < stop_after;
  };
  const auto metric = [](const toy_model&, const data::interactions&) { return 1.0; };
  const eval::grid_search_options grid;
  eval::tune<toy_model>(s, log, log, metric, grid, run);
  CHECK(done == std::vector<std::size_t>{0, 0, 0, 0, 1, 1, 1, 1, 2});
  done.clear();
  stop_after = 6;
  CHECK_THROWS_AS(eval::tune<toy_model>(s, log, log, metric, grid, run), tailor::cancelled_error);
  CHECK(done.size() == 6);
}
