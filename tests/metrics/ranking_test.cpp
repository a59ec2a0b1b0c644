// SPDX-License-Identifier: BSD-3-Clause
// Hand-made lists, and a brute-force twin written from the formulas in the comments: sets instead of searches, the best
// list made and scored instead of a closed form; all pairs compared for the AUC, and one number of scikit-learn's.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <tailor/core/random.hpp>
#include <tailor/core/sampling.hpp>
#include <tailor/metrics/ranking.hpp>
#include <vector>

using tailor::metrics::auc;
using tailor::metrics::ranking_scores;
using tailor::metrics::score_ranking;

namespace {

using ids = std::vector<std::uint32_t>;

double gain(const ids& ranked, const std::set<std::uint32_t>& relevant, std::size_t k) {
  double sum = 0;
  for (std::size_t rank = 1; rank <= std::min(k, ranked.size()); ++rank)
    if (relevant.count(ranked[rank - 1]) != 0) sum += 1 / std::log2(static_cast<double>(rank) + 1);
  return sum;
}

ranking_scores twin(const ids& ranked, const ids& relevant_list, std::size_t k) {
  const std::set<std::uint32_t> relevant(relevant_list.begin(), relevant_list.end());
  const auto hits_in = [&](std::size_t n) {
    const auto last = ranked.begin() + static_cast<std::ptrdiff_t>(std::min(n, ranked.size()));
    return static_cast<double>(
        std::count_if(ranked.begin(), last, [&](std::uint32_t item) { return relevant.count(item) != 0; }));
  };
  const auto most = static_cast<double>(std::min(k, relevant.size()));
  ranking_scores s;
  s.precision = hits_in(k) / static_cast<double>(k);
  s.recall = hits_in(k) / static_cast<double>(relevant.size());
  s.capped_recall = hits_in(k) / most;
  s.ndcg = gain(ranked, relevant, k) / gain(relevant_list, relevant, k);
  for (std::size_t rank = 1; rank <= std::min(k, ranked.size()); ++rank)
    if (relevant.count(ranked[rank - 1]) != 0) s.average_precision += hits_in(rank) / static_cast<double>(rank) / most;
  for (std::size_t rank = std::min(k, ranked.size()); rank >= 1; --rank)
    if (relevant.count(ranked[rank - 1]) != 0) s.reciprocal_rank = 1 / static_cast<double>(rank);
  s.hit_rate = hits_in(k) > 0 ? 1 : 0;
  return s;
}

bool same(const ranking_scores& a, const ranking_scores& b, double tolerance) {
  const auto near = [&](double x, double y) { return std::abs(x - y) <= tolerance; };
  return near(a.precision, b.precision) && near(a.recall, b.recall) && near(a.capped_recall, b.capped_recall) &&
         near(a.ndcg, b.ndcg) && near(a.average_precision, b.average_precision) &&
         near(a.reciprocal_rank, b.reciprocal_rank) && near(a.hit_rate, b.hit_rate);
}

}  // namespace

TEST_CASE("score_ranking: by hand") {
  // hits at ranks 2 and 4, three relevant, five places
  const auto s = score_ranking(ids{9, 3, 8, 1, 7}, ids{1, 3, 5}, 5);
  CHECK(s.precision == 2.0 / 5);
  CHECK(s.recall == 2.0 / 3);
  CHECK(s.capped_recall == 2.0 / 3);
  CHECK(s.ndcg ==
        doctest::Approx((1 / std::log2(3.0) + 1 / std::log2(5.0)) / (1 + 1 / std::log2(3.0) + 0.5)).epsilon(1e-15));
  CHECK(s.average_precision == doctest::Approx((1.0 / 2 + 2.0 / 4) / 3).epsilon(1e-15));
  CHECK(s.reciprocal_rank == 0.5);
  CHECK(s.hit_rate == 1);
}

TEST_CASE("score_ranking: with more relevant items than places only the capped recall can be 1") {
  const auto s = score_ranking(ids{1, 2}, ids{1, 2, 3, 4}, 2);
  CHECK(s.precision == 1);
  CHECK(s.recall == 0.5);
  CHECK(s.capped_recall == 1);
  CHECK(s.ndcg == 1);
  CHECK(s.average_precision == 1);
}

