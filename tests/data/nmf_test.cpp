// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: scikit-learn 1.2.1's NMF(3, max_iter=300) from the same starts, on the matrices `full` and
// `with_zeros`; conditions that a minimum meets; factors that are known.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <tailor/data/nmf.hpp>
#include <vector>

#include "formulas.hpp"
#include "support/names.hpp"
#include "support/remembered.hpp"

namespace data = tailor::data;
using data::nmf;
using data::nmf_loss;
using data::nmf_options;
using data::nmf_solver;
using data::nmf_start;
using formulas::distance;
using tailor::dense_matrix;

namespace {

enum kind { descent, from_nndsvd, penalised, multiplicative, divergence, penalised_divergence };

nmf_options options_of(kind which) {
  nmf_options options;
  options.n_components = 3;
  options.max_iter = 300;
  if (which == from_nndsvd) options.start = nmf_start::nndsvd;
  if (which >= multiplicative) options.solver = nmf_solver::multiplicative;
  if (which >= divergence) options.loss = nmf_loss::kullback_leibler;
  if (which == penalised || which == penalised_divergence) {
    options.alpha_w = 0.02;
    options.alpha_h = 0.01;
    options.l1_ratio = 0.5;
  }
  return options;
}

struct expected {
  kind which;
  std::size_t n_iter;
  double error, sum_of_w, sum_of_h;
};

template <class M>
double total_of(const M& matrix) {
  double total = 0;
  for (const auto x : matrix) total += static_cast<double>(x);
  return total;
}

template <class X>
void check(const X& x, const expected& scikit_learn) {
  CAPTURE(static_cast<int>(scikit_learn.which));
  nmf model(options_of(scikit_learn.which));
  const auto w = model.fit_transform(x);
  CHECK(model.n_iter() == scikit_learn.n_iter);
  CHECK(model.reconstruction_error() == doctest::Approx(scikit_learn.error).epsilon(1e-9));
  CHECK(total_of(w) == doctest::Approx(scikit_learn.sum_of_w).epsilon(1e-7));
  CHECK(total_of(model.components()) == doctest::Approx(scikit_learn.sum_of_h).epsilon(1e-7));
}

}  // namespace

TEST_CASE("nmf: scikit-learn's iterations, objective and factors, dense") {
  const auto x = formulas::full<double>(20, 8);
  check(x, {descent, 300, 10.055517794185667, 25.82137765221991, 41.65976939590582});
  check(x, {from_nndsvd, 93, 10.04322838662954, 42.92617318710816, 24.393090711031032});
  check(x, {penalised, 300, 10.062148572435799, 39.88370314589274, 25.739986426926063});
  check(x, {multiplicative, 100, 10.09972141036545, 26.931485656485194, 38.52644795185});
  check(x, {divergence, 120, 8.025458128214206, 27.60823377388266, 37.13749219646945});
  check(x, {penalised_divergence, 120, 8.033281692239807, 40.24909347102154, 24.967039362418163});
}

TEST_CASE("nmf: scikit-learn's iterations, objective and factors, sparse") {
  const auto x = data::csr_matrix<double>::from_dense(formulas::with_zeros<double>(20, 8));
  check(x, {descent, 60, 11.483076894918113, 18.887521906453145, 39.605543758520966});
  check(x, {from_nndsvd, 38, 11.48307588250058, 35.586738226438754, 19.40768023236367});
  check(x, {penalised, 138, 11.48584617850896, 32.69756539467762, 20.457887181754636});
  check(x, {multiplicative, 100, 11.491580635565406, 21.5506848571733, 31.744785269149922});
  check(x, {divergence, 50, 10.583479468949493, 19.250068816102953, 32.703408039509114});
  check(x, {penalised_divergence, 60, 10.592142994569901, 30.125134846338018, 20.245125773413278});
}

TEST_CASE("nmf: dense and sparse samples of the same numbers, float and double, agree") {
  for (const kind which : {descent, divergence}) {
    CAPTURE(static_cast<int>(which));
    const auto x = formulas::with_zeros<double>(20, 8);
    const auto narrow = formulas::with_zeros<float>(20, 8);
    nmf dense(options_of(which)), sparse(options_of(which));
    data::basic_nmf<float> single(options_of(which));
    const auto w = dense.fit_transform(x);
    const auto cells = data::csr_matrix<double>::from_dense(x);
    CHECK(distance(sparse.fit_transform(cells), w) < 1e-9);
    CHECK(sparse.reconstruction_error() == doctest::Approx(dense.reconstruction_error()).epsilon(1e-12));
    single.fit(narrow);
    CHECK(single.reconstruction_error() == doctest::Approx(dense.reconstruction_error()).epsilon(1e-4));
    CHECK(distance(sparse.transform(cells), dense.transform(x)) < 1e-9);
    CHECK(distance(dense.inverse_transform(w), formulas::product(w, dense.components())) < 1e-12);
  }
}

