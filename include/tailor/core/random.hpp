// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_RANDOM_HPP
#define TAILOR_CORE_RANDOM_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"
#include "span.hpp"

// Keep a·b + c from being fused into one rounding: TAILOR_EXACT on a function, TAILOR_EXACT_BODY first in its body.
// Everything inlined into such a function is guarded with it.
#if defined(__clang__)
#define TAILOR_EXACT
#define TAILOR_EXACT_BODY _Pragma("clang fp contract(off)")
#define TAILOR_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define TAILOR_EXACT __attribute__((optimize("fp-contract=off")))
#define TAILOR_EXACT_BODY
#define TAILOR_UNROLL _Pragma("GCC unroll 16")
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

namespace tailor {
inline namespace v0 {

/// Random numbers with the same bits on every platform, compiler and flag (but -ffast-math, and -ffp-contract=fast
/// in clang). Nothing here is a hidden state: a generator is its seed, a stream and a position.
namespace random {

/// Philox4x32-10: four words out of a counter and a key, by ten rounds (Salmon, Moraes, Dror, Shaw: Parallel random
/// numbers: as easy as 1, 2, 3. SC 2011).
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) noexcept;

/// Counter-based random numbers. `(seed, stream)` names a sequence of 2⁶⁴ words of 32 bits, independent of that of any
/// other pair, and every position of it is reached in O(1). A parallel block therefore takes `generator(seed, block)`:
/// what it draws depends on the block alone, not on which thread came first.
///
/// It is a UniformRandomBitGenerator, so standard algorithms take it; but `std::shuffle`, `std::sample` and the
/// `std::*_distribution`s differ between standard libraries, those below do not. 32 bytes; copying it copies its
/// position.
class generator {
 public:
  using result_type = std::uint32_t;

  explicit constexpr generator(std::uint64_t seed, std::uint64_t stream = 0) noexcept : seed_(seed), stream_(stream) {}

  static constexpr result_type(min)() noexcept { return 0; }
  static constexpr result_type(max)() noexcept { return std::numeric_limits<result_type>::max(); }

  /// The word at `position()`, which moves on by one.
  constexpr result_type operator()() noexcept;
  /// Two words as one, the first the lower half.
  constexpr std::uint64_t next64() noexcept;

  constexpr std::uint64_t seed() const noexcept { return seed_; }
  constexpr std::uint64_t stream() const noexcept { return stream_; }
  /// How many words were drawn since the start of the stream.
  constexpr std::uint64_t position() const noexcept { return position_; }
  constexpr void seek(std::uint64_t position) noexcept;
  constexpr void discard(std::uint64_t words) noexcept { seek(position_ + words); }
  /// The next `n` words, faster than one by one.
  constexpr void words(std::uint32_t* out, std::size_t n) noexcept;

  /// Uniform on [0, 1): a multiple of 2⁻⁵³ (double, two words) or 2⁻²⁴ (float, one word).
  template <class T = double>
  constexpr T uniform() noexcept;

  /// Uniform on [lo, hi); `lo` when they are equal.
  /// @throws value_error unless lo <= hi, both finite
  template <class T>
  T uniform(T lo, T hi);

  /// Uniform on 0, …, n − 1 without bias (Lemire: Fast random integer generation in an interval. ACM TOMACS 2019). One
  /// word, rarely more, when n < 2³²; else two.
  /// @throws value_error when n is 0
  std::uint64_t below(std::uint64_t n);

  /// True with probability p, to 2⁻⁵³. Two words.
  /// @throws value_error unless 0 <= p <= 1
  bool bernoulli(double p);

  /// Normal with mean 0 and variance 1, by inversion (`normal_quantile`): one draw of `uniform`'s words gives one
  /// number, up to ±8.2 for double and ±6.3 for float.
  template <class T = double>
  T normal() noexcept;

  /// @throws value_error unless both are finite and deviation >= 0
  template <class T>
  T normal(T mean, T deviation);

  /// Exponential with mean 1, by inversion. Two words.
  template <class T = double>
  T exponential() noexcept;

 private:
  constexpr std::array<std::uint32_t, 4> block(std::uint64_t number) const noexcept;

  std::uint64_t seed_, stream_;
  std::uint64_t position_ = 0;
  std::array<std::uint32_t, 4> block_{};  // of position_, unless that begins a block: then it is yet to be made
};

/// A seed for part `part` of work that has the seed `seed`: for restarts, trees, folds. Drawn from stream 2⁶⁴ − 1.
constexpr std::uint64_t derived_seed(std::uint64_t seed, std::uint64_t part) noexcept;

/// Fills a contiguous container (vector, span, xt::xtensor of any rank) with what repeated `uniform()` would give.
template <class C>
void fill_uniform(C&& out, generator& g);
/// The same as repeated `uniform(lo, hi)`.
template <class C, class T>
void fill_uniform(C&& out, generator& g, T lo, T hi);
/// The same as repeated `normal()`.
template <class C>
void fill_normal(C&& out, generator& g);
/// The same as repeated `normal(mean, deviation)`.
template <class C, class T>
void fill_normal(C&& out, generator& g, T mean, T deviation);

/// The x below which a standard normal number lies with probability p (Wichura: Algorithm AS 241, PPND16. Applied
/// Statistics 1988), to about 1e-16 of it. −infinity for 0, infinity for 1.
/// @throws value_error unless 0 <= p <= 1
double normal_quantile(double p);

}  // namespace random

namespace random {

constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) noexcept {
  std::uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
  TAILOR_UNROLL
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * c0, b = std::uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<std::uint32_t>(b >> 32) ^ c1 ^ k0;
    c2 = static_cast<std::uint32_t>(a >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(b);
    c3 = static_cast<std::uint32_t>(a);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {c0, c1, c2, c3};
}

constexpr std::array<std::uint32_t, 4> generator::block(std::uint64_t number) const noexcept {
  return philox4x32({static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32),
                     static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                    {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
}

constexpr generator::result_type generator::operator()() noexcept {
  if (position_ % 4 == 0) block_ = block(position_ / 4);
  return block_[position_++ % 4];
}

constexpr void generator::words(std::uint32_t* out, std::size_t n) noexcept {
  for (; n != 0 && position_ % 4 != 0; --n) *out++ = (*this)();
  for (; n >= 4; n -= 4, position_ += 4) {
    const std::array<std::uint32_t, 4> made = block(position_ / 4);
    for (const std::uint32_t word : made) *out++ = word;
  }
  for (; n != 0; --n) *out++ = (*this)();
}

constexpr std::uint64_t generator::next64() noexcept {
  const std::uint64_t low = (*this)(), high = (*this)();
  return high << 32 | low;
}

constexpr void generator::seek(std::uint64_t position) noexcept {
  position_ = position;
  if (position_ % 4 != 0) block_ = block(position_ / 4);
}

constexpr std::uint64_t derived_seed(std::uint64_t seed, std::uint64_t part) noexcept {
  generator g(seed, ~std::uint64_t{0});
  g.seek(2 * part);
  return g.next64();
}

namespace detail {

template <class T>
constexpr void check_scalar() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "tailor::random: float or double");
}

/// The upper 64 bits of a·b in `high`, the lower returned.
constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b, std::uint64_t& high) noexcept {
#if defined(__SIZEOF_INT128__)
  __extension__ typedef unsigned __int128 wide;
  const wide both = static_cast<wide>(a) * b;
  high = static_cast<std::uint64_t>(both >> 64);
  return static_cast<std::uint64_t>(both);
#else
  const std::uint64_t mask = 0xffffffff;
  const std::uint64_t ll = (a & mask) * (b & mask), hl = (a >> 32) * (b & mask), lh = (a & mask) * (b >> 32);
  const std::uint64_t middle = (ll >> 32) + (hl & mask) + (lh & mask);
  high = (a >> 32) * (b >> 32) + (hl >> 32) + (lh >> 32) + (middle >> 32);
  return a * b;
#endif
}

/// ln x for finite x > 0, within one unit in the last place (the method and constants of Sun's fdlibm, e_log.c): x is
/// 2ᵏ·(1 + f) with 1 + f near 1, ln(1 + f) = f − f²/2 + s·(f²/2 + R(s²)) with s = f / (2 + f).
TAILOR_INLINE double logarithm(double x) noexcept {
  TAILOR_EXACT_BODY
  double k = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    k = -54;
  }
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits += 0x3ff0000000000000 - 0x3fe6a09e00000000;  // so that 1 + f comes to lie in [√½, √2)
  k += static_cast<double>(static_cast<int>(bits >> 52) - 1023);
  bits = (bits & 0x000fffffffffffff) + 0x3fe6a09e00000000;
  std::memcpy(&x, &bits, sizeof x);

  const double f = x - 1, half = 0.5 * f * f, s = f / (2 + f), z = s * s, w = z * z;
  const double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd =
      z * (6.666666666666735130e-01 +
           w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  return s * (half + (odd + even)) + k * 1.90821492927058770002e-10 - half + f + k * 6.93147180369123816490e-01;
}

/// c[0] + c[1]·x + … + c[7]·x⁷
TAILOR_INLINE double polynomial(const double (&c)[8], double x) noexcept {
  TAILOR_EXACT_BODY
  return ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
}

/// The x above which a standard normal number lies with probability ½ − q, |q| <= 0.425.
TAILOR_INLINE double central_normal_quantile(double q) noexcept {
  TAILOR_EXACT_BODY
  constexpr double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                          1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                          3.3430575583588128105e+4, 2.5090809287301226727e+3};
  constexpr double b[] = {1,
                          4.2313330701600911252e+1,
                          6.8718700749205790830e+2,
                          5.3941960214247511077e+3,
                          2.1213794301586595867e+4,
                          3.9307895800092710610e+4,
                          2.8729085735721942674e+4,
                          5.2264952788528545610e+3};
  const double r = 0.180625 - q * q;
  return q * polynomial(a, r) / polynomial(b, r);
}

/// The x above which a standard normal number lies with probability p, 0 < p <= 0.075.
TAILOR_EXACT inline double tail_normal_quantile(double p) noexcept {
  TAILOR_EXACT_BODY
  constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                          3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                          2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double d[] = {1,
                          2.05319162663775882187e0,
                          1.67638483018380384940e0,
                          6.89767334985100004550e-1,
                          1.48103976427480074590e-1,
                          1.51986665636164571966e-2,
                          5.47593808499534494600e-4,
                          1.05075007164441684324e-9};
  constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                          2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                          2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double f[] = {1,
                          5.99832206555887937690e-1,
                          1.36929880922735805310e-1,
                          1.48753612908506148525e-2,
                          7.86869131145613259100e-4,
                          1.84631831751005468180e-5,
                          1.42151175831644588870e-7,
                          2.04426310338993978564e-15};
  const double r = std::sqrt(-logarithm(p));
  if (r <= 5) return polynomial(c, r - 1.6) / polynomial(d, r - 1.6);
  return polynomial(e, r - 5) / polynomial(f, r - 5);
}

/// The x >= 0 above which a standard normal number lies with probability p, 0 < p <= 1/2.
TAILOR_EXACT inline double upper_normal_quantile(double p) noexcept {
  return p >= 0.075 ? central_normal_quantile(0.5 - p) : tail_normal_quantile(p);
}

/// −ln p for 0 < p <= 1.
TAILOR_EXACT inline double exponential_quantile(double p) noexcept { return -logarithm(p); }

/// The uniform number that words make: one for float, two for double, the first the lower half.
template <class T>
constexpr T uniform_of(const std::uint32_t* word) noexcept {
  if constexpr (std::is_same_v<T, float>)
    return static_cast<float>(word[0] >> 8) * 0x1p-24f;
  else
    return static_cast<double>((std::uint64_t{word[1]} << 32 | word[0]) >> 11) * 0x1p-53;
}

/// The probability above a normal number's size: all bits but the sign's, as k + ½, which is never 0 and always exact.
template <class T>
constexpr double tail_of(const std::uint32_t* word) noexcept {
  if constexpr (std::is_same_v<T, float>)
    return (static_cast<double>(word[0] >> 1) + 0.5) * 0x1p-32;
  else
    return (static_cast<double>((std::uint64_t{word[1]} << 32 | word[0]) >> 12) + 0.5) * 0x1p-53;
}

template <class T>
inline constexpr std::size_t words_of = sizeof(T) / 4;

/// n normal numbers: first as if all lay in the middle, where most do, in a loop that vectorises.
template <class T>
TAILOR_EXACT void normals(generator& g, T* out, std::size_t n) noexcept {
  constexpr std::size_t most = 64, W = words_of<T>;
  std::uint32_t word[most * W] = {};
  double p[most], x[most];
  for (std::size_t done = 0; done < n; done += most) {
    const std::size_t now = (std::min)(most, n - done);
    g.words(word, now * W);
    for (std::size_t i = 0; i < most; ++i) p[i] = tail_of<T>(word + i * W);
    for (std::size_t i = 0; i < most; ++i) x[i] = central_normal_quantile(0.5 - p[i]);
    for (std::size_t i = 0; i < now; ++i) {
      if (p[i] < 0.075) x[i] = tail_normal_quantile(p[i]);
      out[done + i] = static_cast<T>((word[i * W] & 1) != 0 ? -x[i] : x[i]);
    }
  }
}

}  // namespace detail

