// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_RATING_HPP
#define TAILOR_METRICS_RATING_HPP

#include <cmath>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/span.hpp"

namespace tailor {
inline namespace v0 {
namespace metrics {

/// Root of the mean squared error, √(Σ (p − t)² / n), as Surprise's and scikit-learn's.
/// @param predicted, actual  [n] each: a vector, array or span of numbers, or an xtensor expression
/// @throws shape_error when the two differ in length, value_error when they are empty or not finite
template <class P, class A>
double rmse(const P& predicted, const A& actual);

/// Mean absolute error, Σ |p − t| / n.
/// @throws as `rmse`
template <class P, class A>
double mae(const P& predicted, const A& actual);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <class X, class = void>
struct is_run_of_numbers : std::false_type {};
template <class X>
struct is_run_of_numbers<X, std::enable_if_t<std::is_arithmetic_v<typename X::value_type> &&
                                             std::is_constructible_v<span<const typename X::value_type>, const X&>>>
    : std::true_type {};

/// A span as it is, an expression through the door.
template <class X>
auto numbers(const X& values, std::string_view name) {
  static_assert(is_expression_v<X> || is_run_of_numbers<X>::value,
                "tailor::metrics: expected a vector, array or span of numbers, or an xtensor expression");
  if constexpr (is_expression_v<X>)
    return as_vector<double>(values, name);
  else
    return span<const typename X::value_type>(values);
}
inline span<const double> view(const vector_argument<double>& values) { return values.view(); }
template <class T>
span<const T> view(span<const T> values) {
  return values;
}

/// Σ error(p − t) / n.
template <class P, class A, class Error>
double mean_error(const P& predicted, const A& actual, Error error) {
  const auto predicted_values = numbers(predicted, "predicted");
  const auto actual_values = numbers(actual, "actual");
  const auto p = view(predicted_values);
  const auto t = view(actual_values);
  require<shape_error>(p.size() == t.size(), "predicted", "as many as actual, " + show(t.size()), p.size());
  require(!p.empty(), "predicted", "at least one number", p.size());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto a = static_cast<double>(p[i]), b = static_cast<double>(t[i]);
    if (!std::isfinite(a)) throw value_error(describe("predicted(" + show(i) + ')', "a finite number", show(a)));
    if (!std::isfinite(b)) throw value_error(describe("actual(" + show(i) + ')', "a finite number", show(b)));
    sum += error(a - b);
  }
  return sum / static_cast<double>(p.size());
}

}  // namespace detail

template <class P, class A>
double rmse(const P& predicted, const A& actual) {
  return std::sqrt(detail::mean_error(predicted, actual, [](double difference) { return difference * difference; }));
}

template <class P, class A>
double mae(const P& predicted, const A& actual) {
  return detail::mean_error(predicted, actual, [](double difference) { return std::abs(difference); });
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
