// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_TRAINING_HPP
#define TAILOR_MLP_TRAINING_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../core/sampling.hpp"
#include "network.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {
namespace detail {

/// One run of `network::fit`: its rows, its memory, and its loop over epochs and batches.
template <class T>
class trainer {
 public:
  trainer(network<T>& net, const samples<T>& x, const targets<T>& y, const basic_fit_options<T>& options,
          const run_options& run)
      : net_(net), x_(x), y_(y), options_(options), run_(run) {
    check_options();
    split();
    net_.require_rows(x_, "X");
    net_.require_targets(x_, y_, "y");
    if (validation_) {
      net_.require_rows(validation_->x, "validation_data");
      net_.require_targets(validation_->x, validation_->y, "validation_data");
    }
    weigh_samples();
    make_memory();
  }

  history train() {
    name_columns();
    std::vector<callback<T>> callbacks;
    for (const auto& given : options_.callbacks) callbacks.push_back(given.fresh());

    bool going_on = true;
    std::size_t epoch = 0;
    for (; epoch < options_.epochs && going_on; ++epoch) {
      shuffle();
      train_epoch(epoch);
      measure_validation();
      keep_good_weights();
      epoch_report<T> report{epoch, options_.epochs, history_, net_, net_.rate_factor_};
      for (auto& each : callbacks) going_on = each.on_epoch_end(report) && going_on;
    }
    epoch_report<T> report{epoch, options_.epochs, history_, net_, net_.rate_factor_};
    for (auto& each : callbacks) each.on_train_end(report);
    return std::move(history_);
  }

 private:
  // What is given ------------------------------------------------------------------------------------------------

  void check_options() const {
    const auto factors = [](const std::vector<double>& values, std::string_view name) {
      for (const double value : values) require(std::isfinite(value) && value >= 0, name, "finite numbers >= 0", value);
    };
    require(options_.epochs >= 1, "fit_options::epochs", "at least 1", options_.epochs);
    require(options_.batch_size >= 1, "fit_options::batch_size", "at least 1", options_.batch_size);
    require(options_.validation_split >= 0 && options_.validation_split < 1, "fit_options::validation_split",
            "a fraction from 0 below 1", options_.validation_split);
    factors(options_.class_weight, "fit_options::class_weight");
    factors(options_.sample_weight, "fit_options::sample_weight");
    require<shape_error>(options_.sample_weight.empty() || options_.sample_weight.size() == x_.rows(),
                         "fit_options::sample_weight", "one a row, " + show(x_.rows()), options_.sample_weight.size());
  }

  /// The first `n_` rows are trained on; the others, or those of `validation_data`, measure.
  void split() {
    n_ = x_.rows();
    if (options_.validation_data) {
      validation_ = options_.validation_data;
    } else if (options_.validation_split > 0) {
      n_ = static_cast<std::size_t>(std::floor(static_cast<double>(n_) * (1 - options_.validation_split)));
      require(n_ >= 1 && n_ < x_.rows(), "fit_options::validation_split", "rows on both sides", n_);
      require<shape_error>(y_.rows() == x_.rows(), "y", "one row for each of X, " + show(x_.rows()), y_.rows());
      const matrix_view<T> y = y_.view();
      const targets<T> rest(matrix_view<T>{y.row(n_), y.rows - n_, y.cols});
      const std::size_t rows = x_.rows() - n_;
      if (x_.is_sparse()) {
        const data::csr_view<T> all = x_.sparse();
        // Row pointers need not begin at 0.
        validation_.emplace(labelled<T>{data::csr_view<T>(rows, all.n_columns(), all.row_pointers().data() + n_,
                                                          all.columns().data(), all.values().data()),
                                        rest});
      } else {
        validation_.emplace(labelled<T>{matrix_view<T>{x_.dense().row(n_), rows, x_.cols()}, rest});
      }
    }
  }

