// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's TruncatedSVD(3, algorithm="arpack") with signs as from 1.5, on the matrix
// `with_zeros`; LAPACK's singular values; matrices of a known spectrum.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <tailor/core/factorization.hpp>
#include <tailor/data/truncated_svd.hpp>
#include <utility>
#include <vector>

#include "formulas.hpp"
#include "support/names.hpp"
#include "support/remembered.hpp"

namespace data = tailor::data;
using data::truncated_svd;
using data::truncated_svd_options;
using formulas::distance;
using tailor::dense_matrix;

namespace {

truncated_svd_options components(std::size_t k) {
  truncated_svd_options options;
  options.n_components = k;
  return options;
}

template <class T>
dense_matrix<T> first_rows(const dense_matrix<T>& a, std::size_t k) {
  auto out = tailor::make_matrix<T>(k, a.shape()[1]);
  std::copy(a.data(), a.data() + out.size(), out.data());
  return out;
}

/// U·diag(ratioʲ)·Vᵀ with random orthonormal U and V, `[n, d]`.
dense_matrix<double> geometric(std::size_t n, std::size_t d, double ratio) {
  auto svd = tailor::linalg::thin_svd(formulas::random<double>(n, d, 5));
  for (std::size_t j = 0; j < svd.values.size(); ++j)
    for (std::size_t i = 0; i < n; ++i) svd.u(i, j) *= std::pow(ratio, static_cast<double>(j));
  return formulas::product(svd.u, svd.vt);
}

}  // namespace

TEST_CASE_TEMPLATE("truncated_svd: as scikit-learn, dense and sparse", T, float, double) {
  const double tolerance = sizeof(T) == 8 ? 1e-12 : 2e-5;
  const std::vector<double> values{20.31578121554937, 9.635184679916545, 8.366310759164053},
      variance{7.8635486680882964, 6.1805074963546, 4.663049213644109},
      ratio{0.31683725662709705, 0.24902434287143035, 0.1878830770595737},
      leading{0.32049519192440057, 0.5257366684460658,  0.35550606939235346, 0.4082381104028586, 0.27867126681887466,
              0.16664941127103078, 0.07154497350594148, 0.24753463399551356, 0.39499251607568375},
      new_rows{4.419431865535375, 0.21736011106111786, -1.4523972535288627,
               6.625518634199148, 0.762333168483426,   -0.691692982341518};
  const auto x = formulas::with_zeros<T>(15, 9);
  const auto sparse = data::csr_matrix<T>::from_dense(x);
  data::basic_truncated_svd<T> dense_model(components(3)), model(components(3));
  const dense_matrix<T> scores = model.fit_transform(sparse);
  dense_model.fit(x);
  for (const auto* one : {&model, &dense_model}) {
    CHECK(distance(one->singular_values(), values) < 10 * tolerance);
    CHECK(distance(one->explained_variance(), variance) < 10 * tolerance);
    CHECK(distance(one->explained_variance_ratio(), ratio) < tolerance);
    CHECK(distance(first_rows(one->components(), 1), leading) < tolerance);
    CHECK(distance(one->transform(formulas::full<T>(2, 9)), new_rows) < 10 * tolerance);
    CHECK(formulas::skewness(one->components()) < tolerance);
  }
  CHECK(scores(0, 0) == doctest::Approx(0.9393317769131845).epsilon(tolerance * 10));
  CHECK(scores(0, 1) == doctest::Approx(-0.9950176743868775).epsilon(tolerance * 10));
  CHECK(distance(model.transform(sparse.view()), scores) == 0);
  CHECK(distance(model.transform(x), scores) < 10 * tolerance);
  CHECK(distance(model.inverse_transform(scores), formulas::product(scores, model.components())) < 10 * tolerance);
}

