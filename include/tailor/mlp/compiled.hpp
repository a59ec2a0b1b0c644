// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_COMPILED_HPP
#define TAILOR_MLP_COMPILED_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/matrix_view.hpp"
#include "../core/span.hpp"
#include "activations.hpp"
#include "optimizers.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {
namespace detail {

// A loss, a metric, an optimiser of any type, as a network holds them: one indirect call a batch.

template <class L, class T, class = void>
struct is_loss : std::false_type {};
template <class L, class T>
struct is_loss<L, T,
               std::void_t<decltype(std::declval<const L&>()(std::declval<span<const T>>(),
                                                             std::declval<span<const T>>(), std::declval<span<T>>()))>>
    : std::true_type {};
template <class L, class T, class = void>
struct checks_labels : std::false_type {};
template <class L, class T>
struct checks_labels<L, T, std::void_t<decltype(std::declval<const L&>().check(T{}, std::size_t{}))>> : std::true_type {
};
template <class L, class = void>
struct says_target_columns : std::false_type {};
template <class L>
struct says_target_columns<L, std::void_t<decltype(std::declval<const L&>().target_columns(std::size_t{}))>>
    : std::true_type {};

/// Predictions and targets of a batch.
template <class T>
struct judged {
  matrix_view<T> target, predicted;

  std::size_t rows() const noexcept { return predicted.rows; }
};

template <class T>
class any_loss {
 public:
  any_loss() = default;
  template <class L>
  explicit any_loss(L loss) : held_(std::make_shared<const holder<L>>(std::move(loss))) {}

  explicit operator bool() const noexcept { return held_ != nullptr; }
  std::size_t target_columns(std::size_t outputs) const { return held_->target_columns(outputs); }
  /// @throws value_error for the first label that the loss cannot take
  void check_labels(matrix_view<T> target, std::size_t outputs) const { held_->check_labels(target, outputs); }
  /// Σ weight · loss over the rows, and its derivative divided by their number. Null weights are all 1; a null gradient
  /// is not written.
  double sum(const judged<T>& batch, const T* weights, T* gradient) const {
    return held_->sum(batch, weights, gradient);
  }

 private:
  struct interface {
    virtual ~interface() = default;
    virtual std::size_t target_columns(std::size_t outputs) const = 0;
    virtual void check_labels(matrix_view<T> target, std::size_t outputs) const = 0;
    virtual double sum(const judged<T>& batch, const T* weights, T* gradient) const = 0;
  };

  template <class L>
  struct holder final : interface {
    static_assert(is_loss<L, T>::value,
                  "tailor: a loss must be callable with (target, predicted, gradient); mlp/losses.hpp says how");
    explicit holder(L&& l) : loss(std::move(l)) { check_options(loss); }

    std::size_t target_columns(std::size_t outputs) const override {
      if constexpr (says_target_columns<L>::value)
        return loss.target_columns(outputs);
      else
        return outputs;
    }
    void check_labels(matrix_view<T> target, std::size_t outputs) const override {
      if constexpr (checks_labels<L, T>::value)
        for (const T label : target.values()) loss.check(label, outputs);
      (void)target;
      (void)outputs;
    }
    double sum(const judged<T>& batch, const T* weights, T* gradient) const override {
      const std::size_t outputs = batch.predicted.cols;
      const T share = T{1} / static_cast<T>(batch.rows());
      double total = 0;
      for (std::size_t i = 0; i < batch.rows(); ++i) {
        const span<T> slope(gradient == nullptr ? nullptr : gradient + i * outputs, gradient == nullptr ? 0 : outputs);
        const T weight = weights == nullptr ? T{1} : weights[i];
        const T value = loss(batch.target.row_span(i), batch.predicted.row_span(i), slope);
        total += static_cast<double>(weight) * static_cast<double>(value);
        for (T& number : slope) number *= weight * share;
      }
      return total;
    }
    L loss;
  };

  std::shared_ptr<const interface> held_;
};

template <class T>
class any_metric {
 public:
  template <class M>
  explicit any_metric(M metric) : name_(M::name), held_(std::make_shared<const holder<M>>(std::move(metric))) {}

