// SPDX-License-Identifier: BSD-3-Clause
// Expected: what Surprise 1.1.4 (BaselineOnly, its defaults) estimates of the 6 × 5 matrix of support/ratings.hpp, to
// 17 digits; its biases by SGD are those of biases_test.cpp.
#include "tailor/recommender/baseline.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
using tailor::item_index;
using tailor::user_index;
using model = rec::basic_baseline<double>;

constexpr std::array<std::array<double, 5>, 6> surprise = {{
    {3.1499871492661335, 3.0114913167083741, 3.0888301658513617, 3.001977401379762, 3.2395234293821407},
    {3.1034418481683086, 2.9649460156105492, 3.0422848647535368, 2.955432100281937, 3.1929781282843157},
    {3.0423835039769411, 2.9038876714191817, 2.9812265205621693, 2.8943737560905696, 3.1319197840929482},
    {3.1029132973167193, 2.9644174647589598, 3.0417563139019475, 2.9549035494303477, 3.1924495774327264},
    {3.1750497677259242, 3.0365539351681647, 3.1138927843111524, 3.0270400198395526, 3.2645860478419313},
    {3.097355570318765, 2.9588597377610055, 3.0361985869039931, 2.9493458224323934, 3.1868918504347721},
}};

}  // namespace

TEST_CASE_TEMPLATE("baseline: Surprise's estimates come out, for users by index and by history", T, float, double) {
  rec::basic_baseline<T> fitted;
  fitted.fit(support::peers());
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-15;
  for (std::size_t u = 0; u < 6; ++u) {
    const auto scores = support::scores(fitted, user_index(u));
    for (std::size_t i = 0; i < 5; ++i) CHECK(support::near(static_cast<double>(scores[i]), surprise[u][i], tolerance));
    CHECK(support::predictions(fitted, user_index(u)) == scores);
    CHECK(support::scores(fitted, fitted.history(user_index(u))) == scores);
    CHECK(support::predictions(fitted, fitted.history(user_index(u))) == scores);
    CHECK(fitted.predict(user_index(u), item_index(3)) == scores[3]);
  }
}

TEST_CASE("baseline: SGD serves known users with what was learnt of them, and strangers with what fits their history") {
  model fitted(rec::bias_options::sgd());
  fitted.fit(support::peers());
  CHECK(fitted.options().method == rec::bias_method::sgd);
  const auto& known = fitted.known();
  CHECK(support::near(known.users[0], 0.061510196561227158, 1e-15));
  const double of_stranger = rec::user_bias(known, fitted.history(user_index(0)), fitted.options());
  CHECK(of_stranger != known.users[0]);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(
        support::near(support::scores(fitted, user_index(0))[i], known.mean + known.users[0] + known.items[i], 1e-15));
    CHECK(support::near(support::scores(fitted, fitted.history(user_index(0)))[i],
                        known.mean + of_stranger + known.items[i], 1e-15));
  }
}

TEST_CASE("baseline: an item without ratings has no score, but a prediction, and nobody's is that of the mean user") {
  model fitted;
  fitted.fit(xt::xtensor<double, 2>{{5, 3, 0}, {4, 2, 0}, {0, 0, 0}});
  const auto& known = fitted.known();
  for (std::size_t u = 0; u < 3; ++u) {
    CHECK(support::is_unscored(support::scores(fitted, user_index(u))[2]));
    CHECK(fitted.predict(user_index(u), item_index(2)) == known.mean + known.users[u]);
  }
  CHECK(known.users[2] == 0);
  CHECK(support::scores(fitted, data::row_view<double>{}) == support::scores(fitted, user_index(2)));
  CHECK(fitted.predict(user_index(2), item_index(0)) == known.mean + known.items[0]);
}

TEST_CASE("baseline: predictions stay within the range of the ratings seen, scores do not") {
  model fitted([] {
    rec::baseline_options options;
    options.user_regularization = options.item_regularization = 0;
    return options;
  }());
  fitted.fit(xt::xtensor<double, 2>{{5, 5, 0}, {5, 1, 1}, {5, 0, 1}});
  bool above = false, below = false;
  for (std::size_t u = 0; u < 3; ++u) {
    const auto scores = support::scores(fitted, user_index(u)), ratings = support::predictions(fitted, user_index(u));
    for (std::size_t i = 0; i < 3; ++i) {
      above |= scores[i] > 5;
      below |= scores[i] < 1;
      CHECK(ratings[i] == std::clamp(scores[i], 1.0, 5.0));
    }
  }
  CHECK(above);
  CHECK(below);
}

TEST_CASE("baseline: of several ratings of one user and item the last counts") {
  data::interactions log;
  log.add("anna", "tea", 1);
  log.add("ben", "tea", 3);
  log.add("anna", "tea", 5);
  CHECK(model().fit(log).known().mean == 4);
}

TEST_CASE("baseline: options, ratings, users and items that make no sense are refused") {
  rec::baseline_options options;
  options.epochs = 0;
  CHECK_THROWS_WITH_AS(model{options}, "bias_options::epochs: expected from 1 to 1,000,000, found 0",
                       tailor::value_error);
  const data::csr_matrix<float> huge(1, 2, {0, 2}, {0, 1}, {3e38F, -3e38F});
  rec::baseline untouched;
  CHECK_THROWS_WITH_AS(untouched.fit(huge),
                       "user_items: expected ratings that can be added up, found their sum overflows",
                       tailor::value_error);
  CHECK(!untouched.is_fitted());
  const model fitted = model().fit(support::peers());
  CHECK_THROWS_AS(fitted.predict(user_index(6), item_index(0)), tailor::value_error);
  CHECK_THROWS_AS(fitted.predict(user_index(0), item_index(5)), tailor::value_error);
  const std::vector<item_index> items(2, item_index(0));
  std::vector<double> out(3);
  CHECK_THROWS_AS(fitted.predict(user_index(0), tailor::span<const item_index>(items), tailor::span<double>(out)),
                  tailor::shape_error);
  CHECK_THROWS_AS(fitted.predict(support::history<double>(9, {{5, 3.0}}).view(), {}, {}), tailor::value_error);
  CHECK_THROWS_AS(model().predict(user_index(0), item_index(0)), tailor::not_fitted_error);
  rec::baseline_options astray = rec::bias_options::sgd();
  astray.learning_rate = 100;
  CHECK_THROWS_AS(model{astray}.fit(support::peers()), tailor::convergence_error);
}
