// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_NETWORK_HPP
#define TAILOR_MLP_NETWORK_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "arena.hpp"
#include "callbacks.hpp"
#include "compiled.hpp"
#include "metrics.hpp"
#include "samples.hpp"
#include "stack.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

namespace detail {
template <class T>
class trainer;
}

/// How to train; the defaults are Keras's.
template <class T>
struct basic_fit_options {
  std::size_t epochs = 1;
  std::size_t batch_size = 32;
  double validation_split = 0;                      ///< the last fraction of the rows, taken before they are shuffled
  std::optional<labelled<T>> validation_data = {};  ///< `{X, y}`; goes before the split
  bool shuffle = true;
  std::vector<double> class_weight = {};   ///< one a class: factors of the training loss
  std::vector<double> sample_weight = {};  ///< one a row, the same
  std::vector<callback<T>> callbacks = {};
  std::uint64_t seed = 0;  ///< of the first weights, unless `build` made them, of the order of rows and of dropout
};
using fit_options = basic_fit_options<float>;

/// An array of a network's weights: "dense_1/kernel" of shape [in, out].
template <class T>
struct named_weights {
  std::string name;
  std::vector<std::size_t> shape;
  bool trained;
  span<const T> values;
};

/// A network of layers, without their types: what `sequential` and `model` share. It is built when the number of its
/// inputs is known, compiled when it is told what to learn and how, and fitted, as Keras's. All its weights lie in one
/// run of memory. Const members may be called from many threads; the same seed gives the same bits for any number of
/// them.
template <class T>
class network {
 public:
  using value_type = T;

  virtual ~network() = default;

  /// Makes the first weights, and forgets those there were.
  /// @throws value_error for no inputs and for options of layers that nothing could make right
  void build(std::size_t n_inputs, std::uint64_t seed = 0);

  bool is_built() const noexcept { return !places_.empty(); }
  std::size_t n_inputs() const noexcept { return is_built() ? places_.front().inputs : 0; }
  std::size_t n_outputs() const noexcept { return is_built() ? places_.back().outputs : 0; }
  /// How many weights there are, those that are not trained included.
  std::size_t n_parameters() const noexcept { return weights_.size() + state_.size(); }

  /// What to learn, how, and what to report besides the loss: `net.compile(binary_crossentropy{}, adam{}, accuracy{})`.
  /// An optimiser that was there is forgotten with all it remembers.
  /// @throws value_error for options that nothing could make right
  template <class Loss, class Optimizer = adam, class... Metrics>
  void compile(Loss loss, Optimizer optimizer = {}, Metrics... metrics);

  /// Trains, building first where that was not done, and going on from the last time where it was.
  /// @param x  [n, n_inputs], dense or sparse
  /// @param y  [n] or [n, outputs]; [n] classes for sparse_categorical_crossentropy
  /// @return loss, metrics and those of the validation data (`val_…`), by epoch
  /// @throws shape_error, value_error for empty, unequal, not finite data, labels that the loss cannot take, absurd
  /// options, and before `compile`: the network stays as it was, as when cancelled_error comes or a callback throws.
  /// convergence_error when loss or weights are no longer finite: the weights are then those of the last epoch that was
  /// good, and the optimiser begins afresh.
  history fit(const samples<T>& x, const targets<T>& y, const basic_fit_options<T>& options = {},
              const run_options& run = {});

  /// The loss and the metrics on all rows.
  scores evaluate(const samples<T>& x, const targets<T>& y, const run_options& run = {}) const;

  /// [n, n_outputs], rows in parallel.
  /// @throws not_fitted_error before `build`, shape_error, value_error for numbers that are not finite
  dense_matrix<T> predict(const samples<T>& x, const run_options& run = {}) const;
  /// The same for rows one after another, written to `out`, on one thread; a row at a time, it allocates nothing.
  void predict(span<const T> x, span<T> out) const;

  /// A table of layers, their output shapes and numbers of weights, as Keras prints it.
  std::string summary() const;

  /// All arrays of weights, layer by layer; valid until the network is changed.
  std::vector<named_weights<T>> weights() const;
  /// One of them, by name.
  /// @throws value_error when there is none
  span<const T> weights(std::string_view name) const;
  /// @throws value_error when there is none or a value is not finite, shape_error for another number of values
  void set_weights(std::string_view name, span<const T> values);
  /// All at once, in a form that only `set_all_weights` of the same network reads.
  std::vector<T> all_weights() const;
  void set_all_weights(span<const T> values);

