// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: Random123's known-answer vectors (tests/kat_vectors, "philox4x32 10"); the check values
// of AS 241's paper; erfc and log of the C library in long double. Statistical limits are those of the exact laws at
// five standard deviations (a chance of 6e-7) or, for Kolmogorov and Smirnov's distance, at a chance of 1e-6:
// sqrt(ln(2 / 1e-6) / 2) / sqrt(n) = 2.70 / sqrt(n). Chi-square limits are Wilson and Hilferty's at five. Seeds are
// fixed, so a test that passes goes on passing.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <tailor/core/random.hpp>
#include <type_traits>
#include <vector>

#include "support/statistics.hpp"

namespace {

namespace random_ = tailor::random;
using random_::generator;
using tailor::value_error;

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T nan_of = std::numeric_limits<T>::quiet_NaN();

using test::chi_square;
using test::chi_square_limit;

/// Kolmogorov and Smirnov's distance between a sample and a distribution function, times sqrt(n).
template <class T, class F>
double distance(std::vector<T> sample, F cumulative) {
  std::sort(sample.begin(), sample.end());
  const double n = static_cast<double>(sample.size());
  double most = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double at = cumulative(static_cast<double>(sample[i]));
    most = (std::max)({most, at - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - at});
  }
  return most * std::sqrt(n);
}

double normal_cumulative(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

}  // namespace

