// SPDX-License-Identifier: BSD-3-Clause
// The formulas by hand, and a twin of the folds by refitting on the other rows. scikit-learn has the same formulas (its
// TargetEncoder came with 1.3).
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <tailor/core/sampling.hpp>
#include <tailor/data/target_encoding.hpp>
#include <vector>

#include "support/remembered.hpp"

namespace data = tailor::data;
using data::table;
using data::table_column;
using data::target_encoder;
using matrix = tailor::dense_matrix<double>;
using texts = std::vector<std::string>;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-13); }

target_encoder encoder(double smoothing, std::size_t folds = 5, std::uint64_t seed = 0) {
  data::target_encoder_options options;
  options.smoothing = smoothing;
  options.folds = folds;
  options.seed = seed;
  return target_encoder(options);
}

table of(const texts& k) { return table({table_column::of_texts("k", k)}); }

const texts letters = {"a", "a", "a", "b", "b", "", "a", "b"};
const std::vector<double> y = {1, 1, 0, 0, 0, 1, 1, 1};

}  // namespace

TEST_CASE("target_encoder: means drawn to the mean of all, by hand") {
  target_encoder weighted = encoder(2);
  weighted.fit(of(letters), {"k"}, y);
  const double mean = 5.0 / 8;
  CHECK(weighted.prior() == mean);
  const matrix X = weighted.transform(of({"a", "b", "", "z"}));
  CHECK(X(0, 0) == near((3 + 2 * mean) / 6));
  CHECK(X(1, 0) == near((1 + 2 * mean) / 5));
  CHECK(X(2, 0) == near((1 + 2 * mean) / 3));
  CHECK(X(3, 0) == mean);
  CHECK(encoder(0).fit(of(letters), {"k"}, y).transform<float>(of({"b"}))(0, 0) == doctest::Approx(1.0 / 3));
}

TEST_CASE("target_encoder: empirical Bayes by hand") {
  target_encoder bayes;
  bayes.fit(of(letters), {"k"}, y);
  const double mean = 5.0 / 8, variance = mean * (1 - mean);
  const matrix X = bayes.transform(of({"a", "b", "", "z"}));
  const double a = 4 * variance / (4 * variance + 0.75 * 0.25), b = 3 * variance / (3 * variance + 2.0 / 9);
  CHECK(X(0, 0) == near(a * 0.75 + (1 - a) * mean));
  CHECK(X(1, 0) == near(b / 3 + (1 - b) * mean));
  CHECK(X(2, 0) == 1);
  CHECK(X(3, 0) == mean);
  bayes.fit(of(letters), {"k"}, std::vector<double>(8, 3));
  CHECK(bayes.transform(of({"a", "z"}))(0, 0) == 3);
  CHECK(remembered::copy(bayes).transform(of({"a"}))(0, 0) == 3);
}

TEST_CASE("target_encoder: in fit_transform each row is encoded without its own fold") {
  tailor::random::generator g(6);
  texts k;
  std::vector<double> target;
  for (std::size_t i = 0; i < 60; ++i) {
    k.push_back(std::string(1, static_cast<char>('a' + g.below(4))));
    target.push_back(static_cast<double>(i % 3 == 0));
  }
  target_encoder out_of_fold = encoder(3, 4, 9), again = encoder(3, 4, 9), other = encoder(3, 4, 10);
  const matrix X = out_of_fold.fit_transform(of(k), {"k"}, target);
  CHECK(X == again.fit_transform(of(k), {"k"}, target));
  CHECK(X != other.fit_transform(of(k), {"k"}, target));
  CHECK(out_of_fold.transform(of(k)) == encoder(3).fit(of(k), {"k"}, target).transform(of(k)));

  // the folds once more: random order, sorted by target, dealt one by one
  std::vector<std::size_t> order(60), folds(60);
  for (std::size_t i = 0; i < 60; ++i) order[i] = i;
  tailor::random::generator of_folds(9);
  tailor::random::shuffle(order.begin(), order.end(), of_folds);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return target[a] < target[b]; });
  for (std::size_t i = 0; i < 60; ++i) folds[order[i]] = i % 4;
  for (std::size_t fold = 0; fold < 4; ++fold) {
    std::vector<std::size_t> others;
    std::vector<double> y_others;
    for (std::size_t i = 0; i < 60; ++i) {
      if (folds[i] == fold) continue;
      others.push_back(i);
      y_others.push_back(target[i]);
    }
    const matrix refitted = encoder(3).fit(of(k).rows(others), {"k"}, y_others).transform(of(k));
    for (std::size_t i = 0; i < 60; ++i)
      if (folds[i] == fold) CHECK(X(i, 0) == near(refitted(i, 0)));
  }
}

TEST_CASE("target_encoder: a text that comes once says nothing of its own row") {
  texts ids;
  std::vector<double> target;
  for (std::size_t i = 0; i < 50; ++i) {
    ids.push_back(std::to_string(i));
    target.push_back(static_cast<double>(i % 2));
  }
  target_encoder e;
  const matrix X = e.fit_transform(of(ids), {"k"}, target);
  for (const double x : X) CHECK(x == near(0.5));  // each fold has 5 of either class
  CHECK(e.transform(of({"7"}))(0, 0) == 1);
}

TEST_CASE("target_encoder: says what is wrong, and a failed fit changes nothing") {
  target_encoder e;
  CHECK_THROWS_AS(e.transform(of({"a"})), tailor::not_fitted_error);
  e.fit(of(letters), {"k"}, y);
  const std::vector<double> bad = {1, 1, 0, 0, 0, 1, 1, std::numeric_limits<double>::quiet_NaN()};
  CHECK_THROWS_WITH_AS(e.fit(of(letters), {"k"}, bad), "y(7): expected a finite number, found NaN",
                       tailor::value_error);
  CHECK_THROWS_AS(e.fit(of(letters), {"k"}, std::vector<double>{1, 0}), tailor::shape_error);
  CHECK_THROWS_AS(e.fit(of(letters), {"nothing"}, y), tailor::value_error);
  CHECK_THROWS_AS(e.fit(of(letters), {}, y), tailor::value_error);
  CHECK_THROWS_AS(e.fit(table(), {"k"}, std::vector<double>{}), tailor::value_error);
  CHECK_THROWS_AS(e.fit(of({"a", "b"}), {"k"}, std::vector<double>{1e308, -1e308}), tailor::value_error);
  CHECK_THROWS_AS(e.fit_transform(of({"a", "b"}), {"k"}, std::vector<double>{1, 0}), tailor::value_error);
  CHECK(e.prior() == 5.0 / 8);
  CHECK_THROWS_AS(encoder(std::numeric_limits<double>::infinity()), tailor::value_error);
  CHECK_THROWS_AS(encoder(1, 1), tailor::value_error);
}
