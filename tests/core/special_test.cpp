// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers are scipy 1.10.1's (betainc, stdtr) where it is precise to the digits below, mpmath 1.2.1's
// with 40 digits where it is not (scipy's stdtrit has 10), and closed forms. Some were checked by numerical
// integration.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <tailor/core/random.hpp>
#include <tailor/core/special.hpp>

using tailor::incomplete_beta;
using tailor::normal_cdf;
using tailor::student_t_cdf;
using tailor::student_t_quantile;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double pi = 3.14159265358979323846;

bool near(double found, double expected, double tolerance) {
  return found == expected || std::abs(found - expected) <= tolerance * std::abs(expected);
}

}  // namespace

TEST_CASE("normal_cdf: as mpmath's ncdf, into the tail") {
  CHECK(near(normal_cdf(-37), 5.72557122252457682e-300, 1e-14));
  CHECK(near(normal_cdf(-8), 6.22096057427178412e-16, 1e-14));
  CHECK(near(normal_cdf(-1.96), 0.024997895148220436, 1e-15));
  CHECK(near(normal_cdf(0.25), 0.5987063256829237, 1e-15));
  CHECK(near(normal_cdf(5), 0.9999997133484281, 1e-15));
  CHECK(normal_cdf(0) == 0.5);
  CHECK(normal_cdf(-infinity) == 0);
  CHECK(normal_cdf(infinity) == 1);
  for (const double p : {1e-200, 1e-9, 0.1, 0.7}) CHECK(near(normal_cdf(tailor::random::normal_quantile(p)), p, 1e-12));
}

TEST_CASE("incomplete_beta: as scipy's betainc and mpmath") {
  CHECK(near(incomplete_beta(0.5, 0.5, 0.1), 0.2048327646991335, 1e-14));
  CHECK(near(incomplete_beta(2, 3, 0.4), 0.5248, 1e-14));
  CHECK(near(incomplete_beta(10, 0.5, 0.9), 0.151640909634709969, 1e-14));
  CHECK(near(incomplete_beta(1.5, 40, 0.02), 0.346547132150220360, 1e-14));
  CHECK(near(incomplete_beta(0.01, 20, 1e-5), 0.923362828474563600, 1e-14));
  CHECK(near(incomplete_beta(300, 200, 0.61), 0.674162693526377317, 1e-14));
  CHECK(near(incomplete_beta(1e5, 1e5, 0.501), 0.814453255442443245, 1e-13));
  CHECK(near(incomplete_beta(1e6, 0.5, 0.999999), 0.157299155155835283, 1e-13));
  CHECK(near(incomplete_beta(3.4788649370374674, 0.0010666188108912629, 0.8449914787022698), 0.000590598232870728507,
             1e-13));
  CHECK(near(incomplete_beta(1e10, 1e10, 0.5), 0.5, 1e-13));
}

TEST_CASE("incomplete_beta: closed forms and symmetry") {
  tailor::random::generator g(1);
  for (int trial = 0; trial < 300; ++trial) {
    const double x = g.uniform(), a = std::exp(g.uniform(-4.0, 6.0)), b = std::exp(g.uniform(-4.0, 6.0));
    CAPTURE(a);
    CAPTURE(b);
    CAPTURE(x);
    CHECK(near(incomplete_beta(1, b, x), -std::expm1(b * std::log1p(-x)), 1e-13));
    CHECK(near(incomplete_beta(a, 1, x), std::pow(x, a), 2e-13));
    CHECK(std::abs(incomplete_beta(a, b, x) + incomplete_beta(b, a, 1 - x) - 1) <= 1e-13);
  }
  CHECK(incomplete_beta(2, 3, 0) == 0);
  CHECK(incomplete_beta(2, 3, 1) == 1);
  CHECK(incomplete_beta(1e-200, 1e10, 0.5) == 1);
}

TEST_CASE("student_t_cdf: as scipy's stdtr") {
  CHECK(near(student_t_cdf(-1, 1), 0.25, 1e-14));
  CHECK(near(student_t_cdf(2, 1), 0.5 + std::atan(2.0) / pi, 1e-14));
  CHECK(near(student_t_cdf(-2.5, 2), 0.0648058601107554, 1e-14));
  CHECK(near(student_t_cdf(0.3, 4.5), 0.6112332264802844, 1e-14));
  CHECK(near(student_t_cdf(-12, 10), 1.46070441238499e-07, 1e-13));
  CHECK(near(student_t_cdf(-1.7, 29), 0.04991689574423466, 1e-14));
  CHECK(near(student_t_cdf(2.1, 30), 0.9778787643688382, 1e-14));
  CHECK(near(student_t_cdf(-30, 5), 3.8593243102480234e-07, 1e-13));
  CHECK(near(student_t_cdf(-3, 1000), 0.0013833545221190939, 1e-13));
  CHECK(near(student_t_cdf(-5, 1e7), 2.8665640375042664e-07, 1e-13));
  CHECK(near(student_t_cdf(-1.5, 1e8), 0.06680720284735372, 1e-13));
  CHECK(near(student_t_cdf(0.001, 3), 0.5003675525152695, 1e-14));
  CHECK(student_t_cdf(0, 3) == 0.5);
  CHECK(student_t_cdf(-infinity, 3) == 0);
  CHECK(student_t_cdf(infinity, 3) == 1);
}

