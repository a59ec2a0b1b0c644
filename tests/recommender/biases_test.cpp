// SPDX-License-Identifier: BSD-3-Clause
// Expected: what Surprise 1.1.4 (`baseline_als` and `baseline_sgd`, its defaults) says of the 6 × 5 matrix of
// support/ratings.hpp and of MovieLens latest-small, to 17 digits; else the least-squares formula and a step of descent
// by hand.
#include "tailor/recommender/biases.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <fstream>
#include <string>
#include <tailor/data/interactions_csv.hpp>
#include <vector>

#include "support/names.hpp"
#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;

template <class T>
rec::biases<T> fit(const data::csr_matrix<T>& matrix, const rec::bias_options& options = {},
                   const tailor::run_options& run = {}) {
  const auto transposed = data::transpose(matrix);
  return rec::fit_biases(matrix.view(), transposed.view(), options, run);
}

rec::bias_options als(std::size_t epochs, double user_regularization, double item_regularization) {
  auto options = rec::bias_options::als();
  options.epochs = epochs;
  options.user_regularization = user_regularization;
  options.item_regularization = item_regularization;
  return options;
}

}  // namespace

TEST_CASE_TEMPLATE("biases: the baselines of Surprise come out", T, float, double) {
  const auto known = fit(support::peers_csr<T>());
  const std::vector<double> users = {0.039801380217572672,   -0.0067439208802521694, -0.067802265071619877,
                                     -0.0072724717318417209, 0.064863998677363172,   -0.012830198729795756};
  // Surprise numbers the items 0, 1, 3, 4, 2 here.
  const std::vector<double> items = {0.054630213493005418, -0.08386561906475401, -0.0065267699217665042,
                                     -0.093379534393366145, 0.14416649360901246};
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-15;
  CHECK(std::abs(static_cast<double>(known.mean) - 3.0555555555555554) < tolerance);
  REQUIRE(known.users.size() == 6);
  REQUIRE(known.items.size() == 5);
  for (std::size_t u = 0; u < 6; ++u) CHECK(std::abs(static_cast<double>(known.users[u]) - users[u]) < tolerance);
  for (std::size_t i = 0; i < 5; ++i) CHECK(std::abs(static_cast<double>(known.items[i]) - items[i]) < tolerance);
}

TEST_CASE("biases: the baselines of MovieLens latest-small are Surprise's, where scripts/data has brought it") {
  const std::string file = TAILOR_TESTS_DIR "/../build/data/movielens-latest-small.csv";
  if (!std::ifstream(file)) {
    MESSAGE("not here: " << file);
    return;
  }
  const data::interactions log = data::read_interactions(file);
  REQUIRE(log.size() == 100004);
  const auto known = fit(log.matrix<double>(data::duplicates::error));
  const auto user = [&](const char* id) { return known.users[*log.users().find(id)]; };
  const auto item = [&](const char* id) { return known.items[*log.items().find(id)]; };
  CHECK(support::near(known.mean, 3.5436082556697732, 1e-13));
  CHECK(support::near(user("1"), -0.63400795723045711, 1e-13));
  CHECK(support::near(user("15"), -0.98891048645986368, 1e-13));
  CHECK(support::near(user("671"), 0.0278909806019687, 1e-13));
  CHECK(support::near(item("1"), 0.3493731258575184, 1e-13));
  CHECK(support::near(item("318"), 0.9417292696470756, 1e-13));
  CHECK(support::near(item("163949"), 0.15728525285556375, 1e-13));
  double of_users = 0, of_items = 0;
  for (const double bias : known.users) of_users += std::abs(bias);
  for (const double bias : known.items) of_items += std::abs(bias);
  CHECK(support::near(of_users, 174.332612467566, 1e-12));
  CHECK(support::near(of_items, 1388.63932502835, 1e-12));
  CHECK(support::near(known.mean + user("15") + item("356"), 3.0730073594135474, 1e-13));
}

TEST_CASE("biases: one epoch is two steps of regularised means, items first") {
  // Mean 3; item 0: (1 + 0) / (1 + 2), item 1: -1 / (1 + 1); then user 0: (5 - 3 - ...) and so on.
  const data::csr_matrix<double> ratings(2, 2, {0, 2, 3}, {0, 1, 0}, {4, 2, 3});
  const auto known = fit(ratings, als(1, 2, 1));
  CHECK(known.mean == 3);
  CHECK(known.items[0] == doctest::Approx(1.0 / 3).epsilon(1e-14));
  CHECK(known.items[1] == doctest::Approx(-0.5).epsilon(1e-14));
  CHECK(known.users[0] == doctest::Approx((1 - 1.0 / 3 + -1 + 0.5) / 4).epsilon(1e-14));
  CHECK(known.users[1] == doctest::Approx((0 - 1.0 / 3) / 3).epsilon(1e-14));
}