TEST_CASE("nmf: a minimum under both losses meets its conditions") {
  const auto x = formulas::full<double>(20, 8);
  for (const kind which : {descent, penalised, divergence}) {
    CAPTURE(static_cast<int>(which));
    auto options = options_of(which);
    options.tolerance = 1e-12;
    options.max_iter = 20000;
    nmf model(options);
    const auto w = model.fit_transform(x);
    const auto& h = model.components();
    const auto wh = formulas::product(w, h);
    for (std::size_t i = 0; i < 20; ++i)
      for (std::size_t t = 0; t < 3; ++t) {
        double gradient = 8 * options.alpha_w * (0.5 + 0.5 * w(i, t));  // of the penalty, l1_ratio being .5 or alpha 0
        for (std::size_t j = 0; j < 8; ++j)
          gradient += h(t, j) * (which == divergence ? 1 - x(i, j) / wh(i, j) : wh(i, j) - x(i, j));
        CHECK(w(i, t) >= 0);
        CHECK(gradient > -1e-3);
        CHECK(w(i, t) * gradient < 1e-3);
      }
  }
}

TEST_CASE("nmf: finds factors that are there, also from a random start") {
  auto w = formulas::random<double>(40, 2, 1), h = formulas::random<double>(2, 10, 2);
  for (double& value : w) value = std::abs(value);
  for (double& value : h) value = std::abs(value);
  const auto x = formulas::product(w, h);
  for (const nmf_start start : {nmf_start::automatic, nmf_start::random}) {
    auto options = options_of(descent);
    options.n_components = 2;
    options.start = start;
    options.tolerance = 1e-9;
    options.max_iter = 5000;
    CHECK(nmf(options).fit(x).reconstruction_error() < 1e-3);
  }
}

TEST_CASE("nmf: transform solves each row alone, as scikit-learn's does all") {
  // NMF(3, init="nndsvda", tol=1e-10, max_iter=5000).fit(full(20, 8)), then transform(full(3, 8) + .5)
  const dense_matrix<double> weights = {{0.8840461704170716, 0.3143842243803955, 0.03990769763388777},
                                        {0.7232503329525548, 0.29732611851787166, 1.0902831990146675},
                                        {0.2979019461043651, 0.3452599835922998, 1.1289826875335922}};
  auto options = options_of(descent);
  options.tolerance = 1e-10;
  options.max_iter = 5000;
  nmf model(options);
  model.fit(formulas::full<double>(20, 8));
  const dense_matrix<double> rows = formulas::full<double>(3, 8) + 0.5;
  CHECK(distance(model.transform(rows), weights) < 1e-7);

  for (const kind which : {descent, multiplicative, divergence, penalised_divergence}) {
    CAPTURE(static_cast<int>(which));
    nmf other(options_of(which));
    const auto x = formulas::with_zeros<double>(20, 8);
    other.fit(x);
    const auto all = other.transform(x);
    CHECK(*std::min_element(all.begin(), all.end()) >= 0);
    for (const std::size_t i : std::vector<std::size_t>{0, 7, 19}) {
      auto one = tailor::make_matrix<double>(1, 8);
      for (std::size_t j = 0; j < 8; ++j) one(0, j) = x(i, j);
      const auto alone = other.transform(one);
      CHECK(distance(std::vector<double>{all(i, 0), all(i, 1), all(i, 2)}, alone) < 1e-12);
    }
  }
}

