// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_CALIBRATION_HPP
#define TAILOR_METRICS_CALIBRATION_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/loaded.hpp"
#include "classification.hpp"

// From the scores of a classifier (logits, probabilities, distances: any finite numbers that rise with the chance) to
// probabilities. Fit them on cases that the classifier was not fitted on. Arguments as in classification.hpp.

namespace tailor {
inline namespace v0 {
namespace metrics {

namespace detail {

/// What both calibrations offer over `double probability(double) const` and `bool is_fitted() const`.
template <class Derived>
class calibration {
 public:
  /// The probability of one score.
  /// @throws not_fitted_error, value_error for NaN or infinity
  double operator()(double score) const {
    check_fitted();
    require(std::isfinite(score), "score", "a finite number", score);
    return self().probability(score);
  }

  /// The probabilities of [n] scores; float for floats, else double.
  /// @throws not_fitted_error, value_error for NaN or infinity
  template <class S>
  auto apply(const S& scores) const {
    check_fitted();
    using real = std::conditional_t<holds_floats_v<S>, float, double>;
    const auto held = numbers(scores, "scores");
    const auto all = view(held);
    dense_vector<real> probabilities = make_vector<real>(all.size());
    real* out = probabilities.data();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto score = static_cast<double>(all[i]);
      if (!std::isfinite(score)) throw bad_value("scores", i, "a finite number", score);
      out[i] = static_cast<real>(self().probability(score));
    }
    return probabilities;
  }

 private:
  const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }
  void check_fitted() const {
    if (!self().is_fitted()) throw not_fitted_error("calibration: expected fit before it is asked, found no data");
  }
};

/// The line a·x + b whose logistic function has the least log loss against Platt's targets.
std::array<double, 2> fit_logistic_line(const outcomes& all);

struct isotonic_knot {
  double score, probability;
};
/// The rising steps that are nearest to the labels.
std::vector<isotonic_knot> pool_adjacent_violators(outcomes all);

}  // namespace detail

/// p = 1 / (1 + exp(−(slope · score + intercept))), fitted by log loss against targets (N₁ + 1) / (N₁ + 2) and
/// 1 / (N₀ + 2) in place of 1 and 0 (Platt: Probabilistic outputs for support vector machines. 1999), by Newton's
/// method (Lin, Lin, Weng: A note on Platt's probabilistic outputs for support vector machines. Machine Learning 2007).
/// As scikit-learn's `_SigmoidCalibration`, whose a_ and b_ are −slope and −intercept. O(n) an iteration.
class platt_calibration : public detail::calibration<platt_calibration> {
 public:
  /// @throws value_error when a class is not there, or scores differ by less than 1e-300; as classification.hpp
  template <class S, class L, class W = unweighted>
  platt_calibration& fit(const S& scores, const L& labels, const W& weights = {}) {
    const detail::outcomes all = detail::gather(scores, labels, weights, detail::score_range::finite);
    all.require_both();
    const std::array<double, 2> line = detail::fit_logistic_line(all);
    slope_ = line[0];
    intercept_ = line[1];
    fitted_ = true;
    return *this;
  }

  bool is_fitted() const noexcept { return fitted_; }
  double slope() const noexcept { return slope_; }
  double intercept() const noexcept { return intercept_; }

  static constexpr const char* saved_as = "tailor.metrics.platt_calibration";
  template <class A>
  void archive(A& a) {
    a("fitted", fitted_);
    a("slope", slope_);
    a("intercept", intercept_);
  }
  void loaded() const {
    require(std::isfinite(slope_), "slope", "a finite number", slope_);
    require(std::isfinite(intercept_), "intercept", "a finite number", intercept_);
  }

 private:
  friend class detail::calibration<platt_calibration>;
  double probability(double score) const noexcept { return 1 / (1 + std::exp(-(slope_ * score + intercept_))); }

  bool fitted_ = false;
  double slope_ = 0, intercept_ = 0;
};

/// The rising function of the score with the least squared error, by pooling adjacent violators (Barlow et al.:
/// Statistical inference under order restrictions. 1972): straight lines between the scores that it was fitted on, flat
/// beyond them, equal scores taken together, as scikit-learn's `IsotonicRegression(out_of_bounds="clip")`, which also
/// takes scores together that differ by rounding only. Wants more data than `platt_calibration`, and no shape.
/// O(n log n) to fit, O(log n) a score.
class isotonic_calibration : public detail::calibration<isotonic_calibration> {
 public:
  /// @throws value_error when a class is not there; as classification.hpp
  template <class S, class L, class W = unweighted>
  isotonic_calibration& fit(const S& scores, const L& labels, const W& weights = {}) {
    detail::outcomes all = detail::gather(scores, labels, weights, detail::score_range::finite);
    all.require_both();
    std::vector<double> at, probabilities;
    for (const detail::isotonic_knot& knot : detail::pool_adjacent_violators(std::move(all))) {
      at.push_back(knot.score);
      probabilities.push_back(knot.probability);
    }
    scores_ = std::move(at);
    probabilities_ = std::move(probabilities);
    return *this;
  }

  bool is_fitted() const noexcept { return !scores_.empty(); }
  /// The corners of the function: rising scores, and the probability at each.
  const std::vector<double>& scores() const noexcept { return scores_; }
  const std::vector<double>& probabilities() const noexcept { return probabilities_; }

