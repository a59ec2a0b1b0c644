// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_ELEMENTWISE_HPP
#define TAILOR_MLP_ELEMENTWISE_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "../core/kernels.hpp"

// As in core/kernels.hpp: nothing here is fused, so that the bits are the same everywhere.
#if defined(__clang__)
#define TAILOR_EXACT
#define TAILOR_EXACT_BODY _Pragma("clang fp contract(off)")
#define TAILOR_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define TAILOR_EXACT __attribute__((optimize("fp-contract=off")))
#define TAILOR_EXACT_BODY
#define TAILOR_UNROLL _Pragma("GCC unroll 8")
#else
#define TAILOR_EXACT
#define TAILOR_EXACT_BODY
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

/// Calls `f(x, y)` on vectors that run over arrays: x of `inout`, which are written back, and y of `in`. Each element
/// is treated alike wherever it lies, in g++ and clang, under every flag: the same bits (-ffast-math excepted). An
/// operation is a value type with `template <class V> void operator()(V* x, const V* y) const`, made of + − * /,
/// comparisons, `?:` and the functions below; `V` is a GNU vector of T, or T itself.
template <class F, class T, std::size_t N, std::size_t M>
void elementwise(std::size_t n, const F& f, T* const (&inout)[N], const T* const (&in)[M]);
template <class F, class T, std::size_t N>
void elementwise(std::size_t n, const F& f, T* const (&inout)[N]);

/// to[j] ← Σ over rows of values[i, j], added in the order of the rows.
template <class T>
void column_sums(const T* values, std::size_t rows, std::size_t cols, T* to);

// ---------------------------------------------------------------------------------------------------------------------

template <class V>
struct element_of_vector {
  using type = std::remove_cv_t<std::remove_reference_t<decltype(std::declval<V&>()[0])>>;
};
template <>
struct element_of_vector<float> {
  using type = float;
};
template <>
struct element_of_vector<double> {
  using type = double;
};
template <class V>
using element_t = typename element_of_vector<V>::type;

/// Unsigned integers as wide as V's elements, as many.
template <class V>
struct bits_of_vector {
  using type = kernels::detail::bits_of<V>;
};

#if defined(__GNUC__)
template <std::size_t B, class T>
using lanes_of = kernels::detail::vector<B, T>;
template <>
struct bits_of_vector<lanes_of<16, float>> {
  using type = lanes_of<16, std::uint32_t>;
};
template <>
struct bits_of_vector<lanes_of<32, float>> {
  using type = lanes_of<32, std::uint32_t>;
};
template <>
struct bits_of_vector<lanes_of<16, double>> {
  using type = lanes_of<16, std::uint64_t>;
};
template <>
struct bits_of_vector<lanes_of<32, double>> {
  using type = lanes_of<32, std::uint64_t>;
};
#endif

/// x ← √x. No operator of GNU vectors says it, and a loop over the lanes is not vectorised, since std::sqrt sets errno.
inline void take_root(float& x) { x = std::sqrt(x); }
inline void take_root(double& x) { x = std::sqrt(x); }
#if defined(__GNUC__) && defined(__x86_64__)
inline void take_root(lanes_of<16, float>& x) { x = __builtin_ia32_sqrtps(x); }
inline void take_root(lanes_of<16, double>& x) { x = __builtin_ia32_sqrtpd(x); }
TAILOR_TARGET("avx2") inline void take_root(lanes_of<32, float>& x) { x = __builtin_ia32_sqrtps256(x); }
TAILOR_TARGET("avx2") inline void take_root(lanes_of<32, double>& x) { x = __builtin_ia32_sqrtpd256(x); }
#elif defined(__GNUC__)
template <class V>
inline void take_root(V& x) {
  for (std::size_t l = 0; l < sizeof(V) / sizeof(x[0]); ++l) x[l] = std::sqrt(x[l]);
}
#endif

template <class V>
TAILOR_INLINE void clamp(V& x, element_t<V> low, element_t<V> high) {
  const V lowest = V{} + low, highest = V{} + high;
  x = x < lowest ? lowest : x;
  x = x > highest ? highest : x;
}

