// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_COLUMN_SUMMARY_HPP
#define TAILOR_DATA_COLUMN_SUMMARY_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/parallel.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// What a column of numbers is like, NaN passed by.
struct column_summary {
  std::size_t count = 0;  ///< of numbers that are there
  double mean = 0;
  double squares = 0;  ///< Σ (x − mean)²
  double min = std::numeric_limits<double>::infinity(), max = -min;

  /// Over the column as a whole, not as a sample: squares / count.
  double variance() const noexcept { return count == 0 ? 0 : squares / static_cast<double>(count); }

  /// Numbers of two parts together (Chan, Golub, LeVeque: Algorithms for computing the sample variance. The American
  /// Statistician 1983).
  column_summary& operator+=(const column_summary& other) noexcept {
    if (other.count == 0) return *this;
    const double n = static_cast<double>(count), m = static_cast<double>(other.count), distance = other.mean - mean;
    mean += distance * (m / (n + m));
    squares += other.squares + distance * distance * (n * (m / (n + m)));
    count += other.count;
    min = (std::min)(min, other.min);
    max = (std::max)(max, other.max);
    return *this;
  }
};

/// A summary for every column of a matrix [n, d], with the same bits for any number of threads. O(n d).
/// @throws value_error for infinity, or for numbers too large to square and add up
template <class E>
std::vector<column_summary> summarise_columns(const E& X, const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline value_error infinite_cell(std::size_t i, std::size_t j, double x) {
  return value_error(describe("X(" + show(i) + ", " + show(j) + ')', "a finite number, or NaN where missing", show(x)));
}

template <class T>
std::vector<column_summary> summarise_block(matrix_view<T> X, std::size_t begin, std::size_t end) {
  std::vector<column_summary> columns(X.cols);
  for (std::size_t i = begin; i < end; ++i)
    for (std::size_t j = 0; j < X.cols; ++j) {
      const auto x = static_cast<double>(X(i, j));
      if (std::isnan(x)) continue;
      if (std::isinf(x)) throw infinite_cell(i, j, x);
      column_summary& column = columns[j];
      ++column.count;
      column.mean += x;  // the sum, for now
      column.min = (std::min)(column.min, x);
      column.max = (std::max)(column.max, x);
    }
  for (column_summary& column : columns)
    if (column.count != 0) column.mean /= static_cast<double>(column.count);
  for (std::size_t i = begin; i < end; ++i)
    for (std::size_t j = 0; j < X.cols; ++j) {
      const double distance = static_cast<double>(X(i, j)) - columns[j].mean;
      if (!std::isnan(distance)) columns[j].squares += distance * distance;
    }
  return columns;
}

template <class T>
std::vector<column_summary> summarise(matrix_view<T> X, const run_options& run) {
  auto columns = parallel_reduce(
      {X.rows, 4096}, run, {3.0 * static_cast<double>(X.size())}, std::vector<column_summary>(X.cols),
      [&](std::size_t begin, std::size_t end) { return summarise_block(X, begin, end); },
      [](std::vector<column_summary> all, const std::vector<column_summary>& part) {
        for (std::size_t j = 0; j < all.size(); ++j) all[j] += part[j];
        return all;
      });
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (!std::isfinite(columns[j].mean) || !std::isfinite(columns[j].squares))
      throw value_error(describe(
          "X", "numbers that can be squared and added up",
          "up to " + show((std::max)(std::abs(columns[j].min), std::abs(columns[j].max))) + " in column " + show(j)));
  return columns;
}

}  // namespace detail

template <class E>
std::vector<column_summary> summarise_columns(const E& X, const run_options& run) {
  const auto matrix = as_matrix<real_of_t<E>>(X, "X");
  return detail::summarise(matrix.view(), run);
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
