// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_LOSSES_HPP
#define TAILOR_MLP_LOSSES_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "../core/error.hpp"
#include "../core/span.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

// A loss is a value type with a name and
//   template <class T>
//   T operator()(span<const T> target, span<const T> predicted, span<T> gradient) const;
// which returns the loss of one sample and writes its derivative by the prediction, unless `gradient` is empty. A loss
// is a metric too. Two more members are optional:
//   void check(T label, std::size_t outputs) const;               throws for a label that it cannot take
//   std::size_t target_columns(std::size_t outputs) const;        how many numbers a target has, by default `outputs`
// The definitions and defaults are those of Keras 3.

/// −Σ_j (t ln p + (1 − t) ln(1 − p)) / outputs; p is clipped to [1e-7, 1 − 1e-7], beyond which its derivative is 0.
/// Labels are 0 or 1.
struct binary_crossentropy {
  static constexpr const char* name = "binary_crossentropy";
  bool from_logits = false;    ///< predictions are z of p = 1 / (1 + e^−z): nothing is clipped
  double label_smoothing = 0;  ///< labels become t (1 − s) + s / 2

  void check() const;
  template <class T>
  void check(T label, std::size_t outputs) const;
  template <class T>
  T operator()(span<const T> target, span<const T> predicted, span<T> gradient) const;
};

/// −Σ_j t_j ln p_j for targets that are one-hot, or probabilities; p is divided by its sum, then clipped as above.
struct categorical_crossentropy {
  static constexpr const char* name = "categorical_crossentropy";
  bool from_logits = false;    ///< predictions are z of p = softmax z: nothing is clipped
  double label_smoothing = 0;  ///< labels become t (1 − s) + s / outputs

  void check() const;
  template <class T>
  void check(T label, std::size_t outputs) const;
  template <class T>
  T operator()(span<const T> target, span<const T> predicted, span<T> gradient) const;
};

/// The same for targets that are the number of the class, 0 … outputs − 1: one a sample.
struct sparse_categorical_crossentropy {
  static constexpr const char* name = "sparse_categorical_crossentropy";
  bool from_logits = false;

  std::size_t target_columns(std::size_t) const { return 1; }
  template <class T>
  void check(T label, std::size_t outputs) const;
  template <class T>
  T operator()(span<const T> target, span<const T> predicted, span<T> gradient) const;
};

/// Σ_j (p − t)² / outputs
struct mean_squared_error {
  static constexpr const char* name = "mean_squared_error";
  template <class T>
  T operator()(span<const T> target, span<const T> predicted, span<T> gradient) const;
};

/// Σ_j |p − t| / outputs; the derivative at 0 is 0.
struct mean_absolute_error {
  static constexpr const char* name = "mean_absolute_error";
  template <class T>
  T operator()(span<const T> target, span<const T> predicted, span<T> gradient) const;
};

/// ½ e² for |e| <= delta, else delta · (|e| − delta / 2), with e = p − t; the mean over outputs.
struct huber {
  static constexpr const char* name = "huber";
  double delta = 1;

  void check() const;
  template <class T>
  T operator()(span<const T> target, span<const T> predicted, span<T> gradient) const;
};

using mse = mean_squared_error;
using mae = mean_absolute_error;

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr double probability_margin = 1e-7;  // Keras's epsilon()

template <class T>
struct clipped {
  explicit clipped(T p)
      : low(static_cast<T>(probability_margin)), high(T{1} - low), inside(p >= low && p <= high), value(p) {
    if (p < low) value = low;
    if (p > high) value = high;
  }
  T low, high;
  bool inside;
  T value;  // NaN stays NaN
};

/// Calls `f(j, gradient or null)` for every output; returns the mean of what it gives.
template <class T, class F>
T mean_over_outputs(span<const T> predicted, span<T> gradient, F&& f) {
  const T share = T{1} / static_cast<T>(predicted.size());
  T total = 0;
  for (std::size_t j = 0; j < predicted.size(); ++j) {
    T slope = 0;
    total += f(j, slope);
    if (!gradient.empty()) gradient[j] = slope * share;
  }
  return total * share;
}

