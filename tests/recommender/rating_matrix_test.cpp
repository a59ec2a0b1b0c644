// SPDX-License-Identifier: BSD-3-Clause
// Expected: the documents' table (REFERENCES.md, "What the documents give": ten digits), and the same values computed
// here from its formula over plain arrays.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <tailor/recommender/rating_matrix.hpp>
#include <tailor/similarity/pairwise.hpp>
#include <utility>
#include <vector>

#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/containers/xarray.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/misc/xmanipulation.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xview.hpp>
#endif

#include "support/ratings.hpp"

namespace {

using tailor::based_on;
using list = std::vector<std::pair<std::size_t, double>>;
using plain = std::vector<std::vector<double>>;

const plain R = {{5, 3, 0, 2}, {0, 1, 1, 0}, {4, 0, 0, 1}, {3, 2, 0, 3}};

double cosine(const std::vector<double>& x, const std::vector<double>& y) {
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) xy += x[i] * y[i], xx += x[i] * x[i], yy += y[i] * y[i];
  return xy / std::sqrt(xx * yy);
}

std::vector<double> column(std::size_t item) {
  std::vector<double> values;
  for (const auto& row : R) values.push_back(row[item]);
  return values;
}

/// Σ s r / Σ s over the users who rated the item, or over the user's own items, of positive similarity.
double by_formula(std::size_t user, std::size_t item, based_on what) {
  double weighted = 0, weight = 0;
  for (std::size_t other = 0; other < 4; ++other) {
    const bool users = what == based_on::users;
    const double rating = users ? R[other][item] : R[user][other];
    const double similarity = users ? cosine(R[user], R[other]) : cosine(column(item), column(other));
    if (rating == 0 || !(similarity > 0) || other == (users ? user : item)) continue;
    weighted += similarity * rating;
    weight += similarity;
  }
  return weighted / weight;
}

struct row {
  std::size_t user;
  based_on what;
  list printed;
};

const std::vector<row> table = {
    {0, based_on::users, {{2, 1.0}}},           {1, based_on::users, {{0, 4.0660005418}, {3, 2.4669997291}}},
    {2, based_on::users, {{1, 2.5274026146}}},  // item 2 has no weight
    {3, based_on::users, {{2, 1.0}}},           {0, based_on::items, {{2, 3.0}}},
    {1, based_on::items, {{0, 1.0}, {3, 1.0}}},  // a tie
    {2, based_on::items, {{1, 2.4423780815}}},  {3, based_on::items, {{2, 2.0}}},
};

template <class E>
void gives_the_table(const E& matrix) {
  for (const row& expected : table) {
    CAPTURE(expected.user);
    const auto picks = tailor::recommend(matrix, expected.user, 5, expected.what);
    REQUIRE(picks.size() == expected.printed.size());
    CHECK(picks.missing() == 5 - picks.size());
    for (std::size_t i = 0; i < picks.size(); ++i) {
      CHECK(picks[i].item == expected.printed[i].first);
      CHECK(std::abs(picks[i].score - expected.printed[i].second) < 5.1e-11);
      CHECK(std::abs(picks[i].score - by_formula(expected.user, picks[i].item, expected.what)) < 1e-12);
    }
  }
}

}  // namespace

TEST_CASE("recommend(R, 0) is item 2 on the documents' integers") {
  std::vector<std::size_t> items;
  for (auto [item, score] : tailor::recommend(support::documents(), 0)) {
    items.push_back(item);
    CHECK(score == doctest::Approx(1).epsilon(1e-12));
  }
  CHECK(items == std::vector<std::size_t>{2});
  CHECK(tailor::recommend(support::documents(), 0).requested() == 5);
}

TEST_CASE("every row of the documents' table comes out, under both methods, from any kind of matrix") {
  const xt::xtensor<int, 2> whole = support::documents();
  gives_the_table(whole);
  gives_the_table(xt::xtensor<double, 2>(whole));
  gives_the_table(xt::xtensor<float, 2>(whole));
  gives_the_table(xt::xarray<double>(whole));
  gives_the_table(xt::xtensor<int, 2, xt::layout_type::column_major>(whole));
  gives_the_table(whole * 1);
  const xt::xtensor<int, 2> turned = xt::transpose(whole);
  gives_the_table(xt::transpose(turned));
  xt::xtensor<double, 2> larger = xt::zeros<double>({6, 7});
  xt::view(larger, xt::range(1, 5), xt::range(2, 6)) = whole;
  gives_the_table(xt::view(larger, xt::range(1, 5), xt::range(2, 6)));
}

TEST_CASE("the documents' six cosines are those of REFERENCES.md") {
  const auto S = tailor::cosine_similarity(support::documents());
  CHECK(S(0, 1) == doctest::Approx(.34412360080584264).epsilon(1e-12));
  CHECK(S(0, 2) == doctest::Approx(.8655784229010971).epsilon(1e-12));
  CHECK(S(0, 3) == doctest::Approx(.9338145262192009).epsilon(1e-12));
  CHECK(S(1, 2) == 0);
  CHECK(S(1, 3) == doctest::Approx(.3015113445777636).epsilon(1e-12));
  CHECK(S(2, 3) == doctest::Approx(.7756315349925287).epsilon(1e-12));
}

TEST_CASE("n cuts the list, and asking for more says how many are missing") {
  const auto one = tailor::recommend(support::documents(), 1, 1);
  REQUIRE(one.size() == 1);
  CHECK(one[0].item == 0);
  CHECK(one.missing() == 0);
  CHECK(tailor::recommend(support::documents(), 1, 100).missing() == 98);
}

TEST_CASE("a user without ratings, and one who rated everything, get an empty list") {
  const xt::xtensor<int, 2> matrix = {{0, 0}, {4, 5}};
  for (const based_on what : {based_on::users, based_on::items})
    for (const std::size_t user : {0U, 1U}) {
      const auto picks = tailor::recommend(matrix, user, 3, what);
      CHECK(picks.empty());
      CHECK(picks.missing() == 3);
    }
}

TEST_CASE("recommend on a matrix refuses what it cannot answer, naming R, user or n") {
  const auto matrix = support::documents();
  CHECK_THROWS_WITH_AS(tailor::recommend(matrix, 4), "user: expected a row of R, below 4, found 4",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(tailor::recommend(matrix, 0, 0), "n: expected at least 1, found 0", tailor::value_error);
  const xt::xtensor<double, 2> bad = {{1, 2}, {3, support::nan}};
  CHECK_THROWS_WITH_AS(tailor::recommend(bad, 0), "R(1, 1): expected a finite number, found NaN", tailor::value_error);
  const xt::xtensor<double, 2> none = xt::zeros<double>({3, 2});
  CHECK_THROWS_AS(tailor::recommend(none, 0), tailor::value_error);
  CHECK_THROWS_AS(tailor::recommend(tailor::make_matrix<double>(0, 0), 0), tailor::value_error);
  CHECK_THROWS_AS(tailor::recommend(xt::xarray<double>{1, 2, 3}, 0), tailor::shape_error);
}
