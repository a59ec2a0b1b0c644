// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_DIVERSITY_HPP
#define TAILOR_METRICS_DIVERSITY_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"
#include "ranking.hpp"

namespace tailor {
inline namespace v0 {
namespace metrics {

// What lists are worth beyond accuracy. `counts` says of every item of the catalogue how often it was recommended, to
// all users together; a list holds the positions of the items recommended to one.

/// Share of the items that were recommended at least once, as microsoft/recommenders' catalog_coverage, which takes the
/// items of the training data for the catalogue. O(n).
/// @throws value_error when there are no items
double coverage(span<const std::uint64_t> counts);

/// How unequally items are recommended: Σ (2 i − n − 1) c_i / (n Σ c_i) over the counts in rising order, i from 1. From
/// 0, all alike, to (n − 1) / n, one item takes all; those who want that to be 1 multiply by n / (n − 1), as Shani and
/// Gunawardana (Evaluating recommendation systems, 2011) do. O(n log n).
/// @throws value_error when no item was recommended
double gini(span<const std::uint64_t> counts);

/// Shannon's entropy of the recommendations, −Σ q_i log2 q_i in bits, q_i = c_i / Σ c: 0, one item takes all, to
/// log2 n. It is microsoft/recommenders' distributional_coverage. O(n).
/// @throws value_error when no item was recommended
double entropy(span<const std::uint64_t> counts);

/// Mean self-information of a list, Σ log2(n / popularity_i) / length in bits (Zhou et al.: Solving the apparent
/// diversity-accuracy dilemma of recommender systems. PNAS 2010). An item that nobody had counts as if one user had it,
/// so that it is worth log2 n, the most there is. microsoft/recommenders' `novelty` takes the number of all
/// interactions for n, which changes it by a constant, and gives items that nobody had 0.
/// @param popularity  for every item how many users had it
/// @param n           how many users there are
/// @throws value_error when the list is empty or names an item without popularity, or more than n users had one
double novelty(span<const std::uint32_t> list, span<const std::uint64_t> popularity, std::uint64_t n);

/// Mean of 1 − similarity(i, j) over the pairs of a list, as microsoft/recommenders' `diversity` of one user (Ziegler
/// et al.: Improving recommendation lists through topic diversification. WWW 2005, who add similarities up instead).
/// @param similarity  called as `similarity(i, j)` with two item positions, once for each pair, i earlier in the list
/// @throws value_error when the list has fewer than two items or a similarity is not finite; O(length²)
template <class Similarity>
double intra_list_diversity(span<const std::uint32_t> list, Similarity&& similarity);

/// What is relevant and unlike what the user knows: the mean over the list of relevance times unexpectedness, one minus
/// the mean similarity to the history, as microsoft/recommenders' `user_serendipity` (Zhang et al.: Auralist:
/// introducing serendipity into music recommendation. WSDM 2012) with relevance 0 or 1.
/// @param relevant    distinct item positions in rising order; none gives 0
/// @param similarity  called as `similarity(i, h)` with an item of the list and one of the history
/// @throws value_error when list or history is empty, relevant not in rising order or a similarity not finite;
///         O(hits · length of the history)
template <class Similarity>
double serendipity(span<const std::uint32_t> list, span<const std::uint32_t> history,
                   span<const std::uint32_t> relevant, Similarity&& similarity);

/// How far a list's shares of categories, q, are from those of the user's history, p: the Kullback-Leibler divergence
/// Σ p_c ln(p_c / ((1 − α) q_c + α p_c)) over categories (Steck: Calibrated recommendations. RecSys 2018, with α = .01
/// and a log without a base; the well-known notebook of E. Liu has log2, 1 / ln 2 times ours). 0 when they are the
/// same; finite, at most −ln α, because of α. O(n).
/// @param history, list  [n_categories]: non-negative numbers that add up to 1, to 1e-6
/// @throws shape_error when the two differ in length; value_error when they are not distributions, or unless 0 < α < 1
double miscalibration(span<const double> history, span<const double> list, double alpha = 0.01);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline double total_of(span<const std::uint64_t> counts, std::string_view name) {
  double total = 0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count);
  require(total > 0, name, "an item that was recommended", "none");
  return total;
}

template <class Similarity>
double finite_similarity(Similarity& similarity, std::uint32_t i, std::uint32_t j) {
  const auto value = static_cast<double>(similarity(i, j));
  if (!std::isfinite(value))
    throw value_error(describe("similarity(" + show(i) + ", " + show(j) + ')', "a finite number", show(value)));
  return value;
}

inline void require_distribution(span<const double> shares, std::string_view name) {
  double sum = 0;
  for (const double share : shares) {
    require(share >= 0 && share <= 2, name, "shares that are not negative and add up to 1", share);
    sum += share;
  }
  require(std::abs(sum - 1) <= 1e-6, name, "shares that add up to 1", "a sum of " + show(sum));
}

}  // namespace detail

inline double coverage(span<const std::uint64_t> counts) {
  require(!counts.empty(), "coverage: counts", "at least one item", counts.size());
  const auto never = std::count(counts.begin(), counts.end(), std::uint64_t{0});
  return static_cast<double>(counts.size() - static_cast<std::size_t>(never)) / static_cast<double>(counts.size());
}

inline double gini(span<const std::uint64_t> counts) {
  const double total = detail::total_of(counts, "gini: counts"), n = static_cast<double>(counts.size());
  std::vector<std::uint64_t> rising(counts.begin(), counts.end());
  std::sort(rising.begin(), rising.end());
  double sum = 0;
  for (std::size_t i = 0; i < rising.size(); ++i)
    sum += (2 * static_cast<double>(i) + 1 - n) * static_cast<double>(rising[i]);
  return (std::max)(0.0, sum / (n * total));
}

inline double entropy(span<const std::uint64_t> counts) {
  const double total = detail::total_of(counts, "entropy: counts");
  double bits = 0;
  for (const std::uint64_t count : counts)
    if (count != 0) bits += static_cast<double>(count) / total * std::log2(total / static_cast<double>(count));
  return bits;
}

inline double novelty(span<const std::uint32_t> list, span<const std::uint64_t> popularity, std::uint64_t n) {
  require(!list.empty(), "novelty: list", "at least one item", list.size());
  require(n >= 1, "novelty: n", "at least one user", n);
  double bits = 0;
  for (const std::uint32_t item : list) {
    require(item < popularity.size(), "novelty: list", "items with a popularity, below " + show(popularity.size()),
            item);
    const std::uint64_t users = popularity[item];
    require(users <= n, "novelty: popularity", "at most n users, " + show(n), users);
    bits += std::log2(static_cast<double>(n) / static_cast<double>((std::max)(users, std::uint64_t{1})));
  }
  return bits / static_cast<double>(list.size());
}

template <class Similarity>
double intra_list_diversity(span<const std::uint32_t> list, Similarity&& similarity) {
  require(list.size() >= 2, "intra_list_diversity: list", "at least two items", list.size());
  double sum = 0;
  for (std::size_t i = 0; i < list.size(); ++i)
    for (std::size_t j = i + 1; j < list.size(); ++j)
      sum += 1 - detail::finite_similarity(similarity, list[i], list[j]);
  const auto n = static_cast<double>(list.size());
  return sum / (n * (n - 1) / 2);
}

template <class Similarity>
double serendipity(span<const std::uint32_t> list, span<const std::uint32_t> history,
                   span<const std::uint32_t> relevant, Similarity&& similarity) {
  require(!list.empty(), "serendipity: list", "at least one item", list.size());
  require(!history.empty(), "serendipity: history", "at least one item", history.size());
  require(detail::is_rising(relevant), "serendipity: relevant", "distinct items in rising order", "another order");
  double sum = 0;
  for (const std::uint32_t item : list) {
    if (!std::binary_search(relevant.begin(), relevant.end(), item)) continue;
    double alike = 0;
    for (const std::uint32_t known : history) alike += detail::finite_similarity(similarity, item, known);
    sum += 1 - alike / static_cast<double>(history.size());
  }
  return sum / static_cast<double>(list.size());
}

inline double miscalibration(span<const double> history, span<const double> list, double alpha) {
  require(alpha > 0 && alpha < 1, "miscalibration: alpha", "a number between 0 and 1", alpha);
  require<shape_error>(list.size() == history.size(), "miscalibration: list",
                       "as many as history, " + show(history.size()), list.size());
  detail::require_distribution(history, "miscalibration: history");
  detail::require_distribution(list, "miscalibration: list");
  double divergence = 0;
  for (std::size_t c = 0; c < history.size(); ++c)
    if (history[c] > 0) divergence += history[c] * std::log(history[c] / ((1 - alpha) * list[c] + alpha * history[c]));
  return (std::max)(0.0, divergence);  // never negative, but for rounding
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
