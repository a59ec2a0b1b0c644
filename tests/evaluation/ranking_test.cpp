// SPDX-License-Identifier: BSD-3-Clause
// A planted log of four users and six items whose answers are worked out by hand, with popularity and with a scorer
// that is told what to say; and a brute-force loop over users on a generated log.
#include "tailor/evaluation/ranking.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <tailor/recommender/buy_again.hpp>
#include <tailor/recommender/popularity.hpp>
#include <tailor/recommender/recommend.hpp>
#include <vector>

#include "planted.hpp"

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
using data::interactions;
using tailor::item_index;
using tailor::user_index;
using tailor::recommender::popularity;

namespace {

bool same(const tailor::metrics::ranking_scores& a, const tailor::metrics::ranking_scores& b) {
  return a.precision == b.precision && a.recall == b.recall && a.capped_recall == b.capped_recall && a.ndcg == b.ndcg &&
         a.average_precision == b.average_precision && a.reciprocal_rank == b.reciprocal_rank &&
         a.hit_rate == b.hit_rate;
}

bool same(const std::optional<tailor::metrics::mean_estimate>& a,
          const std::optional<tailor::metrics::mean_estimate>& b) {
  if (!a || !b) return !a && !b;
  return a->n == b->n && a->mean == b->mean && a->standard_error == b->standard_error;
}

/// To the bit, but for what only one of them was asked for.
bool same(const evaluation::ranking_result& a, const evaluation::ranking_result& b) {
  return same(a.mean, b.mean) && a.asked == b.asked && a.users == b.users && a.coverage == b.coverage &&
         a.gini == b.gini && a.entropy == b.entropy && same(a.novelty, b.novelty) &&
         (!a.auc || !b.auc || same(a.auc, b.auc)) &&
         std::equal(a.of_user.begin(), a.of_user.end(), b.of_user.begin(), b.of_user.end(),
                    [](const auto& x, const auto& y) { return same(x, y); });
}

}  // namespace

TEST_CASE("evaluate_ranking: the planted answer, with popularity") {
  const planted::four_users data;
  popularity model;
  model.fit(data.parts.train);
  // popular first: 0 1 2 3; lists of 2 without what was seen:
  //   ann (0 1 2 seen)  3          wants 3          hit at rank 1
  //   bob (0 1 seen)    2 3        wants 2 3        hits at ranks 1 and 2; 0 is not asked for, he had it
  //   cid (0 seen)      1 2        wants 4          no hit
  //   dan (3 seen)      –          wants only 3, which he had: not asked
  const auto found = evaluation::evaluate_ranking(model, data.parts.test, 2);
  CHECK(found.users == 3);
  CHECK(found.mean.precision == doctest::Approx((0.5 + 1 + 0) / 3).epsilon(1e-15));
  CHECK(found.mean.recall == doctest::Approx(2.0 / 3).epsilon(1e-15));
  CHECK(found.mean.ndcg == doctest::Approx(2.0 / 3).epsilon(1e-15));
  CHECK(found.mean.average_precision == doctest::Approx(2.0 / 3).epsilon(1e-15));
  CHECK(found.mean.reciprocal_rank == doctest::Approx(2.0 / 3).epsilon(1e-15));
  CHECK(found.mean.hit_rate == doctest::Approx(2.0 / 3).epsilon(1e-15));
  CHECK(found.coverage == 3.0 / 6);  // 1, 2 and 3 of six
}

TEST_CASE("evaluate_ranking: the planted answer, with a scorer that is told what to say") {
  const planted::four_users data;
  // best first: 5 4 3 2 1 0
  const planted::told_scorer<double> model(data.parts.train.matrix<double>(data::duplicates::last), {0, 1, 2, 3, 4, 5});
  // lists of 3: ann 5 4 3, hit at 3; bob 5 4 3, wants 2 3, hit at 3; cid 5 4 3, hit at 2
  const auto found = evaluation::evaluate_ranking(model, data.parts.test, 3);
  CHECK(found.users == 3);
  CHECK(found.mean.precision == doctest::Approx(1.0 / 3).epsilon(1e-15));
  CHECK(found.mean.recall == doctest::Approx((1 + 0.5 + 1) / 3).epsilon(1e-15));
  const double best_of_two = 1 + 1 / std::log2(3.0);
  CHECK(found.mean.ndcg == doctest::Approx((0.5 + 0.5 / best_of_two + 1 / std::log2(3.0)) / 3).epsilon(1e-14));
  CHECK(found.mean.reciprocal_rank == doctest::Approx((1.0 / 3 + 1.0 / 3 + 0.5) / 3).epsilon(1e-15));
  CHECK(found.coverage == 3.0 / 6);
  // a k beyond the catalogue finds everything
  CHECK(evaluation::evaluate_ranking(model, data.parts.test, 100).mean.recall == 1);
}

