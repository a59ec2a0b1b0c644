// SPDX-License-Identifier: BSD-3-Clause
// Products against loops in long double that know nothing of blocks, and against identities.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <tailor/core/linalg.hpp>
#include <vector>

namespace {

namespace linalg = tailor::linalg;
using tailor::matrix_view;
using tailor::run_options;

/// A matrix of small pseudo-random values.
template <class T>
struct table {
  table(std::size_t n_rows, std::size_t n_cols, unsigned seed) : rows(n_rows), cols(n_cols), values(n_rows * n_cols) {
    unsigned state = seed * 2654435761U + 1;
    for (T& value : values) {
      state = state * 1664525U + 1013904223U;
      value = static_cast<T>(state >> 16) / T{65536} - T{0.5};
    }
  }

  matrix_view<T> view() const { return {values.data(), rows, cols}; }

  std::size_t rows, cols;
  std::vector<T> values;
};

template <class T>
T entry(const linalg::factor<T>& a, std::size_t i, std::size_t j) {
  return a.transposed ? a.view(j, i) : a.view(i, j);
}

template <class T>
std::vector<T> naive_product(T alpha, const linalg::factor<T>& a, const linalg::factor<T>& b, T beta,
                             std::vector<T> c) {
  for (std::size_t i = 0; i < a.rows(); ++i)
    for (std::size_t j = 0; j < b.cols(); ++j) {
      long double sum = 0;
      for (std::size_t k = 0; k < a.cols(); ++k)
        sum += static_cast<long double>(entry(a, i, k)) * static_cast<long double>(entry(b, k, j));
      T& to = c[i * b.cols() + j];
      to = static_cast<T>(static_cast<long double>(alpha) * sum +
                          static_cast<long double>(beta) * static_cast<long double>(to));
    }
  return c;
}

template <class T>
double largest_difference(const std::vector<T>& a, const std::vector<T>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/// Rounding of a sum of `k` products of values below ½, which is at most k/4.
template <class T>
double tolerance(std::size_t k) {
  return (4 + static_cast<double>(k) / 4) * static_cast<double>(std::numeric_limits<T>::epsilon());
}

template <class T>
linalg::factor<T> as_factor(const table<T>& values, bool transposed) {
  return linalg::factor<T>(values.view(), transposed);
}

run_options with_threads(std::size_t threads) {
  run_options run;
  run.threads = threads;
  return run;
}

}  // namespace

TEST_CASE_TEMPLATE("gemm: equals plain loops, for every transpose and on both sides of every cut", T, float, double) {
  struct {
    std::size_t m, n, k;
  } const shapes[] = {{1, 1, 1},    {3, 4, 5},    {257, 5, 3},  {5, 257, 3},  {256, 256, 2}, {300, 530, 7},
                      {2, 3, 2048}, {7, 5, 5000}, {530, 3, 40}, {1, 4100, 2}, {2100, 3, 2}};
  for (const auto& shape : shapes)
    for (const bool a_transposed : {false, true})
      for (const bool b_transposed : {false, true}) {
        CAPTURE(shape.m);
        CAPTURE(shape.n);
        CAPTURE(shape.k);
        const table<T> a(a_transposed ? shape.k : shape.m, a_transposed ? shape.m : shape.k, 1);
        const table<T> b(b_transposed ? shape.n : shape.k, b_transposed ? shape.k : shape.n, 2);
        table<T> c(shape.m, shape.n, 3);
        const auto fa = as_factor(a, a_transposed), fb = as_factor(b, b_transposed);
        const auto expected = naive_product(T{2}, fa, fb, T{0.5}, c.values);
        linalg::gemm(2, fa, fb, T{0.5}, c.values.data());
        CHECK(largest_difference(c.values, expected) <= 2 * tolerance<T>(shape.k));
      }
}

TEST_CASE_TEMPLATE("syrk: equals A times its transpose, in one triangle or in both", T, float, double) {
  struct {
    std::size_t n, k;
  } const shapes[] = {{1, 1}, {5, 3}, {256, 2}, {257, 9}, {600, 4}, {6, 5000}, {33, 2049}, {2100, 1}};
  for (const auto& shape : shapes)
    for (const bool transposed : {false, true}) {
      CAPTURE(shape.n);
      CAPTURE(shape.k);
      const std::size_t n = shape.n;
      const table<T> a(transposed ? shape.k : n, transposed ? n : shape.k, 4);
      const auto fa = as_factor(a, transposed);
      table<T> before(n, n, 5);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i + 1; j < n; ++j) before.values[i * n + j] = before.values[j * n + i];
      const auto expected = naive_product(T{2}, fa, as_factor(a, !transposed), T{-1}, before.values);

      auto both = before;
      linalg::syrk(2, fa, -1, both.values.data());
      CHECK(largest_difference(both.values, expected) <= 2 * tolerance<T>(shape.k));
      std::size_t unlike = 0;
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) unlike += both.values[i * n + j] != both.values[j * n + i];
      CHECK(unlike == 0);

