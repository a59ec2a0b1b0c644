// SPDX-License-Identifier: BSD-3-Clause
// Expected: what the model itself says.
#include "tailor/recommender/any_scorer.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <tailor/evaluation/protocols.hpp>
#include <tailor/recommender/item_knn.hpp>
#include <tailor/recommender/popularity.hpp>
#include <tailor/recommender/recommend.hpp>
#include <utility>
#include <vector>

#include "support/explanations.hpp"
#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
namespace eval = tailor::evaluation;
using rec::any_scorer;
using tailor::item_index;
using tailor::span;
using tailor::user_index;
using item_model = rec::basic_item_knn<float, tailor::similarity::cosine>;

/// A scorer that inherits nothing: cheap items first, whoever asks.
class cheapest {
 public:
  using value_type = float;

  cheapest(std::vector<float> prices, data::csr_matrix<float> bought)
      : prices_(std::move(prices)), bought_(std::move(bought)) {}
  bool is_fitted() const { return !prices_.empty(); }
  std::size_t n_users() const { return bought_.n_rows(); }
  std::size_t n_items() const { return prices_.size(); }
  data::duplicates duplicate_policy() const { return data::duplicates::last; }
  data::row_view<float> history(user_index user) const { return bought_.row(user.at()); }
  void score(user_index user, span<float> out) const { score(history(user), out); }
  void score(data::row_view<float>, span<float> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = -prices_[i];
  }

 private:
  std::vector<float> prices_;
  data::csr_matrix<float> bought_;
};

cheapest shop() { return {{5, 1, 3, 2, 4}, support::peers_csr<float>()}; }

item_model knn(rec::knn_mode mode) {
  item_model::options_type options;
  options.mode = mode;
  item_model model(options);
  model.fit(support::peers());
  return model;
}

/// Everything that both offer, on every user of support::peers().
template <class Model>
void is_the_same(const Model& model, const any_scorer& any) {
  CHECK(any.is_fitted() == model.is_fitted());
  CHECK(any.n_users() == model.n_users());
  CHECK(any.n_items() == model.n_items());
  CHECK(any.duplicate_policy() == model.duplicate_policy());
  for (std::size_t u = 0; u < model.n_users(); ++u) {
    const user_index user(u);
    const auto history = model.history(user);
    CHECK(any.history(user).columns.data() != nullptr);
    CHECK(any.history(user).size() == history.size());
    CHECK(support::scores(any, user) == support::scores(model, user));
    CHECK(support::scores(any, history) == support::scores(model, history));
    CHECK(rec::recommend(any, user) == rec::recommend(model, user));
    CHECK(rec::recommend(any, history) == rec::recommend(model, history));
  }
  CHECK(rec::recommend_all(any) == rec::recommend_all(model));
}

/// Events of users and items of support::peers() that are not in it.
data::interactions unseen() {
  data::interactions log(support::peers_csr<float>());
  std::vector<std::size_t> added;
  const auto add = [&](int user, int item, double value) {
    log.add(user, item, value);
    added.push_back(log.size() - 1);
  };
  add(0, 2, 4);
  add(1, 1, 3);
  add(3, 4, 2);
  return log.select(added);
}

}  // namespace

TEST_CASE("any_scorer: everything asked through it is what the model says") {
  is_the_same(knn(rec::knn_mode::top_n), knn(rec::knn_mode::top_n));
  is_the_same(rec::popularity().fit(support::peers()), rec::popularity().fit(support::peers()));
  is_the_same(shop(), shop());
}

TEST_CASE("any_scorer: reasons and predictions come through where the model has them, and are refused where not") {
  const auto model = knn(rec::knn_mode::ratings);
  const any_scorer any = model;
  CHECK(support::complaint_about_explanations(any, 1e-5) == "");
  for (std::size_t u = 0; u < support::n_users; ++u) {
    CHECK(support::predictions(any, user_index(u)) == support::predictions(model, user_index(u)));
    const auto history = model.history(user_index(u));
    CHECK(support::predictions(any, history) == support::predictions(model, history));
  }

  const any_scorer without = rec::popularity().fit(support::peers());
  CHECK_THROWS_WITH_AS(without.explain(user_index(0), item_index(0)),
                       "explain: expected a model that explains itself, found one that does not", tailor::value_error);
  CHECK_THROWS_AS(without.explain(data::row_view<float>{}, item_index(0)), tailor::value_error);
  CHECK_THROWS_WITH_AS(support::predictions(without, user_index(0)),
                       "predict: expected a model that predicts ratings, found one that does not", tailor::value_error);
}

