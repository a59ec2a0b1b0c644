// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_SPECIAL_HPP
#define TAILOR_CORE_SPECIAL_HPP

#include <algorithm>
#include <cmath>
#include <limits>

#include "error.hpp"
#include "random.hpp"

namespace tailor {
inline namespace v0 {

// Probabilities of the usual distributions. `random::normal_quantile` is the inverse of `normal_cdf`.

/// The probability that a standard normal number lies below x, with full precision in the lower tail.
/// @throws value_error for NaN
double normal_cdf(double x);

/// The regularised incomplete beta function I_x(a, b) = ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt / B(a, b), to about 1e-13 of it (of 1
/// where b < 1 and x > 0.999): a continued fraction (Didonato, Morris: Algorithm 708. ACM TOMS 1992) behind a factor
/// without cancellation (Loader: Fast and accurate computation of binomial probabilities. 2000). O(√max(a, b)).
/// @throws value_error unless 1e-200 <= a, b <= 1e10 and 0 <= x <= 1
double incomplete_beta(double a, double b, double x);

/// The probability that a Student t number with `dof` degrees of freedom, any number > 0, lies below t, with full
/// precision in the lower tail.
/// @throws value_error when t is NaN or dof not from 1e-300 to 1e300
double student_t_cdf(double t, double dof);

/// The t below which a Student t number lies with probability p; −infinity for 0, infinity for 1.
/// @throws value_error unless 0 <= p <= 1 and 1e-300 <= dof <= 1e300
double student_t_quantile(double p, double dof);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// What Stirling's formula lacks: ln Γ(z) − ((z − ½) ln z − z + ½ ln 2π), z > 0. Unlike std::lgamma it touches no
/// global, and it stays small where ln Γ is large.
inline double stirling_error(double z) {
  double error = 0;
  for (; z < 12; z += 1) error += (z + 0.5) * (std::log1p(z) - std::log(z)) - 1;
  const double w = 1 / (z * z);
  const double series =
      1.0 / 12 -
      w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188 - w * (691.0 / 360360 - w * (1.0 / 156))))));
  return error + series / z;
}

/// −ln(1 − e) − e without cancellation, where rest = 1 − e is given as well.
inline double deviance(double e, double rest) {
  if (std::abs(e) > 0.1) return -std::log(rest) - e;
  const double v = e / (2 - e), square = v * v;  // −ln(1 − e) = 2 artanh v
  double sum = e * v, power = 2 * v;
  for (int odd = 3; odd <= 17; odd += 2) sum += (power *= square) / odd;
  return sum;
}

/// xᵃ yᵇ / B(a, b), where x + y = 1.
inline double beta_factor(double a, double b, double x, double y) {
  if (x == 0 || y == 0) return 0;
  const double n = a + b, surplus = a * y - b * x;  // a − n x, and n y − b
  const double exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) -
                          a * deviance(surplus / a, n * x / a) - b * deviance(-surplus / b, n * y / b);
  return std::sqrt(a / n) * std::sqrt(b) * 0.39894228040143267794 * std::exp(exponent);  // 1 / √(2π)
}

/// I_x(a, b) / beta_factor, best where x < (a + 1) / (a + b + 2).
inline double beta_fraction(double a, double b, double x, double y) {
  constexpr double tiny = 1e-300, enough = 2 * std::numeric_limits<double>::epsilon();
  const double surplus = a * y - b * x;
  const double most = 1000 + 100 * std::sqrt((std::max)(a, b));
  const auto or_tiny = [](double value) { return std::abs(value) < tiny ? tiny : value; };
  double value = or_tiny(a / (a + 1) * (surplus + 1)), c = value, d = 0;  // Lentz's method, as Thompson and Barnett's
  for (double m = 1; m <= most; ++m) {
    const double before = a + 2 * m - 1;
    const double numerator = (a + m - 1) / before * m / before * ((a + b + m - 1) * x) * ((b - m) * x);
    const double denominator = m + m / before * ((b - m) * x) + (a + m) / (a + 2 * m + 1) * (surplus + 1 + m * (1 + y));
    d = 1 / or_tiny(denominator + numerator * d);
    c = or_tiny(denominator + numerator / c);
    value *= c * d;
    if (std::abs(c * d - 1) <= enough) break;
  }
  return 1 / value;
}

/// I_x(a, b), where x + y = 1.
inline double incomplete_beta(double a, double b, double x, double y) {
  if (x == 0 || y == 0) return x == 0 ? 0 : 1;
  const double factor = beta_factor(a, b, x, y);
  // With b below 1 what is asked for may be so small that its complement would say nothing of it.
  if (x * (a + b + 2) < a + 1 || (b < 1 && x < 0.999)) return factor * beta_fraction(a, b, x, y);
  return 1 - factor * beta_fraction(b, a, y, x);
}

/// What is said of t > 0 with both halves in full precision.
struct student_t_sides {
  double tail;     ///< probability above t
  double central;  ///< probability from 0 to t
  double slope;    ///< t times the density at t
};

