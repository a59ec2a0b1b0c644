// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_CROSS_VALIDATION_HPP
#define TAILOR_EVALUATION_CROSS_VALIDATION_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../metrics/interval.hpp"
#include "outer_progress.hpp"
#include "protocols.hpp"
#include "ratings.hpp"
#include "split.hpp"

namespace tailor {
inline namespace v0 {
namespace evaluation {

/// What each fold said. `Result` is what was measured: a rating_result, a ranking_result or a number of one's own.
template <class Result>
struct cross_validation_result {
  std::vector<Result> folds;
  double fit_seconds = 0, score_seconds = 0;  ///< of all folds

  /// The mean of a number over the folds: `cv.mean([](const auto& fold) { return fold.rmse; })` or, of a member,
  /// `cv.mean(&rating_result::rmse)`. The interval is Student's t over folds; they share training data, which makes it
  /// somewhat too narrow (Bengio & Grandvalet 2004).
  template <class Number>
  metrics::mean_estimate mean(Number&& number, double confidence = 0.95) const;
};

/// Fits a copy of `unfitted` on the training part of each fold and asks `measure(model, test part)` of it. Progress is
/// of folds, and can stop within one.
/// @throws whatever fitting and measuring throw
template <class Model, class Measure>
auto cross_validate(const Model& unfitted, const fold_list& folds, Measure&& measure, const run_options& run = {})
    -> cross_validation_result<std::decay_t<decltype(measure(unfitted, std::declval<const data::interactions&>()))>>;

struct fold_options {
  std::size_t folds = 5;
  std::uint64_t seed = 0;
};

/// How far ratings predicted in k-fold cross-validation are off, as Surprise's cross_validate:
/// `cv.mean(&rating_result::rmse)`.
/// @throws as k_fold and evaluate_ratings
template <class Model>
cross_validation_result<rating_result> cross_validate_ratings(const Model& unfitted, const data::interactions& log,
                                                              const fold_options& options = {},
                                                              const run_options& run = {});

/// How good lists are in k-fold cross-validation: lists of the first of `ranking.cutoffs`, the only one measured.
/// @throws as k_fold and evaluate_ranking
template <class Model>
cross_validation_result<ranking_result> cross_validate_ranking(const Model& unfitted, const data::interactions& log,
                                                               const ranking_options& ranking = {},
                                                               const fold_options& options = {},
                                                               const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

template <class Result>
template <class Number>
metrics::mean_estimate cross_validation_result<Result>::mean(Number&& number, double confidence) const {
  std::vector<double> values;
  for (const Result& fold : folds) values.push_back(static_cast<double>(std::invoke(number, fold)));
  return metrics::estimate_mean(values, confidence);
}

namespace detail {

/// `measure(model, test part, run_options to measure with)`.
template <class Result, class Model, class Measure>
cross_validation_result<Result> fit_and_measure(const Model& unfitted, const fold_list& folds, Measure&& measure,
                                                const run_options& run) {
  outer_progress progress(run);
  report_progress(progress.outer, "cross-validate", 0, folds.size());
  cross_validation_result<Result> result;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    const split parts = folds[f];
    Model model = unfitted;
    result.fit_seconds += timed([&] { model.fit(parts.train, progress.inner); });
    result.score_seconds +=
        timed([&] { result.folds.push_back(measure(std::as_const(model), parts.test, progress.inner)); });
    report_progress(progress.outer, "cross-validate", f + 1, folds.size());
  }
  return result;
}

}  // namespace detail

template <class Model, class Measure>
auto cross_validate(const Model& unfitted, const fold_list& folds, Measure&& measure, const run_options& run)
    -> cross_validation_result<std::decay_t<decltype(measure(unfitted, std::declval<const data::interactions&>()))>> {
  return detail::fit_and_measure<std::decay_t<decltype(measure(unfitted, std::declval<const data::interactions&>()))>>(
      unfitted, folds,
      [&](const Model& model, const data::interactions& test, const run_options&) { return measure(model, test); },
      run);
}

template <class Model>
cross_validation_result<rating_result> cross_validate_ratings(const Model& unfitted, const data::interactions& log,
                                                              const fold_options& options, const run_options& run) {
  return detail::fit_and_measure<rating_result>(
      unfitted, k_fold(log, options.folds, options.seed),
      [](const Model& model, const data::interactions& test, const run_options& inner) {
        return evaluate_ratings(model, test, inner);
      },
      run);
}

template <class Model>
cross_validation_result<ranking_result> cross_validate_ranking(const Model& unfitted, const data::interactions& log,
                                                               const ranking_options& ranking,
                                                               const fold_options& options, const run_options& run) {
  ranking_options first = ranking;
  if (!first.cutoffs.empty()) first.cutoffs.resize(1);
  return detail::fit_and_measure<ranking_result>(
      unfitted, k_fold(log, options.folds, options.seed),
      [&](const Model& model, const data::interactions& test, const run_options& inner) {
        return std::move(evaluate_ranking(model, test, first, inner).front());
      },
      run);
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
