// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_CALLBACKS_HPP
#define TAILOR_MLP_CALLBACKS_HPP

#include <cmath>
#include <cstddef>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "metrics.hpp"

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

/// Stops when `monitor` has not become better by more than `min_delta` for `patience` epochs. Names with "acc" or "auc"
/// in them are better when larger. The defaults are Keras's.
struct early_stopping {
  std::string monitor = "val_loss";
  std::size_t patience = 0;
  double min_delta = 0;
  bool restore_best_weights = false;

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
    explicit holder(C c) : held(std::move(c)) {}
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

inline bool larger_is_better(const std::string& monitor) {
  return monitor.find("acc") != std::string::npos || monitor.find("auc") != std::string::npos;
}
/// Whether `now` is better than `best` by more than `delta`; the first is always.
inline bool is_better(const std::string& monitor, double now, double best, double delta) {
  if (std::isnan(best)) return true;
  return larger_is_better(monitor) ? now - delta > best : now + delta < best;
}

}  // namespace detail

template <class T>
bool early_stopping::on_epoch_end(epoch_report<T>& report) {
  const double now = report.so_far[monitor].back();
  if (detail::is_better(monitor, now, seen.best, min_delta)) {
    seen.best = now;
    seen.waited = 0;
    if (restore_best_weights) seen.weights = std::make_shared<std::vector<T>>(report.net.all_weights());
    return true;
  }
  return ++seen.waited < patience;
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
  if (detail::is_better(monitor, now, seen.best, min_delta)) {
    seen.best = now;
    seen.waited = 0;
  } else if (seen.cooling == 0 && ++seen.waited >= patience) {
    const double rate = report.net.learning_rate(), reduced = rate * factor;
    if (rate > min_rate) report.rate_factor *= (reduced < min_rate ? min_rate : reduced) / rate;
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
    if (!detail::is_better(monitor, now, best, 0)) return true;
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
