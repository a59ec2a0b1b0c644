// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_CALLBACKS_HPP
#define TAILOR_MLP_CALLBACKS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "activations.hpp"
#include "metrics.hpp"
#include "optimizers.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

template <class T>
class network;

/// What a callback is told after an epoch.
template <class T>
struct epoch_report {
  std::size_t epoch;      ///< from 0
  std::size_t epochs;     ///< how many were asked for
  const history& so_far;  ///< this epoch's figures are the last of each column
  network<T>& net;
  double& rate_factor;  ///< the learning rate is the optimiser's times this
};

// A callback is a function of an `epoch_report<T>&` that returns nothing, or false to stop; or a value type with
//   template <class T> bool on_epoch_end(epoch_report<T>&);         false stops the training
//   template <class T> void on_train_end(epoch_report<T>&);         optional: after the last epoch, however it came
// `fit` works on a copy of it: each training begins afresh.

/// Which of two figures is better; by name, the larger for names with "acc" or "auc" in them, else the smaller.
enum class better { by_name, smaller, larger };

/// Stops when `monitor` has not become better by more than `min_delta` for `patience` epochs. The defaults are Keras's.
struct early_stopping {
  std::string monitor = "val_loss";
  std::size_t patience = 0;
  double min_delta = 0;
  bool restore_best_weights = false;    ///< when the training ends, however it does
  std::optional<double> baseline = {};  ///< what is not better than this does not count as better
  std::size_t start_from_epoch = 0;     ///< epochs before it are not looked at
  better which = better::by_name;

  void check() const;
  template <class T>
  bool on_epoch_end(epoch_report<T>& report);
  template <class T>
  void on_train_end(epoch_report<T>& report);

  /// What it has seen; not to be set.
  struct memory {
    double best = std::numeric_limits<double>::quiet_NaN();
    std::size_t waited = 0;
    std::shared_ptr<void> weights;
  } seen = {};
};

/// Multiplies the learning rate by `factor` when `monitor` has not become better by more than `min_delta` for
/// `patience` epochs, but not below `min_rate`. The defaults are Keras's.
struct reduce_on_plateau {
  std::string monitor = "val_loss";
  double factor = 0.1;
  std::size_t patience = 10;
  double min_delta = 1e-4;
  std::size_t cooldown = 0;
  double min_rate = 0;
  better which = better::by_name;

  void check() const;
  template <class T>
  bool on_epoch_end(epoch_report<T>& report);

  /// What it has seen; not to be set.
  struct memory {
    double best = std::numeric_limits<double>::quiet_NaN();
    std::size_t waited = 0, cooling = 0;
  } seen = {};
};

/// Calls `save` with the report after each epoch, or only after those where `monitor` is better than ever.
template <class Save>
struct checkpoint {
  Save save;
  std::string monitor = "val_loss";
  bool save_best_only = false;
  better which = better::by_name;

  template <class T>
  bool on_epoch_end(epoch_report<T>& report);

  /// What it has seen; not to be set.
  double best = std::numeric_limits<double>::quiet_NaN();
};
template <class Save>
checkpoint(Save) -> checkpoint<Save>;
template <class Save>
checkpoint(Save, std::string) -> checkpoint<Save>;
template <class Save>
checkpoint(Save, std::string, bool) -> checkpoint<Save>;
template <class Save>
checkpoint(Save, std::string, bool, better) -> checkpoint<Save>;

/// Writes the history into a CSV file, a line an epoch: `epoch` from 0, then the columns of `history`.
struct csv_log {
  std::string path;

  /// @throws data_error when the file cannot be written
  template <class T>
  bool on_epoch_end(epoch_report<T>& report);
};

// ---------------------------------------------------------------------------------------------------------------------

/// A callback of any type.
template <class T>
class callback {
 public:
  template <class C, class = std::enable_if_t<!std::is_same_v<std::decay_t<C>, callback>>>
  callback(C any) : held_(std::make_shared<holder<C>>(std::move(any))) {}

  /// A copy that has seen nothing of what this one sees.
  callback fresh() const {
    callback copy(*this);
    copy.held_ = held_->clone();
    return copy;
  }
  bool on_epoch_end(epoch_report<T>& report) { return held_->on_epoch_end(report); }
  void on_train_end(epoch_report<T>& report) { held_->on_train_end(report); }

 private:
  struct interface {
    virtual ~interface() = default;
    virtual std::shared_ptr<interface> clone() const = 0;
    virtual bool on_epoch_end(epoch_report<T>& report) = 0;
    virtual void on_train_end(epoch_report<T>& report) = 0;
  };

