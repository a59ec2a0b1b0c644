// SPDX-License-Identifier: BSD-3-Clause
// Expected: what Surprise 1.1.4 (CoClustering) makes of a 14 × 10 matrix of whole numbers, started in the clusters that
// our seeds draw (it was handed them in place of its own random numbers): clusters, and ratings to 17 digits. Else by
// hand.
#include "tailor/recommender/co_clustering.hpp"

#include <doctest/doctest.h>

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
using model = rec::basic_co_clustering<double>;
using clusters = std::vector<std::uint32_t>;

/// (3u² + 5i² + 7ui) mod 11 where that is 1 … 5, else not rated.
xt::xtensor<int, 2> ratings() {
  xt::xtensor<int, 2> out({14, 10});
  for (std::size_t u = 0; u < 14; ++u)
    for (std::size_t i = 0; i < 10; ++i) {
      const std::size_t value = (3 * u * u + 5 * i * i + 7 * u * i) % 11;
      out(u, i) = value <= 5 ? static_cast<int>(value) : 0;
    }
  return out;
}

struct outcome {
  std::uint64_t seed;
  std::size_t epochs;
  clusters users, items;
  std::vector<double> ratings;  ///< of user u and item 3u mod 10
};

const std::vector<outcome> surprise = {
    {0,
     1,
     {2, 0, 2, 1, 0, 0, 1, 0, 0, 0, 2, 2, 0, 2},
     {1, 0, 0, 2, 2, 2, 1, 1, 2, 2},
     {2.0291858678955466, 2.8122128851540613, 2.5876274263371037, 4.2300000000000004, 3.579831932773109,
      3.1455462184873952, 3.9193939393939394, 3.4369747899159666, 2.6726024955436718, 3.9161606578115125,
      2.1720430107526889, 3.0260317460317467, 4.3103165019673559, 3.6450793650793645}},
    {0,
     20,
     {0, 0, 2, 1, 0, 2, 1, 1, 0, 2, 1, 0, 0, 2},
     {1, 0, 0, 2, 2, 1, 1, 0, 2, 2},
     {3.5978533094812155, 2.1560603821789623, 1.263613972234662, 4.0836136809643966, 4.1835675951955018,
      1.6099343185550081, 3.773007620358336, 1.6049261083743844, 2.0164499925685728, 3.8162835249042142,
      3.4715927750410502, 1.5846318107503912, 4.4420091536370601, 4.2457647482878773}},
    {1,
     1,
     {2, 2, 1, 2, 2, 1, 1, 2, 2, 1, 2, 2, 2, 1},
     {2, 0, 1, 1, 1, 2, 2, 1, 1, 1},
     {3.6538461538461533, 2.789899401719937, 1.4806637806637797, 2.8018041636246989, 3.0041851160056505,
      1.8269841269841267, 3.8794826382139278, 3.6109890109890115, 2.6502890121095475, 4.0567553654866551,
      3.7967032967032956, 2.2184708302913658, 4.498001998001997, 4.2258029845342744}},
    {1,
     20,
     {2, 2, 1, 0, 2, 1, 1, 0, 2, 1, 0, 2, 2, 1},
     {2, 0, 0, 1, 1, 2, 2, 0, 0, 1},
     {3.5978533094812155, 1.7923588039867115, 1.4806637806637797, 4.3777056277056285, 3.9185686375136171,
      1.8269841269841267, 3.4957625030795767, 1.5951853025023754, 1.652748414376322, 3.6730352303523044,
      3.9038961038961046, 1.2209302325581404, 4.4420091536370601, 4.3564213564213574}},
    {2,
     20,
     {0, 1, 2, 1, 0, 0, 2, 0, 0, 1, 2, 0, 1, 2},
     {2, 2, 0, 0, 0, 0, 2, 2, 1, 1},
     {3.6579063465053245, 2.7785714285714285, 1.6814222363002855, 4.8833333333333337, 3.2014119601328908,
      3.3204595791805094, 3.7941558441558447, 4.3007634893624669, 2.8475158562367859, 3.3060975609756103,
      1.2658378207158698, 2.4156976744186043, 3.7002534051314537, 4.1404761904761918}},
};

rec::co_clustering_options options(std::size_t user_clusters, std::size_t item_clusters, std::size_t epochs = 20) {
  rec::co_clustering_options out;
  out.user_clusters = user_clusters;
  out.item_clusters = item_clusters;
  out.epochs = epochs;
  return out;
}

}  // namespace

TEST_CASE_TEMPLATE("co_clustering: Surprise's clusters and ratings come out, the start being the same", T, float,
                   double) {
  for (const auto& expected : surprise) {
    CAPTURE(expected.seed);
    CAPTURE(expected.epochs);
    auto chosen = options(3, 3, expected.epochs);
    chosen.seed = expected.seed;
    rec::basic_co_clustering<T> fitted(chosen);
    fitted.fit(ratings());
    CHECK(fitted.user_clusters() == expected.users);
    CHECK(fitted.item_clusters() == expected.items);
    for (std::size_t u = 0; u < 14; ++u) {
      const std::size_t item = 3 * u % 10;
      const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
      CHECK(support::near(static_cast<double>(support::scores(fitted, user_index(u))[item]), expected.ratings[u],
                          tolerance));
      CHECK(support::near(static_cast<double>(fitted.predict(user_index(u), item_index(item))), expected.ratings[u],
                          tolerance));
    }
  }
}