TEST_CASE("random: Philox4x32-10 gives Random123's known answers") {
  using four = std::array<std::uint32_t, 4>;
  CHECK(random_::philox4x32({0, 0, 0, 0}, {0, 0}) == four{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(random_::philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        four{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(random_::philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        four{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: a generator is Philox with the seed as key, the stream and the position as counter") {
  constexpr std::uint64_t seed = 0x299f31d0a4093822, stream = 0x0370734413198a2e, block = 0x05a308d3243f6a88;
  generator g(seed, stream);
  g.seek(4 * block);
  const auto want = random_::philox4x32({0x243f6a88, 0x05a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
  for (const std::uint32_t word : want) CHECK(g() == word);
  CHECK(g.position() == 4 * block + 4);
  CHECK(g.seed() == seed);
  CHECK(g.stream() == stream);

  g.seek(4 * block);
  CHECK(g.next64() == (std::uint64_t{want[1]} << 32 | want[0]));
  CHECK(g.next64() == (std::uint64_t{want[3]} << 32 | want[2]));

  constexpr std::uint32_t first = [] {
    generator at_compile_time(0);
    return at_compile_time();
  }();
  static_assert(first == 0x6627e8d5);
}

TEST_CASE("random: any position is reached at once, and words come the same one by one and in bulk") {
  generator g(3, 4);
  std::vector<std::uint32_t> all(100);
  for (std::uint32_t& word : all) word = g();
  for (std::size_t from = 0; from < 12; ++from)
    for (std::size_t n = 0; n < 40; ++n) {
      generator h(3, 4);
      h.seek(from);
      std::vector<std::uint32_t> some(n);
      h.words(some.data(), n);
      REQUIRE(std::equal(some.begin(), some.end(), all.begin() + static_cast<std::ptrdiff_t>(from)));
      REQUIRE(h.position() == from + n);
      REQUIRE(h() == all[from + n]);
      h.seek(from);
      h.discard(n);
      REQUIRE(h() == all[from + n]);
    }
  generator copy = g;
  CHECK(copy() == g());
}

TEST_CASE("random: a generator is a uniform random bit generator") {
  static_assert(std::is_same_v<generator::result_type, std::uint32_t>);
  static_assert((generator::min)() == 0 && (generator::max)() == 0xffffffff);
  static_assert(!std::is_convertible_v<std::uint64_t, generator>);
  generator g(1);
  std::vector<int> x(100);
  std::iota(x.begin(), x.end(), 0);
  std::shuffle(x.begin(), x.end(), g);
  CHECK_FALSE(std::is_sorted(x.begin(), x.end()));
  CHECK(std::uniform_int_distribution<int>(3, 5)(g) <= 5);
}

TEST_CASE_TEMPLATE("random: uniform numbers are uniform on [0, 1)", T, float, double) {
  generator g(11);
  std::vector<T> x(100000);
  random_::fill_uniform(x, g);
  CHECK(*std::min_element(x.begin(), x.end()) >= 0);
  CHECK(*std::max_element(x.begin(), x.end()) < 1);
  CHECK(distance(x, [](double at) { return at; }) < 2.70);
  const T unit = std::ldexp(T{1}, std::is_same_v<T, float> ? 24 : 53);
  for (const T value : x) REQUIRE(value * unit == std::floor(value * unit));
}

TEST_CASE_TEMPLATE("random: uniform(lo, hi) never reaches hi, however near or far", T, float, double) {
  using limits = std::numeric_limits<T>;
  generator g(12);
  const T next = std::nextafter(T{1}, T{2}), far = limits::max();
  for (int i = 0; i < 10000; ++i) {
    REQUIRE(g.uniform(T{1}, next) == 1);
    const T x = g.uniform(T{-3}, T{5});
    REQUIRE((x >= -3 && x < 5));
    const T wide = g.uniform(-far, far);
    REQUIRE((wide >= -far && wide < far));
    const T tiny = g.uniform(T{0}, limits::denorm_min());
    REQUIRE(tiny == 0);
  }
  CHECK(g.uniform(T{2}, T{2}) == 2);
  std::vector<T> x(100000);
  random_::fill_uniform(x, g, T{-3}, T{5});
  CHECK(distance(x, [](double at) { return (at + 3) / 8; }) < 2.70);
  random_::fill_uniform(x, g, -far, far);
  CHECK(distance(x, [far](double at) { return at / static_cast<double>(far) / 2 + 0.5; }) < 2.70);
}

TEST_CASE_TEMPLATE("random: normal numbers are normal", T, float, double) {
  generator g(13);
  std::vector<T> x(200000);
  random_::fill_normal(x, g);
  CHECK(distance(x, normal_cumulative) < 2.70);

  // Moments of a normal sample: standard errors 1/√n, √(2/n), √(6/n), √(24/n) to leading order.
  const double n = static_cast<double>(x.size());
  double m[5] = {};
  for (const T value : x)
    for (int k = 1; k <= 4; ++k) m[k] += std::pow(static_cast<double>(value), k) / n;
  const double variance = m[2] - m[1] * m[1];
  const double third = m[3] - 3 * m[1] * m[2] + 2 * m[1] * m[1] * m[1];
  const double fourth = m[4] - 4 * m[1] * m[3] + 6 * m[1] * m[1] * m[2] - 3 * std::pow(m[1], 4);
  CHECK(std::fabs(m[1]) < 5 / std::sqrt(n));
  CHECK(std::fabs(variance - 1) < 5 * std::sqrt(2 / n));
  CHECK(std::fabs(third / std::pow(variance, 1.5)) < 5 * std::sqrt(6 / n));
  CHECK(std::fabs(fourth / (variance * variance) - 3) < 5 * std::sqrt(24 / n));

  // Neighbours in the sequence have nothing to do with each other: correlation within 5/√n.
  double together = 0;
  for (std::size_t i = 1; i < x.size(); ++i) together += static_cast<double>(x[i]) * static_cast<double>(x[i - 1]) / n;
  CHECK(std::fabs(together) < 5 / std::sqrt(n));
}

TEST_CASE_TEMPLATE("random: the ends of the normal law are finite, and symmetric", T, float, double) {
  // The words that give the least tail: 2⁻⁵⁴ or 2⁻³³.
  const std::uint32_t zeros[2] = {0, 0}, ones[2] = {0xffffffff, 0xffffffff};
  CHECK(random_::detail::tail_of<T>(zeros) == (std::is_same_v<T, float> ? 0x1p-33 : 0x1p-54));
  CHECK(random_::detail::tail_of<T>(ones) < 0.5);
  const double end = random_::detail::upper_normal_quantile(random_::detail::tail_of<T>(zeros));
  CHECK(end == doctest::Approx(std::is_same_v<T, float> ? 6.3376 : 8.2923).epsilon(1e-4));
}

TEST_CASE("random: filling gives what drawing one by one gives") {
  const auto same = [](auto zero) {
    using T = decltype(zero);
    for (std::size_t n : {0u, 1u, 3u, 63u, 64u, 65u, 127u, 128u, 129u, 1000u})
      for (std::uint64_t from : {0u, 1u, 2u, 3u}) {
        CAPTURE(n);
        CAPTURE(from);
        generator g(5, 6), h(5, 6);
        g.seek(from);
        h.seek(from);
        std::vector<T> x(n);
        random_::fill_normal(x, g);
        for (const T value : x) REQUIRE(value == h.normal<T>());
        random_::fill_uniform(x, g);
        for (const T value : x) REQUIRE(value == h.uniform<T>());
        random_::fill_normal(x, g, T(2), T(0.25));
        for (const T value : x) REQUIRE(value == h.normal(T(2), T(0.25)));
        random_::fill_uniform(tailor::span<T>(x), g, 1.0, 4.0);
        for (const T value : x) REQUIRE(value == h.uniform(T(1), T(4)));
        REQUIRE(g.position() == h.position());
      }
  };
  same(1.0f);
  same(1.0);
}

TEST_CASE("random: the logarithm is within one unit in the last place") {
  using limits = std::numeric_limits<double>;
  const auto check = [](double x) {
    const long double want = std::log(static_cast<long double>(x));
    const double got = random_::detail::logarithm(x);
    const double rounded = std::fabs(static_cast<double>(want));
    const double unit = std::nextafter(rounded, infinity<double>) - rounded;
    CAPTURE(x);
    REQUIRE(std::fabs(static_cast<long double>(got) - want) <= static_cast<long double>(unit));
  };
  generator g(14);
  for (int i = 0; i < 100000; ++i) {
    check(g.uniform(0.5, 2.0));
    check(std::ldexp(g.uniform(1.0, 2.0), static_cast<int>(g.below(2046)) - 1022));
  }
  for (const double x :
       {1.0, std::nextafter(1.0, 0.0), std::nextafter(1.0, 2.0), limits::min(), limits::max(), 0.5, 2.0})
    check(x);
  check(limits::denorm_min());
  check(limits::min() / 3);
  CHECK(random_::detail::logarithm(1) == 0);
}

TEST_CASE("random: the normal quantile is AS 241's") {
  CHECK(random_::normal_quantile(0.25) == doctest::Approx(-0.6744897501960817).epsilon(1e-15));
  CHECK(random_::normal_quantile(0.001) == doctest::Approx(-3.090232306167814).epsilon(1e-15));
  CHECK(random_::normal_quantile(1e-20) == doctest::Approx(-9.262340089798408).epsilon(1e-15));
  CHECK(random_::normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-15));
  CHECK(random_::normal_quantile(0.5) == 0);
  CHECK(random_::normal_quantile(0) == -infinity<double>);
  CHECK(random_::normal_quantile(1) == infinity<double>);

  // One step of Newton's method in long double says how far off it is.
  double worst = 0, before = -infinity<double>;
  const auto check = [&](double p) {
    const double x = -random_::normal_quantile(p);
    const long double wide = x, root = std::sqrt(0.5L);
    const long double density = std::exp(-wide * wide / 2) * 0.398942280401432677939946L;
    const long double step = (0.5L * std::erfc(wide * root) - static_cast<long double>(p)) / density;
    worst = (std::max)(worst, static_cast<double>(std::fabs(step / (std::max)(wide, 1.0L))));
    CHECK(-x >= before);
    before = -x;
  };
  for (double p = 1e-300; p < 0.01; p *= 1.7) check(p);
  for (double p = 0.01; p <= 0.5; p += 0.0001) check(p);
  CHECK(worst < 1e-15);
}

TEST_CASE_TEMPLATE("random: exponential numbers are exponential", T, float, double) {
  generator g(15);
  std::vector<T> x(100000);
  for (T& value : x) value = g.exponential<T>();
  CHECK(*std::min_element(x.begin(), x.end()) >= 0);
  CHECK(std::isfinite(*std::max_element(x.begin(), x.end())));
  CHECK(distance(x, [](double at) { return -std::expm1(-at); }) < 2.70);
}

TEST_CASE("random: below has no bias where a plain remainder or product has much") {
  // With n = ¾ of all words, a third of the numbers would come twice as often: which third, the residue mod 3 shows.
  generator g(16);
  for (const std::uint64_t n : {std::uint64_t{3} << 30, std::uint64_t{3} << 62}) {
    std::vector<std::size_t> residues(3), parts(3);
    for (int i = 0; i < 90000; ++i) {
      const std::uint64_t x = g.below(n);
      REQUIRE(x < n);
      ++residues[x % 3];
      ++parts[x / (n / 3)];
    }
    CHECK(chi_square(residues) < chi_square_limit(3));
    CHECK(chi_square(parts) < chi_square_limit(3));
  }
  for (const std::uint64_t n : {2u, 3u, 7u, 100u, 1000u}) {
    std::vector<std::size_t> counts(n);
    for (std::uint64_t i = 0; i < 200 * n; ++i) ++counts[g.below(n)];
    CHECK(chi_square(counts) < chi_square_limit(n));
  }
  for (int i = 0; i < 100; ++i) CHECK(g.below(1) == 0);
  for (const std::uint64_t n :
       {std::uint64_t{0xffffffff}, std::uint64_t{0x100000000}, std::uint64_t{0x100000001}, ~std::uint64_t{0}}) {
    double mean = 0;
    for (int i = 0; i < 10000; ++i) {
      const std::uint64_t x = g.below(n);
      REQUIRE(x < n);
      mean += static_cast<double>(x) / static_cast<double>(n) / 10000;
    }
    CHECK(std::fabs(mean - 0.5) < 5 / std::sqrt(12 * 10000.0));
  }
}

TEST_CASE("random: bernoulli is true with its probability") {
  generator g(17);
  for (const double p : {0.001, 0.3, 0.5, 0.999}) {
    int hits = 0;
    for (int i = 0; i < 100000; ++i) hits += g.bernoulli(p);
    CHECK(std::fabs(hits - 1e5 * p) < 5 * std::sqrt(1e5 * p * (1 - p)));
  }
  for (int i = 0; i < 1000; ++i) {
    CHECK_FALSE(g.bernoulli(0));
    CHECK(g.bernoulli(1));
  }
}

TEST_CASE("random: streams, seeds and parts are different sequences") {
  constexpr std::size_t n = 20000;
  const auto draw = [](generator g) {
    std::vector<double> x(n);
    random_::fill_normal(x, g);
    return x;
  };
  const std::vector<std::vector<double>> all = {draw(generator(1, 0)),
                                                draw(generator(1, 1)),
                                                draw(generator(2, 0)),
                                                draw(generator(1, std::uint64_t{1} << 32)),
                                                draw(generator((std::uint64_t{1} << 32) + 1, 0)),
                                                draw(generator(random_::derived_seed(1, 0))),
                                                draw(generator(random_::derived_seed(1, 1)))};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      double together = 0;
      for (std::size_t k = 0; k < n; ++k) together += all[i][k] * all[j][k] / static_cast<double>(n);
      CHECK(std::fabs(together) < 5 / std::sqrt(static_cast<double>(n)));
    }
  // First numbers of many streams are as uniform as those of one.
  std::vector<double> first(20000);
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = generator(9, i).uniform();
  CHECK(distance(first, [](double at) { return at; }) < 2.70);
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t part = 0; part < 10000; ++part) seeds.push_back(random_::derived_seed(9, part));
  std::sort(seeds.begin(), seeds.end());
  CHECK(std::adjacent_find(seeds.begin(), seeds.end()) == seeds.end());
}

TEST_CASE("random: bad arguments are refused and draw nothing") {
  generator g(22);
  std::vector<double> x(3);
  CHECK_THROWS_AS(g.below(0), value_error);
  CHECK_THROWS_AS(g.uniform(2.0, 1.0), value_error);
  CHECK_THROWS_AS(g.uniform(nan_of<double>, 1.0), value_error);
  CHECK_THROWS_AS(g.uniform(0.0f, nan_of<float>), value_error);
  CHECK_THROWS_AS(g.uniform(0.0, infinity<double>), value_error);
  CHECK_THROWS_AS(g.uniform(-infinity<double>, 0.0), value_error);
  CHECK_THROWS_AS(g.bernoulli(-0.1), value_error);
  CHECK_THROWS_AS(g.bernoulli(1.1), value_error);
  CHECK_THROWS_AS(g.bernoulli(nan_of<double>), value_error);
  CHECK_THROWS_AS(g.normal(0.0, -1.0), value_error);
  CHECK_THROWS_AS(g.normal(0.0, nan_of<double>), value_error);
  CHECK_THROWS_AS(g.normal(0.0, infinity<double>), value_error);
  CHECK_THROWS_AS(g.normal(nan_of<double>, 1.0), value_error);
  CHECK_THROWS_AS(random_::fill_uniform(x, g, 2.0, 1.0), value_error);
  CHECK_THROWS_AS(random_::fill_normal(x, g, 0.0, -1.0), value_error);
  CHECK_THROWS_AS(random_::normal_quantile(-1e-9), value_error);
  CHECK_THROWS_AS(random_::normal_quantile(1.1), value_error);
  CHECK_THROWS_AS(random_::normal_quantile(nan_of<double>), value_error);
  CHECK(g.position() == 0);
  CHECK_THROWS_WITH(g.below(0), "below: n: expected at least 1, found 0");
}
