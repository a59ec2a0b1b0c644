// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's PCA(svd_solver="full") with signs as from 1.5, on the matrix `full`; LAPACK's
// SVD of centred samples; a plane and a constant by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <tailor/core/factorization.hpp>
#include <tailor/data/pca.hpp>
#include <utility>
#include <vector>

#include "formulas.hpp"
#include "support/names.hpp"
#include "support/remembered.hpp"

namespace data = tailor::data;
using data::pca;
using data::pca_options;
using formulas::distance;
using tailor::dense_matrix;

namespace {

template <class T>
dense_matrix<T> half_steps(std::size_t d) {
  auto x = tailor::make_matrix<T>(1, d);
  for (std::size_t j = 0; j < d; ++j) x(0, j) = static_cast<T>(j + 1) / 2;
  return x;
}

template <class T>
void check_against_scikit_learn(std::size_t n, const dense_matrix<double>& components,
                                const std::vector<double>& variance, const std::vector<double>& ratio,
                                const std::vector<double>& values, const std::vector<double>& scores,
                                const std::vector<double>& whitened) {
  const double tolerance = sizeof(T) == 8 ? 1e-12 : 2e-5;
  const std::size_t d = variance.size();
  const auto x = formulas::full<T>(n, d);
  data::basic_pca<T> model;
  const dense_matrix<T> all = model.fit_transform(x);
  CHECK(distance(model.components(), components) < tolerance);
  CHECK(distance(model.explained_variance(), variance) < tolerance);
  CHECK(distance(model.explained_variance_ratio(), ratio) < tolerance);
  CHECK(distance(model.singular_values(), values) < tolerance);
  CHECK(distance(model.transform(half_steps<T>(d)), scores) < tolerance);
  CHECK(distance(model.inverse_transform(all), x) < tolerance);
  pca_options white;
  white.whiten = true;
  data::basic_pca<T> whitener(white);
  CHECK(distance(whitener.fit(x).transform(half_steps<T>(d)), whitened) < tolerance);
  CHECK(distance(whitener.inverse_transform(whitener.transform(x)), x) < tolerance);
  for (const auto& kept : {std::pair<double, std::size_t>{0.8, 3}, {0.5, 2}, {0.1, 1}, {1, d}}) {
    pca_options options;
    options.variance = kept.first;
    CHECK(data::basic_pca<T>(options).fit(x).n_components() == kept.second);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("pca: as scikit-learn, from singular values", T, float, double) {
  const dense_matrix<double> components = {
      {0.6389269584613145, 0.09703947453065387, -0.07657277665309435, 0.6218661731232752, 0.43563144369390594},
      {-0.06993784829490764, 0.3227162864512532, 0.6249632908055024, 0.4692553441005943, -0.5293233444819737},
      {-0.041429551695528435, 0.032436329272182644, 0.7265976538117437, -0.3033140999163653, 0.6142376437966409},
      {-0.5372457383892096, 0.7038569284737739, -0.2716553847848293, 0.17461014146183035, 0.3341662628665314},
      {0.5445471953432435, 0.6244764588235, -0.0426227218026832, -0.5201862551516053, -0.20269945228477765}};
  check_against_scikit_learn<T>(
      12, components,
      {2.965453783888077, 2.0564622406505197, 1.9293097125255108, 0.7023142355670576, 0.3175774516112584},
      {0.37202485248420664, 0.25798920417308574, 0.242037547541068, 0.08810737543912242, 0.03984102036251724},
      {5.711391391138314, 4.756162807048947, 4.606778357787643, 2.7794705595198583, 1.869051087510409},
      {-1.3181502647408414, -1.0344637377726587, -0.48068513528568685, 0.13028893884137757, -1.784474322885916},
      {-0.7654544306377296, -0.7213647254327892, -0.3460666244879797, 0.15546828621385297, -3.1665436095272783});
}

TEST_CASE_TEMPLATE("pca: as scikit-learn, from the covariance of many samples", T, float, double) {
  const dense_matrix<double> components = {
      {0.25131813605202935, 0.41158625645262303, 0.28081921157435347, 0.8298051086860138},
      {-0.4865125051999076, 0.2988189118806298, 0.7773948758494686, -0.26395084237329947},
      {0.7103823906746562, -0.4116416290711407, 0.5373358372846108, -0.19281656102281286},
      {0.44215566918767846, 0.7562110688276454, -0.16753499748826642, -0.45229990957809585}};
  check_against_scikit_learn<T>(60, components,
                                {2.3416655102240136, 1.9793083746454565, 1.3006964016364098, 0.3006107869404469},
                                {0.3953992526162455, 0.3342138527534706, 0.2196276038751908, 0.050759290755093084},
                                {11.7540744043594, 10.806442250069258, 8.760199067175824, 4.211417389607253},
                                {-1.1813856108547856, -0.11435148639524112, -1.1191423908428242, -1.6235852393661132},
                                {-0.7720212369971764, -0.08128025978962983, -0.9812900084533357, -2.9612345925233203});
}

TEST_CASE("pca: LAPACK's singular values and vectors to 1e-8, for any shape, and scores without correlation") {
  for (const auto& shape : {std::pair<std::size_t, std::size_t>{400, 25}, {249, 25}, {20, 45}}) {
    const std::size_t n = shape.first, d = shape.second;
    CAPTURE(n);
    auto x = formulas::random<double>(n, d, n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < d; ++j) x(i, j) = x(i, j) * std::pow(0.7, static_cast<double>(j)) + 1000;
    auto centred = x;
    for (std::size_t j = 0; j < d; ++j) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += x(i, j);
      for (std::size_t i = 0; i < n; ++i) centred(i, j) -= sum / static_cast<double>(n);
    }
    const auto exact = tailor::linalg::thin_svd(centred);
    pca model;
    const dense_matrix<double> scores = model.fit_transform(x);
    CHECK(distance(model.singular_values(), exact.values) < 1e-8);
    CHECK(formulas::skewness(model.components()) < 1e-12);
    for (std::size_t c = 0; c < 10; ++c) {
      double along = 0;
      for (std::size_t j = 0; j < d; ++j) along += model.components()(c, j) * exact.vt(c, j);
      CHECK(std::abs(along) == doctest::Approx(1).epsilon(1e-8));
      for (std::size_t b = 0; b < c; ++b) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += scores(i, b) * scores(i, c);
        CHECK(std::abs(sum) < 1e-9);
      }
    }
    CHECK(distance(model.inverse_transform(scores), x) < 1e-9);
  }
}

TEST_CASE("pca: a plane has two components, a constant none that count, also whitened") {
  auto x = tailor::make_matrix<double>(50, 4);
  for (std::size_t i = 0; i < 50; ++i) {
    const double a = std::cos(static_cast<double>(i)), b = std::sin(2.0 * static_cast<double>(i));
    for (std::size_t j = 0; j < 4; ++j) x(i, j) = a * static_cast<double>(j) + b + 3;
  }
  pca_options options;
  options.variance = 0.999999;
  options.whiten = true;
  pca model(options);
  const auto scores = model.fit_transform(x);
  CHECK(model.n_components() == 2);
  CHECK(distance(model.inverse_transform(scores), x) < 1e-12);
  for (std::size_t c = 0; c < 2; ++c) {
    double squares = 0;
    for (std::size_t i = 0; i < 50; ++i) squares += scores(i, c) * scores(i, c);
    CHECK(squares / 49 == doctest::Approx(1));
  }
  options.variance = 1;
  for (const double z : pca(options).fit_transform(x)) CHECK(std::abs(z) < 5);

  x.fill(0.1);
  const auto flat = model.fit_transform(x);
  CHECK(model.explained_variance_ratio()[0] == 0);
  for (const double z : flat) CHECK(std::abs(z) < 1e-12);
  CHECK(distance(model.inverse_transform(flat), x) < 1e-12);
}

TEST_CASE("pca: the same bits for any number of threads") {
  const auto x = formulas::random<double>(6000, 120, 1);
  pca one, four;
  const auto scores = one.fit_transform(x, {1, {}});
  CHECK(scores == four.fit_transform(x, {4, {}}));
  CHECK(one.components() == four.components());
}

TEST_CASE("pca: keeps its state in an archive and takes integers") {
  pca_options options;
  options.n_components = 2;
  options.whiten = true;
  pca model(options);
  const xt::xtensor<int, 2> x = {{1, 0, 4}, {0, 3, 1}, {5, 0, 2}};
  const auto scores = model.fit_transform(x);
  auto copy = remembered::copy(model);
  CHECK(copy.transform(x) == scores);
  CHECK(copy.inverse_transform(scores) == model.inverse_transform(scores));
  CHECK(support::names_of(options) == std::vector<std::string>{"n_components", "variance", "whiten"});
}

TEST_CASE("pca: says what is wrong, and a failed fit changes nothing") {
  pca_options bad;
  for (const double share : {0.0, -1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    bad.variance = share;
    CHECK_THROWS_AS(pca{bad}, tailor::value_error);
  }
  pca_options options;
  options.n_components = 3;
  pca model(options);
  const auto x = formulas::full<double>(6, 4);
  CHECK_THROWS_AS(model.transform(x), tailor::not_fitted_error);
  CHECK_THROWS_AS(model.inverse_transform(x), tailor::not_fitted_error);
  const auto before = model.fit_transform(x);
  CHECK_THROWS_WITH_AS(model.fit(formulas::full<double>(1, 4)), "X: expected at least 2 rows, found 1",
                       tailor::value_error);
  CHECK_THROWS_AS(model.fit(formulas::full<double>(4, 0)), tailor::value_error);
  CHECK_THROWS_WITH_AS(model.fit(formulas::full<double>(2, 9)),
                       "pca_options::n_components: expected at most min(n, d), which is 2, found 3",
                       tailor::value_error);
  auto gap = x;
  gap(1, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(model.fit(gap), "X(1, 2): expected a finite number, found NaN", tailor::value_error);
  gap(1, 2) = 1e200;
  CHECK_THROWS_AS(model.fit(gap), tailor::value_error);
  gap(1, 2) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(model.transform(gap), tailor::value_error);
  CHECK_THROWS_AS(model.inverse_transform(gap), tailor::shape_error);
  CHECK_THROWS_WITH_AS(model.transform(formulas::full<double>(6, 5)), "X: expected 4 columns, as fit saw, found 5",
                       tailor::shape_error);
  CHECK(model.transform(x) == before);
  CHECK(model.transform(formulas::full<double>(0, 4)).size() == 0);
}