TEST_CASE("evaluate_ranking: of history and target, for users whom the model does not know") {
  interactions log;
  for (const int item : {0, 0, 0, 1, 1, 2, 3}) log.add("old", item);
  log.add("new", 0);   // 7: history
  log.add("new", 2);   // 8: target
  log.add("cold", 1);  // 9: target, without a history
  popularity model;
  model.fit(log.select(std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6}));
  const auto history = log.select(std::vector<std::size_t>{7}), target = log.select(std::vector<std::size_t>{8, 9});
  // new: 1 2, wants 2, hit at 2; cold: 0 1, wants 1, hit at 2
  const auto found = evaluation::evaluate_ranking(model, history, target, 2);
  CHECK(found.users == 2);
  CHECK(found.mean.reciprocal_rank == 0.5);
  CHECK(found.mean.precision == 0.5);
  CHECK(found.coverage == 3.0 / 4);

  // the same from parts that were never one log, and with a model that has fewer users
  interactions alone;
  for (const int item : {0, 0, 0, 1, 1, 2, 3}) alone.add("old", item);
  popularity other;
  other.fit(alone);
  CHECK(same(evaluation::evaluate_ranking(other, history, target, 2), found));
  CHECK(same(evaluation::evaluate_ranking(model, history, target.select(std::vector<std::size_t>{0, 1, 0}), 2), found));
}

TEST_CASE("evaluate_ranking: history and target must have the same ids") {
  const planted::four_users data;
  popularity model;
  model.fit(data.parts.train);
  interactions stranger;
  stranger.add("ann", 0);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, stranger, data.parts.test, 2),
                       "history: expected the ids of target, found others", tailor::value_error);
}

TEST_CASE("evaluate_ranking: equals a plain loop over users, for any number of threads") {
  const interactions log = planted::random_log(3, 4000);
  const auto parts = evaluation::stratified_split(log, 0.25, 1);
  popularity model;
  model.fit(parts.train);
  tailor::recommender::recommend_options options;
  options.n = 7;
  const auto wanted = parts.test.matrix<float>(data::duplicates::last);
  tailor::metrics::ranking_scores sum;
  std::set<std::uint32_t> recommended;
  std::size_t users = 0;
  for (std::uint32_t u = 0; u < log.n_users(); ++u) {
    std::set<std::uint32_t> relevant(wanted.row(u).columns.begin(), wanted.row(u).columns.end());
    for (const std::uint32_t seen : model.history(user_index(u)).columns) relevant.erase(seen);
    if (relevant.empty()) continue;
    std::vector<std::uint32_t> ranked;
    for (const auto& pick : tailor::recommender::recommend(model, user_index(u), options)) {
      ranked.push_back(pick.item.value());
      recommended.insert(pick.item.value());
    }
    sum += tailor::metrics::score_ranking(ranked, std::vector<std::uint32_t>(relevant.begin(), relevant.end()), 7);
    ++users;
  }
  tailor::run_options one, four;
  one.threads = 1;
  four.threads = 4;
  const auto found = evaluation::evaluate_ranking(model, parts.test, 7, one);
  CHECK(found.users == users);
  CHECK(found.mean.ndcg == doctest::Approx(sum.ndcg / static_cast<double>(users)).epsilon(1e-13));
  CHECK(found.mean.recall == doctest::Approx(sum.recall / static_cast<double>(users)).epsilon(1e-13));
  CHECK(found.coverage == static_cast<double>(recommended.size()) / static_cast<double>(log.n_items()));
  CHECK(same(found, evaluation::evaluate_ranking(model, parts.test, 7, four)));
  evaluation::ranking_options with_auc;
  with_auc.cutoffs = {7};
  with_auc.auc = true;
  const auto serial = evaluation::evaluate_ranking(model, parts.test, with_auc, one).front();
  CHECK(serial.auc);
  CHECK(same(serial, evaluation::evaluate_ranking(model, parts.test, with_auc, four).front()));

  const auto strong = evaluation::strong_split(log, 0.4, 0.8, 1);
  popularity trained;
  trained.fit(strong.train);
  CHECK(same(evaluation::evaluate_ranking(trained, strong.history, strong.target, 7, one),
             evaluation::evaluate_ranking(trained, strong.history, strong.target, 7, four)));
}

TEST_CASE("evaluate_ranking: several cutoffs are the same lists cut") {
  const planted::four_users data;
  popularity model;
  model.fit(data.parts.train);
  evaluation::ranking_options options;
  options.cutoffs = {2, 1, 100};
  const auto found = evaluation::evaluate_ranking(model, data.parts.test, options);
  REQUIRE(found.size() == 3);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(found[c].k == options.cutoffs[c]);
    CHECK(same(found[c], evaluation::evaluate_ranking(model, data.parts.test, options.cutoffs[c])));
  }
}