  /// The factor of each row's loss; none when all are 1.
  void weigh_samples() {
    if (options_.class_weight.empty() && options_.sample_weight.empty()) return;
    const auto given = [&](std::size_t i) { return options_.sample_weight.empty() ? 1 : options_.sample_weight[i]; };
    for (std::size_t i = 0; i < n_; ++i) {
      double weight = given(i);
      if (!options_.class_weight.empty()) weight *= options_.class_weight[class_of(y_.view().row_span(i))];
      weights_.push_back(static_cast<T>(weight));
    }
    // Empty when the rows that measure are not some of X.
    for (std::size_t i = n_; i < x_.rows(); ++i) validation_weights_.push_back(static_cast<T>(given(i)));
  }
  std::size_t class_of(span<const T> target) const {
    std::size_t label = 0;
    if (target.size() == 1) {
      require(target[0] >= T{0} && target[0] == std::floor(target[0]), "y", "classes, since class_weight is given",
              target[0]);
      label = static_cast<std::size_t>(target[0]);
    } else {
      label = static_cast<std::size_t>(std::max_element(target.begin(), target.end()) - target.begin());
    }
    require(label < options_.class_weight.size(), "fit_options::class_weight", "one a class, also for " + show(label),
            options_.class_weight.size());
    return label;
  }

  // Memory: all of it before the first step ----------------------------------------------------------------------

  void make_memory() {
    const std::size_t rows = (std::min)(options_.batch_size, n_), n = net_.weights_.size();
    trip_.emplace(net_.stack_, net_.places_, rows);
    const std::pair<T**, std::size_t> parts[] = {
        {&batch_.gradient, n},
        {&rows_, options_.shuffle && !x_.is_sparse() ? rows * x_.cols() : 0},
        {&targets_, rows * y_.cols()},
        {&factors_, rows},
    };
    std::size_t all = trip_->size();
    for (const auto& part : parts) all += whole_lines<T>(part.second);
    memory_.resize(all);
    trip_->lay_out(batch_, memory_.data());
    T* next = memory_.data() + trip_->size();
    for (const auto& [pointer, size] : parts) {
      *pointer = next;
      next += whole_lines<T>(size);
    }
    batch_.places = &net_.places_;
    batch_.weights = net_.weights_.data();
    batch_.state = batch_.new_state = net_.state_.data();
    batch_.training = true;
    batch_.seed = random::derived_seed(options_.seed, 1);
    batch_.run = &run_;

    if (net_.slots_.empty()) {
      net_.slots_.resize(n * net_.optimizer_.slots());
      net_.optimizer_.initialize(n, net_.slots_.data());
    }
    for (const auto& place : net_.places_)
      for (const parameter& p : place.parameters)
        if (p.trained) sizes_.push_back(p.size());
    order_.resize(n_);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    good_weights_ = net_.weights_;
    good_state_ = net_.state_;
  }

  // The loop -----------------------------------------------------------------------------------------------------

  void shuffle() {
    if (!options_.shuffle) return;
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    random::generator g(random::derived_seed(options_.seed, 0), net_.steps_);  // goes on where the last `fit` ended
    random::shuffle(order_.begin(), order_.end(), g);
  }

  void train_epoch(std::size_t epoch) {
    const std::size_t size = options_.batch_size, batches = n_ / size + (n_ % size != 0);
    std::vector<double> totals(1 + net_.metrics_.size(), 0.0);
    for (std::size_t b = 0; b < batches; ++b) {
      const judged<T> judged = load(b * size, (std::min)(size, n_ - b * size));
      net_.stack_.forward(batch_);
      const double loss =
          net_.loss_.sum(judged, weights_.empty() ? nullptr : static_cast<const T*>(factors_), batch_.loss_slope());
      if (!std::isfinite(loss)) diverged(epoch, "loss");
      totals[0] += loss;
      for (std::size_t m = 0; m < net_.metrics_.size(); ++m) totals[m + 1] += net_.metrics_[m].sum(judged);
      net_.stack_.backward(batch_);
      net_.optimizer_.step({net_.weights_.data(), batch_.gradient, net_.slots_.data(), sizes_, net_.weights_.size()},
                           net_.steps_, net_.rate_factor_);
      ++net_.steps_;
      report_progress(run_, "mlp: training", epoch * batches + b + 1, options_.epochs * batches);
    }
    for (std::size_t c = 0; c < totals.size(); ++c)
      history_.columns[c].second.push_back(totals[c] / static_cast<double>(n_));
  }

