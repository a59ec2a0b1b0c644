// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1 (accuracy_score, precision_score, recall_score, f1_score, matthews_corrcoef,
// confusion_matrix, log_loss, brier_score_loss, with and without sample_weight) on the sample of scored_sample.hpp.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tailor/metrics/classification.hpp>
#include <vector>

#include "scored_sample.hpp"

namespace metrics = tailor::metrics;

namespace {

doctest::Approx near(double expected) { return doctest::Approx(expected).epsilon(1e-13); }

}  // namespace

TEST_CASE("classification: as scikit-learn") {
  const scored_sample s;
  const metrics::confusion c = metrics::count_confusion(s.p, s.y);
  CHECK(c.true_negatives == 81);
  CHECK(c.false_positives == 27);
  CHECK(c.false_negatives == 21);
  CHECK(c.true_positives == 71);
  CHECK(metrics::accuracy(s.p, s.y) == near(0.76));
  CHECK(metrics::precision(s.p, s.y) == near(0.7244897959183674));
  CHECK(metrics::recall(s.p, s.y) == near(0.7717391304347826));
  CHECK(c.specificity() == near(81.0 / 108));
  CHECK(metrics::f1(s.p, s.y) == near(0.7473684210526316));
  CHECK(metrics::matthews(s.p, s.y) == near(0.5201709299220072));
  CHECK(metrics::log_loss(s.p, s.y) == near(0.5138557935868258));
  CHECK(metrics::brier(s.p, s.y) == near(0.16888981472404666));
}

TEST_CASE("classification: with weights, as scikit-learn") {
  const scored_sample s;
  CHECK(metrics::accuracy(s.p, s.y, 0.5, s.w) == near(0.7694235588972431));
  CHECK(metrics::precision(s.p, s.y, 0.5, s.w) == near(0.7589743589743589));
  CHECK(metrics::recall(s.p, s.y, 0.5, s.w) == near(0.7668393782383419));
  CHECK(metrics::f1(s.p, s.y, 0.5, s.w) == near(0.7628865979381442));
  CHECK(metrics::matthews(s.p, s.y, 0.5, s.w) == near(0.5385350604557709));
  CHECK(metrics::log_loss(s.p, s.y, s.w) == near(0.5118944982507044));
  CHECK(metrics::brier(s.p, s.y, s.w) == near(0.16740483696251704));
}

TEST_CASE("classification: the threshold is strict") {
  const std::vector<double> p = {0.5, 0.5000001};
  CHECK(metrics::accuracy(p, std::vector<int>{0, 1}) == 1);
  CHECK(metrics::accuracy(p, std::vector<int>{1, 1}) == 0.5);
  CHECK(metrics::recall(p, std::vector<int>{1, 1}, -std::numeric_limits<double>::infinity()) == 1);
}

TEST_CASE("classification: nothing to divide by is 0") {
  const std::vector<double> p = {0.1, 0.2};
  const std::vector<int> none = {0, 0}, all = {1, 1};
  CHECK(metrics::precision(p, all) == 0);
  CHECK(metrics::recall(p, none) == 0);
  CHECK(metrics::f1(p, none) == 0);
  CHECK(metrics::matthews(p, all) == 0);
  CHECK(metrics::count_confusion(p, all).specificity() == 0);
}

TEST_CASE("log_loss: certain errors are clipped by the epsilon of the type, as scikit-learn 1.2.1") {
  const std::vector<int> y = {1, 0};
  CHECK(metrics::log_loss(std::vector<double>{0, 1}, y) == near(36.04365338911715));
  CHECK(metrics::log_loss(std::vector<float>{0, 1}, y) == doctest::Approx(15.942385152878742).epsilon(1e-7));
  CHECK(metrics::log_loss(xt::xtensor<float, 1>{0, 1}, y) == doctest::Approx(15.942385152878742).epsilon(1e-7));
  const scored_sample s;
  const std::vector<float> single(s.p.begin(), s.p.end());
  CHECK(metrics::log_loss(single, s.y) == doctest::Approx(0.5138557974664074).epsilon(1e-6));
}

TEST_CASE("classification: labels of any type and scores from anywhere") {
  const std::vector<double> p = {0.9, 0.2, 0.7, 0.4};
  const xt::xtensor<double, 1> dense = {0.9, 0.2, 0.7, 0.4};
  CHECK(metrics::accuracy(p, std::vector<bool>{true, false, false, false}) == 0.75);
  CHECK(metrics::accuracy(dense, std::array<float, 4>{1, 0, 0, 0}) == 0.75);
  CHECK(metrics::accuracy(dense * 0.5 + 0.25, xt::xtensor<bool, 1>{true, false, false, false}) == 0.75);
  CHECK(metrics::accuracy(tailor::span<const double>(p), std::vector<std::uint8_t>{1, 0, 0, 0}) == 0.75);
  CHECK(metrics::brier(std::array<int, 2>{1, 0}, std::array<int, 2>{1, 1}) == 0.5);
}

TEST_CASE("classification: say what is wrong") {
  const std::vector<double> two = {0.1, 0.9}, none;
  const std::vector<int> y = {0, 1};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(metrics::accuracy(none, std::vector<int>{}), "scores: expected at least one number, found 0",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::brier(two, std::vector<int>{1}),
                       "labels: expected as many as probabilities, 2, found 1", tailor::shape_error);
  CHECK_THROWS_WITH_AS(metrics::accuracy(two, std::vector<int>{0, 2}), "labels(1): expected 0 or 1, found 2",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::accuracy(two, std::vector<double>{0, nan}), "labels(1): expected 0 or 1, found NaN",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::log_loss(std::vector<double>{0.1, 1.5}, y),
                       "probabilities(1): expected 0 to 1, found 1.5", tailor::value_error);
  CHECK_THROWS_AS(metrics::brier(std::vector<double>{-0.1, 1}, y), tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::accuracy(std::vector<double>{nan, 1}, y),
                       "scores(0): expected a finite number, found NaN", tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::accuracy(two, y, nan), "threshold: expected a number, found NaN", tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::accuracy(two, y, 0.5, std::vector<double>{1, -1}),
                       "weights(1): expected a number from 0, found -1", tailor::value_error);
  CHECK_THROWS_WITH_AS(metrics::accuracy(two, y, 0.5, std::vector<double>{0, 0}),
                       "weights: expected a sum that is above 0 and finite, found 0", tailor::value_error);
  CHECK_THROWS_AS(metrics::accuracy(two, y, 0.5, std::vector<double>{1e308, 1e308}), tailor::value_error);
  CHECK_THROWS_AS(metrics::accuracy(two, y, 0.5, std::vector<double>{1}), tailor::shape_error);
}
