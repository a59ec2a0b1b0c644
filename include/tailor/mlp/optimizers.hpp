// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_OPTIMIZERS_HPP
#define TAILOR_MLP_OPTIMIZERS_HPP

#include <cmath>
#include <cstddef>
#include <string>

#include "../core/error.hpp"
#include "../core/span.hpp"
#include "elementwise.hpp"
#include "schedules.hpp"

#if defined(__clang__)
#define TAILOR_EXACT_BODY _Pragma("clang fp contract(off)")
#else
#define TAILOR_EXACT_BODY
#endif
#if defined(__GNUC__)
#define TAILOR_INLINE inline __attribute__((always_inline))
#else
#define TAILOR_INLINE inline
#endif

namespace tailor {
inline namespace v0 {
namespace mlp {

// An optimiser is a value type with
//   static constexpr const char* name;
//   schedule learning_rate;
//   std::size_t slots() const;                          how many numbers it remembers of each weight; they start at 0
//   template <class T>
//   void step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t t, double rate) const;
// where `slots` is [slots(), n], t counts from 1, and rate is the learning rate of this step. Optional:
//   template <class T> void initialize(std::size_t n, T* slots) const;       another start
//   double weight_decay;                          weights ← weights − rate · weight_decay · weights before each step
//   clipping clip;                                of the gradient, before all
//   void check() const;                           throws for options that nothing could make right
// Rules and defaults are those of Keras 3.

/// How long a gradient may be; 0 is no limit, and at most one is set.
struct clipping {
  double value = 0;        ///< of each number
  double norm = 0;         ///< of each kernel or bias
  double global_norm = 0;  ///< of all together
};

/// w ← w − rate · g; with momentum, m ← momentum · m − rate · g and w ← w + m, or w + momentum · m − rate · g.
struct sgd {
  static constexpr const char* name = "sgd";
  schedule learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
  clipping clip = {};

  void check() const;
  std::size_t slots() const { return momentum != 0 ? 1 : 0; }
  template <class T>
  void step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t t, double rate) const;
};

/// Kingma & Ba 2015, with ε added to √v before its correction:
/// w ← w − rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε). PyTorch corrects √v first.
template <bool Decays>
struct basic_adam {
  static constexpr const char* name = Decays ? "adamw" : "adam";
  schedule learning_rate = 0.001;
  double beta_1 = 0.9, beta_2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = Decays ? 0.004 : 0;
  clipping clip = {};

  void check() const;
  std::size_t slots() const { return 2; }
  template <class T>
  void step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t t, double rate) const;
};

using adam = basic_adam<false>;
/// adam whose weights decay by default (Loshchilov & Hutter 2019).
using adamw = basic_adam<true>;

/// w ← w − rate · g / √(v + ε), v the mean of g² that forgets, less that of g squared when `centered`.
struct rmsprop {
  static constexpr const char* name = "rmsprop";
  schedule learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;
  double weight_decay = 0;
  clipping clip = {};

  void check() const;
  std::size_t slots() const { return 3; }
  template <class T>
  void step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t t, double rate) const;
};

/// w ← w − rate · g / √(v + ε), v the sum of all g² (Duchi, Hazan & Singer 2011).
struct adagrad {
  static constexpr const char* name = "adagrad";
  schedule learning_rate = 0.001;
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  double weight_decay = 0;
  clipping clip = {};

  void check() const;
  std::size_t slots() const { return 1; }
  template <class T>
  void initialize(std::size_t n, T* slots) const;
  template <class T>
  void step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t t, double rate) const;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void check_fraction(double value, const char* name) {
  require(value >= 0 && value < 1, name, "a number from 0 below 1", value);
}
inline void check_positive(double value, const char* name) {
  require(value > 0 && std::isfinite(value), name, "a number above 0", value);
}
inline void check_not_negative(double value, const char* name) {
  require(value >= 0 && std::isfinite(value), name, "a number from 0", value);
}

/// Of the schedule only its first rate can be looked at.
template <class O>
void check_common(const O& o) {
  check_not_negative(o.learning_rate(0), "learning_rate");
  check_not_negative(o.weight_decay, "weight_decay");
  check_not_negative(o.clip.value, "clip.value");
  check_not_negative(o.clip.norm, "clip.norm");
  check_not_negative(o.clip.global_norm, "clip.global_norm");
  const int limits = (o.clip.value > 0) + (o.clip.norm > 0) + (o.clip.global_norm > 0);
  require(limits <= 1, "clip", "one limit at most", limits);
}

