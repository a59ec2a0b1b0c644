// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_STACK_HPP
#define TAILOR_MLP_STACK_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "layers.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {
namespace detail {

/// Where a layer stands in a network: its columns, and where its weights, state and outputs begin.
struct layer_place {
  std::string name;  ///< "dense", "dense_1", …, as Keras names them
  std::size_t inputs, outputs;
  std::vector<parameter> parameters;
  std::size_t weights = 0, n_weights = 0;
  std::size_t state = 0, n_state = 0;
  std::size_t columns_before = 0;  ///< the outputs of the layers below, added up
};

/// A batch on its way through all layers.
template <class T>
struct batch {
  const std::vector<layer_place>* places;
  std::size_t rows;
  const T* x;
  const sparse_rows<T>* sparse;
  const T* weights;
  const T* state;
  T* outputs;      ///< of all layers: one after the other, [rows, outputs] each
  T* last_output;  ///< where the last layer's go instead, unless null
  T* scratch;
  const run_options* run;

  // training only
  bool training = false;
  const std::size_t* kept_begin = nullptr;
  T* kept = nullptr;
  T* new_state = nullptr;
  T* slopes[2] = {nullptr, nullptr};  ///< the loss by a layer's outputs and by its inputs, in turn
  T* gradient = nullptr;
  std::uint64_t seed = 0, step = 0;

  T* output_of(std::size_t layer) const {
    if (last_output != nullptr && layer + 1 == places->size()) return last_output;
    return outputs + rows * (*places)[layer].columns_before;
  }
  /// The loss by the network's predictions, to be written before `backward`.
  T* loss_slope() const { return slopes[(places->size() - 1) % 2]; }

  layer_pass<T> pass(std::size_t layer) const {
    const layer_place& place = (*places)[layer];
    const bool first = layer == 0;
    return {rows,
            place.inputs,
            place.outputs,
            training,
            weights + place.weights,
            state + place.state,
            first ? x : output_of(layer - 1),
            first ? sparse : nullptr,
            output_of(layer),
            training ? kept + kept_begin[layer] : nullptr,
            scratch,
            training ? new_state + place.state : nullptr,
            slopes[layer % 2],
            first ? nullptr : slopes[(layer + 1) % 2],
            training ? gradient + place.weights : nullptr,
            seed,
            (step << 8) + layer,
            run};
  }
};

/// The layers of a network, whatever their types.
template <class T>
class layer_stack {
 public:
  virtual ~layer_stack() = default;
  virtual std::unique_ptr<layer_stack> clone() const = 0;
  /// @throws value_error for options that nothing could make right, shape_error for inputs that do not fit
  virtual std::vector<layer_place> places(std::size_t n_inputs) const = 0;
  virtual bool takes_sparse() const = 0;
  virtual void initialize(const std::vector<layer_place>& places, std::uint64_t seed, T* weights, T* state) const = 0;
  /// Numbers that each layer keeps of a batch.
  virtual std::vector<std::size_t> kept(const std::vector<layer_place>& places, std::size_t rows) const = 0;
  /// The most that a layer needs besides.
  virtual std::size_t scratch(const std::vector<layer_place>& places, std::size_t rows, bool training) const = 0;
  virtual void forward(const batch<T>& b) const = 0;
  virtual void backward(const batch<T>& b) const = 0;
};

// What a layer may leave out.
template <class L, class = void>
struct has_parameters : std::false_type {};
template <class L>
struct has_parameters<L, std::void_t<decltype(std::declval<const L&>().parameters(std::size_t{}))>> : std::true_type {};
template <class L, class = void>
struct has_kept : std::false_type {};
template <class L>
struct has_kept<L, std::void_t<decltype(std::declval<const L&>().kept(std::size_t{}, std::size_t{}))>>
    : std::true_type {};
template <class L, class = void>
struct has_scratch : std::false_type {};
template <class L>
struct has_scratch<L, std::void_t<decltype(std::declval<const L&>().scratch(std::size_t{}, std::size_t{}, true))>>
    : std::true_type {};
template <class L, class = void>
struct says_takes_sparse : std::false_type {};
template <class L>
struct says_takes_sparse<L, std::void_t<decltype(L::takes_sparse)>> : std::bool_constant<L::takes_sparse> {};

/// More than this is a mistake, and sizes below it do not overflow.
inline constexpr std::size_t most_columns_of_all = 2147483647;
inline constexpr std::size_t most_weights = std::size_t{1} << 40;

/// Layers whose types are known: every call below is a plain one.
template <class T, class... Layers>
class layer_tuple final : public layer_stack<T> {
  static_assert(sizeof...(Layers) >= 1, "tailor: a network needs a layer");
  static constexpr std::size_t count = sizeof...(Layers);

