// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's SimpleImputer(add_indicator=True).
#include <doctest/doctest.h>

#include <limits>
#include <tailor/data/imputation.hpp>
#include <vector>

#include "support/remembered.hpp"

namespace data = tailor::data;
using data::imputation;
using data::simple_imputer;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN();
const xt::xtensor<double, 2> sample = {
    {1, none, 3, 7}, {2, 5, 3, none}, {none, 5, -1, none}, {2, 8, -1, 4}, {9, 8, 2.5, 1}};

simple_imputer imputer(imputation strategy, bool indicators = false, double constant = 0) {
  data::imputer_options options;
  options.strategy = strategy;
  options.indicators = indicators;
  options.constant = constant;
  return simple_imputer(options);
}

}  // namespace

TEST_CASE("simple_imputer: as scikit-learn") {
  CHECK(imputer(imputation::mean).fit(sample).fill() == std::vector<double>{3.5, 6.5, 1.3, 4});
  CHECK(imputer(imputation::median).fit(sample).fill() == std::vector<double>{2, 6.5, 2.5, 4});
  CHECK(imputer(imputation::most_frequent).fit(sample).fill() == std::vector<double>{2, 5, -1, 1});
  CHECK(imputer(imputation::constant, false, -7).fit(sample).fill() == std::vector<double>(4, -7));
}

TEST_CASE("simple_imputer: indicators follow the columns") {
  simple_imputer filled = imputer(imputation::median, true);
  filled.fit(sample);
  CHECK(filled.indicated() == std::vector<std::size_t>{0, 1, 3});
  const xt::xtensor<double, 2> row = {{none, none, none, 1}};
  const tailor::dense_matrix<double> expected = {{2, 6.5, 2.5, 1, 1, 1, 0}};
  CHECK(filled.transform(row) == expected);
  CHECK(remembered::copy(filled).transform(row) == expected);
  const tailor::dense_matrix<float> single = filled.transform(xt::xtensor<float, 2>{{4, 4, 4, 4}});
  const tailor::dense_matrix<float> whole = {{4, 4, 4, 4, 0, 0, 0}};
  CHECK(single == whole);
}

TEST_CASE("simple_imputer: says what is wrong, and a failed fit changes nothing") {
  simple_imputer filled;
  CHECK_THROWS_AS(filled.transform(sample), tailor::not_fitted_error);
  filled.fit(sample);
  const xt::xtensor<double, 2> unknown = {{1, none}, {2, none}},
                               infinite = {{1, 1, 1, -std::numeric_limits<double>::infinity()}};
  CHECK_THROWS_WITH_AS(filled.fit(unknown), "X: expected a number in every column, found none in 1",
                       tailor::value_error);
  CHECK_THROWS_AS(filled.fit(infinite), tailor::value_error);
  CHECK(filled.n_features() == 4);
  CHECK_THROWS_WITH_AS(filled.transform(unknown), "X: expected 4 columns, as fit saw, found 2", tailor::shape_error);
  CHECK_THROWS_WITH_AS(filled.transform(infinite),
                       "X(0, 3): expected a finite number, or NaN where missing, found -infinity", tailor::value_error);
  CHECK_THROWS_AS(imputer(imputation::constant, false, none), tailor::value_error);
  CHECK(imputer(imputation::constant).fit(unknown).fill() == std::vector<double>{0, 0});
}
