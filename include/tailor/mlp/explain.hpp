// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_EXPLAIN_HPP
#define TAILOR_MLP_EXPLAIN_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/parallel.hpp"
#include "../core/span.hpp"
#include "../data/features.hpp"
#include "../data/table.hpp"
#include "behaviour.hpp"
#include "logistic_regression.hpp"
#include "network.hpp"
#include "permutation_importance.hpp"
#include "training.hpp"

// Why a model says what it says of one customer: what each feature adds to its answer, compared with a baseline such as
// the average customer, and that in words.

namespace tailor {
inline namespace v0 {
namespace mlp {

/// The means of the columns of [n, d] training rows: the average customer.
template <class E>
std::vector<real_of_t<E>> average_row(const E& X);

struct integrated_gradients_options {
  std::size_t steps = 100;  ///< points of the line at which the derivative is taken
  std::size_t output = 0;   ///< which of the network's
};

/// What each feature adds, [n, d], on the way from the baseline to each row: (x − b) times the mean derivative of the
/// output along the straight line between them, by the midpoint rule (Sundararajan, Taly & Yan: Axiomatic attribution
/// for deep networks. ICML 2017). They add up to f(x) − f(b), up to what the steps leave: O(steps⁻²) where f is smooth.
/// Explain logits rather than probabilities where you can: these are flat where the network is sure. O(steps) forward
/// and backward passes, rows in parallel.
/// @param baseline  [d]
/// @throws not_fitted_error, shape_error, value_error for steps = 0, an output that is not there, and numbers that are
/// not finite
template <class T>
dense_matrix<T> integrated_gradients(const network<T>& net, const detail::given<samples<T>>& x, span<const T> baseline,
                                     const integrated_gradients_options& options = {}, const run_options& run = {});

/// The same for a logistic regression, exactly: w_j (x_j − b_j), which add up to the difference of the logits.
template <class E>
dense_matrix<real_of_t<E>> attributions(const logistic_regression& model, const E& X,
                                        span<const real_of_t<E>> baseline);

/// What one attribute of a customer adds.
struct reason {
  std::string column;
  std::string value;  ///< as in the table; empty where missing
  double effect;      ///< on what was attributed, such as a logit

  /// "contract is Month-to-month", "age is missing"
  std::string text() const { return column + " is " + (value.empty() ? "missing" : value); }
};

/// The attributes that move the answer most.
struct reason_codes {
  std::vector<reason> up, down;  ///< largest effect first
};

/// Attributions of one row in words: those of the columns that one attribute was made into are added up.
/// @param rows          the table whose row `row` is explained, with the columns that the encoder was fitted on
/// @param attributions  [d], one a feature of the encoder
/// @param most          at most so many in each direction; attributes without an effect are no reasons
/// @throws not_fitted_error, shape_error, value_error for a row or a column that is not there, and attributions that
/// are not finite
template <class T>
reason_codes reasons_of(const data::feature_encoder& encoder, const data::table& rows, std::size_t row,
                        span<const T> attributions, std::size_t most = 3);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Seconds since 1970 as YYYY-MM-DD (Hinnant: chrono-compatible low-level date algorithms).
inline std::string date_text(double seconds) {
  const auto days = static_cast<std::int64_t>(std::floor(seconds / 86400)) + 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02d-%02d", static_cast<long long>(year + era * 400 + (month >= 10 ? 1 : 0)),
                static_cast<int>(month < 10 ? month + 3 : month - 9), static_cast<int>(day));
  return text;
}

inline std::string cell_text(const data::table_column& column, std::size_t row) {
  if (column.is_missing(row)) return {};
  if (column.kind() == data::column_kind::text) return std::string(column.text(row));
  const double value = column.numbers()[row];
  return column.kind() == data::column_kind::date ? date_text(value) : show(value);
}

}  // namespace detail

template <class E>
std::vector<real_of_t<E>> average_row(const E& X) {
  using real = real_of_t<E>;
  const auto held = as_matrix<real>(X, "X");
  const matrix_view<real> x = held.view();
  require(x.rows != 0, "X", "at least one row", x.rows);
  tailor::require_finite(x, "X");
  std::vector<double> sums(x.cols, 0.0);
  for (std::size_t i = 0; i < x.rows; ++i)
    for (std::size_t j = 0; j < x.cols; ++j) sums[j] += static_cast<double>(x(i, j));
  std::vector<real> means;
  for (const double sum : sums) means.push_back(static_cast<real>(sum / static_cast<double>(x.rows)));
  return means;
}

template <class T>
dense_matrix<T> integrated_gradients(const network<T>& net, const detail::given<samples<T>>& x, span<const T> baseline,
                                     const integrated_gradients_options& options, const run_options& run) {
  require(options.steps >= 1, "integrated_gradients_options::steps", "at least 1", options.steps);
  require(!x.is_sparse(), "X", "a dense matrix", "a sparse one");
  x.require_finite("X");
  tailor::require_finite(baseline, "baseline");
  const std::size_t d = net.n_inputs(), steps = options.steps;
  require<shape_error>(!net.is_built() || x.cols() == d, "X", show(d) + " columns", x.cols());
  require<shape_error>(!net.is_built() || baseline.size() == d, "baseline", show(d) + " numbers", baseline.size());
  dense_matrix<T> added = make_matrix<T>(x.rows(), d);
  parallel_blocks({x.rows(), 1}, run, {static_cast<double>(x.rows() * steps) * static_cast<double>(net.n_parameters())},
                  [&](std::size_t, std::size_t, std::size_t i, std::size_t) {
                    run_options alone;
                    alone.threads = 1;
                    const T* to = x.dense().row(i);
                    dense_matrix<T> line = make_matrix<T>(steps, d);
                    for (std::size_t s = 0; s < steps; ++s) {
                      const T part = static_cast<T>((static_cast<double>(s) + 0.5) / static_cast<double>(steps));
                      for (std::size_t j = 0; j < d; ++j) line(s, j) = baseline[j] + part * (to[j] - baseline[j]);
                    }
                    const dense_matrix<T> slopes = net.input_gradient(line, options.output, alone);
                    for (std::size_t j = 0; j < d; ++j) {
                      double sum = 0;
                      for (std::size_t s = 0; s < steps; ++s) sum += static_cast<double>(slopes(s, j));
                      added(i, j) = static_cast<T>(sum / static_cast<double>(steps)) * (to[j] - baseline[j]);
                    }
                  });
  return added;
}

template <class E>
dense_matrix<real_of_t<E>> attributions(const logistic_regression& model, const E& X,
                                        span<const real_of_t<E>> baseline) {
  using real = real_of_t<E>;
  if (!model.is_fitted()) throw not_fitted_error("attributions: expected a model that is fitted, found no data");
  const auto held = as_matrix<real>(X, "X");
  const matrix_view<real> x = held.view();
  const std::vector<double>& w = model.coefficients();
  require<shape_error>(x.cols == w.size(), "X", show(w.size()) + " columns, as fit saw", x.cols);
  require<shape_error>(baseline.size() == w.size(), "baseline", show(w.size()) + " numbers", baseline.size());
  tailor::require_finite(x, "X");
  tailor::require_finite(baseline, "baseline");
  dense_matrix<real> added = make_matrix<real>(x.rows, x.cols);
  for (std::size_t i = 0; i < x.rows; ++i)
    for (std::size_t j = 0; j < x.cols; ++j) added(i, j) = static_cast<real>(w[j]) * (x(i, j) - baseline[j]);
  return added;
}

template <class T>
reason_codes reasons_of(const data::feature_encoder& encoder, const data::table& rows, std::size_t row,
                        span<const T> attributions, std::size_t most) {
  const std::vector<feature_group> groups = feature_groups(encoder);
  require(row < rows.n_rows(), "row", "a number below " + show(rows.n_rows()), row);
  require<shape_error>(attributions.size() == encoder.n_features(), "attributions",
                       show(encoder.n_features()) + ", one a feature", attributions.size());
  tailor::require_finite(attributions, "attributions");
  reason_codes codes;
  for (const feature_group& group : groups) {
    double effect = 0;
    for (const std::size_t j : group.columns) effect += static_cast<double>(attributions[j]);
    if (effect == 0) continue;
    (effect > 0 ? codes.up : codes.down)
        .push_back({group.name, detail::cell_text(rows.column(group.name), row), effect});
  }
  for (std::vector<reason>* list : {&codes.up, &codes.down}) {
    std::stable_sort(list->begin(), list->end(),
                     [](const reason& a, const reason& b) { return std::abs(a.effect) > std::abs(b.effect); });
    if (list->size() > most) list->erase(list->begin() + static_cast<std::ptrdiff_t>(most), list->end());
  }
  return codes;
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
