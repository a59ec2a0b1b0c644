// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_DATA_MATRIX_HPP
#define TAILOR_DATA_DATA_MATRIX_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/linalg.hpp"
#include "../core/parallel.hpp"
#include "column_summary.hpp"
#include "csr_matrix.hpp"
#include "sparse_product.hpp"

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

template <class X>
struct is_csr : std::false_type {};
template <class T>
struct is_csr<csr_matrix<T>> : std::true_type {};
template <class T>
struct is_csr<csr_view<T>> : std::true_type {};

/// Samples `[n, d]`, dense or sparse, as a decomposition uses them: finite, as the left factor of products, themselves
/// and transposed. It borrows where the scalar allows it, so what it was made of must outlive it.
template <class T>
class data_matrix {
 public:
  /// @param x  any xtensor expression of numbers, csr_matrix or csr_view
  /// @throws value_error naming the first value that is not finite
  template <class X>
  data_matrix(const X& x, std::string_view name) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                  "tailor: decompositions compute in float or double only");
    if constexpr (is_csr<X>::value) {
      is_sparse_ = true;
      if constexpr (std::is_same_v<typename X::value_type, T>) {
        sparse_ = x;
      } else {
        cells_ = cast<T>(x);
        sparse_ = cells_;
      }
      require_finite(sparse_, name);
    } else {
      dense_ = as_matrix<T>(x, name);
      tailor::require_finite(dense_.view(), name);
    }
  }
  data_matrix(const data_matrix&) = delete;
  data_matrix& operator=(const data_matrix&) = delete;

  std::size_t rows() const noexcept { return is_sparse_ ? sparse_.n_rows() : dense_.rows(); }
  std::size_t cols() const noexcept { return is_sparse_ ? sparse_.n_columns() : dense_.cols(); }
  bool is_sparse() const noexcept { return is_sparse_; }
  matrix_view<T> dense() const noexcept { return dense_.view(); }
  csr_view<T> sparse() const noexcept { return sparse_; }
  csr_view<T> sparse_transposed() const noexcept { return transposed_; }
  /// What is stored, and all that is not zero.
  span<const T> values() const noexcept { return is_sparse_ ? sparse_.values() : dense_.view().values(); }

  /// Dense samples become sparse ones.
  void make_sparse() {
    if (is_sparse_) return;
    cells_ = csr_matrix<T>::from_dense(dense_.view());
    sparse_ = cells_;
    is_sparse_ = true;
  }
  /// To be called before products of the transpose.
  void prepare_transpose(const run_options& run) {
    if (is_sparse_) transposed_ = transpose(sparse_, run);
  }

  /// X·B `[n, p]`.
  dense_matrix<T> times(matrix_view<T> b, const run_options& run) const {
    return is_sparse_ ? multiply(sparse_, b, run) : product(linalg::factor<T>(dense_.view()), b, run);
  }
  /// Xᵀ·B `[d, p]`.
  dense_matrix<T> transposed_times(matrix_view<T> b, const run_options& run) const {
    return is_sparse_ ? multiply(transposed_.view(), b, run) : product(linalg::transposed(dense_.view()), b, run);
  }
  dense_matrix<T> times(bool transposed, matrix_view<T> b, const run_options& run) const {
    return transposed ? transposed_times(b, run) : times(b, run);
  }

  /// The variances of the columns, over n, added up; of sparse samples once their transpose is prepared. That of a
  /// constant column is 0 exactly.
  double total_variance(const run_options& run) const {
    double total = 0;
    if (!is_sparse_) {
      for (const column_summary& column : summarise(dense_.view(), run))
        if (column.min != column.max) total += column.variance();
      return total;
    }
    const auto n = static_cast<double>(rows());
    for (std::size_t j = 0; j < cols(); ++j) {
      const row_view<T> column = transposed_.row(j);
      const double shift = column.size() == rows() ? static_cast<double>(column.values[0]) : 0;
      double sum = 0, squares = 0;
      for (const T x : column.values) sum += static_cast<double>(x) - shift;
      const double mean = shift + sum / n;
      for (const T x : column.values) squares += (static_cast<double>(x) - mean) * (static_cast<double>(x) - mean);
      total += (squares + (n - static_cast<double>(column.size())) * mean * mean) / n;
    }
    return total;
  }

 private:
  static dense_matrix<T> product(linalg::factor<T> a, matrix_view<T> b, const run_options& run) {
    dense_matrix<T> c = make_matrix<T>(a.rows(), b.cols);
    linalg::gemm(T{1}, a, b, T{0}, c.data(), run);
    return c;
  }

  bool is_sparse_ = false;
  matrix_argument<T> dense_;
  csr_matrix<T> cells_, transposed_;
  csr_view<T> sparse_;
};

template <class T>
matrix_view<T> view_of(const dense_matrix<T>& a) {
  return {a.data(), a.shape()[0], a.shape()[1]};
}

/// Aᵀ; of A only the first `cols` columns.
template <class T>
dense_matrix<T> transposed_copy(const dense_matrix<T>& a, std::size_t cols) {
  const std::size_t rows = a.shape()[0], stride = a.shape()[1];
  dense_matrix<T> out = make_matrix<T>(cols, rows);
  copy_strided(tailor::detail::strided_matrix<T>{a.data(), cols, rows, 1, static_cast<std::ptrdiff_t>(stride)},
               out.data());
  return out;
}
template <class T>
dense_matrix<T> transposed_copy(const dense_matrix<T>& a) {
  return transposed_copy(a, a.shape()[1]);
}

}  // namespace detail
}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
