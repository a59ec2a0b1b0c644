// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSR_VIEW_HPP
#define TAILOR_DATA_CSR_VIEW_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "../core/error.hpp"
#include "../core/kernels.hpp"
#include "../core/span.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// One row of a sparse matrix: rising, distinct columns and a value for each. Owned by somebody else.
template <class T>
struct row_view {
  span<const std::uint32_t> columns;
  span<const T> values;

  std::size_t size() const noexcept { return columns.size(); }
  bool empty() const noexcept { return columns.empty(); }
};

/// A sparse matrix that somebody else owns: `n_rows + 1` row pointers, then for each stored cell its column and value.
/// Columns rise within a row. What is not stored is absent: zero to a measure over all values, "not rated" to others.
template <class T>
class csr_view {
 public:
  using value_type = T;

  csr_view() noexcept = default;
  /// Nothing is checked here; `csr_matrix` checks what it is built from.
  csr_view(std::size_t n_rows, std::size_t n_columns, const std::uint64_t* row_pointers, const std::uint32_t* columns,
           const T* values) noexcept
      : n_rows_(n_rows), n_columns_(n_columns), row_pointers_(row_pointers), columns_(columns), values_(values) {}

  std::size_t n_rows() const noexcept { return n_rows_; }
  std::size_t n_columns() const noexcept { return n_columns_; }
  /// Number of stored cells.
  std::size_t nnz() const noexcept { return n_rows_ == 0 ? 0 : static_cast<std::size_t>(row_pointers_[n_rows_]); }

  row_view<T> row(std::size_t r) const noexcept {
    const auto begin = static_cast<std::size_t>(row_pointers_[r]);
    const auto size = static_cast<std::size_t>(row_pointers_[r + 1]) - begin;
    return {{columns_ + begin, size}, {values_ + begin, size}};
  }

  span<const std::uint64_t> row_pointers() const noexcept {
    return {row_pointers_, row_pointers_ == nullptr ? 0 : n_rows_ + 1};
  }
  span<const std::uint32_t> columns() const noexcept { return {columns_, nnz()}; }
  span<const T> values() const noexcept { return {values_, nnz()}; }

 private:
  std::size_t n_rows_ = 0, n_columns_ = 0;
  const std::uint64_t* row_pointers_ = nullptr;
  const std::uint32_t* columns_ = nullptr;
  const T* values_ = nullptr;
};

/// @throws value_error naming the first cell that is NaN or infinite: `name(row, column): …`
template <class T>
void require_finite(csr_view<T> matrix, std::string_view name);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline std::string cell(std::string_view name, std::size_t row, std::size_t column) {
  return std::string(name) + '(' + std::to_string(row) + ", " + std::to_string(column) + ')';
}

}  // namespace detail

template <class T>
void require_finite(csr_view<T> matrix, std::string_view name) {
  if constexpr (std::is_floating_point_v<T>) {
    if constexpr (sizeof(T) <= 8)
      if (kernels::all_finite(matrix.values().data(), matrix.nnz())) return;
    for (std::size_t r = 0; r < matrix.n_rows(); ++r) {
      const row_view<T> row = matrix.row(r);
      for (std::size_t i = 0; i < row.size(); ++i)
        if (!std::isfinite(row.values[i]))
          throw value_error(describe(detail::cell(name, r, row.columns[i]), "a finite number", show(row.values[i])));
    }
  }
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
