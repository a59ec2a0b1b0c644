// SPDX-License-Identifier: BSD-3-Clause
// Expected matrices: scikit-learn 1.2.1's OneHotEncoder and OrdinalEncoder.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <tailor/data/encoding.hpp>
#include <vector>

#include "support/remembered.hpp"

namespace data = tailor::data;
using data::one_hot_encoder;
using data::one_hot_options;
using data::ordinal_encoder;
using data::table;
using data::table_column;
using data::unknown_level;
using matrix = tailor::dense_matrix<double>;
using texts = std::vector<std::string>;

namespace {

table of(const texts& k) { return table({table_column::of_texts("k", k)}); }

const texts letters = {"b", "a", "c", "a", "d", "b", "a", "e", "c"};

/// The column of the 1 in each row, −1 where there is none.
std::vector<int> places(const matrix& X) {
  std::vector<int> found;
  for (std::size_t i = 0; i < X.shape()[0]; ++i) {
    found.push_back(-1);
    for (std::size_t j = 0; j < X.shape()[1]; ++j) {
      if (X(i, j) == 0) continue;
      CHECK(X(i, j) == 1);
      CHECK(found.back() == -1);
      found.back() = static_cast<int>(j);
    }
  }
  return found;
}

struct one_hot_case {
  one_hot_options options;
  texts names;
  std::vector<int> places;
  int unknown;  // its place, −2 where it is an error
};

}  // namespace

TEST_CASE("one_hot_encoder: as scikit-learn") {
  const unknown_level rare = unknown_level::rare, error = unknown_level::error;
  const std::vector<one_hot_case> cases = {
      {{error, 1, 0, false}, {"k=a", "k=b", "k=c", "k=d", "k=e"}, {1, 0, 2, 0, 3, 1, 0, 4, 2}, -2},
      {{error, 1, 0, true}, {"k=b", "k=c", "k=d", "k=e"}, {0, -1, 1, -1, 2, 0, -1, 3, 1}, -2},
      {{rare, 2, 0, false}, {"k=a", "k=b", "k=c", "k=(rare)"}, {1, 0, 2, 0, 3, 1, 0, 3, 2}, 3},
      {{rare, 1, 3, false}, {"k=a", "k=c", "k=(rare)"}, {2, 0, 1, 0, 2, 2, 0, 2, 1}, 2},
      {{rare, 2, 0, true}, {"k=b", "k=c", "k=(rare)"}, {0, -1, 1, -1, 2, 0, -1, 2, 1}, 2},
      {{unknown_level::zeros, 1, 0, false}, {"k=a", "k=b", "k=c", "k=d", "k=e"}, {1, 0, 2, 0, 3, 1, 0, 4, 2}, -1}};
  for (const one_hot_case& c : cases) {
    one_hot_encoder encoder(c.options);
    CHECK(places(encoder.fit_transform(of(letters), {"k"})) == c.places);
    CHECK(encoder.names() == c.names);
    if (c.unknown == -2) {
      CHECK_THROWS_WITH_AS(encoder.transform(of({"a", "z"})),
                           R"(k(1): expected one of the 5 levels that fit saw, found "z")", tailor::value_error);
      CHECK_THROWS_AS(encoder.transform(of({""})), tailor::value_error);
    } else {
      CHECK(places(encoder.transform(of({"a", "z"})))[1] == c.unknown);
      CHECK(places(encoder.transform(of({""})))[0] == c.unknown);
    }
    one_hot_encoder copy = remembered::copy(encoder);
    CHECK(copy.transform(of(letters)) == encoder.transform(of(letters)));
  }
}

TEST_CASE("one_hot_encoder: missing is a level when fit saw it, after the others") {
  one_hot_encoder encoder;
  CHECK(places(encoder.fit_transform(of({"b", "a", "", "a"}), {"k"})) == std::vector<int>{1, 0, 2, 0});
  CHECK(encoder.names() == texts{"k=a", "k=b", "k=(missing)"});
}

TEST_CASE("encoders: see the rows that they are given, not those that these are a part of") {
  const table part = of(letters).rows(std::vector<std::size_t>{0, 2});
  one_hot_encoder one_hot;
  one_hot.fit(part, {"k"});
  CHECK(one_hot.names() == texts{"k=b", "k=c"});
  ordinal_encoder ordinal;
  const matrix expected = {{0}, {1}};
  CHECK(ordinal.fit_transform(part, {"k"}) == expected);
}

