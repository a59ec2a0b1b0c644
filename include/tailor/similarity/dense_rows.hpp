// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_DENSE_ROWS_HPP
#define TAILOR_SIMILARITY_DENSE_ROWS_HPP

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/expression.hpp"
#include "../core/kernels.hpp"
#include "../core/linalg.hpp"
#include "../core/parallel.hpp"
#include "../data/csr_matrix.hpp"
#include "measures.hpp"
#include "row_search.hpp"

namespace tailor {
inline namespace v0 {
namespace similarity {
namespace detail {

/// Whether similarities of dense rows come from products of whole matrices.
template <class Measure, class T>
inline constexpr bool uses_products_v = (is_product_v<Measure, T> ||
                                         is_count_v<Measure, T>)&&!has_column_offsets<Measure, T>::value;

/// @throws value_error naming the first value that is NaN or infinite
template <class T>
void require_finite_fast(matrix_view<T> matrix, std::string_view name) {
  if (!kernels::all_finite(matrix.data, matrix.size())) require_finite(matrix, name);
}

/// Whether so few values are not 0 that comparing through common columns beats products of whole matrices.
template <class T>
bool is_sparse(matrix_view<T> matrix) {
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < matrix.size(); ++i) zeros += matrix.data[i] == T{} ? 1 : 0;
  return matrix.size() - zeros < matrix.size() / 16;
}

/// Dense rows made ready to be compared through products.
template <class T, class Measure>
class dense_rows {
 public:
  /// @param name  what messages call the matrix
  /// @throws value_error when a row's values are so large that their squares overflow
  dense_rows(matrix_view<T> matrix, const Measure& measure, std::string_view name, const run_options& run)
      : matrix_(matrix), summaries_(matrix.rows), all_columns_(matrix.cols) {
    std::iota(all_columns_.begin(), all_columns_.end(), std::uint32_t{0});
    constexpr bool members_only = is_count_v<Measure, T>;
    if constexpr (members_only) members_ = make_matrix<T>(matrix.rows, matrix.cols);
    const auto size = static_cast<double>(matrix.size());
    for_blocks({matrix.rows, 64}, run, {size}, [&](std::size_t, std::size_t begin, std::size_t end) {
      std::vector<std::uint32_t> columns(matrix.cols);
      std::vector<T> values(matrix.cols);
      for (std::size_t r = begin; r < end; ++r) {
        const T* row = matrix.row(r);
        std::size_t stored = 0;
        for (std::size_t c = 0; c < matrix.cols; ++c) {
          columns[stored] = static_cast<std::uint32_t>(c);
          values[stored] = row[c];
          stored += row[c] != T{} ? 1 : 0;
        }
        summaries_[r] = checked_summary<T>({{columns.data(), stored}, {values.data(), stored}}, measure, name, r);
        if constexpr (members_only)
          for (std::size_t c = 0; c < matrix.cols; ++c)
            members_.data()[r * matrix.cols + c] = row[c] != T{} ? T{1} : T{};
      }
    });
  }

  std::size_t size() const noexcept { return matrix_.rows; }
  /// What is multiplied: the values, or 1 where there is one.
  matrix_view<T> factors() const noexcept {
    return is_count_v<Measure, T> ? matrix_view<T>{members_.data(), matrix_.rows, matrix_.cols} : matrix_;
  }
  data::row_view<T> row(std::size_t r) const noexcept {
    return {{all_columns_.data(), all_columns_.size()}, matrix_.row_span(r)};
  }

  /// The similarity of row r to row s of `others`, from their product.
  T similarity(const Measure& measure, T product, std::size_t r, const dense_rows& others, std::size_t s) const {
    // The columns of `others` stand for both, so that a measure can see that they are the same.
    const auto both = [&] {
      return std::make_pair(data::row_view<T>{others.row(s).columns, matrix_.row_span(r)}, others.row(s));
    };
    return measured<Measure, T>(measure, {product}, summaries_[r], others.summaries_[s], both);
  }

 private:
  matrix_view<T> matrix_;
  dense_matrix<T> members_;
  std::vector<T> summaries_;
  std::vector<std::uint32_t> all_columns_;
};

}  // namespace detail
}  // namespace similarity
}  // namespace v0
}  // namespace tailor

#endif
