// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers are scipy 1.10.1's: sem and t.interval, and bootstrap with one or two million resamples, within the
// Monte Carlo error of ours; the exact distribution of the resamples of three values; closed forms.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tailor/core/random.hpp>
#include <tailor/core/special.hpp>
#include <tailor/metrics/interval.hpp>
#include <vector>

using namespace tailor::metrics;

namespace {

const std::vector<double> x = {1.2, 0.7, 3.1, 2.2, 0.4, 5.9, 1.1, 2.8, 0.9, 1.6};
const std::vector<double> y = {0.9, 0.8, 2.0, 2.5, 0.1, 4.1, 1.3, 2.2, 0.5, 1.9};
constexpr double infinity = std::numeric_limits<double>::infinity();

using positions = tailor::span<const std::uint32_t>;

bool near(const interval& found, double lower, double upper, double tolerance) {
  INFO(found.lower << " " << found.upper);
  return std::abs(found.lower - lower) <= tolerance && std::abs(found.upper - upper) <= tolerance;
}

bootstrap_options many(bootstrap_method method) {
  bootstrap_options options;
  options.resamples = 20000;
  options.method = method;
  options.seed = 3;
  return options;
}

double deviation(positions sample) {
  const auto n = static_cast<double>(sample.size());
  double sum = 0, squares = 0;
  for (const std::uint32_t i : sample) sum += x[i];
  for (const std::uint32_t i : sample) squares += (x[i] - sum / n) * (x[i] - sum / n);
  return std::sqrt(squares / (n - 1));
}

double ratio(positions sample) {
  double above = 0, below = 0;
  for (const std::uint32_t i : sample) {
    above += x[i];
    below += y[i];
  }
  return above / below;
}

}  // namespace

TEST_CASE("estimate_mean: as scipy") {
  const mean_estimate all = estimate_mean(x);
  CHECK(all.n == 10);
  CHECK(all.confidence == 0.95);
  CHECK(all.mean == doctest::Approx(1.99).epsilon(1e-15));
  CHECK(all.standard_error == doctest::Approx(0.5182127405269427).epsilon(1e-14));
  CHECK(near(all.interval, 0.8177213371933381, 3.1622786628066626, 1e-9));  // scipy's quantile has 10 digits
  CHECK(near(estimate_mean(x, 0.8).interval, 1.273296887248034, 2.7067031127519665, 1e-9));
}

TEST_CASE("estimate_mean: one value, and values that are all the same") {
  const mean_estimate one = estimate_mean(std::vector<double>{7});
  CHECK(one.mean == 7);
  CHECK(one.standard_error == infinity);
  CHECK(one.interval.lower == -infinity);
  CHECK(one.interval.upper == infinity);
  const mean_estimate same = estimate_mean(std::vector<double>(7, 0.1));
  CHECK(same.mean == 0.1);
  CHECK(same.standard_error == 0);
  CHECK(same.interval.lower == 0.1);
  CHECK(same.interval.upper == 0.1);
}

TEST_CASE("estimate_mean and the bootstrap: the unit of the values does not matter, however large or small it is") {
  const auto in = [](double unit) { return std::vector<double>{unit, 2 * unit, 3.5 * unit, 10 * unit}; };
  const mean_estimate estimate = estimate_mean(in(1));
  const interval bca = bootstrap_mean_interval(in(1));
  for (const double unit : {1e-300, 1e-170, 1e-120, 1e-108, 1e103, 1e160, 1e300}) {
    CAPTURE(unit);
    const mean_estimate same = estimate_mean(in(unit));
    CHECK(same.mean / unit == doctest::Approx(estimate.mean).epsilon(1e-14));
    CHECK(same.standard_error / unit == doctest::Approx(estimate.standard_error).epsilon(1e-14));
    const interval found = bootstrap_mean_interval(in(unit));
    CHECK(near({found.lower / unit, found.upper / unit}, bca.lower, bca.upper, 1e-12));
  }
}

TEST_CASE("bootstrap_mean_interval: as scipy's bootstrap by each method") {
  CHECK(near(bootstrap_mean_interval(x, many(bootstrap_method::percentile)), 1.15, 3.05, 0.04));
  CHECK(near(bootstrap_mean_interval(x, many(bootstrap_method::basic)), 0.93, 2.83, 0.04));
  // scipy's of the sum of ten times as much: in whole numbers, means that are equal compare so
  CHECK(near(bootstrap_mean_interval(x, many(bootstrap_method::bca)), 1.28, 3.37, 0.07));
}

TEST_CASE("bootstrap_interval: as scipy's bootstrap of a deviation and of a ratio of sums") {
  CHECK(near(bootstrap_interval(10, deviation, many(bootstrap_method::percentile)), 0.62973, 2.30593, 0.05));
  CHECK(near(bootstrap_interval(10, deviation, many(bootstrap_method::bca)), 0.83160, 2.61533, 0.05));
  CHECK(near(bootstrap_interval(10, ratio, many(bootstrap_method::percentile)), 1.0, 1.41781, 0.01));
  CHECK(near(bootstrap_interval(10, ratio, many(bootstrap_method::bca)), 1.0, 1.41892, 0.01));
}

