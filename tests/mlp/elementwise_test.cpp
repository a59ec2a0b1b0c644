// SPDX-License-Identifier: BSD-3-Clause
// Against the functions of <cmath> in long double.
#include "tailor/mlp/elementwise.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <tailor/mlp/activations.hpp>
#include <vector>

namespace {

namespace mlp = tailor::mlp;
namespace detail = tailor::mlp::detail;

struct exponential {
  template <class V>
  void operator()(V* x, const V*) const {
    detail::exponential(x[0], x[0]);
  }
};
struct exponential_minus_one {
  template <class V>
  void operator()(V* x, const V*) const {
    detail::exponential_minus_one(x[0], x[0]);
  }
};

/// The largest error in units of the last place over [low, high].
template <class T, class F, class Exact>
double worst(F f, Exact exact, double low, double high) {
  const std::size_t n = 20011;
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = static_cast<T>(low + (high - low) * static_cast<double>(i) / static_cast<double>(n - 1));
  std::vector<T> y = x;
  detail::map(f, y.data(), n);
  long double most = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const long double expected = exact(static_cast<long double>(x[i]));
    int exponent = 0;
    std::frexp(expected, &exponent);
    const long double unit = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
    most = std::max(most, std::abs(static_cast<long double>(y[i]) - expected) / unit);
  }
  return static_cast<double>(most);
}

}  // namespace

TEST_CASE_TEMPLATE("elementwise: exp, expm1, the logistic function and tanh are as near as they say", T, float,
                   double) {
  const double edge = sizeof(T) == 4 ? 86 : 700;
  CHECK(worst<T>(
            exponential{}, [](long double x) { return std::exp(x); }, -edge, edge) < 2);
  CHECK(worst<T>(
            exponential_minus_one{}, [](long double x) { return std::expm1(x); }, -30, 30) < 4);
  CHECK(worst<T>(
            exponential_minus_one{}, [](long double x) { return std::expm1(x); }, -0.7, 0.7) < 4);
  CHECK(worst<T>(
            detail::sigmoid_forward{}, [](long double x) { return 1 / (1 + std::exp(-x)); }, -edge, edge) < 4);
  CHECK(worst<T>(
            detail::tanh_forward{}, [](long double x) { return std::tanh(x); }, -25, 25) < 5);
  CHECK(worst<T>(
            detail::tanh_forward{}, [](long double x) { return std::tanh(x); }, -0.3, 0.3) < 5);
}

TEST_CASE_TEMPLATE("elementwise: far out, functions level off, and a NaN stays one", T, float, double) {
  const T infinity = std::numeric_limits<T>::infinity();
  std::vector<T> x = {-infinity, infinity, std::numeric_limits<T>::quiet_NaN(), 0};
  mlp::sigmoid{}.forward(x.data(), 1, x.size());
  CHECK(x[0] < T(1e-37));
  CHECK(x[1] == 1);
  CHECK(std::isnan(x[2]));
  CHECK(x[3] == T(0.5));
  x = {-infinity, infinity, std::numeric_limits<T>::quiet_NaN(), 0};
  mlp::tanh{}.forward(x.data(), 1, x.size());
  CHECK(x[0] == -1);
  CHECK(x[1] == 1);
  CHECK(std::isnan(x[2]));
  CHECK(x[3] == 0);
  x = {-infinity, infinity, std::numeric_limits<T>::quiet_NaN(), -1};
  mlp::relu{}.forward(x.data(), 1, x.size());
  CHECK(x[0] == 0);
  CHECK(x[1] == infinity);
  CHECK(std::isnan(x[2]));
  CHECK(x[3] == 0);
}

TEST_CASE("elementwise: an element has the same bits wherever it lies") {
  for (std::size_t n = 1; n < 40; ++n) {
    std::vector<float> x(n, 0.7f), one(1, 0.7f);
    mlp::tanh{}.forward(x.data(), 1, n);
    mlp::tanh{}.forward(one.data(), 1, 1);
    CHECK(std::all_of(x.begin(), x.end(), [&](float value) { return value == one[0]; }));
  }
}

TEST_CASE("elementwise: sums of columns are those of rows added one by one") {
  for (const std::size_t cols : {1u, 7u, 32u, 45u}) {
    std::vector<float> values(13 * cols), sums(cols), expected(cols);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0f / static_cast<float>(i + 1);
    for (std::size_t i = 0; i < values.size(); ++i) expected[i % cols] += values[i];
    detail::column_sums(values.data(), 13, cols, sums.data());
    CHECK(sums == expected);
  }
}

TEST_CASE("activations: values that numpy gives, and derivatives by central differences") {
  const auto check = [](const auto& activation, const std::vector<double>& expected) {
    using A = std::decay_t<decltype(activation)>;
    const std::vector<double> z = {-2, -0.5, 0, 0.5, 3};
    const auto at = [&](std::vector<double> y) {
      detail::activate(activation, y.data(), 1, y.size());
      return y;
    };
    const std::vector<double> y = at(z);
    for (std::size_t i = 0; i < z.size(); ++i) CHECK(std::abs(y[i] - expected[i]) <= 2e-15);
    for (std::size_t out = 0; out < z.size(); ++out) {
      std::vector<double> slope(z.size(), 0);
      slope[out] = 1;
      detail::deactivate(activation, detail::keeps_input_v<A> ? z.data() : y.data(), slope.data(), 1, z.size());
      for (std::size_t in = 0; in < z.size(); ++in) {
        if (z[in] == 0) continue;  // where relu and its like have no derivative
        std::vector<double> up = z, down = z;
        up[in] += 1e-6;
        down[in] -= 1e-6;
        CAPTURE(A::name);
        CHECK(std::abs(slope[in] - (at(up)[out] - at(down)[out]) / 2e-6) < 1e-9);
      }
    }
  };
  check(mlp::linear{}, {-2, -0.5, 0, 0.5, 3});
  check(mlp::relu{}, {0, 0, 0, 0.5, 3});
  check(mlp::leaky_relu{}, {-0.4, -0.1, 0, 0.5, 3});
  check(mlp::elu{}, {-0.8646647167633873, -0.39346934028736658, 0, 0.5, 3});
  check(mlp::elu{2}, {-2 * 0.8646647167633873, -2 * 0.39346934028736658, 0, 0.5, 3});
  check(mlp::gelu{}, {-0.045500263896358417, -0.15426876936299344, 0, 0.34573123063700656, 2.9959503059051098});
  check(mlp::tanh{}, {-0.9640275800758169, -0.46211715726000974, 0, 0.46211715726000974, 0.99505475368673046});
  check(mlp::sigmoid{}, {0.11920292202211755, 0.37754066879814541, 0.5, 0.62245933120185459, 0.95257412682243336});
  check(mlp::softplus{},
        {0.12692801104297249, 0.47407698418010669, 0.69314718055994529, 0.97407698418010669, 3.0485873515737421});
  check(mlp::softmax{},
        {0.0057648052313820546, 0.025836064598112649, 0.042596469254090885, 0.070229704915943658, 0.85557295600047067});
}
