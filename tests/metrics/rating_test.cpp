// SPDX-License-Identifier: BSD-3-Clause
// Hand-made cases, and twins that follow the formulas: in long double, over all pairs. Surprise 1.1.4's fcp.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tailor/core/index.hpp>
#include <tailor/core/random.hpp>
#include <tailor/metrics/rating.hpp>
#include <vector>

#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

using tailor::metrics::concordance;
using tailor::metrics::count_concordance;
using tailor::metrics::fcp;
using tailor::metrics::mae;
using tailor::metrics::rmse;

TEST_CASE("rmse and mae: by hand") {
  const std::vector<double> predicted = {1, 2, 3, 4}, actual = {1, 4, 3, 1};  // errors 0 −2 0 3
  CHECK(rmse(predicted, actual) == doctest::Approx(std::sqrt(13.0 / 4)).epsilon(1e-15));
  CHECK(mae(predicted, actual) == 5.0 / 4);
  CHECK(rmse(predicted, predicted) == 0);
  CHECK(mae(std::vector<double>{-3}, std::vector<double>{4}) == 7);
}

TEST_CASE_TEMPLATE("rmse and mae: as the formulas in long double", T, float, double) {
  tailor::random::generator g(11);
  for (const std::size_t n : {1u, 2u, 7u, 64u, 1000u}) {
    std::vector<T> predicted(n), actual(n);
    long double squares = 0, absolutes = 0;
    for (std::size_t i = 0; i < n; ++i) {
      predicted[i] = static_cast<T>(g.normal<double>());
      actual[i] = static_cast<T>(g.normal<double>());
      const long double error = static_cast<long double>(predicted[i]) - static_cast<long double>(actual[i]);
      squares += error * error;
      absolutes += std::abs(error);
    }
    const auto count = static_cast<long double>(n);
    CHECK(rmse(predicted, actual) == doctest::Approx(static_cast<double>(std::sqrt(squares / count))).epsilon(1e-13));
    CHECK(mae(predicted, actual) == doctest::Approx(static_cast<double>(absolutes / count)).epsilon(1e-13));
  }
}

TEST_CASE("rmse and mae: vectors, arrays, spans, integers and xtensor expressions may be mixed") {
  const std::vector<int> whole = {1, 2, 3, 4};
  const std::array<float, 4> single = {1, 4, 3, 1};
  const xt::xtensor<double, 1> dense = {1, 4, 3, 1};
  const xt::xtensor<int, 2> two_rows = {{1, 2, 3, 4}, {1, 4, 3, 1}};
  const double expected = std::sqrt(13.0 / 4);
  const auto is_expected = [&](double found) { return std::abs(found - expected) <= 1e-15; };
  CHECK(is_expected(rmse(whole, single)));
  CHECK(is_expected(rmse(tailor::span<const int>(whole), dense)));
  CHECK(is_expected(rmse(whole, dense * 2 - dense)));
  CHECK(is_expected(rmse(xt::view(two_rows, 0, xt::all()), xt::view(two_rows, 1, xt::all()))));
  CHECK(mae(whole, single) == 1.25);
  CHECK(mae(std::vector<std::uint8_t>{1}, std::vector<std::uint8_t>{4}) == 3);  // no wrapping around
}

