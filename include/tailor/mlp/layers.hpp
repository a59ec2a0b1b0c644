// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_LAYERS_HPP
#define TAILOR_MLP_LAYERS_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../data/csr_view.hpp"
#include "activations.hpp"
#include "product.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// An array of a layer's weights, e.g. a kernel of shape [in, out]; those that are not trained are counted apart.
struct parameter {
  std::string name;
  std::vector<std::size_t> shape;
  bool trained = true;

  std::size_t size() const {
    std::size_t n = 1;
    for (const std::size_t extent : shape) n *= extent;
    return n;
  }
};

/// Rows of a sparse matrix: those with the numbers `rows`, or from `first` on when that is null.
template <class T>
struct sparse_rows {
  data::csr_view<T> matrix;
  const std::size_t* rows = nullptr;
  std::size_t first = 0;

  data::row_view<T> operator[](std::size_t i) const { return matrix.row(rows == nullptr ? first + i : rows[i]); }
};

/// What a layer is given to work on: row-major arrays, one row a sample.
template <class T>
struct layer_pass {
  std::size_t rows, inputs, outputs;
  bool training;     ///< whether dropout drops, and batches are normalised by themselves
  const T* weights;  ///< those trained, in the order of `parameters`
  const T* state;    ///< those not trained
  const T* x;        ///< [rows, inputs]; null when the input is sparse
  const sparse_rows<T>* sparse;
  T* y;     ///< [rows, outputs]: `forward` writes it
  T* kept;  ///< what `forward` leaves to `backward`; null when that will not come
  T* scratch;
  T* new_state;                ///< the state after this step, to be changed in place; null unless training
  T* dy;                       ///< the loss by y, which `backward` may overwrite
  T* dx;                       ///< the loss by x: `backward` writes it, unless it is null
  T* gradient;                 ///< the loss by the weights: `backward` writes all of it, unless it is null
  std::uint64_t seed, stream;  ///< of random numbers: a stream for each layer and step
  const run_options* run;
};

// A layer is a value type with a name and
//   std::size_t outputs(std::size_t inputs) const;                      columns of y; throws for inputs that do not fit
//   template <class T> void forward(const layer_pass<T>&) const;
//   template <class T> void backward(const layer_pass<T>&) const;
// and, where it has weights,
//   std::vector<parameter> parameters(std::size_t inputs) const;
//   template <class T> void initialize(std::size_t inputs, T* weights, T* state, random::generator&) const;
// and, where it needs them, numbers in `kept` and `scratch`,
//   std::size_t kept(std::size_t rows, std::size_t inputs) const;
//   std::size_t scratch(std::size_t rows, std::size_t inputs, bool backward) const;
// `takes_sparse = true` says that it reads a sparse input. `check()` throws for options that nothing could make right.
// `template <class A> void archive(A& a)` names its options, `a("units", units)`: what is saved of a network is read
// only where layers have the same names and options.

/// How a kernel begins: uniform within ±√(6 / (in + out)), ±√(6 / in), or normal with variance 2 / (in + out), 2 / in,
/// cut off at two deviations (Glorot & Bengio 2010, He et al. 2015; as in Keras).
enum class initializer { glorot_uniform, he_uniform, glorot_normal, he_normal };
constexpr std::array<std::string_view, 4> enum_names(initializer) {
  return {"glorot_uniform", "he_uniform", "glorot_normal", "he_normal"};
}

/// y = f(x · kernel + bias), kernel of [in, out].
template <class Activation = linear>
struct dense {
  static constexpr const char* name = "dense";
  static constexpr bool takes_sparse = true;
  std::size_t units;
  Activation activation = {};
  bool use_bias = true;
  initializer kernel = initializer::glorot_uniform;

  template <class A>
  void archive(A& a) {
    a("units", units);
    a("activation", activation);
    a("use_bias", use_bias);
    a("kernel", kernel);
  }
  void check() const;
  std::size_t outputs(std::size_t) const { return units; }
  std::vector<parameter> parameters(std::size_t inputs) const;
  template <class T>
  void initialize(std::size_t inputs, T* weights, T* state, random::generator& g) const;
  std::size_t kept(std::size_t rows, std::size_t) const { return detail::keeps_input_v<Activation> ? rows * units : 0; }
  std::size_t scratch(std::size_t rows, std::size_t inputs, bool backward) const;
  template <class T>
  void forward(const layer_pass<T>& p) const;
  template <class T>
  void backward(const layer_pass<T>& p) const;
};
dense(std::size_t)->dense<linear>;
template <class Activation>
dense(std::size_t, Activation) -> dense<Activation>;
template <class Activation>
dense(std::size_t, Activation, bool) -> dense<Activation>;
template <class Activation>
dense(std::size_t, Activation, bool, initializer) -> dense<Activation>;

/// An activation as a layer of its own.
template <class Activation>
struct activation {
  static constexpr const char* name = "activation";
  Activation function = {};

