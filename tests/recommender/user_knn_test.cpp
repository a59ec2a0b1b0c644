// SPDX-License-Identifier: BSD-3-Clause
// Expected: Surprise 1.1.4 with user_based = True (support/surprise.hpp, and its matrix of MSD similarities); implicit
// 0.7.3's weightings of users by their items; to rank, a brute force over plain rows written here.
#include "tailor/recommender/user_knn.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "support/explanations.hpp"
#include "support/ratings.hpp"
#include "support/surprise.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
namespace sim = tailor::similarity;
using rec::centring;
using rec::knn_mode;
using tailor::item_index;
using tailor::span;
using tailor::user_index;

using model = rec::basic_user_knn<double>;
// One measure instead of any of eleven keeps the compiler quick.
template <class T>
using cosine_model = rec::basic_user_knn<T, sim::cosine>;

rec::knn_options ratings(centring centre, std::size_t k = 2) {
  auto options = rec::knn_options::ratings();
  options.centre = centre;
  options.k = k;
  return options;
}

const auto every_centring = {centring::none, centring::mean, centring::zscore, centring::baseline};

/// Σ cosine(u, v) r_vi over the k most similar users.
std::vector<double> ranked_by_hand(const data::csr_matrix<double>& matrix, std::size_t user, std::size_t k) {
  std::vector<std::vector<double>> rows(matrix.n_rows(), std::vector<double>(matrix.n_columns()));
  for (std::size_t u = 0; u < rows.size(); ++u)
    for (std::size_t i = 0; i < matrix.row(u).size(); ++i) rows[u][matrix.row(u).columns[i]] = matrix.row(u).values[i];
  const auto dot = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t i = 0; i < rows[a].size(); ++i) sum += rows[a][i] * rows[b][i];
    return sum;
  };
  std::vector<std::pair<double, std::size_t>> others;
  for (std::size_t v = 0; v < rows.size(); ++v)
    if (v != user && dot(user, v) > 0) others.emplace_back(-dot(user, v) / std::sqrt(dot(user, user) * dot(v, v)), v);
  std::sort(others.begin(), others.end());
  if (others.size() > k) others.resize(k);
  std::vector<double> scores(matrix.n_columns());
  for (const auto& [similarity, v] : others)
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] -= similarity * rows[v][i];
  return scores;
}

/// Users are alike as many items as both have, over ten.
struct in_common : sim::measure_defaults {
  template <class T>
  using overlap = sim::count_overlap<T>;
  template <class T>
  T operator()(const overlap<T>& o, T, T) const {
    return o.sum / T{10};
  }
};

}  // namespace

TEST_CASE("user_knn: Surprise's predictions of ratings come out, unclipped as scores and clipped by predict") {
  std::size_t compared = 0;
  for (const auto& expected : support::surprise) {
    if (!expected.of_users) continue;
    auto options = ratings(expected.centre);
    options.measure = expected.measure;
    model fitted(options);
    fitted.fit(support::peers());
    CAPTURE(expected.measure.index());
    CAPTURE(static_cast<int>(expected.centre));
    for (std::size_t c = 0; c < support::surprise_cells.size(); ++c) {
      const std::size_t user = support::surprise_cells[c].first, item = support::surprise_cells[c].second;
      CAPTURE(user);
      CAPTURE(item);
      const double score = support::scores(fitted, user_index(user))[item], rating = expected.ratings[c];
      if (expected.votes[c] == 0)
        CHECK(support::is_unscored(score));
      else
        CHECK(support::near(score, rating, 1e-12));
      CHECK(support::near(fitted.predict(user_index(user), item_index(item)), std::clamp(rating, 1.0, 5.0), 1e-12));
      CHECK(fitted.explain(user_index(user), item_index(item)).reasons.size() == expected.votes[c]);
      ++compared;
    }
  }
  CHECK(compared == 3 * 4 * 12);
}

