// SPDX-License-Identifier: BSD-3-Clause
// Expected: sums by hand. What rp3beta and item_knn make of it is tested there.
#include "tailor/recommender/item_weights.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "support/explanations.hpp"
#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
namespace sim = tailor::similarity;
using tailor::item_index;
using tailor::user_index;

struct no_options {};

/// Four items: 0 speaks for 1 (½), 2 (¼) and against 3 (−1); 1 for 2 (2) and 0 (1); 2 for nothing; 3 for 2 (½).
template <class T>
class by_hand : public rec::item_weights_base<by_hand<T>, T> {
  friend class rec::scorer_base<by_hand<T>, T>;

 public:
  explicit by_hand(no_options = {}) {}
  no_options options() const { return {}; }
  data::duplicates duplicate_policy() const noexcept { return data::duplicates::sum; }

 private:
  void learn(const tailor::run_options&) {
    this->weights_ = sim::neighbour_lists<T>(
        {0, 3, 5, 5, 6}, {{1, T(0.5)}, {2, T(0.25)}, {3, T(-1)}, {2, T(2)}, {0, T(1)}, {2, T(0.5)}});
  }
};

template <class T>
by_hand<T> fitted() {
  by_hand<T> model;
  model.fit(xt::xtensor<T, 2>{{4, 1, 0, 0}, {0, 0, 3, 0}, {8, 0, 0, -4}, {0, 0, 0, 0}});
  return model;
}

}  // namespace

TEST_CASE_TEMPLATE("item_weights: a score is the sum of what the user's items say, each times its value", T, float,
                   double) {
  const auto model = fitted<T>();
  const T none = rec::unscored<T>;
  CHECK(support::scores(model, user_index(0)) == std::vector<T>{1, 2, 3, -4});
  CHECK(support::scores(model, user_index(1)) == std::vector<T>{none, none, none, none});
  CHECK(support::scores(model, user_index(2)) == std::vector<T>{none, 4, none, -8});  // 2: 8 · ¼ − 4 · ½
  CHECK(support::scores(model, user_index(3)) == std::vector<T>{none, none, none, none});
  CHECK(support::scores(model, support::history<T>(4, {{1, 3}, {3, 2}}).view()) == std::vector<T>{3, none, 7, none});
}

TEST_CASE("item_weights: the reasons of a score are the items that speak for it or against it") {
  const auto model = fitted<double>();
  const auto why = model.explain(user_index(0), item_index(2));
  CHECK(why.score == 3);
  CHECK(why.base == 0);
  REQUIRE(why.reasons.size() == 2);
  CHECK(why.reasons[0].index == 1);
  CHECK(why.reasons[0].similarity == 2);
  CHECK(why.reasons[0].value == 1);
  CHECK(why.reasons[0].contribution == 2);
  CHECK(why.reasons[1].index == 0);
  CHECK(why.reasons[1].contribution == 1);
  CHECK(model.explain(user_index(0), item_index(3)).score == -4);
  CHECK(support::is_unscored(model.explain(user_index(2), item_index(2)).score));
  CHECK(model.explain(user_index(2), item_index(2)).reasons.empty());
  CHECK(model.explain(model.history(user_index(0)), item_index(2)).score == 3);
}

TEST_CASE("item_weights: similar items are those of weights above 0, best first") {
  const auto model = fitted<float>();
  const auto picks = model.similar_items(item_index(0));
  REQUIRE(picks.size() == 2);
  CHECK(picks[0] == rec::recommendation<item_index, float>{item_index(1), 0.5F});
  CHECK(picks[1] == rec::recommendation<item_index, float>{item_index(2), 0.25F});
  CHECK(picks.missing() == 8);
  CHECK(model.similar_items(item_index(1), 1).size() == 1);
  CHECK(model.similar_items(item_index(2), 1).empty());
}

TEST_CASE("item_weights: who asks too early, or about what is not there, is told") {
  const by_hand<float> empty;
  CHECK(empty.weights().size() == 0);
  CHECK_THROWS_AS(empty.similar_items(item_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(empty.explain(user_index(0), item_index(0)), tailor::not_fitted_error);
  const auto model = fitted<float>();
  CHECK_THROWS_WITH_AS(model.similar_items(item_index(0), 0), "similar_items: n: expected at least 1, found 0",
                       tailor::value_error);
  CHECK_THROWS_AS(model.similar_items(item_index(4)), tailor::value_error);
  CHECK_THROWS_AS(model.explain(user_index(0), item_index(4)), tailor::value_error);
  CHECK_THROWS_AS(model.explain(user_index(4), item_index(0)), tailor::value_error);
  CHECK_THROWS_AS(model.explain(support::history<float>(9, {{7, 1.0F}}).view(), item_index(0)), tailor::value_error);
}
