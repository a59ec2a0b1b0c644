// SPDX-License-Identifier: BSD-3-Clause
// Hand-made cases, brute-force twins written from the definitions, and the small data set of microsoft/recommenders'
// own tests with the numbers they expect (to five or six digits).
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <tailor/core/random.hpp>
#include <tailor/metrics/diversity.hpp>
#include <vector>

using namespace tailor::metrics;

namespace {

using ids = std::vector<std::uint32_t>;
using counts = std::vector<std::uint64_t>;
using shares = std::vector<double>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

doctest::Approx about(double value, double tolerance = 1e-14) { return doctest::Approx(value).epsilon(tolerance); }

// Of microsoft/recommenders' tests, items from 0: who had what, how often each was had and recommended, and the cosine
// of items by who had them.
const ids history[3] = {{0, 1, 3}, {2, 3}, {2, 3, 4}};
const ids lists[3] = {{2, 4}, {1, 4}, {0, 1}};
const ids relevant[3] = {{2}, {1, 4}, {0}};
const counts had = {1, 1, 2, 3, 1}, recommended = {1, 2, 1, 0, 2};

double cosine(std::uint32_t i, std::uint32_t j) {
  double both = 0;
  for (const ids& items : history) {
    bool has_i = false, has_j = false;
    for (const std::uint32_t item : items) {
      has_i |= item == i;
      has_j |= item == j;
    }
    both += has_i && has_j ? 1 : 0;
  }
  return both / std::sqrt(static_cast<double>(had[i]) * static_cast<double>(had[j]));
}

}  // namespace

TEST_CASE("coverage, entropy and novelty: as microsoft/recommenders") {
  CHECK(coverage(recommended) == 0.8);
  CHECK(entropy(recommended) == about(1.9183, 1e-5));
  double sum = 0;
  for (const ids& list : lists) sum += novelty(list, had, 8);  // its n is the number of interactions
  CHECK(sum / 3 == about(2.83333, 1e-5));
}

TEST_CASE("intra_list_diversity and serendipity: as microsoft/recommenders") {
  const double diverse[3] = {0.29289, 1, 0}, serendipitous[3] = {0.363915, 0.53455, 0.403775};
  for (std::size_t u = 0; u < 3; ++u) {
    CHECK(intra_list_diversity(lists[u], cosine) == about(diverse[u], 1e-5));
    CHECK(serendipity(lists[u], history[u], relevant[u], cosine) == about(serendipitous[u], 1e-5));
  }
}

TEST_CASE("coverage, gini and entropy: by hand") {
  CHECK(coverage(counts{0, 0}) == 0);
  CHECK(coverage(counts{7, 1, 1}) == 1);
  CHECK(gini(counts{3, 3, 3}) == 0);
  CHECK(gini(counts{0, 9, 0, 0}) == 0.75);
  CHECK(gini(counts{1, 3}) == 0.25);
  CHECK(gini(counts{5}) == 0);
  CHECK(entropy(counts{4, 4, 4, 4, 0}) == 2);
  CHECK(entropy(counts{0, 9}) == 0);
  CHECK(entropy(counts{1, 3}) == about(2 - 0.75 * std::log2(3.0)));
}

TEST_CASE("gini and entropy: equal their brute-force twins") {
  tailor::random::generator g(1);
  for (int trial = 0; trial < 100; ++trial) {
    const std::size_t n = 1 + g.below(50);
    counts c(n);
    for (std::uint64_t& count : c) count = g.bernoulli(0.3) ? 0 : g.below(100);
    c[g.below(n)] = 1 + g.below(1000);
    double total = 0, apart = 0, bits = 0;
    for (const std::uint64_t count : c) total += static_cast<double>(count);
    for (const std::uint64_t a : c) {
      for (const std::uint64_t b : c) apart += std::abs(static_cast<double>(a) - static_cast<double>(b));
      if (a > 0) bits -= static_cast<double>(a) / total * std::log2(static_cast<double>(a) / total);
    }
    CAPTURE(trial);
    // half the relative mean absolute difference
    CHECK(std::abs(gini(c) - apart / (2 * static_cast<double>(n) * total)) <= 1e-13);
    CHECK(std::abs(entropy(c) - bits) <= 1e-13);
    CHECK(gini(c) < 1);
    CHECK(entropy(c) <= std::log2(static_cast<double>(n)) + 1e-13);
  }
}

TEST_CASE("novelty: by hand, and an item that nobody had is as new as one that one user had") {
  CHECK(novelty(ids{0, 1}, counts{8, 2}, 8) == 1);
  CHECK(novelty(ids{1}, counts{8, 0}, 8) == 3);
  CHECK(novelty(ids{1}, counts{8, 1}, 8) == 3);
  CHECK(novelty(ids{0, 0, 1}, counts{4, 1}, 4) == about(2.0 / 3));
}