  /// What the next step will use.
  double learning_rate() const;

 protected:
  network() = default;
  network(const network&) = default;
  network(network&&) = default;
  network& operator=(const network&) = default;
  network& operator=(network&&) = default;

  virtual const detail::layer_stack<T>& stack() const = 0;

  /// Names the state: the number of inputs and all weights. Layers and what `compile` was given are not part of it.
  template <class A>
  void archive_weights(A& a);

 private:
  friend class detail::trainer<T>;

  void require_built(std::string_view what) const;
  void require_rows(const samples<T>& x, std::string_view name) const;
  void require_targets(const samples<T>& x, const targets<T>& y, std::string_view name) const;
  /// The place of an array: whether it is trained, and where it begins and ends.
  struct array_place {
    bool trained;
    std::size_t begin, size;
  };
  array_place find(std::string_view name) const;

  std::size_t prediction_memory(std::size_t rows) const;
  void predict_block(std::size_t rows, const T* x, const sparse_rows<T>* sparse, T* memory, T* out,
                     const run_options& run) const;
  void predict_rows(const samples<T>& x, T* out, const run_options& run) const;
  scores judge(const samples<T>& x, const targets<T>& y, const run_options& run) const;
  void forget_steps();

  std::vector<detail::layer_place> places_;
  detail::arena<T> weights_, state_;

