// SPDX-License-Identifier: BSD-3-Clause
// Expected: what the same model says in indices (recommend_test.cpp and the models' own tests), put into ids by hand.
#include "tailor/recommender/pipeline.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <tailor/recommender/any_scorer.hpp>
#include <tailor/recommender/item_knn.hpp>
#include <tailor/recommender/popularity.hpp>
#include <tailor/recommender/user_knn.hpp>
#include <utility>
#include <vector>

#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
namespace sim = tailor::similarity;
using tailor::user_index;
using names = std::vector<std::string>;

// A measure of one kind keeps the compiler quick; any_measure is shown by item_knn_test.cpp.
using item_model = rec::basic_item_knn<float, sim::cosine>;
using user_model = rec::basic_user_knn<float, sim::cosine>;

/// The matrix of support::peers() as a log: users "ann" …, items 100, 101, ….
const names people = {"ann", "bob", "cat", "dan", "eve", "fay"};
data::interactions shop() {
  const auto matrix = support::peers();
  data::interactions log;
  for (std::size_t i = 0; i < support::n_items; ++i)
    for (std::size_t u = 0; u < support::n_users; ++u)
      if (matrix(u, i) != 0) log.add(people[u], 100 + i, matrix(u, i));
  return log;
}

template <class List>
names items_of(const List& picks) {
  names out;
  for (const auto& pick : picks) out.push_back(pick.item);
  return out;
}

rec::pipeline_options best(std::size_t n) {
  rec::pipeline_options options;
  options.n = n;
  return options;
}

}  // namespace

TEST_CASE("pipeline: recommends in external ids what the model recommends in indices") {
  rec::pipeline<item_model> asked;
  asked.fit(shop());
  CHECK(asked.is_fitted());
  for (const std::string& user : people) {
    const auto picks = asked.recommend(user, 3);
    const auto inner =
        rec::recommend(asked.model(), user_index(*asked.users().find(user)), {3, true, {}, {}, {}, -1e9});
    CHECK(picks.requested() == 3);
    REQUIRE(picks.size() == inner.size());
    for (std::size_t i = 0; i < picks.size(); ++i) {
      CHECK(picks[i].item == asked.items().id(inner[i].item.value()));
      CHECK(picks[i].score == inner[i].score);
    }
  }
  CHECK(items_of(asked.recommend("ann")) == names{"102"});  // the only film that she has not seen
  CHECK(asked.recommend("ann").missing() == 9);
  CHECK(asked.knows_user("ann"));
  CHECK(!asked.knows_user("zoe"));
  CHECK(asked.knows_item("104"));
  CHECK(!asked.knows_item("4"));
}

TEST_CASE("pipeline: options speak in ids, and ids that the model does not know let everything pass") {
  rec::pipeline<rec::popularity> asked;
  asked.fit(shop());
  auto options = best(3);
  options.hide_seen = false;
  CHECK(items_of(asked.recommend("eve", options)) == names{"100", "101", "103"});  // 4 ratings each; 102, 104: 3
  options.block = {"101", "unheard of"};
  CHECK(items_of(asked.recommend("eve", options)) == names{"100", "103", "102"});
  options.allow = names{"104", "101", "nor this"};
  CHECK(items_of(asked.recommend("eve", options)) == names{"104"});
  options.allow = names{"unheard of"};
  CHECK(asked.recommend("eve", options).empty());
  options = best(3);
  options.keep = [](std::string_view item) { return item != "100"; };
  CHECK(items_of(asked.recommend("eve", options)) == names{"101", "102", "104"});
  options.minimum_score = 4;
  CHECK(items_of(asked.recommend("eve", options)) == names{"101"});
}

