// SPDX-License-Identifier: BSD-3-Clause
// Ratings of a scorer that says what it is told, so that every error is known by hand; intervals against the formulas
// written out once more.
#include "tailor/evaluation/ratings.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "planted.hpp"

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
using data::interactions;
using tailor::user_index;

namespace {

/// Predicted 1 3 2 2 (the user's index is added to 1 2), actual 1.5 1 4 2.
interactions four_ratings() {
  interactions log;
  log.add("a", 0, 1.5);
  log.add("b", 1, 1);
  log.add("b", 0, 4);
  log.add("b", 0, 2);
  return log;
}

}  // namespace

TEST_CASE("evaluate_ratings: every rating of the test part counts once, also repeated ones") {
  const interactions log = four_ratings();
  const planted::told_scorer<float> model(log.matrix<float>(data::duplicates::last), {1, 2});
  const auto found = evaluation::evaluate_ratings(model, log);
  CHECK(found.ratings == 4);
  CHECK(found.rmse == doctest::Approx(std::sqrt((0.25 + 4 + 4 + 0) / 4)).epsilon(1e-15));
  CHECK(found.mae == doctest::Approx(4.5 / 4).epsilon(1e-15));
}

TEST_CASE("evaluate_ratings: the same for any number of threads") {
  const interactions log = planted::random_log(8, 3000);
  std::vector<double> scores;
  for (std::size_t i = 0; i < log.n_items(); ++i) scores.push_back(3 + 0.01 * static_cast<double>(i));
  const planted::told_scorer<double> model(log.matrix<double>(data::duplicates::last), scores);
  tailor::run_options one, four;
  one.threads = 1;
  four.threads = 4;
  const auto a = evaluation::evaluate_ratings(model, log, one), b = evaluation::evaluate_ratings(model, log, four);
  CHECK(a.rmse == b.rmse);
  CHECK(a.mae == b.mae);
}

TEST_CASE("evaluate_ratings: the errors of each user") {
  const interactions log = four_ratings();
  const planted::told_scorer<double> model(log.matrix<double>(data::duplicates::last), {1, 2});
  const auto found = evaluation::evaluate_ratings(model, log);
  REQUIRE(found.of_user.size() == 2);
  CHECK(found.of_user[0].user == user_index(0));
  CHECK(found.of_user[0].ratings == 1);
  CHECK(found.of_user[0].squared == 0.25);
  CHECK(found.of_user[1].ratings == 3);
  CHECK(found.of_user[1].squared == doctest::Approx(8.0 / 3).epsilon(1e-15));
  CHECK(found.of_user[1].absolute == doctest::Approx(4.0 / 3).epsilon(1e-15));
  // b's pairs of (predicted, actual) (3, 1) (2, 4) (2, 2): the first is above two that are better, and the last two tie
  // where the ratings differ, which counts against it
  CHECK(found.of_user[1].pairs.concordant == 0);
  CHECK(found.of_user[1].pairs.discordant == 3);
  REQUIRE(found.fcp);
  CHECK(*found.fcp == 0);
  CHECK(!evaluation::evaluate_ratings(model, log.select(std::vector<std::size_t>{0})).fcp);
}

TEST_CASE("rmse_interval: users are what is drawn, not ratings") {
  const interactions log = planted::random_log(5, 3000);
  const std::vector<double> scores(log.n_items(), -70);  // the user's index is added
  const planted::told_scorer<double> model(log.matrix<double>(data::duplicates::last), scores);
  const auto found = evaluation::evaluate_ratings(model, log);
  std::vector<double> squares(log.n_users(), 0), counts(log.n_users(), 0);
  for (const data::event& e : log) {
    squares[e.user.at()] += std::pow(static_cast<double>(e.user.value()) - 70 - e.value, 2);
    counts[e.user.at()] += 1;
  }
  double all = 0, variance = 0;
  for (const double s : squares) all += s / static_cast<double>(log.size());
  const auto n = static_cast<double>(log.n_users());
  for (std::size_t u = 0; u < log.n_users(); ++u)
    variance += n / (n - 1) * std::pow((squares[u] - all * counts[u]) / static_cast<double>(log.size()), 2);
  const auto interval = found.rmse_interval();
  const double t = 1.976013177679155 /* scipy: t(.975, 149) */;
  CHECK(log.n_users() == 150);
  CHECK(interval.lower == doctest::Approx(std::sqrt(all - t * std::sqrt(variance))).epsilon(1e-9));
  CHECK(interval.upper == doctest::Approx(std::sqrt(all + t * std::sqrt(variance))).epsilon(1e-9));
  CHECK_THROWS_AS(found.rmse_interval(1), tailor::value_error);
  const auto one_user =
      evaluation::evaluate_ratings(model, log.filter([](const data::event& e) { return e.user == user_index(3); }));
  CHECK_THROWS_WITH_AS(one_user.rmse_interval(), "rmse_interval: expected ratings of at least two users, found 1",
                       tailor::value_error);
}

TEST_CASE("compare: the errors of two models user by user") {
  const interactions log = four_ratings();
  const auto ids = log.matrix<double>(data::duplicates::last);
  const auto a = evaluation::evaluate_ratings(planted::told_scorer<double>(ids, {1, 2}), log);
  const auto b = evaluation::evaluate_ratings(planted::told_scorer<double>(ids, {1.5, 2}), log);
  // b: 1.5 | 3 2.5 2.5, errors 0 | 2 1.5 .5
  const auto found = evaluation::compare(a, b, &evaluation::user_errors::absolute);
  CHECK(found.n == 2);
  CHECK(found.mean_a == doctest::Approx((0.5 + 4.0 / 3) / 2).epsilon(1e-15));
  CHECK(found.mean_b == doctest::Approx((0 + 4.0 / 3) / 2).epsilon(1e-15));
  CHECK(found.difference == doctest::Approx(0.25).epsilon(1e-15));
  auto fewer = b;
  fewer.of_user.pop_back();
  CHECK_THROWS_WITH_AS(evaluation::compare(a, fewer), "compare: b: expected the users of a, found others",
                       tailor::value_error);
}

TEST_CASE("evaluate_ratings: says what is wrong") {
  const planted::four_users data;
  const planted::told_scorer<double> scorer(data.log.matrix<double>(data::duplicates::last), {0, 1, 2, 3, 4, 5});
  interactions more_users = data.log, more_items = data.log;
  more_users.add("eve", 0);
  more_items.add("ann", 99);
  CHECK_THROWS_AS(evaluation::evaluate_ratings(scorer, more_items), tailor::value_error);
  CHECK_THROWS_AS(evaluation::evaluate_ratings(scorer, more_users), tailor::value_error);
  CHECK_THROWS_AS(evaluation::evaluate_ratings(scorer, interactions()), tailor::value_error);
}
