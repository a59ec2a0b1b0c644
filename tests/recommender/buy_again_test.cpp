// SPDX-License-Identifier: BSD-3-Clause
// Expected: sums by hand; a brute-force twin on a random log.
#include "tailor/recommender/buy_again.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tailor/recommender/any_scorer.hpp>
#include <tailor/recommender/pipeline.hpp>
#include <tailor/recommender/recommend.hpp>
#include <utility>
#include <vector>

#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
using tailor::user_index;
using model = rec::basic_buy_again<double>;
using count = rec::buy_again_options::count;
using numbers = std::vector<double>;

constexpr std::int64_t day = 86400;
constexpr double none = rec::unscored<double>;

/// Items: 0 tea, 1 cake, 2 milk, 3 jam. Values are units.
data::interactions shop() {
  data::interactions log;
  log.add("anna", "tea", 1, 0 * day);
  log.add("anna", "cake", 2, 6 * day);
  log.add("anna", "tea", 5, 8 * day);
  log.add("ben", "milk", 3, 9 * day);
  log.add("ben", "cake", 1, 10 * day);
  log.add("anna", "jam", 1, 2 * day);
  log.add("anna", "jam", -1, 10 * day);
  log.add("carla", "tea", 1, 100 * day);
  return log;
}

rec::buy_again_options options(count counted, double half_life) {
  rec::buy_again_options out;
  out.counted = counted;
  out.half_life = half_life;
  return out;
}

template <class Item, class T>
std::vector<Item> items(const rec::recommendation_list<Item, T>& picks) {
  std::vector<Item> out;
  for (const auto& pick : picks) out.push_back(pick.item);
  return out;
}

}  // namespace

TEST_CASE("buy_again: an item scores how often the user chose it, or what that was worth") {
  const auto scores = [](count counted, std::size_t user) {
    return support::scores(model(options(counted, support::infinity)).fit(shop()), user_index(user));
  };
  CHECK(scores(count::events, 0) == numbers{2, 1, none, 2});
  CHECK(scores(count::events, 1) == numbers{none, 1, 1, none});
  CHECK(scores(count::values, 0) == numbers{6, 2, none, none});  // the jam was given back
  CHECK(scores(count::values, 1) == numbers{none, 1, 3, none});
}

TEST_CASE("buy_again: an event counts half after a half-life, from the user's own last event") {
  const auto scores = support::scores(model(options(count::events, 2.0 * day)).fit(shop()), user_index(0));
  CHECK(scores[0] == 1.0 / 32 + 1.0 / 2);
  CHECK(scores[1] == 1.0 / 4);
  CHECK(scores[3] == 1.0 / 16 + 1);
  const auto of_ben = support::scores(model(options(count::events, 2.0 * day)).fit(shop()), user_index(1));
  CHECK(of_ben[1] == 1);
  CHECK(of_ben[2] == std::sqrt(0.5));
  const auto worth = support::scores(model(options(count::values, 2.0 * day)).fit(shop()), user_index(0));
  CHECK(worth[0] == 1.0 / 32 + 5.0 / 2);
  CHECK(worth[3] == none);
}

TEST_CASE("buy_again: of what was chosen equally often the latest wins at first, without a half-life the lower index") {
  data::interactions log;
  log.add("anna", "tea", 1, 0);
  log.add("anna", "milk", 1, 3);
  log.add("anna", "cake", 1, 1);
  log.add("anna", "cake", 1, 2);
  rec::pipeline<rec::buy_again> asked;
  asked.fit(log);
  CHECK(items(asked.recommend("anna")) == std::vector<std::string>{"cake", "milk", "tea"});
  rec::pipeline<rec::buy_again> timeless(options(count::events, support::infinity));
  timeless.fit(log);
  CHECK(items(timeless.recommend("anna")) == std::vector<std::string>{"cake", "tea", "milk"});
}

TEST_CASE("buy_again: recommend gives a user their own items, though others hide what was seen") {
  const auto fitted = model().fit(shop());
  CHECK(rec::recommends_seen(fitted));
  const auto picks = rec::recommend(fitted, user_index(1));
  REQUIRE(picks.size() == 2);
  CHECK(picks[0].item.value() == 1);
  CHECK(picks[1].item.value() == 2);
  CHECK(picks.missing() == 8);
  CHECK(rec::recommend_all(fitted)[1] == picks);
  const rec::basic_any_scorer<double> held(fitted);
  CHECK(held.recommends_seen());
  CHECK(rec::recommend(held, user_index(1)) == picks);
  CHECK(rec::recommend(fitted, data::row_view<double>{}).empty());

  rec::pipeline<rec::buy_again> asked;
  asked.fit(shop());
  CHECK(items(asked.recommend("ben")) == std::vector<std::string>{"cake", "milk"});
  CHECK(items(asked.recommend_for({{"milk"}, {"jam"}, {"milk"}})) == std::vector<std::string>{"milk", "jam"});
  rec::pipeline_options block;
  block.block = {"cake"};
  CHECK(items(asked.recommend("ben", block)) == std::vector<std::string>{"milk"});
}

