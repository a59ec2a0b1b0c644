// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: sums of small integers, which are exact in any order; the same sums in long double, with
// the error bound of the documented order of additions (Higham, Accuracy and Stability of Numerical Algorithms, ch. 4:
// a sum in which every term goes through d roundings is within d·u of Σ|term|); and the bodies against each other.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <tailor/core/kernels.hpp>
#include <vector>

namespace {

namespace kernels = tailor::kernels;
using kernels::detail::reduction;

template <class T>
bool same_bits(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

/// Numbers of mixed sign and size without a generator: a linear congruence (Numerical Recipes' constants).
template <class T>
std::vector<T> mixed(std::size_t n, std::uint32_t state) {
  std::vector<T> x(n);
  for (T& value : x) {
    state = state * 1664525u + 1013904223u;
    value =
        static_cast<T>(std::ldexp(static_cast<double>(state >> 8) - 8388608.0, static_cast<int>(state >> 4 & 15) - 30));
  }
  return x;
}

template <class T>
std::vector<T> integers(std::size_t n, std::uint32_t state) {
  std::vector<T> x(n);
  for (T& value : x) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<T>(static_cast<int>(state >> 24) - 128);
  }
  return x;
}

struct sums {
  long double dot = 0, squared = 0, manhattan = 0, sum = 0, squares = 0;
};

/// Both the sums and, for `absolute`, what rounding errors are measured by.
template <class T>
sums plain(const T* a, const T* b, std::size_t n, bool absolute) {
  sums s;
  for (std::size_t i = 0; i < n; ++i) {
    const long double x = a[i], y = b[i];
    s.dot += absolute ? std::fabs(x * y) : x * y;
    s.squared += (x - y) * (x - y);
    s.manhattan += std::fabs(x - y);
    s.sum += absolute ? std::fabs(x) : x;
    s.squares += x * x;
  }
  return s;
}

#if defined(__GNUC__) && !defined(__clang__)
#define EXACT __attribute__((optimize("fp-contract=off")))
#else
#define EXACT
#endif

/// The AVX-512 body's text in whatever instructions the test is compiled for, so that it is tried on every CPU.
template <class Kernel, class... A>
EXACT auto run_wide(A... arguments) {
#if defined(__GNUC__)
  return Kernel::template run<64>(arguments...);
#else
  return Kernel::template run<0>(arguments...);
#endif
}

/// Runs `check(name, value)` for every body that this CPU has.
template <class Kernel, class T, class Check>
void every_body(const T* a, const T* b, std::size_t n, Check check) {
  check("portable", kernels::detail::run_portable<Kernel>(a, b, n));
  check("wide", run_wide<Kernel>(a, b, n));
#if defined(__GNUC__)
  check("base", kernels::detail::run_base<Kernel>(a, b, n));
#endif
#if defined(__GNUC__) && defined(__x86_64__)
  if (kernels::detail::has_avx2()) check("avx2", kernels::detail::run_avx2<Kernel>(a, b, n));
  if (kernels::detail::has_avx512()) check("avx512", kernels::detail::run_avx512<Kernel>(a, b, n));
#endif
}

std::string bodies() {
  std::string names = "portable wide";
#if defined(__GNUC__)
  names += " base";
#endif
#if defined(__GNUC__) && defined(__x86_64__)
  if (kernels::detail::has_avx2()) names += " avx2";
  if (kernels::detail::has_avx512()) names += " avx512";
#endif
  return names;
}

}  // namespace

TEST_CASE_TEMPLATE("kernels: sums of small integers are exact at every length and alignment", T, float, double) {
  const auto a = integers<T>(310, 1), b = integers<T>(310, 2);
  for (std::size_t n = 0; n <= 300; ++n)
    for (std::size_t shift = 0; shift < 8; ++shift) {
      CAPTURE(n);
      CAPTURE(shift);
      const T *x = a.data() + shift, *y = b.data() + (shift * 5) % 8;
      const sums want = plain(x, y, n, false);
      REQUIRE(static_cast<long double>(kernels::dot(x, y, n)) == want.dot);
      REQUIRE(static_cast<long double>(kernels::squared_distance(x, y, n)) == want.squared);
      REQUIRE(static_cast<long double>(kernels::manhattan(x, y, n)) == want.manhattan);
      REQUIRE(static_cast<long double>(kernels::sum(x, n)) == want.sum);
      REQUIRE(static_cast<long double>(kernels::sum_of_squares(x, n)) == want.squares);
    }
}

