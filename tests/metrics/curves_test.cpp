// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1 (roc_auc_score, average_precision_score, roc_curve(drop_intermediate=False),
// precision_recall_curve) and scipy 1.10's ks_2samp; brute-force twins over all pairs, thresholds and orders.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tailor/metrics/curves.hpp>
#include <vector>

#include "scored_sample.hpp"

namespace metrics = tailor::metrics;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-12); }

const std::vector<int> small_y = {0, 1, 1, 0, 1, 0, 0, 1, 1, 0};
const std::vector<double> small_scores = {.1, .4, .35, .8, .8, .35, .2, .9, .6, .5};
constexpr double infinity = std::numeric_limits<double>::infinity();

double auc_over_pairs(const scored_sample& s) {
  double right = 0, pairs = 0;
  for (std::size_t i = 0; i < s.p.size(); ++i)
    for (std::size_t j = 0; j < s.p.size(); ++j) {
      if (s.y[i] != 1 || s.y[j] != 0) continue;
      const double weight = s.w[i] * s.w[j];
      pairs += weight;
      right += weight * (s.p[i] > s.p[j] ? 1 : s.p[i] == s.p[j] ? 0.5 : 0);
    }
  return right / pairs;
}

double cost_at(const scored_sample& s, double threshold, const metrics::call_costs& costs) {
  const metrics::confusion c = metrics::count_confusion(s.p, s.y, threshold, s.w);
  return (c.false_positives * costs.false_positive + c.false_negatives * costs.false_negative +
          c.true_positives * costs.true_positive + c.true_negatives * costs.true_negative) /
         c.total();
}

}  // namespace

TEST_CASE("curves: areas as scikit-learn and scipy") {
  const scored_sample s;
  CHECK(metrics::roc_auc(s.p, s.y) == near(0.832981078904992));
  CHECK(metrics::roc_auc(s.p, s.y, s.w) == near(0.8345741737511948));
  CHECK(metrics::average_precision(s.p, s.y) == near(0.8204711011534354));
  CHECK(metrics::average_precision(s.p, s.y, s.w) == near(0.8370101266794387));
  CHECK(metrics::ks_statistic(s.p, s.y) == near(0.5571658615136876));
}

TEST_CASE("curves: points as scikit-learn") {
  const std::vector<double> thresholds = {infinity, .9, .8, .6, .5, .4, .35, .2, .1};
  const std::vector<double> fpr = {0, 0, .2, .2, .4, .4, .6, .8, 1}, tpr = {0, .2, .4, .6, .6, .8, 1, 1, 1};
  const auto roc = metrics::roc_curve(small_scores, small_y);
  REQUIRE(roc.size() == thresholds.size());
  const std::vector<double> precision = {1, 1, 2.0 / 3, .75, .6, 2.0 / 3, .625, 5.0 / 9, .5};
  const auto pr = metrics::precision_recall_curve(small_scores, small_y);
  REQUIRE(pr.size() == thresholds.size());
  for (std::size_t i = 0; i < roc.size(); ++i) {
    CAPTURE(i);
    CHECK(roc[i].false_positive_rate == near(fpr[i]));
    CHECK(roc[i].true_positive_rate == near(tpr[i]));
    CHECK(roc[i].threshold == thresholds[i]);
    CHECK(pr[i].precision == near(precision[i]));
    CHECK(pr[i].recall == near(tpr[i]));
    CHECK(pr[i].threshold == thresholds[i]);
  }
}

TEST_CASE("curves: by twins over pairs and thresholds, and the order of the cases does not matter") {
  tailor::random::generator g(5);
  for (const std::size_t n : {2u, 3u, 10u, 60u}) {
    for (int round = 0; round < 20; ++round) {
      scored_sample s(n, g);
      const double auc = metrics::roc_auc(s.p, s.y, s.w), precision = metrics::average_precision(s.p, s.y, s.w);
      CHECK(auc == near(auc_over_pairs(s)));
      double ks = 0;
      for (const metrics::roc_point& point : metrics::roc_curve(s.p, s.y, s.w)) {
        const double below = std::nextafter(point.threshold, -infinity);
        const metrics::confusion c = metrics::count_confusion(s.p, s.y, below, s.w);
        if (std::isfinite(point.threshold)) CHECK(point.true_positive_rate == near(c.recall()));
        ks = (std::max)(ks, point.true_positive_rate - point.false_positive_rate);
      }
      CHECK(metrics::ks_statistic(s.p, s.y, s.w) == ks);
      std::reverse(s.p.begin(), s.p.end());
      std::reverse(s.y.begin(), s.y.end());
      std::reverse(s.w.begin(), s.w.end());
      CHECK(metrics::roc_auc(s.p, s.y, s.w) == auc);
      CHECK(metrics::average_precision(s.p, s.y, s.w) == precision);
    }
  }
}

