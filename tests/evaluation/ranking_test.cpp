// SPDX-License-Identifier: BSD-3-Clause
// A planted log of four users and six items whose answers are worked out by hand, with popularity and with a scorer
// that is told what to say; and a brute-force loop over users on a generated log.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <tailor/core/random.hpp>
#include <tailor/evaluation.hpp>
#include <tailor/recommender/popularity.hpp>
#include <tailor/recommender/recommend.hpp>
#include <vector>

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
using data::interactions;
using tailor::item_index;
using tailor::user_index;
using tailor::recommender::popularity;

namespace {

/// A scorer without options: an item's score is a number that does not depend on who asks, plus what they gave it.
template <class T>
class told_scorer {
 public:
  using value_type = T;
  told_scorer(data::csr_matrix<T> user_items, std::vector<T> scores)
      : user_items_(std::move(user_items)), scores_(std::move(scores)) {}
  bool is_fitted() const { return true; }
  std::size_t n_users() const { return user_items_.n_rows(); }
  std::size_t n_items() const { return user_items_.n_columns(); }
  data::duplicates duplicate_policy() const { return data::duplicates::last; }
  data::row_view<T> history(user_index user) const { return user_items_.row(user.at()); }
  void score(user_index user, tailor::span<T> out) const { score(history(user), out); }
  void score(data::row_view<T> history, tailor::span<T> out) const {
    for (std::size_t i = 0; i < scores_.size(); ++i) out[i] = scores_[i];
    for (std::size_t i = 0; i < history.size(); ++i) out[history.columns[i]] += history.values[i];
  }
  void predict(user_index user, tailor::span<const item_index> items, tailor::span<T> out) const {
    for (std::size_t i = 0; i < items.size(); ++i) out[i] = scores_[items[i].at()] + static_cast<T>(user.value());
  }
  void predict(data::row_view<T>, tailor::span<const item_index> items, tailor::span<T> out) const {
    for (std::size_t i = 0; i < items.size(); ++i) out[i] = scores_[items[i].at()];
  }

 private:
  data::csr_matrix<T> user_items_;
  std::vector<T> scores_;
};

/// Four users, six items with the ids 0 … 5; what is named is train, then test.
struct planted {
  interactions log;
  evaluation::split parts;

  planted() {
    for (int item = 0; item < 6; ++item) log.add("nobody", item);
    const auto chose = [&](const char* user, int item) { log.add(user, item); };
    // train, 7 events: item 0 three times, 1 twice, 2 once, 3 once
    chose("ann", 0), chose("bob", 0), chose("cid", 0);
    chose("ann", 1), chose("bob", 1);
    chose("ann", 2), chose("dan", 3);
    // test, 6 events
    chose("ann", 3), chose("bob", 3), chose("bob", 2), chose("bob", 0), chose("cid", 4), chose("dan", 3);
    parts = {log.select(range(6, 13)), log.select(range(13, 19))};
  }
  static std::vector<std::size_t> range(std::size_t begin, std::size_t end) {
    std::vector<std::size_t> all;
    for (std::size_t i = begin; i < end; ++i) all.push_back(i);
    return all;
  }
};

bool same(const evaluation::ranking_result& a, const evaluation::ranking_result& b) {
  return a.mean.precision == b.mean.precision && a.mean.recall == b.mean.recall &&
         a.mean.capped_recall == b.mean.capped_recall && a.mean.ndcg == b.mean.ndcg &&
         a.mean.average_precision == b.mean.average_precision && a.mean.reciprocal_rank == b.mean.reciprocal_rank &&
         a.mean.hit_rate == b.mean.hit_rate && a.coverage == b.coverage && a.users == b.users;
}

interactions random_log(std::uint64_t seed, std::size_t size) {
  tailor::random::generator g(seed);
  interactions log;
  for (std::size_t i = 0; i < size; ++i)
    log.add(g.below(150), g.below(1 + g.below(80)), static_cast<double>(1 + g.below(5)), static_cast<std::int64_t>(i));
  return log;
}

}  // namespace

TEST_CASE("evaluate_ranking: the planted answer, with popularity") {
  const planted data;
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
  const planted data;
  // best first: 5 4 3 2 1 0
  const told_scorer<double> model(data.parts.train.matrix<double>(data::duplicates::last), {0, 1, 2, 3, 4, 5});
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
  const planted data;
  popularity model;
  model.fit(data.parts.train);
  interactions stranger;
  stranger.add("ann", 0);
  CHECK_THROWS_WITH_AS(evaluation::evaluate_ranking(model, stranger, data.parts.test, 2),
                       "history: expected the ids of target, found others", tailor::value_error);
}

TEST_CASE("evaluate_ranking: equals a plain loop over users, for any number of threads") {
  const interactions log = random_log(3, 4000);
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

  const auto strong = evaluation::strong_split(log, 0.4, 0.8, 1);
  popularity trained;
  trained.fit(strong.train);
  CHECK(same(evaluation::evaluate_ranking(trained, strong.history, strong.target, 7, one),
             evaluation::evaluate_ranking(trained, strong.history, strong.target, 7, four)));
}

TEST_CASE("evaluate_ratings: every rating of the test part counts once, also repeated ones") {
  interactions log;
  log.add("a", 0, 1.5);
  log.add("b", 1, 1);
  log.add("b", 0, 4);
  log.add("b", 0, 2);
  const told_scorer<float> model(log.matrix<float>(data::duplicates::last), {1, 2});
  // predicted 1 3 2 2 (the user's index is added), actual 1.5 1 4 2
  const auto found = evaluation::evaluate_ratings(model, log);
  CHECK(found.ratings == 4);
  CHECK(found.rmse == doctest::Approx(std::sqrt((0.25 + 4 + 4 + 0) / 4)).epsilon(1e-15));
  CHECK(found.mae == doctest::Approx(4.5 / 4).epsilon(1e-15));
}

TEST_CASE("evaluate_ratings: the same for any number of threads") {
  const interactions log = random_log(8, 3000);
  std::vector<double> scores;
  for (std::size_t i = 0; i < log.n_items(); ++i) scores.push_back(3 + 0.01 * static_cast<double>(i));
  const told_scorer<double> model(log.matrix<double>(data::duplicates::last), scores);
  tailor::run_options one, four;
  one.threads = 1;
  four.threads = 4;
  const auto a = evaluation::evaluate_ratings(model, log, one), b = evaluation::evaluate_ratings(model, log, four);
  CHECK(a.rmse == b.rmse);
  CHECK(a.mae == b.mae);
}

TEST_CASE("evaluation: can be cancelled") {
  const planted data;
  popularity model;
  model.fit(data.parts.train);
  tailor::run_options stop;
  stop.progress = [](const tailor::progress_report&) { return false; };
  CHECK_THROWS_AS(evaluation::evaluate_ranking(model, data.parts.test, 2, stop), tailor::cancelled_error);
}

TEST_CASE("evaluation: says what is wrong") {
  const planted data;
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
  const told_scorer<double> scorer(data.log.matrix<double>(data::duplicates::last), {0, 1, 2, 3, 4, 5});
  CHECK_THROWS_AS(evaluation::evaluate_ratings(scorer, more_items), tailor::value_error);
  CHECK_THROWS_AS(evaluation::evaluate_ratings(scorer, more_users), tailor::value_error);
  CHECK_THROWS_AS(evaluation::evaluate_ratings(scorer, interactions()), tailor::value_error);
}