TEST_CASE("user_knn: ranks by what the k most similar users did, weighted by their similarity") {
  const auto matrix = support::random_ratings<double>(40, 25, 0.2, 11);
  for (const std::size_t k : {1U, 5U, 100U}) {
    cosine_model<double>::options_type options;
    options.k = k;
    cosine_model<double> fitted(options);
    fitted.fit(matrix);
    std::size_t different = 0;
    for (std::size_t u = 0; u < 40; ++u) {
      const auto scores = support::scores(fitted, user_index(u)), expected = ranked_by_hand(matrix, u, k);
      for (std::size_t i = 0; i < 25; ++i)
        different +=
            expected[i] == 0 ? !support::is_unscored(scores[i]) : !support::near(scores[i], expected[i], 1e-12);
    }
    CHECK(different == 0U);
  }
}

TEST_CASE("user_knn: similar users are Surprise's by MSD, ties to the lower index, never the user themselves") {
  const model fitted = model(ratings(centring::none)).fit(support::peers());
  const auto picks = fitted.similar_users(user_index(0), 4);
  const std::vector<std::pair<std::size_t, double>> expected = {{1, 2.0 / 3}, {3, 1.0 / 3}, {2, 2.0 / 7}, {4, 0.1}};
  REQUIRE(picks.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(picks[i].item == user_index(expected[i].first));
    CHECK(support::near(picks[i].score, expected[i].second, 1e-14));
  }
  const auto of_eve = fitted.similar_users(user_index(4));
  REQUIRE(of_eve.size() == 3);
  CHECK(of_eve[0].item == user_index(5));
  CHECK(of_eve[1].item == user_index(0));  // a tie of 1/10
  CHECK(of_eve[2].item == user_index(1));
  CHECK(of_eve.missing() == 7);
  // For somebody new, with what user 4 did, user 4 is one of the others.
  const auto unknown = fitted.similar_users(fitted.history(user_index(4)));
  REQUIRE(unknown.size() == 4);
  CHECK(unknown[0] == rec::recommendation<user_index, double>{user_index(4), 1.0});
}

TEST_CASE("user_knn: weighted by tf-idf and BM25, users are compared as implicit's weights of their items say") {
  // implicit's tfidf_weight(X) and bm25_weight(X, K1 = 100, B = .8) of users × items, rows 0 and 3.
  const std::vector<std::vector<double>> tfidf = {
      {0.40768339475487131, 0.31579019968218408, 0, 0.18232155679395468, 0.81093021621632877},
      {0.31579019968218408, 0.31579019968218408, 0.70228616793974818, 0, 0}};
  const std::vector<std::vector<double>> bm25 = {
      {0.66500081942903355, 0.40484860012941426, 0, 0.1369568962799754, 1.1917241669528322},
      {0.54402663276119156, 0.54402663276119156, 1.2098614192699302, 0, 0}};
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  const auto similarity = [](const rec::knn_options& options, bool known) {
    const model fitted = model(options).fit(support::peers());
    const data::csr_matrix<double> copy = data::single_row(fitted.history(user_index(0)), 5);
    const auto picks = known ? fitted.similar_users(user_index(0)) : fitted.similar_users(copy.row(0));
    for (const auto& pick : picks)
      if (pick.item == user_index(3)) return pick.score;
    return 0.0;
  };
  auto options = rec::knn_options::bm25();
  options.bm25_k1 = 100;
  options.bm25_b = 0.8;
  for (const bool known : {true, false}) {
    CHECK(support::near(similarity(rec::knn_options::tfidf(), known),
                        dot(tfidf[0], tfidf[1]) / std::sqrt(dot(tfidf[0], tfidf[0]) * dot(tfidf[1], tfidf[1])), 1e-12));
    CHECK(support::near(similarity(options, known), dot(bm25[0], bm25[1]), 1e-12));
  }
}