/// e^x = scale + scale · rest, |rest| < 0.42, for |x| <= 87 (float) or 708 (double): x = n·ln 2 + r, scale = 2ⁿ and
/// rest the Taylor series of e^r − 1, to half a unit in the last place of the sum.
template <class V>
TAILOR_INLINE void exponential_parts(const V& x, V& scale, V& rest) {
  TAILOR_EXACT_BODY
  using T = element_t<V>;
  using bits = typename bits_of_vector<V>::type;
  constexpr bool single = sizeof(T) == 4;
  constexpr T round = single ? T(12582912) : T(6755399441055744);  // 1.5 · 2^23, 2^52: sums are whole numbers
  constexpr T ln2_high = single ? T(0.693359375) : T(6.93147180369123816490e-01);
  constexpr T ln2_low = single ? T(-2.12194440e-4) : T(1.90821492927058770002e-10);
  constexpr T inverse_factorials[] = {T(1) / 6227020800, T(1) / 479001600, T(1) / 39916800, T(1) / 3628800,
                                      T(1) / 362880,     T(1) / 40320,     T(1) / 5040,     T(1) / 720,
                                      T(1) / 120,        T(1) / 24,        T(1) / 6,        T(1) / 2};
  const V shifted = x * T(1.4426950408889634) + round;
  const V whole = shifted - round;
  const V r = (x - whole * ln2_high) - whole * ln2_low;
  V series = V{} + inverse_factorials[single ? 6 : 0];
  TAILOR_UNROLL
  for (int i = single ? 7 : 1; i < 12; ++i) series = series * r + inverse_factorials[i];
  rest = r + r * r * series;
  bits n;
  std::memcpy(&n, &shifted, sizeof n);
  n = (n << (single ? 23 : 52)) +
      (single ? bits{} + 0x3f800000u : bits{} + (kernels::detail::bits_of<T>{1023} << (sizeof(T) * 8 - 12)));
  std::memcpy(&scale, &n, sizeof n);
}

/// y ← e^x within 2 units in the last place; what would be below e^−87 (float) or e^−708 (double) is that.
template <class V>
TAILOR_INLINE void exponential(V& y, const V& at) {
  TAILOR_EXACT_BODY
  using T = element_t<V>;
  V scale, rest;
  constexpr T most = sizeof(T) == 4 ? T(87) : T(708);
  V x = at;
  clamp(x, -most, most);
  exponential_parts(x, scale, rest);
  y = scale + scale * rest;
}

/// y ← e^x − 1 within 4 units in the last place, for x <= 87 (float) or 708 (double).
template <class V>
TAILOR_INLINE void exponential_minus_one(V& y, const V& at) {
  TAILOR_EXACT_BODY
  using T = element_t<V>;
  V scale, rest;
  constexpr T most = sizeof(T) == 4 ? T(87) : T(708);
  V x = at;
  clamp(x, -most, most);
  exponential_parts(x, scale, rest);
  y = scale * rest + (scale - T{1});
}

/// y ← 1 / (1 + e^−x) within 4 units in the last place.
template <class V>
TAILOR_INLINE void logistic(V& y, const V& x) {
  TAILOR_EXACT_BODY
  using T = element_t<V>;
  V e;
  const V minus = -x;
  exponential(e, minus);
  y = T{1} / (T{1} + e);
}

/// y ← tanh x within 5 units in the last place: e^{2x} − 1 over that plus 2.
template <class V>
TAILOR_INLINE void hyperbolic_tangent(V& y, const V& at) {
  TAILOR_EXACT_BODY
  using T = element_t<V>;
  V e, x = at;
  clamp(x, T{-20}, T{20});
  x += x;
  exponential_minus_one(e, x);
  y = e / (e + T{2});
}

/// `elementwise` in vectors of B bytes; 0 for none.
template <std::size_t B, class T>
struct lanes_or_scalar {
#if defined(__GNUC__)
  using type = kernels::detail::vector<B, T>;
#else
  using type = T;
#endif
};
template <class T>
struct lanes_or_scalar<0, T> {
  using type = T;
};