TEST_CASE("lift_table: by hand") {
  // best first: 1 | 1 0 tied | 1 | 0 | 1 | 0 0 tied | 0 | 0
  const auto rows = metrics::lift_table(small_scores, small_y, 5);
  REQUIRE(rows.size() == 5);
  const std::vector<double> positives = {1.5, 1.5, 1, 1, 0}, gain = {.3, .6, .8, 1, 1};
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    if (i < 2) CHECK(rows[i].positives == near(positives[i]));
    CHECK(rows[i].rate == near(rows[i].positives / 2));
    CHECK(rows[i].lift == near(rows[i].rate / 0.5));
    CHECK(rows[i].cumulative_lift == near(rows[i].gain / (static_cast<double>(i + 1) / 5)));
  }
  CHECK(rows[0].gain == near(gain[0]));
  CHECK(rows[1].gain == near(gain[1]));
  CHECK(rows[4].gain == near(1));
}

TEST_CASE("lift_table: the mean over random orders of the ties") {
  const scored_sample s;
  const auto rows = metrics::lift_table(s.p, s.y);
  REQUIRE(rows.size() == 10);
  std::vector<std::size_t> order(s.p.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  tailor::random::generator g(8);
  std::vector<double> mean(10);
  constexpr int rounds = 2000;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[g.below(i)]);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return s.p[a] > s.p[b]; });
    for (std::size_t i = 0; i < order.size(); ++i) mean[i / 20] += static_cast<double>(s.y[order[i]]) / rounds;
  }
  for (std::size_t r = 0; r < 10; ++r) CHECK(std::abs(rows[r].positives - mean[r]) < 0.1);
  CHECK(rows.back().gain == near(1));
}

TEST_CASE("threshold_by_cost: no other threshold costs less, and it costs what it says") {
  tailor::random::generator g(17);
  for (int round = 0; round < 60; ++round) {
    const scored_sample s(2 + g.below(40), g);
    metrics::call_costs costs;
    costs.false_positive = g.uniform(0.0, 3.0);
    costs.false_negative = g.uniform(0.0, 3.0);
    costs.true_positive = g.uniform(-1.0, 0.0);
    const auto best = metrics::threshold_by_cost(s.p, s.y, costs, s.w);
    CHECK(cost_at(s, best.threshold, costs) == doctest::Approx(best.cost).epsilon(1e-12));
    for (double t = -0.05; t < 1.1; t += 0.02) CHECK(cost_at(s, t, costs) >= best.cost - 1e-12);
  }
}

TEST_CASE("threshold_by_cost: the ends, and neighbours between which there is no number") {
  const std::vector<double> p = {0.2, 0.8};
  const std::vector<int> y = {0, 1};
  CHECK(metrics::threshold_by_cost(p, y).threshold == 0.5);
  CHECK(metrics::threshold_by_cost(p, std::vector<int>{0, 0}).threshold == infinity);
  CHECK(metrics::threshold_by_cost(p, std::vector<int>{1, 1}).threshold == -infinity);
  const std::vector<double> close = {0.5, std::nextafter(0.5, 1.0)};
  const auto best = metrics::threshold_by_cost(close, y);
  CHECK(best.cost == 0);
  CHECK(metrics::accuracy(close, y, best.threshold) == 1);
}

TEST_CASE("curves: say what is wrong") {
  const std::vector<double> p = {0.2, 0.8};
  const std::vector<int> zeros = {0, 0}, ones = {1, 1}, y = {0, 1};
  CHECK_THROWS_WITH_AS(metrics::roc_auc(p, zeros), "labels: expected both 0 and 1, found only 0", tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::ks_statistic(p, ones), "labels: expected both 0 and 1, found only 1",
                       tailor::value_error);
  CHECK_THROWS_AS(metrics::roc_curve(p, ones), tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::average_precision(p, zeros), "labels: expected at least one 1, found none",
                       tailor::value_error);
  CHECK_THROWS_AS(metrics::precision_recall_curve(p, zeros), tailor::value_error);
  CHECK_THROWS_AS(metrics::lift_table(p, zeros, 2), tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::lift_table(p, y, 0),
                       "lift_table: groups: expected 1 to the number of cases, 2, found 0", tailor::value_error);
  CHECK_THROWS_AS(metrics::lift_table(p, y, 3), tailor::value_error);
  metrics::call_costs costs;
  costs.true_negative = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(metrics::threshold_by_cost(p, y, costs), "call_costs: expected finite numbers, found NaN",
                       tailor::value_error);
}
