// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_NORMALIZATION_HPP
#define TAILOR_MLP_NORMALIZATION_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/error.hpp"
#include "layers.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// y = gamma · (x − μ) / √(σ² + ε) + beta for each column, μ and σ² those of the batch while training (σ² divided by
/// its rows), and their moving means when predicting (Ioffe & Szegedy 2015; defaults of Keras).
struct batch_norm {
  static constexpr const char* name = "batch_normalization";
  double momentum = 0.99;
  double epsilon = 1e-3;

  template <class A>
  void archive(A& a) {
    a("momentum", momentum);
    a("epsilon", epsilon);
  }
  void check() const;
  std::size_t outputs(std::size_t inputs) const { return inputs; }
  std::vector<parameter> parameters(std::size_t inputs) const {
    return {{"gamma", {inputs}},
            {"beta", {inputs}},
            {"moving_mean", {inputs}, false},
            {"moving_variance", {inputs}, false}};
  }
  template <class T>
  void initialize(std::size_t inputs, T* weights, T* state, random::generator& g) const;
  std::size_t kept(std::size_t rows, std::size_t inputs) const { return (rows + 1) * inputs; }
  template <class T>
  void forward(const layer_pass<T>& p) const;
  template <class T>
  void backward(const layer_pass<T>& p) const;
};

/// The same for each row over its columns, always with its own μ and σ² (Ba, Kiros & Hinton 2016; defaults of Keras).
struct layer_norm {
  static constexpr const char* name = "layer_normalization";
  double epsilon = 1e-3;

  template <class A>
  void archive(A& a) {
    a("epsilon", epsilon);
  }
  void check() const;
  std::size_t outputs(std::size_t inputs) const { return inputs; }
  std::vector<parameter> parameters(std::size_t inputs) const { return {{"gamma", {inputs}}, {"beta", {inputs}}}; }
  template <class T>
  void initialize(std::size_t inputs, T* weights, T* state, random::generator& g) const;
  std::size_t kept(std::size_t rows, std::size_t inputs) const { return rows * (inputs + 1); }
  template <class T>
  void forward(const layer_pass<T>& p) const;
  template <class T>
  void backward(const layer_pass<T>& p) const;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void check_epsilon(double epsilon) {
  require(epsilon > 0 && std::isfinite(epsilon), "epsilon", "a number above 0", epsilon);
}

/// Weights are gamma, then beta; their gradients from ∂y and the normalised x, where they are asked for.
template <class T>
void gradient_of_scale(const layer_pass<T>& p, const T* normalised) {
  const std::size_t n = p.inputs;
  if (p.gradient == nullptr) return;
  std::fill_n(p.gradient, 2 * n, T{0});
  for (std::size_t i = 0; i < p.rows * n; i += n)
    for (std::size_t j = 0; j < n; ++j) {
      p.gradient[j] += p.dy[i + j] * normalised[i + j];
      p.gradient[n + j] += p.dy[i + j];
    }
}

template <class T>
void initialize_scale(std::size_t n, T* weights) {
  std::fill_n(weights, n, T{1});
  std::fill_n(weights + n, n, T{0});
}

}  // namespace detail

inline void batch_norm::check() const {
  require(momentum >= 0 && momentum < 1, "batch_norm::momentum", "a number from 0 below 1", momentum);
  detail::check_epsilon(epsilon);
}
inline void layer_norm::check() const { detail::check_epsilon(epsilon); }

template <class T>
void batch_norm::initialize(std::size_t inputs, T* weights, T* state, random::generator&) const {
  detail::initialize_scale(inputs, weights);
  std::fill_n(state, inputs, T{0});
  std::fill_n(state + inputs, inputs, T{1});
}