TEST_CASE("pipeline: somebody who was not in the data is served from what they did") {
  rec::pipeline<item_model> asked;
  asked.fit(shop());
  // What bob did, as one new customer did it: the same list, to the bit. Items that nobody knows say nothing.
  const std::vector<rec::action> as_bob = {{"103", 1}, {"no such film", 5}, {"100", 4}, {"102", 4}};
  CHECK(asked.recommend_for(as_bob) == asked.recommend("bob"));
  // Several actions on an item become one as in fit: a sum, where counts are ranked by.
  CHECK(asked.recommend_for({{"100", 3}, {"103"}, {"102", 4}, {"100", 1}}) == asked.recommend("bob"));
  auto options = best(5);
  options.hide_seen = false;
  options.block = {"101"};
  CHECK(asked.recommend_for(as_bob, options) == asked.recommend("bob", options));
  CHECK(asked.recommend_for({}).empty());
  CHECK(asked.recommend_for({}).missing() == 10);
  CHECK_THROWS_AS(asked.recommend_for({{"100", support::nan}}), tailor::value_error);

  // The last rating counts, where ratings are predicted.
  item_model::options_type ratings;
  ratings.mode = rec::knn_mode::ratings;
  rec::pipeline<item_model> predicting(ratings);
  predicting.fit(shop());
  CHECK(predicting.recommend_for({{"100", 1}, {"103", 1}, {"102", 4}, {"100", 4}}) == predicting.recommend("bob"));
}

