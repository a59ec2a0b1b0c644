// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSR_MATRIX_HPP
#define TAILOR_DATA_CSR_MATRIX_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/parallel.hpp"
#include "../core/span.hpp"
#include "csr_view.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// What to do with several values for one cell: refuse them, add them up, keep the one given last, or average them.
enum class duplicates { error, sum, last, mean };

/// A sparse matrix in compressed rows that owns its arrays: 64-bit row pointers, 32-bit columns. Columns rise within a
/// row and no cell is stored twice. Immutable but for its values.
template <class T>
class csr_matrix {
 public:
  using value_type = T;
  static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>, "tailor: a csr_matrix holds numbers");

  csr_matrix() = default;

  /// Takes over finished arrays.
  /// @param row_pointers  `n_rows + 1` numbers that start at 0, never fall and end at the number of cells
  /// @param columns, values  one each per cell; columns rise within a row
  /// @throws shape_error, value_error naming the array and the place; O(nnz)
  csr_matrix(std::size_t n_rows, std::size_t n_columns, std::vector<std::uint64_t> row_pointers,
             std::vector<std::uint32_t> columns, std::vector<T> values);

  /// Copies a view, unchecked.
  explicit csr_matrix(csr_view<T> view)
      : n_rows_(view.n_rows()),
        n_columns_(view.n_columns()),
        row_pointers_(view.row_pointers().begin(), view.row_pointers().end()),
        columns_(view.columns().begin(), view.columns().end()),
        values_(view.values().begin(), view.values().end()) {
    if (row_pointers_.empty()) row_pointers_.push_back(0);
  }

  csr_matrix(const csr_matrix&) = default;
  /// What was moved from is empty.
  csr_matrix(csr_matrix&& other) noexcept
      : n_rows_(std::exchange(other.n_rows_, 0)),
        n_columns_(std::exchange(other.n_columns_, 0)),
        row_pointers_(std::move(other.row_pointers_)),
        columns_(std::move(other.columns_)),
        values_(std::move(other.values_)) {}
  csr_matrix& operator=(csr_matrix other) noexcept {
    std::swap(n_rows_, other.n_rows_);
    std::swap(n_columns_, other.n_columns_);
    row_pointers_.swap(other.row_pointers_);
    columns_.swap(other.columns_);
    values_.swap(other.values_);
    return *this;
  }
  ~csr_matrix() = default;

  /// From cells in any order, `rows[i]`, `columns[i]`, `values[i]`. "Last" means last in the order given.
  /// @throws shape_error when the three differ in length, value_error for a position outside the matrix, or for a
  ///         repeated cell under `duplicates::error`; O(nnz log nnz of a row)
  static csr_matrix from_triplets(std::size_t n_rows, std::size_t n_columns, span<const std::uint32_t> rows,
                                  span<const std::uint32_t> columns, span<const T> values,
                                  duplicates policy = duplicates::error);

  /// The cells of a dense matrix `[n_rows, n_columns]` that are not zero.
  /// @throws shape_error for another rank
  template <class E>
  static csr_matrix from_dense(const E& matrix, std::string_view name = "matrix");
  static csr_matrix from_dense(matrix_view<T> matrix);

  std::size_t n_rows() const noexcept { return n_rows_; }
  std::size_t n_columns() const noexcept { return n_columns_; }
  std::size_t nnz() const noexcept { return columns_.size(); }
  row_view<T> row(std::size_t r) const noexcept { return view().row(r); }

  const std::vector<std::uint64_t>& row_pointers() const noexcept { return row_pointers_; }
  const std::vector<std::uint32_t>& columns() const noexcept { return columns_; }
  const std::vector<T>& values() const noexcept { return values_; }
  /// The values may be changed in place; where they stand may not.
  span<T> values() noexcept { return {values_.data(), values_.size()}; }

  csr_view<T> view() const noexcept {
    return {n_rows_, n_columns_, row_pointers_.data(), columns_.data(), values_.data()};
  }
  operator csr_view<T>() const noexcept { return view(); }

  static constexpr const char* saved_as = "tailor.data.csr_matrix";
  template <class A>
  void archive(A& a) {
    a("n_rows", n_rows_);
    a("n_columns", n_columns_);
    a("row_pointers", row_pointers_);
    a("columns", columns_);
    a("values", values_);
  }
  void loaded() {
    if (n_rows_ == 0 && row_pointers_.empty()) row_pointers_.push_back(0);
    *this = csr_matrix(n_rows_, n_columns_, std::move(row_pointers_), std::move(columns_), std::move(values_));
  }

  friend bool operator==(const csr_matrix& a, const csr_matrix& b) {
    return a.n_rows_ == b.n_rows_ && a.n_columns_ == b.n_columns_ &&
           (a.n_rows_ == 0 || a.row_pointers_ == b.row_pointers_) && a.columns_ == b.columns_ && a.values_ == b.values_;
  }
  friend bool operator!=(const csr_matrix& a, const csr_matrix& b) { return !(a == b); }

 private:
  std::size_t n_rows_ = 0, n_columns_ = 0;
  std::vector<std::uint64_t> row_pointers_{0};
  std::vector<std::uint32_t> columns_;
  std::vector<T> values_;
};