TEST_CASE("score_ranking: a list shorter than k counts as if misses filled it") {
  CHECK(same(score_ranking(ids{4, 9}, ids{4, 5}, 10),
             score_ranking(ids{4, 9, 20, 21, 22, 23, 24, 25, 26, 27}, ids{4, 5}, 10), 0));
  CHECK(score_ranking(ids{4}, ids{4}, 10).precision == 0.1);
  CHECK(score_ranking(ids{4}, ids{4}, 10).ndcg == 1);
  CHECK(same(score_ranking(ids{}, ids{4}, 3), ranking_scores(), 0));
}

TEST_CASE("score_ranking: what comes after k does not count") {
  CHECK(same(score_ranking(ids{9, 8, 4}, ids{4}, 2), ranking_scores(), 0));
  CHECK(same(score_ranking(ids{4, 8, 4}, ids{4}, 2), score_ranking(ids{4, 8}, ids{4}, 2), 0));
}

TEST_CASE("score_ranking: equals its brute-force twin on random lists") {
  tailor::random::generator g(5);
  for (int trial = 0; trial < 500; ++trial) {
    const std::size_t n_items = 1 + g.below(40), k = 1 + g.below(25);
    ids ranked(n_items);
    std::iota(ranked.begin(), ranked.end(), 0u);
    tailor::random::shuffle(ranked.begin(), ranked.end(), g);
    ranked.resize(g.below(n_items + 1));
    ids relevant;
    for (const std::size_t item : tailor::random::sample(n_items, 1 + g.below(n_items), g))
      relevant.push_back(static_cast<std::uint32_t>(item));
    CAPTURE(trial);
    const auto found = score_ranking(ranked, relevant, k);
    CHECK(same(found, twin(ranked, relevant, k), 1e-14));
    for (const double score : {found.precision, found.recall, found.capped_recall, found.ndcg, found.average_precision,
                               found.reciprocal_rank, found.hit_rate})
      CHECK((score >= 0 && score <= 1 + 1e-15));
  }
}

TEST_CASE("score_ranking: many relevant items, and ranks beyond the first") {
  tailor::random::generator g(6);
  for (int trial = 0; trial < 20; ++trial) {
    const std::size_t n_items = 1 + g.below(3000), k = 1 + g.below(400);
    ids ranked(n_items), relevant;
    std::iota(ranked.begin(), ranked.end(), 0u);
    tailor::random::shuffle(ranked.begin(), ranked.end(), g);
    for (const std::size_t item : tailor::random::sample(n_items, 1 + g.below(n_items), g))
      relevant.push_back(static_cast<std::uint32_t>(item));
    CAPTURE(trial);
    CHECK(same(score_ranking(ranked, relevant, k), twin(ranked, relevant, k), 1e-12));
    ranked.insert(ranked.begin(), relevant.back());
    CHECK_THROWS_AS(score_ranking(ranked, relevant, n_items + 1), tailor::value_error);
    CHECK(score_ranking(relevant, relevant, k).ndcg == 1);
  }
}

TEST_CASE("ranking_scores: add up and divide in every field") {
  ranking_scores sum = score_ranking(ids{9, 3, 8, 1, 7}, ids{1, 3, 5}, 5);
  const ranking_scores one = sum;
  sum += one;
  sum += one;
  CHECK_FALSE(same(sum, one, 0.1));
  sum /= 3;
  CHECK(same(sum, one, 1e-15));
}

