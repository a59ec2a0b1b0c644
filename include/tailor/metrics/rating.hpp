// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_RATING_HPP
#define TAILOR_METRICS_RATING_HPP

#include <cmath>
#include <cstddef>
#include <string_view>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/span.hpp"

namespace tailor {
inline namespace v0 {
namespace metrics {

/// Root of the mean squared error, √(Σ (p − t)² / n), as Surprise's and scikit-learn's.
/// @param predicted, actual  [n]
/// @throws shape_error when the two differ in length, value_error when they are empty or not finite
template <class P, class A>
double rmse(const P& predicted, const A& actual);

/// Mean absolute error, Σ |p − t| / n.
/// @throws as `rmse`
template <class P, class A>
double mae(const P& predicted, const A& actual);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// A span as it is, an expression through the door.
template <class X>
auto numbers(const X& values, std::string_view name) {
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
