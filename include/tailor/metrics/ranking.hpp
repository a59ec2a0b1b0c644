// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_RANKING_HPP
#define TAILOR_METRICS_RANKING_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"

namespace tailor {
inline namespace v0 {
namespace metrics {

/// What a list of k recommendations for one user was worth. Written with hit(r) = 1 when the item at rank r (from 1) is
/// among the relevant ones, and R relevant items in all. A list shorter than k counts as if misses filled it.
struct ranking_scores {
  double precision = 0;          ///< Σ hit(r) / k; the microsoft/recommenders convention: k also for shorter lists
  double recall = 0;             ///< Σ hit(r) / R, plain recall
  double capped_recall = 0;      ///< Σ hit(r) / min(k, R), the Recall@k of the VAE papers
  double ndcg = 0;               ///< Σ hit(r) / log2(r + 1), over the same sum for min(k, R) hits on top
  double average_precision = 0;  ///< Σ hit(r) · precision at r, over min(k, R); its mean over users is MAP@k
  double reciprocal_rank = 0;    ///< 1 / rank of the first hit, 0 without one; its mean over users is MRR@k
  double hit_rate = 0;           ///< 1 when there is any hit

  ranking_scores& operator+=(const ranking_scores& other) noexcept;
  ranking_scores& operator/=(double n) noexcept;
};

/// All of them at once.
/// @param ranked    item positions, best first; only the first k count
/// @param relevant  distinct item positions in rising order, at least one
/// @throws value_error for k = 0, no relevant item, relevant items not in rising order, or a hit that comes twice;
///         O(k log R)
ranking_scores score_ranking(span<const std::uint32_t> ranked, span<const std::uint32_t> relevant, std::size_t k);

// ---------------------------------------------------------------------------------------------------------------------

inline ranking_scores& ranking_scores::operator+=(const ranking_scores& other) noexcept {
  precision += other.precision;
  recall += other.recall;
  capped_recall += other.capped_recall;
  ndcg += other.ndcg;
  average_precision += other.average_precision;
  reciprocal_rank += other.reciprocal_rank;
  hit_rate += other.hit_rate;
  return *this;
}

inline ranking_scores& ranking_scores::operator/=(double n) noexcept {
  for (double* score : {&precision, &recall, &capped_recall, &ndcg, &average_precision, &reciprocal_rank, &hit_rate})
    *score /= n;
  return *this;
}

inline ranking_scores score_ranking(span<const std::uint32_t> ranked, span<const std::uint32_t> relevant,
                                    std::size_t k) {
  require(k >= 1, "score_ranking: k", "at least 1", k);
  require(!relevant.empty(), "score_ranking: relevant", "at least one item", relevant.size());
  require(std::adjacent_find(relevant.begin(), relevant.end(), [](auto a, auto b) { return a >= b; }) == relevant.end(),
          "score_ranking: relevant", "distinct items in rising order", "another order");
  const std::size_t most_hits = (std::min)(k, relevant.size());
  ranking_scores scores;
  std::vector<std::uint32_t> found;
  double hits = 0, gain = 0, best_gain = 0;
  for (std::size_t r = 0; r < (std::min)(k, ranked.size()); ++r) {
    if (!std::binary_search(relevant.begin(), relevant.end(), ranked[r])) continue;
    found.push_back(ranked[r]);
    hits += 1;
    gain += 1 / std::log2(static_cast<double>(r) + 2);
    scores.average_precision += hits / static_cast<double>(r + 1);
    if (hits == 1) scores.reciprocal_rank = 1 / static_cast<double>(r + 1);
  }
  std::sort(found.begin(), found.end());
  const auto twice = std::adjacent_find(found.begin(), found.end());
  if (twice != found.end())
    throw value_error(describe("score_ranking: ranked", "distinct items", show(*twice) + " twice"));
  for (std::size_t r = 0; r < most_hits; ++r) best_gain += 1 / std::log2(static_cast<double>(r) + 2);
  scores.precision = hits / static_cast<double>(k);
  scores.recall = hits / static_cast<double>(relevant.size());
  scores.capped_recall = hits / static_cast<double>(most_hits);
  scores.ndcg = gain / best_gain;
  scores.average_precision /= static_cast<double>(most_hits);
  scores.hit_rate = hits > 0 ? 1 : 0;
  return scores;
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