TEST_CASE("randomized_svd: LAPACK's leading triplets to 1e-8 where values fall by a fifth or more") {
  for (const auto& shape : {std::pair<std::size_t, std::size_t>{120, 80}, {80, 120}}) {
    const std::size_t n = shape.first, d = shape.second;
    CAPTURE(n);
    const auto x = geometric(n, d, 0.8);
    const auto exact = tailor::linalg::thin_svd(x);
    const auto found = data::randomized_svd<double>(x, 6);
    REQUIRE(found.values.size() == 6);
    for (std::size_t c = 0; c < 6; ++c) {
      CHECK(found.values(c) == doctest::Approx(std::pow(0.8, static_cast<double>(c))).epsilon(1e-10));
      double of_u = 0, of_v = 0;
      for (std::size_t i = 0; i < n; ++i) of_u += found.u(i, c) * exact.u(i, c);
      for (std::size_t j = 0; j < d; ++j) of_v += found.vt(c, j) * exact.vt(c, j);
      CHECK(std::abs(of_v) == doctest::Approx(1).epsilon(1e-8));
      CHECK(of_u * of_v > 0);
      double largest = 0;
      for (std::size_t j = 0; j < d; ++j)
        if (std::abs(found.vt(c, j)) > std::abs(largest)) largest = found.vt(c, j);
      CHECK(largest > 0);
      double off = 0;  // X·v = σ·u, entry by entry
      for (std::size_t i = 0; i < n; ++i) {
        double sum = -found.values(c) * found.u(i, c);
        for (std::size_t j = 0; j < d; ++j) sum += x(i, j) * found.vt(c, j);
        off = (std::max)(off, std::abs(sum));
      }
      CHECK(off < 1e-8);
    }
  }
}

TEST_CASE("randomized_svd: exact for any spectrum once all directions are drawn, nearly so with more iterations") {
  const auto x = formulas::random<double>(60, 25, 3);
  const auto exact = tailor::linalg::thin_svd(x);
  const auto found = data::randomized_svd<double>(x, 16);
  for (std::size_t c = 0; c < 16; ++c) CHECK(found.values(c) == doctest::Approx(exact.values(c)).epsilon(1e-12));
  data::randomized_svd_options options;
  options.oversampling = 5;
  double before = 1;
  for (const std::size_t n_iter : std::initializer_list<std::size_t>{2, 8, 64}) {
    options.n_iter = n_iter;
    const double now = exact.values(3) - data::randomized_svd<double>(x, 4, options).values(3);
    CHECK(now > -1e-12);
    CHECK(now < before);
    before = now;
  }
  CHECK(before < 1e-6);
}

TEST_CASE_TEMPLATE("randomized_svd: orthonormal vectors when there are fewer directions than asked for", T, float,
                   double) {
  const double tolerance = sizeof(T) == 8 ? 1e-13 : 1e-5;
  auto x = tailor::make_matrix<T>(12, 8);
  for (std::size_t i = 0; i < 12; ++i)
    for (std::size_t j = 0; j < 8; ++j) x(i, j) = static_cast<T>((i + 1) * (j + 1));  // rank 1
  for (const T scale : {T(1), T(0), T(1e-30), T(1e30)}) {
    CAPTURE(scale);
    const dense_matrix<T> scaled = x * scale;
    if (scale > T(1) && sizeof(T) == 4) {
      CHECK_THROWS_AS(data::randomized_svd<T>(dense_matrix<T>(scaled * T(1e8)), 4), tailor::value_error);
      continue;
    }
    const auto found = data::randomized_svd<T>(scaled, 4);
    CHECK(formulas::skewness(found.vt) < tolerance);
    const dense_matrix<T> left = xt::transpose(found.u);
    CHECK(formulas::skewness(left) < tolerance);
    CHECK(static_cast<double>(found.values(1)) <= tolerance * static_cast<double>(found.values(0)) + 1e-36);
  }
}