  const std::string& name() const noexcept { return name_; }
  double sum(const judged<T>& batch) const { return held_->sum(batch); }

 private:
  struct interface {
    virtual ~interface() = default;
    virtual double sum(const judged<T>& batch) const = 0;
  };
  template <class M>
  struct holder final : interface {
    explicit holder(M&& m) : metric(std::move(m)) { check_options(metric); }
    double sum(const judged<T>& batch) const override {
      double total = 0;
      for (std::size_t i = 0; i < batch.rows(); ++i) {
        const span<const T> target = batch.target.row_span(i), predicted = batch.predicted.row_span(i);
        if constexpr (is_loss<M, T>::value)
          total += static_cast<double>(metric(target, predicted, span<T>()));
        else
          total += static_cast<double>(metric(target, predicted));
      }
      return total;
    }
    M metric;
  };

  std::string name_;
  std::shared_ptr<const interface> held_;
};

/// All weights of a network in one run, the sizes of its kernels and biases in order, and what is remembered of each.
template <class T>
struct trained_weights {
  T* weights;
  T* gradient;
  T* slots;
  span<const std::size_t> sizes;
  std::size_t n;
};

template <class T>
class any_optimizer {
 public:
  any_optimizer() = default;
  template <class O>
  explicit any_optimizer(O optimizer) : held_(std::make_shared<const holder<O>>(std::move(optimizer))) {}

  std::size_t slots() const { return held_->slots(); }
  void initialize(std::size_t n, T* slots) const { held_->initialize(n, slots); }
  double learning_rate(std::size_t steps_done) const { return held_->learning_rate(steps_done); }
  /// One step with `factor` times the learning rate; the gradient may be changed.
  void step(const trained_weights<T>& all, std::size_t steps_done, double factor) const {
    held_->step(all, steps_done, factor);
  }

 private:
  struct interface {
    virtual ~interface() = default;
    virtual std::size_t slots() const = 0;
    virtual void initialize(std::size_t n, T* slots) const = 0;
    virtual double learning_rate(std::size_t steps_done) const = 0;
    virtual void step(const trained_weights<T>& all, std::size_t steps_done, double factor) const = 0;
  };

  template <class O, class = void>
  struct clips : std::false_type {};
  template <class O>
  struct clips<O, std::void_t<decltype(std::declval<const O&>().clip)>> : std::true_type {};
  template <class O, class = void>
  struct decays : std::false_type {};
  template <class O>
  struct decays<O, std::void_t<decltype(std::declval<const O&>().weight_decay)>> : std::true_type {};
  template <class O, class = void>
  struct initializes : std::false_type {};
  template <class O>
  struct initializes<O, std::void_t<decltype(std::declval<const O&>().initialize(std::size_t{}, std::declval<T*>()))>>
      : std::true_type {};

  template <class O>
  struct holder final : interface {
    explicit holder(O&& o) : optimizer(std::move(o)) { check_options(optimizer); }
    std::size_t slots() const override { return optimizer.slots(); }
    void initialize(std::size_t n, T* slots) const override {
      std::fill_n(slots, n * optimizer.slots(), T{0});
      if constexpr (initializes<O>::value) optimizer.initialize(n, slots);
    }
    double learning_rate(std::size_t steps_done) const override { return optimizer.learning_rate(steps_done); }
    void step(const trained_weights<T>& all, std::size_t steps_done, double factor) const override {
      const double rate = optimizer.learning_rate(steps_done) * factor;
      if constexpr (clips<O>::value) clip_gradient(optimizer.clip, all.gradient, all.n, all.sizes);
      if constexpr (decays<O>::value)
        if (optimizer.weight_decay != 0) scale_by(1 - rate * optimizer.weight_decay, all.weights, all.n);
      optimizer.step(all.n, all.weights, static_cast<const T*>(all.gradient), all.slots, steps_done + 1, rate);
    }
    O optimizer;
  };

  std::shared_ptr<const interface> held_;
};

}  // namespace detail
}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
