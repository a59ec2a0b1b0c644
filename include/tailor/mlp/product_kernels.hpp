// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_PRODUCT_KERNELS_HPP
#define TAILOR_MLP_PRODUCT_KERNELS_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../core/kernels.hpp"

// TAILOR_FUSED on a function that everything else is inlined into, TAILOR_FUSED_BODY first in its body: a·b + c may be
// one rounding, also in strict ISO modes, where g++ would not.
#if defined(__clang__)
#define TAILOR_FUSED
#define TAILOR_FUSED_BODY _Pragma("clang fp contract(fast)")
#define TAILOR_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define TAILOR_FUSED __attribute__((optimize("fp-contract=fast")))
#define TAILOR_FUSED_BODY
#define TAILOR_UNROLL _Pragma("GCC unroll 16")
#else
#define TAILOR_FUSED
#define TAILOR_FUSED_BODY
#define TAILOR_UNROLL
#endif
#if defined(__GNUC__)
#define TAILOR_INLINE inline __attribute__((always_inline))
#else
#define TAILOR_INLINE inline
#endif
#if defined(__GNUC__) && defined(__x86_64__)
#define TAILOR_TARGET(isa) __attribute__((target(isa)))
#endif

namespace tailor {
inline namespace v0 {
namespace mlp {
namespace detail {

// The inner loops of products, each in a body for every kind of CPU; mlp/product.hpp puts them together.

#if defined(__GNUC__)
template <std::size_t B, class T>
using vector = kernels::detail::vector<B, T>;

/// What a sum begins with: zero (null), one row for all, or C itself.
template <class T>
struct start {
  const T* values;
  std::size_t stride;

  start at(std::size_t row, std::size_t column) const {
    return {values == nullptr ? nullptr : values + row * stride + column, stride};
  }
};

/// R rows by 2 vectors of C, kept in registers over the whole inner extent.
template <std::size_t R, std::size_t B, bool Transposed, class T>
TAILOR_INLINE void tile(std::size_t k, const T* a, std::size_t a_stride, const T* b, std::size_t b_stride,
                        start<T> from, T* c, std::size_t c_stride) {
  TAILOR_FUSED_BODY
  constexpr std::size_t W = B / sizeof(T);
  vector<B, T> sum[R][2] = {}, x, y;
  if (from.values != nullptr) {
    TAILOR_UNROLL
    for (std::size_t r = 0; r < R; ++r) {
      std::memcpy(&sum[r][0], from.values + r * from.stride, B);
      std::memcpy(&sum[r][1], from.values + r * from.stride + W, B);
    }
  }
  for (std::size_t p = 0; p < k; ++p) {
    std::memcpy(&x, b + p * b_stride, B);
    std::memcpy(&y, b + p * b_stride + W, B);
    TAILOR_UNROLL
    for (std::size_t r = 0; r < R; ++r) {
      const T factor = Transposed ? a[p * a_stride + r] : a[r * a_stride + p];
      sum[r][0] += factor * x;
      sum[r][1] += factor * y;
    }
  }
  TAILOR_UNROLL
  for (std::size_t r = 0; r < R; ++r) {
    std::memcpy(c + r * c_stride, &sum[r][0], B);
    std::memcpy(c + r * c_stride + W, &sum[r][1], B);
  }
}

/// All rows of a panel of C: 6 at a time, the rest by 4, 2 and 1.
template <bool Transposed>
struct panel_product {
  template <std::size_t B, class T>
  static TAILOR_INLINE void run(std::size_t m, std::size_t k, const T* a, std::size_t a_stride, const T* b,
                                std::size_t b_stride, start<T> from, T* c, std::size_t c_stride) {
    const std::size_t next_row = Transposed ? 1 : a_stride;
    std::size_t i = 0;
    for (; i + 6 <= m; i += 6)
      tile<6, B, Transposed>(k, a + i * next_row, a_stride, b, b_stride, from.at(i, 0), c + i * c_stride, c_stride);
    if (i + 4 <= m) {
      tile<4, B, Transposed>(k, a + i * next_row, a_stride, b, b_stride, from.at(i, 0), c + i * c_stride, c_stride);
      i += 4;
    }
    if (i + 2 <= m) {
      tile<2, B, Transposed>(k, a + i * next_row, a_stride, b, b_stride, from.at(i, 0), c + i * c_stride, c_stride);
      i += 2;
    }
    if (i < m)
      tile<1, B, Transposed>(k, a + i * next_row, a_stride, b, b_stride, from.at(i, 0), c + i * c_stride, c_stride);
  }
};

/// V vectors of y ← y + Σ factors[r] · rows[r] over a group of 4.
inline constexpr std::size_t group = 4;
template <std::size_t V, std::size_t B, class T>
TAILOR_INLINE void add_group(const T* const* rows, const T* factors, std::size_t j, T* y) {
  TAILOR_FUSED_BODY
  constexpr std::size_t W = B / sizeof(T);
  vector<B, T> sum[V], x;
  TAILOR_UNROLL
  for (std::size_t v = 0; v < V; ++v) std::memcpy(&sum[v], y + j + v * W, B);
  TAILOR_UNROLL
  for (std::size_t r = 0; r < group; ++r) {
    TAILOR_UNROLL
    for (std::size_t v = 0; v < V; ++v) {
      std::memcpy(&x, rows[r] + j + v * W, B);
      sum[v] += factors[r] * x;
    }
  }
  TAILOR_UNROLL
  for (std::size_t v = 0; v < V; ++v) std::memcpy(y + j + v * W, &sum[v], B);
}

/// y[n] ← y + Σ factors[i] · B[rows[i], :], or of row i when `rows` is null. B streams from the second cache, whose
/// speed is the limit: rows are read whole, 4 side by side.
struct sum_of_rows {
  template <std::size_t B, class T>
  static TAILOR_INLINE void run(std::size_t count, const T* factors, const std::uint32_t* rows, std::size_t n,
                                const T* b, std::size_t stride, T* y) {
    constexpr std::size_t W = B / sizeof(T), V = 4;
    for (std::size_t i = 0; i < count; i += group) {
      const T* row[group];
      T factor[group];
      TAILOR_UNROLL
      for (std::size_t r = 0; r < group; ++r) {  // the last group is filled up with nothing of a row that is near
        const bool is_there = i + r < count;
        const std::size_t place = is_there ? i + r : i;
        row[r] = b + (rows == nullptr ? place : rows[place]) * stride;
        factor[r] = is_there ? factors[i + r] : T{0};
      }
      std::size_t j = 0;
      for (; j + V * W <= n; j += V * W) add_group<V, B>(row, factor, j, y);
      for (; j + W <= n; j += W) add_group<1, B>(row, factor, j, y);
      for (; j < n; ++j)
        for (std::size_t r = 0; r < group; ++r) y[j] += factor[r] * row[r][j];
    }
  }
};

/// Whether x has a zero.
struct zero_search {
  template <std::size_t B, class T>
  static TAILOR_INLINE void run(std::size_t n, const T* x, bool* found) {
    constexpr std::size_t W = B / sizeof(T);
    std::size_t i = 0;
    if (n >= W) {
      vector<B, T> v;
      std::memcpy(&v, x, B);
      auto zero = v == T{0};
      for (; i + W <= n; i += W) {
        std::memcpy(&v, x + i, B);
        zero |= v == T{0};
      }
      for (std::size_t l = 0; l < W; ++l) *found |= zero[l] != 0;
    }
    for (; i < n; ++i) *found |= x[i] == T{0};
  }
};

/// y[i] ← A[i, :]·x + bias for all rows: a layer of one unit.
struct column_product {
  template <std::size_t B, class T>
  static TAILOR_INLINE void run(std::size_t m, std::size_t k, const T* a, std::size_t stride, const T* x, T bias,
                                T* y) {
    TAILOR_FUSED_BODY
    constexpr std::size_t W = B / sizeof(T);
    for (std::size_t i = 0; i < m; ++i) {
      const T* row = a + i * stride;
      vector<B, T> sum[2] = {}, u, v;
      std::size_t p = 0;
      for (; p + 2 * W <= k; p += 2 * W) {
        TAILOR_UNROLL
        for (std::size_t s = 0; s < 2; ++s) {
          std::memcpy(&u, row + p + s * W, B);
          std::memcpy(&v, x + p + s * W, B);
          sum[s] += u * v;
        }
      }
      sum[0] += sum[1];
      T total = bias;
      for (std::size_t l = 0; l < W; ++l) total += sum[0][l];
      for (; p < k; ++p) total += row[p] * x[p];
      y[i] = total;
    }
  }
};

template <class Kernel, class... A>
TAILOR_FUSED inline void product_base(A... arguments) {
  Kernel::template run<16>(arguments...);
}
#if defined(__x86_64__)
template <class Kernel, class... A>
TAILOR_FUSED TAILOR_TARGET("avx2,fma") inline void product_avx2(A... arguments) {
  Kernel::template run<32>(arguments...);
}
template <class Kernel, class... A>
TAILOR_FUSED TAILOR_TARGET("avx512f") inline void product_avx512(A... arguments) {
  Kernel::template run<64>(arguments...);
}
#endif

/// The bytes of a vector of the CPU at hand.
inline std::size_t vector_bytes() noexcept {
#if defined(__x86_64__)
  if (kernels::detail::has_avx512()) return 64;
  if (kernels::detail::has_avx2() && __builtin_cpu_supports("fma")) return 32;
#endif
  return 16;
}

template <class Kernel, class... A>
inline void run_product(std::size_t bytes, A... arguments) {
#if defined(__x86_64__)
  if (bytes == 64) return product_avx512<Kernel>(arguments...);
  if (bytes == 32) return product_avx2<Kernel>(arguments...);
#endif
  (void)bytes;
  product_base<Kernel>(arguments...);
}
#endif

}  // namespace detail
}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#undef TAILOR_FUSED
#undef TAILOR_FUSED_BODY
#undef TAILOR_UNROLL
#undef TAILOR_INLINE
#undef TAILOR_TARGET

#endif