  template <class C, class = void>
  struct has_epoch_end : std::false_type {};
  template <class C>
  struct has_epoch_end<C, std::void_t<decltype(std::declval<C&>().on_epoch_end(std::declval<epoch_report<T>&>()))>>
      : std::true_type {};
  template <class C, class = void>
  struct has_train_end : std::false_type {};
  template <class C>
  struct has_train_end<C, std::void_t<decltype(std::declval<C&>().on_train_end(std::declval<epoch_report<T>&>()))>>
      : std::true_type {};

  template <class C>
  struct holder final : interface {
    explicit holder(C c) : held(std::move(c)) { detail::check_options(held); }
    std::shared_ptr<interface> clone() const override { return std::make_shared<holder>(held); }
    bool on_epoch_end(epoch_report<T>& report) override {
      if constexpr (has_epoch_end<C>::value) {
        return held.on_epoch_end(report);
      } else if constexpr (std::is_void_v<std::invoke_result_t<C&, epoch_report<T>&>>) {
        held(report);
        return true;
      } else {
        return held(report);
      }
    }
    void on_train_end(epoch_report<T>& report) override {
      if constexpr (has_train_end<C>::value) held.on_train_end(report);
      (void)report;
    }
    C held;
  };

  std::shared_ptr<interface> held_;
};

namespace detail {

inline bool larger_is_better(better which, const std::string& monitor) {
  if (which != better::by_name) return which == better::larger;
  return monitor.find("acc") != std::string::npos || monitor.find("auc") != std::string::npos;
}
/// Whether `now` is better than `best` by more than `delta`; the first is always.
inline bool is_better(bool larger, double now, double best, double delta) {
  if (std::isnan(best)) return true;
  return larger ? now - delta > best : now + delta < best;
}

}  // namespace detail

inline void early_stopping::check() const {
  detail::check_not_negative(min_delta, "early_stopping::min_delta");
  require(!baseline || std::isfinite(*baseline), "early_stopping::baseline", "a finite number", baseline.value_or(0));
}
inline void reduce_on_plateau::check() const {
  detail::check_not_negative(min_delta, "reduce_on_plateau::min_delta");
  detail::check_not_negative(min_rate, "reduce_on_plateau::min_rate");
  require(factor > 0 && factor < 1, "reduce_on_plateau::factor", "a number between 0 and 1", factor);
}

template <class T>
bool early_stopping::on_epoch_end(epoch_report<T>& report) {
  const double now = report.so_far[monitor].back();
  if (report.epoch < start_from_epoch) return true;
  const bool larger = detail::larger_is_better(which, monitor);
  ++seen.waited;
  if (!detail::is_better(larger, now, seen.best, min_delta)) return seen.waited < patience;
  seen.best = now;
  if (restore_best_weights) seen.weights = std::make_shared<std::vector<T>>(report.net.all_weights());
  if (!baseline || detail::is_better(larger, now, *baseline, min_delta)) seen.waited = 0;
  return true;
}

template <class T>
void early_stopping::on_train_end(epoch_report<T>& report) {
  if (seen.weights) report.net.set_all_weights(*static_cast<const std::vector<T>*>(seen.weights.get()));
}

template <class T>
bool reduce_on_plateau::on_epoch_end(epoch_report<T>& report) {
  const double now = report.so_far[monitor].back();
  if (seen.cooling > 0) {
    --seen.cooling;
    seen.waited = 0;
  }
  if (detail::is_better(detail::larger_is_better(which, monitor), now, seen.best, min_delta)) {
    seen.best = now;
    seen.waited = 0;
  } else if (seen.cooling == 0 && ++seen.waited >= patience) {
    const double rate = report.net.learning_rate();
    if (rate <= min_rate) return true;
    report.rate_factor *= (std::max)(rate * factor, min_rate) / rate;
    seen.cooling = cooldown;
    seen.waited = 0;
  }
  return true;
}

template <class Save>
template <class T>
bool checkpoint<Save>::on_epoch_end(epoch_report<T>& report) {
  if (save_best_only) {
    const double now = report.so_far[monitor].back();
    if (!detail::is_better(detail::larger_is_better(which, monitor), now, best, 0)) return true;
    best = now;
  }
  save(report);
  return true;
}

template <class T>
bool csv_log::on_epoch_end(epoch_report<T>& report) {
  std::ofstream file(path, report.epoch == 0 ? std::ios::trunc : std::ios::app);
  file.precision(17);
  if (report.epoch == 0) {
    file << "epoch";
    for (const auto& column : report.so_far.columns) file << ',' << column.first;
    file << '\n';
  }
  file << report.epoch;
  for (const auto& column : report.so_far.columns) file << ',' << column.second.back();
  file << '\n';
  file.flush();
  if (!file) throw data_error("cannot be written", path);
  return true;
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
