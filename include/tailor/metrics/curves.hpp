// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_METRICS_CURVES_HPP
#define TAILOR_METRICS_CURVES_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../core/error.hpp"
#include "classification.hpp"

// How well scores rank two classes, whatever they are called by. Arguments and what is thrown are those of
// classification.hpp; in addition, value_error when a class that is asked about is not there. Scores need only be
// finite. Equal scores are never told apart, so that no result depends on the order of the cases. All O(n log n).

namespace tailor {
inline namespace v0 {
namespace metrics {

struct roc_point {
  double false_positive_rate, true_positive_rate;
  double threshold;  ///< what scores as much or more is called positive
};

/// From (0, 0), where the threshold is infinite, to (1, 1): one point for every different score, as scikit-learn's
/// `roc_curve(drop_intermediate=False)`.
template <class S, class L, class W = unweighted>
std::vector<roc_point> roc_curve(const S& scores, const L& labels, const W& weights = {});

/// Area under that curve: the probability that a positive scores above a negative, a tie counting half.
template <class S, class L, class W = unweighted>
double roc_auc(const S& scores, const L& labels, const W& weights = {});

struct precision_recall_point {
  double precision, recall;
  double threshold;  ///< what scores as much or more is called positive
};

/// From recall 0 and precision 1, where the threshold is infinite, to recall 1: one point for every different score.
/// scikit-learn's `precision_recall_curve`, the other way round.
template <class S, class L, class W = unweighted>
std::vector<precision_recall_point> precision_recall_curve(const S& scores, const L& labels, const W& weights = {});

/// Area under that curve as steps, Σ (R_i − R_{i−1}) P_i: scikit-learn's `average_precision_score`.
template <class S, class L, class W = unweighted>
double average_precision(const S& scores, const L& labels, const W& weights = {});

/// The largest distance between the distributions of the two classes' scores, one-sided: max (TPR − FPR), the statistic
/// of Kolmogorov and Smirnov when positives score higher.
template <class S, class L, class W = unweighted>
double ks_statistic(const S& scores, const L& labels, const W& weights = {});

/// One of equal groups of the cases, the best scores first.
struct lift_row {
  double positives;        ///< in this group; a tie across its border is shared out
  double rate;             ///< positives per case of this group
  double lift;             ///< that rate by the rate of all
  double gain;             ///< of all positives, the part in this group and those before it
  double cumulative_lift;  ///< the rate of this group and those before it by the rate of all
};

/// What reaching the best group, the best two, … of the cases would find.
/// @param groups  10 for deciles
/// @throws value_error unless 1 <= groups <= n
template <class S, class L, class W = unweighted>
std::vector<lift_row> lift_table(const S& scores, const L& labels, std::size_t groups = 10, const W& weights = {});

/// What each kind of call costs; what brings something costs less than 0.
struct call_costs {
  double false_positive = 1, false_negative = 1, true_positive = 0, true_negative = 0;
};

struct cost_threshold {
  double threshold;  ///< call positive what scores strictly above it: ready for `count_confusion`
  double cost;       ///< per case, on these cases
};

/// The threshold at which calls cost least on these cases: halfway between two scores, infinite when it is best to call
/// nobody, −infinite when everybody; of several the highest, which calls fewest.
/// @throws value_error for a cost that is not finite
template <class S, class L, class W = unweighted>
cost_threshold threshold_by_cost(const S& scores, const L& labels, const call_costs& costs = {}, const W& weights = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// What is called positive when everything that scores `threshold` or more is.
struct ranking_step {
  double threshold, true_positives, false_positives;

  double called() const noexcept { return true_positives + false_positives; }
};

/// One step for every different score, falling, after one that calls nobody. Everything below is read off it.
struct ranking {
  std::vector<ranking_step> steps;
  double positives, negatives;

  double total() const noexcept { return positives + negatives; }
  void require_positive() const { require(positives > 0, "labels", "at least one 1", "none"); }
};

inline ranking rank(outcomes all) {
  std::vector<outcome>& cases = all.cases;
  std::sort(cases.begin(), cases.end(), [](const outcome& a, const outcome& b) {
    // the rest decides only about the order in which weights are added up
    if (a.score != b.score) return a.score > b.score;
    if (a.positive != b.positive) return a.positive;
    return a.weight > b.weight;
  });
  ranking r{{{std::numeric_limits<double>::infinity(), 0, 0}}, 0, 0};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    (cases[i].positive ? r.positives : r.negatives) += cases[i].weight;
    if (i + 1 == cases.size() || cases[i + 1].score != cases[i].score)
      r.steps.push_back({cases[i].score, r.positives, r.negatives});
  }
  return r;
}

template <class S, class L, class W>
ranking rank_both(const S& scores, const L& labels, const W& weights) {
  outcomes all = gather(scores, labels, weights, score_range::finite);
  all.require_both();
  return rank(std::move(all));
}

template <class S, class L, class W>
ranking rank_with_positives(const S& scores, const L& labels, const W& weights) {
  ranking r = rank(gather(scores, labels, weights, score_range::finite));
  r.require_positive();
  return r;
}

inline double roc_area(const ranking& r) {
  double area = 0;
  for (std::size_t i = 1; i < r.steps.size(); ++i)
    area += (r.steps[i].false_positives - r.steps[i - 1].false_positives) *
            (r.steps[i].true_positives + r.steps[i - 1].true_positives) / 2;
  return area / r.positives / r.negatives;
}

inline double step_area(const ranking& r) {
  double area = 0;
  for (std::size_t i = 1; i < r.steps.size(); ++i)
    area += (r.steps[i].true_positives - r.steps[i - 1].true_positives) / r.positives * r.steps[i].true_positives /
            r.steps[i].called();
  return area;
}

inline std::vector<lift_row> lift_rows(const ranking& r, std::size_t groups) {
  std::vector<lift_row> rows;
  rows.reserve(groups);
  const double share = 1 / static_cast<double>(groups), rate_of_all = r.positives / r.total();
  double before = 0;
  std::size_t step = 1;
  for (std::size_t g = 1; g <= groups; ++g) {
    const double reached = r.total() * static_cast<double>(g) / static_cast<double>(groups);
    while (step + 1 < r.steps.size() && r.steps[step].called() < reached) ++step;
    const ranking_step &low = r.steps[step - 1], &high = r.steps[step];
    const double part = (std::min)(1.0, (reached - low.called()) / (high.called() - low.called()));
    const double found = low.true_positives + part * (high.true_positives - low.true_positives);
    const double positives = found - before, rate = positives / (r.total() * share);
    rows.push_back({positives, rate, rate / rate_of_all, found / r.positives, found / reached / rate_of_all});
    before = found;
  }
  return rows;
}

inline cost_threshold cheapest(const ranking& r, const call_costs& costs) {
  for (const double cost : {costs.false_positive, costs.false_negative, costs.true_positive, costs.true_negative})
    require(std::isfinite(cost), "call_costs", "finite numbers", cost);
  const auto cost_of = [&](const ranking_step& s) {
    return (costs.true_positive * s.true_positives + costs.false_negative * (r.positives - s.true_positives) +
            costs.false_positive * s.false_positives + costs.true_negative * (r.negatives - s.false_positives)) /
           r.total();
  };
  std::size_t best = 0;
  double least = cost_of(r.steps[0]);
  for (std::size_t i = 1; i < r.steps.size(); ++i) {
    const double cost = cost_of(r.steps[i]);
    if (cost < least) {
      best = i;
      least = cost;
    }
  }
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (best == 0) return {infinity, least};
  if (best + 1 == r.steps.size()) return {-infinity, least};
  const double high = r.steps[best].threshold, low = r.steps[best + 1].threshold, middle = low / 2 + high / 2;
  return {middle < high && middle >= low ? middle : low, least};
}

}  // namespace detail

template <class S, class L, class W>
std::vector<roc_point> roc_curve(const S& scores, const L& labels, const W& weights) {
  const detail::ranking r = detail::rank_both(scores, labels, weights);
  std::vector<roc_point> points;
  points.reserve(r.steps.size());
  for (const detail::ranking_step& s : r.steps)
    points.push_back({s.false_positives / r.negatives, s.true_positives / r.positives, s.threshold});
  return points;
}

template <class S, class L, class W>
double roc_auc(const S& scores, const L& labels, const W& weights) {
  return detail::roc_area(detail::rank_both(scores, labels, weights));
}

template <class S, class L, class W>
std::vector<precision_recall_point> precision_recall_curve(const S& scores, const L& labels, const W& weights) {
  const detail::ranking r = detail::rank_with_positives(scores, labels, weights);
  std::vector<precision_recall_point> points;
  points.reserve(r.steps.size());
  for (const detail::ranking_step& s : r.steps)
    points.push_back({s.called() > 0 ? s.true_positives / s.called() : 1, s.true_positives / r.positives, s.threshold});
  return points;
}

template <class S, class L, class W>
double average_precision(const S& scores, const L& labels, const W& weights) {
  return detail::step_area(detail::rank_with_positives(scores, labels, weights));
}

template <class S, class L, class W>
double ks_statistic(const S& scores, const L& labels, const W& weights) {
  const detail::ranking r = detail::rank_both(scores, labels, weights);
  double largest = 0;
  for (const detail::ranking_step& s : r.steps)
    largest = (std::max)(largest, s.true_positives / r.positives - s.false_positives / r.negatives);
  return largest;
}

template <class S, class L, class W>
std::vector<lift_row> lift_table(const S& scores, const L& labels, std::size_t groups, const W& weights) {
  detail::outcomes all = detail::gather(scores, labels, weights, detail::score_range::finite);
  require(groups >= 1 && groups <= all.cases.size(), "lift_table: groups",
          "1 to the number of cases, " + show(all.cases.size()), groups);
  const detail::ranking r = detail::rank(std::move(all));
  r.require_positive();
  return detail::lift_rows(r, groups);
}

template <class S, class L, class W>
cost_threshold threshold_by_cost(const S& scores, const L& labels, const call_costs& costs, const W& weights) {
  return detail::cheapest(detail::rank(detail::gather(scores, labels, weights, detail::score_range::finite)), costs);
}

}  // namespace metrics
}  // namespace v0
}  // namespace tailor

#endif