template <class T>
constexpr T generator::uniform() noexcept {
  detail::check_scalar<T>();
  std::uint32_t word[2] = {(*this)(), 0};
  if constexpr (detail::words_of<T> == 2) word[1] = (*this)();
  return detail::uniform_of<T>(word);
}

template <class T>
TAILOR_EXACT T generator::uniform(T lo, T hi) {
  TAILOR_EXACT_BODY
  require(std::isfinite(lo), "uniform: lo", "a finite number", lo);
  require(std::isfinite(hi), "uniform: hi", "a finite number", hi);
  require(lo <= hi, "uniform: hi", "at least lo, which is " + show(lo), hi);
  if (lo == hi) return lo;
  const T u = uniform<T>();
  const T width = hi - lo;
  const T x = std::isfinite(width) ? lo + width * u : 2 * (lo / 2 + (hi / 2 - lo / 2) * u);
  return x < hi ? x : std::nextafter(hi, lo);
}

inline std::uint64_t generator::below(std::uint64_t n) {
  if (n <= 0xffffffff) {
    require(n != 0, "below: n", "at least 1", n);
    std::uint64_t product = (*this)() * n;
    if (static_cast<std::uint32_t>(product) < n) {
      const std::uint64_t unfair = (std::uint64_t{1} << 32) % n;
      while (static_cast<std::uint32_t>(product) < unfair) product = (*this)() * n;
    }
    return product >> 32;
  }
  std::uint64_t high = 0;
  std::uint64_t low = detail::multiply(next64(), n, high);
  if (low < n) {
    const std::uint64_t unfair = (~n + 1) % n;
    while (low < unfair) low = detail::multiply(next64(), n, high);
  }
  return high;
}