TEST_CASE("student_t_cdf: from next to no to very many degrees of freedom") {
  CHECK(near(student_t_cdf(-2, 1e300), normal_cdf(-2), 1e-14));
  CHECK(near(student_t_cdf(-1, 1e300), normal_cdf(-1), 1e-14));
  CHECK(near(student_t_cdf(-1e90, 1e-3), 0.404733500139255146, 1e-12));   // mpmath, as the next
  CHECK(near(student_t_cdf(-1e200, 1e-3), 0.314173212486115090, 1e-12));  // where t² would overflow
  CHECK(near(student_t_cdf(-3, 1000001), student_t_cdf(-3, 999999), 1e-9));
  CHECK(near(student_t_cdf(-1e8, 1), 1 / (pi * 1e8), 1e-13));
}

TEST_CASE("student_t_quantile: as mpmath, and closed forms") {
  CHECK(near(student_t_quantile(0.975, 1), std::tan(pi * (0.975 - 0.5)), 1e-13));
  CHECK(near(student_t_quantile(0.975, 2), 4.30265272974946179, 1e-13));
  CHECK(near(student_t_quantile(0.975, 9), 2.26215716279820500, 1e-13));
  CHECK(near(student_t_quantile(0.95, 29), 1.69912702653349728, 1e-13));
  CHECK(near(student_t_quantile(0.995, 609), 2.58392632718598153, 1e-13));
  CHECK(near(student_t_quantile(0.025, 1e6), -1.959966356814107, 1e-13));
  CHECK(near(student_t_quantile(1e-10, 3), -2225.76928468309319, 1e-13));
  CHECK(near(student_t_quantile(1e-30, 50), -25.6362125641082928, 1e-13));
  CHECK(near(student_t_quantile(0.51, 7), 0.0259779415695168898, 1e-13));
  CHECK(near(student_t_quantile(0.9999, 0.5), 10284911.563165651, 1e-13));
  CHECK(near(student_t_quantile(1e-300, 1), -1e300 / pi, 1e-13));
  CHECK(near(student_t_quantile(1e-300, 1e300), tailor::random::normal_quantile(1e-300), 1e-13));
  CHECK(student_t_quantile(0.5, 3) == 0);
  CHECK(student_t_quantile(0, 3) == -infinity);
  CHECK(student_t_quantile(1, 3) == infinity);
  CHECK(student_t_quantile(0.1, 1e-3) == -infinity);  // some −1e699
}

TEST_CASE("student_t_quantile: the inverse of student_t_cdf") {
  tailor::random::generator g(2);
  for (int trial = 0; trial < 500; ++trial) {
    const double dof = std::exp(g.uniform(-1.0, 16.0)),
                 p = trial % 2 == 0 ? g.uniform() : std::exp(g.uniform(-60.0, 0.0));
    CAPTURE(dof);
    CAPTURE(p);
    CHECK(near(student_t_cdf(student_t_quantile(p, dof), dof), p, 1e-12));
    CHECK(student_t_quantile(p, dof) <= student_t_quantile((1 + p) / 2, dof));
  }
}

TEST_CASE("special functions: say what is wrong") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(normal_cdf(nan), "normal_cdf: x: expected a number, found NaN", tailor::value_error);
  CHECK_THROWS_AS(incomplete_beta(0, 1, 0.5), tailor::value_error);
  CHECK_THROWS_AS(incomplete_beta(1, 1e11, 0.5), tailor::value_error);
  CHECK_THROWS_AS(incomplete_beta(1, nan, 0.5), tailor::value_error);
  CHECK_THROWS_WITH_AS(incomplete_beta(1, 1, 1.5), "incomplete_beta: x: expected a number from 0 to 1, found 1.5",
                       tailor::value_error);
  CHECK_THROWS_AS(student_t_cdf(nan, 1), tailor::value_error);
  for (const double dof : {0.0, -1.0, infinity, nan}) {
    CHECK_THROWS_AS(student_t_cdf(1, dof), tailor::value_error);
    CHECK_THROWS_AS(student_t_quantile(0.3, dof), tailor::value_error);
  }
  for (const double p : {-0.1, 1.1, nan}) CHECK_THROWS_AS(student_t_quantile(p, 3), tailor::value_error);
}
