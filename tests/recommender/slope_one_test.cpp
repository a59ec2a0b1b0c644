// SPDX-License-Identifier: BSD-3-Clause
// Expected: what Surprise 1.1.4 (SlopeOne) estimates of the 6 × 5 matrix of support/ratings.hpp, to 17 digits, and its
// deviations; for halves, which it takes for whole numbers, and for weights, the formulas of Lemire & Maclachlan over
// dense rows, written here.
#include "tailor/recommender/slope_one.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "support/explanations.hpp"
#include "support/names.hpp"
#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
using tailor::item_index;
using tailor::user_index;
using model = rec::basic_slope_one<double>;

rec::slope_one_options options(bool weighted, std::size_t min_common) {
  rec::slope_one_options out;
  out.weighted = weighted;
  out.min_common = min_common;
  return out;
}

struct cell {
  std::size_t user, item;
  double rating;
};

/// By the formulas, from dense rows: NaN where no pair says anything.
std::vector<std::vector<double>> by_hand(const data::csr_matrix<double>& matrix, bool weighted,
                                         std::size_t min_common) {
  const std::size_t users = matrix.n_rows(), items = matrix.n_columns();
  std::vector<std::vector<double>> rows(users, std::vector<double>(items, support::nan)), ratings = rows;
  for (std::size_t u = 0; u < users; ++u)
    for (std::size_t k = 0; k < matrix.row(u).size(); ++k) rows[u][matrix.row(u).columns[k]] = matrix.row(u).values[k];
  const auto has = [&](std::size_t u, std::size_t i) { return !std::isnan(rows[u][i]); };
  for (std::size_t u = 0; u < users; ++u) {
    double mean = 0, own = 0;
    for (std::size_t i = 0; i < items; ++i)
      if (has(u, i)) {
        mean += rows[u][i];
        ++own;
      }
    mean /= own;
    for (std::size_t i = 0; i < items; ++i) {
      double sum = 0, weight = 0;
      for (std::size_t j = 0; j < items; ++j) {
        if (j == i || !has(u, j)) continue;
        double common = 0, difference = 0;
        for (std::size_t v = 0; v < users; ++v)
          if (has(v, i) && has(v, j)) {
            difference += rows[v][i] - rows[v][j];
            ++common;
          }
        if (common == 0 || common < static_cast<double>(min_common)) continue;
        const double deviation = difference / common;
        sum += weighted ? common * (deviation + rows[u][j]) : deviation;
        weight += weighted ? common : 1;
      }
      if (weight > 0) ratings[u][i] = weighted ? sum / weight : mean + sum / weight;
    }
  }
  return ratings;
}

}  // namespace

TEST_CASE_TEMPLATE("slope_one: Surprise's ratings of what was not rated come out, clipped by predict", T, float,
                   double) {
  const std::vector<cell> surprise = {
      {0, 2, 3.375},
      {1, 1, 3.1111111111111112},
      {1, 4, 4},
      {2, 0, 2.5555555555555554},
      {2, 3, 1.4999999999999998},
      {3, 3, 1.5},
      {3, 4, 4.333333333333333},
      {4, 0, 5},
      {4, 1, 4.5},
      {4, 2, 7},
      {4, 4, 4},
      {5, 2, 3.125},
  };
  rec::basic_slope_one<T> fitted;
  fitted.fit(support::peers());
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-15;
  for (const cell& expected : surprise) {
    CAPTURE(expected.user);
    CAPTURE(expected.item);
    const auto score = static_cast<double>(support::scores(fitted, user_index(expected.user))[expected.item]);
    CHECK(support::near(score, expected.rating, tolerance));
    const T clipped = fitted.predict(user_index(expected.user), item_index(expected.item));
    CHECK(support::near(static_cast<double>(clipped), std::clamp(expected.rating, 1.0, 5.0), tolerance));
  }
}