inline bool generator::bernoulli(double p) {
  require(p >= 0 && p <= 1, "bernoulli: p", "a probability from 0 to 1", p);
  return uniform() < p;
}

template <class T>
T generator::normal() noexcept {
  detail::check_scalar<T>();
  std::uint32_t word[2] = {(*this)(), 0};
  if constexpr (detail::words_of<T> == 2) word[1] = (*this)();
  const double x = detail::upper_normal_quantile(detail::tail_of<T>(word));
  return static_cast<T>((word[0] & 1) != 0 ? -x : x);
}

template <class T>
TAILOR_EXACT T generator::normal(T mean, T deviation) {
  TAILOR_EXACT_BODY
  require(std::isfinite(mean), "normal: mean", "a finite number", mean);
  require(std::isfinite(deviation) && deviation >= 0, "normal: deviation", "a finite number >= 0", deviation);
  return mean + deviation * normal<T>();
}

template <class T>
T generator::exponential() noexcept {
  detail::check_scalar<T>();
  return static_cast<T>(detail::exponential_quantile(1 - uniform()));
}

template <class C>
void fill_uniform(C&& out, generator& g) {
  using T = tailor::detail::element_of<C>;
  detail::check_scalar<T>();
  constexpr std::size_t most = 128, W = detail::words_of<T>;
  const span<T> all(out);
  std::uint32_t word[most * W];
  for (std::size_t done = 0; done < all.size(); done += most) {
    const std::size_t now = (std::min)(most, all.size() - done);
    g.words(word, now * W);
    for (std::size_t i = 0; i < now; ++i) all[done + i] = detail::uniform_of<T>(word + i * W);
  }
}