 public:
  explicit layer_tuple(Layers... layers) : layers_(std::move(layers)...) {}

  const std::tuple<Layers...>& layers() const noexcept { return layers_; }

  std::unique_ptr<layer_stack<T>> clone() const override { return std::make_unique<layer_tuple>(*this); }

  std::vector<layer_place> places(std::size_t n_inputs) const override {
    require(n_inputs >= 1, "n_inputs", "at least 1", n_inputs);
    std::vector<layer_place> all;
    std::vector<std::string> kinds;
    std::size_t weights = 0, state = 0, columns = 0, inputs = n_inputs;
    for_each([&](const auto& layer, std::size_t) {
      using L = std::decay_t<decltype(layer)>;
      check_options(layer);
      layer_place place;
      const auto same = std::count(kinds.begin(), kinds.end(), L::name);
      kinds.push_back(L::name);
      place.name = same == 0 ? kinds.back() : kinds.back() + '_' + std::to_string(same);
      place.inputs = inputs;
      place.outputs = layer.outputs(inputs);
      if constexpr (has_parameters<L>::value) place.parameters = layer.parameters(inputs);
      place.weights = weights;
      place.state = state;
      for (const parameter& p : place.parameters) {
        double size = 1;
        for (const std::size_t extent : p.shape) size *= static_cast<double>(extent);
        require(size <= static_cast<double>(most_weights), place.name + '/' + p.name, "at most 2^40 weights", size);
        (p.trained ? place.n_weights : place.n_state) += p.size();
      }
      place.columns_before = columns;
      require(place.outputs <= most_columns_of_all, place.name, "at most 2147483647 outputs", place.outputs);
      weights += place.n_weights;
      state += place.n_state;
      columns += place.outputs;
      require(columns <= most_columns_of_all, place.name, "at most 2147483647 outputs of all layers", columns);
      require(weights + state <= most_weights, "network", "at most 2^40 weights", weights + state);
      inputs = place.outputs;
      all.push_back(std::move(place));
    });
    return all;
  }

  bool takes_sparse() const override {
    return says_takes_sparse<std::tuple_element_t<0, std::tuple<Layers...>>>::value;
  }

  void initialize(const std::vector<layer_place>& places, std::uint64_t seed, T* weights, T* state) const override {
    for_each([&](const auto& layer, std::size_t l) {
      random::generator g(seed, l);
      if constexpr (has_parameters<std::decay_t<decltype(layer)>>::value)
        layer.initialize(places[l].inputs, weights + places[l].weights, state + places[l].state, g);
    });
  }

  std::vector<std::size_t> kept(const std::vector<layer_place>& places, std::size_t rows) const override {
    std::vector<std::size_t> sizes(count, 0);
    for_each([&](const auto& layer, std::size_t l) {
      if constexpr (has_kept<std::decay_t<decltype(layer)>>::value) sizes[l] = layer.kept(rows, places[l].inputs);
    });
    return sizes;
  }

  std::size_t scratch(const std::vector<layer_place>& places, std::size_t rows, bool training) const override {
    std::size_t most = 0;
    for_each([&](const auto& layer, std::size_t l) {
      if constexpr (has_scratch<std::decay_t<decltype(layer)>>::value)
        most = (std::max)(most, layer.scratch(rows, places[l].inputs, training));
    });
    return most;
  }

  void forward(const batch<T>& b) const override {
    for_each([&](const auto& layer, std::size_t l) { layer.forward(b.pass(l)); });
  }

  void backward(const batch<T>& b) const override { backward(b, std::make_index_sequence<count>()); }

 private:
  template <class F, std::size_t... I>
  void for_each(F&& f, std::index_sequence<I...>) const {
    (f(std::get<I>(layers_), I), ...);
  }
  template <class F>
  void for_each(F&& f) const {
    for_each(f, std::make_index_sequence<count>());
  }
  template <std::size_t... I>
  void backward(const batch<T>& b, std::index_sequence<I...>) const {
    (std::get<count - 1 - I>(layers_).backward(b.pass(count - 1 - I)), ...);
  }

  std::tuple<Layers...> layers_;
};

}  // namespace detail
}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