TEST_CASE("any_scorer: similar items and users come through where the model has them, and are refused where not") {
  const auto items = knn(rec::knn_mode::top_n);
  const any_scorer any = items;
  for (std::size_t i = 0; i < support::n_items; ++i)
    CHECK(any.similar_items(item_index(i), 3) == items.similar_items(item_index(i), 3));
  CHECK_THROWS_WITH_AS(any.similar_users(user_index(0)),
                       "similar_users: expected a model that compares users, found one that does not",
                       tailor::value_error);
  const any_scorer neither = rec::popularity().fit(support::peers());
  CHECK_THROWS_AS(neither.similar_items(item_index(0)), tailor::value_error);
}

TEST_CASE("any_scorer: evaluation of it is evaluation of the model, also of a scorer of one's own") {
  const auto test = unseen();
  const auto ratings = knn(rec::knn_mode::ratings);
  CHECK(eval::evaluate_ratings(any_scorer(ratings), test).rmse == eval::evaluate_ratings(ratings, test).rmse);
  const auto own = shop();
  const auto through = eval::evaluate_ranking(any_scorer(own), test, 2), direct = eval::evaluate_ranking(own, test, 2);
  CHECK(through.users == 3);
  CHECK(through.mean.ndcg == direct.mean.ndcg);
  CHECK(through.coverage == direct.coverage);
  CHECK(through.mean.recall == 1);  // each asks for the one or two items that they do not have
}

TEST_CASE("any_scorer: an empty one, and one of a model that is not fitted, say so") {
  const any_scorer empty;
  std::vector<float> out;
  CHECK(!empty.is_fitted());
  CHECK(empty.n_users() == 0);
  CHECK(empty.n_items() == 0);
  CHECK_THROWS_WITH_AS(empty.score(user_index(0), span<float>(out)), "any_scorer: expected a model, found none",
                       tailor::not_fitted_error);
  CHECK_THROWS_AS(empty.score(data::row_view<float>{}, span<float>(out)), tailor::not_fitted_error);
  CHECK_THROWS_AS(empty.history(user_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(empty.duplicate_policy(), tailor::not_fitted_error);
  CHECK_THROWS_AS(empty.explain(user_index(0), item_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(rec::recommend(empty, user_index(0)), tailor::not_fitted_error);
  const any_scorer early = item_model();
  CHECK(!early.is_fitted());
  CHECK_THROWS_AS(rec::recommend(early, user_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(early.history(user_index(0)), tailor::not_fitted_error);
}

TEST_CASE("any_scorer: the model inside is found by its type, and copies share it") {
  const any_scorer any = knn(rec::knn_mode::top_n), copy = any;
  REQUIRE(any.target<item_model>() != nullptr);
  CHECK(any.target<item_model>()->similar_items(item_index(0))[0].item == item_index(1));
  CHECK(any.target<rec::popularity>() == nullptr);
  CHECK(copy.target<item_model>() == any.target<item_model>());
  CHECK(any_scorer().target<item_model>() == nullptr);
}

TEST_CASE("any_scorer: models of several kinds live side by side, and a later fit of the original changes nothing") {
  rec::popularity counts;
  counts.fit(support::peers());
  std::vector<any_scorer> models = {counts, knn(rec::knn_mode::top_n), shop()};
  const auto before = rec::recommend(models[0], user_index(1));
  counts.fit(xt::xtensor<float, 2>{{1, 1}, {0, 1}});
  CHECK(rec::recommend(models[0], user_index(1)) == before);
  models[0] = shop();
  CHECK(rec::recommend(models[0], user_index(1)).front().item == item_index(1));
}
