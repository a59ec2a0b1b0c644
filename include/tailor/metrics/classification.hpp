// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_CLASSIFICATION_HPP
#define TAILOR_METRICS_CLASSIFICATION_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/span.hpp"
#include "rating.hpp"

// What a classifier of two classes is measured by. Every function takes
//   scores, probabilities  [n]: a vector, array or span of numbers, or an xtensor expression; probabilities lie in [0,
//   1] labels                 [n]: 0 or 1, of any type; std::vector<bool> too weights                [n]: how much each
//   case counts, from 0; when they are not given, each counts 1
// and throws shape_error when they differ in length, value_error when they are empty, not finite or out of range, or
// when all weights are 0. Conventions are scikit-learn's 1.2.

namespace tailor {
inline namespace v0 {
namespace metrics {

/// Stands for weights that are all 1.
struct unweighted {};

/// How many cases (or how much weight) a threshold calls rightly and wrongly.
struct confusion {
  double true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;

  double total() const noexcept { return true_positives + false_positives + true_negatives + false_negatives; }
  double accuracy() const noexcept { return ratio(true_positives + true_negatives, total()); }
  /// Of those called positive, the part that is; 0 when none is called so.
  double precision() const noexcept { return ratio(true_positives, true_positives + false_positives); }
  /// Of the positives, the part that is called so; 0 when there is none.
  double recall() const noexcept { return ratio(true_positives, true_positives + false_negatives); }
  /// Of the negatives, the part that is called so; 0 when there is none.
  double specificity() const noexcept { return ratio(true_negatives, true_negatives + false_positives); }
  /// Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); 0 when there is nothing to count.
  double f1() const noexcept {
    return ratio(2 * true_positives, 2 * true_positives + false_positives + false_negatives);
  }
  /// Matthews' correlation of what is called and what is, from −1 to 1; 0 when either is all of one class.
  double matthews() const noexcept {
    const double called = true_positives + false_positives, uncalled = true_negatives + false_negatives;
    const double positive = true_positives + false_negatives, negative = true_negatives + false_positives;
    const double covariance = true_positives * true_negatives - false_positives * false_negatives;
    return ratio(covariance, std::sqrt(called * uncalled) * std::sqrt(positive * negative));
  }

 private:
  static double ratio(double part, double whole) noexcept { return whole > 0 ? part / whole : 0; }
};

/// Counts, calling positive what scores strictly above the threshold, as Keras does. O(n).
/// @throws value_error when the threshold is NaN
template <class S, class L, class W = unweighted>
confusion count_confusion(const S& scores, const L& labels, double threshold = 0.5, const W& weights = {});

/// The part of the cases that is called rightly. O(n).
template <class S, class L, class W = unweighted>
double accuracy(const S& scores, const L& labels, double threshold = 0.5, const W& weights = {}) {
  return count_confusion(scores, labels, threshold, weights).accuracy();
}
template <class S, class L, class W = unweighted>
double precision(const S& scores, const L& labels, double threshold = 0.5, const W& weights = {}) {
  return count_confusion(scores, labels, threshold, weights).precision();
}
template <class S, class L, class W = unweighted>
double recall(const S& scores, const L& labels, double threshold = 0.5, const W& weights = {}) {
  return count_confusion(scores, labels, threshold, weights).recall();
}
template <class S, class L, class W = unweighted>
double f1(const S& scores, const L& labels, double threshold = 0.5, const W& weights = {}) {
  return count_confusion(scores, labels, threshold, weights).f1();
}
template <class S, class L, class W = unweighted>
double matthews(const S& scores, const L& labels, double threshold = 0.5, const W& weights = {}) {
  return count_confusion(scores, labels, threshold, weights).matthews();
}

/// Mean of −ln of the probability that was given to what happened. Probabilities are clipped to [ε, 1 − ε], ε the
/// machine epsilon of their type (2⁻²³ for float, 2⁻⁵² otherwise), so that a certain error costs 15.9 or 36.0 and not
/// infinity. O(n).
template <class P, class L, class W = unweighted>
double log_loss(const P& probabilities, const L& labels, const W& weights = {});

/// Mean squared distance of the probability from 0 or 1 (Brier: Verification of forecasts expressed in terms of
/// probability. Monthly Weather Review 1950). O(n).
template <class P, class L, class W = unweighted>
double brier(const P& probabilities, const L& labels, const W& weights = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// One case: what was predicted of it, how much it counts and what it is.
struct outcome {
  double score, weight;
  bool positive;
};

/// All of them that count, and the weight of either class.
struct outcomes {
  std::vector<outcome> cases;
  double positives = 0, negatives = 0;

  double total() const noexcept { return positives + negatives; }
  /// @throws value_error when one class is not there
  void require_both() const {
    require(positives > 0 && negatives > 0, "labels", "both 0 and 1",
            std::string("only ") + (positives > 0 ? '1' : '0'));
  }
};

enum class score_range { finite, probability };

/// std::vector<bool> has no bools in memory to point at.
inline std::vector<unsigned char> label_numbers(const std::vector<bool>& labels) {
  return {labels.begin(), labels.end()};
}
template <class L>
auto label_numbers(const L& labels) {
  return numbers(labels, "labels");
}
inline span<const unsigned char> view(const std::vector<unsigned char>& values) { return values; }

inline value_error bad_value(std::string_view name, std::size_t at, std::string_view expected, double found) {
  return value_error(describe(std::string(name) + '(' + show(at) + ')', expected, show(found)));
}

/// The door of all that is here: checks scores, labels and weights and puts them side by side. What is behind it is
/// compiled once.
template <class S, class L, class W>
outcomes gather(const S& scores, const L& labels, const W& weights, score_range range) {
  const std::string_view name = range == score_range::finite ? "scores" : "probabilities";
  const auto score_values = numbers(scores, name);
  const auto label_values = label_numbers(labels);
  const auto s = view(score_values);
  const auto l = view(label_values);
  require(!s.empty(), name, "at least one number", s.size());
  require<shape_error>(l.size() == s.size(), "labels", "as many as " + std::string(name) + ", " + show(s.size()),
                       l.size());
  outcomes all;
  all.cases.reserve(s.size());
  const auto add = [&](std::size_t i, double weight) {
    const auto score = static_cast<double>(s[i]), label = static_cast<double>(l[i]);
    if (!std::isfinite(score)) throw bad_value(name, i, "a finite number", score);
    if (range == score_range::probability && (score < 0 || score > 1)) throw bad_value(name, i, "0 to 1", score);
    if (label != 0 && label != 1) throw bad_value("labels", i, "0 or 1", label);
    if (weight == 0) return;
    all.cases.push_back({score, weight, label == 1});
    (label == 1 ? all.positives : all.negatives) += weight;
  };
  if constexpr (std::is_same_v<W, unweighted>) {
    for (std::size_t i = 0; i < s.size(); ++i) add(i, 1);
  } else {
    const auto weight_values = numbers(weights, "weights");
    const auto w = view(weight_values);
    require<shape_error>(w.size() == s.size(), "weights", "as many as " + std::string(name) + ", " + show(s.size()),
                         w.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
      const auto weight = static_cast<double>(w[i]);
      if (!std::isfinite(weight) || weight < 0) throw bad_value("weights", i, "a number from 0", weight);
      add(i, weight);
    }
    require(all.total() > 0 && std::isfinite(all.total()), "weights", "a sum that is above 0 and finite", all.total());
  }
  return all;
}

/// Σ weight · cost(case) / Σ weight.
template <class Cost>
double mean_cost(const outcomes& all, Cost cost) {
  double sum = 0;
  for (const outcome& o : all.cases) sum += o.weight * cost(o);
  return sum / all.total();
}

/// The scalar that the elements of `X` have.
template <class X>
using element_t = std::conditional_t<is_expression_v<X>, real_of_t<X>, typename X::value_type>;

template <class X>
inline constexpr bool holds_floats_v = std::is_same_v<std::remove_cv_t<element_t<X>>, float>;

inline double log_loss(const outcomes& all, double epsilon) {
  return mean_cost(all, [epsilon](const outcome& o) {
    const double p = (std::min)((std::max)(o.score, epsilon), 1 - epsilon);
    return o.positive ? -std::log(p) : -std::log1p(-p);
  });
}

}  // namespace detail

template <class S, class L, class W>
confusion count_confusion(const S& scores, const L& labels, double threshold, const W& weights) {
  require(!std::isnan(threshold), "threshold", "a number", threshold);
  confusion counts;
  for (const detail::outcome& o : detail::gather(scores, labels, weights, detail::score_range::finite).cases) {
    if (o.score > threshold)
      (o.positive ? counts.true_positives : counts.false_positives) += o.weight;
    else
      (o.positive ? counts.false_negatives : counts.true_negatives) += o.weight;
  }
  return counts;
}

template <class P, class L, class W>
double log_loss(const P& probabilities, const L& labels, const W& weights) {
  constexpr double epsilon = detail::holds_floats_v<P> ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                                       : std::numeric_limits<double>::epsilon();
  return detail::log_loss(detail::gather(probabilities, labels, weights, detail::score_range::probability), epsilon);
}

template <class P, class L, class W>
double brier(const P& probabilities, const L& labels, const W& weights) {
  return detail::mean_cost(detail::gather(probabilities, labels, weights, detail::score_range::probability),
                           [](const detail::outcome& o) {
                             const double error = o.score - (o.positive ? 1 : 0);
                             return error * error;
                           });
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