  template <class A>
  void archive(A& a) {
    a("function", function);
  }
  void check() const { detail::check_options(function); }
  std::size_t outputs(std::size_t inputs) const { return inputs; }
  std::size_t kept(std::size_t rows, std::size_t inputs) const {
    return detail::keeps_input_v<Activation> ? rows * inputs : 0;
  }
  template <class T>
  void forward(const layer_pass<T>& p) const;
  template <class T>
  void backward(const layer_pass<T>& p) const;
};
template <class Activation>
activation(Activation) -> activation<Activation>;

/// While training, each number is 0 with probability `rate`, else divided by 1 − rate; nothing when predicting.
struct dropout {
  static constexpr const char* name = "dropout";
  double rate;

  template <class A>
  void archive(A& a) {
    a("rate", rate);
  }
  void check() const { require(rate >= 0 && rate < 1, "dropout::rate", "a number from 0 below 1", rate); }
  std::size_t outputs(std::size_t inputs) const { return inputs; }
  std::size_t kept(std::size_t rows, std::size_t inputs) const { return rows * inputs; }
  template <class T>
  void forward(const layer_pass<T>& p) const;
  template <class T>
  void backward(const layer_pass<T>& p) const;
};

/// Each column is a number of 0 … vocabulary − 1 and becomes `dimension` columns: its row of a table. An input that is
/// none of them is a value_error.
struct embedding {
  static constexpr const char* name = "embedding";
  std::size_t vocabulary, dimension;

  template <class A>
  void archive(A& a) {
    a("vocabulary", vocabulary);
    a("dimension", dimension);
  }
  void check() const;
  std::size_t outputs(std::size_t inputs) const { return inputs * dimension; }
  std::vector<parameter> parameters(std::size_t) const { return {{"embeddings", {vocabulary, dimension}}}; }
  template <class T>
  void initialize(std::size_t inputs, T* weights, T* state, random::generator& g) const;
  template <class T>
  void forward(const layer_pass<T>& p) const;
  template <class T>
  void backward(const layer_pass<T>& p) const;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <class T>
struct axpy {
  T factor;
  template <class V>
  void operator()(V* x, const V* y) const {
    x[0] += y[0] * factor;
  }
};

template <class T>
void fill_kernel(initializer how, std::size_t inputs, std::size_t outputs, T* kernel, random::generator& g) {
  const bool he = how == initializer::he_uniform || how == initializer::he_normal;
  const double fans = static_cast<double>(inputs) + (he ? 0.0 : static_cast<double>(outputs));
  const span<T> values(kernel, inputs * outputs);
  if (how == initializer::glorot_uniform || how == initializer::he_uniform) {
    const double limit = std::sqrt(6 / fans);
    return random::fill_uniform(values, g, -limit, limit);
  }
  const double deviation = std::sqrt(2 / fans) / 0.87962566103423978;  // of what is left of a normal one after the cut
  for (T& value : values) {
    double z = g.normal();
    while (std::abs(z) > 2) z = g.normal();
    value = static_cast<T>(z * deviation);
  }
}

/// x ← the input of an activation or its output, whichever its derivative is told from.
template <class Activation, class T>
void activate_and_keep(const Activation& activation, const layer_pass<T>& p) {
  if constexpr (keeps_input_v<Activation>)
    if (p.kept != nullptr) std::copy_n(p.y, p.rows * p.outputs, p.kept);
  activate(activation, p.y, p.rows, p.outputs);
}
template <class Activation, class T>
void deactivate_kept(const Activation& activation, const layer_pass<T>& p) {
  deactivate(activation, static_cast<const T*>(keeps_input_v<Activation> ? p.kept : p.y), p.dy, p.rows, p.outputs);
}

}  // namespace detail

template <class Activation>
void dense<Activation>::check() const {
  require(units >= 1, "dense::units", "at least 1", units);
  detail::check_options(activation);
}

template <class Activation>
std::vector<parameter> dense<Activation>::parameters(std::size_t inputs) const {
  std::vector<parameter> list = {{"kernel", {inputs, units}}};
  if (use_bias) list.push_back({"bias", {units}});
  return list;
}

template <class Activation>
template <class T>
void dense<Activation>::initialize(std::size_t inputs, T* weights, T*, random::generator& g) const {
  detail::fill_kernel(kernel, inputs, units, weights, g);
  if (use_bias) std::fill_n(weights + inputs * units, units, T{0});
}

template <class Activation>
std::size_t dense<Activation>::scratch(std::size_t rows, std::size_t inputs, bool backward) const {
  return rows == 1 && !backward ? 0 : detail::product_scratch<float>((std::max)({rows, inputs, units}));
}

