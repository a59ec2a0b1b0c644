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
  std::vector<double> class_weight = {};   ///< one a class: factors of the training loss; metrics have none
  std::vector<double> sample_weight = {};  ///< one a row: factors of the loss, also that of `validation_split`
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

  /// The derivative of one output by each input, at each row and as when predicting (dropout passes, batch_norm has its
  /// moving statistics): [n, n_inputs], rows in parallel. The inputs of an embedding have none: 0.
  /// @throws as `predict`, and value_error for an output that is not there
  dense_matrix<T> input_gradient(const samples<T>& x, std::size_t output = 0, const run_options& run = {}) const;

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

  /// Names the state: the layers with their options, the number of inputs, and each array of weights by its name, so
  /// that other programs can read them. What `compile` was given is not part of it.
  /// @throws format_error for the state of other layers: the network stays as it was
  template <class A>
  void archive(A& a);
  static constexpr const char* saved_as = "tailor.mlp.network";

 protected:
  network() = default;
  network(const network&) = default;
  network(network&&) = default;
  network& operator=(const network&) = default;
  network& operator=(network&&) = default;

  /// @throws value_error once the network is built
  template <class Layer>
  void add_layer(Layer layer) {
    require(!is_built(), "add", "a network that is not built", "one that has weights");
    stack_.add(std::move(layer));
  }

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

  static constexpr std::size_t block_rows = 256;  // that predict at once

  std::size_t prediction_memory(std::size_t rows) const;
  detail::batch<T> rows_of(std::size_t rows, const T* x, const sparse_rows<T>* sparse, const run_options& run) const;
  void predict_block(detail::batch<T> b, T* memory, T* out) const;
  template <class F>
  void in_blocks(const samples<T>& x, std::size_t memory, const run_options& run, F&& f) const;
  void predict_rows(const samples<T>& x, T* out, const run_options& run) const;
  scores judge(const samples<T>& x, const targets<T>& y, const T* weights, const run_options& run) const;
  void forget_steps();

  detail::layer_stack<T> stack_;
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
  auto places = stack_.places(n_inputs);
  const detail::layer_place& last = places.back();
  detail::arena<T> weights(last.weights + last.n_weights), state(last.state + last.n_state);
  stack_.initialize(places, seed, weights.data(), state.data());
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
  require(!x.is_sparse() || stack_.takes_sparse(), name, "a dense matrix: the first layer reads no sparse one",
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
         detail::whole_lines<T>(stack_.scratch(places_, rows, false));
}

/// Rows and the weights that they meet.
template <class T>
detail::batch<T> network<T>::rows_of(std::size_t rows, const T* x, const sparse_rows<T>* sparse,
                                     const run_options& run) const {
  return {&places_, rows, x, sparse, weights_.data(), state_.data(), nullptr, nullptr, nullptr, &run};
}

template <class T>
void network<T>::predict_block(detail::batch<T> b, T* memory, T* out) const {
  b.outputs = memory;
  b.last_output = out;
  b.scratch = memory + detail::whole_lines<T>(b.rows * places_.back().columns_before);
  stack_.forward(b);
}

/// Calls `f(rows, first row, memory)` for blocks of rows in parallel, each worker with `memory` numbers of its own.
template <class T>
template <class F>
void network<T>::in_blocks(const samples<T>& x, std::size_t memory, const run_options& run, F&& f) const {
  const blocks cut{x.rows(), block_rows};
  const double steps = static_cast<double>(x.rows()) * static_cast<double>(n_parameters()) / 16;
  const work_hint hint{steps, {}};
  const std::size_t workers = (std::min)(thread_count(run.threads), cut.count());
  detail::arena<T> of_all(workers * memory);
  run_options alone;
  alone.threads = 1;
  parallel_blocks(cut, run, hint, [&](std::size_t worker, std::size_t, std::size_t begin, std::size_t end) {
    const sparse_rows<T> sparse{x.sparse(), nullptr, begin};
    f(rows_of(end - begin, x.is_sparse() ? nullptr : x.dense().row(begin), x.is_sparse() ? &sparse : nullptr, alone),
      begin, of_all.data() + worker * memory);
  });
}

template <class T>
void network<T>::predict_rows(const samples<T>& x, T* out, const run_options& run) const {
  in_blocks(x, prediction_memory((std::min)(block_rows, x.rows())), run,
            [&](const detail::batch<T>& b, std::size_t begin, T* memory) {
              predict_block(b, memory, out + begin * n_outputs());
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
  const std::size_t needed = prediction_memory((std::min)(rows, block_rows));
  detail::arena<T> heap(needed <= small ? 0 : needed);
  T* memory = needed <= small ? buffer : heap.data();
  for (std::size_t i = 0; i < rows; i += block_rows)
    predict_block(rows_of((std::min)(block_rows, rows - i), x.data() + i * n_inputs(), nullptr, alone), memory,
                  out.data() + i * n_outputs());
}

template <class T>
dense_matrix<T> network<T>::input_gradient(const samples<T>& x, std::size_t output, const run_options& run) const {
  require_built("input_gradient");
  require(output < n_outputs(), "output", "one below " + show(n_outputs()), output);
  require_rows(x, "X");
  auto slopes = make_matrix<T>(x.rows(), n_inputs());
  const detail::round_trip<T> trip(stack_, places_, (std::min)(block_rows, x.rows()));
  in_blocks(x, trip.size(), run, [&](detail::batch<T> b, std::size_t begin, T* memory) {
    trip.lay_out(b, memory);
    b.input_slope = slopes.data() + begin * n_inputs();
    stack_.forward(b);
    T* slope = b.loss_slope();
    std::fill_n(slope, b.rows * n_outputs(), T{0});
    for (std::size_t i = 0; i < b.rows; ++i) slope[i * n_outputs() + output] = 1;
    stack_.backward(b);
  });
  return slopes;
}

/// Losses and metrics are added block by block, in order.
template <class T>
scores network<T>::judge(const samples<T>& x, const targets<T>& y, const T* weights, const run_options& run) const {
  auto predicted = make_matrix<T>(x.rows(), n_outputs());
  predict_rows(x, predicted.data(), run);
  const detail::judged<T> all{y.view(), {predicted.data(), x.rows(), n_outputs()}};
  const auto n = static_cast<double>(x.rows());
  scores result;
  result.values.emplace_back("loss", loss_.sum(all, weights, nullptr) / n);
  for (const auto& metric : metrics_) result.values.emplace_back(metric.name(), metric.sum(all) / n);
  return result;
}

template <class T>
scores network<T>::evaluate(const samples<T>& x, const targets<T>& y, const run_options& run) const {
  require_built("evaluate");
  require(static_cast<bool>(loss_), "evaluate", "a network that was compiled", "one without a loss");
  require_rows(x, "X");
  require_targets(x, y, "y");
  return judge(x, y, nullptr, run);
}

template <class T>
double network<T>::learning_rate() const {
  require(static_cast<bool>(loss_), "learning_rate", "a network that was compiled", "one without an optimiser");
  return optimizer_.learning_rate(steps_) * rate_factor_;
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