TEST_CASE("user_knn: predict knows an item without ratings and a user without history as Surprise knows neither") {
  const xt::xtensor<double, 2> matrix = {{5, 3, 0, 0}, {4, 2, 1, 0}, {0, 0, 0, 0}};
  const double mean = 3;
  for (const auto centre : every_centring) {
    CAPTURE(static_cast<int>(centre));
    const cosine_model<double>::options_type chosen = [&] {
      cosine_model<double>::options_type options;
      options.mode = knn_mode::ratings;
      options.centre = centre;
      return options;
    }();
    cosine_model<double> fitted(chosen);
    fitted.fit(matrix);
    const bool baseline = centre == centring::baseline;
    const auto transposed = data::transpose(fitted.user_items());
    const auto known = rec::fit_biases(fitted.user_items().view(), transposed.view(), {});
    CHECK(support::near(fitted.predict(user_index(0), item_index(3)), mean + (baseline ? known.users[0] : 0), 1e-14));
    for (std::size_t i = 0; i < 4; ++i) {
      const double expected = mean + (baseline ? known.items[i] : 0);
      CHECK(support::near(support::predictions(fitted, user_index(2))[i], expected, 1e-14));
      CHECK(support::near(support::predictions(fitted, data::row_view<double>{})[i], expected, 1e-14));
      CHECK(support::is_unscored(support::scores(fitted, user_index(2))[i]));
      CHECK(support::is_unscored(support::scores(fitted, data::row_view<double>{})[i]));
    }
    CHECK(support::is_unscored(support::scores(fitted, user_index(0))[3]));
  }
}

TEST_CASE("user_knn: no similar user who rated the item is no score, and predict falls back to the user's level") {
  auto options = ratings(centring::mean, 3);
  options.min_k = 2;
  model fitted(options);
  fitted.fit(support::peers());
  CHECK(support::is_unscored(support::scores(fitted, user_index(4))[2]));  // one similar user alone
  CHECK(fitted.predict(user_index(4), item_index(2)) == 4);
  CHECK(fitted.explain(user_index(4), item_index(2)).reasons.empty());
}

TEST_CASE(
    "user_knn: by distance everybody is a neighbour, also of a customer without history, who starts at the mean of "
    "all") {
  auto options = ratings(centring::mean, 10);
  options.measure = sim::euclidean{};
  model fitted(options);
  const xt::xtensor<double, 2> matrix = {{5, 3}, {4, 0}};
  fitted.fit(matrix);
  const double mean = 4, near_0 = 1 / (1 + std::sqrt(34.0)), near_1 = 1.0 / 5;
  const auto scores = support::scores(fitted, data::row_view<double>{});
  CHECK(support::near(scores[0], mean + (near_0 * (5 - 4) + near_1 * 0) / (near_0 + near_1), 1e-14));
  CHECK(support::near(scores[1], mean - 1, 1e-14));
}

TEST_CASE_TEMPLATE("user_knn: constant ratings give numbers, not NaN", T, float, double) {
  for (const auto centre : every_centring)
    for (const T value : {T(0.1), T(3)}) {
      typename cosine_model<T>::options_type options;
      options.mode = knn_mode::ratings;
      options.centre = centre;
      cosine_model<T> fitted(options);
      fitted.fit(xt::xtensor<T, 2>{{value, value, value}, {value, value, 0}, {value, 0, value}});
      const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
      CHECK(support::near(static_cast<double>(fitted.predict(user_index(1), item_index(2))), static_cast<double>(value),
                          tolerance));
      CHECK(support::near(static_cast<double>(support::scores(fitted, user_index(2))[1]), static_cast<double>(value),
                          tolerance));
    }
}