TEST_CASE("evaluate_ranking: what each user's list was worth, and how sure the mean is") {
  const planted::four_users data;
  popularity model;
  model.fit(data.parts.train);
  const auto found = evaluation::evaluate_ranking(model, data.parts.test, 2);
  CHECK(found.k == 2);
  CHECK(found.asked == std::vector<user_index>{user_index(1), user_index(2), user_index(3)});
  REQUIRE(found.of_user.size() == 3);
  CHECK(found.of_user[0].precision == 0.5);
  CHECK(found.of_user[1].precision == 1);
  CHECK(found.of_user[2].precision == 0);
  // .5, 1, 0: standard deviation .5; t(.975, 2) = .95 √(2 / .0975) in closed form
  const auto precision = found.estimate(&tailor::metrics::ranking_scores::precision);
  CHECK(precision.mean == 0.5);
  CHECK(precision.standard_error == doctest::Approx(0.5 / std::sqrt(3.0)).epsilon(1e-14));
  const double t = 0.95 * std::sqrt(2 / 0.0975);
  CHECK(precision.interval.upper == doctest::Approx(0.5 + t * 0.5 / std::sqrt(3.0)).epsilon(1e-12));
}

TEST_CASE("evaluate_ranking: beyond accuracy, by hand") {
  const planted::four_users data;
  popularity model;
  model.fit(data.parts.train);
  evaluation::ranking_options options;
  options.cutoffs = {2};
  options.auc = true;
  options.item_similarity = [](item_index i, item_index j) {
    return std::abs(static_cast<int>(i.value()) - static_cast<int>(j.value())) == 1 ? 0.25 : 0.0;
  };
  // even items are of one category, odd ones of the other
  options.item_categories =
      data::csr_matrix<double>::from_dense(xt::xtensor<double, 2>{{1, 0}, {0, 1}, {1, 0}, {0, 1}, {1, 0}, {0, 1}});
  const auto found = evaluation::evaluate_ranking(model, data.parts.test, options).front();
  // the lists are 3 for ann (who has 0 1 2), 2 3 for bob (0 1), 1 2 for cid (0); see above
  CHECK(found.coverage == 3.0 / 6);
  CHECK(found.gini == doctest::Approx(17.0 / 30).epsilon(1e-14));  // counts 0 0 0 1 2 2
  CHECK(found.entropy == doctest::Approx(-0.2 * std::log2(0.2) - 0.8 * std::log2(0.4)).epsilon(1e-14));
  // of four training users two have item 1, one has 2, one has 3: 1, 2 and 2 bits
  REQUIRE(found.novelty);
  CHECK(found.novelty->mean == doctest::Approx((2 + 2 + 1.5) / 3).epsilon(1e-14));
  // ann's and bob's items come before all others, cid's ties with one and loses to three
  REQUIRE(found.auc);
  CHECK(found.auc->mean == doctest::Approx((1 + 1 + 0.5 / 4) / 3).epsilon(1e-14));
  REQUIRE(found.diversity);
  CHECK(found.diversity->n == 2);  // ann's list is one item
  CHECK(found.diversity->mean == 0.75);
  REQUIRE(found.serendipity);
  CHECK(found.serendipity->mean == doctest::Approx((11.0 / 12 + (0.875 + 1) / 2 + 0) / 3).epsilon(1e-14));
  REQUIRE(found.miscalibration);
  const double ann = 2.0 / 3 * std::log(100.0) + 1.0 / 3 * std::log(1.0 / 3 / (0.99 + 0.01 / 3));
  CHECK(found.miscalibration->mean == doctest::Approx((ann + 0 + std::log(1 / 0.505)) / 3).epsilon(1e-12));

  const auto plain = evaluation::evaluate_ranking(model, data.parts.test, 2);
  CHECK(same(plain, found));
  CHECK(!plain.auc);
  CHECK(!plain.diversity);
  CHECK(!plain.serendipity);
  CHECK(!plain.miscalibration);
}

TEST_CASE("evaluate_ranking: where people buy again, what they had competes and counts") {
  const planted::four_users data;
  popularity model;
  model.fit(data.parts.train);
  evaluation::ranking_options options;
  options.cutoffs = {2};
  options.hide_seen = false;
  // everybody's list is 0 1: bob wants 0 2 3, a hit at 1; ann 3, cid 4, dan 3
  const auto found = evaluation::evaluate_ranking(model, data.parts.test, options).front();
  CHECK(found.users == 4);
  CHECK(found.mean.hit_rate == 0.25);
  CHECK(found.mean.recall == doctest::Approx(1.0 / 12).epsilon(1e-15));
  CHECK(found.coverage == 2.0 / 6);

  // what they have: ann 0 1, bob 0 1, cid 0, dan 3
  tailor::recommender::buy_again own;
  own.fit(data.parts.train);
  const auto again = evaluation::evaluate_ranking(own, data.parts.test, options).front();
  CHECK(again.users == 4);
  CHECK(again.mean.hit_rate == 0.5);  // bob's 0, dan's 3
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(own, data.parts.test, 2),
                       "ranking_options::hide_seen: expected false for a model that recommends what users had before, "
                       "found true, which leaves it nothing",
                       tailor::value_error);
}

