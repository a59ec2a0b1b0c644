// SPDX-License-Identifier: BSD-3-Clause
// Expected: what is known of the normal distribution; bounds are such that a sound generator fails once in 10⁶ seeds.
#include "tailor/recommender/random_baseline.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/names.hpp"
#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
using tailor::item_index;
using tailor::user_index;
using model = rec::basic_random_baseline<double>;

model seeded(std::uint64_t seed) {
  rec::random_baseline_options options;
  options.seed = seed;
  return model(options);
}

}  // namespace

TEST_CASE("random_baseline: scores are standard normal numbers, whatever was rated") {
  const std::size_t n = 20000;
  const data::csr_matrix<double> matrix(2, n, {0, 2, 3}, {3, 7, 7}, {1, 5, 3});
  const auto scores = support::scores(seeded(1).fit(matrix), user_index(0));
  double sum = 0, squares = 0, above = 0;
  for (const double score : scores) {
    sum += score;
    squares += score * score;
    above += score > 1 ? 1 : 0;
  }
  const double size = static_cast<double>(n), p = 0.15865525393145705;
  CHECK(std::abs(sum / size) < 5 / std::sqrt(size));
  CHECK(std::abs(squares / size - 1) < 5 * std::sqrt(2 / size));
  CHECK(std::abs(above / size - p) < 5 * std::sqrt(p * (1 - p) / size));
}

TEST_CASE_TEMPLATE("random_baseline: predict gives the score the mean and deviation of the ratings, within their range",
                   T, float, double) {
  rec::basic_random_baseline<T> fitted;
  fitted.fit(support::peers());
  const double mean = 55.0 / 18, deviation = std::sqrt(203.0 / 18 - mean * mean);  // squares add up to 203
  std::size_t clipped = 0;
  for (std::size_t u = 0; u < 6; ++u) {
    const auto scores = support::scores(fitted, user_index(u)), ratings = support::predictions(fitted, user_index(u));
    for (std::size_t i = 0; i < 5; ++i) {
      const double rating = mean + deviation * static_cast<double>(scores[i]);
      clipped += rating < 1 || rating > 5 ? 1U : 0U;
      CHECK(
          support::near(static_cast<double>(ratings[i]), std::clamp(rating, 1.0, 5.0), sizeof(T) == 4 ? 1e-6 : 1e-14));
      CHECK(fitted.predict(user_index(u), item_index(i)) == ratings[i]);
    }
  }
  CHECK(clipped > 0);
}

TEST_CASE("random_baseline: what somebody is told depends on the seed and their history alone") {
  const auto matrix = support::random_ratings<double>(40, 30, 0.3, 9);  // the last two users are alike
  const model fitted = seeded(5).fit(matrix);
  const auto told = support::scores(fitted, user_index(38));
  CHECK(support::scores(fitted, user_index(39)) == told);
  CHECK(support::scores(fitted, data::single_row(matrix.row(38), 30).row(0)) == told);
  CHECK(support::scores(seeded(5).fit(support::peers_csr<double>()), data::row_view<double>{}) ==
        support::scores(seeded(5).fit(xt::xtensor<double, 2>{{1, 2, 3, 4, 5}}), data::row_view<double>{}));
  CHECK(support::scores(seeded(6).fit(matrix), user_index(38)) != told);
  for (std::size_t u = 0; u < 38; ++u) CHECK(support::scores(fitted, user_index(u)) != told);
  // Neither other values of the same items nor other items of the same values are the same history.
  const auto first = support::history<double>(30, {{1, 2.0}, {2, 3.0}});
  for (const auto& other :
       {support::history<double>(30, {{1, 2.0}, {2, 4.0}}), support::history<double>(30, {{1, 2.0}, {3, 3.0}}),
        support::history<double>(30, {{1, 2.0}})})
    CHECK(support::scores(fitted, other.view()) != support::scores(fitted, first.view()));
}

TEST_CASE("random_baseline: every item is as often the first of a list as any other") {
  const std::size_t users = 6000, items = 6;
  std::vector<std::uint64_t> pointers{0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  for (std::size_t u = 0; u < users; ++u) {
    columns.push_back(static_cast<std::uint32_t>(u % items));
    values.push_back(static_cast<float>(u));
    pointers.push_back(columns.size());
  }
  const auto fitted = rec::random_baseline().fit(data::csr_matrix<float>(users, items, pointers, columns, values));
  std::vector<double> first(items, 0.0);
  for (std::size_t u = 0; u < users; ++u) {
    const auto scores = support::scores(fitted, user_index(u));
    ++first[static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin())];
  }
  for (const double count : first) CHECK(std::abs(count - 1000) < 5 * std::sqrt(1000 * 5.0 / 6));
}

TEST_CASE("random_baseline: equal ratings are predicted as they are, and ranked at random all the same") {
  const auto fitted = rec::random_baseline().fit(xt::xtensor<float, 2>{{0.1F, 0.1F, 0.1F}});
  CHECK(support::predictions(fitted, user_index(0)) == std::vector<float>(3, 0.1F));
  const auto scores = support::scores(fitted, user_index(0));
  CHECK(scores[0] != scores[1]);
}

TEST_CASE("random_baseline: options name all their fields") {
  CHECK(support::names_of(rec::random_baseline_options{}) == std::vector<std::string>{"seed"});
}