  static constexpr const char* saved_as = "tailor.metrics.isotonic_calibration";
  template <class A>
  void archive(A& a) {
    a("scores", scores_);
    a("probabilities", probabilities_);
  }
  void loaded() const {
    tailor::detail::require_loaded(scores_, scores_.size(), "scores");
    tailor::detail::require_loaded(probabilities_, scores_.size(), "probabilities");
    for (std::size_t i = 0; i < scores_.size(); ++i) {
      if (i > 0 && !(scores_[i] > scores_[i - 1])) require(false, "scores", "numbers that rise", scores_[i]);
      if (!(probabilities_[i] >= 0 && probabilities_[i] <= 1))
        require(false, "probabilities", "numbers from 0 to 1", probabilities_[i]);
    }
  }

 private:
  friend class detail::calibration<isotonic_calibration>;
  double probability(double score) const noexcept {
    const auto next =
        static_cast<std::size_t>(std::upper_bound(scores_.begin(), scores_.end(), score) - scores_.begin());
    if (next == 0) return probabilities_.front();
    if (next == scores_.size()) return probabilities_.back();
    // halves, because the distance of two finite numbers may be infinite
    const double part = (score / 2 - scores_[next - 1] / 2) / (scores_[next] / 2 - scores_[next - 1] / 2);
    return probabilities_[next - 1] + part * (probabilities_[next] - probabilities_[next - 1]);
  }

  std::vector<double> scores_, probabilities_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline std::array<double, 2> fit_logistic_line(const outcomes& all) {
  // On scores moved and scaled to [−1, 1], so that no size of theirs can spoil the arithmetic.
  const auto ends = std::minmax_element(all.cases.begin(), all.cases.end(),
                                        [](const outcome& a, const outcome& b) { return a.score < b.score; });
  const double middle = ends.first->score / 2 + ends.second->score / 2;
  const double half = ends.second->score / 2 - ends.first->score / 2;
  const double high = (all.positives + 1) / (all.positives + 2), low = 1 / (all.negatives + 2);
  const bool constant = !(half > 0);
  const auto place = [&](const outcome& o) { return constant ? 0 : (o.score - middle) / half; };

  const auto loss = [&](double a, double b) {
    double sum = 0;
    for (const outcome& o : all.cases) {
      const double z = a * place(o) + b, t = o.positive ? high : low;
      sum += o.weight * ((z > 0 ? (1 - t) * z : -t * z) + std::log1p(std::exp(-std::abs(z))));
    }
    return sum;
  };
  double a = 0, b = std::log((all.positives + 1) / (all.negatives + 1)), current = loss(a, b);
  constexpr int most = 200;
  for (int iteration = 0; iteration < most; ++iteration) {
    double ga = 0, gb = 0, haa = 0, hab = 0, hbb = 0;
    for (const outcome& o : all.cases) {
      const double x = place(o), p = 1 / (1 + std::exp(-(a * x + b)));
      const double error = o.weight * (p - (o.positive ? high : low)), curvature = o.weight * p * (1 - p);
      ga += error * x;
      gb += error;
      haa += curvature * x * x;
      hab += curvature * x;
      hbb += curvature;
    }
    if ((std::max)(std::abs(ga), std::abs(gb)) <= 1e-14 * all.total()) break;
    const double ridge = 1e-14 * (haa + hbb);
    haa += ridge;
    hbb += ridge;
    const double determinant = haa * hbb - hab * hab;
    const double da = -(hbb * ga - hab * gb) / determinant, db = -(haa * gb - hab * ga) / determinant;
    double step = 1, next = loss(a + da, b + db);
    while (!(next < current) && step > 1e-10) {
      step /= 2;
      next = loss(a + step * da, b + step * db);
    }
    if (!(next < current)) break;  // as low as the arithmetic goes
    a += step * da;
    b += step * db;
    current = next;
  }
  const double slope = constant ? 0 : a / half, intercept = b - slope * middle;
  require(std::isfinite(slope) && std::isfinite(intercept), "scores", "numbers further apart",
          show(ends.first->score) + " to " + show(ends.second->score));
  return {slope, intercept};
}

inline std::vector<isotonic_knot> pool_adjacent_violators(outcomes all) {
  std::vector<outcome>& cases = all.cases;
  std::sort(cases.begin(), cases.end(), [](const outcome& a, const outcome& b) {
    // the rest decides only about the order in which weights are added up
    if (a.score != b.score) return a.score < b.score;
    if (a.positive != b.positive) return b.positive;
    return a.weight < b.weight;
  });
  struct pool {
    double first, last, positives, weight;
    double mean() const noexcept { return positives / weight; }
  };
  std::vector<pool> pools;
  for (std::size_t i = 0; i < cases.size();) {
    pool next{cases[i].score, cases[i].score, 0, 0};
    for (; i < cases.size() && cases[i].score == next.first; ++i) {
      next.weight += cases[i].weight;
      if (cases[i].positive) next.positives += cases[i].weight;
    }
    while (!pools.empty() && pools.back().mean() >= next.mean()) {
      next = {pools.back().first, next.last, pools.back().positives + next.positives,
              pools.back().weight + next.weight};
      pools.pop_back();
    }
    pools.push_back(next);
  }
  std::vector<isotonic_knot> knots;
  for (const pool& p : pools) {
    knots.push_back({p.first, p.mean()});
    if (p.last != p.first) knots.push_back({p.last, p.mean()});
  }
  return knots;
}

}  // namespace detail

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
