// SPDX-License-Identifier: BSD-3-Clause
// Expected: Surprise 1.1.4 with user_based = False (support/surprise.hpp); implicit 0.7.3's CosineRecommender,
// TFIDFRecommender and BM25Recommender on the same matrix, all digits; closed forms where a test says so.
#include "tailor/recommender/item_knn.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
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

using model = rec::basic_item_knn<double>;
// One measure instead of any of eleven keeps the compiler quick.
template <class T>
using cosine_model = rec::basic_item_knn<T, sim::cosine>;

rec::knn_options ratings(centring centre, std::size_t k = 2) {
  auto options = rec::knn_options::ratings();
  options.centre = centre;
  options.k = k;
  return options;
}

/// implicit's scores of all items, X · S. An item is among its own K there and weighs `own` in its row of S, so that
/// its K is our k + 1 and what a user's own items score differs by own · value.
struct implicit_scores {
  rec::knn_options options;
  std::size_t k;
  std::vector<double> own;
  std::vector<std::vector<double>> scores;
};

const std::vector<implicit_scores> implicit = {
    {rec::knn_options{},
     2,
     {0.99999999999999989, 1, 1, 1, 1},
     {{8.825125074173938, 9.4263007832733408, 3.2503185468271485, 1, 6.2080863901323573},
      {6.6002548374617183, 4.6248867394784394, 6.6002548374617191, 1, 0.31826402508622098},
      {4.2590166483733523, 4.840245244375339, 2, 0, 5.629940788348712},
      {6.9383916150871219, 6.0240124409385016, 4.9501911280962894, 0, 1.8898223650461361},
      {0, 2.3714806062417484, 0, 4, 1.2730561003448839},
      {4.569396276245997, 8.8869658301632199, 0.65006370936542968, 5, 6.1110832788259533}}},
    {rec::knn_options{},
     4,
     {0.99999999999999989, 1, 1, 1, 1},
     {{9.1240820694052243, 9.4263007832733408, 5.5066766598490693, 5.5464515311826323, 8.50424212411124},
      {6.8992118326930054, 4.6248867394784394, 6.7135279318194385, 2.6489203583560288, 3.2624616769858594},
      {4.2590166483733523, 4.840245244375339, 3.7293619822115556, 2.4107364657069814, 6.1835773207069789},
      {6.9383916150871219, 6.0240124409385016, 5.9860030820439576, 3.0153007234483331, 4.0979706039708645},
      {1.1958279809251497, 2.3714806062417484, 0.45309237743087921, 4, 1.2730561003448839},
      {6.0641812524024346, 8.8869658301632199, 3.1511483187758529, 8.3069656516454788, 6.5703144256217296}}},
    {rec::knn_options::tfidf(),
     2,
     {1, 1.0000000000000002, 1, 1, 1},
     {{6.7922106496544652, 7.8347335475692059, 8.5828916081340658, 1, 4},
      {7.6190389358657296, 5.2105958796374274, 7.6082496400951944, 1, 0},
      {2.3307809168902347, 4.9714045207910331, 5.0927248643506742, 0, 5},
      {7.3465914396061134, 6.9079469097280715, 7.8528580922511386, 0, 0},
      {0.36548208445177127, 0, 0.32232490136963104, 4, 0},
      {3.7246394436200774, 5.5669467095138421, 5.1704413135643623, 5, 2}}},
    {rec::knn_options::tfidf(),
     4,
     {1, 1.0000000000000002, 1, 1, 1},
     {{6.7922106496544652, 7.8347335475692059, 8.5828916081340658, 1.456852605564714, 5.5},
      {7.6190389358657296, 5.2105958796374274, 7.6082496400951944, 1.6878069858214024, 1.8856180831641269},
      {2.3307809168902347, 4.9714045207910331, 5.0927248643506742, 0.16116245068481552, 6.4428090415820636},
      {7.3465914396061134, 6.9079469097280715, 7.8528580922511386, 0.51585523936605182, 2.9142135623730958},
      {0.36548208445177127, 0, 0.32232490136963104, 4, 0},
      {3.7246394436200774, 5.5669467095138421, 5.1704413135643623, 5.0913705211129425, 4}}},
    {rec::knn_options::bm25(),
     2,
     {0.24794349102442778, 0.17275137885367242, 0.38970992948904998, 2.454295608837151, 0.15673669052203948},
     {{1.6764539965532206, 1.4633611138481504, 2.5288129886208179, 2.454295608837151, 0.62694676208815792},
      {2.1370250524963632, 1.2737828749803601, 2.7093994645403017, 2.454295608837151, 0},
      {0.6501257655388708, 1.0146605141709861, 1.6196045457875687, 0, 0.78368345261019745},
      {1.8965402166146408, 1.4735912927962875, 2.5670923073115719, 0, 0},
      {0.32677740385991594, 0, 0.34801203660171548, 9.8171824353486041, 0},
      {1.1298048331374599, 0.98603790882520492, 1.7573320637573508, 12.271478044185756, 0.31347338104407896}}},
    {rec::knn_options::bm25(),
     4,
     {0.24794349102442778, 0.17275137885367242, 0.38970992948904998, 2.454295608837151, 0.15673669052203948},
     {{1.6764539965532206, 1.4633611138481504, 2.5288129886208179, 2.8627673636620461, 0.89197425697087929},
      {2.1370250524963632, 1.2737828749803601, 2.7093994645403017, 3.1290850492987827, 0.5120690919091303},
      {0.6501257655388708, 1.0146605141709861, 1.6196045457875687, 0.17400601830085774, 1.1280604968590031},
      {1.8965402166146408, 1.4735912927962875, 2.5670923073115719, 0.50609208034622355, 0.64907931381456896},
      {0.32677740385991594, 0, 0.34801203660171548, 9.8171824353486041, 0},
      {1.1298048331374599, 0.98603790882520492, 1.7573320637573508, 12.353172395150734, 0.66684337422104067}}},
};

