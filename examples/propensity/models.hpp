// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EXAMPLES_PROPENSITY_MODELS_HPP
#define TAILOR_EXAMPLES_PROPENSITY_MODELS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <tailor/core/parallel.hpp>
#include <tailor/core/random.hpp>
#include <tailor/evaluation/search.hpp>
#include <tailor/metrics.hpp>
#include <tailor/mlp.hpp>
#include <utility>
#include <vector>

#include "customers.hpp"

// The two models that stand beside each other. Both are tuned and calibrated in the same way: the training rows are cut
// into five folds, every row is judged by a model that has not seen it, and what these judgements say (their log loss)
// chooses the options. Rows of the test part play no role here.

namespace propensity {

namespace mlp = tailor::mlp;
namespace evaluation = tailor::evaluation;
using matrix = tailor::dense_matrix<float>;

inline matrix rows_of(const matrix& X, const std::vector<std::size_t>& rows) {
  matrix part = tailor::make_matrix<float>(rows.size(), X.shape()[1]);
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::copy_n(X.data() + rows[i] * X.shape()[1], X.shape()[1], part.data() + i * X.shape()[1]);
  return part;
}
inline std::vector<int> rows_of(const std::vector<int>& y, const std::vector<std::size_t>& rows) {
  std::vector<int> part;
  for (const std::size_t row : rows) part.push_back(y[row]);
  return part;
}

/// A training part and the part that it is judged on.
struct fold {
  matrix X, held_X;
  std::vector<int> y, held_y;
  std::vector<std::size_t> held;  ///< where the latter come from
};

inline std::vector<fold> make_folds(const matrix& X, const std::vector<int>& y, std::uint64_t seed) {
  constexpr std::size_t n_folds = 5;
  std::vector<fold> folds;
  for (std::size_t k = 0; k < n_folds; ++k) {
    row_split parts = stratified_part(y, 1.0 / n_folds, k, seed);
    folds.push_back({rows_of(X, parts.train), rows_of(X, parts.test), rows_of(y, parts.train), rows_of(y, parts.test),
                     std::move(parts.test)});
  }
  return folds;
}

inline double probability_of(double logit) { return 1 / (1 + std::exp(-logit)); }

/// Mean log loss of logits.
inline double log_loss_of(const std::vector<double>& logits, const std::vector<int>& y) {
  std::vector<double> p;
  for (const double z : logits) p.push_back(probability_of(z));
  return tailor::metrics::log_loss(p, y);
}

/// What both models are to the rest of the program.
class tuned_model {
 public:
  virtual ~tuned_model() = default;
  virtual std::vector<double> logits(const matrix& X, const tailor::run_options& run) const = 0;
  /// What each feature adds to the logits on the way from the baseline, [n, d].
  virtual matrix attributions(const matrix& X, const std::vector<float>& baseline,
                              const tailor::run_options& run) const = 0;

  /// Of the training rows, each by a model that had not seen it.
  const std::vector<double>& held_out_logits() const noexcept { return held_out_; }
  const std::string& description() const noexcept { return description_; }

  void calibrate(const std::vector<int>& y) { calibration_.fit(held_out_, y); }
  double calibrated(double logit) const { return calibration_(logit); }
  std::vector<double> calibrated(const std::vector<double>& logits) const {
    const auto p = calibration_.apply(logits);
    return {p.begin(), p.end()};
  }
  /// By which calibration multiplies what features add.
  double slope() const noexcept { return calibration_.slope(); }

  /// Calibrated probabilities.
  std::vector<double> predict(const matrix& X, const tailor::run_options& run = {}) const {
    return calibrated(logits(X, run));
  }

 protected:
  std::vector<double> held_out_;
  std::string description_;

 private:
  tailor::metrics::platt_calibration calibration_;
};

/// Logistic regression whose C is chosen; then fitted on all training rows.
class tuned_logistic final : public tuned_model {
 public:
  tuned_logistic(const matrix& X, const std::vector<int>& y, const std::vector<fold>& folds,
                 const tailor::run_options& run) {
    std::vector<double> held(y.size());
    double best = 0;
    mlp::logistic_options chosen;
    for (const double c : {0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0}) {
      mlp::logistic_options options;
      options.c = c;
      tailor::parallel_blocks({folds.size(), 1}, run, {}, [&](std::size_t, std::size_t k, std::size_t, std::size_t) {
        tailor::run_options alone;
        alone.threads = 1;
        mlp::logistic_regression model(options);
        const auto z = model.fit(folds[k].X, folds[k].y, {}, alone).logits(folds[k].held_X, alone);
        for (std::size_t i = 0; i < z.size(); ++i) held[folds[k].held[i]] = static_cast<double>(z(i));
      });
      const double loss = log_loss_of(held, y);
      if (held_out_.empty() || loss < best) {
        best = loss;
        chosen = options;
        held_out_ = held;
      }
    }
    model_ = mlp::logistic_regression(chosen);
    model_.fit(X, y, {}, run);
    char text[64];
    std::snprintf(text, sizeof text, "logistic regression, C = %g", chosen.c);
    description_ = text;
    calibrate(y);
  }

  std::vector<double> logits(const matrix& X, const tailor::run_options& run) const override {
    const auto z = model_.logits(X, run);
    return {z.begin(), z.end()};
  }
  matrix attributions(const matrix& X, const std::vector<float>& baseline, const tailor::run_options&) const override {
    return mlp::attributions(model_, X, baseline);
  }