TEST_CASE("buy_again: in a matrix and in a fresh history an item scores its value") {
  const auto fitted = model(options(count::events, 5)).fit(support::peers());
  CHECK(support::scores(fitted, user_index(1)) == numbers{4, none, 4, 1, none});
  const auto history = support::history<double>(5, {{0, -1.0}, {2, 0.0}, {3, 2.5}});
  CHECK(support::scores(fitted, history.view()) == numbers{none, none, none, 2.5, none});
}

TEST_CASE("buy_again: a log without times counts as one of a single moment") {
  data::interactions log;
  log.add("anna", "tea");
  log.add("anna", "cake");
  log.add("anna", "cake");
  CHECK(support::scores(model(options(count::events, 1)).fit(log), user_index(0)) == numbers{1, 2});
}

TEST_CASE_TEMPLATE("buy_again: the scores of a random log are those of a brute-force twin", T, float, double) {
  tailor::random::generator draw(41);
  data::interactions log;
  for (int i = 0; i < 2000; ++i)
    log.add(static_cast<int>(draw.uniform() * 30), static_cast<int>(draw.uniform() * 20),
            std::floor(draw.uniform() * 10) - 2, static_cast<std::int64_t>(draw.uniform() * 1000));
  std::vector<std::int64_t> last(log.n_users(), 0);
  for (const auto& e : log) last[e.user.at()] = (std::max)(last[e.user.at()], e.time);
  for (const auto& how : {options(count::events, 200), options(count::values, 50)}) {
    rec::basic_buy_again<T> fitted(how);
    fitted.fit(log);
    std::size_t wrong = 0;
    for (std::size_t u = 0; u < log.n_users(); ++u) {
      const auto scores = support::scores(fitted, user_index(u));
      for (std::size_t i = 0; i < log.n_items(); ++i) {
        double sum = 0;
        for (const auto& e : log)
          if (e.user.at() == u && e.item.at() == i)
            sum += (how.counted == count::events ? 1 : e.value) *
                   std::pow(0.5, static_cast<double>(last[u] - e.time) / how.half_life);
        if (std::abs(sum) < 1e-9 || sum < 0)
          wrong += support::is_unscored(scores[i]) ? 0U : 1U;
        else
          wrong += support::near(static_cast<double>(scores[i]) / sum, 1, sizeof(T) == 4 ? 1e-6 : 1e-11) ? 0U : 1U;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE_TEMPLATE("buy_again: whoever was away for long has their items in the order of their own days", T, float,
                   double) {
  data::interactions log;
  for (const auto& [user, first] : {std::pair{"anna", 0}, std::pair{"ben", 300}}) {
    log.add(user, "tea", 1, first * day);
    log.add(user, "cake", 1, (first + 1) * day);
    log.add(user, "milk", 1, (first + 2) * day);
    log.add(user, "tea", 1, (first + 2) * day);
  }
  rec::basic_buy_again<T> fitted(options(count::events, 1.0 * day));
  fitted.fit(log);
  CHECK(support::scores(fitted, user_index(0)) == std::vector<T>{T(1.25), T(0.5), T(1)});
  CHECK(support::scores(fitted, user_index(1)) == support::scores(fitted, user_index(0)));
}

TEST_CASE_TEMPLATE("buy_again: scores stay numbers above 0, however old or large", T, float, double) {
  const double most = static_cast<double>((std::numeric_limits<T>::max)());
  data::interactions log;
  log.add("anna", "tea", 1, std::numeric_limits<std::int64_t>::min());
  log.add("anna", "milk", 1, std::numeric_limits<std::int64_t>::max());
  for (const double half_life : {1e-300, 1.0, 1e300}) {
    rec::basic_buy_again<T> fitted(options(count::events, half_life));
    fitted.fit(log);
    const auto picks = rec::recommend(fitted, user_index(0));
    REQUIRE(picks.size() == 2);
    CHECK(picks[0].score == 1);
    CHECK(picks[1].score > 0);
  }
  data::interactions large;  // their sum is a number; when the first is forgotten it is not
  large.add("anna", "tea", -most, 0);
  large.add("anna", "tea", most, 1000);
  large.add("anna", "tea", most, 1000);
  rec::basic_buy_again<T> fitted(options(count::values, 1));
  fitted.fit(large);
  CHECK(support::scores(fitted, user_index(0))[0] == (std::numeric_limits<T>::max)());
}

TEST_CASE("buy_again: a half-life that is not above 0 is refused") {
  for (const double bad : {0.0, -1.0, support::nan, -support::infinity})
    CHECK_THROWS_AS(model{options(count::events, bad)}, tailor::value_error);
  CHECK_THROWS_WITH_AS(model{options(count::events, 0)},
                       "buy_again_options::half_life: expected seconds above 0, found 0", tailor::value_error);
}

TEST_CASE("buy_again: before it is fitted it says so") {
  const model fresh;
  CHECK_THROWS_AS(rec::recommend(fresh, user_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(fresh.history(user_index(0)), tailor::not_fitted_error);
}
