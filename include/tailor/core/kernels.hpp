// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_KERNELS_HPP
#define TAILOR_CORE_KERNELS_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

/// Reductions over raw pointers. Each has the same bits under every flag (but -ffast-math, and -ffp-contract=fast in
/// clang), in g++ and clang, on every x86-64, since the order of the additions is fixed (detail::lanes has it) and
/// nothing is fused. The body for the CPU at hand is chosen at each call, which costs one load and one test. `T` is
/// float or double and so is the sum; nothing is checked; pointers need no alignment and may be null when n = 0.
namespace tailor {
inline namespace v0 {
namespace kernels {

/// Σ a[i]·b[i]
template <class T>
T dot(const T* a, const T* b, std::size_t n);

/// Σ (a[i] − b[i])²
template <class T>
T squared_distance(const T* a, const T* b, std::size_t n);

/// Σ |a[i] − b[i]|
template <class T>
T manhattan(const T* a, const T* b, std::size_t n);

/// Σ a[i]
template <class T>
T sum(const T* a, std::size_t n);

/// Σ a[i]², the same bits as `dot(a, a, n)`
template <class T>
T sum_of_squares(const T* a, std::size_t n);

/// Whether no a[i] is NaN or infinite. Looks at the bits, so it holds under -ffast-math too.
template <class T>
bool all_finite(const T* a, std::size_t n);

}  // namespace kernels
}  // namespace v0
}  // namespace tailor