      auto lower = before;
      linalg::syrk(2, fa, -1, lower.values.data(), {}, linalg::triangle::lower);
      linalg::mirror_lower(lower.values.data(), n);
      CHECK(lower.values == both.values);
    }
}

TEST_CASE_TEMPLATE("gemv: equals plain loops", T, float, double) {
  struct {
    std::size_t rows, cols;
  } const shapes[] = {{1, 1}, {3, 5}, {5, 3}, {700, 300}, {70000, 3}, {2, 140000}};
  for (const auto& shape : shapes)
    for (const bool transposed : {false, true}) {
      CAPTURE(shape.rows);
      CAPTURE(shape.cols);
      const table<T> a(shape.rows, shape.cols, 6);
      const auto fa = as_factor(a, transposed);
      const table<T> x(fa.cols(), 1, 7);
      table<T> y(fa.rows(), 1, 8);
      const auto expected = naive_product(T{2}, fa, as_factor(x, false), T{3}, y.values);
      linalg::gemv(2, fa, x.values.data(), 3, y.values.data());
      CHECK(largest_difference(y.values, expected) <= 4 * tolerance<T>(fa.cols()));
    }
}

TEST_CASE_TEMPLATE("linalg: the same bits for 1, 2 and 4 threads", T, float, double) {
  tailor::use_single_threaded_blas();
  const table<T> a(700, 400, 9), tall(60000, 20, 10), wide(900, 5000, 11);
  const table<T> x(5000, 1, 12);
  const auto results = [&](std::size_t threads) {
    const run_options run = with_threads(threads);
    std::vector<T> all;
    const auto keep = [&all](const std::vector<T>& values) { all.insert(all.end(), values.begin(), values.end()); };
    std::vector<T> c(700 * 700), gram(20 * 20), y(900), z(5000);
    linalg::gemm(1, a.view(), linalg::transposed(a.view()), 0, c.data(), run);
    keep(c);
    linalg::syrk(1, a.view(), 0, c.data(), run);
    keep(c);
    linalg::gemm(1, linalg::transposed(tall.view()), tall.view(), 0, gram.data(), run);
    keep(gram);
    linalg::syrk(1, linalg::transposed(tall.view()), 0, gram.data(), run);
    keep(gram);
    linalg::gemv(1, wide.view(), x.values.data(), 0, y.data(), run);
    keep(y);
    linalg::gemv(1, linalg::transposed(wide.view()), y.data(), 0, z.data(), run);
    keep(z);
    return all;
  };
  const auto serial = results(1);
  for (const std::size_t threads : std::initializer_list<std::size_t>{2, 4}) {
    const auto parallel = results(threads);
    REQUIRE(parallel.size() == serial.size());
    CHECK(std::memcmp(parallel.data(), serial.data(), serial.size() * sizeof(T)) == 0);
  }
}