 private:
  mlp::logistic_regression model_;
};

/// What is tried of networks.
struct network_options {
  std::size_t first = 32, second = 0;  ///< units of the hidden layers; 0 = there is none
  double input_dropout = 0.05, dropout = 0.3;
  double weight_decay = 0.1;

  std::string text() const {
    char out[128];
    std::snprintf(out, sizeof out, "%zu%s%s units, dropout %g, weight decay %g", first, second == 0 ? "" : " and ",
                  second == 0 ? "" : std::to_string(second).c_str(), dropout, weight_decay);
    return out;
  }
};

/// Its output is a logit.
inline mlp::model<float> make_network(const network_options& o) {
  const mlp::dropout none_of_some{o.input_dropout}, none_of_half{o.dropout};
  if (o.second == 0)
    return mlp::sequential(none_of_some, mlp::dense{o.first, mlp::relu{}}, none_of_half, mlp::dense{1});
  return mlp::sequential(none_of_some, mlp::dense{o.first, mlp::relu{}}, none_of_half,
                         mlp::dense{o.second, mlp::relu{}}, none_of_half, mlp::dense{1});
}

/// Five small networks, one a fold, each trained until the rows that it does not see get worse. A customer's logit is
/// the mean of theirs. Small, with dropout and weight decay, because tables of some thousand customers hold little more
/// than a logistic regression finds: a larger network finds what is not there.
class tuned_networks final : public tuned_model {
 public:
  tuned_networks(const std::vector<int>& y, const std::vector<fold>& folds, std::uint64_t seed,
                 const tailor::run_options& run) {
    evaluation::search_space<network_options> space;
    space.choice("layers",
                 [](network_options& o, int second) {
                   o.first = second == 0 ? 32 : 64;
                   o.second = static_cast<std::size_t>(second);
                 },
                 {0, 32}, {"32", "64-32"});
    space.choice("dropout",
                 [](network_options& o, double rate) {
                   o.dropout = rate;
                   o.input_dropout = rate < 0.4 ? 0.05 : 0.2;
                 },
                 {0.3, 0.5});
    double best = 0;
    const auto try_out = [&](const network_options& options) {
      trial_result tried = train(options, y, folds, seed, run);
      const double loss = log_loss_of(tried.held_out, y);
      if (nets_.empty() || loss < best) {
        best = loss;
        nets_ = std::move(tried.nets);
        held_out_ = std::move(tried.held_out);
        description_ = "five networks, " + options.text();
      }
      return loss;
    };
    evaluation::grid_search_options how;
    how.minimise = true;
    evaluation::grid_search<network_options>(space, try_out, how);
    calibrate(y);
  }

  std::vector<double> logits(const matrix& X, const tailor::run_options& run) const override {
    std::vector<double> sum(X.shape()[0], 0.0);
    for (const auto& net : nets_) {
      const auto z = net.predict(X, run);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(z(i, 0));
    }
    for (double& z : sum) z /= static_cast<double>(nets_.size());
    return sum;
  }
  matrix attributions(const matrix& X, const std::vector<float>& baseline,
                      const tailor::run_options& run) const override {
    matrix sum = matrix(X.shape(), 0.0f);
    for (const auto& net : nets_) {
      const matrix added = mlp::integrated_gradients<float>(net, X, baseline, {}, run);
      for (std::size_t i = 0; i < sum.size(); ++i) sum.data()[i] += added.data()[i] / static_cast<float>(nets_.size());
    }
    return sum;
  }

 private:
  struct trial_result {
    std::vector<mlp::model<float>> nets;
    std::vector<double> held_out;
  };

  static trial_result train(const network_options& options, const std::vector<int>& y, const std::vector<fold>& folds,
                            std::uint64_t seed, const tailor::run_options& run) {
    trial_result result{std::vector<mlp::model<float>>(folds.size(), make_network(options)),
                        std::vector<double>(y.size())};
    tailor::parallel_blocks({folds.size(), 1}, run, {}, [&](std::size_t, std::size_t k, std::size_t, std::size_t) {
      tailor::run_options alone;
      alone.threads = 1;
      mlp::model<float>& net = result.nets[k];
      mlp::binary_crossentropy loss;
      loss.from_logits = true;
      mlp::adam optimizer;
      optimizer.learning_rate = 0.003;
      optimizer.weight_decay = options.weight_decay;
      net.compile(loss, optimizer);
      mlp::early_stopping stop;
      stop.patience = 5;
      stop.restore_best_weights = true;
      mlp::fit_options fit;
      fit.epochs = 60;
      fit.batch_size = 128;
      fit.validation_data.emplace(mlp::labelled<float>{folds[k].held_X, folds[k].held_y});
      fit.callbacks.push_back(stop);
      fit.seed = tailor::random::derived_seed(seed, k);
      net.fit(folds[k].X, folds[k].y, fit, alone);
      const auto z = net.predict(folds[k].held_X, alone);
      for (std::size_t i = 0; i < folds[k].held.size(); ++i)
        result.held_out[folds[k].held[i]] = static_cast<double>(z(i, 0));
    });
    return result;
  }

  std::vector<mlp::model<float>> nets_;
};

}  // namespace propensity

#endif
