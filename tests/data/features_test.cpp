// SPDX-License-Identifier: BSD-3-Clause
// By hand, and by the parts (each with expected numbers of its own): imputer, scaler, encoders.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <tailor/core/random.hpp>
#include <tailor/data/features.hpp>
#include <vector>

#include "support/remembered.hpp"

namespace data = tailor::data;
using data::feature_encoder;
using data::feature_options;
using data::table;
using data::table_column;
using matrix = tailor::dense_matrix<double>;
using texts = std::vector<std::string>;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

table customers() {
  return table({table_column::of_texts<std::string>("id", {"i1", "i2", "i3", "i4", "i5", "i6"}),
                table_column::of_numbers("age", {20, 30, none, 50, 60, 30}),
                table_column::of_texts<std::string>("plan", {"b", "g", "b", "b", "g", "s"}),
                table_column::of_texts<std::string>("same", {"x", "x", "x", "x", "x", "x"}),
                table_column::of_numbers("unknown", std::vector<double>(6, none)),
                table_column::of_texts<std::string>("churn", {"No", "Yes", "No", "No", "Yes", "Yes"})});
}

feature_options with_target() {
  feature_options options;
  options.target = "churn";
  options.min_frequency = 2;
  options.one_hot_levels = 5;
  return options;
}

}  // namespace

TEST_CASE("feature_encoder: a small table by hand") {
  feature_encoder encoder(with_target());
  const matrix X = encoder.fit_transform(customers());
  CHECK(encoder.names() == texts{"age", "age=(missing)", "plan=b", "plan=g", "plan=(rare)"});
  CHECK(encoder.sources() == texts{"age", "age", "plan", "plan", "plan"});
  CHECK(encoder.left_out() == texts{"id", "same", "unknown"});
  // ages with the median 30 filled in: mean 110 / 3, variance 2000 / 9 − …
  const std::vector<double> ages = {20, 30, 30, 50, 60, 30};
  double mean = 0, variance = 0;
  for (const double age : ages) mean += age / 6;
  for (const double age : ages) variance += (age - mean) * (age - mean) / 6;
  const std::vector<std::size_t> plans = {0, 1, 0, 0, 1, 2};
  REQUIRE(X.shape()[0] == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(X(i, 0) == doctest::Approx((ages[i] - mean) / std::sqrt(variance)).epsilon(1e-13));
    CHECK(X(i, 1) == doctest::Approx((i == 2 ? 5.0 / 6 : -1.0 / 6) / std::sqrt(5.0 / 36)).epsilon(1e-13));
    for (std::size_t p = 0; p < 3; ++p) CHECK(X(i, 2 + p) == (plans[i] == p ? 1 : 0));
  }
  CHECK(encoder.transform(customers()) == X);
  CHECK(encoder.positive() == "Yes");
  const tailor::dense_vector<float> expected = {0, 1, 0, 0, 1, 1};
  CHECK(encoder.labels<float>(customers()) == expected);
}

TEST_CASE("feature_encoder: new rows, with what training did not have") {
  feature_encoder encoder(with_target());
  encoder.fit(customers());
  const table rows(
      {table_column::of_texts<std::string>("plan", {"z", "", "g"}), table_column::of_numbers("age", {none, 1000, 30})});
  const tailor::dense_matrix<float> X = encoder.transform<float>(rows);
  CHECK(X.shape()[0] == 3);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(X(i, 2) + X(i, 3) == 0);
    CHECK(X(i, 4) == 1);  // the rare ones
  }
  CHECK(X(0, 0) == X(2, 0));  // the median
  CHECK(X(0, 1) > X(2, 1));
  CHECK(X(1, 0) > 10);
  CHECK(encoder.transform(rows.rows(std::vector<std::size_t>{})).shape()[0] == 0);
  CHECK(remembered::copy(encoder).transform<float>(rows) == X);
}

TEST_CASE("feature_encoder: texts of many levels are encoded by the target, out of fold in training") {
  tailor::random::generator g(2);
  texts cities, churn;
  std::vector<double> y;
  for (std::size_t i = 0; i < 300; ++i) {
    const std::size_t city = g.below(30);
    cities.push_back("c" + std::to_string(city));
    y.push_back(static_cast<double>(g.bernoulli(city < 10 ? 0.8 : 0.2)));
    churn.push_back(y.back() == 1 ? "yes" : "no");
  }
  const table t({table_column::of_texts("city", cities), table_column::of_texts("churn", churn)});
  feature_options options = with_target();
  options.scaling = data::feature_scaling::none;
  options.target_encoding.smoothing = 4;
  feature_encoder encoder(options);
  data::target_encoder twin(options.target_encoding);
  CHECK(encoder.fit_transform(t) == twin.fit_transform(t, {"city"}, y));
  CHECK(encoder.names() == texts{"city"});
  CHECK(encoder.transform(t) == twin.transform(t));
  options.scaling = data::feature_scaling::minmax;
  const matrix scaled = feature_encoder(options).fit_transform(t);
  double lowest = 1, highest = 0;
  for (const double x : scaled) {
    lowest = x < lowest ? x : lowest;
    highest = x > highest ? x : highest;
  }
  CHECK(lowest == 0);
  CHECK(highest == doctest::Approx(1));

  options.target.clear();  // then the most frequent have columns of their own
  feature_encoder without(options);
  without.fit(t.drop({"churn"}));
  CHECK(without.n_features() == 5);
  CHECK(without.names().back() == "city=(rare)");
}

