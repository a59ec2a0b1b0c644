// SPDX-License-Identifier: BSD-3-Clause
// Hand-made cases, and a twin that follows the formulas in long double.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tailor/core/random.hpp>
#include <tailor/metrics.hpp>
#include <vector>

#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

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
