// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: counts of equally likely outcomes (n! permutations, n over k subsets) and given weights,
// held against chi-square limits at five standard deviations (a chance of 6e-7). Seeds are fixed, so a test that passes
// goes on passing.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <tailor/core/sampling.hpp>
#include <vector>

#include "support/statistics.hpp"

namespace {

namespace random_ = tailor::random;
using random_::generator;
using tailor::value_error;
using test::chi_square;
using test::chi_square_limit;

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan_of = std::numeric_limits<T>::quiet_NaN();

std::size_t binomial(std::size_t n, std::size_t k) {
  std::size_t all = 1;
  for (std::size_t i = 0; i < k; ++i) all = all * (n - i) / (i + 1);
  return all;
}

}  // namespace

TEST_CASE("sampling: every permutation is equally likely") {
  generator g(18);
  std::map<std::vector<int>, std::size_t> seen;
  for (int i = 0; i < 120 * 200; ++i) {
    std::vector<int> x = {0, 1, 2, 3, 4};
    random_::shuffle(x.begin(), x.end(), g);
    ++seen[x];
  }
  REQUIRE(seen.size() == 120);
  std::vector<std::size_t> counts;
  for (const auto& entry : seen) counts.push_back(entry.second);
  CHECK(chi_square(counts) < chi_square_limit(120));

  std::vector<int> none, one = {7};
  random_::shuffle(none.begin(), none.end(), g);
  random_::shuffle(one.begin(), one.end(), g);
  CHECK(one[0] == 7);
}

TEST_CASE("sampling: a sample has different members in rising order, and every subset is equally likely") {
  generator g(19);
  // Both methods: k small beside n, and not.
  for (const auto& size : std::vector<std::array<std::size_t, 2>>{{5, 2}, {6, 3}, {48, 2}, {64, 3}}) {
    const std::size_t n = size[0], k = size[1], subsets = binomial(n, k);
    CAPTURE(n);
    std::map<std::vector<std::size_t>, std::size_t> seen;
    for (std::size_t i = 0; i < 20 * subsets; ++i) ++seen[random_::sample(n, k, g)];
    std::vector<std::size_t> counts, members(n);
    for (const auto& entry : seen) {
      for (const std::size_t member : entry.first) members[member] += entry.second;
      REQUIRE(entry.first.size() == k);
      REQUIRE(entry.first.back() < n);
      for (std::size_t i = 1; i < k; ++i) REQUIRE(entry.first[i - 1] < entry.first[i]);
      counts.push_back(entry.second);
    }
    counts.resize(subsets);
    CHECK(chi_square(counts) < chi_square_limit(subsets));
    CHECK(chi_square(members) < chi_square_limit(n));
  }
  CHECK(random_::sample(0, 0, g).empty());
  CHECK(random_::sample(1000, 0, g).empty());
  const auto all = random_::sample(50, 50, g);
  for (std::size_t i = 0; i < 50; ++i) CHECK(all[i] == i);
  // Memory goes with k, not with n.
  const std::size_t most = std::numeric_limits<std::size_t>::max();
  const auto few = random_::sample(most, 1000, g);
  CHECK(few.size() == 1000);
  CHECK(std::adjacent_find(few.begin(), few.end(), std::greater_equal<std::size_t>()) == few.end());
}

TEST_CASE("sampling: an alias table draws with the given probabilities") {
  generator g(20);
  const std::vector<double> weights = {0.5, 0, 3, 1, 0.001, 7, 0, 2.25};
  const random_::alias_table table(weights);
  CHECK(table.size() == weights.size());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::size_t> counts(weights.size());
  const std::size_t draws = 1000000;
  for (std::size_t i = 0; i < draws; ++i) ++counts[table(g)];
  std::vector<std::size_t> met;
  std::vector<double> expected;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) {
      CHECK(counts[i] == 0);
    } else {
      met.push_back(counts[i]);
      expected.push_back(static_cast<double>(draws) * weights[i] / total);
    }
  }
  CHECK(chi_square(met, expected) < chi_square_limit(met.size()));
}

TEST_CASE("sampling: an alias table takes weights of any size and kind") {
  generator g(21);
  const double most = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::denorm_min();
  const std::vector<std::vector<double>> all = {{most, most, most}, {least, least, least}, {4.0, 4.0, 4.0}};
  for (const auto& weights : all) {
    const random_::alias_table table(weights);
    std::vector<std::size_t> counts(3);
    for (int i = 0; i < 30000; ++i) ++counts[table(g)];
    CHECK(chi_square(counts) < chi_square_limit(3));
  }
  const random_::alias_table whole(std::vector<int>{1, 0, 0});
  const random_::alias_table single(std::vector<float>{0.1f});
  for (int i = 0; i < 1000; ++i) {
    CHECK(whole(g) == 0);
    CHECK(single(g) == 0);
  }
  // Zeros among weights that do not add up exactly.
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    generator h(seed);
    std::vector<double> weights(101);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = i % 3 == 0 ? 0 : h.uniform();
    const random_::alias_table table(weights);
    for (int i = 0; i < 2000; ++i) REQUIRE(table(h) % 3 != 0);
  }
}

TEST_CASE("sampling: bad arguments are refused and draw nothing") {
  generator g(22);
  CHECK_THROWS_WITH_AS(random_::sample(3, 4, g), "sample: k: expected at most n, which is 3, found 4", value_error);
  for (const std::vector<double>& weights :
       std::vector<std::vector<double>>{{}, {0, 0}, {1, -1}, {1, nan_of<double>}, {infinity<double>, 1}})
    CHECK_THROWS_AS(random_::alias_table{weights}, value_error);
  CHECK(g.position() == 0);
}