inline student_t_sides student_t_sides_of(double t, double dof) {
  constexpr double most = 1e100;  // from here on the tail is a power of t
  const double ratio = t / std::sqrt(dof), bounded = (std::min)(ratio, most), square = bounded * bounded;
  const double x = 1 / (1 + square), y = square / (1 + square), a = dof / 2;
  student_t_sides sides{};
  sides.slope = beta_factor(a, 0.5, x, y);
  if (y * (a + 2.5) < 1.5) {
    sides.central = sides.slope / 2 * beta_fraction(0.5, a, y, x);
    sides.tail = 0.5 - sides.central;
    return sides;
  }
  if (dof > 1e6) {  // where the fraction is long, a normal deviate is exact (Hill: Algorithm 395. CACM 1970)
    const double A = dof - 0.5, B = 48 * A * A, z = std::sqrt(A * std::log1p(square)), w = z * z;
    const double correction = z * (w + 3) / B - z * (((4 * w + 33) * w + 240) * w + 855) / B / (10 * B);
    sides.tail = normal_cdf(-(z + correction));
  } else {
    sides.tail = sides.slope / 2 * beta_fraction(a, 0.5, x, y);
  }
  if (ratio > most) {
    const double rest = std::exp(dof * (std::log(most) + std::log(dof) / 2 - std::log(t)));
    sides.tail *= rest;
    sides.slope *= rest;
  }
  sides.central = 0.5 - sides.tail;
  return sides;
}

}  // namespace detail

inline double normal_cdf(double x) {
  require(!std::isnan(x), "normal_cdf: x", "a number", x);
  // In the tail the rounding of x / √2 would be felt x² times as much, so it is made good to the first order.
  constexpr double root = 0.70710678118654752440, root_rest = -4.8336466567264567e-17;
  const double h = -x * root;
  if (!(h > 1)) return 0.5 * std::erfc(h);
  if (h > 30) return 0;
  const double rest = std::fma(-x, root, -h) - x * root_rest;
  return 0.5 * std::erfc(h) - rest * std::exp(-h * h) * 0.56418958354775628695;  // 1 / √π
}

inline double incomplete_beta(double a, double b, double x) {
  require(a >= 1e-200 && a <= 1e10, "incomplete_beta: a", "a number from 1e-200 to 1e10", a);
  require(b >= 1e-200 && b <= 1e10, "incomplete_beta: b", "a number from 1e-200 to 1e10", b);
  require(x >= 0 && x <= 1, "incomplete_beta: x", "a number from 0 to 1", x);
  return detail::incomplete_beta(a, b, x, 1 - x);
}

inline double student_t_cdf(double t, double dof) {
  require(!std::isnan(t), "student_t_cdf: t", "a number", t);
  require(dof >= 1e-300 && dof <= 1e300, "student_t_cdf: dof", "a number from 1e-300 to 1e300", dof);
  if (t == 0) return 0.5;
  if (std::isinf(t)) return t < 0 ? 0 : 1;
  const detail::student_t_sides sides = detail::student_t_sides_of(std::abs(t), dof);
  return t < 0 ? sides.tail : 0.5 + sides.central;
}

inline double student_t_quantile(double p, double dof) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  require(p >= 0 && p <= 1, "student_t_quantile: p", "a probability from 0 to 1", p);
  require(dof >= 1e-300 && dof <= 1e300, "student_t_quantile: dof", "a number from 1e-300 to 1e300", dof);
  if (p == 0 || p == 1) return p == 0 ? -infinity : infinity;
  if (p == 0.5) return 0;
  const double tail = (std::min)(p, 1 - p), central = std::abs(p - 0.5);
  // Newton's method for ln(probability) as a function of ln t, of the side that is the smaller one; kept in a bracket.
  double low = 0, high = infinity, t = central < tail ? central : -random::normal_quantile(tail);
  for (int step = 0; step < 200; ++step) {
    const detail::student_t_sides sides = detail::student_t_sides_of(t, dof);
    const double found = central < tail ? sides.central : sides.tail, wanted = central < tail ? central : tail;
    const bool below = central < tail ? found < wanted : found > wanted;
    (below ? low : high) = t;
    const double change = std::log(found / wanted) * found / sides.slope;
    double next = t * std::exp(central < tail ? -change : change);
    if (std::abs(change) <= 1e-10) return p < 0.5 ? -next : next;
    const double lowest = (std::max)(low, std::numeric_limits<double>::min());
    const double highest = (std::min)(high, (std::numeric_limits<double>::max)());
    if (!(next > low && next < high && next < infinity)) next = std::sqrt(lowest) * std::sqrt(highest);
    if (next == t || !(lowest < highest)) break;
    t = next;
  }
  if (t > 1e307 && low > 1e307) t = infinity;
  return p < 0.5 ? -t : t;
}

}  // namespace v0
}  // namespace tailor

#endif
