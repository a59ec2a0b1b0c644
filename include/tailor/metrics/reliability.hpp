// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_RELIABILITY_HPP
#define TAILOR_METRICS_RELIABILITY_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"
#include "classification.hpp"

// Whether probabilities mean what they say, and whether what is scored today is what was scored then. Both look at
// bins; arguments and what is thrown are those of classification.hpp.

namespace tailor {
inline namespace v0 {
namespace metrics {

/// Where bins are cut: at equal distances, or at quantiles, so that about as many fall into each (equal numbers stay
/// together; bins between equal cuts become one). A number on a cut falls into the bin below it.
enum class binning { equal_width, equal_count };
constexpr std::array<std::string_view, 2> enum_names(binning) { return {"equal_width", "equal_count"}; }

/// Cases of about the same probability.
struct reliability_bin {
  double lower, upper;      ///< the cuts
  std::size_t count;        ///< cases, at least one
  double mean_probability;  ///< what was said
  double rate;              ///< the part of positives: what happened
};

/// The bins of a reliability diagram that have a case in them, by rising probability, as scikit-learn's
/// `calibration_curve` ("uniform", "quantile"). O(n log n).
/// @throws value_error for bins = 0 or more than 1,000,000
template <class P, class L>
std::vector<reliability_bin> reliability(const P& probabilities, const L& labels, std::size_t bins = 10,
                                         binning cut = binning::equal_width);

/// Expected calibration error, Σ n_b / n · |rate − mean probability| over the bins (Naeini, Cooper, Hauskrecht:
/// Obtaining well calibrated probabilities using Bayesian binning. AAAI 2015). O(n log n).
/// @throws value_error as `reliability`
template <class P, class L>
double ece(const P& probabilities, const L& labels, std::size_t bins = 10, binning cut = binning::equal_width);

/// How the population stability index cuts and smooths. Equal counts are those of the expected numbers; the outer bins
/// have no end, whatever the cut.
struct psi_options {
  std::size_t bins = 10;
  binning cut = binning::equal_count;
  double smoothing = 0.5;  ///< added to every bin's count on both sides, so that an empty bin costs no infinity
};

/// Population stability index, Σ (a_b − e_b) ln(a_b / e_b) over the parts a, e of both samples in each bin: by custom
/// below .1 nothing happened, above .25 much did. The same for a score and for any numeric feature. O(n log n).
/// @param expected  [n]: then, the sample that bins are cut by; actual  [m]: now. Vectors, arrays or spans of numbers,
///                  or xtensor expressions
/// @throws value_error when either is empty or not finite, for bins = 0 or more than 1,000,000, a smoothing below 0, or
///         a bin that stays empty on one side only because smoothing is 0
template <class E, class A>
double psi(const E& expected, const A& actual, const psi_options& options = {});

/// The same from counts, one for each bin or category.
/// @throws shape_error when they differ in length, value_error when a count is below 0 or not finite or all are 0
inline double psi_of_counts(span<const double> expected, span<const double> actual, double smoothing = 0.5);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void check_bins(std::size_t bins) { require(bins >= 1 && bins <= 1'000'000, "bins", "1 to 1000000", bins); }

/// The number below which a part k / parts of n sorted ones lies, between two by straight line: numpy's `percentile`.
inline double quantile_of_sorted(span<const double> sorted, std::size_t k, std::size_t parts) {
  const std::size_t steps = sorted.size() - 1;  // steps · k / parts without overflow
  const std::size_t at = steps / parts * k + steps % parts * k / parts, rest = steps % parts * k % parts;
  if (rest == 0) return sorted[at];
  const double part = static_cast<double>(rest) / static_cast<double>(parts), low = sorted[at], high = sorted[at + 1];
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

/// Cuts from `lower` to `upper`, both among them.
inline std::vector<double> equal_cuts(double lower, double upper, std::size_t bins) {
  std::vector<double> cuts(bins + 1);
  for (std::size_t k = 0; k <= bins; ++k) {
    const double part = static_cast<double>(k) / static_cast<double>(bins);
    cuts[k] = lower * (1 - part) + upper * part;
  }
  return cuts;
}

/// Cuts at the quantiles of `values`.
inline std::vector<double> quantile_cuts(std::vector<double> values, std::size_t bins) {
  std::sort(values.begin(), values.end());
  std::vector<double> cuts;
  for (std::size_t k = 0; k <= bins; ++k) cuts.push_back(quantile_of_sorted(values, k, bins));
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  if (cuts.size() == 1) cuts.push_back(cuts.front());
  return cuts;
}

/// The bin of a number: how many of the inner cuts lie below it.
inline std::size_t bin_of(double value, const std::vector<double>& cuts) {
  return static_cast<std::size_t>(std::lower_bound(cuts.begin() + 1, cuts.end() - 1, value) - (cuts.begin() + 1));
}

inline std::vector<reliability_bin> reliability(const outcomes& all, std::size_t bins, binning cut) {
  check_bins(bins);
  std::vector<double> cuts;
  if (cut == binning::equal_width) {
    cuts = equal_cuts(0, 1, bins);
  } else {
    std::vector<double> values;
    values.reserve(all.cases.size());
    for (const outcome& o : all.cases) values.push_back(o.score);
    cuts = quantile_cuts(std::move(values), bins);
  }
  std::vector<reliability_bin> found;
  for (std::size_t b = 0; b + 1 < cuts.size(); ++b) found.push_back({cuts[b], cuts[b + 1], 0, 0, 0});
  for (const outcome& o : all.cases) {
    reliability_bin& bin = found[bin_of(o.score, cuts)];
    ++bin.count;
    bin.mean_probability += o.score;
    bin.rate += o.positive ? 1 : 0;
  }
  found.erase(std::remove_if(found.begin(), found.end(), [](const reliability_bin& bin) { return bin.count == 0; }),
              found.end());
  for (reliability_bin& bin : found) {
    bin.mean_probability /= static_cast<double>(bin.count);
    bin.rate /= static_cast<double>(bin.count);
  }
  return found;
}

/// Finite numbers as a vector of their own.
template <class X>
std::vector<double> finite_numbers(const X& values, std::string_view name) {
  const auto held = numbers(values, name);
  const auto all = view(held);
  require(!all.empty(), name, "at least one number", all.size());
  std::vector<double> copy(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    copy[i] = static_cast<double>(all[i]);
    if (!std::isfinite(copy[i])) throw bad_value(name, i, "a finite number", copy[i]);
  }
  return copy;
}

inline double psi(const std::vector<double>& expected, const std::vector<double>& actual, const psi_options& options) {
  check_bins(options.bins);
  std::vector<double> cuts;
  if (options.cut == binning::equal_count) {
    cuts = quantile_cuts(expected, options.bins);
  } else {
    const auto ends = std::minmax_element(expected.begin(), expected.end());
    cuts = equal_cuts(*ends.first, *ends.second, options.bins);
  }
  std::vector<double> then(cuts.size() - 1), now(cuts.size() - 1);
  for (const double value : expected) ++then[bin_of(value, cuts)];
  for (const double value : actual) ++now[bin_of(value, cuts)];
  return psi_of_counts(then, now, options.smoothing);
}

}  // namespace detail

template <class P, class L>
std::vector<reliability_bin> reliability(const P& probabilities, const L& labels, std::size_t bins, binning cut) {
  return detail::reliability(detail::gather(probabilities, labels, unweighted{}, detail::score_range::probability),
                             bins, cut);
}

template <class P, class L>
double ece(const P& probabilities, const L& labels, std::size_t bins, binning cut) {
  double error = 0, n = 0;
  for (const reliability_bin& bin : reliability(probabilities, labels, bins, cut)) {
    error += static_cast<double>(bin.count) * std::abs(bin.rate - bin.mean_probability);
    n += static_cast<double>(bin.count);
  }
  return error / n;
}

template <class E, class A>
double psi(const E& expected, const A& actual, const psi_options& options) {
  return detail::psi(detail::finite_numbers(expected, "expected"), detail::finite_numbers(actual, "actual"), options);
}

inline double psi_of_counts(span<const double> expected, span<const double> actual, double smoothing) {
  require<shape_error>(expected.size() == actual.size(), "actual",
                       "as many counts as expected, " + show(expected.size()), actual.size());
  require(std::isfinite(smoothing) && smoothing >= 0, "psi: smoothing", "a number from 0", smoothing);
  const auto sum = [&](span<const double> counts, std::string_view name) {
    double total = 0;
    for (std::size_t b = 0; b < counts.size(); ++b) {
      if (!std::isfinite(counts[b]) || counts[b] < 0) throw detail::bad_value(name, b, "a count from 0", counts[b]);
      total += counts[b];
    }
    require(total > 0 && std::isfinite(total), name, "counts with a sum above 0", total);
    return total + smoothing * static_cast<double>(counts.size());
  };
  const double then = sum(expected, "expected"), now = sum(actual, "actual");
  double index = 0;
  for (std::size_t b = 0; b < expected.size(); ++b) {
    const double e = (expected[b] + smoothing) / then, a = (actual[b] + smoothing) / now;
    if (e == 0 && a == 0) continue;
    require(e > 0 && a > 0, "psi: smoothing", "a number above 0, since a bin is empty on one side", smoothing);
    index += (a - e) * std::log(a / e);
  }
  return index;
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