TEST_CASE("score_ranking: says what is wrong") {
  CHECK_THROWS_WITH_AS(score_ranking(ids{1}, ids{1}, 0), "score_ranking: k: expected at least 1, found 0",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(score_ranking(ids{1}, ids{}, 1), "score_ranking: relevant: expected at least one item, found 0",
                       tailor::value_error);
  CHECK_THROWS_AS(score_ranking(ids{1}, ids{2, 1}, 1), tailor::value_error);
  CHECK_THROWS_AS(score_ranking(ids{1}, ids{1, 1}, 1), tailor::value_error);
  CHECK_THROWS_WITH_AS(score_ranking(ids{4, 7, 4}, ids{4, 5}, 3),
                       "score_ranking: ranked: expected distinct items, found 4 twice", tailor::value_error);
}

namespace {

template <class T>
double auc_twin(const std::vector<T>& scores, const ids& relevant, const ids& hidden) {
  const auto in = [](const ids& items, std::size_t item) {
    return std::count(items.begin(), items.end(), static_cast<std::uint32_t>(item)) != 0;
  };
  double won = 0, pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i)
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (in(hidden, i) || in(hidden, j) || !in(relevant, i) || in(relevant, j)) continue;
      won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
      pairs += 1;
    }
  return pairs > 0 ? won / pairs : -1;
}

}  // namespace

TEST_CASE("auc: by hand, and scikit-learn's roc_auc_score") {
  const float unscored = -std::numeric_limits<float>::infinity();
  // relevant .9 wins all three, .3 wins one and ties with one
  CHECK(auc<double>(std::vector<double>{0.3, 0.9, 0.3, 0.5, 0.1}, ids{0, 1}, ids{}) == 4.5 / 6);
  CHECK(auc<float>(std::vector<float>{unscored, unscored, 1, 0}, ids{0, 2}, ids{}) == 2.5 / 4);
  CHECK(auc<float>(std::vector<float>{5, 1, 0, 9}, ids{1, 3}, ids{0, 3}) == 1);  // hidden, though relevant
  CHECK(auc<double>(std::vector<double>{.3, .9, .3, -1, .5, .7, .3, 2.5, .9, 0, .1, .5}, ids{1, 2, 4, 9},
                    ids{3, 4, 7}) == doctest::Approx(0.41666666666666663).epsilon(1e-15));
}

TEST_CASE_TEMPLATE("auc: equals its brute-force twin", T, float, double) {
  tailor::random::generator g(7);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t n = 1 + g.below(40), levels = 1 + g.below(30);
    std::vector<T> scores(n);
    for (T& score : scores)
      score = g.bernoulli(0.1) ? -std::numeric_limits<T>::infinity() : static_cast<T>(g.below(levels)) / 8;
    ids relevant, hidden;
    for (std::uint32_t item = 0; item < n; ++item) {
      if (g.bernoulli(0.3)) relevant.push_back(item);
      if (g.bernoulli(0.2)) hidden.push_back(item);
    }
    const double expected = auc_twin(scores, relevant, hidden);
    CAPTURE(trial);
    if (expected < 0)
      CHECK_THROWS_AS(auc<T>(scores, relevant, hidden), tailor::value_error);
    else
      CHECK(std::abs(auc<T>(scores, relevant, hidden) - expected) <= 1e-14);
  }
}

TEST_CASE("auc: says what is wrong") {
  const std::vector<double> scores = {1, 2, 3};
  CHECK_THROWS_WITH_AS(auc<double>(scores, ids{}, ids{}),
                       "auc: expected a relevant item and another one that are not hidden, found no relevant one",
                       tailor::value_error);
  CHECK_THROWS_AS(auc<double>(scores, ids{0, 1, 2}, ids{}), tailor::value_error);
  CHECK_THROWS_AS(auc<double>(scores, ids{0}, ids{0}), tailor::value_error);
  CHECK_THROWS_AS(auc<double>(std::vector<double>{}, ids{}, ids{}), tailor::value_error);
  CHECK_THROWS_WITH_AS(auc<double>(scores, ids{3}, ids{}),
                       "auc: relevant: expected items that were scored, below 3, found 3", tailor::value_error);
  CHECK_THROWS_AS(auc<double>(scores, ids{1, 0}, ids{}), tailor::value_error);
  CHECK_THROWS_AS(auc<double>(scores, ids{0}, ids{2, 2}), tailor::value_error);
  CHECK_THROWS_AS(auc<double>(scores, ids{0}, ids{7}), tailor::value_error);
  CHECK_THROWS_WITH_AS(auc<double>(std::vector<double>{1, std::nan(""), 3}, ids{0}, ids{}),
                       "auc: scores(1): expected a number, found NaN", tailor::value_error);
}
