// SPDX-License-Identifier: BSD-3-Clause
// Expected: for ones the weights of Dacrema et al.'s RP3betaRecommender (its formula in numpy 1.24, all digits); for
// ratings the formula of the docstring in numpy; a brute-force twin on random data.
#include "tailor/recommender/rp3beta.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "support/explanations.hpp"
#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
using tailor::item_index;
using tailor::user_index;
using model = rec::basic_rp3beta<double>;
using table = std::vector<std::vector<double>>;

rec::rp3beta_options options(double alpha, double beta, std::size_t k, bool normalize) {
  rec::rp3beta_options out;
  out.alpha = alpha;
  out.beta = beta;
  out.k = k;
  out.normalize = normalize;
  return out;
}

template <class T>
table dense(const rec::basic_rp3beta<T>& fitted) {
  table out(fitted.n_items(), std::vector<double>(fitted.n_items(), 0));
  for (std::size_t j = 0; j < out.size(); ++j)
    for (const auto& one : fitted.weights()[j]) out[j][one.index] = static_cast<double>(one.score);
  return out;
}

/// The largest difference, relative to the larger of the expected value and 1e-3 of the largest.
double difference(const table& found, const table& expected) {
  double largest = 0, worst = 0;
  for (const auto& row : expected)
    for (const double w : row) largest = (std::max)(largest, w);
  for (std::size_t j = 0; j < expected.size(); ++j)
    for (std::size_t i = 0; i < expected[j].size(); ++i)
      worst = (std::max)(worst, std::abs(found[j][i] - expected[j][i]) / (std::max)(expected[j][i], 1e-3 * largest));
  return worst;
}

/// All of W, one probability after the other.
template <class T>
table twin(const data::csr_matrix<T>& matrix, double alpha, double beta) {
  const std::size_t n = matrix.n_columns();
  table values(matrix.n_rows(), std::vector<double>(n, 0)), out(n, std::vector<double>(n, 0));
  std::vector<double> of_users(matrix.n_rows(), 0), of_items(n, 0), users(n, 0);
  for (std::size_t u = 0; u < matrix.n_rows(); ++u)
    for (std::size_t at = 0; at < matrix.row(u).size(); ++at) {
      const std::size_t i = matrix.row(u).columns[at];
      const double r = values[u][i] = static_cast<double>(matrix.row(u).values[at]);
      of_users[u] += r;
      of_items[i] += r;
      users[i] += r > 0 ? 1.0 : 0.0;
    }
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t u = 0; u < values.size(); ++u)
        if (i != j && values[u][j] > 0 && values[u][i] > 0)
          out[j][i] += std::pow(values[u][j] / of_items[j], alpha) * std::pow(values[u][i] / of_users[u], alpha) *
                       std::pow(users[i], -beta);
  return out;
}

}  // namespace

TEST_CASE("rp3beta: on ones the weights are Dacrema et al.'s") {
  auto ones = support::peers_csr<double>();
  for (double& value : ones.values()) value = 1;
  const table by_default = {{0, 0.27294347169027006, 0.25949317521111986, 0.27294347169027006, 0.1946198814083399},
                            {0.26744239584790525, 0, 0.2542631851748229, 0.16046543750874318, 0.31782898146852856},
                            {0.3231852288821768, 0.3231852288821768, 0, 0.1615926144410884, 0.19203692779455794},
                            {0.35862839346425684, 0.21517703607855415, 0.17047782818287557, 0, 0.25571674227431335},
                            {0.22426882849459207, 0.37378138082432005, 0.17768096218649596, 0.22426882849459207, 0}};
  CHECK(difference(dense(model().fit(ones)), by_default) < 1e-14);
  const table plain = {{0, 0.2658054951315572, 0.22633651341429745, 0.2658054951315572, 0.18505358624357668},
                       {0.2658054951315572, 0, 0.22633651341429745, 0.16493848884661177, 0.29822184295072535},
                       {0.24673811499143555, 0.24673811499143555, 0, 0.12336905749571778, 0.1384145488461686},
                       {0.2658054951315572, 0.16493848884661177, 0.11316825670714872, 0, 0.18505358624357668},
                       {0.20173401256989093, 0.3251030700656087, 0.1384145488461686, 0.20173401256989093, 0}};
  CHECK(difference(dense(model(options(0.7, 0.4, 100, false)).fit(ones)), plain) < 1e-14);
}