// x: the weights and the slots, y: the gradient.
template <class T>
struct plain_step {
  T rate;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    TAILOR_EXACT_BODY
    x[0] -= y[0] * rate;
  }
};
template <class T>
struct momentum_step {
  T rate, momentum;
  bool nesterov;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    TAILOR_EXACT_BODY
    const V push = y[0] * rate;
    x[1] = x[1] * momentum - push;
    x[0] += nesterov ? x[1] * momentum - push : x[1];
  }
};
template <class T>
struct adam_step {
  T rate, first, second, epsilon;  // first, second: 1 − β
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    TAILOR_EXACT_BODY
    x[1] += (y[0] - x[1]) * first;
    x[2] += (y[0] * y[0] - x[2]) * second;
    V root = x[2];
    take_root(root);
    x[0] -= x[1] * rate / (root + epsilon);
  }
};
template <class T>
struct rmsprop_step {
  T rate, rho, momentum, epsilon;
  bool centered;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    TAILOR_EXACT_BODY
    const V left = V{} + (T{1} - rho);
    x[1] = x[1] * rho + y[0] * y[0] * left;
    V root = x[1];
    if (centered) {
      x[2] = x[2] * rho + y[0] * left;
      root -= x[2] * x[2];
    }
    root += epsilon;
    take_root(root);
    x[3] = x[3] * momentum + y[0] * rate / root;
    x[0] -= x[3];
  }
};
template <class T>
struct adagrad_step {
  T rate, epsilon;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    TAILOR_EXACT_BODY
    x[1] += y[0] * y[0];
    V root = x[1] + epsilon;
    take_root(root);
    x[0] -= y[0] * rate / root;
  }
};
template <class T>
struct scaling {
  T factor;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V*) const {
    x[0] *= factor;
  }
};
template <class T>
struct limiting {
  T most;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V*) const {
    clamp(x[0], -most, most);
  }
};

template <class T>
void scale_by(double factor, T* values, std::size_t n) {
  T* const inout[1] = {values};
  elementwise(n, scaling<T>{static_cast<T>(factor)}, inout);
}

/// Shortens a gradient whose parts have `sizes`.
template <class T>
void clip_gradient(const clipping& limit, T* gradient, std::size_t n, span<const std::size_t> sizes) {
  const auto shorten = [](double most, T* values, std::size_t count) {
    const double norm = std::sqrt(static_cast<double>(kernels::sum_of_squares(values, count)));
    if (norm > most) scale_by(most / norm, values, count);
  };
  if (limit.value > 0) {
    T* const inout[1] = {gradient};
    elementwise(n, limiting<T>{static_cast<T>(limit.value)}, inout);
  }
  if (limit.global_norm > 0) shorten(limit.global_norm, gradient, n);
  if (limit.norm > 0)
    for (const std::size_t size : sizes) {
      shorten(limit.norm, gradient, size);
      gradient += size;
    }
}

}  // namespace detail

inline void sgd::check() const {
  detail::check_common(*this);
  detail::check_fraction(momentum, "sgd::momentum");
}
template <bool Decays>
void basic_adam<Decays>::check() const {
  detail::check_common(*this);
  detail::check_fraction(beta_1, "adam::beta_1");
  detail::check_fraction(beta_2, "adam::beta_2");
  detail::check_positive(epsilon, "adam::epsilon");
}
inline void rmsprop::check() const {
  detail::check_common(*this);
  detail::check_fraction(rho, "rmsprop::rho");
  detail::check_fraction(momentum, "rmsprop::momentum");
  detail::check_positive(epsilon, "rmsprop::epsilon");
}
inline void adagrad::check() const {
  detail::check_common(*this);
  detail::check_not_negative(initial_accumulator_value, "adagrad::initial_accumulator_value");
  detail::check_positive(epsilon, "adagrad::epsilon");
}

template <class T>
void sgd::step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t, double rate) const {
  const T* const in[1] = {gradient};
  if (momentum == 0) {
    T* const inout[1] = {weights};
    return detail::elementwise(n, detail::plain_step<T>{static_cast<T>(rate)}, inout, in);
  }
  T* const inout[2] = {weights, slots};
  detail::elementwise(n, detail::momentum_step<T>{static_cast<T>(rate), static_cast<T>(momentum), nesterov}, inout, in);
}

template <bool Decays>
template <class T>
void basic_adam<Decays>::step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t t,
                              double rate) const {
  const double steps = static_cast<double>(t);
  const double corrected = rate * std::sqrt(1 - std::pow(beta_2, steps)) / (1 - std::pow(beta_1, steps));
  T* const inout[3] = {weights, slots, slots + n};
  const T* const in[1] = {gradient};
  detail::elementwise(n,
                      detail::adam_step<T>{static_cast<T>(corrected), static_cast<T>(1 - beta_1),
                                           static_cast<T>(1 - beta_2), static_cast<T>(epsilon)},
                      inout, in);
}

template <class T>
void rmsprop::step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t, double rate) const {
  T* const inout[4] = {weights, slots, slots + n, slots + 2 * n};
  const T* const in[1] = {gradient};
  detail::elementwise(n,
                      detail::rmsprop_step<T>{static_cast<T>(rate), static_cast<T>(rho), static_cast<T>(momentum),
                                              static_cast<T>(epsilon), centered},
                      inout, in);
}

template <class T>
void adagrad::initialize(std::size_t n, T* slots) const {
  for (std::size_t i = 0; i < n; ++i) slots[i] = static_cast<T>(initial_accumulator_value);
}
template <class T>
void adagrad::step(std::size_t n, T* weights, const T* gradient, T* slots, std::size_t, double rate) const {
  T* const inout[2] = {weights, slots};
  const T* const in[1] = {gradient};
  detail::elementwise(n, detail::adagrad_step<T>{static_cast<T>(rate), static_cast<T>(epsilon)}, inout, in);
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#undef TAILOR_EXACT_BODY
#undef TAILOR_INLINE

#endif
