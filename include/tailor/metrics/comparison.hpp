// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_COMPARISON_HPP
#define TAILOR_METRICS_COMPARISON_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/span.hpp"
#include "../core/special.hpp"
#include "interval.hpp"

namespace tailor {
inline namespace v0 {
namespace metrics {

/// The number of resamples is scipy.stats.permutation_test's default.
struct comparison_options {
  double confidence = 0.95;
  std::size_t resamples = 9999;  ///< of the randomisation test; when there are no more sign patterns, it takes them all
  std::uint64_t seed = 0;
};

/// Two systems measured on the same things, such as a metric of the same users, by d_i = a_i − b_i.
struct paired_comparison {
  std::size_t n = 0;
  double mean_a = 0, mean_b = 0;
  double difference = 0;             ///< the mean of d
  double standard_error = 0;         ///< of the difference; infinity for n = 1
  metrics::interval interval;        ///< of the difference, by Student's t, n − 1 degrees of freedom
  double t = 0;                      ///< difference / standard_error; ±infinity when all d are the same and not 0
  double p_value = 1;                ///< of the paired t-test, two-sided; 1 when all d are 0, or for n = 1
  double randomization_p_value = 1;  ///< of Fisher's randomisation test, two-sided
  std::size_t wins = 0;              ///< a_i > b_i
  std::size_t ties = 0;              ///< a_i = b_i
  std::size_t losses = 0;            ///< a_i < b_i
};

/// Is the difference more than chance? By the paired t-test and by the randomisation test, which assumes only that a
/// and b could have been exchanged, and which Smucker, Allan and Carterette (A comparison of statistical significance
/// tests for information retrieval evaluation. CIKM 2007) recommend: the share of patterns of signs ±|d_i| whose mean
/// is at least as far from 0 as the one found. It is exact when there are at most `resamples` patterns of the d_i that
/// are not 0; else (1 + those as far) / (1 + resamples) over random ones, resample r from random stream r, in parallel
/// with the same bits for any number of threads. O(n · resamples).
/// @throws shape_error when the two differ in length; value_error when they are empty, not finite or too large to add
///         up, and for options that make no sense (resamples from 1 to 10,000,000); cancelled_error
paired_comparison compare_paired(span<const double> a, span<const double> b, const comparison_options& options = {},
                                 const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Σ ±d_i, the signs taken from the bits that `next` gives, 32 at a time.
template <class Next>
double signed_sum(span<const double> d, Next&& next) {
  double sum = 0;
  for (std::size_t begin = 0; begin < d.size(); begin += 32) {
    std::uint32_t signs = next();
    for (std::size_t i = begin; i < (std::min)(begin + 32, d.size()); ++i, signs >>= 1)
      sum += (signs & 1) != 0 ? -d[i] : d[i];
  }
  return sum;
}

/// @param d  differences that are not 0
inline double randomization_p_value(span<const double> d, const comparison_options& options, const run_options& run) {
  double sum = 0, absolute_sum = 0;
  for (const double one : d) {
    sum += one;
    absolute_sum += std::abs(one);
  }
  // Sums that differ only by rounding are equally far.
  const double least = std::abs(sum) - 1e-13 * absolute_sum;
  const bool is_exact = d.size() < 32 && (std::size_t{1} << d.size()) <= options.resamples;
  const std::size_t patterns = is_exact ? std::size_t{1} << d.size() : options.resamples;
  const double steps = 2 * static_cast<double>(d.size()) * static_cast<double>(patterns);
  const std::size_t as_far = parallel_reduce(
      {patterns, 64}, run, {steps, "compare_paired"}, std::size_t{0},
      [&](std::size_t begin, std::size_t end) {
        std::size_t count = 0;
        for (std::size_t r = begin; r < end; ++r) {
          random::generator g(options.seed, r);
          const double found = is_exact ? signed_sum(d, [&] { return static_cast<std::uint32_t>(r); })
                                        : signed_sum(d, [&] { return g(); });
          if (std::abs(found) >= least) ++count;
        }
        return count;
      },
      [](std::size_t total, std::size_t count) { return total + count; });
  if (is_exact) return static_cast<double>(as_far) / static_cast<double>(patterns);
  return static_cast<double>(as_far + 1) / static_cast<double>(patterns + 1);
}

}  // namespace detail

inline paired_comparison compare_paired(span<const double> a, span<const double> b, const comparison_options& options,
                                        const run_options& run) {
  detail::require_confidence(options.confidence, "comparison_options: confidence");
  require(options.resamples >= 1 && options.resamples <= 10000000, "comparison_options: resamples",
          "a number from 1 to 10000000", options.resamples);
  require<shape_error>(a.size() == b.size(), "a", "as many as b, " + show(b.size()), a.size());
  paired_comparison result;
  result.n = a.size();
  result.mean_a = detail::mean_of(a, options.confidence, "a").mean;
  result.mean_b = detail::mean_of(b, options.confidence, "b").mean;
  std::vector<double> differences(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    differences[i] = a[i] - b[i];
    (a[i] > b[i] ? result.wins : a[i] < b[i] ? result.losses : result.ties) += 1;
  }
  const mean_estimate difference = detail::mean_of(differences, options.confidence, "a - b");
  result.difference = difference.mean;
  result.standard_error = difference.standard_error;
  result.interval = difference.interval;
  if (difference.mean != 0) {  // else t = 0 and p = 1, also when there is no error at all
    result.t = difference.mean / difference.standard_error;
    if (result.n > 1) result.p_value = 2 * student_t_cdf(-std::abs(result.t), static_cast<double>(result.n - 1));
  }
  differences.erase(std::remove(differences.begin(), differences.end(), 0.0), differences.end());
  result.randomization_p_value = detail::randomization_p_value(differences, options, run);
  return result;
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