TEST_CASE("co_clustering: one cluster of each is the means of user and item, less that of all") {
  const model fitted = model(options(1, 1)).fit(support::peers());
  const double mean = 55.0 / 18;
  CHECK(support::near(support::scores(fitted, user_index(0))[2], 13.0 / 4 + 3.0 - mean, 1e-14));
  CHECK(support::near(support::scores(fitted, user_index(5))[4], 3.0 + 11.0 / 3 - mean, 1e-14));
}

TEST_CASE("co_clustering: two tastes are told apart, and a stranger joins those of theirs") {
  // Users of even number give 5 to items of even number and 1 to others; those of odd number the other way round.
  xt::xtensor<double, 2> tastes = xt::zeros<double>({20, 12});
  for (std::size_t u = 0; u < 20; ++u)
    for (std::size_t i = 0; i < 12; ++i)
      if ((u + 3 * i) % 7 != 0) tastes(u, i) = u % 2 == i % 2 ? 5 : 1;
  const model fitted = model(options(2, 2)).fit(tastes);
  for (std::size_t u = 0; u < 20; ++u) CHECK(fitted.user_clusters()[u] == fitted.user_clusters()[u % 2]);
  for (std::size_t i = 0; i < 12; ++i) CHECK(fitted.item_clusters()[i] == fitted.item_clusters()[i % 2]);
  const auto even = support::history<double>(12, {{0, 5.0}, {1, 1.0}}),
             odd = support::history<double>(12, {{4, 1.0}, {7, 5.0}});
  CHECK(support::scores(fitted, even.view())[2] > support::scores(fitted, even.view())[3] + 3);
  CHECK(support::scores(fitted, odd.view())[2] < support::scores(fitted, odd.view())[3] - 3);
}

TEST_CASE("co_clustering: at rest, a user's history leads to where the user is, and is served alike") {
  const auto matrix = support::random_ratings<double>(60, 40, 0.3, 4);
  const model fitted = model(options(3, 2, 1000)).fit(matrix);
  for (std::size_t u = 0; u < 60; ++u)
    CHECK(support::scores(fitted, matrix.row(u)) == support::scores(fitted, user_index(u)));
}

TEST_CASE("co_clustering: without a history items have their means, and without ratings users have theirs") {
  model fitted;
  fitted.fit(xt::xtensor<double, 2>{{5, 3, 0}, {4, 1, 0}, {0, 0, 0}});
  for (const auto& scores :
       {support::scores(fitted, user_index(2)), support::scores(fitted, data::row_view<double>{})}) {
    CHECK(scores[0] == 4.5);
    CHECK(scores[1] == 2);
    CHECK(support::is_unscored(scores[2]));
  }
  CHECK(fitted.predict(user_index(0), item_index(2)) == 4);
  CHECK(fitted.predict(user_index(1), item_index(2)) == 2.5);
  CHECK(fitted.predict(user_index(2), item_index(2)) == 3.25);
}

TEST_CASE_TEMPLATE("co_clustering: more clusters than users or items leave numbers, within the range by predict", T,
                   float, double) {
  rec::basic_co_clustering<T> fitted(options(256, 256));
  fitted.fit(support::peers());
  for (std::size_t u = 0; u < 6; ++u) {
    for (const T score : support::scores(fitted, user_index(u))) CHECK(std::isfinite(score));
    for (const T rating : support::predictions(fitted, user_index(u))) CHECK((rating >= T(1) && rating <= T(5)));
  }
}

TEST_CASE("co_clustering: the same bits for 1, 2 and 4 threads, others for another seed") {
  const auto matrix = support::random_ratings<float>(2100, 400, 0.85, 7);
  auto few = options(4, 3, 2);
  rec::co_clustering one(few);
  one.fit(matrix, support::threads(1));
  for (const std::size_t n : {2U, 4U}) {
    rec::co_clustering many(few);
    many.fit(matrix, support::threads(n));
    CHECK(many.user_clusters() == one.user_clusters());
    CHECK(many.item_clusters() == one.item_clusters());
    CHECK(support::scores(many, user_index(9)) == support::scores(one, user_index(9)));
  }
  few.seed = 1;
  CHECK(rec::co_clustering(few).fit(ratings()).user_clusters() !=
        rec::co_clustering(options(4, 3, 2)).fit(ratings()).user_clusters());
}

TEST_CASE("co_clustering: epochs are reported, the last one when all rest, and the work can be stopped") {
  std::size_t last = 0, reports = 0;
  tailor::run_options run;
  run.progress = [&](const tailor::progress_report& report) {
    CHECK(report.task == "co_clustering");
    CHECK(report.done > last);
    last = report.done;
    ++reports;
    return true;
  };
  model fitted(options(3, 3, 1000));
  fitted.fit(ratings(), run);
  CHECK(last == 1000);
  CHECK(reports < 30);
  CHECK_THROWS_AS(fitted.fit(support::peers(), support::cancelled()), tailor::cancelled_error);
  CHECK(fitted.n_users() == 14);
}

TEST_CASE("co_clustering: options that make no sense are refused by name") {
  CHECK_THROWS_WITH_AS(model{options(0, 3)}, "co_clustering_options::user_clusters: expected from 1 to 256, found 0",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(model{options(3, 257)},
                       "co_clustering_options::item_clusters: expected from 1 to 256, found 257", tailor::value_error);
  CHECK_THROWS_AS(model{options(3, 3, 1'000'001)}, tailor::value_error);
  CHECK_THROWS_WITH_AS(model{options(3, 3, 0)}, "co_clustering_options::epochs: expected from 1 to 1,000,000, found 0",
                       tailor::value_error);
}

TEST_CASE("co_clustering: options name all their fields") {
  CHECK(support::names_of(rec::co_clustering_options{}) ==
        std::vector<std::string>{"user_clusters", "item_clusters", "epochs", "seed"});
}
