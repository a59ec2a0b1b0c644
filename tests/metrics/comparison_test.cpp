// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers are scipy 1.10.1's (ttest_rel, and permutation_test over all patterns), a brute-force twin that
// counts every pattern of signs, and closed forms.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <tailor/core/random.hpp>
#include <tailor/metrics/comparison.hpp>
#include <vector>

using tailor::metrics::compare_paired;
using tailor::metrics::comparison_options;
using tailor::metrics::paired_comparison;

namespace {

using values = std::vector<double>;

const values x = {1.2, 0.7, 3.1, 2.2, 0.4, 5.9, 1.1, 2.8, 0.9, 1.6};
const values y = {0.9, 0.8, 2.0, 2.5, 0.1, 4.1, 1.3, 2.2, 0.5, 1.9};
constexpr double infinity = std::numeric_limits<double>::infinity();

doctest::Approx about(double value, double tolerance) { return doctest::Approx(value).epsilon(tolerance); }

/// Share of the sign patterns, zeros among the differences too, whose sum is as far from 0; whole numbers, so exact.
double twin(const values& a, const values& b) {
  const std::size_t n = a.size(), patterns = std::size_t{1} << n;
  double found = 0, as_far = 0;
  for (std::size_t i = 0; i < n; ++i) found += a[i] - b[i];
  for (std::size_t pattern = 0; pattern < patterns; ++pattern) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += (pattern >> i & 1) != 0 ? a[i] - b[i] : b[i] - a[i];
    as_far += std::abs(sum) >= std::abs(found) ? 1 : 0;
  }
  return as_far / static_cast<double>(patterns);
}

}  // namespace

TEST_CASE("compare_paired: as scipy's ttest_rel and permutation_test") {
  const paired_comparison c = compare_paired(x, y);
  CHECK(c.n == 10);
  CHECK(c.mean_a == about(1.99, 1e-14));
  CHECK(c.mean_b == about(1.63, 1e-14));
  CHECK(c.difference == about(0.36, 1e-14));
  CHECK(c.standard_error == about(0.21302060411560617, 1e-14));
  CHECK(c.interval.lower == about(-0.12188608541153162, 1e-9));  // scipy's quantile has 10 digits
  CHECK(c.interval.upper == about(0.8418860854115315, 1e-9));
  CHECK(c.t == about(1.689977368595895, 1e-13));
  CHECK(c.p_value == about(0.12529435806379086, 1e-13));
  CHECK(c.randomization_p_value == 0.140625);
  CHECK(c.wins == 6);
  CHECK(c.ties == 0);
  CHECK(c.losses == 4);
}

TEST_CASE("compare_paired: exchanging the two changes signs only") {
  const paired_comparison ab = compare_paired(x, y), ba = compare_paired(y, x);
  CHECK(ba.difference == -ab.difference);
  CHECK(ba.t == -ab.t);
  CHECK(ba.p_value == ab.p_value);
  CHECK(ba.randomization_p_value == ab.randomization_p_value);
  CHECK(ba.interval.lower == -ab.interval.upper);
  CHECK(ba.wins == ab.losses);
}

TEST_CASE("compare_paired: the exact randomisation test equals its brute-force twin, zeros and ties and all") {
  tailor::random::generator g(1);
  for (int trial = 0; trial < 60; ++trial) {
    values a(1 + g.below(12)), b(a.size());
    for (double& value : a) value = static_cast<double>(g.below(6));
    for (double& value : b) value = static_cast<double>(g.below(5));
    CAPTURE(trial);
    CHECK(compare_paired(a, b).randomization_p_value == about(twin(a, b), 1e-15));
  }
}

TEST_CASE("compare_paired: random patterns come near the exact value, whatever the threads") {
  tailor::random::generator g(2);
  values a(14), b(14);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<double>(1 + g.below(9));
    b[i] = a[i] - 2 + static_cast<double>(g.below(4)) + 0.5;
  }
  comparison_options few, all;
  few.resamples = 8000;
  all.resamples = 16384;
  const double exact = compare_paired(a, b, all).randomization_p_value;
  CHECK(exact == about(twin(a, b), 1e-15));
  tailor::run_options one, four;
  one.threads = 1;
  four.threads = 4;
  const double near = compare_paired(a, b, few, one).randomization_p_value;
  CHECK(std::abs(near - exact) <= 0.02);
  CHECK(near != exact);
  CHECK(compare_paired(a, b, few, four).randomization_p_value == near);
  few.seed = 1;
  CHECK(compare_paired(a, b, few).randomization_p_value != near);
}

TEST_CASE("compare_paired: many values, where both tests agree and a clear difference is the least p there is") {
  tailor::random::generator g(3);
  values a(300), b(300), better(300);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = g.normal<double>();
    b[i] = g.normal<double>() + 0.1;
    better[i] = b[i] + 1 + g.uniform();
  }
  comparison_options options;
  options.resamples = 3999;
  tailor::run_options four;
  four.threads = 4;
  const paired_comparison close = compare_paired(a, b, options);
  CHECK(std::abs(close.randomization_p_value - close.p_value) <= 0.03);
  CHECK(compare_paired(a, b, options, four).randomization_p_value == close.randomization_p_value);
  CHECK(compare_paired(better, b, options).randomization_p_value == 1.0 / 4000);
}

TEST_CASE("compare_paired: no difference, the same difference everywhere, and one pair") {
  const paired_comparison same = compare_paired(x, x);
  CHECK(same.t == 0);
  CHECK(same.p_value == 1);
  CHECK(same.randomization_p_value == 1);
  CHECK(same.ties == 10);
  CHECK(same.interval.lower == 0);
  const paired_comparison shifted = compare_paired(values{3, 5, 9}, values{2, 4, 8});
  CHECK(shifted.t == infinity);
  CHECK(shifted.p_value == 0);
  CHECK(shifted.randomization_p_value == 0.25);  // 2 of 8 patterns
  CHECK(shifted.interval.upper == 1);
  const paired_comparison one = compare_paired(values{3}, values{2});
  CHECK(one.standard_error == infinity);
  CHECK(one.interval.lower == -infinity);
  CHECK(one.t == 0);
  CHECK(one.p_value == 1);
  CHECK(one.randomization_p_value == 1);
}

TEST_CASE("compare_paired: says what is wrong, and can be stopped") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(compare_paired(values{1, 2}, values{1}), "a: expected as many as b, 1, found 2",
                       tailor::shape_error);
  CHECK_THROWS_AS(compare_paired(values{}, values{}), tailor::value_error);
  CHECK_THROWS_WITH_AS(compare_paired(values{1, nan}, values{1, 2}), "a(1): expected a finite number, found NaN",
                       tailor::value_error);
  CHECK_THROWS_AS(compare_paired(values{1, 2}, values{infinity, 2}), tailor::value_error);
  CHECK_THROWS_AS(compare_paired(values{1.7e308}, values{-1.7e308}), tailor::value_error);
  for (const double confidence : {0.0, 1.0, nan}) {
    comparison_options options;
    options.confidence = confidence;
    CHECK_THROWS_AS(compare_paired(x, y, options), tailor::value_error);
  }
  for (const std::size_t resamples : {std::size_t{0}, std::size_t{10000001}}) {
    comparison_options options;
    options.resamples = resamples;
    CHECK_THROWS_AS(compare_paired(x, y, options), tailor::value_error);
  }
  tailor::run_options run;
  run.progress = [](const tailor::progress_report&) { return false; };
  CHECK_THROWS_AS(compare_paired(x, y, {}, run), tailor::cancelled_error);
}