template <class C, class T>
void fill_uniform(C&& out, generator& g, T lo, T hi) {
  using E = tailor::detail::element_of<C>;
  for (E& x : span<E>(out)) x = g.uniform<E>(static_cast<E>(lo), static_cast<E>(hi));
}

template <class C>
void fill_normal(C&& out, generator& g) {
  using T = tailor::detail::element_of<C>;
  detail::check_scalar<T>();
  const span<T> all(out);
  detail::normals(g, all.data(), all.size());
}

template <class C, class T>
void fill_normal(C&& out, generator& g, T mean, T deviation) {
  using E = tailor::detail::element_of<C>;
  for (E& x : span<E>(out)) x = g.normal<E>(static_cast<E>(mean), static_cast<E>(deviation));
}

inline double normal_quantile(double p) {
  require(p >= 0 && p <= 1, "normal_quantile: p", "a probability from 0 to 1", p);
  if (p == 0) return -std::numeric_limits<double>::infinity();
  if (p == 1) return std::numeric_limits<double>::infinity();
  return p < 0.5 ? -detail::upper_normal_quantile(p) : detail::upper_normal_quantile(1 - p);
}

}  // namespace random
}  // namespace v0
}  // namespace tailor

#undef TAILOR_EXACT
#undef TAILOR_EXACT_BODY
#undef TAILOR_UNROLL
#undef TAILOR_INLINE

#endif