TEST_CASE_TEMPLATE("linalg: with beta 0 the output is not read", T, float, double) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (const std::size_t k : {std::size_t{0}, std::size_t{3}, std::size_t{3000}}) {
    CAPTURE(k);
    const table<T> a(4, k, 13);
    const table<T> x(k, 1, 14);
    std::vector<T> c(16, nan), s(16, nan), y(4, nan), z(k, nan);
    linalg::gemm(1, a.view(), linalg::transposed(a.view()), 0, c.data());
    linalg::syrk(1, a.view(), 0, s.data());
    linalg::gemv(1, a.view(), x.values.data(), 0, y.data());
    linalg::gemv(1, linalg::transposed(a.view()), y.data(), 0, z.data());
    for (const auto* values : {&c, &s, &y, &z})
      CHECK(std::all_of(values->begin(), values->end(), [](T value) { return std::isfinite(value); }));
    if (k == 0) CHECK(c == std::vector<T>(16, T{0}));
  }
}

TEST_CASE_TEMPLATE("linalg: empty extents, and an inner extent of 0 leaves beta times the output", T, float, double) {
  const matrix_view<T> none{nullptr, 0, 0};
  const matrix_view<T> no_columns{nullptr, 2, 0};
  linalg::gemm<T>(1, none, none, 0, nullptr);
  linalg::syrk<T>(1, none, 0, nullptr);
  linalg::gemv<T>(1, none, nullptr, 0, nullptr);
  std::vector<T> c{1, 2, 2, 4};
  linalg::gemm(1, no_columns, linalg::transposed(no_columns), 2, c.data());
  CHECK(c == std::vector<T>{2, 4, 4, 8});
  linalg::syrk(1, no_columns, T{0.5}, c.data());
  CHECK(c == std::vector<T>{1, 2, 2, 4});
  std::vector<T> y{1, 2};
  linalg::gemv(1, no_columns, nullptr, 3, y.data());
  CHECK(y == std::vector<T>{3, 6});
}

TEST_CASE("linalg: what does not fit is refused") {
  const table<double> a(2, 3, 15);
  std::vector<double> c(4);
  CHECK_THROWS_WITH_AS(linalg::gemm(1, a.view(), a.view(), 0, c.data()),
                       "A * B: expected as many columns of A as rows of B, found 2 x 3 and 2 x 3", tailor::shape_error);
  const std::size_t many = std::size_t{1} << 31;
  const matrix_view<double> long_one{a.values.data(), many, 1};
  CHECK_THROWS_AS(linalg::gemm(1, long_one, a.view(), 0, c.data()), tailor::value_error);
  CHECK_THROWS_AS(linalg::syrk(1, linalg::transposed(long_one), 0, c.data()), tailor::value_error);
  CHECK_THROWS_AS(linalg::gemv(1, long_one, a.values.data(), 0, c.data()), tailor::value_error);
}

TEST_CASE("use_single_threaded_blas: knows OpenBLAS where it knows its core") {
  const bool told = tailor::use_single_threaded_blas();
  const std::string core = tailor::blas_core_name();
  MESSAGE("BLAS told: " << told << ", core: " << core);
  if (!core.empty()) CHECK(told);
}

TEST_CASE_TEMPLATE("linalg: syrk of the lower triangle leaves the upper one alone", T, float, double) {
  for (const std::size_t k : {std::size_t{0}, std::size_t{100}, std::size_t{4096}}) {
    const std::size_t n = 5;
    const std::vector<T> a(n * k, T{1});
    std::vector<T> c(n * n, T{7});
    tailor::linalg::syrk(T{1}, tailor::matrix_view<T>{a.data(), n, k}, T{2}, c.data(), {},
                         tailor::linalg::triangle::lower);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) CHECK(c[i * n + j] == (j > i ? T{7} : T{14} + static_cast<T>(k)));
  }
}
