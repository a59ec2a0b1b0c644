// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_ACTIVATIONS_HPP
#define TAILOR_MLP_ACTIVATIONS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"
#include "elementwise.hpp"

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

// An activation y = f(z) is a value type with a name and
//   template <class T> T operator()(T z) const;    f
//   template <class T> T derivative(T z) const;    f′
// which is what a user's own one needs:
//   struct square {
//     static constexpr const char* name = "square";
//     template <class T> T operator()(T z) const { return z * z; }
//     template <class T> T derivative(T z) const { return 2 * z; }
//   };
// Those below work on whole arrays instead, which are faster and may mix the columns of a row:
//   template <class T> void forward(T* y, std::size_t rows, std::size_t cols) const;                     z becomes y
//   template <class T> void backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const;       ∂y becomes ∂z
// Where z cannot be told from y, `keeps_input` is true and `backward` is given z in place of y.

/// y = z
struct linear {
  static constexpr const char* name = "linear";
  template <class T>
  void forward(T*, std::size_t, std::size_t) const {}
  template <class T>
  void backward(const T*, T*, std::size_t, std::size_t) const {}
};

/// y = max(z, 0); its derivative at 0 is 0.
struct relu {
  static constexpr const char* name = "relu";
  template <class T>
  void forward(T* y, std::size_t rows, std::size_t cols) const;
  template <class T>
  void backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const;
};

/// y = z for z > 0, else slope · z, slope > 0.
struct leaky_relu {
  static constexpr const char* name = "leaky_relu";
  double slope = 0.2;
  template <class A>
  void archive(A& a) {
    a("slope", slope);
  }
  void check() const { require(slope > 0 && std::isfinite(slope), "leaky_relu::slope", "a number above 0", slope); }
  template <class T>
  void forward(T* y, std::size_t rows, std::size_t cols) const;
  template <class T>
  void backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const;
};

/// y = z for z > 0, else alpha · (e^z − 1), alpha > 0.
struct elu {
  static constexpr const char* name = "elu";
  double alpha = 1;
  template <class A>
  void archive(A& a) {
    a("alpha", alpha);
  }
  void check() const { require(alpha > 0 && std::isfinite(alpha), "elu::alpha", "a number above 0", alpha); }
  template <class T>
  void forward(T* y, std::size_t rows, std::size_t cols) const;
  template <class T>
  void backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const;
};

/// y = z · Φ(z) with the normal distribution function Φ, not its approximation by tanh.
struct gelu {
  static constexpr const char* name = "gelu";
  template <class T>
  T operator()(T z) const {
    return z * distribution(z);
  }
  template <class T>
  T derivative(T z) const {
    return distribution(z) + z * static_cast<T>(0.3989422804014327) * std::exp(-z * z / 2);
  }

 private:
  template <class T>
  static T distribution(T z) {
    return (1 + std::erf(z * static_cast<T>(0.7071067811865476))) / 2;
  }
};

struct tanh {
  static constexpr const char* name = "tanh";
  template <class T>
  void forward(T* y, std::size_t rows, std::size_t cols) const;
  template <class T>
  void backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const;
};

/// y = 1 / (1 + e^−z)
struct sigmoid {
  static constexpr const char* name = "sigmoid";
  template <class T>
  void forward(T* y, std::size_t rows, std::size_t cols) const;
  template <class T>
  void backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const;
};

/// y_j = e^{z_j} / Σ e^{z_i} over the columns of a row.
struct softmax {
  static constexpr const char* name = "softmax";
  template <class T>
  void forward(T* y, std::size_t rows, std::size_t cols) const;
  template <class T>
  void backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const;
};