/// Items are alike as many users as have both, over ten.
struct in_common : sim::measure_defaults {
  template <class T>
  using overlap = sim::count_overlap<T>;
  template <class T>
  T operator()(const overlap<T>& o, T, T) const {
    return o.sum / T{10};
  }
};

}  // namespace

TEST_CASE("item_knn: Surprise's predictions of ratings come out, unclipped as scores and clipped by predict") {
  std::size_t compared = 0;
  for (const auto& expected : support::surprise) {
    if (expected.of_users) continue;
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
      const auto why = fitted.explain(user_index(user), item_index(item));
      CHECK(why.reasons.size() == expected.votes[c]);
      ++compared;
    }
  }
  CHECK(compared == 3 * 4 * 12);
}

TEST_CASE("item_knn: implicit's scores come out, but for what an item says of itself") {
  for (const auto& expected : implicit) {
    auto options = expected.options;
    options.k = expected.k;
    model fitted(options);
    fitted.fit(support::peers());
    CAPTURE(static_cast<int>(options.weight));
    CAPTURE(options.k);
    for (std::size_t u = 0; u < support::n_users; ++u) {
      const auto scores = support::scores(fitted, user_index(u));
      for (std::size_t i = 0; i < support::n_items; ++i) {
        CAPTURE(u);
        CAPTURE(i);
        const double own = expected.own[i] * support::peers()(u, i), others = expected.scores[u][i] - own;
        if (std::abs(others) < 1e-12)
          CHECK(support::is_unscored(scores[i]));
        else
          CHECK(support::near(scores[i], others, 1e-12));
      }
    }
  }
}

TEST_CASE("item_knn: fewer similar items than min_k are no prediction, and predict falls back to the item's level") {
  auto options = ratings(centring::mean);
  options.min_k = 2;
  model fitted(options);
  fitted.fit(support::peers());
  const auto of_eve = support::scores(fitted, user_index(4));  // has one item
  for (std::size_t i : {0U, 1U, 2U, 4U}) CHECK(support::is_unscored(of_eve[i]));
  CHECK(fitted.predict(user_index(4), item_index(0)) == doctest::Approx(13.0 / 4).epsilon(1e-14));
  CHECK(fitted.explain(user_index(4), item_index(0)).reasons.empty());
  CHECK(support::near(support::scores(fitted, user_index(0))[2], 4.15, 1e-12));
}

TEST_CASE("item_knn: predict knows an item without ratings and a user without history as Surprise knows neither") {
  const xt::xtensor<double, 2> matrix = {{5, 3, 0, 0}, {4, 2, 1, 0}, {0, 0, 0, 0}};
  const double mean = 3;
  for (const auto centre : {centring::none, centring::mean, centring::zscore, centring::baseline}) {
    CAPTURE(static_cast<int>(centre));
    model fitted(ratings(centre));
    fitted.fit(matrix);
    const bool baseline = centre == centring::baseline;
    const auto transposed = data::transpose(fitted.user_items());
    const auto known = rec::fit_biases(fitted.user_items().view(), transposed.view(), {});
    CHECK(support::near(fitted.predict(user_index(0), item_index(3)), mean + (baseline ? known.users[0] : 0), 1e-14));
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(
          support::near(support::predictions(fitted, user_index(2))[i], mean + (baseline ? known.items[i] : 0), 1e-14));
      CHECK(support::near(support::predictions(fitted, data::row_view<double>{})[i],
                          mean + (baseline ? known.items[i] : 0), 1e-14));
      CHECK(support::is_unscored(support::scores(fitted, user_index(2))[i]));
    }
    CHECK(support::is_unscored(support::scores(fitted, user_index(0))[3]));
  }
}