TEST_CASE("bootstrap_interval: of three values every resample is known") {
  // means of 27 equally likely resamples of {0, 1, 5}: P(0) = 1/27, P(1/3) = 3/27 …, P(11/3) = 3/27, P(5) = 1/27
  const std::vector<double> values = {0, 1, 5};
  bootstrap_options options = many(bootstrap_method::percentile);
  options.confidence = 0.95;  // .025 < 1/27
  CHECK(near(bootstrap_mean_interval(values, options), 0, 5, 0));
  options.confidence = 0.9;  // .05 lies between 1/27 and 4/27
  CHECK(near(bootstrap_mean_interval(values, options), 1.0 / 3, 11.0 / 3, 1e-15));
}

TEST_CASE("bootstrap_mean_interval: for many values near the normal interval") {
  tailor::random::generator g(4);
  std::vector<double> values(400);
  for (double& value : values) value = g.normal<double>();
  const mean_estimate estimate = estimate_mean(values);
  for (const auto method : {bootstrap_method::percentile, bootstrap_method::basic, bootstrap_method::bca}) {
    bootstrap_options options;
    options.method = method;
    CHECK(near(bootstrap_mean_interval(values, options), estimate.interval.lower, estimate.interval.upper, 0.012));
  }
}

TEST_CASE("bootstrap_interval: the mean by both ways, any number of threads and the seed") {
  std::vector<double> values(500);
  tailor::random::generator g(5);
  for (double& value : values) value = g.exponential<double>();
  const auto mean = [&](positions sample) {
    double sum = 0;
    for (const std::uint32_t i : sample) sum += values[i];
    return sum / static_cast<double>(sample.size());
  };
  bootstrap_options options;
  options.resamples = 1500;
  tailor::run_options one, four;
  one.threads = 1;
  four.threads = 4;
  const interval serial = bootstrap_interval(values.size(), mean, options, one);
  CHECK(near(bootstrap_interval(values.size(), mean, options, four), serial.lower, serial.upper, 0));
  CHECK(near(bootstrap_mean_interval(values, options, four), serial.lower, serial.upper, 1e-12));
  options.seed = 1;
  CHECK_FALSE(near(bootstrap_mean_interval(values, options, one), serial.lower, serial.upper, 0));
}

TEST_CASE("bootstrap_interval: degenerate statistics give that point, one-sided ones a finite interval") {
  for (const auto method : {bootstrap_method::percentile, bootstrap_method::basic, bootstrap_method::bca}) {
    bootstrap_options options;
    options.method = method;
    options.resamples = 200;
    CHECK(near(bootstrap_mean_interval(std::vector<double>{4, 4, 4}, options), 4, 4, 0));
    CHECK(near(bootstrap_mean_interval(std::vector<double>{4}, options), 4, 4, 0));
    const auto distinct = [](positions sample) {  // most for the sample itself
      std::vector<bool> seen(30, false);
      double count = 0;
      for (const std::uint32_t i : sample) {
        count += seen[i] ? 0 : 1;
        seen[i] = true;
      }
      return count;
    };
    const interval found = bootstrap_interval(30, distinct, options);
    CHECK(std::isfinite(found.lower));
    CHECK(found.lower <= found.upper);
  }
}

TEST_CASE("estimate_mean and the bootstrap: say what is wrong") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(estimate_mean(std::vector<double>{}), "values: expected at least one number, found 0",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(estimate_mean(std::vector<double>{1, nan}), "values(1): expected a finite number, found NaN",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(estimate_mean(std::vector<double>{1e308, 1.5e308}),
                       "values: expected numbers that can be added up, found their sum overflows", tailor::value_error);
  CHECK_THROWS_AS(estimate_mean(std::vector<double>{-1.7e308, -1.7e308, 1.7e308}), tailor::value_error);
  for (const double confidence : {0.0, 1.0, nan}) {
    CHECK_THROWS_AS(estimate_mean(x, confidence), tailor::value_error);
    bootstrap_options options;
    options.confidence = confidence;
    CHECK_THROWS_AS(bootstrap_mean_interval(x, options), tailor::value_error);
  }
  for (const std::size_t resamples : {std::size_t{0}, std::size_t{10000001}}) {
    bootstrap_options options;
    options.resamples = resamples;
    CHECK_THROWS_AS(bootstrap_mean_interval(x, options), tailor::value_error);
  }
  CHECK_THROWS_AS(bootstrap_mean_interval(std::vector<double>{}), tailor::value_error);
  CHECK_THROWS_AS(bootstrap_mean_interval(std::vector<double>{1, infinity}), tailor::value_error);
  CHECK_THROWS_AS(bootstrap_interval(0, ratio), tailor::value_error);
  CHECK_THROWS_AS(bootstrap_interval(std::size_t{1} << 32, ratio), tailor::value_error);
  std::size_t calls = 0;
  tailor::run_options serial;
  serial.threads = 1;
  CHECK_THROWS_WITH_AS(bootstrap_interval(
                           10, [&](positions) { return ++calls, nan; }, {}, serial),
                       "bootstrap: statistic of the sample: expected a finite number, found NaN", tailor::value_error);
  CHECK(calls == 1);
  const auto breaks = [&](positions sample) { return sample[0] == sample[1] ? nan : ratio(sample); };
  CHECK_THROWS_AS(bootstrap_interval(10, breaks), tailor::value_error);
}

TEST_CASE("bootstrap_interval: can be stopped") {
  tailor::run_options run;
  std::string task;
  run.progress = [&](const tailor::progress_report& report) {
    task = report.task;
    return report.done < 3;
  };
  CHECK_THROWS_AS(bootstrap_mean_interval(x, {}, run), tailor::cancelled_error);
  CHECK(task == "bootstrap");
}