TEST_CASE("slope_one: the deviations are Surprise's, those of pairs that nobody rated both of are not there") {
  const model fitted = model().fit(support::peers());
  const double third = 1.0 / 3;
  const auto expected = data::csr_matrix<double>(
      5, 5, {0, 4, 8, 12, 16, 20}, {1, 2, 3, 4, 0, 2, 3, 4, 0, 1, 3, 4, 0, 1, 2, 4, 0, 1, 2, 3},
      {-third, 0, 1, 0, third, -0.5, 0.5, -1, 0, 0.5, 3, -3, -1, -0.5, -3, 0, 0, 1, 3, 0});
  CHECK(fitted.deviations() == expected);
  // Items 2 and 3, and 2 and 4, have one user in common.
  CHECK(model(options(false, 2)).fit(support::peers()).deviations().nnz() == 16);
  CHECK(model(options(false, 4)).fit(support::peers()).deviations().nnz() == 0);
}

TEST_CASE_TEMPLATE("slope_one: plain or weighted, with few or many users in common, the formulas hold for halves too",
                   T, float, double) {
  for (const bool dense : {false, true}) {
    const auto matrix = support::random_ratings<T>(40, 60, dense ? 0.5 : 0.05, 3);
    for (const bool weighted : {false, true})
      for (const std::size_t min_common : {1U, 3U}) {
        const auto expected = by_hand(data::cast<double>(matrix), weighted, min_common);
        rec::basic_slope_one<T> fitted(options(weighted, min_common));
        fitted.fit(matrix);
        std::size_t different = 0, compared = 0;
        for (std::size_t u = 0; u < 40; ++u) {
          const auto scores = support::scores(fitted, user_index(u));
          for (std::size_t i = 0; i < 60; ++i) {
            const auto score = static_cast<double>(scores[i]);
            if (std::isnan(expected[u][i]))
              different += support::is_unscored(scores[i]) ? 0U : 1U;
            else
              different += support::near(score, expected[u][i], sizeof(T) == 4 ? 2e-6 : 1e-13) ? 0U : 1U;
            compared += std::isnan(expected[u][i]) ? 0U : 1U;
          }
        }
        CHECK(different == 0);
        CHECK(compared >= (dense ? 2000U : min_common == 1 ? 400U : 0U));
      }
  }
}

TEST_CASE("slope_one: predict is the score within the range, and where there is none the user's mean or that of all") {
  for (const bool weighted : {false, true}) {
    model fitted(options(weighted, 3));
    fitted.fit(support::random_ratings<double>(40, 30, 0.2, 9));
    const double mean = tailor::recommender::detail::mean_of(fitted.user_items().view().values());
    std::size_t without = 0;
    for (std::size_t u = 0; u < 40; ++u) {
      const auto scores = support::scores(fitted, user_index(u)), ratings = support::predictions(fitted, user_index(u));
      const auto row = fitted.history(user_index(u));
      double own = row.empty() ? mean : 0;
      for (const double rating : row.values) own += rating / static_cast<double>(row.size());
      for (std::size_t i = 0; i < 30; ++i) {
        const bool scored = !support::is_unscored(scores[i]);
        const double expected = scored ? std::clamp(scores[i], 0.5, 5.0) : i == 29 ? mean : own;
        CHECK(support::near(ratings[i], expected, scored ? 0 : 1e-14));
        without += scored ? 0U : 1U;
      }
    }
    CHECK(without > 70);
    CHECK(support::predictions(fitted, data::row_view<double>{}) == std::vector<double>(30, mean));
  }
}

TEST_CASE("slope_one: somebody with the history of a known user gets their scores and predictions, to the bit") {
  for (const bool weighted : {false, true}) {
    const model fitted = model(options(weighted, 1)).fit(support::random_ratings<double>(40, 30, 0.3, 9));
    for (std::size_t u = 0; u < 40; ++u) {
      const auto copy = data::single_row(fitted.history(user_index(u)), 30);
      CHECK(support::scores(fitted, copy.row(0)) == support::scores(fitted, user_index(u)));
      CHECK(support::predictions(fitted, copy.row(0)) == support::predictions(fitted, user_index(u)));
    }
  }
}