TEST_CASE_TEMPLATE("item_knn: constant ratings and items rated alike by all give numbers, not NaN", T, float, double) {
  for (const auto centre : {centring::none, centring::mean, centring::zscore, centring::baseline})
    for (const T value : {T(0.1), T(3)}) {
      typename cosine_model<T>::options_type options;
      options.mode = knn_mode::ratings;
      options.centre = centre;
      cosine_model<T> fitted(options);
      fitted.fit(xt::xtensor<T, 2>{{value, value, value}, {value, value, 0}, {value, 0, value}});
      CHECK(support::near(static_cast<double>(fitted.predict(user_index(1), item_index(2))), static_cast<double>(value),
                          sizeof(T) == 4 ? 1e-6 : 1e-14));
      CHECK(support::near(static_cast<double>(support::scores(fitted, user_index(2))[1]), static_cast<double>(value),
                          sizeof(T) == 4 ? 1e-6 : 1e-14));
    }
}

TEST_CASE_TEMPLATE("item_knn: contributions and base add up to the score, and reasons are the user's own items", T,
                   float, double) {
  const auto matrix = support::random_ratings<T>(30, 25, 0.3, 8);
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  for (const auto centre : {centring::none, centring::mean, centring::zscore, centring::baseline}) {
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

TEST_CASE("item_knn: the reasons of a score are the items that speak for it, the strongest first") {
  model fitted;
  fitted.fit(support::peers());
  const auto why = fitted.explain(user_index(1), item_index(1));  // bob has 0 (4), 2 (4) and 3 (1)
  REQUIRE(why.reasons.size() == 3);
  CHECK(why.reasons_are == rec::explanation<double>::kind::items);
  CHECK(why.base == 0);
  CHECK(why.reasons[0].index == 0);
  CHECK(why.reasons[0].value == 4);
  CHECK(support::near(why.reasons[0].similarity, 0.66273349566361117, 1e-12));
  CHECK(support::near(why.reasons[0].contribution, 4 * 0.66273349566361117, 1e-12));
  CHECK(why.reasons[1].index == 2);
  CHECK(why.reasons[2].index == 3);
  CHECK(support::near(why.reasons[2].contribution, 0.5928701515604371, 1e-12));
}

TEST_CASE("item_knn: parts that add up to exactly 0 are no score, and no reasons either") {
  model fitted;
  fitted.fit(xt::xtensor<double, 2>{{1, 1, 1}, {1, 1, 1}, {1, -1, 0}});
  const auto scores = support::scores(fitted, user_index(2));
  CHECK(support::is_unscored(scores[2]));
  const auto why = fitted.explain(user_index(2), item_index(2));
  CHECK(why.score == scores[2]);
  CHECK(why.reasons.empty());
  const auto even = support::history<double>(3, {{0, 1.0}, {1, -1.0}});
  CHECK(fitted.explain(even.view(), item_index(2)).score == support::scores(fitted, even.view())[2]);
  CHECK(support::complaint_about_explanations(fitted, 1e-14) == "");
}

TEST_CASE(
    "item_knn: somebody with the history of a known user gets their scores, predictions and reasons, to the bit") {
  for (const auto& options : {rec::knn_options{}, ratings(centring::zscore, 10), ratings(centring::baseline, 10)}) {
    model fitted(options);
    fitted.fit(support::random_ratings<double>(40, 30, 0.3, 9));
    for (std::size_t u = 0; u < 40; ++u) {
      const data::csr_matrix<double> copy = data::single_row(fitted.history(user_index(u)), 30);
      CHECK(support::scores(fitted, copy.row(0)) == support::scores(fitted, user_index(u)));
      if (options.mode == knn_mode::ratings)
        CHECK(support::predictions(fitted, copy.row(0)) == support::predictions(fitted, user_index(u)));
    }
  }
}

TEST_CASE("item_knn: similar items are the cosines' best, never the item itself") {
  model fitted;
  fitted.fit(support::peers());
  const auto picks = fitted.similar_items(item_index(0), 3);
  REQUIRE(picks.size() == 3);
  CHECK(picks[0].item == item_index(1));
  CHECK(support::near(picks[0].score, 0.66273349566361117, 1e-12));
  CHECK(picks[1].item == item_index(2));
  CHECK(picks[2].item == item_index(4));
  CHECK(fitted.similar_items(item_index(0), 10).missing() == 6);
  CHECK(fitted.neighbours()[0].size() == 4);
  auto options = rec::knn_options{};
  options.k = 2;
  CHECK(model(options).fit(support::peers()).similar_items(item_index(0), 3).missing() == 1);
}

TEST_CASE("item_knn: support and shrinkage weaken small overlaps") {
  rec::knn_options options;
  options.min_support = 3;
  model supported(options);
  supported.fit(support::peers());
  // Items 0 and 1 have three users in common; 0 and 2 have two.
  REQUIRE(supported.similar_items(item_index(0)).size() == 2);
  CHECK(supported.similar_items(item_index(0))[0].item == item_index(1));
  CHECK(supported.similar_items(item_index(0))[1].item == item_index(3));
  options.min_support = 1;
  options.shrinkage = 7;
  model shrunk(options);
  shrunk.fit(support::peers());
  CHECK(support::near(shrunk.similar_items(item_index(0))[0].score, 0.66273349566361117 * 3 / 10, 1e-12));
}

TEST_CASE(
    "item_knn: a measure that is not symmetric is asked from the user's item to rank, from the asked item to predict") {
  // Item 1 is chosen by one of the two who chose item 0.
  const xt::xtensor<double, 2> matrix = {{2, 4}, {3, 0}, {0, 0}};
  const auto fit = [&](knn_mode mode) {
    rec::knn_options options;
    options.mode = mode;
    options.measure = sim::tversky(1, 0);  // |x and y| / |x|
    return model(options).fit(matrix);
  };
  const auto has_0 = support::history<double>(2, {{0, 1.0}}), has_1 = support::history<double>(2, {{1, 1.0}});
  CHECK(support::scores(fit(knn_mode::top_n), has_0.view())[1] == 0.5);
  CHECK(support::scores(fit(knn_mode::top_n), has_1.view())[0] == 1);
  CHECK(fit(knn_mode::ratings).explain(has_0.view(), item_index(1)).reasons[0].similarity == 1);
  CHECK(fit(knn_mode::ratings).explain(has_1.view(), item_index(0)).reasons[0].similarity == 0.5);
}

TEST_CASE("item_knn: a measure of one's own works as the built-in ones do") {
  rec::basic_item_knn<float, in_common> fitted;
  fitted.fit(support::peers());
  CHECK(fitted.similar_items(item_index(0))[0] == rec::recommendation<item_index, float>{item_index(1), 0.3F});
  const auto scores = support::scores(fitted, user_index(1));  // bob: 0 (4), 2 (4), 3 (1)
  CHECK(scores[1] == doctest::Approx(4 * 0.3 + 4 * 0.2 + 0.2).epsilon(1e-6));
  CHECK(support::complaint_about_explanations(fitted, 1e-5) == "");
  decltype(fitted)::options_type options;
  options.mode = knn_mode::ratings;
  options.min_support = 3;
  rec::basic_item_knn<float, in_common> predicting(options);
  predicting.fit(support::peers());
  CHECK(predicting.predict(user_index(1), item_index(1)) == 4);  // item 0 alone has three users in common with item 1
}

TEST_CASE("item_knn: the same bits for 1, 2 and 4 threads") {
  const auto matrix = support::random_ratings<float>(1500, 200, 0.2, 10);
  for (const auto mode : {knn_mode::top_n, knn_mode::ratings}) {
    cosine_model<float>::options_type options;
    options.mode = mode;
    if (mode == knn_mode::ratings) options.centre = centring::baseline;
    cosine_model<float> one(options);
    one.fit(matrix, support::threads(1));
    for (const std::size_t n : {2U, 4U}) {
      cosine_model<float> many(options);
      many.fit(matrix, support::threads(n));
      CHECK(many.neighbours() == one.neighbours());
      CHECK(support::scores(many, user_index(7)) == support::scores(one, user_index(7)));
    }
  }
}

TEST_CASE("item_knn: a fit that is cancelled, or whose values are too large, leaves the model as it was") {
  cosine_model<float> fitted;
  fitted.fit(support::peers());
  const auto before = support::scores(fitted, user_index(1));
  CHECK_THROWS_AS(fitted.fit(support::peers_csr<float>(), support::cancelled()), tailor::cancelled_error);
  CHECK_THROWS_AS(fitted.fit(xt::xtensor<float, 2>{{1e30F, 1}, {1, 1}}), tailor::value_error);
  CHECK(support::scores(fitted, user_index(1)) == before);
  CHECK(fitted.n_items() == 5);
  rec::basic_knn_options<sim::cosine> counts;
  counts.weight = data::weighting::tfidf;
  cosine_model<float> weighted(counts);
  CHECK_THROWS_AS(weighted.fit(xt::xtensor<float, 2>{{1, -1}, {1, 1}}), tailor::value_error);
  CHECK(!weighted.is_fitted());
}

TEST_CASE("item_knn: before fit, in the wrong mode, or asked about what is not there, it says so") {
  cosine_model<float> fitted;
  std::vector<float> out(1);
  const std::vector<item_index> items = {item_index(0)}, beyond = {item_index(5)};
  const auto ask = [&](const std::vector<item_index>& which, std::size_t places) {
    out.resize(places);
    fitted.predict(user_index(0), span<const item_index>(which), span<float>(out));
  };
  CHECK_THROWS_AS(ask(items, 1), tailor::not_fitted_error);
  CHECK_THROWS_AS(fitted.predict(user_index(0), item_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(fitted.explain(user_index(0), item_index(0)), tailor::not_fitted_error);
  CHECK_THROWS_AS(fitted.similar_items(item_index(0)), tailor::not_fitted_error);
  CHECK(fitted.neighbours().size() == 0);
  fitted.fit(support::peers());
  CHECK_THROWS_WITH_AS(ask(items, 1),
                       "item_knn::predict: expected knn_mode::ratings, found knn_mode::top_n, which only ranks",
                       tailor::value_error);
  CHECK_THROWS_AS(fitted.explain(user_index(6), item_index(0)), tailor::value_error);
  CHECK_THROWS_WITH_AS(fitted.explain(user_index(0), item_index(5)),
                       "item: expected an index below n_items = 5, found 5", tailor::value_error);
  CHECK_THROWS_AS(fitted.similar_items(item_index(5)), tailor::value_error);
  CHECK_THROWS_WITH_AS(fitted.similar_items(item_index(0), 0), "similar_items: n: expected at least 1, found 0",
                       tailor::value_error);
  rec::basic_knn_options<sim::cosine> options;
  options.mode = knn_mode::ratings;
  fitted = cosine_model<float>(options).fit(support::peers());
  ask(items, 1);
  CHECK_THROWS_AS(ask(beyond, 1), tailor::value_error);
  CHECK_THROWS_WITH_AS(ask(items, 2), "out: expected 1 places, one an item, found 2", tailor::shape_error);
  const std::vector<std::uint32_t> columns = {9};
  const std::vector<float> value = {1};
  CHECK_THROWS_AS(fitted.explain(data::row_view<float>{columns, value}, item_index(0)), tailor::value_error);
}

TEST_CASE("item_knn: options that no data could make right are refused by the constructor, by name") {
  const auto refuses = [](auto&& change) {
    rec::basic_knn_options<sim::cosine> options;
    change(options);
    try {
      cosine_model<float> made(options);
    } catch (const tailor::value_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refuses([](auto&) {}) == "");
  CHECK(refuses([](auto& o) { o.k = 0; }) == "knn_options::k: expected at least 1, found 0");
  CHECK(refuses([](auto& o) { o.min_k = 0; }) == "knn_options::min_k: expected at least 1, found 0");
  CHECK(refuses([](auto& o) { o.min_k = 21; }) == "knn_options::min_k: expected at most k = 20, found 21");
  CHECK(refuses([](auto& o) { o.shrinkage = -1; }) == "knn_options::shrinkage: expected a number from 0, found -1");
  CHECK(refuses([](auto& o) { o.shrinkage = support::nan; }) != "");
  CHECK(refuses([](auto& o) { o.bm25_b = 2; }) != "");
  CHECK(refuses([](auto& o) { o.bm25_k1 = support::infinity; }) != "");
  CHECK(refuses([](auto& o) { o.biases.epochs = 0; }) == "bias_options::epochs: expected from 1 to 1,000,000, found 0");
  CHECK(refuses([](auto& o) { o.centre = centring::mean; }) ==
        "knn_options::centre: expected none in top-N mode, found mean, zscore or baseline");
  CHECK(refuses([](auto& o) { o.mode = knn_mode::ratings, o.weight = data::weighting::bm25; }) ==
        "knn_options::weight: expected none in ratings mode, found log, tfidf or bm25");
}
