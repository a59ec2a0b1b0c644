// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_BIASES_HPP
#define TAILOR_RECOMMENDER_BIASES_HPP

#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../data/csr_matrix.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// How biases are learnt; the defaults are Surprise's.
struct bias_options {
  std::size_t epochs = 10;
  double user_regularization = 15;
  double item_regularization = 10;
};

/// The baseline estimate of a rating: the mean of all, plus how far this user and this item are from it (Koren 2010).
template <class T>
struct biases {
  T mean{};
  std::vector<T> users, items;
};

/// Alternating least squares, item biases first, as Surprise's `baseline_als`. O(epochs · nnz), in parallel, the same
/// bits for any number of threads.
/// @param item_users  the transpose of `user_items`
/// @throws value_error for options that no data could make right, and for ratings that are not finite; shape_error
template <class T>
biases<T> fit_biases(data::csr_view<T> user_items, data::csr_view<T> item_users, const bias_options& options,
                     const run_options& run = {});

/// The bias of a user who was not in the training data, from their history: the same least-squares step, so that a user
/// of the training data gets the bias that they have.
/// @throws value_error for a history with items that `known` does not have
template <class T>
T user_bias(const biases<T>& known, data::row_view<T> history, const bias_options& options);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void check(const bias_options& options) {
  require(options.epochs >= 1, "bias_options::epochs", "at least 1", options.epochs);
  require(std::isfinite(options.user_regularization) && options.user_regularization >= 0,
          "bias_options::user_regularization", "a number from 0", options.user_regularization);
  require(std::isfinite(options.item_regularization) && options.item_regularization >= 0,
          "bias_options::item_regularization", "a number from 0", options.item_regularization);
}

/// The regularised mean distance of a row's ratings from what is expected without its own bias.
template <class T>
T bias_of_row(data::row_view<T> row, T mean, const std::vector<T>& others, double regularization) {
  double deviation = 0;
  for (std::size_t i = 0; i < row.size(); ++i)
    deviation +=
        static_cast<double>(row.values[i]) - static_cast<double>(mean) - static_cast<double>(others[row.columns[i]]);
  const double weight = regularization + static_cast<double>(row.size());
  return weight > 0 ? static_cast<T>(deviation / weight) : T{};
}

}  // namespace detail

template <class T>
biases<T> fit_biases(data::csr_view<T> user_items, data::csr_view<T> item_users, const bias_options& options,
                     const run_options& run) {
  detail::check(options);
  if (item_users.n_rows() != user_items.n_columns() || item_users.n_columns() != user_items.n_rows())
    throw shape_error(describe("item_users", show_shape({user_items.n_columns(), user_items.n_rows()}),
                               show_shape({item_users.n_rows(), item_users.n_columns()})));
  data::require_finite(user_items, "user_items");
  biases<T> known;
  double total = 0;
  for (const T value : user_items.values()) total += static_cast<double>(value);
  known.mean = user_items.nnz() == 0 ? T{} : static_cast<T>(total / static_cast<double>(user_items.nnz()));
  known.users.assign(user_items.n_rows(), T{});
  known.items.assign(item_users.n_rows(), T{});

  const auto step = [&](data::csr_view<T> rows, std::vector<T>& own, const std::vector<T>& others, double weight) {
    parallel_blocks({rows.n_rows(), 64}, run, {2.0 * static_cast<double>(rows.nnz())},
                    [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                      for (std::size_t r = begin; r < end; ++r)
                        own[r] = detail::bias_of_row(rows.row(r), known.mean, others, weight);
                    });
  };
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    step(item_users, known.items, known.users, options.item_regularization);
    step(user_items, known.users, known.items, options.user_regularization);
    report_progress(run, "biases", epoch + 1, options.epochs);
  }
  return known;
}

template <class T>
T user_bias(const biases<T>& known, data::row_view<T> history, const bias_options& options) {
  detail::require_history(history, known.items.size());
  return detail::bias_of_row(history, known.mean, known.items, options.user_regularization);
}

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