TEST_CASE("pipeline: many users in one call get what each gets alone") {
  rec::pipeline<user_model> asked;
  asked.fit(shop());
  const names some = {"fay", "ann", "fay"};
  const auto lists = asked.recommend_many(some, best(2));
  REQUIRE(lists.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(lists[i] == asked.recommend(some[i], 2));
  CHECK(asked.recommend_many(names{}).empty());
  CHECK_THROWS_AS(asked.recommend_many(names{"ann", "zoe"}), tailor::value_error);
}

TEST_CASE("pipeline: similar items, similar users and reasons are those of the model") {
  rec::pipeline<item_model> by_items;
  by_items.fit(shop());
  CHECK(items_of(by_items.similar_items("100", 2)) == names{"101", "102"});  // cosines .6627, .6501
  CHECK(by_items.similar_items("100", 9).missing() == 5);
  CHECK(by_items.similar_items("100", 2)[0].score == doctest::Approx(0.66273349566361117).epsilon(1e-6));
  const auto why = by_items.explain("bob", "101");
  REQUIRE(!why.reasons.empty());
  CHECK(by_items.items().id(why.reasons[0].index) == "100");
  CHECK(why.score == by_items.recommend("bob")[0].score);

  rec::pipeline<user_model> by_users;
  by_users.fit(shop());
  const auto like_eve = by_users.similar_users("eve");
  REQUIRE(like_eve.size() == 3);
  CHECK(like_eve[0].item == "fay");  // the one who gave 103 most
  CHECK(like_eve.missing() == 7);
}

TEST_CASE("pipeline: ids may be integers, and text that spells one is the same") {
  data::interactions log;
  log.add(196, "tea");
  log.add(7, "tea");
  log.add(7, 42);
  rec::pipeline<item_model> asked;
  asked.fit(log);
  CHECK(items_of(asked.recommend("196")) == names{"42"});
  CHECK(asked.recommend("7").empty());
  CHECK_THROWS_AS(asked.recommend("007"), tailor::value_error);
}

TEST_CASE("pipeline: an id that is not there is refused by name") {
  rec::pipeline<item_model> asked;
  asked.fit(shop());
  CHECK_THROWS_WITH_AS(asked.recommend("zoe"), "user: expected an id of the data it was fitted with, found \"zoe\"",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(asked.similar_items("ann"), "item: expected an id of the data it was fitted with, found \"ann\"",
                       tailor::value_error);
  CHECK_THROWS_AS(asked.explain("ann", "99"), tailor::value_error);
  CHECK_THROWS_AS(asked.explain("zoe", "100"), tailor::value_error);
  CHECK_THROWS_AS(asked.recommend("ann", 0), tailor::value_error);
}

TEST_CASE("pipeline: before fit it says so, also when it was made from a fitted model, which knows no ids") {
  const rec::pipeline<rec::popularity> empty;
  const rec::pipeline<rec::popularity> without_ids(rec::popularity().fit(support::peers_csr<float>()));
  for (const auto* asked : {&empty, &without_ids}) {
    CHECK(!asked->is_fitted());
    CHECK_THROWS_WITH_AS(asked->recommend("ann"), "pipeline: expected to be fitted before it is asked, found no data",
                         tailor::not_fitted_error);
    CHECK_THROWS_AS(asked->recommend_for({}), tailor::not_fitted_error);
    CHECK_THROWS_AS(asked->recommend_many(names{}), tailor::not_fitted_error);
  }
}

TEST_CASE("pipeline: a failed fit leaves model and ids as they were, and the log may grow without it") {
  rec::pipeline<item_model> asked;
  auto log = shop();
  asked.fit(log);
  const auto before = asked.recommend("bob");
  data::interactions bad;
  CHECK_THROWS_AS(asked.fit(bad), tailor::value_error);
  CHECK(asked.recommend("bob") == before);
  log.add("zoe", "999");
  CHECK(!asked.knows_user("zoe"));
  CHECK(asked.recommend("bob") == before);
  const rec::pipeline<item_model> copy = asked;
  asked.fit(log);
  CHECK(asked.knows_user("zoe"));
  CHECK(!copy.knows_user("zoe"));
  CHECK(copy.recommend("bob") == before);
}

TEST_CASE("pipeline: options of the model, or a model, are what it is made from") {
  item_model::options_type options;
  options.k = 3;
  CHECK(rec::pipeline<item_model>(options).model().options().k == 3);
  CHECK(rec::pipeline<item_model>(item_model(options)).model().options().k == 3);
  options.k = 0;
  CHECK_THROWS_AS(rec::pipeline<item_model>{options}, tailor::value_error);
}

TEST_CASE("pipeline: a model fitted elsewhere and its ids make one, any_scorer too") {
  const auto log = shop();
  user_model::options_type options;
  options.mode = rec::knn_mode::ratings;
  rec::pipeline<user_model> fitted(options);
  fitted.fit(log);
  const rec::pipeline<user_model> joined(fitted.model(), log.shared_users(), log.shared_items());
  const rec::pipeline<rec::any_scorer> any(fitted.model(), log.shared_users(), log.shared_items());
  CHECK(joined.is_fitted());
  for (const std::string& user : people) {
    CHECK(joined.recommend(user) == fitted.recommend(user));
    CHECK(any.recommend(user) == fitted.recommend(user));
    CHECK(any.similar_users(user) == fitted.similar_users(user));
    for (const char* item : {"100", "104"}) {
      const float rating =
          fitted.model().predict(user_index(log.users().at(user)), tailor::item_index(log.items().at(item)));
      CHECK(fitted.predict(user, item) == rating);
      CHECK(any.predict(user, item) == rating);
    }
  }
  CHECK(any.recommend_for({{"100", 5}}) == fitted.recommend_for({{"100", 5}}));

  using joined_type = rec::pipeline<user_model>;
  CHECK_THROWS_AS(joined_type(user_model(), log.shared_users(), log.shared_items()), tailor::not_fitted_error);
  CHECK_THROWS_WITH_AS(joined_type(fitted.model(), log.shared_items(), log.shared_items()),
                       "users: expected 6 ids, found 5", tailor::shape_error);
  CHECK_THROWS_AS(joined_type(fitted.model(), log.shared_users(), nullptr), tailor::shape_error);
}

TEST_CASE("pipeline: one that was moved from is not fitted, and says so") {
  rec::pipeline<item_model> shop_of_ours;
  shop_of_ours.fit(shop());
  const rec::pipeline<item_model> moved = std::move(shop_of_ours);
  CHECK(moved.is_fitted());
  CHECK(!shop_of_ours.is_fitted());  // NOLINT(bugprone-use-after-move)
  CHECK(!shop_of_ours.knows_user("bob"));
  CHECK_THROWS_AS(shop_of_ours.recommend("bob"), tailor::not_fitted_error);
  CHECK_THROWS_AS(shop_of_ours.users(), tailor::not_fitted_error);
}