TEST_CASE("compare: two models user by user") {
  const planted::four_users data;
  popularity model;
  model.fit(data.parts.train);
  const planted::told_scorer<double> other(data.parts.train.matrix<double>(data::duplicates::last), {0, 1, 2, 3, 9, 5});
  const auto a = evaluation::evaluate_ranking(other, data.parts.test, 2);
  const auto b = evaluation::evaluate_ranking(model, data.parts.test, 2);
  // other's lists of 2: 4 5 for all; cid alone finds one. popularity: see above
  const auto found = evaluation::compare(a, b, &tailor::metrics::ranking_scores::hit_rate);
  CHECK(found.n == 3);
  CHECK(found.difference == doctest::Approx(1.0 / 3 - 2.0 / 3).epsilon(1e-14));
  CHECK(found.wins == 1);
  CHECK(found.losses == 2);
  CHECK(found.randomization_p_value == 1);  // differences -1, -1, 1: every sum of signs is at least as large
  auto fewer = b;
  fewer.asked.pop_back();
  CHECK_THROWS_WITH_AS(evaluation::compare(a, fewer), "compare: b: expected the users of a, found others",
                       tailor::value_error);
}

TEST_CASE("item_cosine: of who chose what") {
  const planted::four_users data;
  const evaluation::item_cosine cosine(data.parts.train);
  CHECK(cosine(item_index(0), item_index(1)) == doctest::Approx(2 / std::sqrt(6.0)).epsilon(1e-15));
  CHECK(cosine(item_index(1), item_index(0)) == cosine(item_index(0), item_index(1)));
  CHECK(cosine(item_index(0), item_index(0)) == 1);
  CHECK(cosine(item_index(0), item_index(3)) == 0);
  CHECK(cosine(item_index(4), item_index(4)) == 0);
  CHECK_THROWS_AS(cosine(item_index(0), item_index(6)), tailor::value_error);
}

TEST_CASE("evaluate_ranking: can be cancelled") {
  const planted::four_users data;
  popularity model;
  model.fit(data.parts.train);
  tailor::run_options stop;
  stop.progress = [](const tailor::progress_report&) { return false; };
  CHECK_THROWS_AS(evaluation::evaluate_ranking(model, data.parts.test, 2, stop), tailor::cancelled_error);
}

TEST_CASE("evaluate_ranking: says what is wrong") {
  const planted::four_users data;
  popularity model;
  CHECK_THROWS_AS(evaluation::evaluate_ranking(model, data.parts.test), tailor::not_fitted_error);
  model.fit(data.parts.train);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, interactions()),
                       "test: expected at least one event, found 0", tailor::value_error);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, data.parts.test, 0),
                       "evaluate_ranking: k: expected at least 1, found 0", tailor::value_error);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, data.parts.train),
                       "evaluate_ranking: expected a user with an item that is not in their history, found 0",
                       tailor::value_error);

  interactions more_users = data.log, more_items = data.log;
  more_users.add("eve", 0);
  more_items.add("ann", 99);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, more_users),
                       "test: expected the users the model was fitted with, 5, found 6 users", tailor::value_error);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, more_items),
                       "test: expected the items the model was fitted with, 6, found 7 items", tailor::value_error);
  CHECK_THROWS_AS(evaluation::evaluate_ranking(model, more_items, more_items), tailor::value_error);
  evaluation::ranking_options options;
  options.cutoffs = {};
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, data.parts.test, options),
                       "ranking_options::cutoffs: expected at least one, found 0", tailor::value_error);
  options.cutoffs = {2, 0};
  CHECK_THROWS_AS(evaluation::evaluate_ranking(model, data.parts.test, options), tailor::value_error);
  options.cutoffs = {2};
  options.item_categories = data::csr_matrix<double>::from_dense(xt::xtensor<double, 2>{{1, 0}});
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, data.parts.test, options),
                       "ranking_options::item_categories: expected 6 rows, one an item, found 1", tailor::shape_error);
  options.item_categories =
      data::csr_matrix<double>::from_dense(xt::xtensor<double, 2>{{1, 0}, {0, 1}, {1, 0}, {0, 1}, {1, 0}, {0, -1}});
  CHECK_THROWS_AS(evaluation::evaluate_ranking(model, data.parts.test, options), tailor::value_error);
}