TEST_CASE_TEMPLATE("kernels: rounding stays within the bound of the documented order", T, float, double) {
  constexpr std::size_t lanes = 128 / sizeof(T);
  const auto a = mixed<T>(20000, 3), b = mixed<T>(20000, 4);
  std::vector<std::size_t> lengths = {1003, 4096, 20000};
  for (std::size_t n = 0; n <= 300; ++n) lengths.push_back(n);
  for (const std::size_t n : lengths) {
    CAPTURE(n);
    // A term: 2 roundings. Its lane: n / lanes. Folding: 3, 1 for the rest, 2 for what follows it, 2 to one number.
    const auto depth = static_cast<long double>(n / lanes + 10);
    const long double relative = depth * static_cast<long double>(std::numeric_limits<T>::epsilon()) / 2;
    const sums want = plain(a.data(), b.data(), n, false), size = plain(a.data(), b.data(), n, true);
    const auto within = [&](T got, long double exact, long double scale) {
      return std::fabs(static_cast<long double>(got) - exact) <= relative * scale * (1 + 1e-6L);
    };
    CHECK(within(kernels::dot(a.data(), b.data(), n), want.dot, size.dot));
    CHECK(within(kernels::squared_distance(a.data(), b.data(), n), want.squared, size.squared));
    CHECK(within(kernels::manhattan(a.data(), b.data(), n), want.manhattan, size.manhattan));
    CHECK(within(kernels::sum(a.data(), n), want.sum, size.sum));
    CHECK(within(kernels::sum_of_squares(a.data(), n), want.squares, size.squares));
  }
}

TEST_CASE_TEMPLATE("kernels: every body has the same bits", T, float, double) {
  MESSAGE("bodies compared: ", bodies());
  const auto a = mixed<T>(5000, 5), b = mixed<T>(5000, 6);
  std::vector<std::size_t> lengths = {511, 512, 1003, 4999};
  for (std::size_t n = 0; n <= 300; ++n) lengths.push_back(n);
  for (const std::size_t n : lengths)
    for (std::size_t shift : {0u, 1u}) {
      CAPTURE(n);
      CAPTURE(shift);
      const std::size_t size = n + shift <= 5000 ? n : n - shift;
      const T *x = a.data() + shift, *y = b.data();
      const auto equals = [&](T want) {
        return [want](const char* body, T got) {
          CAPTURE(body);
          REQUIRE(same_bits(got, want));
        };
      };
      every_body<reduction<kernels::detail::product>>(x, y, size, equals(kernels::dot(x, y, size)));
      every_body<reduction<kernels::detail::squared_difference>>(x, y, size,
                                                                 equals(kernels::squared_distance(x, y, size)));
      every_body<reduction<kernels::detail::absolute_difference>>(x, y, size, equals(kernels::manhattan(x, y, size)));
      every_body<reduction<kernels::detail::itself>>(x, x, size, equals(kernels::sum(x, size)));
      REQUIRE(same_bits(kernels::sum_of_squares(x, size), kernels::dot(x, x, size)));
    }
}

TEST_CASE_TEMPLATE("kernels: products are rounded before they are added", T, float, double) {
  // (1 + e)² = 1 + 2e + e², and e² is lost to rounding. Added to −(1 + 2e) it leaves e² when fused, else 0.
  constexpr std::size_t lanes = 128 / sizeof(T);
  const T e = std::numeric_limits<T>::epsilon();
  std::vector<T> a(3 * lanes, T{0}), b(3 * lanes, T{0});
  std::size_t fused = 0;
  for (std::size_t first = 0; first < lanes; ++first) {
    a[first] = -(1 + 2 * e);
    b[first] = 1;
    for (std::size_t second = first + 1; second < a.size(); ++second) {
      a[second] = b[second] = 1 + e;
      for (std::size_t n = second + 1; n <= a.size(); ++n)
        fused += kernels::dot(a.data(), b.data(), n) < 0 || kernels::dot(a.data(), b.data(), n) > 0;
      a[second] = b[second] = 0;
    }
    a[first] = b[first] = 0;
  }
  CHECK(fused == 0);
}

