// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_RANKING_HPP
#define TAILOR_METRICS_RANKING_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"

namespace tailor {
inline namespace v0 {
namespace metrics {

/// What a list of k recommendations for one user was worth. Written with hit(r) = 1 when the item at rank r (from 1) is
/// among the relevant ones, and R relevant items in all. A list shorter than k counts as if misses filled it.
struct ranking_scores {
  double precision = 0;      ///< Σ hit(r) / k; the microsoft/recommenders convention: k also for shorter lists
  double recall = 0;         ///< Σ hit(r) / R, plain recall
  double capped_recall = 0;  ///< Σ hit(r) / min(k, R), the Recall@k of the VAE papers
  /// Σ hit(r) / log2(r + 1), over the same sum for min(k, R) hits on top. Of items that are relevant or not; for
  /// degrees of relevance scikit-learn's ndcg_score and pytrec_eval's ndcg_cut put the degree for hit(r) above and
  /// below, others 2^degree − 1: the same where all degrees are 0 or 1.
  double ndcg = 0;
  /// Σ hit(r) · precision at r, over min(k, R), as map_at_k of microsoft/recommenders. ranx's map@k, pytrec_eval's
  /// map_cut and microsoft's own `map` divide by R, so that a list of k cannot reach 1 when R > k. The mean over users
  /// is MAP@k.
  double average_precision = 0;
  /// 1 / rank of the first hit, 0 without one among the k, as ranx's mrr@k; pytrec_eval's recip_rank goes down the
  /// whole ranking. The mean over users is MRR@k.
  double reciprocal_rank = 0;
  double hit_rate = 0;  ///< 1 when there is any hit

  ranking_scores& operator+=(const ranking_scores& other) noexcept;
  ranking_scores& operator/=(double n) noexcept;
};

/// All of them at once.
/// @param ranked    item positions, best first; only the first k count
/// @param relevant  distinct item positions in rising order, at least one
/// @throws value_error for k = 0, no relevant item, relevant items not in rising order, or a hit that comes twice;
///         O(R + k log R)
ranking_scores score_ranking(span<const std::uint32_t> ranked, span<const std::uint32_t> relevant, std::size_t k);

/// The area under the ROC curve of one user: the probability that a relevant item outscores one that is not, ties
/// counting one half, Σ over pairs [s_i > s_j] + ½ [s_i = s_j], over their number; what BPR optimises (Rendle et al.:
/// BPR. UAI 2009), and scikit-learn's roc_auc_score of the user's items. LightFM's auc_score gives a tie 0, and 0.5 for
/// no pair; implicit's AUC@K looks at the best K only, takes the other relevant items to be spread evenly over the
/// rest, and counts hidden items among those that are not relevant. O(n log R).
/// @param scores    [n_items]; −infinity, not scored, is below every number and ties with itself
/// @param relevant  distinct item positions in rising order
/// @param hidden    the same, e.g. the user's history: left out, even where relevant; may be empty
/// @throws value_error when a score is NaN, a list is not in rising order or beyond the scores, or there is no pair
template <class T>
double auc(span<const T> scores, span<const std::uint32_t> relevant, span<const std::uint32_t> hidden);

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

namespace detail {

/// 1 / log2(rank + 1) for the first ranks.
inline constexpr double first_discounts[32] = {
    1.00000000000000000, 0.63092975357145742, 0.50000000000000000, 0.43067655807339306, 0.38685280723454157,
    0.35620718710802218, 0.33333333333333331, 0.31546487678572871, 0.30102999566398120, 0.28906482631788788,
    0.27894294565112987, 0.27023815442731974, 0.26264953503719357, 0.25595802480981550, 0.25000000000000000,
    0.24465054211822604, 0.23981246656813143, 0.23540891336663824, 0.23137821315975918, 0.22767024869695299,
    0.22424382421757544, 0.22106472945750374, 0.21810429198553155, 0.21533827903669653, 0.21274605355336315,
    0.21030991785715247, 0.20801459767650946, 0.20584683246043445, 0.20379504709050619, 0.20184908658209985,
    0.20000000000000001, 0.19823986317056053};

/// 1 / log2(rank + 1), rank from 1: what a hit there gains.
inline double discount(std::size_t rank) {
  return rank <= std::size(first_discounts) ? first_discounts[rank - 1] : 1 / std::log2(static_cast<double>(rank) + 1);
}

/// How many of the rising `values` lie below `x`: std::lower_bound without branches to guess wrong.
template <class T>
std::size_t count_below(span<const T> values, T x) {
  if (values.empty()) return 0;
  const T* first = values.begin();
  for (std::size_t n = values.size(); n > 1; n -= n / 2) first += n / 2 * (first[n / 2 - 1] < x);
  return static_cast<std::size_t>(first - values.begin()) + (*first < x ? 1 : 0);
}

inline bool is_rising(span<const std::uint32_t> items) {
  bool rising = true;
  for (std::size_t i = 1; i < items.size(); ++i) rising &= items[i - 1] < items[i];
  return rising;
}

}  // namespace detail

inline ranking_scores score_ranking(span<const std::uint32_t> ranked, span<const std::uint32_t> relevant,
                                    std::size_t k) {
  require(k >= 1, "score_ranking: k", "at least 1", k);
  require(!relevant.empty(), "score_ranking: relevant", "at least one item", relevant.size());
  require(detail::is_rising(relevant), "score_ranking: relevant", "distinct items in rising order", "another order");
  const std::size_t most_hits = (std::min)(k, relevant.size());
  // Most of what is ranked is not relevant, and most of that is told by one bit: of 1024, those of the relevant ones.
  std::array<std::uint64_t, 16> maybe{};
  const auto bit = [](std::size_t i) { return std::uint64_t{1} << (i % 64); };
  for (const std::uint32_t item : relevant) maybe[item / 64 % maybe.size()] |= bit(item);
  // A bit for every relevant item that was found; of the usual few, no allocation.
  std::array<std::uint64_t, 4> few{};
  std::vector<std::uint64_t> many(relevant.size() > 64 * few.size() ? relevant.size() / 64 + 1 : 0);
  std::uint64_t* const found = many.empty() ? few.data() : many.data();
  ranking_scores scores;
  double hits = 0, gain = 0, best_gain = 0;
  for (std::size_t r = 0; r < (std::min)(k, ranked.size()); ++r) {
    const std::uint32_t item = ranked[r];
    if ((maybe[item / 64 % maybe.size()] & bit(item)) == 0) continue;
    const std::size_t at = detail::count_below(relevant, item);
    if (at == relevant.size() || relevant[at] != item) continue;
    if ((found[at / 64] & bit(at)) != 0)
      throw value_error(describe("score_ranking: ranked", "distinct items", show(item) + " twice"));
    found[at / 64] |= bit(at);
    hits += 1;
    gain += detail::discount(r + 1);
    scores.average_precision += hits / static_cast<double>(r + 1);
    if (hits == 1) scores.reciprocal_rank = 1 / static_cast<double>(r + 1);
  }
  for (std::size_t r = 0; r < most_hits; ++r) best_gain += detail::discount(r + 1);
  scores.precision = hits / static_cast<double>(k);
  scores.recall = hits / static_cast<double>(relevant.size());
  scores.capped_recall = hits / static_cast<double>(most_hits);
  scores.ndcg = gain / best_gain;
  scores.average_precision /= static_cast<double>(most_hits);
  scores.hit_rate = hits > 0 ? 1 : 0;
  return scores;
}

template <class T>
double auc(span<const T> scores, span<const std::uint32_t> relevant, span<const std::uint32_t> hidden) {
  const auto check = [&](span<const std::uint32_t> items, std::string_view name) {
    require(detail::is_rising(items), name, "distinct items in rising order", "another order");
    require(items.empty() || items.back() < scores.size(), name, "items that were scored, below " + show(scores.size()),
            items.empty() ? 0 : items.back());
  };
  check(relevant, "auc: relevant");
  check(hidden, "auc: hidden");
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (std::isnan(scores[i])) throw value_error(describe("auc: scores(" + show(i) + ')', "a number", "NaN"));
  const auto is_hidden = [&](std::uint32_t item) { return std::binary_search(hidden.begin(), hidden.end(), item); };

  std::vector<T> best;  // of the relevant items, rising
  for (const std::uint32_t item : relevant)
    if (!is_hidden(item)) best.push_back(scores[item]);
  std::sort(best.begin(), best.end());

  // Twice the pairs won, so that ties stay whole numbers; what lies between two left-out items is compared in one go.
  std::uint64_t won_twice = 0, others = 0;
  std::vector<std::uint32_t> left_out;
  std::set_union(relevant.begin(), relevant.end(), hidden.begin(), hidden.end(), std::back_inserter(left_out));
  std::size_t item = 0;
  for (std::size_t i = 0; i <= left_out.size(); ++i, ++item) {
    for (const std::size_t end = i < left_out.size() ? left_out[i] : scores.size(); item < end; ++item, ++others) {
      const std::size_t below = detail::count_below(span<const T>(best), scores[item]);
      won_twice += 2 * (best.size() - below);
      if (below == best.size() || best[below] != scores[item]) continue;
      const auto tie = best.begin() + static_cast<std::ptrdiff_t>(below);
      won_twice -= static_cast<std::uint64_t>(std::upper_bound(tie, best.end(), scores[item]) - tie);
    }
  }
  require(!best.empty() && others > 0, "auc", "a relevant item and another one that are not hidden",
          best.empty() ? "no relevant one" : "relevant ones only");
  return static_cast<double>(won_twice) / 2 / (static_cast<double>(best.size()) * static_cast<double>(others));
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
