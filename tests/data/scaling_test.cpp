// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's StandardScaler and MinMaxScaler; a twin of the summaries in long double.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <tailor/core/random.hpp>
#include <tailor/data/scaling.hpp>
#include <vector>

#include "support/remembered.hpp"

namespace data = tailor::data;
using data::minmax_scaler;
using data::standard_scaler;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();

template <class T>
xt::xtensor<T, 2> sample() {
  const T gap = std::numeric_limits<T>::quiet_NaN();
  return {{T(1.5), 2, 7, gap}, {4, 2, -3, 1}, {T(-2.5), 2, 11, 5}, {3, 2, gap, T(2.25)}, {10, 2, T(.5), -8}};
}

template <class A, class B>
void check_equal(const A& found, const B& expected, double tolerance) {
  REQUIRE(found.shape()[0] == expected.shape()[0]);
  REQUIRE(found.shape()[1] == expected.shape()[1]);
  for (std::size_t i = 0; i < found.shape()[0]; ++i)
    for (std::size_t j = 0; j < found.shape()[1]; ++j) {
      CAPTURE(i);
      CAPTURE(j);
      const auto a = static_cast<double>(found(i, j)), b = static_cast<double>(expected(i, j));
      if (std::isnan(b))
        CHECK(std::isnan(a));
      else
        CHECK(std::abs(a - b) <= tolerance);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("standard_scaler: as scikit-learn, and back", T, float, double) {
  const xt::xtensor<double, 2> expected = {{-0.41901927968008934, 0.0, 0.5724857252464093, none},
                                           {0.1971855433788655, 0.0, -1.2594685955421003, 0.1923234986359406},
                                           {-1.4049469965744172, 0.0, 1.3052674535618132, 1.0129037594826205},
                                           {-0.049296385844716434, 0.0, none, 0.44875483015052803},
                                           {1.6760771187203571, 0.0, -0.618284583266122, -1.653982088269089}};
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  standard_scaler scaler;
  const auto Z = scaler.fit_transform(sample<T>());
  static_assert(std::is_same_v<decltype(Z), const tailor::dense_matrix<T>>);
  check_equal(Z, expected, tolerance);
  check_equal(scaler.inverse_transform(Z), sample<T>(), 20 * tolerance);
  CHECK(scaler.scale()[1] == 1);
  CHECK(scaler.shift()[0] == doctest::Approx(3.2).epsilon(1e-7));
  CHECK(scaler.scale()[3] == doctest::Approx(4.87459934251011).epsilon(1e-14));
}

TEST_CASE("minmax_scaler: as scikit-learn, and back") {
  const xt::xtensor<double, 2> expected = {{0.28, -1.0, 1.8571428571428572, none},
                                           {1.08, -1.0, -1.0, 1.7692307692307694},
                                           {-1.0, -1.0, 3.0, 3.0},
                                           {0.76, -1.0, none, 2.153846153846154},
                                           {3.0, -1.0, 0.0, -1.0}};
  minmax_scaler scaler(-1, 3);
  const auto Z = scaler.fit_transform(sample<double>());
  check_equal(Z, expected, 1e-14);
  check_equal(scaler.inverse_transform(Z), sample<double>(), 1e-13);
  const xt::xtensor<int, 2> beyond = {{20, 5, 0, 0}};
  const xt::xtensor<double, 2> further = {{6.2, 11.0, -0.1428571428571429, 1.4615384615384617}};
  check_equal(scaler.transform(beyond), further, 1e-14);
}

TEST_CASE("standard_scaler: a column that is constant up to rounding becomes 0") {
  xt::xtensor<double, 2> X = xt::zeros<double>({7, 2});
  for (std::size_t i = 0; i < 7; ++i) {
    X(i, 0) = 0.1;
    X(i, 1) = 1e6 + (i == 3 ? 1e-10 : 0);
  }
  standard_scaler scaler;
  const auto Z = scaler.fit_transform(X);
  CHECK(scaler.scale() == std::vector<double>{1, 1});
  for (const double z : Z) CHECK(std::abs(z) < 1e-9);
}

TEST_CASE("summarise_columns: as a twin in long double, for any number of threads") {
  tailor::random::generator g(4);
  xt::xtensor<double, 2> X = xt::zeros<double>({10000, 3});
  for (std::size_t i = 0; i < 10000; ++i)
    for (std::size_t j = 0; j < 3; ++j) X(i, j) = g.below(10) == 0 ? none : g.normal(1e3 * static_cast<double>(j), 1.0);
  tailor::run_options one, four;
  one.threads = 1;
  four.threads = 4;
  const auto columns = data::summarise_columns(X, one), again = data::summarise_columns(X, four);
  for (std::size_t j = 0; j < 3; ++j) {
    long double sum = 0, squares = 0, n = 0;
    for (std::size_t i = 0; i < 10000; ++i)
      if (!std::isnan(X(i, j))) {
        sum += X(i, j);
        ++n;
      }
    for (std::size_t i = 0; i < 10000; ++i)
      if (!std::isnan(X(i, j))) squares += (X(i, j) - sum / n) * (X(i, j) - sum / n);
    CHECK(columns[j].count == static_cast<std::size_t>(n));
    CHECK(columns[j].mean == doctest::Approx(static_cast<double>(sum / n)).epsilon(1e-13));
    CHECK(columns[j].squares == doctest::Approx(static_cast<double>(squares)).epsilon(1e-12));
    CHECK(columns[j].mean == again[j].mean);
    CHECK(columns[j].squares == again[j].squares);
  }
}

TEST_CASE("scalers: keep their state in an archive") {
  standard_scaler standard;
  standard.fit(sample<double>());
  check_equal(remembered::copy(standard).transform(sample<double>()), standard.transform(sample<double>()), 0);
  minmax_scaler minmax(2, 3);
  minmax.fit(sample<double>());
  check_equal(remembered::copy(minmax).transform(sample<double>()), minmax.transform(sample<double>()), 0);
}

TEST_CASE("scalers: say what is wrong, and a failed fit changes nothing") {
  standard_scaler scaler;
  const xt::xtensor<double, 2> X = {{1, 2}, {3, 5}};
  CHECK_THROWS_AS(scaler.transform(X), tailor::not_fitted_error);
  scaler.fit(X);
  const xt::xtensor<double, 2> bad = {{1, infinity}}, unknown = {{1, none}, {2, none}}, wide = {{1, 2, 3}};
  CHECK_THROWS_WITH_AS(scaler.fit(bad), "X(0, 1): expected a finite number, or NaN where missing, found infinity",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(scaler.fit(unknown), "X: expected a number in every column, found none in 1",
                       tailor::value_error);
  CHECK_THROWS_AS(scaler.fit(xt::xtensor<double, 2>(std::array<std::size_t, 2>{0, 2})), tailor::value_error);
  CHECK_THROWS_AS(scaler.fit(xt::xtensor<double, 2>(std::array<std::size_t, 2>{3, 0})), tailor::value_error);
  const xt::xtensor<double, 2> huge = {{1e308, 1}, {-1e308, 2}};
  CHECK_THROWS_AS(scaler.fit(huge), tailor::value_error);
  CHECK(scaler.shift() == std::vector<double>{2, 3.5});
  CHECK_THROWS_WITH_AS(scaler.transform(wide), "X: expected 2 columns, as fit saw, found 3", tailor::shape_error);
  CHECK_THROWS_AS(scaler.inverse_transform(wide), tailor::shape_error);
  CHECK_THROWS_AS(scaler.transform(bad), tailor::value_error);
  const xt::xtensor<float, 2> narrow = {{0, 0}, {1e-30F, 1e-30F}}, far = {{1e20F, 0}};
  CHECK_THROWS_AS(standard_scaler().fit(narrow).transform(far), tailor::value_error);
  CHECK_THROWS_AS(minmax_scaler(1, 1), tailor::value_error);
  CHECK_THROWS_AS(minmax_scaler(none, 1), tailor::value_error);
  CHECK_THROWS_AS(minmax_scaler(0, infinity), tailor::value_error);
}
