// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_PRODUCT_HPP
#define TAILOR_MLP_PRODUCT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "../core/kernels.hpp"
#include "../core/linalg.hpp"
#include "../core/progress.hpp"
#include "../core/span.hpp"
#include "product_kernels.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {
namespace detail {

// Products of the sizes that a network has: hundreds of rows and columns, which stay in cache. BLAS packs both factors,
// a third of its time at 32 rows; here only B is, a panel of columns at a time, and not at all when A has few rows.
// What is larger goes to `linalg::gemm`, and with it to threads. The bits are those of a kind of CPU, as BLAS's are.

/// A factor in memory: `values[row * stride + column]`, or the transpose of that.
template <class T>
struct operand {
  const T* values;
  std::size_t stride;
  bool transposed = false;
};

/// C[m × n] ← A·B, plus `bias` in every row unless it is null. C and B, and A too when m = 1, lie without gaps.
/// @param scratch  `product_scratch<T>(k)` values
template <class T>
void multiply(std::size_t m, std::size_t n, std::size_t k, operand<T> a, operand<T> b, const T* bias, T* c, T* scratch,
              const run_options& run);

/// y[n] ← y + Σ x[i] · B[columns[i], :]: one row of a sparse matrix times B, or of a dense one when `columns` is null.
/// Rows of B that meet a zero are not read: after a relu that is half of them.
template <class T>
void add_row_product(span<const T> x, const std::uint32_t* columns, std::size_t n, const T* b, std::size_t stride,
                     T* y);

/// A panel of AVX-512 has the most columns; the inner extent is cut so that a panel and what it meets stay in cache.
template <class T>
inline constexpr std::size_t most_columns = 128 / sizeof(T);
inline constexpr std::size_t most_inner = 256;
template <class T>
std::size_t product_scratch(std::size_t k) {
  return (std::min)(k, most_inner) * most_columns<T>;
}

// ---------------------------------------------------------------------------------------------------------------------

#if defined(__GNUC__)
template <class T>
void add_row_product(span<const T> x, const std::uint32_t* columns, std::size_t n, const T* b, std::size_t stride,
                     T* y) {
  const std::size_t bytes = vector_bytes();
  if (columns != nullptr) return run_product<sum_of_rows>(bytes, x.size(), x.data(), columns, n, b, stride, y);
  bool has_zero = false;
  run_product<zero_search>(bytes, x.size(), x.data(), &has_zero);
  if (!has_zero)
    return run_product<sum_of_rows>(bytes, x.size(), x.data(), static_cast<const std::uint32_t*>(nullptr), n, b, stride,
                                    y);
  using bits = kernels::detail::bits_of<T>;
  constexpr std::size_t most = 256;
  for (std::size_t begin = 0; begin < x.size(); begin += most) {
    const std::size_t size = (std::min)(most, x.size() - begin);
    const T* values = x.data() + begin;
    std::uint32_t rows[most + 1];
    T factors[most + 1];
    std::size_t count = 0;
    for (std::size_t p = 0; p < size; ++p) {
      bits word;
      std::memcpy(&word, values + p, sizeof word);
      rows[count] = static_cast<std::uint32_t>(p);
      std::memcpy(factors + count, &word, sizeof word);
      count += word << 1 != 0;  // neither 0 nor −0
    }
    run_product<sum_of_rows>(bytes, count, static_cast<const T*>(factors), static_cast<const std::uint32_t*>(rows), n,
                             b + begin * stride, stride, y);
  }
}

/// Square blocks of 16 bytes a side, transposed.
template <class T>
void transpose_block(const T* from, std::size_t from_stride, T* to, std::size_t to_stride) {
  using V = vector<16, T>;
  constexpr std::size_t W = 16 / sizeof(T);
  V r[W];
  for (std::size_t i = 0; i < W; ++i) std::memcpy(&r[i], from + i * from_stride, 16);
  if constexpr (W == 4) {
    const V a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), b = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
    const V c = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5), d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
    r[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    r[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    r[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    r[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
  } else {
    const V a = __builtin_shufflevector(r[0], r[1], 0, 2);
    r[1] = __builtin_shufflevector(r[0], r[1], 1, 3);
    r[0] = a;
  }
  for (std::size_t i = 0; i < W; ++i) std::memcpy(to + i * to_stride, &r[i], 16);
}

/// Columns [j, j + cols) of B as a panel of `width` columns, with zeros where there is no column.
template <class T>
void pack_panel(operand<T> b, std::size_t k, std::size_t j, std::size_t cols, std::size_t width, T* to) {
  if (cols < width) std::fill(to, to + k * width, T{0});
  if (!b.transposed) {
    if (cols == width)  // a length that is known is copied by a few moves
      for (std::size_t p = 0; p < k; ++p)
        for (std::size_t l = 0; l < width * sizeof(T); l += 32)
          std::memcpy(reinterpret_cast<char*>(to + p * width) + l,
                      reinterpret_cast<const char*>(b.values + p * b.stride + j) + l, 32);
    else
      for (std::size_t p = 0; p < k; ++p) std::copy_n(b.values + p * b.stride + j, cols, to + p * width);
    return;
  }
  constexpr std::size_t W = 16 / sizeof(T);
  const std::size_t whole_cols = cols / W * W, whole_k = k / W * W;
  for (std::size_t c = 0; c < whole_cols; c += W)
    for (std::size_t p = 0; p < whole_k; p += W)
      transpose_block(b.values + (j + c) * b.stride + p, b.stride, to + p * width + c, width);
  for (std::size_t c = 0; c < cols; ++c)
    for (std::size_t p = c < whole_cols ? whole_k : 0; p < k; ++p) to[p * width + c] = b.values[(j + c) * b.stride + p];
}

/// A panel of C that has fewer columns than vectors hold: computed beside it, some rows at a time.
template <bool Transposed, class T>
void narrow_panel(std::size_t bytes, std::size_t m, std::size_t cols, std::size_t k, const T* a, std::size_t a_stride,
                  const T* panel, std::size_t width, start<T> from, T* c, std::size_t c_stride) {
  constexpr std::size_t rows = 48;
  T out[rows * most_columns<T>] = {};
  for (std::size_t i = 0; i < m; i += rows) {
    const std::size_t now = (std::min)(rows, m - i);
    for (std::size_t r = 0; from.values != nullptr && r < now; ++r)
      std::copy_n(from.at(i + r, 0).values, cols, out + r * width);
    const start<T> copied{from.values == nullptr ? nullptr : static_cast<const T*>(out), width};
    run_product<panel_product<Transposed>>(bytes, now, k, Transposed ? a + i : a + i * a_stride, a_stride, panel, width,
                                           copied, static_cast<T*>(out), width);
    for (std::size_t r = 0; r < now; ++r) std::copy_n(out + r * width, cols, c + (i + r) * c_stride);
  }
}

template <bool Transposed, class T>
void multiply_panels(std::size_t m, std::size_t n, std::size_t k, const T* a, std::size_t a_stride, operand<T> b,
                     start<T> from, T* c, T* scratch) {
  const std::size_t bytes = vector_bytes(), width = 2 * bytes / sizeof(T);
  const bool packs = (m > 48 && k > 64) || b.transposed;
  for (std::size_t j = 0; j < n; j += width) {
    const std::size_t cols = (std::min)(width, n - j);
    if (cols == width && !packs) {
      run_product<panel_product<Transposed>>(bytes, m, k, a, a_stride, b.values + j, b.stride, from.at(0, j), c + j, n);
      continue;
    }
    pack_panel(b, k, j, cols, width, scratch);
    const T* panel = scratch;
    if (cols == width)
      run_product<panel_product<Transposed>>(bytes, m, k, a, a_stride, panel, width, from.at(0, j), c + j, n);
    else
      narrow_panel<Transposed>(bytes, m, cols, k, a, a_stride, panel, width, from.at(0, j), c + j, n);
  }
}
#endif

#if !defined(__GNUC__)
template <class T>
void add_row_product(span<const T> x, const std::uint32_t* columns, std::size_t n, const T* b, std::size_t stride,
                     T* y) {
  for (std::size_t p = 0; p < x.size(); ++p)
    for (std::size_t j = 0; j < n; ++j) y[j] += x[p] * b[(columns == nullptr ? p : columns[p]) * stride + j];
}
#endif

template <class T>
void multiply_by_blas(std::size_t m, std::size_t n, std::size_t k, operand<T> a, operand<T> b, const T* bias, T* c,
                      const run_options& run) {
  const auto factor = [](operand<T> x, std::size_t rows, std::size_t cols) {
    return linalg::factor<T>(x.transposed ? matrix_view<T>{x.values, cols, rows} : matrix_view<T>{x.values, rows, cols},
                             x.transposed);
  };
  if (bias != nullptr)
    for (std::size_t i = 0; i < m; ++i) std::copy_n(bias, n, c + i * n);
  linalg::gemm<T>(T{1}, factor(a, m, k), factor(b, k, n), bias == nullptr ? T{0} : T{1}, c, run);
}

template <class T>
void multiply(std::size_t m, std::size_t n, std::size_t k, operand<T> a, operand<T> b, const T* bias, T* c, T* scratch,
              const run_options& run) {
#if defined(__GNUC__)
  // From about 2 ms on, threads pay.
  const bool large = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) > 1e8;
  if (n == 1 && a.transposed) {
    std::fill_n(c, m, bias == nullptr ? T{0} : *bias);
    return add_row_product(span<const T>(b.values, k), nullptr, m, a.values, a.stride, c);
  }
  if (n == 1)
    return run_product<column_product>(vector_bytes(), m, k, a.values, a.stride, b.values,
                                       bias == nullptr ? T{0} : *bias, c);
  if (m == 1 && !b.transposed) {
    if (bias != nullptr)
      std::copy_n(bias, n, c);
    else
      std::fill_n(c, n, T{0});
    return add_row_product(span<const T>(a.values, k), nullptr, n, b.values, b.stride, c);
  }
  if (!large) {
    const auto part = [](operand<T> x, std::size_t row, std::size_t column) {
      return x.transposed ? operand<T>{x.values + column * x.stride + row, x.stride, true}
                          : operand<T>{x.values + row * x.stride + column, x.stride};
    };
    for (std::size_t p = 0; p == 0 || p < k; p += most_inner) {
      const std::size_t inner = (std::min)(most_inner, k - p);
      const operand<T> left = part(a, 0, p), right = part(b, p, 0);
      const start<T> from = p == 0 ? start<T>{bias, 0} : start<T>{c, n};
      if (a.transposed)
        multiply_panels<true>(m, n, inner, left.values, left.stride, right, from, c, scratch);
      else
        multiply_panels<false>(m, n, inner, left.values, left.stride, right, from, c, scratch);
    }
    return;
  }
#else
  (void)scratch;
#endif
  multiply_by_blas(m, n, k, a, b, bias, c, run);
}

}  // namespace detail
}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
