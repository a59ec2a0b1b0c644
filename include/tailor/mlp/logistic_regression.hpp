// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_LOGISTIC_REGRESSION_HPP
#define TAILOR_MLP_LOGISTIC_REGRESSION_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/factorization.hpp"
#include "../core/linalg.hpp"
#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/span.hpp"
#include "samples.hpp"
#include "sequential.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// The defaults are scikit-learn's.
struct logistic_options {
  double c = 1;  ///< how much the data count beside the penalty, C · Σ loss + ½ Σ w²; infinity = no penalty
  std::vector<double> class_weight;  ///< of 0 and of 1: factors of the loss; empty = 1 both

  template <class A>
  void archive(A& a) {
    a("c", c);
    a("class_weight", class_weight);
  }
};

/// p = 1 / (1 + exp(−(x · w + b))): the network without hidden layers, `network()`, at the one best place of its
/// weights instead of near it. As scikit-learn's LogisticRegression; the intercept b is not penalised. Columns should
/// be of about the same size (`standard_scaler`), since one penalty is for all. For data too wide for a d × d matrix,
/// or sparse, fit `sequential{dense{1, sigmoid{}}}` with weight decay.
class logistic_regression {
 public:
  /// @throws value_error for options that nothing could make right
  explicit logistic_regression(logistic_options options = {});

  const logistic_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return !coefficients_.empty(); }
  std::size_t n_features() const noexcept { return coefficients_.size(); }
  /// w, one a column.
  const std::vector<double>& coefficients() const noexcept { return coefficients_; }
  double intercept() const noexcept { return intercept_; }

  /// Newton's method with halved steps, until a step moves no logit by more than 1e-8: some 5 to 10 steps of O(n d² +
  /// d³), and 16 n d bytes. A failed fit changes nothing.
  /// @param X  [n, d]: any xtensor expression of numbers
  /// @param y  [n]: 0 or 1
  /// @param weights  [n]: factors of the loss; empty = all 1
  /// @throws shape_error, value_error for no rows or columns, numbers that are not finite, labels other than 0 and 1, a
  /// class of no weight; convergence_error when no penalty holds the coefficients: where columns depend on one another,
  /// or where they separate the classes; cancelled_error
  template <class E>
  logistic_regression& fit(const E& X, const targets<double>& y, span<const double> weights = {},
                           const run_options& run = {});

  /// The probability of 1, of [n, d].
  /// @return [n], float for floats, else double
  /// @throws not_fitted_error, shape_error, value_error for numbers that are not finite
  template <class E>
  dense_vector<real_of_t<E>> predict(const E& X, const run_options& run = {}) const {
    return map(X, run, [](double z) { return 1 / (1 + std::exp(-z)); });
  }
  /// The same before the logistic function, x · w + b.
  template <class E>
  dense_vector<real_of_t<E>> logits(const E& X, const run_options& run = {}) const {
    return map(X, run, [](double z) { return z; });
  }

  /// The same model as a network, built: to train on, to explain, or in place of another.
  /// @throws not_fitted_error
  template <class T = float>
  basic_sequential<T, dense<sigmoid>> network() const;

  static constexpr const char* saved_as = "tailor.mlp.logistic_regression";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("coefficients", coefficients_);
    a("intercept", intercept_);
  }
  void loaded() const {
    tailor::detail::require_loaded(coefficients_, coefficients_.size(), "coefficients");
    require(std::isfinite(intercept_), "intercept", "a finite number", intercept_);
  }

 private:
  std::vector<double> case_weights(matrix_view<double> y, span<const double> weights) const;
  void require_fitted() const {
    if (!is_fitted()) throw not_fitted_error("logistic_regression: expected fit before it is asked, found no data");
  }
  template <class E, class F>
  dense_vector<real_of_t<E>> map(const E& X, const run_options& run, F f) const;

  logistic_options options_;
  std::vector<double> coefficients_;
  double intercept_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Σ s · (ln(1 + eᶻ) − y z) + ½ ridge Σ w², over the rows of `a` [n, d + 1], whose last column is 1: its weight, the
/// intercept, is not penalised.
class logistic_problem {
 public:
  logistic_problem(dense_matrix<double> a, span<const double> y, std::vector<double> weights, double ridge,
                   const run_options& run)
      : a_(std::move(a)), y_(y), weights_(std::move(weights)), ridge_(ridge), run_(run) {}

  /// @throws convergence_error
  std::vector<double> minimise();

 private:
  matrix_view<double> rows() const { return {a_.data(), a_.shape()[0], a_.shape()[1]}; }
  std::size_t d() const { return a_.shape()[1] - 1; }

