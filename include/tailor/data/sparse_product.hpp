// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_SPARSE_PRODUCT_HPP
#define TAILOR_DATA_SPARSE_PRODUCT_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/kernels.hpp"
#include "../core/parallel.hpp"
#include "csr_view.hpp"

#if defined(__GNUC__)
#define TAILOR_INLINE inline __attribute__((always_inline))
#else
#define TAILOR_INLINE inline
#endif
#if defined(__clang__)
#define TAILOR_EXACT_BODY _Pragma("clang fp contract(off)")
#define TAILOR_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define TAILOR_EXACT_BODY
#define TAILOR_UNROLL _Pragma("GCC unroll 8")
#else
#define TAILOR_EXACT_BODY
#endif

namespace tailor {
inline namespace v0 {
namespace data {

/// C ← A·B for a sparse A `[n, m]` and a dense B `[m, p]` into C `[n, p]`, which the caller owns and nothing overlaps.
/// A stays sparse: O(nnz·p). Every sum runs over a row of A in order, without fusing: the same bits for any number of
/// threads and on every kind of CPU.
/// @throws shape_error unless B has as many rows as A has columns
template <class T>
void multiply(csr_view<T> a, matrix_view<T> b, T* c, const run_options& run = {});

/// The same into a matrix of its own.
template <class T>
dense_matrix<T> multiply(csr_view<T> a, matrix_view<T> b, const run_options& run = {}) {
  dense_matrix<T> c = make_matrix<T>(a.n_rows(), b.cols);
  multiply(a, b, c.data(), run);
  return c;
}

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

#if defined(__GNUC__)
/// V vectors of B bytes of one row of C, kept in registers over the whole row of A.
template <std::size_t V, std::size_t B, class T>
TAILOR_INLINE void sum_rows_chunk(const T* b, std::size_t stride, const std::uint32_t* columns, const T* values,
                                  std::size_t n, T* c) {
  TAILOR_EXACT_BODY
  constexpr std::size_t W = B / sizeof(T);
  kernels::detail::vector<B, T> sum[V] = {}, x;
  for (std::size_t i = 0; i < n; ++i) {
    const T* row = b + columns[i] * stride;
    const T factor = values[i];
    TAILOR_UNROLL
    for (std::size_t v = 0; v < V; ++v) {
      std::memcpy(&x, row + v * W, B);
      sum[v] += factor * x;
    }
  }
  TAILOR_UNROLL
  for (std::size_t v = 0; v < V; ++v) std::memcpy(c + v * W, &sum[v], B);
}
#endif

/// c[p] ← Σ values[i] · b[columns[i], :]
struct sum_of_rows {
  template <std::size_t B, class T>
  static TAILOR_INLINE void run(const T* b, std::size_t p, const std::uint32_t* columns, const T* values, std::size_t n,
                                T* c) {
    TAILOR_EXACT_BODY
    std::size_t j = 0;
#if defined(__GNUC__)
    if constexpr (B != 0) {
      constexpr std::size_t W = B / sizeof(T);
      for (; j + 4 * W <= p; j += 4 * W) sum_rows_chunk<4, B>(b + j, p, columns, values, n, c + j);
      if (j + 2 * W <= p) {
        sum_rows_chunk<2, B>(b + j, p, columns, values, n, c + j);
        j += 2 * W;
      }
      // The last columns once more with some before them: a column's sum does not depend on its neighbours.
      for (; p >= W && j < p; j += W) {
        j = j + W <= p ? j : p - W;
        sum_rows_chunk<1, B>(b + j, p, columns, values, n, c + j);
      }
    }
#endif
    for (; j < p; ++j) {
      T sum{};
      for (std::size_t i = 0; i < n; ++i) sum += values[i] * b[columns[i] * p + j];
      c[j] = sum;
    }
  }
};

}  // namespace detail

template <class T>
void multiply(csr_view<T> a, matrix_view<T> b, T* c, const run_options& run) {
  if (a.n_columns() != b.rows)
    throw shape_error(describe("A * B", "as many columns of A as rows of B",
                               show_shape({a.n_rows(), a.n_columns()}) + " and " + show_shape({b.rows, b.cols})));
  const double values = static_cast<double>(a.nnz() + a.n_rows()) * static_cast<double>(b.cols);
  parallel_blocks({a.n_rows(), 64}, run, {values / 8},
                  [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                    for (std::size_t r = begin; r < end; ++r) {
                      const row_view<T> row = a.row(r);
                      kernels::detail::run<detail::sum_of_rows>(b.data, b.cols, row.columns.data(), row.values.data(),
                                                                row.size(), c + r * b.cols);
                    }
                  });
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#undef TAILOR_INLINE
#undef TAILOR_EXACT_BODY
#undef TAILOR_UNROLL

#endif
