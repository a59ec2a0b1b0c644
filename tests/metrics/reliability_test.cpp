// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's calibration_curve ("uniform", "quantile") on the sample of scored_sample.hpp,
// and numpy 1.24 following the formula of the index (percentile, searchsorted, bincount).
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <tailor/metrics/reliability.hpp>
#include <vector>

#include "scored_sample.hpp"

namespace metrics = tailor::metrics;
using metrics::binning;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-12); }

void check_bins(binning cut, const std::vector<double>& rates, const std::vector<double>& probabilities) {
  const scored_sample s;
  const auto bins = metrics::reliability(s.p, s.y, 7, cut);
  REQUIRE(bins.size() == rates.size());
  double error = 0;
  for (std::size_t b = 0; b < bins.size(); ++b) {
    CAPTURE(b);
    CHECK(bins[b].rate == near(rates[b]));
    CHECK(bins[b].mean_probability == near(probabilities[b]));
    CHECK(bins[b].lower <= bins[b].mean_probability);
    CHECK(bins[b].mean_probability <= bins[b].upper);
    error += static_cast<double>(bins[b].count) / 200 * std::abs(rates[b] - probabilities[b]);
  }
  CHECK(metrics::ece(s.p, s.y, 7, cut) == near(error));
}

}  // namespace

TEST_CASE("reliability: bins of equal width, as scikit-learn") {
  check_bins(binning::equal_width,
             {0.08333333333333333, 0.2, 0.21428571428571427, 0.34615384615384615, 0.6875, 0.75, 0.95},
             {0.05610561056105612, 0.20396039603960396, 0.34394153701084396, 0.4980959634424981, 0.6386138613861386,
              0.7711771177117713, 0.918811881188119});
}

TEST_CASE("reliability: bins of equal count, as scikit-learn") {
  check_bins(binning::equal_count,
             {0.09375, 0.19230769230769232, 0.25, 0.36666666666666664, 0.7142857142857143, 0.7142857142857143,
              0.9285714285714286},
             {0.08539603960396043, 0.2661843107387663, 0.364922206506365, 0.5082508250825083, 0.6478076379066479,
              0.7524752475247528, 0.8953323903818957});
}

TEST_CASE("reliability: empty bins are left out, equal numbers stay together") {
  const std::vector<double> p = {0, 0, 1, 1};
  const std::vector<int> y = {0, 1, 1, 1};
  const auto wide = metrics::reliability(p, y);
  REQUIRE(wide.size() == 2);
  CHECK(wide[0].count == 2);
  CHECK(wide[0].rate == 0.5);
  CHECK(wide[1].upper == 1);
  CHECK(metrics::ece(p, y) == 0.25);
  const auto same = metrics::reliability(std::vector<double>(4, 0.25), y, 3, binning::equal_count);
  REQUIRE(same.size() == 1);
  CHECK(same[0].count == 4);
  CHECK(same[0].rate == 0.75);
}

TEST_CASE("psi: as numpy by the formula") {
  const scored_sample s;
  std::vector<double> expected, actual;
  for (std::size_t i = 0; i < 200; ++i) expected.push_back(static_cast<double>((29 * i * i + 3 * i + 1) % 211) / 211.0);
  for (std::size_t i = 0; i < 150; ++i) actual.push_back(std::sqrt(s.p[i]));
  CHECK(metrics::psi(expected, actual) == near(0.49299383086527193));
  metrics::psi_options options;
  options.smoothing = 0;
  CHECK(metrics::psi(expected, actual, options) == near(0.5387401334855996));
  options = {5, binning::equal_width, 1};
  CHECK(metrics::psi(expected, actual, options) == near(0.34970951313781107));
  CHECK(metrics::psi(expected, expected) == 0);
}

TEST_CASE("psi: of counts, by hand") {
  const std::vector<double> then = {60, 40}, now = {30, 70};
  const double expected = -0.3 * std::log(0.5) + 0.3 * std::log(70.0 / 40);
  CHECK(metrics::psi_of_counts(then, now, 0) == near(expected));
  CHECK(metrics::psi_of_counts(now, then, 0) == near(expected));
  CHECK(metrics::psi_of_counts(std::vector<double>{5, 0, 5}, std::vector<double>{5, 0, 5}, 0) == 0);
}

TEST_CASE("reliability and psi: say what is wrong") {
  const std::vector<double> p = {0.2, 0.8}, none;
  const std::vector<int> y = {0, 1};
  CHECK_THROWS_WITH_AS(metrics::ece(p, y, 0), "bins: expected 1 to 1000000, found 0", tailor::value_error);
  CHECK_THROWS_AS(metrics::reliability(p, y, std::size_t{1} << 40), tailor::value_error);
  CHECK_THROWS_AS(metrics::reliability(std::vector<double>{0.5, 2}, y), tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::psi(none, p), "expected: expected at least one number, found 0", tailor::value_error);
  CHECK_THROWS_AS(metrics::psi(p, none), tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::psi(p, std::vector<double>{std::numeric_limits<double>::infinity()}),
                       "actual(0): expected a finite number, found infinity", tailor::value_error);
  metrics::psi_options options;
  options.smoothing = 0;
  CHECK_THROWS_WITH_AS(metrics::psi(p, std::vector<double>{0.1}, options),
                       "psi: smoothing: expected a number above 0, since a bin is empty on one side, found 0",
                       tailor::value_error);
  options.smoothing = -1;
  CHECK_THROWS_AS(metrics::psi(p, p, options), tailor::value_error);
  options = {};
  options.bins = 0;
  CHECK_THROWS_AS(metrics::psi(p, p, options), tailor::value_error);
  CHECK_THROWS_AS(metrics::psi_of_counts(p, std::vector<double>{1}), tailor::shape_error);
  CHECK_THROWS_AS(metrics::psi_of_counts(p, std::vector<double>{1, -1}), tailor::value_error);
  CHECK_THROWS_AS(metrics::psi_of_counts(p, std::vector<double>{0, 0}), tailor::value_error);
  CHECK_THROWS_AS(metrics::psi_of_counts(none, none), tailor::value_error);
}