TEST_CASE("feature_encoder: numbers that are names, dates, and labels that are numbers") {
  table t({table_column::of_numbers("zone", {1, 2, 1, 2}), table_column::of_dates("since", {0, 86400, 0, 86400}),
           table_column::of_numbers("churn", {10, 9, 9, 10})});
  feature_options options;
  options.target = "churn";
  options.categorical = {"zone"};
  options.min_frequency = 1;
  feature_encoder encoder(options);
  const matrix expected = {{-1, 1, 0}, {1, 0, 1}, {-1, 1, 0}, {1, 0, 1}};
  CHECK(encoder.fit_transform(t) == expected);
  CHECK(encoder.names() == texts{"since", "zone=1", "zone=2"});
  const tailor::dense_vector<double> y = {1, 0, 0, 1}, turned = {0, 1, 1, 0};
  CHECK(encoder.labels(t) == y);
  options.positive = "9";
  feature_encoder other(options);
  other.fit(t);
  CHECK(other.labels(t) == turned);
  CHECK(other.negative() == "10");
}

TEST_CASE("feature_encoder: says what is wrong, and a failed fit changes nothing") {
  feature_encoder encoder(with_target());
  CHECK_THROWS_AS(encoder.transform(customers()), tailor::not_fitted_error);
  CHECK_THROWS_AS(encoder.labels(customers()), tailor::not_fitted_error);
  CHECK_THROWS_AS(encoder.fit(table()), tailor::value_error);
  encoder.fit(customers());
  const matrix before = encoder.transform(customers());
  table t = customers();
  t.add(table_column::of_texts<std::string>("churn", {"No", "Yes", "", "No", "Yes", "Yes"}));
  CHECK_THROWS_WITH_AS(encoder.fit(t), R"(churn(2): expected "No" or "Yes", found a missing one)", tailor::value_error);
  t.add(table_column::of_texts<std::string>("churn", {"No", "Yes", "Maybe", "No", "Yes", "Yes"}));
  CHECK_THROWS_WITH_AS(encoder.fit(t), "churn: expected two classes, found 3", tailor::value_error);
  CHECK_THROWS_WITH_AS(encoder.labels(t), R"(churn(2): expected "No" or "Yes", found "Maybe")", tailor::value_error);
  CHECK_THROWS_AS(encoder.fit(customers().drop({"churn"})), tailor::value_error);
  CHECK_THROWS_WITH_AS(encoder.fit(customers().select({"same", "churn"})),
                       "training: expected a column besides the target that varies, found none", tailor::value_error);
  CHECK_THROWS_AS(encoder.transform(customers().drop({"plan"})), tailor::value_error);
  t = customers();
  t.add(table_column::of_texts<std::string>("age", {"1", "2", "3", "4", "5", "six"}));
  CHECK_THROWS_WITH_AS(encoder.transform(t), "age: expected a column of numbers or dates, found texts",
                       tailor::value_error);
  t.add(table_column::of_numbers("age", {1, 2, 3, 4, 5, 1e300}));
  CHECK_THROWS_WITH_AS(encoder.transform<float>(t), "X(5, 0): expected a finite number, found infinity",
                       tailor::value_error);
  CHECK(encoder.transform(customers()) == before);

  feature_options options = with_target();
  options.positive = "maybe";
  CHECK_THROWS_WITH_AS(feature_encoder(options).fit(customers()),
                       R"(feature_options::positive: expected "No" or "Yes", found "maybe")", tailor::value_error);
  options = with_target();
  options.categorical = {"nothing"};
  CHECK_THROWS_AS(feature_encoder(options).fit(customers()), tailor::value_error);
  options = with_target();
  options.missing = data::imputation::constant;
  CHECK_THROWS_AS(feature_encoder{options}, tailor::value_error);
  options = with_target();
  options.one_hot_levels = 1;
  CHECK_THROWS_AS(feature_encoder{options}, tailor::value_error);
  options = {};
  options.positive = "yes";
  CHECK_THROWS_AS(feature_encoder{options}, tailor::value_error);
  feature_encoder no_target;
  no_target.fit(customers());
  CHECK_THROWS_AS(no_target.labels(customers()), tailor::value_error);
}
