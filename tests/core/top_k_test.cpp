// SPDX-License-Identifier: BSD-3-Clause
// Expected: a full sort by (score descending, index ascending) of what is neither NaN nor −infinity.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tailor/core/random.hpp>
#include <tailor/core/top_k.hpp>
#include <vector>

using sizes = std::vector<std::size_t>;
using tailor::scored;

namespace {

template <class T>
std::vector<scored<T>> sorted_twin(const std::vector<T>& scores, std::size_t k) {
  std::vector<scored<T>> all;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (!std::isnan(scores[i]) && scores[i] != -std::numeric_limits<T>::infinity())
      all.push_back({static_cast<std::uint32_t>(i), scores[i]});
  std::sort(all.begin(), all.end(), [](const scored<T>& a, const scored<T>& b) {
    return a.score != b.score ? a.score > b.score : a.index < b.index;
  });
  all.resize((std::min)(k, all.size()));
  return all;
}

template <class T>
std::vector<T> random_scores(std::size_t n, std::uint64_t seed, std::size_t levels) {
  tailor::random::generator draw(seed);
  std::vector<T> scores(n);
  for (T& score : scores) {
    const double u = draw.uniform();
    score = static_cast<T>(levels == 0 ? u - 0.5 : std::floor(u * static_cast<double>(levels)) - 1);
  }
  return scores;
}

}  // namespace

TEST_CASE_TEMPLATE("top_k is the head of a full sort, ties to the lower index", T, float, double) {
  for (const std::size_t n : sizes{0, 1, 2, 15, 16, 17, 100, 3706})
    for (const std::size_t levels : sizes{0, 1, 2, 5})  // 0: all different; 1: all equal
      for (const std::size_t k : sizes{0, 1, 3, 10, 100, 5000}) {
        const auto scores = random_scores<T>(n, n + levels, levels);
        CHECK(tailor::top_k<T>(scores, k) == sorted_twin(scores, k));
      }
}

TEST_CASE_TEMPLATE("top_k never keeps NaN or -infinity, and keeps infinity and the lowest number", T, float, double) {
  constexpr T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN(),
              lowest = std::numeric_limits<T>::lowest();
  std::vector<T> scores(50, nan);
  scores[3] = -inf;
  scores[7] = lowest;
  scores[11] = inf;
  scores[40] = -1;
  scores[41] = lowest;
  const std::vector<scored<T>> expected{{11, inf}, {40, T{-1}}, {7, lowest}, {41, lowest}};
  CHECK(tailor::top_k<T>(scores, 50) == expected);
  CHECK(tailor::top_k<T>(scores, 3) == std::vector<scored<T>>(expected.begin(), expected.begin() + 3));
  CHECK(tailor::top_k<T>(std::vector<T>(40, nan), 3).empty());
  CHECK(tailor::top_k<T>(std::vector<T>(40, -inf), 3).empty());
}

TEST_CASE_TEMPLATE("-0 and 0 are one score", T, float, double) {
  const std::vector<T> scores{T{-0.0}, T{0.0}, T{-0.0}};
  const auto best = tailor::top_k<T>(scores, 2);
  CHECK(best[0].index == 0);
  CHECK(best[1].index == 1);
}

TEST_CASE_TEMPLATE("a selector keeps the same whatever the order of the offers", T, float, double) {
  for (const std::size_t levels : sizes{0, 3}) {
    const auto scores = random_scores<T>(2000, 11, levels);
    std::vector<std::uint32_t> order(scores.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
    tailor::random::generator draw(4);
    for (int round = 0; round < 5; ++round) {
      for (std::size_t i = order.size() - 1; i > 0; --i)
        std::swap(order[i], order[static_cast<std::size_t>(draw.uniform() * static_cast<double>(i + 1))]);
      tailor::top_k_selector<T> best(20);
      for (const std::uint32_t i : order) best.offer(i, scores[i]);
      const auto sorted = best.sorted();
      CHECK(std::vector<scored<T>>(sorted.begin(), sorted.end()) == sorted_twin(scores, 20));
    }
  }
}

TEST_CASE_TEMPLATE("a selector goes on after sorted, starts anew after reset, and takes offers in parts", T, float,
                   double) {
  const auto scores = random_scores<T>(1000, 21, 7);
  tailor::top_k_selector<T> best(3);
  best.offer(5, T{100});
  best.reset(25);
  const tailor::span<const T> all = scores;
  // The later part first: what comes before it wins ties.
  best.offer_all(all.subspan(333, 667), 333);
  (void)best.sorted();
  best.offer_all(all.subspan(0, 333));
  const auto sorted = best.sorted();
  CHECK(std::vector<scored<T>>(sorted.begin(), sorted.end()) == sorted_twin(scores, 25));
  CHECK(best.threshold() == sorted_twin(scores, 25).back().score);
  best.reset(0);
  best.offer(0, std::numeric_limits<T>::infinity());
  best.offer_all(all);
  CHECK(best.sorted().empty());
}

TEST_CASE("a selector of any size takes no memory before it is offered anything") {
  tailor::top_k_selector<float> best(std::numeric_limits<std::size_t>::max());
  best.offer(1, 2.0F);
  CHECK(best.sorted().size() == 1);
}