TEST_CASE("rp3beta: values are how strongly a user and an item are connected") {
  const auto fit = [](const rec::rp3beta_options& how) { return dense(model(how).fit(support::peers())); };
  CHECK(difference(fit({}), {{0, 0.27451103890563444, 0.3643455146045709, 0.13749135367868115, 0.22365209281111348},
                             {0.29253630875959086, 0, 0.17472132112136415, 0.22317202936298694, 0.3095703407560581},
                             {0.4662481262383027, 0.2098116568072362, 0, 0.07459970019812844, 0.24934051675633262},
                             {0.247790497623936, 0.3774236053002662, 0.1050612757301428, 0, 0.26972462134565506},
                             {0.26046809536188037, 0.33831476296063784, 0.22691894252554687, 0.17429819915193498, 0}}) <
        1e-14);
  CHECK(difference(fit(options(0.7, 0.4, 2, false)), {{0, 0.24499078946896885, 0.26707013525022993, 0, 0},
                                                      {0.2753817935783168, 0, 0, 0, 0.2908318045408022},
                                                      {0.3079217892906092, 0.1701171885559761, 0, 0, 0},
                                                      {0.17376998318772413, 0.1916917940690081, 0, 0, 0},
                                                      {0.17551522985369572, 0.2592187448145611, 0, 0, 0}}) < 1e-14);
  CHECK(difference(fit(options(1.3, 0, 2, true)), {{0, 0.43984852150252857, 0.5601514784974714, 0, 0},
                                                   {0.5389009605145546, 0, 0, 0.4610990394854454, 0},
                                                   {0.6996030646000825, 0, 0, 0, 0.30039693539991746},
                                                   {0, 0.675416355752608, 0, 0, 0.324583644247392},
                                                   {0.47601673340187933, 0.5239832665981206, 0, 0, 0}}) < 1e-14);
}

TEST_CASE_TEMPLATE("rp3beta: all weights are those of a brute-force twin, and lists of k are their best", T, float,
                   double) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  for (const double density : {0.05, 0.5}) {  // few have anything in common, and all
    const auto matrix = support::random_ratings<T>(60, 40, density, 31);
    for (const double alpha : {0.0, 0.5, 1.0, 2.0})
      for (const double beta : {0.0, 0.6, 1.5}) {
        CAPTURE(density);
        CAPTURE(alpha);
        CAPTURE(beta);
        const rec::basic_rp3beta<T> all(rec::basic_rp3beta<T>(options(alpha, beta, 40, false)).fit(matrix));
        const rec::basic_rp3beta<T> few(rec::basic_rp3beta<T>(options(alpha, beta, 3, true)).fit(matrix));
        CHECK(difference(dense(all), twin(matrix, alpha, beta)) < tolerance);
        std::size_t wrong = 0;
        for (std::size_t j = 0; j < 40; ++j) {
          const auto list = all.weights()[j], best = few.weights()[j];
          const std::size_t n = (std::min)(list.size(), std::size_t{3});
          double sum = 0;
          for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(list[i].score);
          wrong += best.size() == n ? 0U : 1U;
          for (std::size_t i = 0; i < best.size(); ++i)
            wrong += best[i].index == list[i].index && std::abs(static_cast<double>(best[i].score) -
                                                                static_cast<double>(list[i].score) / sum) < tolerance
                         ? 0U
                         : 1U;
        }
        CHECK(wrong == 0);
      }
  }
}

TEST_CASE("rp3beta: the unit of the values does not matter, however large or small it is") {
  const auto matrix = support::random_ratings<double>(30, 20, 0.3, 32);
  const table expected = dense(model(options(1.5, 0.5, 20, false)).fit(matrix));
  for (const double unit : {1e-300, 0.01, 3.0, 1e300}) {
    auto scaled = matrix;
    for (double& value : scaled.values()) value *= unit;
    CHECK(difference(dense(model(options(1.5, 0.5, 20, false)).fit(scaled)), expected) < 1e-12);
  }
}

