// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's IsotonicRegression(out_of_bounds="clip"), and its _sigmoid_calibration, which
// stops some 1e-7 from the optimum and was carried on to it by Newton steps in numpy; on the sample of
// scored_sample.hpp. A brute-force twin of isotonic regression by its min-max formula (Barlow et al., 1972).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <tailor/metrics/calibration.hpp>
#include <vector>

#include "scored_sample.hpp"

namespace metrics = tailor::metrics;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-9); }

std::vector<double> logits(const scored_sample& s) {
  std::vector<double> scores;
  for (const double p : s.p) scores.push_back(p * 6 - 3);
  return scores;
}

/// p(x) = max over a <= x of min over b >= x of the mean label of the scores from a to b.
double min_max(const scored_sample& s, double x) {
  double largest = 0;
  for (const double a : s.p) {
    if (a > x) continue;
    double least = 1;
    for (const double b : s.p) {
      if (b < x) continue;
      double sum = 0, weight = 0;
      for (std::size_t i = 0; i < s.p.size(); ++i) {
        if (s.p[i] < a || s.p[i] > b) continue;
        sum += s.w[i] * s.y[i];
        weight += s.w[i];
      }
      if (weight > 0) least = (std::min)(least, sum / weight);
    }
    largest = (std::max)(largest, least);
  }
  return largest;
}

/// Copies a state by what `archive` names.
struct numbers_of_state {
  std::map<std::string, std::vector<double>> state;
  bool loading = false;

  void operator()(const char* name, std::vector<double>& value) {
    if (loading)
      value = state.at(name);
    else
      state[name] = value;
  }
  template <class T>
  void operator()(const char* name, T& value) {
    std::vector<double> one = {static_cast<double>(value)};
    (*this)(name, one);
    value = static_cast<T>(one.front());
  }
};

template <class Calibration>
void check_archive(Calibration& fitted) {
  numbers_of_state archive;
  fitted.archive(archive);
  archive.loading = true;
  Calibration loaded;
  loaded.archive(archive);
  REQUIRE(loaded.is_fitted());
  for (const double score : {-1.0, 0.1, 0.7}) CHECK(loaded(score) == fitted(score));
}

}  // namespace

TEST_CASE("platt_calibration: as scikit-learn") {
  const scored_sample s;
  const std::vector<double> scores = logits(s);
  metrics::platt_calibration platt;
  platt.fit(scores, s.y);
  CHECK(platt.slope() == near(0.907805543379364));
  CHECK(platt.intercept() == near(-0.23463114454925027));
  CHECK(platt(0) == near(1 / (1 + std::exp(0.23463114454925027))));
  platt.fit(scores, s.y, s.w);
  CHECK(platt.slope() == near(0.9277164042822243));
  CHECK(platt.intercept() == near(-0.11021649598654482));
  check_archive(platt);
}

TEST_CASE("platt_calibration: scores of any size give the same probabilities") {
  const scored_sample s;
  metrics::platt_calibration plain, scaled;
  plain.fit(s.p, s.y);
  for (const double scale : {1e-200, 1e-8, 1e9, 1e200}) {
    std::vector<double> scores;
    for (const double p : s.p) scores.push_back(p * scale);
    scaled.fit(scores, s.y);
    CHECK(scaled(0.3 * scale) == near(plain(0.3)));
    CHECK(scaled(0.9 * scale) == near(plain(0.9)));
  }
}

TEST_CASE("platt_calibration: equal scores, separable ones and single cases give probabilities between 0 and 1") {
  metrics::platt_calibration platt;
  platt.fit(std::vector<double>{2, 2, 2, 2}, std::vector<int>{0, 1, 1, 1});
  // the targets 4/5, three times, and 1/3 have this mean
  CHECK(platt(2) == near((3 * 0.8 + 1.0 / 3) / 4));
  CHECK(platt.slope() == 0);
  platt.fit(std::vector<double>{-1e6, 1, 2, 1e6}, std::vector<int>{0, 0, 1, 1});
  CHECK(platt(1e300) <= 1);
  CHECK(platt(1e300) > 0.7);
  platt.fit(std::vector<double>{-1, 1}, std::vector<int>{0, 1});
  CHECK(platt(1) == near(2.0 / 3));
  CHECK(platt(-1) == near(1.0 / 3));
}