// How each compiler is kept from fusing a·b + c into one rounding (TAILOR_EXACT on a function that nothing else is
// inlined into, TAILOR_EXACT_BODY first in a body), made to unroll, and told of another instruction set.
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
namespace kernels {
namespace detail {

/// What element i adds to its lane: `add(sum, a, b)` works on a scalar and on a vector of them. Adding the term of two
/// zeros must not change a sum.
struct product {
  template <class V>
  static TAILOR_INLINE void add(V& sum, const V& a, const V& b) {
    TAILOR_EXACT_BODY
    sum += a * b;
  }
};

struct squared_difference {
  template <class V>
  static TAILOR_INLINE void add(V& sum, const V& a, const V& b) {
    TAILOR_EXACT_BODY
    const V difference = a - b;
    sum += difference * difference;
  }
};

struct absolute_difference {
  template <class V>
  static TAILOR_INLINE void add(V& sum, const V& a, const V& b) {
    const V difference = a - b;
    if constexpr (std::is_arithmetic_v<V>) {
      sum += difference < 0 ? -difference : difference;
    } else {
      using bits = decltype(a < b);  // a vector of signed integers as wide as a's elements
      using element = std::remove_reference_t<decltype(std::declval<bits&>()[0])>;
      sum += reinterpret_cast<V>(reinterpret_cast<bits>(difference) & std::numeric_limits<element>::max());
    }
  }
};

/// b is ignored.
struct itself {
  template <class V>
  static TAILOR_INLINE void add(V& sum, const V& a, const V&) {
    sum += a;
  }
};

/// The bits of a T as an integer.
template <class T>
using bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// The bits of a T's exponent: all ones exactly when it is NaN or infinite. Adding the lowest of them then carries into
/// the sign.
template <class T>
inline constexpr bits_of<T> exponent = sizeof(T) == 4 ? bits_of<T>{0x7f800000}
                                                      : bits_of<T>{0x7ff} << (sizeof(T) * 8 - 12);
template <class T>
inline constexpr bits_of<T> lowest_exponent = (~exponent<T> + 1) & exponent<T>;

/// Adds the upper half of v[0] … v[from − 1] onto the lower, again and again, until v[0] … v[to − 1] are left.
template <class V>
TAILOR_INLINE void fold(V* v, std::size_t from, std::size_t to) {
  for (from /= 2; from >= to; from /= 2)
    for (std::size_t l = 0; l < from; ++l) v[l] += v[l + from];
}

/// The order of every sum. Elements go round 128 bytes of lanes; what is left, round 32 bytes of lanes; both are folded
/// to 16 bytes, which the next 16 bytes of elements are added to, then what is still left, to the last lanes. Less than
/// 16 bytes in all are added one by one.
/// This is the plain text of it, and the body for compilers without GNU vectors.
template <class Term, class T>
TAILOR_INLINE T lanes(const T* a, const T* b, std::size_t n) {
  constexpr std::size_t L = 128 / sizeof(T), M = 32 / sizeof(T), S = 16 / sizeof(T);
  std::size_t i = 0;
  if (n < S) {
    T total = 0;
    for (; i < n; ++i) Term::add(total, a[i], b[i]);
    return total;
  }
  T s[L] = {}, t[M] = {};
  for (; i + L <= n; i += L)
    for (std::size_t l = 0; l < L; ++l) Term::add(s[l], a[i + l], b[i + l]);
  for (; i + M <= n; i += M)
    for (std::size_t l = 0; l < M; ++l) Term::add(t[l], a[i + l], b[i + l]);
  fold(s, L, S);
  fold(t, M, S);
  for (std::size_t l = 0; l < S; ++l) s[l] += t[l];
  if (i + S <= n) {
    for (std::size_t l = 0; l < S; ++l) Term::add(s[l], a[i + l], b[i + l]);
    i += S;
  }
  for (std::size_t l = S - (n - i); i < n; ++l, ++i) Term::add(s[l], a[i], b[i]);
  fold(s, S, 1);
  return s[0];
}

#if defined(__GNUC__)
template <std::size_t B, class T>
struct vector_of {
  typedef T type __attribute__((vector_size(B)));
};
template <std::size_t B, class T>
using vector = typename vector_of<B, T>::type;

/// The lower half of v plus the upper.
template <class H, class V, std::size_t... I>
TAILOR_INLINE void halve(H& half, const V& v, std::index_sequence<I...>) {
  half = __builtin_shufflevector(v, v, I...) + __builtin_shufflevector(v, v, (I + sizeof...(I))...);
}

/// v folded to 16 bytes.
template <std::size_t B, class T>
TAILOR_INLINE void fold_vector(vector<16, T>& out, const vector<B, T>& v) {
  if constexpr (B == 16) {
    out = v;
  } else {
    vector<B / 2, T> half;
    halve(half, v, std::make_index_sequence<B / 2 / sizeof(T)>());
    fold_vector<B / 2, T>(out, half);
  }
}

/// 16 bytes that keep nothing of a vector, then 16 that keep all.
inline constexpr unsigned char keep_last[32] = {0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                                0,    0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// `lanes` in vectors of B bytes.
template <std::size_t B, class Term, class T>
TAILOR_INLINE T vector_lanes(const T* a, const T* b, std::size_t n) {
  constexpr std::size_t R = 128 / B, W = B / sizeof(T);
  constexpr std::size_t C = B < 32 ? B : 32, Q = 32 / C, M = 32 / sizeof(T), S = 16 / sizeof(T);
  T total = 0;
  if (n < S) {
    for (std::size_t i = 0; i < n; ++i) Term::add(total, a[i], b[i]);
    return total;
  }

  std::size_t i = 0;
  vector<B, T> s[R] = {};
  for (; i + R * W <= n; i += R * W) {
    TAILOR_UNROLL
    for (std::size_t r = 0; r < R; ++r) {
      vector<B, T> x, y;
      std::memcpy(&x, a + i + r * W, B);
      std::memcpy(&y, b + i + r * W, B);
      Term::add(s[r], x, y);
    }
  }
  vector<C, T> t[Q] = {};
  for (; i + M <= n; i += M) {
    TAILOR_UNROLL
    for (std::size_t q = 0; q < Q; ++q) {
      vector<C, T> x, y;
      std::memcpy(&x, a + i + q * (M / Q), C);
      std::memcpy(&y, b + i + q * (M / Q), C);
      Term::add(t[q], x, y);
    }
  }
  TAILOR_UNROLL
  for (std::size_t r = 0; r < R / 2; ++r) s[r] += s[r + R / 2];
  TAILOR_UNROLL
  for (std::size_t r = 0; r < R / 4; ++r) s[r] += s[r + R / 4];
  if constexpr (R == 8) s[0] += s[1];
  if constexpr (Q == 2) t[0] += t[1];
  vector<16, T> sum, rest, x, y;
  fold_vector<B, T>(sum, s[0]);
  fold_vector<C, T>(rest, t[0]);
  sum += rest;
  if (i + S <= n) {
    std::memcpy(&x, a + i, 16);
    std::memcpy(&y, b + i, 16);
    Term::add(sum, x, y);
    i += S;
  }
  if (i < n) {  // the last 16 bytes, less those that were added: a term of zeros changes nothing
    vector<16, bits_of<T>> mask;
    std::memcpy(&mask, keep_last + (n - i) * sizeof(T), 16);
    std::memcpy(&x, a + n - S, 16);
    std::memcpy(&y, b + n - S, 16);
    x = reinterpret_cast<vector<16, T>>(reinterpret_cast<vector<16, bits_of<T>>>(x) & mask);
    y = reinterpret_cast<vector<16, T>>(reinterpret_cast<vector<16, bits_of<T>>>(y) & mask);
    Term::add(sum, x, y);
  }
  if constexpr (S == 4)
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
  else
    return sum[0] + sum[1];
}
#endif

/// Σ Term in vectors of B bytes; 0 for none.
template <class Term>
struct reduction {
  template <std::size_t B, class T>
  static TAILOR_INLINE T run(const T* a, const T* b, std::size_t n) {
    if constexpr (B == 0) return lanes<Term>(a, b, n);
#if defined(__GNUC__)
    else
      return vector_lanes<B, Term>(a, b, n);
#endif
  }
};

struct finiteness {
  template <std::size_t B, class T>
  static TAILOR_INLINE bool run(const T* a, std::size_t n) {
    using bits = bits_of<T>;
    bits carried = 0;
#if defined(__GNUC__)
    constexpr std::size_t W = B / sizeof(T);
    if constexpr (B != 0) {
      if (n >= W) {
        vector<B, bits> seen[4] = {}, x;
        std::size_t i = 0;
        for (; i + 4 * W <= n; i += 4 * W) {
          TAILOR_UNROLL
          for (std::size_t r = 0; r < 4; ++r) {
            std::memcpy(&x, a + i + r * W, B);
            seen[r] |= lowest_exponent<T> + (x & exponent<T>);
          }
        }
        for (; i < n; i += W) {
          std::memcpy(&x, a + (i + W <= n ? i : n - W), B);
          seen[0] |= lowest_exponent<T> + (x & exponent<T>);
        }
        seen[0] |= seen[1] | seen[2] | seen[3];
        for (std::size_t l = 0; l < W; ++l) carried |= seen[0][l];
        n = 0;
      }
    }
#endif
    for (std::size_t i = 0; i < n; ++i) {
      bits word;
      std::memcpy(&word, a + i, sizeof word);
      carried |= lowest_exponent<T> + (word & exponent<T>);
    }
    return (carried >> (sizeof(T) * 8 - 1)) == 0;
  }
};

template <class Kernel, class... A>
TAILOR_EXACT inline auto run_portable(A... arguments) {
  return Kernel::template run<0>(arguments...);
}

#if defined(__GNUC__)
template <class Kernel, class... A>
TAILOR_EXACT inline auto run_base(A... arguments) {
  return Kernel::template run<16>(arguments...);
}
#endif

#if defined(__GNUC__) && defined(__x86_64__)
template <class Kernel, class... A>
TAILOR_EXACT TAILOR_TARGET("avx2") inline auto run_avx2(A... arguments) {
  return Kernel::template run<32>(arguments...);
}

template <class Kernel, class... A>
TAILOR_EXACT TAILOR_TARGET("avx512f") inline auto run_avx512(A... arguments) {
  return Kernel::template run<64>(arguments...);
}

inline bool has_avx2() noexcept { return __builtin_cpu_supports("avx2") != 0; }
inline bool has_avx512() noexcept { return __builtin_cpu_supports("avx512f") != 0; }
#endif

/// The fastest body that this CPU has.
template <class Kernel, class T, class... A>
inline auto run(const T* a, A... rest) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "tailor::kernels: float or double");
#if defined(__GNUC__) && defined(__x86_64__)
  if (has_avx512()) return run_avx512<Kernel>(a, rest...);
  if (has_avx2()) return run_avx2<Kernel>(a, rest...);
  return run_base<Kernel>(a, rest...);
#elif defined(__GNUC__)
  return run_base<Kernel>(a, rest...);
#else
  return run_portable<Kernel>(a, rest...);
#endif
}

}  // namespace detail

template <class T>
T dot(const T* a, const T* b, std::size_t n) {
  return detail::run<detail::reduction<detail::product>>(a, b, n);
}

template <class T>
T squared_distance(const T* a, const T* b, std::size_t n) {
  return detail::run<detail::reduction<detail::squared_difference>>(a, b, n);
}

template <class T>
T manhattan(const T* a, const T* b, std::size_t n) {
  return detail::run<detail::reduction<detail::absolute_difference>>(a, b, n);
}

template <class T>
T sum(const T* a, std::size_t n) {
  return detail::run<detail::reduction<detail::itself>>(a, a, n);
}

template <class T>
T sum_of_squares(const T* a, std::size_t n) {
  return dot(a, a, n);
}

template <class T>
bool all_finite(const T* a, std::size_t n) {
  return detail::run<detail::finiteness>(a, n);
}

}  // namespace kernels
}  // namespace v0
}  // namespace tailor

#undef TAILOR_EXACT
#undef TAILOR_EXACT_BODY
#undef TAILOR_UNROLL
#undef TAILOR_INLINE
#undef TAILOR_TARGET

#endif