struct elementwise_body {
  template <std::size_t B, class F, class T, std::size_t N, std::size_t M>
  static TAILOR_INLINE void run(std::size_t n, const F* f, T* const (*inout)[N], const T* const (*in)[M]) {
    using V = typename lanes_or_scalar<B, T>::type;
    constexpr std::size_t W = sizeof(V) / sizeof(T);
    V x[N], y[M];
    std::size_t i = 0;
    for (; i + W <= n; i += W) {
      TAILOR_UNROLL
      for (std::size_t a = 0; a < N; ++a) std::memcpy(&x[a], (*inout)[a] + i, sizeof(V));
      TAILOR_UNROLL
      for (std::size_t a = 0; a < M; ++a) std::memcpy(&y[a], (*in)[a] + i, sizeof(V));
      (*f)(x, y);
      TAILOR_UNROLL
      for (std::size_t a = 0; a < N; ++a) std::memcpy((*inout)[a] + i, &x[a], sizeof(V));
    }
    if (i == n) return;
    const std::size_t bytes = (n - i) * sizeof(T);
    for (std::size_t a = 0; a < N; ++a) {
      x[a] = V{};
      std::memcpy(&x[a], (*inout)[a] + i, bytes);
    }
    for (std::size_t a = 0; a < M; ++a) {
      y[a] = V{};
      std::memcpy(&y[a], (*in)[a] + i, bytes);
    }
    (*f)(x, y);
    for (std::size_t a = 0; a < N; ++a) std::memcpy((*inout)[a] + i, &x[a], bytes);
  }
};

struct column_sums_body {
  template <std::size_t B, class T>
  static TAILOR_INLINE void run(const T* values, std::size_t rows, std::size_t cols, T* to) {
    using V = typename lanes_or_scalar<B, T>::type;
    constexpr std::size_t W = sizeof(V) / sizeof(T), R = 4;
    std::size_t j = 0;
    for (; j + R * W <= cols; j += R * W) {
      V sum[R] = {}, x;
      for (std::size_t i = 0; i < rows; ++i) {
        TAILOR_UNROLL
        for (std::size_t r = 0; r < R; ++r) {
          std::memcpy(&x, values + i * cols + j + r * W, sizeof(V));
          sum[r] += x;
        }
      }
      for (std::size_t r = 0; r < R; ++r) std::memcpy(to + j + r * W, &sum[r], sizeof(V));
    }
    for (; j < cols; ++j) {
      T sum = 0;
      for (std::size_t i = 0; i < rows; ++i) sum += values[i * cols + j];
      to[j] = sum;
    }
  }
};

template <class Body, class... A>
TAILOR_EXACT inline void lanes_base(A... arguments) {
#if defined(__GNUC__)
  Body::template run<16>(arguments...);
#else
  Body::template run<0>(arguments...);
#endif
}
#if defined(__GNUC__) && defined(__x86_64__)
template <class Body, class... A>
TAILOR_EXACT TAILOR_TARGET("avx2") inline void lanes_avx2(A... arguments) {
  Body::template run<32>(arguments...);
}
#endif

template <class Body, class... A>
inline void run_lanes(A... arguments) {
#if defined(__GNUC__) && defined(__x86_64__)
  if (kernels::detail::has_avx2()) return lanes_avx2<Body>(arguments...);
#endif
  lanes_base<Body>(arguments...);
}

template <class F, class T, std::size_t N, std::size_t M>
void elementwise(std::size_t n, const F& f, T* const (&inout)[N], const T* const (&in)[M]) {
  run_lanes<elementwise_body>(n, &f, &inout, &in);
}
template <class F, class T, std::size_t N>
void elementwise(std::size_t n, const F& f, T* const (&inout)[N]) {
  const T* const none[1] = {inout[0]};
  elementwise(n, f, inout, none);
}

template <class T>
void column_sums(const T* values, std::size_t rows, std::size_t cols, T* to) {
  run_lanes<column_sums_body>(values, rows, cols, to);
}

}  // namespace detail
}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#undef TAILOR_EXACT
#undef TAILOR_EXACT_BODY
#undef TAILOR_UNROLL
#undef TAILOR_INLINE
#undef TAILOR_TARGET

#endif