/// The transpose, in parallel; the same bits for any number of threads. O(nnz).
template <class T>
csr_matrix<T> transpose(csr_view<T> matrix, const run_options& run = {});
template <class T>
csr_matrix<T> transpose(const csr_matrix<T>& matrix, const run_options& run = {}) {
  return transpose(matrix.view(), run);
}

/// The same cells with another type of value, converted as by `static_cast`.
template <class To, class T>
csr_matrix<To> cast(csr_view<T> matrix);
template <class To, class T>
csr_matrix<To> cast(const csr_matrix<T>& matrix) {
  return cast<To>(matrix.view());
}

/// A copy of a row as a matrix of one row.
template <class T>
csr_matrix<T> single_row(row_view<T> row, std::size_t n_columns) {
  return csr_matrix<T>(1, n_columns, {0, row.size()}, {row.columns.begin(), row.columns.end()},
                       {row.values.begin(), row.values.end()});
}

/// A sparse row that owns its cells, e.g. the history of a customer who was not in the training data.
template <class T>
class sparse_vector {
 public:
  sparse_vector() = default;

  /// From cells in any order.
  /// @throws value_error for a column that is not below `n_columns`, a value that is not finite, or a repeated column
  ///         under `duplicates::error`
  sparse_vector(std::size_t n_columns, span<const std::uint32_t> columns, span<const T> values,
                duplicates policy = duplicates::last) {
    const std::vector<std::uint32_t> rows(columns.size(), 0);
    matrix_ = csr_matrix<T>::from_triplets(1, n_columns, rows, columns, values, policy);
    data::require_finite(matrix_.view(), "sparse_vector");
  }

  std::size_t size() const noexcept { return matrix_.nnz(); }
  row_view<T> view() const noexcept { return matrix_.n_rows() == 0 ? row_view<T>{} : matrix_.row(0); }
  operator row_view<T>() const noexcept { return view(); }

 private:
  csr_matrix<T> matrix_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Rows are users and columns items, or the other way round: both must fit an index of 32 bits.
inline void require_extents(std::size_t n_rows, std::size_t n_columns) {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  require(n_rows <= most, "n_rows", "at most 4294967295", n_rows);
  require(n_columns <= most, "n_columns", "at most 4294967295", n_columns);
}

/// Turns counts at `[i + 1]` into positions where `[i]` begins.
inline void accumulate_counts(std::vector<std::uint64_t>& counts) {
  std::partial_sum(counts.begin(), counts.end(), counts.begin());
}

/// The sum or the mean of a cell's values, added up in a wider type.
template <class T>
T merged_value(const T* values, std::size_t n, duplicates policy, std::size_t row, std::size_t column) {
  using wide = std::conditional_t<std::is_floating_point_v<T>, double,
                                  std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;
  wide sum{};
  bool fits = true;
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<wide>(values[i]);
    if constexpr (std::is_integral_v<T>)
      fits = fits && (value < 0 ? sum >= (std::numeric_limits<wide>::lowest)() - value
                                : sum <= (std::numeric_limits<wide>::max)() - value);
    if (fits) sum += value;
  }
  const wide merged = policy == duplicates::mean ? sum / static_cast<wide>(n) : sum;
  fits = fits && merged >= static_cast<wide>((std::numeric_limits<T>::lowest)()) &&
         merged <= static_cast<wide>((std::numeric_limits<T>::max)());
  // Values that are not finite are refused elsewhere, by name.
  if constexpr (std::is_floating_point_v<T>)
    fits = fits || !std::all_of(values, values + n, [](T v) { return std::isfinite(v); });
  if (!fits)
    throw value_error(
        describe(cell("triplets", row, column), "values whose sum the matrix's type holds", show(merged)));
  return static_cast<T>(merged);
}

