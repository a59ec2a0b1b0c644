// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_STACK_HPP
#define TAILOR_MLP_STACK_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "arena.hpp"
#include "description.hpp"
#include "layers.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {
namespace detail {

/// Where a layer stands in a network: its columns, and where its weights, state and outputs begin.
struct layer_place {
  std::string name;  ///< "dense", "dense_1", …, as Keras names them
  std::size_t inputs = 0, outputs = 0;
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

  // to go back too
  T* kept = nullptr;
  const std::size_t* kept_begin = nullptr;
  T* slopes[2] = {nullptr, nullptr};  ///< the loss by a layer's outputs and by its inputs, in turn
  T* input_slope = nullptr;           ///< the loss by the inputs of all, unless null

  // to train
  bool training = false;
  T* new_state = nullptr;
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
            kept != nullptr ? kept + kept_begin[layer] : nullptr,
            scratch,
            training ? new_state + place.state : nullptr,
            slopes[layer % 2],
            first ? input_slope : slopes[(layer + 1) % 2],
            training ? gradient + place.weights : nullptr,
            seed,
            (step << 8) + layer,
            run};
  }
};

// What a layer may leave out.
template <class L, class = void>
struct has_parameters : std::false_type {};
template <class L>
struct has_parameters<L, std::void_t<decltype(std::declval<const L&>().parameters(std::size_t{}))>> : std::true_type {};
template <class L, class = void>
struct is_layer : std::false_type {};
template <class L>
struct is_layer<L, std::void_t<decltype(std::string(L::name), std::declval<const L&>().outputs(std::size_t{}))>>
    : std::true_type {};
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

/// A layer of any type: one indirect call a batch.
template <class T>
class any_layer {
 public:
  virtual ~any_layer() = default;
  virtual std::string name() const = 0;
  virtual std::string description() const = 0;
  /// Of a layer that stands at `place`, whose inputs are known.
  /// @throws value_error for options that nothing could make right, shape_error for inputs that do not fit
  virtual void measure(layer_place& place) const = 0;
  virtual bool takes_sparse() const = 0;
  virtual void initialize(std::size_t inputs, T* weights, T* state, random::generator& g) const = 0;
  virtual std::size_t kept(std::size_t rows, std::size_t inputs) const = 0;
  virtual std::size_t scratch(std::size_t rows, std::size_t inputs, bool backward) const = 0;
  virtual void forward(const layer_pass<T>& p) const = 0;
  virtual void backward(const layer_pass<T>& p) const = 0;
};

template <class T, class L>
class layer_of final : public any_layer<T> {
  static_assert(is_layer<L>::value,
                "tailor: a layer needs a name, outputs(inputs), forward and backward; mlp/layers.hpp says how");

 public:
  explicit layer_of(L layer) : layer_(std::move(layer)) {}

  std::string name() const override { return L::name; }
  std::string description() const override { return detail::description(layer_); }
  void measure(layer_place& place) const override {
    check_options(layer_);
    place.outputs = layer_.outputs(place.inputs);
    if constexpr (has_parameters<L>::value) place.parameters = layer_.parameters(place.inputs);
  }
  bool takes_sparse() const override { return says_takes_sparse<L>::value; }
  void initialize(std::size_t inputs, T* weights, T* state, random::generator& g) const override {
    if constexpr (has_parameters<L>::value) layer_.initialize(inputs, weights, state, g);
    (void)inputs, (void)weights, (void)state, (void)g;
  }
  std::size_t kept(std::size_t rows, std::size_t inputs) const override {
    if constexpr (has_kept<L>::value) return layer_.kept(rows, inputs);
    (void)rows, (void)inputs;
    return 0;
  }
  std::size_t scratch(std::size_t rows, std::size_t inputs, bool backward) const override {
    if constexpr (has_scratch<L>::value) return layer_.scratch(rows, inputs, backward);
    (void)rows, (void)inputs, (void)backward;
    return 0;
  }
  void forward(const layer_pass<T>& p) const override { layer_.forward(p); }
  void backward(const layer_pass<T>& p) const override { layer_.backward(p); }

 private:
  L layer_;
};

/// The layers of a network, from its inputs up. Copies share them: a layer does not change.
template <class T>
class layer_stack {
 public:
  template <class L>
  void add(L layer) {
    layers_.push_back(std::make_shared<const layer_of<T, L>>(std::move(layer)));
  }

  /// @throws value_error without layers and for options that nothing could make right, shape_error for inputs that do
  /// not fit
  std::vector<layer_place> places(std::size_t n_inputs) const;
  bool takes_sparse() const { return !layers_.empty() && layers_.front()->takes_sparse(); }
  std::vector<std::string> descriptions() const {
    std::vector<std::string> all;
    for (const auto& layer : layers_) all.push_back(layer->description());
    return all;
  }