TEST_CASE("rmse and mae: say what is wrong") {
  const std::vector<double> two = {1, 2}, three = {1, 2, 3}, none;
  CHECK_THROWS_WITH_AS(rmse(two, three), "predicted: expected as many as actual, 3, found 2", tailor::shape_error);
  CHECK_THROWS_AS(mae(three, two), tailor::shape_error);
  CHECK_THROWS_WITH_AS(rmse(none, none), "predicted: expected at least one number, found 0", tailor::value_error);
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(rmse(std::vector<double>{1, nan}, two), "predicted(1): expected a finite number, found NaN",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(mae(two, xt::xtensor<double, 1>{1, -infinity}),
                       "actual(1): expected a finite number, found -infinity", tailor::value_error);
}

namespace {

/// Over all pairs of ratings by the same user.
template <class U>
concordance pairs_twin(const U& users, const std::vector<double>& predicted, const std::vector<double>& actual) {
  concordance count;
  for (std::size_t i = 0; i < actual.size(); ++i)
    for (std::size_t j = 0; j < actual.size(); ++j)
      if (users[i] == users[j] && actual[i] > actual[j])
        (predicted[i] > predicted[j] ? count.concordant : count.discordant) += 1;
  return count;
}

}  // namespace

TEST_CASE("count_concordance: by hand") {
  // pairs of different ratings: (0, 1) right, (0, 2) wrong, (1, 2) a tie in the prediction, (0, 3) no pair, …
  const std::vector<double> predicted = {3, 2, 2, 5}, actual = {4, 3, 5, 4};
  const concordance count = count_concordance(predicted, actual);
  CHECK(count.concordant == 2);  // (0, 1), (3, 1)
  CHECK(count.discordant == 3);  // (2, 0), (2, 1), (2, 3)
  CHECK(count_concordance({}, {}).concordant == 0);
  CHECK(count_concordance({}, {}).discordant == 0);
}

TEST_CASE("count_concordance and fcp: equal their brute-force twin, ties and all") {
  tailor::random::generator g(3);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t n = 2 + g.below(60), n_users = 1 + g.below(6), levels = 1 + g.below(8);
    std::vector<double> predicted(n), actual(n);
    std::vector<int> users(n);
    const std::vector<int> one(n, 7);
    for (std::size_t i = 0; i < n; ++i) {
      users[i] = static_cast<int>(g.below(n_users)) - 2;
      predicted[i] = static_cast<double>(g.below(2 * levels));
      actual[i] = static_cast<double>(g.below(levels));
    }
    CAPTURE(trial);
    const concordance found = count_concordance(predicted, actual), expected = pairs_twin(one, predicted, actual);
    CHECK(found.concordant == expected.concordant);
    CHECK(found.discordant == expected.discordant);
    const concordance by_user = pairs_twin(users, predicted, actual);
    if (by_user.concordant + by_user.discordant > 0)
      CHECK(fcp(users, predicted, actual) == by_user.concordant / (by_user.concordant + by_user.discordant));
    else
      CHECK_THROWS_AS(fcp(users, predicted, actual), tailor::value_error);
  }
}

TEST_CASE("fcp: as Surprise's when every user has pairs of both kinds, and the paper's when not") {
  const std::vector<int> users = {1, 1, 1, 2, 2, 2, 2};
  CHECK(fcp(users, std::vector<double>{1, 2, 1.5, 4, 3, 2, 3}, std::vector<int>{1, 2, 3, 5, 4, 1, 2}) ==
        doctest::Approx(0.7777777777777778).epsilon(1e-15));  // Surprise
  // Surprise says .7619, since it divides 8 by two users and 5 by four; 8 and 5 counted by hand.
  const std::vector<std::uint32_t> more = {3, 1, 2, 1, 2, 1, 3, 2, 4, 1, 2, 5, 5};
  const std::vector<float> predicted = {3.5f, 4.1f, 2, 3.2f, 2.5f, 3.2f, 4, 2.5f, 1, 3.9f, 4.4f, 2, 2};
  const std::vector<double> actual = {4, 5, 1, 3, 4, 4, 2, 3, 5, 3, 5, 3, 1};
  CHECK(fcp(more, predicted, actual) == 8.0 / 13);
  std::vector<tailor::user_index> indices;
  for (const std::uint32_t user : more) indices.emplace_back(user);
  CHECK(fcp(indices, predicted, actual) == 8.0 / 13);
  CHECK(fcp(tailor::span<const tailor::user_index>(indices), predicted, actual) == 8.0 / 13);
}

TEST_CASE("count_concordance and fcp: say what is wrong") {
  const std::vector<int> users = {1, 1};
  const std::vector<double> two = {1, 2}, three = {1, 2, 3}, same = {4, 4}, none;
  const std::vector<double> not_a_number = {1, std::numeric_limits<double>::quiet_NaN()};
  CHECK_THROWS_AS(count_concordance(two, three), tailor::shape_error);
  CHECK_THROWS_AS(count_concordance(none, three), tailor::shape_error);
  CHECK_THROWS_AS(count_concordance(not_a_number, two), tailor::value_error);
  CHECK_THROWS_WITH_AS(fcp(users, three, three), "users: expected as many as predicted, 3, found 2",
                       tailor::shape_error);
  CHECK_THROWS_AS(fcp(users, two, three), tailor::shape_error);
  CHECK_THROWS_AS(fcp(users, two, not_a_number), tailor::value_error);
  CHECK_THROWS_AS(fcp(std::vector<int>{}, none, none), tailor::value_error);
  CHECK_THROWS_WITH_AS(fcp(users, two, same), "actual: expected two different ratings by one user, found none",
                       tailor::value_error);
}
