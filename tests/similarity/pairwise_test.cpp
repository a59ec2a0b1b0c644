// SPDX-License-Identifier: BSD-3-Clause
// The six cosines are those that the documents' matrix gives (numpy). The other numbers come from twins.hpp, the
// formula of every measure over plain rows; the limits from the promises in the headers.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tailor/similarity.hpp>
#include <vector>

#include "twins.hpp"

namespace sim = tailor::similarity;
namespace data = tailor::data;
using sizes = std::vector<std::size_t>;

namespace {

const xt::xtensor<int, 2> documents = {{5, 3, 0, 2}, {0, 1, 1, 0}, {4, 0, 0, 1}, {3, 2, 0, 3}};

template <class F>
std::string what(F&& f) {
  try {
    f();
  } catch (const tailor::error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

/// The first pair for which `found` is not what the twin says, or "".
template <class T>
std::string first_difference(const tailor::dense_matrix<T>& found, const sim::any_measure& measure,
                             const twins::table& x, const twins::table& y) {
  if (found.shape()[0] != x.size() || found.shape()[1] != y.size()) return "shape";
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < y.size(); ++j) {
      const double expected = twins::similarity(measure, x[i], y[j], y);
      const auto value = static_cast<double>(found(i, j));
      if (!twins::near(value, expected, twins::tolerance<T>))
        return '(' + std::to_string(i) + ", " + std::to_string(j) + "): " + std::to_string(value) + " instead of " +
               std::to_string(expected);
    }
  return "";
}

tailor::run_options threads(std::size_t n) {
  tailor::run_options run;
  run.threads = n;
  return run;
}

}  // namespace

TEST_CASE("cosine_similarity gives the documents' six cosines to 1e-12") {
  const auto S = tailor::cosine_similarity(documents);
  static_assert(std::is_same_v<decltype(S), const tailor::dense_matrix<double>>);
  const double expected[4][4] = {{1, .34412360080584264, .8655784229010971, .9338145262192009},
                                 {.34412360080584264, 1, 0, .3015113445777636},
                                 {.8655784229010971, 0, 1, .7756315349925287},
                                 {.9338145262192009, .3015113445777636, .7756315349925287, 1}};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) CHECK(std::abs(S(i, j) - expected[i][j]) <= 1e-12);
  CHECK(tailor::cosine_similarity(data::csr_matrix<double>::from_dense(documents))(0, 3) ==
        doctest::Approx(expected[0][3]).epsilon(1e-12));
}

TEST_CASE_TEMPLATE("pairwise equals the formula of every measure, dense and sparse, full and mostly empty", T, float,
                   double) {
  for (const double density : {1.0, 0.5, 0.04})
    for (const std::size_t columns : sizes{1, 7, 70}) {
      const auto x = twins::random_table(75, columns, density, 1), y = twins::random_table(40, columns, density, 2);
      const auto dense_x = twins::dense<T>(x, columns), dense_y = twins::dense<T>(y, columns);
      const auto sparse_x = twins::sparse<T>(x, columns), sparse_y = twins::sparse<T>(y, columns);
      for (const auto& measure : twins::every_measure()) {
        CAPTURE(density);
        CAPTURE(columns);
        CAPTURE(measure.index());
        CHECK(first_difference(sim::pairwise(dense_x, measure), measure, x, x) == "");
        CHECK(first_difference(sim::pairwise(sparse_x, measure), measure, x, x) == "");
        CHECK(first_difference(sim::pairwise(dense_x, dense_y, measure), measure, x, y) == "");
        CHECK(first_difference(sim::pairwise(sparse_x, sparse_y.view(), measure), measure, x, y) == "");
      }
    }
}

TEST_CASE_TEMPLATE("pairwise has the same bits for 1, 2 and 4 threads", T, float, double) {
  const auto x = twins::random_table(300, 90, 0.6, 3);
  const auto dense = twins::dense<T>(x, 90);
  const auto sparse = twins::sparse<T>(x, 90);
  for (const auto& measure : twins::every_measure()) {
    const auto a = sim::pairwise(dense, measure, threads(1)), b = sim::pairwise(sparse, measure, threads(1));
    for (const std::size_t n : sizes{2, 4}) {
      CHECK(sim::pairwise(dense, measure, threads(n)) == a);
      CHECK(sim::pairwise(sparse, measure, threads(n)) == b);
    }
  }
}

