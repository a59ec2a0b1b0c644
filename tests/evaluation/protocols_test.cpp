// SPDX-License-Identifier: BSD-3-Clause
// Logs in which everybody chooses the same, so that the one possible answer is all that is left, and each protocol
// against its split, fit and evaluation written out.
#include "tailor/evaluation/protocols.hpp"

#include <doctest/doctest.h>

#include <string>
#include <tailor/recommender/popularity.hpp>
#include <vector>

#include "planted.hpp"

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
using data::interactions;
using tailor::recommender::popularity;

namespace {

/// Twenty users who all have the items 0 … 9, in this order.
interactions alike() {
  interactions log;
  for (int user = 0; user < 20; ++user)
    for (int item = 0; item < 10; ++item) log.add(user, item, 5, 100 * item + user);
  return log;
}

evaluation::ranking_options lists_of(std::size_t k) {
  evaluation::ranking_options options;
  options.cutoffs = {k};
  return options;
}

bool same(const evaluation::ranking_result& a, const evaluation::ranking_result& b) {
  return a.k == b.k && a.asked == b.asked && a.mean.ndcg == b.mean.ndcg && a.mean.recall == b.mean.recall &&
         a.coverage == b.coverage;
}

}  // namespace

TEST_CASE("evaluate_strong: of users who are all alike, what is left is what was held back") {
  interactions log = alike();
  for (int user = 0; user < 20; ++user) {
    log.add(user, "only " + std::to_string(user), 5, 0);  // nobody can know this
    log.add(user, "disliked", 3, 0);
  }
  for (int item = 0; item < 4; ++item) log.add("casual", 100 + item, 5, 0);
  evaluation::strong_options options;
  options.relevant_from = 4;
  const auto found = evaluation::evaluate_strong(popularity(), log, options);
  REQUIRE(found.lists.size() == 3);
  CHECK(found.lists[0].k == 20);
  CHECK(found.at(100).k == 100);
  CHECK(found.at(20).users == 4);
  CHECK(found.at(20).mean.capped_recall == 1);

  const auto parts = evaluation::strong_parts(log, options);
  const auto is_of = [&](const interactions& part, const char* item) {
    for (const data::event& e : part)
      if (log.items()[e.item.value()] == item) return true;
    return false;
  };
  for (const auto* part : {&parts.train, &parts.history, &parts.target}) {
    CHECK(!is_of(*part, "disliked"));
    CHECK(!is_of(*part, "100"));
  }
  CHECK(parts.train.size() == 16 * 11);
  CHECK(parts.history.size() + parts.target.size() == 4 * 10);
  for (const data::event& e : parts.train) CHECK(e.value == 1);

  options.seed = 1;
  CHECK(evaluation::strong_parts(log, options).history[0].user != parts.history[0].user);
}

TEST_CASE("evaluate_stratified and evaluate_last_out: of users who are all alike, what is left is what was held back") {
  evaluation::stratified_options stratified;
  stratified.ranking = lists_of(3);
  const auto quarter = evaluation::evaluate_stratified(popularity(), alike(), stratified);
  CHECK(quarter.at(3).users == 20);
  CHECK(quarter.at(3).mean.ndcg == 1);
  CHECK(quarter.at(3).mean.precision == 1);

  // Each one's last item is 9, which nobody has in the training part, but the one who has it twice.
  interactions log = alike();
  log.add("early", 9, 5, 0);
  log.add("early", 0, 5, 1);
  evaluation::last_out_options last;
  last.ranking = lists_of(1);
  const auto one = evaluation::evaluate_last_out(popularity(), log, last);
  CHECK(one.at(1).users == 21);
  CHECK(one.at(1).mean.hit_rate == 1);  // 9 is left to all others, 0 is the most popular that early does not have
  last.n = 2;
  CHECK(evaluation::evaluate_last_out(popularity(), log, last).at(1).users == 20);
}

TEST_CASE("evaluate_temporal: learns nothing from the future") {
  interactions log;
  for (const char* user : {"a", "b", "c"}) log.add(user, "tea", 1, 10);
  for (const char* user : {"a", "b", "d"}) log.add(user, "cake", 1, 20);
  log.add("c", "cake", 1, 30);
  log.add("d", "tea", 1, 30);
  log.add("a", "jam", 1, 30);  // new on that day
  evaluation::temporal_options options;
  options.ranking = lists_of(1);
  options.test_size = 1.0 / 3;
  const auto found = evaluation::evaluate_temporal(popularity(), log, options).at(1);
  CHECK(found.users == 3);
  CHECK(found.mean.hit_rate == doctest::Approx(2.0 / 3).epsilon(1e-15));
}

TEST_CASE("the protocols are their splits, a fit and an evaluation") {
  const interactions log = planted::random_log(4, 3000);
  evaluation::stratified_options stratified;
  stratified.ranking = lists_of(5);
  stratified.seed = 7;
  const auto check = [&](const evaluation::protocol_result& found, const evaluation::split& parts) {
    popularity model;
    model.fit(parts.train);
    CHECK(same(found.at(5), evaluation::evaluate_ranking(model, parts.test, 5)));
  };
  check(evaluation::evaluate_stratified(popularity(), log, stratified), evaluation::stratified_split(log, 0.25, 7));
  evaluation::last_out_options last;
  last.ranking = lists_of(5);
  check(evaluation::evaluate_last_out(popularity(), log, last), evaluation::leave_last_out(log));
  evaluation::temporal_options temporal;
  temporal.ranking = lists_of(5);
  check(evaluation::evaluate_temporal(popularity(), log, temporal), evaluation::temporal_split(log));

  evaluation::strong_options strong;
  strong.ranking = lists_of(5);
  const auto parts = evaluation::strong_parts(log, strong);
  popularity model;
  model.fit(parts.train);
  CHECK(same(evaluation::evaluate_strong(popularity(), log, strong).at(5),
             evaluation::evaluate_ranking(model, parts.history, parts.target, 5)));
}

TEST_CASE("protocols: say what is wrong") {
  const auto found = evaluation::evaluate_stratified(popularity(), alike());
  CHECK_THROWS_WITH_AS(found.at(20), "protocol_result::at: k: expected one of the cutoffs, 10, found 20",
                       tailor::value_error);
  evaluation::strong_options options;
  options.min_events = 0;
  CHECK_THROWS_AS(evaluation::evaluate_strong(popularity(), alike(), options), tailor::value_error);
  options.min_events = 100;
  CHECK_THROWS_WITH_AS(evaluation::evaluate_strong(popularity(), alike(), options),
                       "log: expected several users of at least min_events = 100 events that count, found 0 events to "
                       "learn from and 0 to ask for",
                       tailor::value_error);
  interactions once;
  for (const char* user : {"a", "b", "c"}) once.add(user, "tea", 1, 10);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_stratified(popularity(), once),
                       "log: expected users of several events, found 3 events to learn from and 0 to ask for",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_last_out(popularity(), once),
                       "log: expected users of more than n events, found 3 events to learn from and 0 to ask for",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_temporal(popularity(), once),
                       "log: expected events of several times, found 0 events to learn from and 3 to ask for",
                       tailor::value_error);
}