TEST_CASE_TEMPLATE("biases: a user of the data gets the same bias from their history, to the bit", T, float, double) {
  const auto ratings = support::random_ratings<T>(40, 30, 0.3, 5);
  for (const std::size_t epochs : {1U, 10U}) {
    rec::bias_options options;
    options.epochs = epochs;
    const auto known = fit(ratings, options);
    for (std::size_t u = 0; u < 40; ++u) CHECK(rec::user_bias(known, ratings.row(u), options) == known.users[u]);
    CHECK(rec::user_bias(known, data::row_view<T>{}, options) == T{});
  }
}

TEST_CASE("biases: without regularisation, rows without ratings have bias 0, not NaN") {
  const auto none = als(5, 0, 0);
  const auto ratings = support::random_ratings<double>(20, 10, 0.4, 6);
  const auto known = fit(ratings, none);
  CHECK(known.users[0] == 0);
  CHECK(known.items[9] == 0);
  for (const double bias : known.users) CHECK(std::isfinite(bias));
  CHECK(rec::user_bias(known, data::row_view<double>{}, none) == 0);
}

// Surprise was given the ratings of each user in the order of `shuffle_row` with seed 0: 0 3 2 1, 0 2 1, 2 1 0, 1 0 2,
// 0, 2 0 1 3.
TEST_CASE_TEMPLATE("biases: the baselines of Surprise's SGD come out", T, float, double) {
  const std::vector<double> users = {0.061510196561227158,  -0.01182929484253285, -0.10532189454239566,
                                     -0.012471842719691838, 0.096970337111578639, -0.020468152983796725};
  const std::vector<double> items = {0.059723388762455185, -0.096781547472282348, -0.0092351150463995235,
                                     -0.10422593483561957, 0.15902955733876709};
  const auto known = fit(support::peers_csr<T>(), rec::bias_options::sgd());
  const double tolerance = sizeof(T) == 4 ? 1e-7 : 1e-15;
  REQUIRE(known.users.size() == 6);
  REQUIRE(known.items.size() == 5);
  for (std::size_t u = 0; u < 6; ++u) CHECK(std::abs(static_cast<double>(known.users[u]) - users[u]) < tolerance);
  for (std::size_t i = 0; i < 5; ++i) CHECK(std::abs(static_cast<double>(known.items[i]) - items[i]) < tolerance);
}

TEST_CASE("biases: SGD goes down the gradient of each rating, and from a history that of the user alone") {
  auto options = rec::bias_options::sgd();
  options.epochs = 2;
  options.learning_rate = 0.25;
  options.user_regularization = 0.5;
  options.item_regularization = 1;
  const data::csr_matrix<double> ratings(2, 2, {0, 1, 2}, {0, 1}, {4, 2});
  const auto known = fit(ratings, options);
  // Mean 3, so that both have the error 1 to begin with, of opposite sign: then 1 − .25 − .25.
  const double user = 0.25 + 0.25 * (0.5 - 0.5 * 0.25), item = 0.25 + 0.25 * (0.5 - 0.25);
  CHECK(known.users == std::vector<double>{user, -user});
  CHECK(known.items == std::vector<double>{item, -item});
  const double first = 0.25 * (1 - item), second = first + 0.25 * (1 - item - first - 0.5 * first);
  CHECK(support::near(rec::user_bias(known, ratings.row(0), options), second, 1e-15));
  CHECK(rec::user_bias(known, data::row_view<double>{}, options) == 0);
}

TEST_CASE_TEMPLATE("biases: by SGD a history gives nearly what was learnt of the user, and seeds change little", T,
                   float, double) {
  const auto ratings = support::random_ratings<T>(60, 40, 0.4, 5);
  auto options = rec::bias_options::sgd();
  const auto known = fit(ratings, options);
  CHECK(fit(ratings, options).users == known.users);
  options.seed = 1;
  const auto other = fit(ratings, options);
  CHECK(other.users != known.users);
  for (std::size_t u = 0; u < 60; ++u) {
    const auto expected = static_cast<double>(known.users[u]);
    CHECK(std::abs(static_cast<double>(rec::user_bias(known, ratings.row(u), options)) - expected) < 0.1);
    CHECK(std::abs(static_cast<double>(other.users[u]) - expected) < 0.1);
  }
}

TEST_CASE_TEMPLATE("biases: SGD that goes astray says so", T, float, double) {
  auto options = rec::bias_options::sgd();
  options.learning_rate = 1.5;
  CHECK_THROWS_WITH_AS(
      fit(support::random_ratings<T>(60, 40, 0.4, 5), options),
      "biases: expected SGD to lower the squared error, found it grow: learning_rate = 1.5 is too high",
      tailor::convergence_error);
  options.learning_rate = 0.005;
  options.user_regularization = 1e6;
  CHECK_THROWS_AS(fit(support::random_ratings<T>(60, 40, 0.4, 5), options), tailor::convergence_error);
  // The same rating everywhere leaves nothing to learn, and nothing that could grow.
  const data::csr_matrix<T> constant(2, 2, {0, 2, 3}, {0, 1, 1}, {T(0.1), T(0.1), T(0.1)});
  for (const T bias : fit(constant, rec::bias_options::sgd()).users) CHECK(std::abs(bias) < T(1e-7));
}