TEST_CASE_TEMPLATE("kernels: what lies beside the range is neither used nor touched", T, float, double) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const auto a = integers<T>(300, 7), b = integers<T>(300, 8);
  for (std::size_t n = 0; n <= 140; ++n) {
    CAPTURE(n);
    std::vector<T> x(n + 2, nan), y(n + 2, nan);
    // Of exactly n elements, so that the address sanitizer sees a step too far.
    const std::unique_ptr<T[]> tight(new T[n]);
    for (std::size_t i = 0; i < n; ++i) tight[i] = x[i + 1] = a[i], y[i + 1] = b[i];
    const sums want = plain(a.data(), b.data(), n, false);
    REQUIRE(static_cast<long double>(kernels::dot(x.data() + 1, y.data() + 1, n)) == want.dot);
    REQUIRE(static_cast<long double>(kernels::manhattan(x.data() + 1, y.data() + 1, n)) == want.manhattan);
    REQUIRE(static_cast<long double>(kernels::squared_distance(x.data() + 1, y.data() + 1, n)) == want.squared);
    REQUIRE(static_cast<long double>(kernels::sum(x.data() + 1, n)) == want.sum);
    REQUIRE(kernels::all_finite(x.data() + 1, n));
    REQUIRE(static_cast<long double>(kernels::sum(tight.get(), n)) == want.sum);
    REQUIRE(static_cast<long double>(kernels::sum_of_squares(tight.get(), n)) == want.squares);
    REQUIRE(kernels::all_finite(tight.get(), n));
  }
}

TEST_CASE_TEMPLATE("kernels: NaN and infinity come through from every position", T, float, double) {
  const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
  for (std::size_t n = 1; n <= 140; ++n) {
    std::vector<T> a(n, T{1});
    const std::vector<T> b(n, T{2});
    for (std::size_t i = 0; i < n; ++i) {
      CAPTURE(n);
      CAPTURE(i);
      a[i] = nan;
      REQUIRE(std::isnan(kernels::dot(a.data(), b.data(), n)));
      REQUIRE(std::isnan(kernels::squared_distance(a.data(), b.data(), n)));
      REQUIRE(std::isnan(kernels::manhattan(b.data(), a.data(), n)));
      REQUIRE(std::isnan(kernels::sum(a.data(), n)));
      REQUIRE_FALSE(kernels::all_finite(a.data(), n));
      a[i] = -infinity;
      REQUIRE(kernels::dot(a.data(), b.data(), n) == -infinity);
      REQUIRE(kernels::squared_distance(a.data(), b.data(), n) == infinity);
      REQUIRE(kernels::manhattan(a.data(), b.data(), n) == infinity);
      REQUIRE(kernels::sum(a.data(), n) == -infinity);
      REQUIRE_FALSE(kernels::all_finite(a.data(), n));
      a[i] = 1;
    }
    REQUIRE(kernels::all_finite(a.data(), n));
  }
}

TEST_CASE_TEMPLATE("kernels: all_finite accepts every finite number and refuses every other, in every body", T, float,
                   double) {
  using limits = std::numeric_limits<T>;
  const T good[] = {
      0, -T{0}, limits::max(), limits::lowest(), limits::min(), limits::denorm_min(), -limits::denorm_min()};
  const T bad[] = {limits::infinity(), -limits::infinity(), limits::quiet_NaN(), -limits::quiet_NaN(),
                   limits::signaling_NaN()};
  const auto each = [](const std::vector<T>& x, bool want) {
    CHECK(kernels::all_finite(x.data(), x.size()) == want);
    CHECK(kernels::detail::run_portable<kernels::detail::finiteness>(x.data(), x.size()) == want);
    CHECK(run_wide<kernels::detail::finiteness>(x.data(), x.size()) == want);
#if defined(__GNUC__)
    CHECK(kernels::detail::run_base<kernels::detail::finiteness>(x.data(), x.size()) == want);
#endif
#if defined(__GNUC__) && defined(__x86_64__)
    if (kernels::detail::has_avx2())
      CHECK(kernels::detail::run_avx2<kernels::detail::finiteness>(x.data(), x.size()) == want);
    if (kernels::detail::has_avx512())
      CHECK(kernels::detail::run_avx512<kernels::detail::finiteness>(x.data(), x.size()) == want);
#endif
  };
  for (std::size_t n : {1u, 3u, 16u, 33u, 257u})
    for (std::size_t i = 0; i < n; i += n / 8 + 1) {
      std::vector<T> x(n, T{1});
      for (const T value : good) std::memcpy(&x[i], &value, sizeof value), each(x, true);
      for (const T value : bad) std::memcpy(&x[i], &value, sizeof value), each(x, false);
    }
}

TEST_CASE_TEMPLATE("kernels: of nothing is zero, from no memory at all", T, float, double) {
  const T* none = nullptr;
  CHECK(same_bits(kernels::dot(none, none, 0), T{0}));
  CHECK(same_bits(kernels::squared_distance(none, none, 0), T{0}));
  CHECK(same_bits(kernels::manhattan(none, none, 0), T{0}));
  CHECK(same_bits(kernels::sum(none, 0), T{0}));
  CHECK(same_bits(kernels::sum_of_squares(none, 0), T{0}));
  CHECK(kernels::all_finite(none, 0));
}
