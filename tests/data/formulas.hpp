// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_DATA_FORMULAS_HPP
#define TAILOR_TESTS_DATA_FORMULAS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tailor/core/expression.hpp>
#include <tailor/core/random.hpp>

/// Matrices that a line of Python writes too, and what tests of decompositions ask of matrices.
namespace formulas {

using tailor::dense_matrix;

/// i, j = np.mgrid[0:n, 0:d]; ((i*7 + j*13 + i*j*5 + i*i*3) % 17) / 4.0
template <class T>
dense_matrix<T> full(std::size_t n, std::size_t d) {
  auto x = tailor::make_matrix<T>(n, d);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < d; ++j) x(i, j) = static_cast<T>((i * 7 + j * 13 + i * j * 5 + i * i * 3) % 17) / 4;
  return x;
}

/// np.where((i*i*3 + j*j*5 + i*j*2 + i*4) % 7 < 3, full + 1, 0.0)
template <class T>
dense_matrix<T> with_zeros(std::size_t n, std::size_t d) {
  auto x = full<T>(n, d);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < d; ++j) x(i, j) = (i * i * 3 + j * j * 5 + i * j * 2 + i * 4) % 7 < 3 ? x(i, j) + 1 : 0;
  return x;
}

template <class T>
dense_matrix<T> random(std::size_t n, std::size_t d, std::uint64_t seed) {
  auto x = tailor::make_matrix<T>(n, d);
  tailor::random::generator draw(seed);
  tailor::random::fill_normal(x, draw);
  return x;
}

/// A·B by loops.
template <class T>
dense_matrix<T> product(const dense_matrix<T>& a, const dense_matrix<T>& b) {
  auto c = tailor::make_matrix<T>(a.shape()[0], b.shape()[1]);
  for (std::size_t i = 0; i < a.shape()[0]; ++i)
    for (std::size_t j = 0; j < b.shape()[1]; ++j) {
      double sum = 0;
      for (std::size_t t = 0; t < b.shape()[0]; ++t) sum += static_cast<double>(a(i, t)) * static_cast<double>(b(t, j));
      c(i, j) = static_cast<T>(sum);
    }
  return c;
}

/// The largest distance of two lists of equally many numbers, infinite for others and for NaN.
template <class A, class B>
double distance(const A& a, const B& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double largest = 0;
  auto other = b.begin();
  for (const auto x : a) {
    const double rest = std::abs(static_cast<double>(x) - static_cast<double>(*other++));
    if (!(rest <= largest)) largest = std::isnan(rest) ? HUGE_VAL : rest;
  }
  return largest;
}

/// How far rows are from being orthonormal.
template <class T>
double skewness(const dense_matrix<T>& rows) {
  double largest = 0;
  for (std::size_t a = 0; a < rows.shape()[0]; ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = a == b ? -1 : 0;
      for (std::size_t j = 0; j < rows.shape()[1]; ++j)
        sum += static_cast<double>(rows(a, j)) * static_cast<double>(rows(b, j));
      largest = (std::max)(largest, std::abs(sum));
    }
  return largest;
}

}  // namespace formulas

#endif