  /// Points the batch at rows [begin, begin + rows) of the order, gathered when they are shuffled.
  judged<T> load(std::size_t begin, std::size_t rows) {
    const std::size_t* order = order_.data() + begin;
    batch_.rows = rows;
    batch_.step = net_.steps_;
    sparse_ = {x_.sparse(), order, 0};
    batch_.sparse = x_.is_sparse() ? &sparse_ : nullptr;
    const matrix_view<T> y = y_.view();
    if (!x_.is_sparse()) {
      const matrix_view<T> x = x_.dense();
      batch_.x = options_.shuffle ? gather(x, order, rows, rows_) : x.row(begin);
    }
    for (std::size_t i = 0; !weights_.empty() && i < rows; ++i) factors_[i] = weights_[order[i]];
    const T* target = options_.shuffle ? gather(y, order, rows, targets_) : y.row(begin);
    const std::size_t outputs = net_.n_outputs();
    return {{target, rows, y.cols}, {batch_.output_of(net_.places_.size() - 1), rows, outputs}};
  }

  /// Rows lie anywhere in memory: those that come soon are called for in time.
  static const T* gather(matrix_view<T> from, const std::size_t* order, std::size_t rows, T* to) {
    constexpr std::size_t ahead = 8, line = 64 / sizeof(T);
    for (std::size_t i = 0; i < rows; ++i) {
#if defined(__GNUC__)
      if (i + ahead < rows)
        for (std::size_t j = 0; j < from.cols; j += line) __builtin_prefetch(from.row(order[i + ahead]) + j);
#endif
      std::copy_n(from.row(order[i]), from.cols, to + i * from.cols);
    }
    return to;
  }

  // What is measured ---------------------------------------------------------------------------------------------

  void name_columns() {
    std::vector<std::string> names = {"loss"};
    for (const auto& metric : net_.metrics_) names.push_back(metric.name());
    for (const std::string& name : names) history_.columns.push_back({name, {}});
    if (validation_)
      for (const std::string& name : names) history_.columns.push_back({"val_" + name, {}});
  }

  void measure_validation() {
    if (!validation_) return;
    const scores measured = net_.judge(validation_->x, validation_->y,
                                       validation_weights_.empty() ? nullptr : validation_weights_.data(), run_);
    for (std::size_t c = 0; c < measured.values.size(); ++c)
      history_.columns[measured.values.size() + c].second.push_back(measured.values[c].second);
  }

  void keep_good_weights() {
    if (!kernels::all_finite(net_.weights_.data(), net_.weights_.size())) diverged(history_.epochs() - 1, "weights");
    good_weights_ = net_.weights_;
    good_state_ = net_.state_;
  }

  [[noreturn]] void diverged(std::size_t epoch, const char* what) {
    net_.weights_ = good_weights_;
    net_.state_ = good_state_;
    net_.forget_steps();
    throw convergence_error(describe("fit",
                                     std::string(what) + " that stay finite (try a lower learning rate, or scale X)",
                                     "others in epoch " + show(epoch + 1)));
  }

  network<T>& net_;
  const samples<T>& x_;
  const targets<T>& y_;
  const basic_fit_options<T>& options_;
  const run_options& run_;

  std::size_t n_ = 0;
  std::optional<labelled<T>> validation_;
  std::vector<T> weights_, validation_weights_;  // of rows

  batch<T> batch_{};
  sparse_rows<T> sparse_{};
  std::optional<round_trip<T>> trip_;
  arena<T> memory_;
  std::vector<std::size_t> sizes_, order_;
  T *rows_ = nullptr, *targets_ = nullptr, *factors_ = nullptr;

  arena<T> good_weights_, good_state_;
  history history_;
};

}  // namespace detail

template <class T>
history network<T>::fit(const samples<T>& x, const targets<T>& y, const basic_fit_options<T>& options,
                        const run_options& run) {
  require(static_cast<bool>(loss_), "fit", "a network that was compiled", "one without a loss");
  auto places = places_;
  auto weights = weights_, state = state_, slots = slots_;
  const std::size_t steps = steps_;
  const double rate_factor = rate_factor_;
  try {
    if (!is_built()) build(x.cols(), options.seed);
    return detail::trainer<T>(*this, x, y, options, run).train();
  } catch (const convergence_error&) {
    throw;
  } catch (...) {
    places_ = std::move(places);
    weights_ = std::move(weights);
    state_ = std::move(state);
    slots_ = std::move(slots);
    steps_ = steps;
    rate_factor_ = rate_factor;
    throw;
  }
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