  std::vector<double> logits(const std::vector<double>& w) const {
    std::vector<double> z(y_.size());
    linalg::gemv(1.0, rows(), w.data(), 0.0, z.data(), run_);
    return z;
  }
  double loss(const std::vector<double>& w, const std::vector<double>& z) const {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < z.size(); ++i)
      sum += weights_[i] * ((z[i] > 0 ? (1 - y_[i]) * z[i] : -y_[i] * z[i]) + std::log1p(std::exp(-std::abs(z[i]))));
    for (std::size_t j = 0; j < d(); ++j) squares += w[j] * w[j];
    return sum + 0.5 * ridge_ * squares;
  }
  std::vector<double> gradient(const std::vector<double>& w, const std::vector<double>& z) const;
  dense_matrix<double> hessian(const std::vector<double>& z) const;
  static void require_independent(const dense_matrix<double>& h);

  dense_matrix<double> a_;
  span<const double> y_;
  std::vector<double> weights_;
  double ridge_;
  const run_options& run_;
};

inline double logistic(double z) { return 1 / (1 + std::exp(-z)); }

inline std::vector<double> logistic_problem::gradient(const std::vector<double>& w,
                                                      const std::vector<double>& z) const {
  std::vector<double> error(z.size()), g(w);
  for (std::size_t i = 0; i < z.size(); ++i) error[i] = weights_[i] * (logistic(z[i]) - y_[i]);
  g.back() = 0;
  linalg::gemv(1.0, linalg::transposed(rows()), error.data(), ridge_, g.data(), run_);
  return g;
}

inline dense_matrix<double> logistic_problem::hessian(const std::vector<double>& z) const {
  const matrix_view<double> a = rows();
  dense_matrix<double> scaled = make_matrix<double>(a.rows, a.cols), h = make_matrix<double>(a.cols, a.cols);
  for (std::size_t i = 0; i < a.rows; ++i) {
    const double p = logistic(z[i]), root = std::sqrt(weights_[i] * p * (1 - p));
    for (std::size_t j = 0; j < a.cols; ++j) scaled.data()[i * a.cols + j] = a(i, j) * root;
  }
  const matrix_view<double> s{scaled.data(), a.rows, a.cols};
  linalg::syrk(1.0, linalg::transposed(s), 0.0, h.data(), run_);
  for (std::size_t j = 0; j < d(); ++j) h(j, j) += ridge_;
  return h;
}

/// Cholesky's pivots of the matrix of correlations are what no other column tells of each.
inline void logistic_problem::require_independent(const dense_matrix<double>& h) {
  const std::size_t n = h.shape()[0];
  dense_matrix<double> correlations = h;
  bool fine = true;
  for (std::size_t i = 0; i < n; ++i) fine = fine && h(i, i) > 0;
  for (std::size_t i = 0; fine && i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) correlations(i, j) /= std::sqrt(h(i, i)) * std::sqrt(h(j, j));
  try {
    if (fine) correlations = linalg::cholesky(std::move(correlations));
    for (std::size_t i = 0; fine && i < n; ++i) fine = correlations(i, i) > 1e-6;
  } catch (const value_error&) {
    fine = false;
  }
  require<convergence_error>(fine, "X", "columns that do not depend on one another, or a penalty (a finite c)",
                             "some that the others tell");
}

inline std::vector<double> logistic_problem::minimise() {
  constexpr std::size_t most = 100;
  constexpr double tolerance = 1e-8;
  double positive = 0, total = 0;
  for (std::size_t i = 0; i < y_.size(); ++i) {
    positive += weights_[i] * y_[i];
    total += weights_[i];
  }
  std::vector<double> w(d() + 1, 0.0), next(w);
  w.back() = std::log(positive / (total - positive));
  std::vector<double> z = logits(w);
  double current = loss(w, z), last_moved = 0;
  for (std::size_t iteration = 0; iteration < most; ++iteration) {
    report_progress(run_, "logistic_regression", iteration, most);
    const std::vector<double> g = gradient(w, z);
    dense_matrix<double> h = hessian(z);
    if (iteration == 0 && ridge_ == 0) require_independent(h);
    std::vector<double> step(g);
    try {
      linalg::solve_spd_in_place(h.data(), step.size(), step.data(), 1);
    } catch (const value_error&) {
      break;  // every p is 0 or 1
    }
    const std::vector<double> dz = logits(step);
    double moved = 0, slope = 0;
    for (const double m : dz) moved = (std::max)(moved, std::abs(m));
    for (std::size_t j = 0; j < g.size(); ++j) slope += g[j] * step[j];
    if (!std::isfinite(moved)) break;

    double part = 1;
    std::vector<double> next_z(z);
    const auto go = [&] {
      for (std::size_t j = 0; j < w.size(); ++j) next[j] = w[j] - part * step[j];
      for (std::size_t i = 0; i < z.size(); ++i) next_z[i] = z[i] - part * dz[i];
      return loss(next, next_z);
    };
    double reached = go();
    // What rounding leaves of the loss says nothing about a step.
    const double rounding = 1e-12 * (1 + std::abs(current));
    while (!(reached <= current - 1e-4 * part * slope + rounding) && part > 1e-10) {
      part /= 2;
      reached = go();
    }
    w.swap(next);
    z = logits(w);
    current = loss(w, z);
    const bool as_far_as_it_goes = moved < 1e-5 && moved >= last_moved;
    last_moved = moved;
    if (moved <= tolerance || as_far_as_it_goes) {
      report_progress(run_, "logistic_regression", most, most);
      return w;
    }
  }
  // Without a penalty only classes that can be told apart keep Newton's steps long.
  throw convergence_error(
      describe("logistic_regression",
               ridge_ == 0 ? "classes that overlap, or a penalty (a finite c)" : "finite numbers of some size",
               ridge_ == 0 ? "some that the columns separate" : "steps without an end"));
}

}  // namespace detail