TEST_CASE("truncated_svd: of constant columns no variance is explained") {
  const dense_matrix<double> x = formulas::full<double>(7, 3) * 0 + 0.1;
  CHECK(truncated_svd(components(1)).fit(x).explained_variance_ratio()[0] == 0);
  CHECK(truncated_svd(components(1)).fit(data::csr_matrix<double>::from_dense(x)).explained_variance_ratio()[0] == 0);
}

TEST_CASE("truncated_svd: the same bits for any number of threads, others for another seed") {
  const std::size_t n = 4000, d = 400;
  auto x = tailor::make_matrix<float>(n, d);
  tailor::random::generator draw(1);
  for (float& value : x) value = draw.below(8) == 0 ? static_cast<float>(1 + draw.below(5)) : 0;
  const auto sparse = data::csr_matrix<float>::from_dense(x);
  auto options = components(70);
  options.search.n_iter = 1;
  data::basic_truncated_svd<float> one(options), four(options);
  const auto scores = one.fit_transform(sparse, {1, {}});
  CHECK(scores == four.fit_transform(sparse, {4, {}}));
  CHECK(one.components() == four.components());
  CHECK(one.explained_variance_ratio() == four.explained_variance_ratio());
  options.search.seed = 1;
  data::basic_truncated_svd<float> other(options);
  CHECK(other.fit(sparse).components() != one.components());
}

TEST_CASE("truncated_svd: keeps its state in an archive, takes integers, and can be stopped") {
  const auto x = formulas::with_zeros<double>(15, 9);
  truncated_svd model(components(3));
  model.fit(x);
  auto copy = remembered::copy(model);
  CHECK(copy.transform(x) == model.transform(x));
  CHECK(copy.singular_values() == model.singular_values());
  CHECK(support::names_of(truncated_svd_options{}) == std::vector<std::string>{"n_components", "search"});
  const xt::xtensor<int, 2> whole = {{1, 0}, {0, 3}, {0, 0}};
  CHECK(truncated_svd(components(2)).fit(whole).singular_values()[0] == doctest::Approx(3));
  CHECK(truncated_svd(components(2)).fit(data::csr_matrix<int>::from_dense(whole)).singular_values()[1] ==
        doctest::Approx(1));
  tailor::run_options stop;
  stop.progress = [](const tailor::progress_report&) { return false; };
  CHECK_THROWS_AS(model.fit(x, stop), tailor::cancelled_error);
  CHECK(model.transform(x) == copy.transform(x));
}

TEST_CASE("truncated_svd: says what is wrong, and a failed fit changes nothing") {
  CHECK_THROWS_AS(truncated_svd(components(0)), tailor::value_error);
  truncated_svd model(components(2));
  const auto x = formulas::full<double>(4, 3);
  CHECK_THROWS_AS(model.transform(x), tailor::not_fitted_error);
  CHECK_THROWS_AS(model.inverse_transform(x), tailor::not_fitted_error);
  model.fit(x);
  const auto before = model.transform(x);
  CHECK_THROWS_WITH_AS(model.fit(formulas::full<double>(1, 3)),
                       "n_components: expected from 1 to min(n, d), which is 1, found 2", tailor::value_error);
  CHECK_THROWS_AS(model.fit(formulas::full<double>(0, 3)), tailor::value_error);
  CHECK_THROWS_AS(model.fit(data::csr_matrix<double>()), tailor::value_error);
  auto bad = x;
  bad(1, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(model.fit(bad), "X(1, 2): expected a finite number, found NaN", tailor::value_error);
  CHECK_THROWS_AS(model.fit(data::csr_matrix<double>::from_dense(bad)), tailor::value_error);
  CHECK_THROWS_AS(model.transform(bad), tailor::value_error);
  CHECK_THROWS_WITH_AS(model.transform(formulas::full<double>(4, 4)), "X: expected 3 columns, as fit saw, found 4",
                       tailor::shape_error);
  CHECK_THROWS_AS(model.inverse_transform(x), tailor::shape_error);
  CHECK(model.transform(x) == before);
  CHECK(model.transform(formulas::full<double>(0, 3)).shape()[1] == 2);
}
