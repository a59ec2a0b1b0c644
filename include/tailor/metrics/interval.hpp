// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_INTERVAL_HPP
#define TAILOR_METRICS_INTERVAL_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/span.hpp"
#include "../core/special.hpp"

namespace tailor {
inline namespace v0 {
namespace metrics {

/// From `lower` to `upper`, both included.
struct interval {
  double lower = 0, upper = 0;
};

/// A mean and how well it is known.
struct mean_estimate {
  std::size_t n = 0;
  double mean = 0;
  double standard_error = 0;   ///< √(Σ (x − mean)² / (n − 1) / n); infinity for n = 1
  metrics::interval interval;  ///< mean ± standard_error · Student's t quantile, n − 1 degrees; everything for n = 1
  double confidence = 0;
};

/// The mean of independent values, e.g. of a metric over users. O(n).
/// @throws value_error when there are no values, one is not finite or their sum overflows; unless 0 < confidence < 1
mean_estimate estimate_mean(span<const double> values, double confidence = 0.95);

/// How an interval is read off the statistics of resamples, θ*, where θ is that of the sample (Efron, Tibshirani: An
/// introduction to the bootstrap. 1993, chapters 13 and 14).
enum class bootstrap_method {
  percentile,  ///< from the α/2 to the 1 − α/2 quantile of θ*
  basic,       ///< the same turned round θ: from 2 θ − the upper one to 2 θ − the lower one
  bca          ///< the percentiles moved for bias and for a spread that changes with θ, equations 14.9 to 14.15
};

/// The defaults are those of scipy.stats.bootstrap.
struct bootstrap_options {
  std::size_t resamples = 9999;
  double confidence = 0.95;
  std::uint64_t seed = 0;
  bootstrap_method method = bootstrap_method::bca;
};

/// A bootstrap confidence interval of any statistic of n things: values, users with all their events, pairs. Resample r
/// draws n of them with repetition from random stream r; quantiles are interpolated as numpy's. Resamples run in
/// parallel, with the same bits for any number of threads. O(resamples) memory, O(resamples · n) draws and `resamples`
/// + 1 calls of `statistic`; BCa calls it another n times, without one of the things each (`percentile` does not, and
/// suits many things or a slow statistic). Statistics that are all the same give that point; when all of them lie on
/// one side of the sample's, BCa takes half of one to lie on the other.
/// @param statistic  called as `statistic(span<const std::uint32_t>)` with the positions of a resample, from several
///                   threads at once; returns a number
/// @throws value_error when n is 0 or 2³² or more, for options that make no sense (resamples from 1 to 10,000,000) and
///         for statistics that are not finite; cancelled_error
template <class Statistic>
interval bootstrap_interval(std::size_t n, Statistic&& statistic, const bootstrap_options& options = {},
                            const run_options& run = {});

/// The same for the mean of values, without the n calls.
/// @throws as above; value_error when a value is not finite
interval bootstrap_mean_interval(span<const double> values, const bootstrap_options& options = {},
                                 const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void require_confidence(double confidence, std::string_view name) {
  require(confidence > 0 && confidence < 1, name, "a number between 0 and 1", confidence);
}

/// How values lie about their mean: sums of powers of (mean − value) / largest, which neither overflow nor vanish.
/// Equal values have that mean and differ by nothing, whatever the rounding of their sum.
struct deviations {
  double mean = 0;
  double largest = 0;  ///< |mean − value|
  double squares = 0, cubes = 0;
};

inline deviations deviations_of(span<const double> values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  deviations all;
  all.mean = *least;
  if (*least == *most) return all;
  all.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  all.largest = (std::max)(all.mean - *least, *most - all.mean);
  for (const double value : values) {
    const double one = (all.mean - value) / all.largest;
    all.squares += one * one;
    all.cubes += one * one * one;
  }
  return all;
}

inline mean_estimate mean_of(span<const double> values, double confidence, std::string_view name) {
  require(!values.empty(), name, "at least one number", values.size());
  require_finite(values, name);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(values.size());
  mean_estimate estimate;
  estimate.n = values.size();
  estimate.confidence = confidence;
  const deviations from = deviations_of(values);
  estimate.mean = from.mean;
  if (values.size() == 1) {
    estimate.standard_error = infinity;
    estimate.interval = {-infinity, infinity};
  } else {
    estimate.standard_error = from.largest * std::sqrt(from.squares / (n - 1) / n);
    require(std::isfinite(estimate.standard_error), name, "numbers that can be added up", "their sum overflows");
    const double half = estimate.standard_error * student_t_quantile(0.5 + confidence / 2, n - 1);
    estimate.interval = {estimate.mean - half, estimate.mean + half};
  }
  return estimate;
}

/// Of rising values, p from 0 to 1, interpolated between the two next to p (n − 1).
inline double quantile_of_sorted(span<const double> rising, double p) {
  const double place = p * static_cast<double>(rising.size() - 1);
  const auto below = (std::min)(static_cast<std::size_t>(place), rising.size() - 1);
  const auto above = (std::min)(below + 1, rising.size() - 1);
  const double share = place - static_cast<double>(below);
  return rising[below] + share * (rising[above] - rising[below]);
}

/// The two probabilities whose quantiles are the BCa interval.
inline std::pair<double, double> bca_probabilities(span<const double> rising, double found,
                                                   span<const double> leaving_one_out, double alpha) {
  const auto n = static_cast<double>(rising.size());
  // Half of those that equal what was found lie below it; in whatever order a resample adds up, equals stay equals.
  const double rounding = 1e-13 * (std::max)(std::abs(rising.front()), std::abs(rising.back()));
  const auto first = std::lower_bound(rising.begin(), rising.end(), found - rounding);
  const auto last = std::upper_bound(first, rising.end(), found + rounding);
  const double below = static_cast<double>((first - rising.begin()) + (last - rising.begin())) / 2;
  const double bias = random::normal_quantile((std::min)((std::max)(below, 0.5), n - 0.5) / n);
  const deviations from = deviations_of(leaving_one_out);
  const double acceleration = from.squares > 0 ? from.cubes / (6 * from.squares * std::sqrt(from.squares)) : 0;
  const auto moved = [&](double z) {
    const double rest = 1 - acceleration * (bias + z);
    if (rest <= 0) return bias + z < 0 ? 0.0 : 1.0;
    return normal_cdf(bias + (bias + z) / rest);
  };
  const double z = random::normal_quantile(alpha);
  return {moved(z), moved(-z)};
}

/// `statistic(sample)` of a resample, `leave_one_out()` all the statistics without one of the things.
template <class Statistic, class LeaveOneOut>
interval bootstrap(std::size_t n, Statistic& statistic, LeaveOneOut&& leave_one_out, const bootstrap_options& options,
                   const run_options& run) {
  require(n >= 1 && n < (std::uint64_t{1} << 32), "bootstrap: n", "1 or more things, less than 2^32", n);
  require(options.resamples >= 1 && options.resamples <= 10000000, "bootstrap_options: resamples",
          "a number from 1 to 10000000", options.resamples);
  require_confidence(options.confidence, "bootstrap_options: confidence");
  std::vector<std::uint32_t> all(n);
  std::iota(all.begin(), all.end(), std::uint32_t{0});
  const auto found = static_cast<double>(statistic(span<const std::uint32_t>(all)));
  require(std::isfinite(found), "bootstrap: statistic of the sample", "a finite number", found);
  std::vector<double> resampled(options.resamples);
  const double steps = 6.0 * static_cast<double>(n) * static_cast<double>(options.resamples);
  parallel_blocks({options.resamples, 16}, run, {steps, "bootstrap"},
                  [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                    std::vector<std::uint32_t> sample(n);
                    for (std::size_t r = begin; r < end; ++r) {
                      random::generator g(options.seed, r);
                      for (std::uint32_t& position : sample) position = static_cast<std::uint32_t>(g.below(n));
                      resampled[r] = static_cast<double>(statistic(span<const std::uint32_t>(sample)));
                    }
                  });
  require_finite<double>(resampled, "bootstrap: statistic of resample ");
  std::sort(resampled.begin(), resampled.end());
  if (resampled.front() == resampled.back()) return {resampled.front(), resampled.front()};
  const double alpha = (1 - options.confidence) / 2;
  std::pair<double, double> at{alpha, 1 - alpha};
  if (options.method == bootstrap_method::bca) {
    const std::vector<double> without = leave_one_out();
    require_finite<double>(without, "bootstrap: statistic without ");
    at = bca_probabilities(resampled, found, without, alpha);
  }
  const double lower = quantile_of_sorted(resampled, at.first), upper = quantile_of_sorted(resampled, at.second);
  if (options.method == bootstrap_method::basic) return {2 * found - upper, 2 * found - lower};
  return {lower, upper};
}

}  // namespace detail

inline mean_estimate estimate_mean(span<const double> values, double confidence) {
  detail::require_confidence(confidence, "estimate_mean: confidence");
  return detail::mean_of(values, confidence, "values");
}

template <class Statistic>
interval bootstrap_interval(std::size_t n, Statistic&& statistic, const bootstrap_options& options,
                            const run_options& run) {
  const auto leave_one_out = [&] {
    std::vector<double> without(n);
    const double steps = 2.0 * static_cast<double>(n) * static_cast<double>(n);
    parallel_blocks({n, 64}, run, {steps, "bootstrap: without one"},
                    [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                      std::vector<std::uint32_t> sample(n - 1);
                      std::iota(sample.begin(), sample.end(), std::uint32_t{0});
                      for (std::size_t i = begin; i < n - 1; ++i) ++sample[i];  // all but `begin`
                      for (std::size_t i = begin; i < end; ++i) {
                        without[i] = static_cast<double>(statistic(span<const std::uint32_t>(sample)));
                        if (i < n - 1) sample[i] = static_cast<std::uint32_t>(i);
                      }
                    });
    return without;
  };
  return detail::bootstrap(n, statistic, leave_one_out, options, run);
}

inline interval bootstrap_mean_interval(span<const double> values, const bootstrap_options& options,
                                        const run_options& run) {
  require_finite(values, "values");
  const auto n = static_cast<double>(values.size());
  const auto mean = [&](span<const std::uint32_t> sample) {
    double sum = 0;
    for (const std::uint32_t i : sample) sum += values[i];
    return sum / static_cast<double>(sample.size());
  };
  const auto leave_one_out = [&] {
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    std::vector<double> without(values.begin(), values.end());
    for (double& value : without) value = (sum - value) / (n - 1);
    return without;
  };
  return detail::bootstrap(values.size(), mean, leave_one_out, options, run);
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