/// Merges one row's cells, sorted by column with equal columns in the order given; returns how many are left.
template <class T>
std::size_t merge_duplicates(std::uint32_t* columns, T* values, std::size_t size, duplicates policy, std::size_t row) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < size;) {
    const std::uint32_t column = columns[i];
    std::size_t end = i + 1;
    while (end < size && columns[end] == column) ++end;
    if (end - i > 1 && policy == duplicates::error)
      throw value_error(describe(cell("triplets", row, column), "one value for a cell (duplicates::error)",
                                 std::to_string(end - i) + " values"));
    const T value = end - i > 1 && policy != duplicates::last ? merged_value(values + i, end - i, policy, row, column)
                                                              : values[end - 1];
    columns[kept] = column;
    values[kept++] = value;
    i = end;
  }
  return kept;
}

}  // namespace detail

template <class T>
csr_matrix<T>::csr_matrix(std::size_t n_rows, std::size_t n_columns, std::vector<std::uint64_t> row_pointers,
                          std::vector<std::uint32_t> columns, std::vector<T> values) {
  detail::require_extents(n_rows, n_columns);
  require<shape_error>(row_pointers.size() == n_rows + 1, "row_pointers",
                       "n_rows + 1 = " + std::to_string(n_rows + 1) + " numbers", std::to_string(row_pointers.size()));
  require<shape_error>(columns.size() == values.size(), "values", std::to_string(columns.size()) + ", one a column",
                       std::to_string(values.size()));
  require(row_pointers.front() == 0, "row_pointers[0]", "0", row_pointers.front());
  require(row_pointers.back() == columns.size(), "row_pointers[n_rows]",
          "the number of cells, " + std::to_string(columns.size()), std::to_string(row_pointers.back()));
  for (std::size_t r = 0; r < n_rows; ++r) {
    const std::uint64_t begin = row_pointers[r], end = row_pointers[r + 1];
    if (end < begin || end > columns.size())
      throw value_error(describe("row_pointers[" + std::to_string(r + 1) + ']',
                                 "from " + show(begin) + " to " + show(columns.size()), show(end)));
    for (auto i = static_cast<std::size_t>(begin); i < end; ++i) {
      if (columns[i] >= n_columns)
        throw value_error(
            describe("columns[" + std::to_string(i) + ']', "below n_columns = " + show(n_columns), show(columns[i])));
      if (i > begin && columns[i] <= columns[i - 1])
        throw value_error(describe("columns[" + std::to_string(i) + ']',
                                   "above " + show(columns[i - 1]) + ", the column before it in row " + show(r),
                                   show(columns[i])));
    }
  }
  n_rows_ = n_rows;
  n_columns_ = n_columns;
  row_pointers_ = std::move(row_pointers);
  columns_ = std::move(columns);
  values_ = std::move(values);
}

template <class T>
csr_matrix<T> csr_matrix<T>::from_triplets(std::size_t n_rows, std::size_t n_columns, span<const std::uint32_t> rows,
                                           span<const std::uint32_t> columns, span<const T> values, duplicates policy) {
  detail::require_extents(n_rows, n_columns);
  require<shape_error>(
      rows.size() == columns.size() && rows.size() == values.size(), "triplets", "as many rows as columns and values",
      std::to_string(rows.size()) + ", " + std::to_string(columns.size()) + " and " + std::to_string(values.size()));
  csr_matrix out;
  out.n_rows_ = n_rows;
  out.n_columns_ = n_columns;
  out.row_pointers_.assign(n_rows + 1, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] >= n_rows)
      throw value_error(describe("rows[" + std::to_string(i) + ']', "below n_rows = " + show(n_rows), show(rows[i])));
    if (columns[i] >= n_columns)
      throw value_error(
          describe("columns[" + std::to_string(i) + ']', "below n_columns = " + show(n_columns), show(columns[i])));
    ++out.row_pointers_[rows[i] + 1];
  }
  detail::accumulate_counts(out.row_pointers_);

  // Cells to their rows, in the order given, then each row by column: the sort key keeps that order among equals.
  out.columns_.resize(rows.size());
  out.values_.resize(rows.size());
  std::vector<std::uint64_t> next(out.row_pointers_.begin(), out.row_pointers_.end() - 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = static_cast<std::size_t>(next[rows[i]]++);
    out.columns_[at] = columns[i];
    out.values_[at] = values[i];
  }
  std::vector<std::pair<std::uint32_t, std::size_t>> order;
  std::vector<T> sorted_values;
  std::size_t kept = 0;
  for (std::size_t r = 0; r < n_rows; ++r) {
    const auto begin = static_cast<std::size_t>(out.row_pointers_[r]);
    const auto size = static_cast<std::size_t>(out.row_pointers_[r + 1]) - begin;
    std::uint32_t* column = out.columns_.data() + begin;
    T* value = out.values_.data() + begin;
    if (!std::is_sorted(column, column + size)) {
      order.clear();
      for (std::size_t i = 0; i < size; ++i) order.emplace_back(column[i], i);
      std::sort(order.begin(), order.end());
      sorted_values.clear();
      for (const auto& cell : order) sorted_values.push_back(value[cell.second]);
      for (std::size_t i = 0; i < size; ++i) {
        column[i] = order[i].first;
        value[i] = sorted_values[i];
      }
    }
    const std::size_t left = detail::merge_duplicates(column, value, size, policy, r);
    if (kept != begin) {
      std::copy(column, column + left, out.columns_.data() + kept);
      std::copy(value, value + left, out.values_.data() + kept);
    }
    out.row_pointers_[r] = kept;
    kept += left;
  }
  out.row_pointers_[n_rows] = kept;
  out.columns_.resize(kept);
  out.values_.resize(kept);
  return out;
}