TEST_CASE_TEMPLATE("user_knn: contributions and base add up to the score, and reasons are what similar users gave", T,
                   float, double) {
  const auto matrix = support::random_ratings<T>(30, 25, 0.3, 8);
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  for (const auto centre : every_centring) {
    typename cosine_model<T>::options_type options;
    options.mode = knn_mode::ratings;
    options.centre = centre;
    options.k = 5;
    CHECK(support::complaint_about_explanations(cosine_model<T>(options).fit(matrix), tolerance) == "");
  }
  for (const auto weight :
       {data::weighting::none, data::weighting::log, data::weighting::tfidf, data::weighting::bm25}) {
    typename cosine_model<T>::options_type options;
    options.weight = weight;
    options.k = 5;
    CHECK(support::complaint_about_explanations(cosine_model<T>(options).fit(matrix), tolerance) == "");
  }
}

TEST_CASE("user_knn: the reasons of a rating are the users who gave one, and base is where it starts") {
  const model fitted = model(ratings(centring::mean)).fit(support::peers());
  const auto why = fitted.explain(user_index(0), item_index(2));  // users 1 (2/3) and 3 (1/3)
  CHECK(why.reasons_are == rec::explanation<double>::kind::users);
  CHECK(support::near(why.base, 13.0 / 4, 1e-14));
  REQUIRE(why.reasons.size() == 2);
  CHECK(why.reasons[0].index == 1);
  CHECK(support::near(why.reasons[0].similarity, 2.0 / 3, 1e-14));
  CHECK(why.reasons[0].value == 4);
  CHECK(support::near(why.reasons[0].contribution, 2.0 / 3 * (4 - 3), 1e-14));
  CHECK(why.reasons[1].index == 3);
  CHECK(support::near(why.reasons[1].contribution, 0, 1e-14));
  CHECK(support::near(why.score, 3.9166666666666665, 1e-12));
}

TEST_CASE("user_knn: parts that add up to exactly 0 are no score, and no reasons either") {
  model fitted;
  fitted.fit(xt::xtensor<double, 2>{{1, 1, 1}, {1, 1, -1}, {1, 1, 0}});
  CHECK(support::is_unscored(support::scores(fitted, user_index(2))[2]));
  CHECK(support::complaint_about_explanations(fitted, 1e-14) == "");
}

TEST_CASE("user_knn: somebody with the history of a known user is told the same of the items that they have not seen") {
  const auto matrix = support::random_ratings<double>(40, 30, 0.3, 9);
  for (const auto& options : {ratings(centring::none, 7), ratings(centring::mean, 7), ratings(centring::zscore, 7),
                              ratings(centring::baseline, 7), [] {
                                rec::knn_options all;
                                all.k = 100;  // to rank, the known user takes one of the k places
                                return all;
                              }()}) {
    model fitted(options);
    fitted.fit(matrix);
    std::size_t different = 0, compared = 0;
    for (std::size_t u = 0; u < 40; ++u) {
      const data::csr_matrix<double> copy = data::single_row(fitted.history(user_index(u)), 30);
      const auto known = support::scores(fitted, user_index(u)), unknown = support::scores(fitted, copy.row(0));
      for (std::uint32_t i = 0; i < 30; ++i) {
        if (support::value_in(copy.row(0), i)) continue;
        different += known[i] == unknown[i] ? 0U : 1U;
        ++compared;
      }
    }
    CHECK(different == 0);
    CHECK(compared > 500);
  }
}

TEST_CASE("user_knn: a measure of one's own works as the built-in ones do") {
  rec::basic_user_knn<float, in_common> fitted;
  fitted.fit(support::peers());
  const auto alike = fitted.similar_users(user_index(0));  // 4, 3, 2, 2, 1 items in common with 5, 1 …
  REQUIRE(alike.size() == 5);
  CHECK(alike[0] == rec::recommendation<user_index, float>{user_index(5), 0.4F});
  CHECK(alike[4] == rec::recommendation<user_index, float>{user_index(4), 0.1F});
  // Item 2 of user 0: users 1 (2 in common, gave 4), 2 (2, gave 2) and 3 (2, gave 3).
  CHECK(support::scores(fitted, user_index(0))[2] == doctest::Approx(0.2 * 4 + 0.2 * 2 + 0.2 * 3).epsilon(1e-6));
  CHECK(support::complaint_about_explanations(fitted, 1e-5) == "");
  decltype(fitted)::options_type options;
  options.mode = knn_mode::ratings;
  options.min_support = 2;
  options.shrinkage = 1;
  rec::basic_user_knn<float, in_common> predicting(options);
  predicting.fit(support::peers());
  CHECK(predicting.predict(user_index(0), item_index(2)) == doctest::Approx(3).epsilon(1e-6));
}