  void initialize(const std::vector<layer_place>& places, std::uint64_t seed, T* weights, T* state) const {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      random::generator g(seed, l);
      layers_[l]->initialize(places[l].inputs, weights + places[l].weights, state + places[l].state, g);
    }
  }
  /// Numbers that each layer keeps of a batch.
  std::vector<std::size_t> kept(const std::vector<layer_place>& places, std::size_t rows) const {
    std::vector<std::size_t> sizes;
    for (std::size_t l = 0; l < layers_.size(); ++l) sizes.push_back(layers_[l]->kept(rows, places[l].inputs));
    return sizes;
  }
  /// The most that a layer needs besides.
  std::size_t scratch(const std::vector<layer_place>& places, std::size_t rows, bool backward) const {
    std::size_t most = 0;
    for (std::size_t l = 0; l < layers_.size(); ++l)
      most = (std::max)(most, layers_[l]->scratch(rows, places[l].inputs, backward));
    return most;
  }

  void forward(const batch<T>& b) const {
    for (std::size_t l = 0; l < layers_.size(); ++l) layers_[l]->forward(b.pass(l));
  }
  void backward(const batch<T>& b) const {
    for (std::size_t l = layers_.size(); l-- > 0;) layers_[l]->backward(b.pass(l));
  }

 private:
  std::vector<std::shared_ptr<const any_layer<T>>> layers_;
};

/// Where a batch of at most `rows` that goes forward and back has its numbers, in one run of `size()`.
template <class T>
class round_trip {
 public:
  round_trip(const layer_stack<T>& stack, const std::vector<layer_place>& places, std::size_t rows) {
    std::size_t widest = 0, kept = 0;
    for (const auto& place : places) widest = (std::max)(widest, place.outputs);
    for (const std::size_t size : stack.kept(places, rows)) {
      kept_begin_.push_back(kept);
      kept += size;
    }
    outputs_ = whole_lines<T>(rows * (places.back().columns_before + places.back().outputs));
    kept_ = whole_lines<T>(kept + 1);  // not null, even when nothing is kept
    slope_ = whole_lines<T>(rows * widest);
    scratch_ = whole_lines<T>(stack.scratch(places, rows, true));
  }

  std::size_t size() const noexcept { return outputs_ + kept_ + 2 * slope_ + scratch_; }

  void lay_out(batch<T>& b, T* memory) const {
    b.outputs = memory;
    b.last_output = nullptr;
    b.kept = b.outputs + outputs_;
    b.kept_begin = kept_begin_.data();
    b.slopes[0] = b.kept + kept_;
    b.slopes[1] = b.slopes[0] + slope_;
    b.scratch = b.slopes[1] + slope_;
  }

 private:
  std::vector<std::size_t> kept_begin_;
  std::size_t outputs_, kept_, slope_, scratch_;
};

template <class T>
std::vector<layer_place> layer_stack<T>::places(std::size_t n_inputs) const {
  require(n_inputs >= 1, "n_inputs", "at least 1", n_inputs);
  require(!layers_.empty(), "network", "at least one layer", layers_.size());
  std::vector<layer_place> all;
  std::vector<std::string> kinds;
  layer_place next;
  next.inputs = n_inputs;
  for (const auto& layer : layers_) {
    layer_place place = next;
    const std::string kind = layer->name();
    const auto same = std::count(kinds.begin(), kinds.end(), kind);
    kinds.push_back(kind);
    place.name = same == 0 ? kind : kind + '_' + std::to_string(same);
    layer->measure(place);
    for (const parameter& p : place.parameters) {
      double size = 1;
      for (const std::size_t extent : p.shape) size *= static_cast<double>(extent);
      require(size <= static_cast<double>(most_weights), place.name + '/' + p.name, "at most 2^40 weights", size);
      (p.trained ? place.n_weights : place.n_state) += p.size();
    }
    require(place.outputs >= 1 && place.outputs <= most_columns_of_all, place.name, "from 1 to 2147483647 outputs",
            place.outputs);
    next.inputs = place.outputs;
    next.columns_before = place.columns_before + place.outputs;
    next.weights = place.weights + place.n_weights;
    next.state = place.state + place.n_state;
    require(next.columns_before <= most_columns_of_all, place.name, "at most 2147483647 outputs of all layers",
            next.columns_before);
    require(next.weights + next.state <= most_weights, "network", "at most 2^40 weights", next.weights + next.state);
    all.push_back(std::move(place));
  }
  return all;
}

}  // namespace detail
}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