inline logistic_regression::logistic_regression(logistic_options options) : options_(std::move(options)) {
  require(options_.c > 0 && std::isfinite(1 / options_.c), "logistic_options::c", "a number above 0, or infinity",
          options_.c);
  require(options_.class_weight.empty() || options_.class_weight.size() == 2, "logistic_options::class_weight",
          "two numbers, or none", options_.class_weight.size());
  for (const double weight : options_.class_weight)
    require(std::isfinite(weight) && weight > 0, "logistic_options::class_weight", "finite numbers above 0", weight);
}

/// The factor of each row's loss.
inline std::vector<double> logistic_regression::case_weights(matrix_view<double> y, span<const double> weights) const {
  require<shape_error>(y.cols == 1, "y", "one column", y.cols);
  require<shape_error>(weights.empty() || weights.size() == y.rows, "weights", show(y.rows) + ", one a row",
                       weights.size());
  std::vector<double> all(y.rows);
  double of_class[2] = {0, 0};
  for (std::size_t i = 0; i < y.rows; ++i) {
    const double label = y.data[i], weight = weights.empty() ? 1 : weights[i];
    if (label != 0 && label != 1) require(false, "y(" + show(i) + ')', "0 or 1", label);
    if (!std::isfinite(weight) || weight < 0)
      require(false, "weights(" + show(i) + ')', "a finite number >= 0", weight);
    all[i] = weight * (options_.class_weight.empty() ? 1 : options_.class_weight[label == 1 ? 1 : 0]);
    of_class[label == 1 ? 1 : 0] += all[i];
  }
  require(of_class[0] > 0 && of_class[1] > 0, "y", "both 0 and 1",
          of_class[0] > 0   ? "only 0"
          : of_class[1] > 0 ? "only 1"
                            : "none of any weight");
  require(std::isfinite(of_class[0] + of_class[1]), "weights", "a finite sum", of_class[0] + of_class[1]);
  return all;
}

template <class E>
logistic_regression& logistic_regression::fit(const E& X, const targets<double>& y, span<const double> weights,
                                              const run_options& run) {
  const auto held = as_matrix<real_of_t<E>>(X, "X");
  const auto x = held.view();
  require(x.rows != 0, "X", "at least one row", x.rows);
  require(x.cols != 0, "X", "at least one column", x.cols);
  tailor::require_finite(x, "X");
  require<shape_error>(y.rows() == x.rows, "y", "one for each of the " + show(x.rows) + " rows of X", y.rows());
  std::vector<double> cases = case_weights(y.view(), weights);

  // Columns less their means: the intercept makes up for it, and sums of products lose no digits.
  const std::size_t d = x.cols;
  dense_matrix<double> centred = make_matrix<double>(x.rows, d + 1);
  std::vector<double> means(d, 0.0);
  for (std::size_t i = 0; i < x.rows; ++i)
    for (std::size_t j = 0; j < d; ++j) means[j] += static_cast<double>(x(i, j)) / static_cast<double>(x.rows);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < d; ++j) centred(i, j) = static_cast<double>(x(i, j)) - means[j];
    centred(i, d) = 1;
  }
  detail::logistic_problem problem(std::move(centred), y.view().values(), std::move(cases), 1 / options_.c, run);
  std::vector<double> found = problem.minimise();
  double intercept = found.back();
  found.pop_back();
  for (std::size_t j = 0; j < d; ++j) intercept -= found[j] * means[j];
  coefficients_ = std::move(found);
  intercept_ = intercept;
  return *this;
}

template <class E, class F>
dense_vector<real_of_t<E>> logistic_regression::map(const E& X, const run_options& run, F f) const {
  using real = real_of_t<E>;
  require_fitted();
  const auto held = as_matrix<real>(X, "X");
  const auto x = held.view();
  require<shape_error>(x.cols == n_features(), "X", show(n_features()) + " columns, as fit saw", x.cols);
  tailor::require_finite(x, "X");
  dense_vector<real> out = make_vector<real>(x.rows);
  real* to = out.data();
  parallel_blocks({x.rows, 4096}, run, {static_cast<double>(x.size())},
                  [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i) {
                      double z = intercept_;
                      for (std::size_t j = 0; j < x.cols; ++j) z += static_cast<double>(x(i, j)) * coefficients_[j];
                      to[i] = static_cast<real>(f(z));
                    }
                  });
  return out;
}

template <class T>
basic_sequential<T, dense<sigmoid>> logistic_regression::network() const {
  require_fitted();
  basic_sequential<T, dense<sigmoid>> net(dense{1, sigmoid{}});
  net.build(n_features());
  net.set_weights("dense/kernel", std::vector<T>(coefficients_.begin(), coefficients_.end()));
  net.set_weights("dense/bias", std::vector<T>{static_cast<T>(intercept_)});
  return net;
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
