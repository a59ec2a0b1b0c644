// SPDX-License-Identifier: BSD-3-Clause
// Closed forms (the inverse of Hilbert's matrix, the eigenvalues of the second difference, a 2 x 2 by hand) and
// identities that hold for every input.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string>
#include <tailor/core/factorization.hpp>
#include <vector>

namespace {

namespace linalg = tailor::linalg;
using tailor::dense_matrix;
using tailor::dense_vector;
using tailor::make_matrix;

template <class T>
dense_matrix<T> random_matrix(std::size_t rows, std::size_t cols, unsigned seed) {
  auto result = make_matrix<T>(rows, cols);
  unsigned state = seed * 2654435761U + 1;
  for (T& value : result.storage()) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<T>(state >> 16) / T{65536} - T{0.5};
  }
  return result;
}

template <class T>
dense_matrix<T> product(const dense_matrix<T>& a, const dense_matrix<T>& b, bool b_transposed = false) {
  const std::size_t cols = b.shape()[b_transposed ? 0 : 1];
  auto result = make_matrix<T>(a.shape()[0], cols);
  for (std::size_t i = 0; i < a.shape()[0]; ++i)
    for (std::size_t j = 0; j < cols; ++j) {
      T sum{};
      for (std::size_t k = 0; k < a.shape()[1]; ++k) sum += a(i, k) * (b_transposed ? b(j, k) : b(k, j));
      result(i, j) = sum;
    }
  return result;
}

template <class T>
dense_matrix<T> transpose(const dense_matrix<T>& a) {
  auto result = make_matrix<T>(a.shape()[1], a.shape()[0]);
  for (std::size_t i = 0; i < a.shape()[0]; ++i)
    for (std::size_t j = 0; j < a.shape()[1]; ++j) result(j, i) = a(i, j);
  return result;
}

template <class T>
dense_matrix<T> identity(std::size_t n) {
  auto result = make_matrix<T>(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) result(i, j) = i == j ? T{1} : T{0};
  return result;
}

/// Random, with eigenvalues of 1 and more.
template <class T>
dense_matrix<T> positive_definite(std::size_t n, unsigned seed) {
  const auto a = random_matrix<T>(n, n, seed);
  auto result = product(a, a, true);
  for (std::size_t i = 0; i < n; ++i) result(i, i) += T{1};
  return result;
}

/// diag(values)
template <class T>
dense_matrix<T> scaled_columns(dense_matrix<T> a, const dense_vector<T>& by) {
  for (std::size_t i = 0; i < a.shape()[0]; ++i)
    for (std::size_t j = 0; j < a.shape()[1]; ++j) a(i, j) *= by(j);
  return a;
}

template <class T>
double distance(const dense_matrix<T>& a, const dense_matrix<T>& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i]));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

template <class T>
constexpr double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());

/// What LAPACK must not read: the strict upper triangle.
template <class T>
dense_matrix<T> with_upper(dense_matrix<T> a, T value) {
  for (std::size_t i = 0; i < a.shape()[0]; ++i)
    for (std::size_t j = i + 1; j < a.shape()[1]; ++j) a(i, j) = value;
  return a;
}

dense_matrix<double> hilbert(std::size_t n) {
  auto result = make_matrix<double>(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) result(i, j) = 1.0 / static_cast<double>(i + j + 1);
  return result;
}

}  // namespace

TEST_CASE_TEMPLATE("cholesky: by hand, and L times its transpose is A", T, float, double) {
  const dense_matrix<T> a{{4, 2}, {2, 5}};
  CHECK(linalg::cholesky(a) == dense_matrix<T>{{2, 0}, {1, 2}});
  for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 17, 100}) {
    CAPTURE(n);
    const auto spd = positive_definite<T>(n, 1);
    const auto l = linalg::cholesky(with_upper(spd, T{-99}));
    CHECK(distance(product(l, l, true), spd) <= 10 * static_cast<double>(n) * epsilon<T>);
    CHECK(distance(with_upper(l, T{0}), l) == 0);
  }
  CHECK(linalg::cholesky(dense_matrix<T>()).size() == 0);
}

TEST_CASE_TEMPLATE("solve_spd: A times the solution is B, for one and for many right sides", T, float, double) {
  for (const std::size_t n : std::initializer_list<std::size_t>{1, 3, 60})
    for (const std::size_t m : std::initializer_list<std::size_t>{1, 2, 7}) {
      CAPTURE(n);
      CAPTURE(m);
      const auto a = positive_definite<T>(n, 2);
      const auto b = random_matrix<T>(n, m, 3);
      const auto x = linalg::solve_spd(with_upper(a, T{-99}), b);
      CHECK(distance(product(a, x), b) <= 100 * static_cast<double>(n) * epsilon<T>);

      auto factor = a, in_place = b;
      linalg::solve_spd_in_place(factor.data(), n, in_place.data(), m);
      CHECK(distance(in_place, x) <= 1000 * epsilon<T>);
    }
  CHECK(linalg::solve_spd(dense_matrix<T>(), dense_matrix<T>()).size() == 0);
  CHECK(linalg::solve_spd(identity<T>(3), make_matrix<T>(3, 0)).shape()[1] == 0);
}

