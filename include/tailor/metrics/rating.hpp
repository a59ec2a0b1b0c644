// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_RATING_HPP
#define TAILOR_METRICS_RATING_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/index.hpp"
#include "../core/span.hpp"

namespace tailor {
inline namespace v0 {
namespace metrics {

/// Root of the mean squared error, √(Σ (p − t)² / n), as Surprise's and scikit-learn's.
/// @param predicted, actual  [n] each: a vector, array or span of numbers, or an xtensor expression
/// @throws shape_error when the two differ in length, value_error when they are empty or not finite
template <class P, class A>
double rmse(const P& predicted, const A& actual);

/// Mean absolute error, Σ |p − t| / n over all ratings, as Surprise's and scikit-learn's. The NMAE of Goldberg et al.
/// (Eigentaste. Information Retrieval 2001) divides it by the length of the rating scale.
/// @throws as `rmse`
template <class P, class A>
double mae(const P& predicted, const A& actual);

/// Pairs of ratings by one user that a prediction puts in the right and in the wrong order.
struct concordance {
  double concordant = 0, discordant = 0;

  concordance& operator+=(const concordance& other) noexcept {
    concordant += other.concordant;
    discordant += other.discordant;
    return *this;
  }
};

/// Of all pairs with t_i > t_j: concordant when p_i > p_j, else, so also for equal predictions, discordant, as
/// Surprise counts them. Pairs of equal ratings say nothing. O(n log n).
/// @param predicted, actual  [n] each, of one user
/// @throws shape_error when the two differ in length, value_error when they are not finite
concordance count_concordance(span<const double> predicted, span<const double> actual);

/// Fraction of concordant pairs within users, Σ concordant / Σ (concordant + discordant) over users (Koren, Sill:
/// Collaborative filtering on ordinal user feedback. IJCAI 2013, section 5.2). Surprise's `fcp` divides the first sum
/// by the number of users with a concordant pair and the second by that of users with a discordant one before it does
/// the same; the two agree when every user has both. O(n log n).
/// @param users              [n]: whose the ratings are; a vector, array or span of integers or of `user_index`
/// @param predicted, actual  [n] each, as for `rmse`
/// @throws as `rmse`; value_error when no user has two different ratings
template <class U, class P, class A>
double fcp(const U& users, const P& predicted, const A& actual);

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

/// Calls f(p, t) for every pair of numbers, checked, and returns how many there are.
template <class P, class A, class F>
std::size_t for_each_pair(const P& predicted, const A& actual, F&& f) {
  const auto predicted_values = numbers(predicted, "predicted");
  const auto actual_values = numbers(actual, "actual");
  const auto p = view(predicted_values);
  const auto t = view(actual_values);
  require<shape_error>(p.size() == t.size(), "predicted", "as many as actual, " + show(t.size()), p.size());
  require(!p.empty(), "predicted", "at least one number", p.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto a = static_cast<double>(p[i]), b = static_cast<double>(t[i]);
    if (!std::isfinite(a)) throw value_error(describe("predicted(" + show(i) + ')', "a finite number", show(a)));
    if (!std::isfinite(b)) throw value_error(describe("actual(" + show(i) + ')', "a finite number", show(b)));
    f(a, b);
  }
  return p.size();
}

/// Σ error(p − t) / n.
template <class P, class A, class Error>
double mean_error(const P& predicted, const A& actual, Error error) {
  double sum = 0;
  const std::size_t n = for_each_pair(predicted, actual, [&](double p, double t) { sum += error(p - t); });
  return sum / static_cast<double>(n);
}

struct rated {
  double predicted, actual;
};

/// Sorts n numbers and returns how many pairs of them rose.
inline std::uint64_t sort_and_count_rising(double* x, double* scratch, std::size_t n) {
  if (n < 2) return 0;
  const std::size_t half = n / 2;
  std::uint64_t rising = sort_and_count_rising(x, scratch, half) + sort_and_count_rising(x + half, scratch, n - half);
  std::size_t left = 0, right = half;
  for (std::size_t out = 0; out < n; ++out) {
    if (left < half && (right == n || x[left] < x[right])) {
      scratch[out] = x[left++];
      rising += n - right;
    } else {
      scratch[out] = x[right++];
    }
  }
  std::copy(scratch, scratch + n, x);
  return rising;
}

/// Reorders `pairs`.
inline concordance count_concordance(span<rated> pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const rated& a, const rated& b) {
    return a.actual < b.actual || (a.actual == b.actual && a.predicted > b.predicted);  // so that equals do not rise
  });
  const std::size_t n = pairs.size();
  std::uint64_t different = 0;
  for (std::size_t begin = 0, i = 0; i < n; ++i) {
    if (pairs[i].actual != pairs[begin].actual) begin = i;
    different += begin;
  }
  std::vector<double> work(2 * n);
  std::transform(pairs.begin(), pairs.end(), work.begin(), [](const rated& pair) { return pair.predicted; });
  const std::uint64_t concordant = sort_and_count_rising(work.data(), work.data() + n, n);
  return {static_cast<double>(concordant), static_cast<double>(different - concordant)};
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

inline concordance count_concordance(span<const double> predicted, span<const double> actual) {
  if (predicted.empty() && actual.empty()) return {};
  std::vector<detail::rated> pairs;
  pairs.reserve(predicted.size());
  detail::for_each_pair(predicted, actual, [&](double p, double t) { pairs.push_back({p, t}); });
  return detail::count_concordance(span<detail::rated>(pairs));
}

template <class U, class P, class A>
double fcp(const U& users, const P& predicted, const A& actual) {
  using user = typename U::value_type;
  static_assert(std::is_integral_v<user> || std::is_same_v<user, user_index>,
                "tailor::metrics::fcp: expected users as integers or user_index");
  const span<const user> who(users);
  std::vector<detail::rated> pairs;
  const std::size_t n = detail::for_each_pair(predicted, actual, [&](double p, double t) { pairs.push_back({p, t}); });
  require<shape_error>(who.size() == n, "users", "as many as predicted, " + show(n), who.size());
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return who[a] < who[b]; });
  concordance total;
  std::vector<detail::rated> of_one;
  for (std::size_t i = 0; i < n; ++i) {
    of_one.push_back(pairs[order[i]]);
    if (i + 1 < n && who[order[i]] == who[order[i + 1]]) continue;
    total += detail::count_concordance(span<detail::rated>(of_one));
    of_one.clear();
  }
  const double both = total.concordant + total.discordant;
  require(both > 0, "actual", "two different ratings by one user", "none");
  return total.concordant / both;
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