template <class T>
void batch_norm::forward(const layer_pass<T>& p) const {
  const std::size_t n = p.inputs;
  const T *gamma = p.weights, *beta = p.weights + n;
  if (!p.training) {
    for (std::size_t i = 0; i < p.rows * n; i += n)
      for (std::size_t j = 0; j < n; ++j)
        p.y[i + j] =
            (p.x[i + j] - p.state[j]) / std::sqrt(p.state[n + j] + static_cast<T>(epsilon)) * gamma[j] + beta[j];
    return;
  }
  T *normalised = p.kept, *inverse = p.kept + p.rows * n;
  const T rows = static_cast<T>(p.rows), kept = static_cast<T>(momentum), fresh = static_cast<T>(1 - momentum);
  for (std::size_t j = 0; j < n; ++j) {
    T mean = 0, variance = 0;
    for (std::size_t i = j; i < p.rows * n; i += n) mean += p.x[i];
    mean /= rows;
    for (std::size_t i = j; i < p.rows * n; i += n) variance += (p.x[i] - mean) * (p.x[i] - mean);
    variance /= rows;
    inverse[j] = T{1} / std::sqrt(variance + static_cast<T>(epsilon));
    for (std::size_t i = j; i < p.rows * n; i += n) {
      normalised[i] = (p.x[i] - mean) * inverse[j];
      p.y[i] = normalised[i] * gamma[j] + beta[j];
    }
    p.new_state[j] = p.new_state[j] * kept + mean * fresh;
    p.new_state[n + j] = p.new_state[n + j] * kept + variance * fresh;
  }
}

template <class T>
void batch_norm::backward(const layer_pass<T>& p) const {
  const std::size_t n = p.inputs;
  const T *normalised = p.kept, *inverse = p.kept + p.rows * n, *gamma = p.weights;
  if (!p.training) {
    for (std::size_t i = 0; p.dx != nullptr && i < p.rows * n; i += n)
      for (std::size_t j = 0; j < n; ++j)
        p.dx[i + j] = p.dy[i + j] * gamma[j] / std::sqrt(p.state[n + j] + static_cast<T>(epsilon));
    return;
  }
  detail::gradient_of_scale(p, normalised);
  if (p.dx == nullptr) return;
  const T rows = static_cast<T>(p.rows);
  for (std::size_t i = 0; i < p.rows * n; i += n)
    for (std::size_t j = 0; j < n; ++j)
      p.dx[i + j] =
          gamma[j] * inverse[j] * (p.dy[i + j] - (p.gradient[n + j] + normalised[i + j] * p.gradient[j]) / rows);
}

template <class T>
void layer_norm::initialize(std::size_t inputs, T* weights, T*, random::generator&) const {
  detail::initialize_scale(inputs, weights);
}

template <class T>
void layer_norm::forward(const layer_pass<T>& p) const {
  const std::size_t n = p.inputs;
  const T *gamma = p.weights, *beta = p.weights + n;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const T* x = p.x + i * n;
    T* y = p.y + i * n;
    T mean = 0, variance = 0;
    for (std::size_t j = 0; j < n; ++j) mean += x[j];
    mean /= static_cast<T>(n);
    for (std::size_t j = 0; j < n; ++j) variance += (x[j] - mean) * (x[j] - mean);
    variance /= static_cast<T>(n);
    const T inverse = T{1} / std::sqrt(variance + static_cast<T>(epsilon));
    for (std::size_t j = 0; j < n; ++j) y[j] = (x[j] - mean) * inverse;
    if (p.kept != nullptr) {
      std::copy_n(y, n, p.kept + i * n);
      p.kept[p.rows * n + i] = inverse;
    }
    for (std::size_t j = 0; j < n; ++j) y[j] = y[j] * gamma[j] + beta[j];
  }
}

template <class T>
void layer_norm::backward(const layer_pass<T>& p) const {
  const std::size_t n = p.inputs;
  const T* gamma = p.weights;
  detail::gradient_of_scale(p, static_cast<const T*>(p.kept));
  if (p.dx == nullptr) return;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const T *normalised = p.kept + i * n, *dy = p.dy + i * n;
    T sum = 0, along = 0;
    for (std::size_t j = 0; j < n; ++j) {
      sum += dy[j] * gamma[j];
      along += dy[j] * gamma[j] * normalised[j];
    }
    for (std::size_t j = 0; j < n; ++j)
      p.dx[i * n + j] = p.kept[p.rows * n + i] * (dy[j] * gamma[j] - (sum + normalised[j] * along) / static_cast<T>(n));
  }
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