/// Σ −t_j ln p_j with t_j from `target(j)`.
template <class T, class Target>
T crossentropy_of_classes(bool from_logits, span<const T> predicted, span<T> gradient, Target&& target) {
  const std::size_t n = predicted.size();
  T loss = 0;
  if (from_logits) {
    const T most = *std::max_element(predicted.begin(), predicted.end());
    T total = 0, weight = 0;
    for (std::size_t j = 0; j < n; ++j) total += std::exp(predicted[j] - most);
    const T log_total = std::log(total);
    for (std::size_t j = 0; j < n; ++j) {
      loss -= target(j) * (predicted[j] - most - log_total);
      weight += target(j);
    }
    if (!gradient.empty())
      for (std::size_t j = 0; j < n; ++j) gradient[j] = std::exp(predicted[j] - most) / total * weight - target(j);
    return loss;
  }
  T total = 0, mean = 0;
  for (std::size_t j = 0; j < n; ++j) total += predicted[j];
  for (std::size_t j = 0; j < n; ++j) {
    const T p = predicted[j] / total;
    const clipped<T> q(p);
    if (target(j) != T{0}) loss -= target(j) * std::log(q.value);
    const T slope = q.inside ? -target(j) / q.value : T{0};
    mean += slope * p;
    if (!gradient.empty()) gradient[j] = slope;
  }
  if (!gradient.empty())
    for (std::size_t j = 0; j < n; ++j) gradient[j] = (gradient[j] - mean) / total;
  return loss;
}

inline void check_smoothing(double smoothing) {
  require(smoothing >= 0 && smoothing < 1, "label_smoothing", "a number from 0 below 1", smoothing);
}

}  // namespace detail

inline void binary_crossentropy::check() const { detail::check_smoothing(label_smoothing); }
inline void categorical_crossentropy::check() const { detail::check_smoothing(label_smoothing); }
inline void huber::check() const { require(delta > 0 && std::isfinite(delta), "huber::delta", "above 0", delta); }

template <class T>
void binary_crossentropy::check(T label, std::size_t) const {
  require(label == T{0} || label == T{1}, "y", "labels that are 0 or 1", label);
}

template <class T>
void categorical_crossentropy::check(T label, std::size_t) const {
  require(label >= T{0} && label <= T{1}, "y", "probabilities, such as one-hot labels", label);
}

template <class T>
void sparse_categorical_crossentropy::check(T label, std::size_t outputs) const {
  require(label >= T{0} && label < static_cast<T>(outputs) && label == std::floor(label), "y",
          "classes from 0 below the number of outputs, which is " + show(outputs), label);
}

template <class T>
T binary_crossentropy::operator()(span<const T> target, span<const T> predicted, span<T> gradient) const {
  const T smoothing = static_cast<T>(label_smoothing);
  return detail::mean_over_outputs(predicted, gradient, [&](std::size_t j, T& slope) {
    const T t = target[j] * (T{1} - smoothing) + smoothing / 2;
    if (from_logits) {
      const T z = predicted[j], e = std::exp(-std::abs(z));
      slope = (z < 0 ? e : T{1}) / (T{1} + e) - t;
      return (z < 0 ? T{0} : z) - z * t + std::log1p(e);
    }
    const detail::clipped<T> p(predicted[j]);
    if (p.inside) slope = (p.value - t) / (p.value * (T{1} - p.value));
    // One logarithm is enough for a label that is 0 or 1.
    T loss = 0;
    if (t != T{0}) loss -= t * std::log(p.value);
    if (t != T{1}) loss -= (T{1} - t) * std::log(T{1} - p.value);
    return loss;
  });
}

template <class T>
T categorical_crossentropy::operator()(span<const T> target, span<const T> predicted, span<T> gradient) const {
  const T smoothing = static_cast<T>(label_smoothing), share = smoothing / static_cast<T>(predicted.size());
  return detail::crossentropy_of_classes(from_logits, predicted, gradient,
                                         [&](std::size_t j) { return target[j] * (T{1} - smoothing) + share; });
}

template <class T>
T sparse_categorical_crossentropy::operator()(span<const T> target, span<const T> predicted, span<T> gradient) const {
  const auto label = static_cast<std::size_t>(target[0]);
  return detail::crossentropy_of_classes(from_logits, predicted, gradient,
                                         [&](std::size_t j) { return j == label ? T{1} : T{0}; });
}

template <class T>
T mean_squared_error::operator()(span<const T> target, span<const T> predicted, span<T> gradient) const {
  return detail::mean_over_outputs(predicted, gradient, [&](std::size_t j, T& slope) {
    const T error = predicted[j] - target[j];
    slope = 2 * error;
    return error * error;
  });
}

template <class T>
T mean_absolute_error::operator()(span<const T> target, span<const T> predicted, span<T> gradient) const {
  return detail::mean_over_outputs(predicted, gradient, [&](std::size_t j, T& slope) {
    const T error = predicted[j] - target[j];
    slope = static_cast<T>((error > 0) - (error < 0));
    return std::abs(error);
  });
}

template <class T>
T huber::operator()(span<const T> target, span<const T> predicted, span<T> gradient) const {
  const T most = static_cast<T>(delta);
  return detail::mean_over_outputs(predicted, gradient, [&](std::size_t j, T& slope) {
    const T error = predicted[j] - target[j], size = std::abs(error);
    slope = size <= most ? error : (error < 0 ? -most : most);
    return size <= most ? error * error / 2 : most * (size - most / 2);
  });
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