TEST_CASE("user_knn: the same bits for 1, 2 and 4 threads") {
  const auto matrix = support::random_ratings<float>(3000, 300, 0.4, 10);
  cosine_model<float>::options_type options;
  options.mode = knn_mode::ratings;
  options.centre = centring::baseline;
  cosine_model<float> one(options);
  one.fit(matrix, support::threads(1));
  for (const std::size_t n : {2U, 4U}) {
    cosine_model<float> many(options);
    many.fit(matrix, support::threads(n));
    for (const std::size_t u : {1U, 2U, 77U})
      CHECK(support::scores(many, user_index(u)) == support::scores(one, user_index(u)));
  }
}

TEST_CASE("user_knn: a fit that is cancelled, or whose values are too large, leaves the model as it was") {
  cosine_model<float>::options_type options;
  options.mode = knn_mode::ratings;
  options.centre = centring::baseline;
  cosine_model<float> fitted(options);
  fitted.fit(support::peers());
  const auto before = support::scores(fitted, user_index(1));
  CHECK_THROWS_AS(fitted.fit(support::random_ratings<float>(9, 9, 0.5, 1), support::cancelled()),
                  tailor::cancelled_error);
  CHECK_THROWS_AS(fitted.fit(xt::xtensor<float, 2>{{1e30F, 1}, {1, 1}}), tailor::value_error);
  CHECK(support::scores(fitted, user_index(1)) == before);
  CHECK(fitted.n_users() == 6);
}

TEST_CASE("user_knn: before fit, in the wrong mode, or asked about what is not there, it says so") {
  cosine_model<float> fitted;
  CHECK_THROWS_AS(fitted.predict(user_index(0), item_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(fitted.explain(user_index(0), item_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(fitted.similar_users(user_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(fitted.similar_users(data::row_view<float>{}), tailor::not_fitted_error);
  fitted.fit(support::peers());
  CHECK_THROWS_WITH_AS(fitted.predict(user_index(0), item_index(0)),
                       "user_knn::predict: expected knn_mode::ratings, found knn_mode::top_n, which only ranks",
                       tailor::value_error);
  CHECK_THROWS_AS(fitted.explain(user_index(6), item_index(0)), tailor::value_error);
  CHECK_THROWS_AS(fitted.explain(user_index(0), item_index(5)), tailor::value_error);
  CHECK_THROWS_AS(fitted.similar_users(user_index(6)), tailor::value_error);
  CHECK_THROWS_WITH_AS(fitted.similar_users(user_index(0), 0), "similar_users: n: expected at least 1, found 0",
                       tailor::value_error);
  CHECK(fitted.similar_users(data::row_view<float>{}).empty());
  const std::vector<std::uint32_t> columns = {9};
  const std::vector<float> value = {1};
  CHECK_THROWS_AS(fitted.similar_users(data::row_view<float>{columns, value}), tailor::value_error);
  rec::basic_knn_options<sim::cosine> options;
  options.k = 0;
  CHECK_THROWS_AS(cosine_model<float>{options}, tailor::value_error);
  options.k = 5;
  options.mode = knn_mode::ratings;
  fitted = cosine_model<float>(options).fit(support::peers());
  CHECK_THROWS_AS(fitted.predict(user_index(0), item_index(5)), tailor::value_error);
  const std::vector<item_index> items = {item_index(0)};
  std::vector<float> out(2);
  CHECK_THROWS_AS(fitted.predict(user_index(0), span<const item_index>(items), span<float>(out)), tailor::shape_error);
}