TEST_CASE("nmf: rows and columns of zeros, all zeros, and more components than columns") {
  auto x = formulas::full<double>(8, 5);
  for (std::size_t j = 0; j < 5; ++j) x(3, j) = 0;
  for (std::size_t i = 0; i < 8; ++i) x(i, 2) = 0;
  for (const kind which : {descent, multiplicative, divergence}) {
    CAPTURE(static_cast<int>(which));
    auto options = options_of(which);
    nmf model(options);
    auto w = model.fit_transform(x);
    for (std::size_t t = 0; t < 3; ++t) {
      CHECK(w(3, t) < 1e-4);
      CHECK(model.components()(t, 2) < 1e-4);
    }
    for (const double value : model.transform(dense_matrix<double>(x * 0))) CHECK(value == 0);
    const dense_matrix<double> zeros = x * 0;
    w = model.fit_transform(zeros);
    CHECK(model.reconstruction_error() == 0);
    CHECK(total_of(formulas::product(w, model.components())) == 0);
    for (const double value : model.transform(x)) CHECK(std::isfinite(value));

    options.n_components = 7;
    options.tolerance = 1e-7;
    options.max_iter = 3000;
    CHECK(nmf(options).fit(x).reconstruction_error() < 0.2);
  }
}

TEST_CASE("nmf: the same bits for any number of threads") {
  const std::size_t n = 3000, d = 300;
  auto x = tailor::make_matrix<double>(n, d);
  tailor::random::generator draw(1);
  for (double& value : x) value = draw.below(8) == 0 ? static_cast<double>(1 + draw.below(5)) : 0;
  const auto sparse = data::csr_matrix<double>::from_dense(x);
  for (const kind which : {descent, divergence}) {
    auto options = options_of(which);
    options.n_components = 24;
    options.max_iter = 2;
    options.start = nmf_start::random;
    nmf one(options), four(options);
    CHECK(one.fit_transform(sparse, {1, {}}) == four.fit_transform(sparse, {4, {}}));
    CHECK(one.components() == four.components());
    CHECK(one.reconstruction_error() == four.reconstruction_error());
  }
}

TEST_CASE("nmf: keeps its state in an archive, and can be stopped") {
  nmf model(options_of(divergence));
  const auto x = formulas::with_zeros<double>(20, 8);
  model.fit(x);
  auto copy = remembered::copy(model);
  CHECK(copy.transform(x) == model.transform(x));
  CHECK(copy.n_iter() == 50);
  CHECK(support::names_of(nmf_options{}).size() == 10);
  tailor::run_options stop;
  stop.progress = [](const tailor::progress_report& report) { return report.task != "nmf" || report.done < 3; };
  CHECK_THROWS_AS(model.fit(formulas::full<double>(9, 4), stop), tailor::cancelled_error);
  CHECK(copy.transform(x) == model.transform(x));
}

TEST_CASE("nmf: says what is wrong, and a failed fit changes nothing") {
  const auto refuse = [](auto change) {
    nmf_options options;
    change(options);
    CHECK_THROWS_AS(nmf{options}, tailor::value_error);
  };
  refuse([](nmf_options& o) { o.tolerance = -1; });
  refuse([](nmf_options& o) { o.max_iter = 0; });
  refuse([](nmf_options& o) { o.alpha_w = std::numeric_limits<double>::quiet_NaN(); });
  refuse([](nmf_options& o) { o.alpha_h = std::numeric_limits<double>::infinity(); });
  refuse([](nmf_options& o) { o.l1_ratio = 2; });
  refuse([](nmf_options& o) { o.loss = nmf_loss::kullback_leibler; });

  nmf model(options_of(from_nndsvd));
  const auto x = formulas::full<double>(6, 4);
  CHECK_THROWS_AS(model.transform(x), tailor::not_fitted_error);
  CHECK_THROWS_AS(model.inverse_transform(x), tailor::not_fitted_error);
  model.fit(x);
  const auto before = model.transform(x);
  CHECK_THROWS_WITH_AS(model.fit(formulas::full<double>(2, 4)),
                       "nmf_options::n_components: expected at most min(n, d), which is 2, for a start from singular "
                       "vectors, found 3",
                       tailor::value_error);
  CHECK_THROWS_AS(model.fit(formulas::full<double>(0, 4)), tailor::value_error);
  CHECK_THROWS_AS(model.fit(formulas::full<double>(4, 0)), tailor::value_error);
  auto bad = x;
  bad(1, 2) = -0.5;
  CHECK_THROWS_WITH_AS(model.fit(bad), "X: expected no value below 0, found -0.5", tailor::value_error);
  CHECK_THROWS_AS(model.transform(bad), tailor::value_error);
  bad(1, 2) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(model.fit(bad), "X(1, 2): expected a finite number, found NaN", tailor::value_error);
  CHECK_THROWS_AS(model.transform(formulas::full<double>(6, 5)), tailor::shape_error);
  CHECK_THROWS_AS(model.inverse_transform(x), tailor::shape_error);
  CHECK(model.transform(x) == before);
}
