// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_PERMUTATION_IMPORTANCE_HPP
#define TAILOR_MLP_PERMUTATION_IMPORTANCE_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/sampling.hpp"
#include "../core/span.hpp"
#include "../data/features.hpp"
#include "../metrics/interval.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// Columns of a matrix that are one thing to a person, such as the levels of a text.
struct feature_group {
  std::string name;
  std::vector<std::size_t> columns;
};

/// One group for each column of the table, in the order of the features.
/// @throws not_fitted_error
std::vector<feature_group> feature_groups(const data::feature_encoder& encoder);

/// One group for each column.
std::vector<feature_group> feature_groups(const std::vector<std::string>& names);

struct permutation_options {
  std::size_t repeats = 5;  ///< of the shuffling of each group; scikit-learn's default
  std::uint64_t seed = 0;
  double confidence = 0.95;
};

/// What a model loses without a group of features.
struct feature_importance {
  std::string name;
  metrics::mean_estimate drop;  ///< of the score, over the repeats; its interval is about shuffles, not about rows
};

struct importance_table {
  double score = 0;                          ///< with nothing shuffled
  std::vector<feature_importance> features;  ///< largest drop first
};

/// How much a model relies on each group of features: what its score falls by when the group's columns, together, are
/// shuffled among the rows (Breiman: Random forests. Machine Learning 2001; Fisher, Rudin & Dominici 2019; as
/// scikit-learn's permutation_importance). Of features that tell the same each seems to matter little. Best on rows
/// that the model was not fitted on. Repeat r of group g draws from random stream g · repeats + r: the same bits for
/// any number of threads. groups · repeats predictions of all rows, and a copy of X for each thread.
/// @param model   has `predict(X, run)` or `predict(X)` of a `dense_matrix`, and is asked by several threads at once
/// @param X       [n, d]: any xtensor expression of numbers
/// @param metric  double(span<const R> predictions), more is better; R is the scalar of the predictions, row after row:
///                `[&](auto p) { return metrics::roc_auc(p, y); }`; called by several threads at once
/// @throws value_error for no rows, no groups, repeats = 0, a column that is not there, or a score that is not finite;
/// cancelled_error; as the model and the metric
template <class Model, class E, class Metric>
importance_table permutation_importance(const Model& model, const E& X, Metric&& metric,
                                        const std::vector<feature_group>& groups,
                                        const permutation_options& options = {}, const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <class Model, class X, class = void>
struct predicts_with_run : std::false_type {};
template <class Model, class X>
struct predicts_with_run<Model, X,
                         std::void_t<decltype(std::declval<const Model&>().predict(
                             std::declval<const X&>(), std::declval<const run_options&>()))>> : std::true_type {};

/// The score of a model on rows, on one thread.
template <class Model, class T, class Metric>
double score_of(const Model& model, const dense_matrix<T>& X, const Metric& metric) {
  run_options alone;
  alone.threads = 1;
  const auto predictions = [&] {
    if constexpr (predicts_with_run<Model, dense_matrix<T>>::value)
      return model.predict(X, alone);
    else
      return model.predict(X);
  }();
  using scalar = std::decay_t<decltype(*predictions.data())>;
  const auto score = static_cast<double>(metric(span<const scalar>(predictions)));
  require(std::isfinite(score), "metric", "a finite number", score);
  return score;
}

}  // namespace detail

inline std::vector<feature_group> feature_groups(const data::feature_encoder& encoder) {
  if (!encoder.is_fitted()) throw not_fitted_error("feature_groups: expected an encoder that is fitted, found no data");
  std::vector<feature_group> groups;
  for (std::size_t j = 0; j < encoder.sources().size(); ++j) {
    const std::string& name = encoder.sources()[j];
    auto place = std::find_if(groups.begin(), groups.end(), [&](const feature_group& g) { return g.name == name; });
    if (place == groups.end()) place = groups.insert(place, {name, {}});
    place->columns.push_back(j);
  }
  return groups;
}

inline std::vector<feature_group> feature_groups(const std::vector<std::string>& names) {
  std::vector<feature_group> groups;
  for (const std::string& name : names) groups.push_back({name, {groups.size()}});
  return groups;
}

template <class Model, class E, class Metric>
importance_table permutation_importance(const Model& model, const E& X, Metric&& metric,
                                        const std::vector<feature_group>& groups, const permutation_options& options,
                                        const run_options& run) {
  using real = real_of_t<E>;
  const auto held = as_matrix<real>(X, "X");
  const matrix_view<real> x = held.view();
  require(x.rows != 0, "X", "at least one row", x.rows);
  require(!groups.empty(), "groups", "at least one", groups.size());
  require(options.repeats >= 1, "permutation_options::repeats", "at least 1", options.repeats);
  metrics::detail::require_confidence(options.confidence, "permutation_options::confidence");
  for (const feature_group& group : groups)
    for (const std::size_t column : group.columns)
      require(column < x.cols, group.name, "columns below " + show(x.cols), column);

  dense_matrix<real> plain = make_matrix<real>(x.rows, x.cols);
  std::copy_n(x.data, x.size(), plain.data());
  importance_table table;
  table.score = detail::score_of(model, plain, metric);

  std::vector<double> drops(groups.size() * options.repeats);
  std::vector<dense_matrix<real>> scratch((std::min)(thread_count(run.threads), groups.size()));
  parallel_blocks({groups.size(), 1}, run, {1e9, "permutation_importance"},
                  [&](std::size_t worker, std::size_t g, std::size_t, std::size_t) {
                    dense_matrix<real>& shuffled = scratch[worker];
                    if (shuffled.size() == 0) shuffled = plain;
                    std::vector<std::size_t> order(x.rows);
                    for (std::size_t r = g * options.repeats; r < (g + 1) * options.repeats; ++r) {
                      std::iota(order.begin(), order.end(), std::size_t{0});
                      random::generator random(options.seed, r);
                      random::shuffle(order.begin(), order.end(), random);
                      for (const std::size_t j : groups[g].columns)
                        for (std::size_t i = 0; i < x.rows; ++i) shuffled(i, j) = x(order[i], j);
                      drops[r] = table.score - detail::score_of(model, shuffled, metric);
                    }
                    for (const std::size_t j : groups[g].columns)
                      for (std::size_t i = 0; i < x.rows; ++i) shuffled(i, j) = x(i, j);
                  });
  for (std::size_t g = 0; g < groups.size(); ++g)
    table.features.push_back(
        {groups[g].name,
         metrics::estimate_mean({drops.data() + g * options.repeats, options.repeats}, options.confidence)});
  std::stable_sort(table.features.begin(), table.features.end(),
                   [](const feature_importance& a, const feature_importance& b) { return a.drop.mean > b.drop.mean; });
  return table;
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