TEST_CASE_TEMPLATE("rp3beta: exponents of any size leave numbers, or are refused", T, float, double) {
  for (const double alpha : {0.0, 20.0, 400.0})
    for (const double beta : {0.0, 20.0, 400.0})
      for (const bool normalize : {true, false}) {
        CAPTURE(alpha);
        CAPTURE(beta);
        rec::basic_rp3beta<T> fitted(options(alpha, beta, 100, normalize));
        try {
          fitted.fit(support::random_ratings<T>(20, 15, 0.4, 33));
        } catch (const tailor::value_error&) {
          CHECK(!fitted.is_fitted());
          continue;
        }
        std::size_t wrong = 0;
        double largest = 0;
        for (const auto& row : dense(fitted))
          for (const double w : row) {
            wrong += std::isfinite(w) && w >= 0 ? 0U : 1U;
            largest = (std::max)(largest, w);
          }
        CHECK(wrong == 0);
        CHECK(largest > 0);
      }
  CHECK_THROWS_WITH_AS(
      rec::basic_rp3beta<T>(options(1, 1000, 100, true)).fit(support::random_ratings<T>(20, 15, 0.4, 33)),
      "rp3beta_options: expected exponents that leave weights above 0, found none", tailor::value_error);
  // Where no two items share a user there is nothing to lose.
  rec::basic_rp3beta<T> alone(options(1, 1000, 100, true));
  CHECK(alone.fit(data::csr_matrix<T>(2, 2, {0, 1, 2}, {0, 1}, {1, 1})).weights().entries().empty());
}

TEST_CASE("rp3beta: a value of 0 connects nobody") {
  const data::csr_matrix<double> zeros(3, 3, {0, 3, 5, 6}, {0, 1, 2, 0, 1, 2}, {1, 2, 0, 2, 1, 0});
  const data::csr_matrix<double> without(3, 3, {0, 2, 4, 4}, {0, 1, 0, 1}, {1, 2, 2, 1});
  CHECK(dense(model().fit(zeros)) == dense(model().fit(without)));
  CHECK(model().fit(zeros).weights()[2].empty());
  const data::csr_matrix<double> nothing(1, 2, {0, 2}, {0, 1}, {0, 0});
  CHECK(support::is_unscored(support::scores(model().fit(nothing), user_index(0))[1]));
}

TEST_CASE("rp3beta: scores, reasons and similar items are those of its weights") {
  const auto fitted = model().fit(support::peers());
  const auto scores = support::scores(fitted, user_index(1));  // bob: 0 (4), 2 (4), 3 (1)
  CHECK(support::near(scores[1], 4 * 0.27451103890563444 + 4 * 0.2098116568072362 + 0.3774236053002662, 1e-14));
  const auto why = fitted.explain(user_index(1), item_index(1));
  REQUIRE(why.reasons.size() == 3);
  CHECK(why.reasons[0].index == 0);
  CHECK(support::near(why.reasons[0].similarity, 0.27451103890563444, 1e-14));
  CHECK(support::complaint_about_explanations(fitted, 1e-13) == "");
  const auto picks = fitted.similar_items(item_index(2), 2);
  REQUIRE(picks.size() == 2);
  CHECK(picks[0].item == item_index(0));
  CHECK(picks[1].item == item_index(4));
}

TEST_CASE("rp3beta: the same bits for 1, 2 and 4 threads") {
  const auto matrix = support::random_ratings<float>(1500, 200, 0.2, 34);
  rec::rp3beta one(options(0.8, 0.4, 20, true));
  one.fit(matrix, support::threads(1));
  for (const std::size_t n : {2U, 4U}) {
    rec::rp3beta many(one.options());
    many.fit(matrix, support::threads(n));
    CHECK(many.weights() == one.weights());
  }
}

TEST_CASE("rp3beta: a fit that is cancelled or refused leaves the model as it was") {
  rec::rp3beta fitted;
  fitted.fit(support::peers());
  const auto before = support::scores(fitted, user_index(1));
  CHECK_THROWS_AS(fitted.fit(support::peers_csr<float>(), support::cancelled()), tailor::cancelled_error);
  CHECK_THROWS_WITH_AS(fitted.fit(xt::xtensor<float, 2>{{1, -2}, {1, 1}}),
                       "rp3beta::fit: expected values from 0, found -2", tailor::value_error);
  CHECK(support::scores(fitted, user_index(1)) == before);
}

TEST_CASE("rp3beta: options that no data could make right are refused by the constructor, by name") {
  const auto refuses = [](const rec::rp3beta_options& how) {
    try {
      model made(how);
    } catch (const tailor::value_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refuses({}) == "");
  CHECK(refuses(options(0, 0, 1, false)) == "");
  CHECK(refuses(options(-1, 0.6, 100, true)) == "rp3beta_options::alpha: expected a number from 0, found -1");
  CHECK(refuses(options(support::nan, 0.6, 100, true)) != "");
  CHECK(refuses(options(1, support::infinity, 100, true)) ==
        "rp3beta_options::beta: expected a number from 0, found infinity");
  CHECK(refuses(options(1, -0.1, 100, true)) != "");
  CHECK(refuses(options(1, 0.6, 0, true)) == "rp3beta_options::k: expected at least 1, found 0");
}