TEST_CASE_TEMPLATE("euclidean keeps its digits for rows that are close together and far from the origin", T, float,
                   double) {
  constexpr std::size_t n = 40, d = 30;
  tailor::random::generator draw(5);
  twins::table x(n, twins::row(d));
  for (auto& row : x)
    for (std::size_t c = 0; c < d; ++c) row[c] = static_cast<double>(static_cast<T>(1000 + draw.uniform() / 16));
  const sim::any_measure measure = sim::euclidean{};
  for (const auto& found :
       {sim::pairwise(twins::dense<T>(x, d), measure), sim::pairwise(twins::sparse<T>(x, d), measure)})
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        const double expected = twins::similarity(measure, x[i], x[j], x);
        CHECK(static_cast<double>(found(i, j)) == doctest::Approx(expected).epsilon(sizeof(T) == 4 ? 1e-6 : 1e-14));
      }
  // Also where the rows differ in what they store.
  const xt::xtensor<T, 2> two = {{T(1000), T(0.001), T(0)}, {T(1000), T(0), T(0.001)}};
  CHECK(sim::pairwise(data::csr_matrix<T>::from_dense(two), measure)(0, 1) ==
        doctest::Approx(1 / (1 + 0.001 * std::sqrt(2.0))).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("a zero row is similar to nobody, and nothing is ever NaN", T, float, double) {
  const xt::xtensor<T, 2> x = {{0, 0, 0}, {0, 0, 0}, {1, 0, 0}, {-1, 0, 0}, {2, 2, 2}};
  for (const auto& measure : twins::every_measure())
    for (const auto& S : {sim::pairwise(x, measure), sim::pairwise(data::csr_matrix<T>::from_dense(x), measure)}) {
      for (const T value : S) CHECK(std::isfinite(value));
      if (std::holds_alternative<sim::euclidean>(measure)) {
        CHECK(S(0, 1) == T{1});
      } else {
        for (std::size_t j = 0; j < 5; ++j) {
          CHECK(S(0, j) == T{});
          CHECK(S(j, 0) == T{});
        }
      }
    }
  CHECK(sim::pairwise(x, sim::cosine{})(2, 3) == T{-1});
  CHECK(sim::pairwise(x, sim::corated_cosine{})(2, 4) == T{1});  // a single common column
  CHECK(sim::pairwise(x, sim::pearson{})(2, 4) == T{});          // the same
  CHECK(sim::pairwise(x, sim::pearson{})(4, 4) == T{});          // a constant row
}

TEST_CASE("pairwise of symmetric measures is symmetric to the bit") {
  const auto x = twins::random_table(100, 40, 0.7, 9);
  for (const auto& measure : twins::every_measure())
    sim::visit_measure(measure, [&](const auto& m) {
      if (!std::decay_t<decltype(m)>::symmetric) return;
      for (const auto& S :
           {sim::pairwise(twins::dense<float>(x, 40), m), sim::pairwise(twins::sparse<float>(x, 40), m)})
        for (std::size_t i = 0; i < 100; ++i)
          for (std::size_t j = 0; j < i; ++j) CHECK(S(i, j) == S(j, i));
    });
}

TEST_CASE("pairwise takes views, computations and integers") {
  const xt::xtensor<float, 2> x = {{1, 2}, {3, 4}, {5, 6}};
  CHECK(sim::pairwise(x * 2.0F, sim::dot{})(0, 1) == 44.0F);
  CHECK(sim::pairwise(documents, sim::dot{})(0, 3) == 27.0);
  CHECK(sim::pairwise(x, documents.shape()[0] == 4 ? x : x, sim::dot{}, {})(2, 1) == 39.0F);
  const xt::xtensor<double, 2> y = {{1, 1}};
  const auto mixed = sim::pairwise(x, y, sim::dot{});
  static_assert(std::is_same_v<decltype(mixed), const tailor::dense_matrix<double>>);
  CHECK(mixed(2, 0) == 11.0);
}

TEST_CASE("pairwise_into uses the memory it is given when the shape fits, and may be given its own argument") {
  xt::xtensor<double, 2> x = {{1, 2}, {2, 1}};
  auto out = tailor::make_matrix<double>(2, 2);
  const double* memory = out.data();
  sim::pairwise_into(out, x, sim::dot{});
  CHECK(out.data() == memory);
  CHECK(out(0, 1) == 4.0);
  auto square = tailor::make_matrix<double>(2, 2);
  square = x;
  sim::pairwise_into(square, square, sim::dot{});
  CHECK(square == out);
  auto other = tailor::make_matrix<double>(1, 5);
  sim::pairwise_into(other, x, x, sim::dot{});
  CHECK(other == out);
}

TEST_CASE("pairwise of no rows, no columns and one row has the shape it must have") {
  for (const auto& measure : twins::every_measure()) {
    CHECK(sim::pairwise(tailor::make_matrix<double>(0, 3), measure).size() == 0);
    CHECK(sim::pairwise(data::csr_matrix<double>(), measure).size() == 0);
    const auto no_columns = sim::pairwise(tailor::make_matrix<double>(3, 0), measure);
    CHECK(no_columns.shape()[0] == 3);
    const double of_nothing = std::holds_alternative<sim::euclidean>(measure) ? 1 : 0;
    for (const double value : no_columns) CHECK(value == of_nothing);
    const xt::xtensor<double, 2> one = {{1, 2}};
    CHECK(sim::pairwise(one, measure).size() == 1);
  }
}

TEST_CASE("pairwise refuses what it cannot compare, naming it, and leaves the output alone") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const xt::xtensor<double, 2> good = {{1, 2}, {3, 4}}, wide = {{1, 2, 3}}, bad = {{1, nan}}, endless = {{inf, 1}},
                               huge = {{1, 1}, {1e200, 1}};
  auto out = tailor::make_matrix<double>(1, 1);
  out(0, 0) = 7;
  for (const auto& measure : twins::every_measure()) {
    CHECK_THROWS_AS(sim::pairwise_into(out, good, wide, measure), tailor::shape_error);
    CHECK_THROWS_AS(sim::pairwise_into(out, bad, measure), tailor::value_error);
    CHECK_THROWS_AS(sim::pairwise_into(out, endless, measure), tailor::value_error);
    CHECK_THROWS_AS(sim::pairwise_into(out, good, bad, measure), tailor::value_error);
    CHECK_THROWS_AS(sim::pairwise_into(out, data::csr_matrix<double>::from_dense(bad), measure), tailor::value_error);
    // Sets do not look at values.
    const bool of_sets = std::holds_alternative<sim::jaccard>(measure) || std::holds_alternative<sim::dice>(measure) ||
                         std::holds_alternative<sim::tversky>(measure);
    if (of_sets) continue;
    CHECK_THROWS_AS(sim::pairwise_into(out, huge, measure), tailor::value_error);
    CHECK_THROWS_AS(sim::pairwise_into(out, good, huge, measure), tailor::value_error);
    CHECK_THROWS_AS(sim::pairwise_into(out, data::csr_matrix<double>::from_dense(huge), measure), tailor::value_error);
    CHECK_THROWS_AS(sim::pairwise_into(out, data::csr_matrix<double>::from_dense(huge),
                                       data::csr_matrix<double>::from_dense(good), measure),
                    tailor::value_error);
  }
  CHECK(out(0, 0) == 7);
  CHECK(what([&] { sim::pairwise(good, wide, sim::dot{}); }) ==
        "pairwise: Y: expected as many columns as X, 2 x 2, found 1 x 3");
  CHECK(what([&] { sim::pairwise(bad, sim::dot{}); }) == "X(0, 1): expected a finite number, found NaN");
  CHECK(what([&] { sim::pairwise(huge, sim::dot{}); }) ==
        "X: row 1: expected values whose squares can be added up, found their sum overflows");
}