template <class T>
template <class E>
csr_matrix<T> csr_matrix<T>::from_dense(const E& matrix, std::string_view name) {
  return from_dense(as_matrix<T>(matrix, name).view());
}

template <class T>
csr_matrix<T> csr_matrix<T>::from_dense(matrix_view<T> matrix) {
  detail::require_extents(matrix.rows, matrix.cols);
  csr_matrix out;
  out.n_rows_ = matrix.rows;
  out.n_columns_ = matrix.cols;
  out.row_pointers_.reserve(matrix.rows + 1);
  for (std::size_t r = 0; r < matrix.rows; ++r) {
    const T* row = matrix.row(r);
    for (std::size_t c = 0; c < matrix.cols; ++c) {
      if (row[c] == T{}) continue;
      out.columns_.push_back(static_cast<std::uint32_t>(c));
      out.values_.push_back(row[c]);
    }
    out.row_pointers_.push_back(out.columns_.size());
  }
  return out;
}

template <class T>
csr_matrix<T> transpose(csr_view<T> matrix, const run_options& run) {
  // Rows are cut into a few blocks; each counts its columns, then writes to places that follow the blocks before it.
  const std::size_t n_rows = matrix.n_rows(), n_columns = matrix.n_columns(), nnz = matrix.nnz();
  constexpr std::size_t most_blocks = 16;
  const std::size_t n_blocks = std::clamp<std::size_t>(n_columns == 0 ? 1 : nnz / (4 * n_columns), 1, most_blocks);
  const blocks range{n_rows, (std::max)(std::size_t{1}, (n_rows + n_blocks - 1) / n_blocks)};
  const work_hint hint{4.0 * static_cast<double>(nnz)};

  std::vector<std::vector<std::uint64_t>> next(range.count());
  parallel_blocks(range, run, hint, [&](std::size_t, std::size_t block, std::size_t begin, std::size_t end) {
    next[block].assign(n_columns, 0);
    for (std::size_t r = begin; r < end; ++r)
      for (const std::uint32_t c : matrix.row(r).columns) ++next[block][c];
  });
  std::vector<std::uint64_t> row_pointers(n_columns + 1, 0);
  std::uint64_t at = 0;
  for (std::size_t c = 0; c < n_columns; ++c) {
    for (auto& block : next) at += std::exchange(block[c], at);
    row_pointers[c + 1] = at;
  }
  std::vector<std::uint32_t> columns(nnz);
  std::vector<T> values(nnz);
  parallel_blocks(range, run, hint, [&](std::size_t, std::size_t block, std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      const row_view<T> row = matrix.row(r);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const auto place = static_cast<std::size_t>(next[block][row.columns[i]]++);
        columns[place] = static_cast<std::uint32_t>(r);
        values[place] = row.values[i];
      }
    }
  });
  return csr_matrix<T>(n_columns, n_rows, std::move(row_pointers), std::move(columns), std::move(values));
}

template <class To, class T>
csr_matrix<To> cast(csr_view<T> matrix) {
  std::vector<To> values(matrix.nnz());
  std::transform(matrix.values().begin(), matrix.values().end(), values.begin(),
                 [](T value) { return static_cast<To>(value); });
  return csr_matrix<To>(csr_view<To>(matrix.n_rows(), matrix.n_columns(), matrix.row_pointers().data(),
                                     matrix.columns().data(), values.data()));
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