TEST_CASE_TEMPLATE("slope_one: contributions and the user's mean add up to the score, weights to 1", T, float, double) {
  for (const bool weighted : {false, true}) {
    const auto fitted = rec::basic_slope_one<T>(options(weighted, 2)).fit(support::random_ratings<T>(30, 25, 0.3, 8));
    CHECK(support::complaint_about_explanations(fitted, sizeof(T) == 4 ? 1e-5 : 1e-13) == "");
  }
  const auto why =
      rec::basic_slope_one<T>(options(true, 1)).fit(support::peers()).explain(user_index(1), item_index(1));
  REQUIRE(why.reasons.size() == 3);  // items 0 (4, three in common), 2 (4, two) and 3 (1, two)
  CHECK(why.base == T(3));
  CHECK(why.reasons[0].index == 0);
  CHECK(static_cast<double>(why.reasons[0].similarity) == doctest::Approx(3.0 / 7));
  CHECK(why.reasons[0].value == T(4));
  CHECK(static_cast<double>(why.reasons[0].contribution) == doctest::Approx((4 + 1.0 / 3 - 3) * 3 / 7));
  CHECK(why.reasons[2].index == 3);
  CHECK(static_cast<double>(why.reasons[2].contribution) == doctest::Approx((1 + 0.5 - 3) * 2 / 7));
}

TEST_CASE("slope_one: the same bits for 1, 2 and 4 threads") {
  const auto ratings = support::random_ratings<float>(600, 120, 0.8, 7);
  rec::slope_one one(options(true, 1));
  one.fit(ratings, support::threads(1));
  for (const std::size_t n : {2U, 4U}) {
    rec::slope_one many(options(true, 1));
    many.fit(ratings, support::threads(n));
    CHECK(many.deviations() == one.deviations());
    CHECK(support::scores(many, user_index(9)) == support::scores(one, user_index(9)));
  }
}

TEST_CASE("slope_one: the work is reported and can be stopped, and what makes no sense is refused") {
  model fitted;
  CHECK_THROWS_AS(fitted.fit(support::peers_csr<double>(), support::cancelled()), tailor::cancelled_error);
  CHECK(!fitted.is_fitted());
  CHECK_THROWS_WITH_AS(model{options(false, 0)}, "slope_one_options::min_common: expected at least 1, found 0",
                       tailor::value_error);
  CHECK_THROWS_AS(fitted.explain(user_index(0), item_index(0)), tailor::not_fitted_error);
  fitted.fit(support::peers());
  CHECK_THROWS_AS(fitted.explain(user_index(6), item_index(0)), tailor::value_error);
  CHECK_THROWS_AS(fitted.explain(user_index(0), item_index(5)), tailor::value_error);
  CHECK_THROWS_AS(fitted.explain(support::history<double>(9, {{5, 3.0}}).view(), item_index(0)), tailor::value_error);
  const auto absurd = support::history<double>(5, {{0, 1e308}, {1, -1e308}});
  CHECK_THROWS_WITH_AS(support::scores(fitted, absurd.view()),
                       "history: expected ratings that can be added up, found their sum overflows",
                       tailor::value_error);
  CHECK_THROWS_AS(support::predictions(fitted, absurd.view()), tailor::value_error);
  CHECK_THROWS_AS(fitted.explain(absurd.view(), item_index(2)), tailor::value_error);
  const data::csr_matrix<double> huge(1, 2, {0, 2}, {0, 1}, {1e308, -1e308});
  CHECK_THROWS_AS(fitted.fit(huge), tailor::value_error);
  CHECK(fitted.n_users() == 6);
}

TEST_CASE("slope_one: options name all their fields") {
  CHECK(support::names_of(rec::slope_one_options{}) == std::vector<std::string>{"weighted", "min_common"});
}