TEST_CASE("biases: the same bits for 1, 2 and 4 threads") {
  const auto ratings = support::random_ratings<float>(4000, 400, 0.8, 7);
  const auto one = fit(ratings, als(2, 15, 10), support::threads(1));
  for (const std::size_t n : {2U, 4U}) {
    const auto many = fit(ratings, als(2, 15, 10), support::threads(n));
    CHECK(many.users == one.users);
    CHECK(many.items == one.items);
  }
}

TEST_CASE("biases: every epoch is reported and the work can be stopped") {
  std::size_t reports = 0;
  tailor::run_options run;
  run.progress = [&](const tailor::progress_report& report) {
    CHECK(report.task == "biases");
    CHECK(report.done == ++reports);
    CHECK(report.total == 10);
    return report.done < 7;
  };
  CHECK_THROWS_AS(fit(support::peers_csr<double>(), {}, run), tailor::cancelled_error);
  CHECK(reports == 7);
  reports = 0;
  auto ten = rec::bias_options::sgd();
  ten.epochs = 10;
  CHECK_THROWS_AS(fit(support::peers_csr<double>(), ten, run), tailor::cancelled_error);
  CHECK(reports == 7);
}

TEST_CASE("biases: options, shapes, values and histories that make no sense are refused by name") {
  const auto ratings = support::peers_csr<double>();
  CHECK_THROWS_WITH_AS(fit(ratings, als(0, 15, 10)), "bias_options::epochs: expected from 1 to 1,000,000, found 0",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(fit(ratings, als(10, -1, 10)),
                       "bias_options::user_regularization: expected a number from 0, found -1", tailor::value_error);
  CHECK_THROWS_AS(fit(ratings, als(1'000'001, 15, 10)), tailor::value_error);
  CHECK_THROWS_AS(fit(ratings, als(10, 15, support::nan)), tailor::value_error);
  CHECK_THROWS_AS(fit(ratings, als(10, support::infinity, 10)), tailor::value_error);
  for (const double rate : {0.0, -1.0, support::nan, support::infinity}) {
    auto options = rec::bias_options::sgd();
    options.learning_rate = rate;
    CHECK_THROWS_AS(fit(ratings, options), tailor::value_error);
  }
  CHECK_THROWS_AS(rec::fit_biases(ratings.view(), ratings.view(), {}), tailor::shape_error);
  const data::csr_matrix<double> bad(1, 1, {0, 1}, {0}, {support::nan});
  CHECK_THROWS_WITH_AS(fit(bad), "user_items(0, 0): expected a finite number, found NaN", tailor::value_error);
  const data::csr_matrix<double> huge(1, 2, {0, 2}, {0, 1}, {1e308, 1e308});
  CHECK_THROWS_WITH_AS(fit(huge), "user_items: expected ratings that can be added up, found their sum overflows",
                       tailor::value_error);
  const auto known = fit(ratings);
  CHECK_THROWS_WITH_AS(rec::user_bias(known, support::history<double>(9, {{5, 3}}).view(), {}),
                       "history: expected items below n_items = 5, found 5", tailor::value_error);
  CHECK_THROWS_AS(rec::user_bias(known, ratings.row(0), als(10, support::nan, 10)), tailor::value_error);
  CHECK_THROWS_AS(rec::user_bias(known, ratings.row(0), als(std::size_t(-1), 15, 10)), tailor::value_error);
  for (const double rate : {10.0, 1e6, 1e300}) {
    auto options = rec::bias_options::sgd();
    options.learning_rate = rate;
    CHECK_THROWS_AS(rec::user_bias(known, ratings.row(0), options), tailor::convergence_error);
  }
}

TEST_CASE("biases: without any rating everything is 0") {
  const data::csr_matrix<double> none(3, 2, {0, 0, 0, 0}, {}, {});
  const auto known = fit(none);
  CHECK(known.mean == 0);
  CHECK(known.users == std::vector<double>(3, 0.0));
  CHECK(known.items == std::vector<double>(2, 0.0));
}

TEST_CASE("biases: options name all their fields, and methods their names") {
  const std::vector<std::string> names = {"method",        "epochs", "user_regularization", "item_regularization",
                                          "learning_rate", "seed"};
  CHECK(support::names_of(rec::bias_options{}) == names);
  CHECK(enum_names(rec::bias_method{})[static_cast<std::size_t>(rec::bias_method::sgd)] == "sgd");
  CHECK(rec::bias_options::als().method == rec::bias_method::als);
  CHECK(rec::bias_options::sgd().epochs == 20);
}