TEST_CASE("inverse_spd: the inverse of Hilbert's matrix, whose entries are these integers") {
  const dense_matrix<double> expected{{25, -300, 1050, -1400, 630},
                                      {-300, 4800, -18900, 26880, -12600},
                                      {1050, -18900, 79380, -117600, 56700},
                                      {-1400, 26880, -117600, 179200, -88200},
                                      {630, -12600, 56700, -88200, 44100}};
  const auto inverse = linalg::inverse_spd(hilbert(5));
  CHECK(distance(inverse, expected) <= 179200 * 1e-10);
  CHECK(distance(inverse, transpose(inverse)) == 0);
}

TEST_CASE_TEMPLATE("inverse_spd: A times its inverse is the identity", T, float, double) {
  for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 50}) {
    CAPTURE(n);
    const auto a = positive_definite<T>(n, 4);
    CHECK(distance(product(a, linalg::inverse_spd(with_upper(a, T{-99}))), identity<T>(n)) <=
          100 * static_cast<double>(n) * epsilon<T>);
  }
  CHECK(linalg::inverse_spd(dense_matrix<T>()).size() == 0);
}

TEST_CASE_TEMPLATE("symmetric_eigen: the second difference has eigenvalues 2 - 2 cos(k pi / (n + 1))", T, float,
                   double) {
  const std::size_t n = 40;
  auto a = make_matrix<T>(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a(i, j) = i == j ? T{2} : i == j + 1 || j == i + 1 ? T{-1} : T{0};
  const auto eigen = linalg::symmetric_eigen(with_upper(a, T{-99}));
  const double pi = std::acos(-1.0);
  for (std::size_t k = 0; k < n; ++k)
    CHECK(static_cast<double>(eigen.values(k)) ==
          doctest::Approx(2 - 2 * std::cos(static_cast<double>(k + 1) * pi / static_cast<double>(n + 1)))
              .epsilon(100 * epsilon<T>));
  CHECK(distance(product(a, eigen.vectors), scaled_columns(eigen.vectors, eigen.values)) <= 100 * epsilon<T>);
  CHECK(distance(product(transpose(eigen.vectors), eigen.vectors), identity<T>(n)) <= 100 * epsilon<T>);
  CHECK(linalg::symmetric_eigen(dense_matrix<T>()).values.size() == 0);
}

TEST_CASE_TEMPLATE("thin_svd: by hand, and u times values times vt is A with orthonormal factors", T, float, double) {
  const dense_matrix<T> diagonal{{0, 3}, {-2, 0}, {0, 0}};
  const auto by_hand = linalg::thin_svd(diagonal);
  CHECK(static_cast<double>(by_hand.values(0)) == doctest::Approx(3));
  CHECK(static_cast<double>(by_hand.values(1)) == doctest::Approx(2));

  struct {
    std::size_t m, n;
  } const shapes[] = {{1, 1}, {1, 5}, {5, 1}, {30, 12}, {12, 30}, {40, 40}};
  for (const auto& shape : shapes) {
    CAPTURE(shape.m);
    CAPTURE(shape.n);
    const std::size_t r = std::min(shape.m, shape.n);
    const auto a = random_matrix<T>(shape.m, shape.n, 5);
    const auto svd = linalg::thin_svd(a);
    REQUIRE(svd.values.size() == r);
    CHECK(distance(product(scaled_columns(svd.u, svd.values), svd.vt), a) <= 100 * epsilon<T>);
    CHECK(distance(product(transpose(svd.u), svd.u), identity<T>(r)) <= 100 * epsilon<T>);
    CHECK(distance(product(svd.vt, svd.vt, true), identity<T>(r)) <= 100 * epsilon<T>);
    for (std::size_t k = 1; k < r; ++k) CHECK(svd.values(k) <= svd.values(k - 1));
  }
  const auto empty = linalg::thin_svd(make_matrix<T>(3, 0));
  CHECK(empty.u.shape()[0] == 3);
  CHECK(empty.values.size() == 0);
}

TEST_CASE_TEMPLATE("least_squares: a line through points, and the residual is orthogonal to A", T, float, double) {
  // y = 1 + 2x at x = 0, 1, 2, 3, moved by (1, -1, -1, 1), which is orthogonal to constants and lines.
  const dense_matrix<T> a{{1, 0}, {1, 1}, {1, 2}, {1, 3}};
  const dense_matrix<T> b{{2}, {2}, {4}, {8}};
  const auto line = linalg::least_squares(a, b);
  CHECK(line.rank == 2);
  CHECK(static_cast<double>(line.x(0, 0)) == doctest::Approx(1).epsilon(20 * epsilon<T>));
  CHECK(static_cast<double>(line.x(1, 0)) == doctest::Approx(2).epsilon(20 * epsilon<T>));

  const auto tall = random_matrix<T>(50, 6, 6);
  const auto right = random_matrix<T>(50, 3, 7);
  auto residual = product(tall, linalg::least_squares(tall, right).x);
  for (std::size_t i = 0; i < residual.size(); ++i) residual.data()[i] -= right.data()[i];
  CHECK(distance(product(transpose(tall), residual), dense_matrix<T>(std::array<std::size_t, 2>{6, 3}, T{0})) <=
        200 * epsilon<T>);
}

TEST_CASE_TEMPLATE("least_squares: without full rank, the shortest solution", T, float, double) {
  // Two equal columns: x1 + x2 = 2 is solved shortest by (1, 1).
  const dense_matrix<T> a{{1, 1}, {2, 2}, {3, 3}};
  const dense_matrix<T> b{{2}, {4}, {6}};
  const auto solution = linalg::least_squares(a, b);
  CHECK(solution.rank == 1);
  CHECK(static_cast<double>(solution.x(0, 0)) == doctest::Approx(1).epsilon(20 * epsilon<T>));
  CHECK(static_cast<double>(solution.x(1, 0)) == doctest::Approx(1).epsilon(20 * epsilon<T>));

  const auto nothing = linalg::least_squares(dense_matrix<T>{{0, 0}, {0, 0}}, dense_matrix<T>{{1}, {1}});
  CHECK(nothing.rank == 0);
  CHECK(nothing.x == dense_matrix<T>{{0}, {0}});
}

TEST_CASE_TEMPLATE("factorisations: bad input is told", T, float, double) {
  const dense_matrix<T> indefinite{{4, 0, 0}, {0, 1, 0}, {0, 0, -1}};
  const std::string message =
      "A: expected a positive definite matrix, found one whose leading minor of order 3 is not positive";
  CHECK_THROWS_WITH_AS(linalg::cholesky(indefinite), message.c_str(), tailor::value_error);
  CHECK_THROWS_WITH_AS(linalg::inverse_spd(indefinite), message.c_str(), tailor::value_error);
  CHECK_THROWS_WITH_AS(linalg::solve_spd(indefinite, make_matrix<T>(3, 0)), message.c_str(), tailor::value_error);
  const dense_matrix<T> singular{{1, 1}, {1, 1}};
  CHECK_THROWS_AS(linalg::cholesky(singular), tailor::value_error);

  const dense_matrix<T> flat{{1, 2, 3}, {4, 5, 6}};
  CHECK_THROWS_WITH_AS(linalg::cholesky(flat, "covariance"), "covariance: expected a square matrix, found 2 x 3",
                       tailor::shape_error);
  CHECK_THROWS_AS(linalg::inverse_spd(flat), tailor::shape_error);
  CHECK_THROWS_AS(linalg::symmetric_eigen(flat), tailor::shape_error);
  CHECK_THROWS_WITH_AS(linalg::solve_spd(identity<T>(3), flat),
                       "right sides: expected as many rows as A, 3, found 2 x 3", tailor::shape_error);
  CHECK_THROWS_AS(linalg::least_squares(identity<T>(3), flat), tailor::shape_error);

  auto broken = identity<T>(3);
  broken(2, 1) = std::numeric_limits<T>::quiet_NaN();
  CHECK_THROWS_WITH_AS(linalg::cholesky(broken), "A(2, 1): expected a finite number, found NaN", tailor::value_error);
  CHECK_THROWS_AS(linalg::solve_spd(broken, identity<T>(3)), tailor::value_error);
  CHECK_THROWS_AS(linalg::solve_spd(identity<T>(3), broken), tailor::value_error);
  CHECK_THROWS_AS(linalg::inverse_spd(broken), tailor::value_error);
  CHECK_THROWS_AS(linalg::symmetric_eigen(broken), tailor::value_error);
  CHECK_THROWS_AS(linalg::thin_svd(broken), tailor::value_error);
  CHECK_THROWS_AS(linalg::least_squares(broken, identity<T>(3)), tailor::value_error);
  CHECK_THROWS_AS(linalg::least_squares(identity<T>(3), broken), tailor::value_error);
}

TEST_CASE("factorization: an indefinite matrix whose factor overflows is refused, not factored into NaN") {
  const tailor::dense_matrix<double> a = {{1e-300, 0, 1e200}, {0, 1, 0}, {1e200, 0, 1}};
  CHECK_THROWS_AS(tailor::linalg::cholesky(a), tailor::value_error);
}