TEST_CASE("isotonic_calibration: as scikit-learn") {
  const scored_sample s;
  metrics::isotonic_calibration isotonic;
  isotonic.fit(s.p, s.y);
  const std::vector<double> corners = {0,
                                       0.08333333333333333,
                                       0.08333333333333333,
                                       0.125,
                                       0.125,
                                       0.2,
                                       0.2,
                                       0.21739130434782608,
                                       0.21739130434782608,
                                       0.3125,
                                       0.3125,
                                       0.3333333333333333,
                                       0.3333333333333333,
                                       0.5,
                                       0.5,
                                       0.6818181818181818,
                                       0.6818181818181818,
                                       0.75,
                                       0.75,
                                       0.875,
                                       0.875,
                                       1,
                                       1};
  REQUIRE(isotonic.probabilities().size() == corners.size());
  for (std::size_t i = 0; i < corners.size(); ++i) CHECK(isotonic.probabilities()[i] == near(corners[i]));
  CHECK(isotonic.scores()[1] == near(0.019801980198019802));
  CHECK(isotonic.scores().back() == near(0.9801980198019802));
  const std::vector<double> at = {-1, 0.005, .123, .5, .777, .99, 3};
  const std::vector<double> expected = {0, 0.021041666666666667, 0.08333333333333333, 0.3333333333333333, 0.809625, 1,
                                        1};
  const auto found = isotonic.apply(at);
  for (std::size_t i = 0; i < at.size(); ++i) {
    CHECK(isotonic(at[i]) == near(expected[i]));
    CHECK(found(i) == isotonic(at[i]));
  }
  isotonic.fit(s.p, s.y, s.w);
  CHECK(isotonic.scores().size() == 21);
  CHECK(isotonic(0.005) == near(0.02061224489795918));
  CHECK(isotonic(0.777) == near(0.8695652173913043));
  check_archive(isotonic);
}

TEST_CASE("isotonic_calibration: by the min-max formula, whatever the order of the cases") {
  tailor::random::generator g(3);
  for (const std::size_t n : {2u, 5u, 12u, 30u})
    for (int round = 0; round < 10; ++round) {
      scored_sample s(n, g);
      metrics::isotonic_calibration isotonic, reversed;
      isotonic.fit(s.p, s.y, s.w);
      for (std::size_t i = 0; i < n; ++i)
        if (s.w[i] > 0) CHECK(isotonic(s.p[i]) == near(min_max(s, s.p[i])));
      for (auto* list : {&s.p, &s.w}) std::reverse(list->begin(), list->end());
      std::reverse(s.y.begin(), s.y.end());
      reversed.fit(s.p, s.y, s.w);
      CHECK(reversed.scores() == isotonic.scores());
      CHECK(reversed.probabilities() == isotonic.probabilities());
    }
}

TEST_CASE("isotonic_calibration: between the largest numbers") {
  metrics::isotonic_calibration isotonic;
  isotonic.fit(std::vector<double>{-1.7e308, 1.7e308}, std::vector<int>{0, 1});
  CHECK(isotonic(0) == near(0.5));
}

TEST_CASE("calibration: floats and expressions give what doubles give") {
  const scored_sample s;
  metrics::platt_calibration platt;
  platt.fit(s.p, s.y);
  const xt::xtensor<float, 1> scores = {0.25F, 0.75F};
  const tailor::dense_vector<float> single = platt.apply(scores);
  CHECK(single(1) == doctest::Approx(platt(0.75)).epsilon(1e-6));
  const tailor::dense_vector<double> wide = platt.apply(scores * 1.0);
  CHECK(wide(0) == platt(0.25));
}

TEST_CASE("calibration: says what is wrong, and a failed fit changes nothing") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  metrics::platt_calibration platt;
  metrics::isotonic_calibration isotonic;
  CHECK_THROWS_AS(platt(0.5), tailor::not_fitted_error);
  CHECK_THROWS_AS(isotonic(0.5), tailor::not_fitted_error);
  CHECK_THROWS_AS(isotonic.apply(std::vector<double>{0.5}), tailor::not_fitted_error);
  const std::vector<double> scores = {0.2, 0.4, 0.9};
  const std::vector<int> y = {0, 1, 1};
  platt.fit(scores, y);
  isotonic.fit(scores, y);
  const double before = platt(0.5), isotonic_before = isotonic(0.5);
  CHECK_THROWS_WITH_AS(platt.fit(scores, std::vector<int>{1, 1, 1}), "labels: expected both 0 and 1, found only 1",
                       tailor::value_error);
  CHECK_THROWS_AS(isotonic.fit(scores, std::vector<int>{0, 0, 0}), tailor::value_error);
  CHECK_THROWS_AS(platt.fit(std::vector<double>{1, nan, 2}, y), tailor::value_error);
  CHECK_THROWS_AS(isotonic.fit(scores, std::vector<int>{0, 1}), tailor::shape_error);
  CHECK_THROWS_AS(platt.fit(std::vector<double>{0, 0, 1e-310}, y), tailor::value_error);
  CHECK(platt(0.5) == before);
  CHECK(isotonic(0.5) == isotonic_before);
  CHECK_THROWS_WITH_AS(platt(nan), "score: expected a finite number, found NaN", tailor::value_error);
  CHECK_THROWS_WITH_AS(isotonic.apply(std::vector<double>{0.5, nan}), "scores(1): expected a finite number, found NaN",
                       tailor::value_error);
}