TEST_CASE("intra_list_diversity and serendipity: equal their brute-force twins") {
  tailor::random::generator g(2);
  for (int trial = 0; trial < 50; ++trial) {
    const std::size_t n = 20;
    std::vector<float> table(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) table[i * n + j] = table[j * n + i] = g.uniform<float>(-1, 1);
    const auto similarity = [&](std::uint32_t i, std::uint32_t j) { return table[i * n + j]; };
    ids list, known, good;
    for (std::uint32_t item = 0; item < n; ++item) {
      if (item < 2 || g.bernoulli(0.4)) list.push_back(item);
      if (item == 3 || g.bernoulli(0.4)) known.push_back(item);
      if (g.bernoulli(0.4)) good.push_back(item);
    }
    double unlike = 0, pairs = 0, surprise = 0;
    for (const std::uint32_t i : list) {
      for (const std::uint32_t j : list) {
        if (i == j) continue;
        unlike += 1 - static_cast<double>(similarity(i, j));
        pairs += 1;
      }
      double mean = 0;
      for (const std::uint32_t h : known)
        mean += static_cast<double>(similarity(h, i)) / static_cast<double>(known.size());
      for (const std::uint32_t one : good) surprise += one == i ? 1 - mean : 0;
    }
    CAPTURE(trial);
    CHECK(intra_list_diversity(list, similarity) == about(unlike / pairs, 1e-12));
    CHECK(std::abs(serendipity(list, known, good, similarity) - surprise / static_cast<double>(list.size())) <= 1e-12);
  }
  CHECK(serendipity(ids{1}, ids{2}, ids{}, cosine) == 0);
}

TEST_CASE("miscalibration: by hand, 0 for the same shares, and finite for the opposite") {
  CHECK(miscalibration(shares{0.7, 0.3}, shares{0.7, 0.3}) == 0);
  CHECK(miscalibration(shares{0.5, 0.5}, shares{1, 0}, 0.1) ==
        about(0.5 * std::log(0.5 / 0.95) + 0.5 * std::log(0.5 / 0.05)));
  CHECK(miscalibration(shares{1, 0}, shares{0, 1}) == about(std::log(100.0)));
  CHECK(miscalibration(shares{1, 0}, shares{1, 0}, 0.5) == 0);
  // Steck's example: 70 % romance and 30 % action, and a list of romance alone is worse than one of both
  CHECK(miscalibration(shares{0.7, 0.3}, shares{1, 0}) > miscalibration(shares{0.7, 0.3}, shares{0.8, 0.2}));
}

TEST_CASE("coverage, gini, entropy and novelty: say what is wrong") {
  CHECK_THROWS_WITH_AS(coverage(counts{}), "coverage: counts: expected at least one item, found 0",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(gini(counts{0, 0}), "gini: counts: expected an item that was recommended, found none",
                       tailor::value_error);
  CHECK_THROWS_AS(gini(counts{}), tailor::value_error);
  CHECK_THROWS_AS(entropy(counts{0}), tailor::value_error);
  CHECK_THROWS_AS(novelty(ids{}, counts{1}, 1), tailor::value_error);
  CHECK_THROWS_AS(novelty(ids{1}, counts{1}, 1), tailor::value_error);
  CHECK_THROWS_AS(novelty(ids{0}, counts{1}, 0), tailor::value_error);
  CHECK_THROWS_WITH_AS(novelty(ids{0}, counts{3}, 2), "novelty: popularity: expected at most n users, 2, found 3",
                       tailor::value_error);
}

TEST_CASE("intra_list_diversity, serendipity and miscalibration: say what is wrong") {
  const auto broken = [](std::uint32_t, std::uint32_t) { return not_a_number; };
  CHECK_THROWS_AS(intra_list_diversity(ids{1}, cosine), tailor::value_error);
  CHECK_THROWS_WITH_AS(intra_list_diversity(ids{1, 2}, broken), "similarity(1, 2): expected a finite number, found NaN",
                       tailor::value_error);
  CHECK_THROWS_AS(serendipity(ids{}, ids{1}, ids{1}, cosine), tailor::value_error);
  CHECK_THROWS_AS(serendipity(ids{1}, ids{}, ids{1}, cosine), tailor::value_error);
  CHECK_THROWS_AS(serendipity(ids{1}, ids{1}, ids{2, 1}, cosine), tailor::value_error);
  CHECK_THROWS_AS(serendipity(ids{1}, ids{1}, ids{1}, broken), tailor::value_error);
  CHECK_THROWS_AS(miscalibration(shares{1}, shares{0.5, 0.5}), tailor::shape_error);
  CHECK_THROWS_WITH_AS(miscalibration(shares{0.5, 0.4}, shares{0.5, 0.5}),
                       "miscalibration: history: expected shares that add up to 1, found a sum of 0.9",
                       tailor::value_error);
  CHECK_THROWS_AS(miscalibration(shares{}, shares{}), tailor::value_error);
  CHECK_THROWS_AS(miscalibration(shares{0.5, 0.5}, shares{1.5, -0.5}), tailor::value_error);
  CHECK_THROWS_AS(miscalibration(shares{not_a_number, 1}, shares{0, 1}), tailor::value_error);
  for (const double alpha : {0.0, 1.0, -1.0, not_a_number})
    CHECK_THROWS_AS(miscalibration(shares{1}, shares{1}, alpha), tailor::value_error);
}