/// y = ln(1 + e^z)
struct softplus {
  static constexpr const char* name = "softplus";
  template <class T>
  void forward(T* y, std::size_t rows, std::size_t cols) const;
  template <class T>
  void backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <class A, class = void>
struct has_array_form : std::false_type {};
template <class A>
struct has_array_form<
    A, std::void_t<decltype(std::declval<const A&>().forward(std::declval<float*>(), std::size_t{}, std::size_t{}))>>
    : std::true_type {};
template <class A, class = void>
struct says_keeps_input : std::false_type {};
template <class A>
struct says_keeps_input<A, std::void_t<decltype(A::keeps_input)>> : std::bool_constant<A::keeps_input> {};

template <class A>
inline constexpr bool keeps_input_v = !has_array_form<A>::value || says_keeps_input<A>::value;

template <class X, class = void>
struct has_check : std::false_type {};
template <class X>
struct has_check<X, std::void_t<decltype(std::declval<const X&>().check())>> : std::true_type {};

/// @throws what x's own `check()` throws, when it has one
template <class X>
void check_options(const X& x) {
  if constexpr (has_check<X>::value) x.check();
}

template <class A, class T>
void activate(const A& activation, T* y, std::size_t rows, std::size_t cols) {
  if constexpr (has_array_form<A>::value)
    activation.forward(y, rows, cols);
  else
    for (std::size_t i = 0; i < rows * cols; ++i) y[i] = activation(y[i]);
}

/// @param kept  z where the activation keeps it, else y
template <class A, class T>
void deactivate(const A& activation, const T* kept, T* dy, std::size_t rows, std::size_t cols) {
  if constexpr (has_array_form<A>::value)
    activation.backward(kept, dy, rows, cols);
  else
    for (std::size_t i = 0; i < rows * cols; ++i) dy[i] *= activation.derivative(kept[i]);
}

template <class F, class T>
void map(const F& f, T* y, std::size_t n) {
  T* const inout[1] = {y};
  elementwise(n, f, inout);
}
template <class F, class T>
void map(const F& f, const T* y, T* dy, std::size_t n) {
  T* const inout[1] = {dy};
  const T* const in[1] = {y};
  elementwise(n, f, inout, in);
}

// Forward, x is z and becomes y; backward, x is ∂y and becomes ∂z. A NaN stays one, so that what diverges is seen.
struct relu_forward {
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V*) const {
    x[0] = x[0] < V{} ? V{} : x[0];
  }
};
struct relu_backward {
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    x[0] = y[0] > V{} ? x[0] : V{};
  }
};
template <class T>
struct leaky_forward {
  T slope;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V*) const {
    x[0] = x[0] < V{} ? x[0] * slope : x[0];
  }
};
template <class T>
struct leaky_backward {
  T slope;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    x[0] = y[0] > V{} ? x[0] : x[0] * slope;
  }
};
template <class T>
struct elu_forward {
  T alpha;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V*) const {
    V e;
    exponential_minus_one(e, x[0]);
    x[0] = x[0] < V{} ? e * alpha : x[0];
  }
};
template <class T>
struct elu_backward {
  T alpha;
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    TAILOR_EXACT_BODY
    x[0] = y[0] > V{} ? x[0] : x[0] * (y[0] + alpha);
  }
};
struct tanh_forward {
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V*) const {
    hyperbolic_tangent(x[0], x[0]);
  }
};
struct tanh_backward {
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    TAILOR_EXACT_BODY
    x[0] *= element_t<V>{1} - y[0] * y[0];
  }
};
struct sigmoid_forward {
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V*) const {
    logistic(x[0], x[0]);
  }
};
struct sigmoid_backward {
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V* y) const {
    TAILOR_EXACT_BODY
    x[0] *= y[0] * (element_t<V>{1} - y[0]);
  }
};
struct exponential_of {
  template <class V>
  TAILOR_INLINE void operator()(V* x, const V*) const {
    exponential(x[0], x[0]);
  }
};

}  // namespace detail

template <class T>
void relu::forward(T* y, std::size_t rows, std::size_t cols) const {
  detail::map(detail::relu_forward{}, y, rows * cols);
}
template <class T>
void relu::backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const {
  detail::map(detail::relu_backward{}, y, dy, rows * cols);
}

template <class T>
void leaky_relu::forward(T* y, std::size_t rows, std::size_t cols) const {
  detail::map(detail::leaky_forward<T>{static_cast<T>(slope)}, y, rows * cols);
}
template <class T>
void leaky_relu::backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const {
  detail::map(detail::leaky_backward<T>{static_cast<T>(slope)}, y, dy, rows * cols);
}

template <class T>
void elu::forward(T* y, std::size_t rows, std::size_t cols) const {
  detail::map(detail::elu_forward<T>{static_cast<T>(alpha)}, y, rows * cols);
}
template <class T>
void elu::backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const {
  detail::map(detail::elu_backward<T>{static_cast<T>(alpha)}, y, dy, rows * cols);
}

template <class T>
void tanh::forward(T* y, std::size_t rows, std::size_t cols) const {
  detail::map(detail::tanh_forward{}, y, rows * cols);
}
template <class T>
void tanh::backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const {
  detail::map(detail::tanh_backward{}, y, dy, rows * cols);
}

template <class T>
void sigmoid::forward(T* y, std::size_t rows, std::size_t cols) const {
  detail::map(detail::sigmoid_forward{}, y, rows * cols);
}
template <class T>
void sigmoid::backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const {
  detail::map(detail::sigmoid_backward{}, y, dy, rows * cols);
}

template <class T>
void softmax::forward(T* y, std::size_t rows, std::size_t cols) const {
  for (std::size_t i = 0; i < rows; ++i) {
    T* row = y + i * cols;
    const T most = *std::max_element(row, row + cols);
    for (std::size_t j = 0; j < cols; ++j) row[j] -= most;
  }
  detail::map(detail::exponential_of{}, y, rows * cols);
  for (std::size_t i = 0; i < rows; ++i) {
    T* row = y + i * cols;
    const T total = kernels::sum(row, cols);
    for (std::size_t j = 0; j < cols; ++j) row[j] /= total;
  }
}
template <class T>
void softmax::backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const {
  for (std::size_t i = 0; i < rows; ++i) {
    const T* row = y + i * cols;
    T* slope = dy + i * cols;
    const T mean = kernels::dot(row, static_cast<const T*>(slope), cols);
    for (std::size_t j = 0; j < cols; ++j) slope[j] = row[j] * (slope[j] - mean);
  }
}

template <class T>
void softplus::forward(T* y, std::size_t rows, std::size_t cols) const {
  for (std::size_t i = 0; i < rows * cols; ++i) y[i] = (y[i] < 0 ? T{0} : y[i]) + std::log1p(std::exp(-std::abs(y[i])));
}
template <class T>
void softplus::backward(const T* y, T* dy, std::size_t rows, std::size_t cols) const {
  for (std::size_t i = 0; i < rows * cols; ++i) dy[i] *= -std::expm1(-y[i]);
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#undef TAILOR_EXACT_BODY
#undef TAILOR_INLINE

#endif