  detail::any_loss<T> loss_;
  detail::any_optimizer<T> optimizer_;
  std::vector<detail::any_metric<T>> metrics_;
  detail::arena<T> slots_;  // what the optimiser remembers
  std::size_t steps_ = 0;
  double rate_factor_ = 1;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
void network<T>::build(std::size_t n_inputs, std::uint64_t seed) {
  auto places = stack().places(n_inputs);
  const detail::layer_place& last = places.back();
  detail::arena<T> weights(last.weights + last.n_weights), state(last.state + last.n_state);
  stack().initialize(places, seed, weights.data(), state.data());
  places_ = std::move(places);
  weights_ = std::move(weights);
  state_ = std::move(state);
  forget_steps();
}

template <class T>
template <class Loss, class Optimizer, class... Metrics>
void network<T>::compile(Loss loss, Optimizer optimizer, Metrics... metrics) {
  detail::any_loss<T> new_loss(std::move(loss));
  detail::any_optimizer<T> new_optimizer(std::move(optimizer));
  std::vector<detail::any_metric<T>> new_metrics = {detail::any_metric<T>(std::move(metrics))...};
  loss_ = std::move(new_loss);
  optimizer_ = std::move(new_optimizer);
  metrics_ = std::move(new_metrics);
  rate_factor_ = 1;
  forget_steps();
}

/// What the optimiser remembers is made anew by the next `fit`.
template <class T>
void network<T>::forget_steps() {
  slots_.clear();
  steps_ = 0;
}

template <class T>
void network<T>::require_built(std::string_view what) const {
  if (!is_built())
    throw not_fitted_error(describe(what, "a network that build or fit has made weights for", "one without"));
}

template <class T>
void network<T>::require_rows(const samples<T>& x, std::string_view name) const {
  require(x.rows() >= 1, name, "at least one row", x.rows());
  require<shape_error>(x.cols() == n_inputs(), name, show(n_inputs()) + " columns", x.cols());
  require(!x.is_sparse() || stack().takes_sparse(), name, "a dense matrix: the first layer reads no sparse one",
          "a sparse one");
  x.require_finite(name);
}

template <class T>
void network<T>::require_targets(const samples<T>& x, const targets<T>& y, std::string_view name) const {
  const std::size_t columns = loss_.target_columns(n_outputs());
  if (y.rows() != x.rows() || y.cols() != columns)
    throw shape_error(describe(name, show_shape({x.rows(), columns}), show_shape({y.rows(), y.cols()})));
  tailor::require_finite(y.view(), name);
  loss_.check_labels(y.view(), n_outputs());
}

template <class T>
std::size_t network<T>::prediction_memory(std::size_t rows) const {
  return detail::whole_lines<T>(rows * places_.back().columns_before) +
         detail::whole_lines<T>(stack().scratch(places_, rows, false));
}

template <class T>
void network<T>::predict_block(std::size_t rows, const T* x, const sparse_rows<T>* sparse, T* memory, T* out,
                               const run_options& run) const {
  detail::batch<T> b{&places_,
                     rows,
                     x,
                     sparse,
                     weights_.data(),
                     state_.data(),
                     memory,
                     out,
                     memory + detail::whole_lines<T>(rows * places_.back().columns_before),
                     &run};
  stack().forward(b);
}

template <class T>
void network<T>::predict_rows(const samples<T>& x, T* out, const run_options& run) const {
  const blocks cut{x.rows(), 256};
  const double steps = static_cast<double>(x.rows()) * static_cast<double>(n_parameters()) / 16;
  const work_hint hint{steps, {}};
  const std::size_t each = prediction_memory((std::min)(cut.block_size, x.rows()));
  const std::size_t workers = (std::min)(thread_count(run.threads), cut.count());
  detail::arena<T> memory(workers * each);
  run_options alone;
  alone.threads = 1;
  parallel_blocks(cut, run, hint, [&](std::size_t worker, std::size_t, std::size_t begin, std::size_t end) {
    const sparse_rows<T> rows{x.sparse(), nullptr, begin};
    predict_block(end - begin, x.is_sparse() ? nullptr : x.dense().row(begin), x.is_sparse() ? &rows : nullptr,
                  memory.data() + worker * each, out + begin * n_outputs(), alone);
  });
}

template <class T>
dense_matrix<T> network<T>::predict(const samples<T>& x, const run_options& run) const {
  require_built("predict");
  require_rows(x, "X");
  auto out = make_matrix<T>(x.rows(), n_outputs());
  predict_rows(x, out.data(), run);
  return out;
}

template <class T>
void network<T>::predict(span<const T> x, span<T> out) const {
  require_built("predict");
  const std::size_t rows = x.size() / n_inputs();
  // No message is put together unless it is needed: nothing is allocated here.
  if (rows == 0 || rows * n_inputs() != x.size())
    throw shape_error(describe("x", "rows of " + show(n_inputs()) + " numbers", show(x.size())));
  if (out.size() != rows * n_outputs())
    throw shape_error(describe("out", show(rows * n_outputs()) + " numbers", show(out.size())));
  require_finite(x, "x");
  run_options alone;
  alone.threads = 1;
  constexpr std::size_t small = 4096;
  alignas(detail::line_bytes) T buffer[small];
  const std::size_t block = 256;
  const std::size_t needed = prediction_memory((std::min)(rows, block));
  detail::arena<T> heap(needed <= small ? 0 : needed);
  T* memory = needed <= small ? buffer : heap.data();
  for (std::size_t i = 0; i < rows; i += block)
    predict_block((std::min)(block, rows - i), x.data() + i * n_inputs(), nullptr, memory, out.data() + i * n_outputs(),
                  alone);
}

/// Losses and metrics are added block by block, in order.
template <class T>
scores network<T>::judge(const samples<T>& x, const targets<T>& y, const run_options& run) const {
  auto predicted = make_matrix<T>(x.rows(), n_outputs());
  predict_rows(x, predicted.data(), run);
  const detail::judged<T> all{y.view(), {predicted.data(), x.rows(), n_outputs()}};
  const auto n = static_cast<double>(x.rows());
  scores result;
  result.values.emplace_back("loss", loss_.sum(all, nullptr, nullptr) / n);
  for (const auto& metric : metrics_) result.values.emplace_back(metric.name(), metric.sum(all) / n);
  return result;
}

template <class T>
scores network<T>::evaluate(const samples<T>& x, const targets<T>& y, const run_options& run) const {
  require_built("evaluate");
  require(static_cast<bool>(loss_), "evaluate", "a network that was compiled", "one without a loss");
  require_rows(x, "X");
  require_targets(x, y, "y");
  return judge(x, y, run);
}

template <class T>
std::string network<T>::summary() const {
  const auto number = [](std::size_t n) {
    std::string digits = std::to_string(n);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return digits;
  };
  const auto line = [](std::string a, std::string b, std::string c) {
    a.resize((std::max)(a.size(), std::size_t{32}), ' ');
    b.resize((std::max)(b.size(), std::size_t{20}), ' ');
    return a + b + std::string(c.size() < 12 ? 12 - c.size() : 0, ' ') + c + '\n';
  };
  require_built("summary");
  const std::string rule(64, '-');
  std::string text = line("Layer", "Output shape", "Parameters") + rule + '\n';
  for (const auto& place : places_)
    text += line(place.name, "(any, " + number(place.outputs) + ")", number(place.n_weights + place.n_state));
  text += rule + '\n' + "Total parameters: " + number(n_parameters()) + '\n';
  text += "Trained: " + number(weights_.size()) + ", not trained: " + number(state_.size()) + '\n';
  return text;
}

template <class T>
std::vector<named_weights<T>> network<T>::weights() const {
  std::vector<named_weights<T>> all;
  for (const auto& place : places_) {
    const T *weights = weights_.data() + place.weights, *state = state_.data() + place.state;
    for (const parameter& p : place.parameters) {
      const T*& from = p.trained ? weights : state;
      all.push_back({place.name + '/' + p.name, p.shape, p.trained, {from, p.size()}});
      from += p.size();
    }
  }
  return all;
}

template <class T>
typename network<T>::array_place network<T>::find(std::string_view name) const {
  require_built("weights");
  std::string names;
  for (const auto& array : weights()) {
    if (array.name == name) {
      const T* base = array.trained ? weights_.data() : state_.data();
      return {array.trained, static_cast<std::size_t>(array.values.data() - base), array.values.size()};
    }
    names += (names.empty() ? "" : ", ") + array.name;
  }
  throw value_error(describe("name", "one of " + names, name));
}

template <class T>
span<const T> network<T>::weights(std::string_view name) const {
  const array_place place = find(name);
  return {(place.trained ? weights_ : state_).data() + place.begin, place.size};
}

template <class T>
void network<T>::set_weights(std::string_view name, span<const T> values) {
  const array_place place = find(name);
  require<shape_error>(values.size() == place.size, name, show(place.size) + " values", values.size());
  require_finite(values, name);
  std::copy(values.begin(), values.end(), (place.trained ? weights_ : state_).data() + place.begin);
}

template <class T>
std::vector<T> network<T>::all_weights() const {
  std::vector<T> all(weights_.begin(), weights_.end());
  all.insert(all.end(), state_.begin(), state_.end());
  return all;
}

template <class T>
void network<T>::set_all_weights(span<const T> values) {
  require<shape_error>(values.size() == n_parameters(), "values", show(n_parameters()) + " values", values.size());
  require_finite(values, "values");
  std::copy_n(values.begin(), weights_.size(), weights_.begin());
  std::copy_n(values.begin() + weights_.size(), state_.size(), state_.begin());
}

template <class T>
double network<T>::learning_rate() const {
  require(static_cast<bool>(loss_), "learning_rate", "a network that was compiled", "one without an optimiser");
  return optimizer_.learning_rate(steps_) * rate_factor_;
}

template <class T>
template <class A>
void network<T>::archive_weights(A& a) {
  std::size_t inputs = n_inputs();
  std::vector<T> weights(weights_.begin(), weights_.end()), state(state_.begin(), state_.end());
  a("n_inputs", inputs);
  a("weights", weights);
  a("state", state);
  auto places = inputs == 0 ? std::vector<detail::layer_place>{} : stack().places(inputs);
  const std::size_t n_weights = inputs == 0 ? 0 : places.back().weights + places.back().n_weights;
  const std::size_t n_state = inputs == 0 ? 0 : places.back().state + places.back().n_state;
  if (weights.size() != n_weights || state.size() != n_state)
    throw format_error(describe("weights", show(n_weights) + " and " + show(n_state) + " that are not trained",
                                show(weights.size()) + " and " + show(state.size())));
  if (weights.size() == weights_.size() && std::equal(weights.begin(), weights.end(), weights_.begin()) &&
      std::equal(state.begin(), state.end(), state_.begin()))
    return;  // saved, or loaded what was there
  places_ = std::move(places);
  weights_.assign(weights.begin(), weights.end());
  state_.assign(state.begin(), state.end());
  forget_steps();
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