template <class Activation>
template <class T>
void dense<Activation>::forward(const layer_pass<T>& p) const {
  const T* bias = use_bias ? p.weights + p.inputs * units : nullptr;
  if (p.sparse == nullptr) {
    detail::multiply<T>(p.rows, units, p.inputs, {p.x, p.inputs}, {p.weights, units}, bias, p.y, p.scratch, *p.run);
  } else {
    for (std::size_t i = 0; i < p.rows; ++i) {
      const data::row_view<T> row = (*p.sparse)[i];
      T* y = p.y + i * units;
      if (bias != nullptr)
        std::copy_n(bias, units, y);
      else
        std::fill_n(y, units, T{0});
      detail::add_row_product(row.values, row.columns.data(), units, p.weights, units, y);
    }
  }
  detail::activate_and_keep(activation, p);
}

template <class Activation>
template <class T>
void dense<Activation>::backward(const layer_pass<T>& p) const {
  detail::deactivate_kept(activation, p);
  if (p.dx != nullptr)
    detail::multiply<T>(p.rows, p.inputs, units, {p.dy, units}, {p.weights, units, true}, nullptr, p.dx, p.scratch,
                        *p.run);
  if (p.gradient == nullptr) return;
  if (p.sparse == nullptr) {
    detail::multiply<T>(p.inputs, units, p.rows, {p.x, p.inputs, true}, {p.dy, units}, nullptr, p.gradient, p.scratch,
                        *p.run);
  } else {
    std::fill_n(p.gradient, p.inputs * units, T{0});
    for (std::size_t i = 0; i < p.rows; ++i) {
      const data::row_view<T> row = (*p.sparse)[i];
      const T* const dy[1] = {p.dy + i * units};
      for (std::size_t e = 0; e < row.size(); ++e) {
        T* const to[1] = {p.gradient + row.columns[e] * units};
        detail::elementwise(units, detail::axpy<T>{row.values[e]}, to, dy);
      }
    }
  }
  if (use_bias) detail::column_sums(static_cast<const T*>(p.dy), p.rows, units, p.gradient + p.inputs * units);
}

template <class Activation>
template <class T>
void activation<Activation>::forward(const layer_pass<T>& p) const {
  std::copy_n(p.x, p.rows * p.inputs, p.y);
  detail::activate_and_keep(function, p);
}

template <class Activation>
template <class T>
void activation<Activation>::backward(const layer_pass<T>& p) const {
  detail::deactivate_kept(function, p);
  if (p.dx != nullptr) std::copy_n(p.dy, p.rows * p.inputs, p.dx);
}

template <class T>
void dropout::forward(const layer_pass<T>& p) const {
  const std::size_t n = p.rows * p.inputs;
  if (!p.training) {
    std::copy_n(p.x, n, p.y);
    return;
  }
  random::generator g(p.seed, p.stream);
  const T scale = static_cast<T>(1 / (1 - rate));
  random::fill_uniform(span<T>(p.kept, n), g);
  for (std::size_t i = 0; i < n; ++i) {
    p.kept[i] = static_cast<double>(p.kept[i]) < rate ? T{0} : scale;
    p.y[i] = p.x[i] * p.kept[i];
  }
}

template <class T>
void dropout::backward(const layer_pass<T>& p) const {
  if (p.dx == nullptr) return;
  for (std::size_t i = 0; i < p.rows * p.inputs; ++i) p.dx[i] = p.training ? p.dy[i] * p.kept[i] : p.dy[i];
}

inline void embedding::check() const {
  require(vocabulary >= 1, "embedding::vocabulary", "at least 1", vocabulary);
  require(dimension >= 1 && dimension <= 65536, "embedding::dimension", "from 1 to 65536", dimension);
}

template <class T>
void embedding::initialize(std::size_t, T* weights, T*, random::generator& g) const {
  random::fill_uniform(span<T>(weights, vocabulary * dimension), g, -0.05, 0.05);
}

template <class T>
void embedding::forward(const layer_pass<T>& p) const {
  for (std::size_t i = 0; i < p.rows * p.inputs; ++i) {
    const bool known = p.x[i] >= T{0} && p.x[i] < static_cast<T>(vocabulary) && p.x[i] == std::floor(p.x[i]);
    require(known, "embedding: input", "a whole number from 0 below " + show(vocabulary), p.x[i]);
    std::copy_n(p.weights + static_cast<std::size_t>(p.x[i]) * dimension, dimension, p.y + i * dimension);
  }
}

template <class T>
void embedding::backward(const layer_pass<T>& p) const {
  if (p.dx != nullptr) std::fill_n(p.dx, p.rows * p.inputs, T{0});
  if (p.gradient == nullptr) return;
  std::fill_n(p.gradient, vocabulary * dimension, T{0});
  for (std::size_t i = 0; i < p.rows * p.inputs; ++i) {
    T* to = p.gradient + static_cast<std::size_t>(p.x[i]) * dimension;
    for (std::size_t j = 0; j < dimension; ++j) to[j] += p.dy[i * dimension + j];
  }
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