TEST_CASE("encoders: columns are found by name, numbers are taken by their texts") {
  table t = of({"x", "y"});
  t.add(table_column::of_numbers("zone", {10, 9}));
  one_hot_encoder encoder;
  encoder.fit(t, {"zone", "k"});
  CHECK(encoder.names() == texts{"zone=10", "zone=9", "k=x", "k=y"});
  table turned({table_column::of_texts<std::string>("zone", {"9"}), table_column::of_texts<std::string>("k", {"x"})});
  const tailor::dense_matrix<float> expected = {{0, 1, 1, 0}};
  CHECK(encoder.transform<float>(turned) == expected);
}

TEST_CASE("ordinal_encoder: as scikit-learn, with missing and unknown texts") {
  data::ordinal_options options;
  options.allow_unknown = true;
  ordinal_encoder encoder(options);
  const matrix X = encoder.fit_transform(of({"b", "a", "", "a"}), {"k"});
  CHECK(X(0, 0) == 1);
  CHECK(X(1, 0) == 0);
  CHECK(std::isnan(X(2, 0)));
  CHECK(encoder.transform(of({"z"}))(0, 0) == -1);
  CHECK(remembered::copy(encoder).transform(of({"b"}))(0, 0) == 1);
  ordinal_encoder strict;
  strict.fit(of({"b", "a"}), {"k"});
  CHECK_THROWS_WITH_AS(strict.transform(of({"z"})), R"(k(0): expected one of the 2 levels that fit saw, found "z")",
                       tailor::value_error);
  CHECK(std::isnan(strict.transform(of({""}))(0, 0)));
}

TEST_CASE("ordinal_encoder: in the order that was said") {
  data::ordinal_options options;
  options.orders = {{"k", {"S", "M", "L"}}};
  options.missing_value = -9;
  ordinal_encoder encoder(options);
  const matrix expected = {{1}, {0}, {-9}, {2}};
  CHECK(encoder.fit_transform(of({"M", "S", "", "L"}), {"k"}) == expected);
  CHECK_THROWS_AS(encoder.fit(of({"XL"}), {"k"}), tailor::value_error);
  CHECK(encoder.transform(of({"L"}))(0, 0) == 2);
}

TEST_CASE("encoders: say what is wrong, and a failed fit changes nothing") {
  one_hot_encoder one_hot;
  ordinal_encoder ordinal;
  CHECK_THROWS_AS(one_hot.transform(of({"a"})), tailor::not_fitted_error);
  CHECK_THROWS_AS(ordinal.transform(of({"a"})), tailor::not_fitted_error);
  one_hot.fit(of(letters), {"k"});
  CHECK_THROWS_AS(one_hot.fit(of(letters), {"k", "nothing"}), tailor::value_error);
  CHECK_THROWS_AS(one_hot.fit(table(), {}), tailor::value_error);
  CHECK(one_hot.names().size() == 5);
  const table dates({table_column::of_dates("k", {0, 1})});
  CHECK_THROWS_AS(one_hot.fit(dates, {"k"}), tailor::value_error);
  CHECK_THROWS_AS(one_hot.transform(dates), tailor::value_error);
  CHECK_THROWS_AS(one_hot.transform(table()), tailor::value_error);
  CHECK_THROWS_AS(ordinal.fit(of(letters), {}), tailor::value_error);
  CHECK_THROWS_AS(one_hot_encoder(one_hot_options{unknown_level::error, 0, 0, false}), tailor::value_error);
  data::ordinal_options options;
  options.orders = {{"other", {"a"}}};
  CHECK_THROWS_AS(ordinal_encoder(options).fit(of(letters), {"k"}), tailor::value_error);
  options.orders = {{"k", {"a", "a"}}};
  CHECK_THROWS_AS(ordinal_encoder{options}, tailor::value_error);
  options.orders = {{"k", {}}};
  CHECK_THROWS_AS(ordinal_encoder{options}, tailor::value_error);
  options.orders = {{"k", {"a"}}, {"k", {"b"}}};
  CHECK_THROWS_AS(ordinal_encoder{options}, tailor::value_error);
  options.orders = {};
  options.unknown_value = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(ordinal_encoder{options}, tailor::value_error);
}