TEST_CASE("values at the edge of what can be squared give no NaN and no infinity") {
  const xt::xtensor<double, 2> large = {{3e153, -2e153}, {-3e153, 3e153}, {1e-150, 1e-150}, {1e-200, 0}};
  for (const auto& measure : twins::every_measure())
    for (const double value : sim::pairwise(large, measure)) CHECK(std::isfinite(value));
  const xt::xtensor<float, 2> small = {{1e-22F, 0}, {1e-22F, 1e-22F}, {1e18F, 0}};
  for (const auto& measure : twins::every_measure())
    for (const float value : sim::pairwise(small, measure)) CHECK(std::isfinite(value));
}

TEST_CASE("an explicit zero of a sparse matrix is a rating and a member, and nothing to measures over all values") {
  const data::csr_matrix<double> x(2, 2, {0, 2, 4}, {0, 1, 0, 1}, {0.0, 2.0, 2.0, 2.0});
  const data::csr_matrix<double> without(2, 2, {0, 1, 3}, {1, 0, 1}, {2.0, 2.0, 2.0});
  CHECK(sim::pairwise(x, sim::cosine{}) == sim::pairwise(without, sim::cosine{}));
  CHECK(sim::pairwise(x, sim::euclidean{}) == sim::pairwise(without, sim::euclidean{}));
  CHECK(sim::pairwise(x, sim::jaccard{})(0, 1) == 1.0);
  CHECK(sim::pairwise(without, sim::jaccard{})(0, 1) == 0.5);
  CHECK(sim::pairwise(x, sim::msd{})(0, 1) == doctest::Approx(1.0 / 3).epsilon(1e-15));
  CHECK(sim::pairwise(without, sim::msd{})(0, 1) == 1.0);
}
