// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_BIASES_HPP
#define TAILOR_RECOMMENDER_BIASES_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../core/sampling.hpp"
#include "../core/span.hpp"
#include "../data/csr_matrix.hpp"
#include "rating_model.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// Alternating least squares, or stochastic gradient descent.
enum class bias_method { als, sgd };
constexpr std::array<std::string_view, 2> enum_names(bias_method) { return {"als", "sgd"}; }

/// How biases are learnt; the defaults are those of Surprise's ALS, `sgd()` those of its SGD.
struct bias_options {
  bias_method method = bias_method::als;
  std::size_t epochs = 10;
  double user_regularization = 15;
  double item_regularization = 10;
  double learning_rate = 0.005;  ///< for SGD
  std::uint64_t seed = 0;        ///< for SGD: of the order in which a user's ratings are taken

  static bias_options als() { return {}; }
  static bias_options sgd() {
    bias_options options;
    options.method = bias_method::sgd;
    options.epochs = 20;
    options.user_regularization = options.item_regularization = 0.02;
    return options;
  }

  template <class A>
  void archive(A& a) {
    a("method", method);
    a("epochs", epochs);
    a("user_regularization", user_regularization);
    a("item_regularization", item_regularization);
    a("learning_rate", learning_rate);
    a("seed", seed);
  }
};

/// The baseline estimate of a rating: the mean of all, plus how far this user and this item are from it (Koren 2010).
template <class T>
struct biases {
  T mean{};
  std::vector<T> users, items;

  template <class A>
  void archive(A& a) {
    a("mean", mean);
    a("users", users);
    a("items", items);
  }
  void loaded() const {
    require(std::isfinite(mean), "mean", "a finite number", mean);
    tailor::detail::require_loaded(users, users.size(), "users");
    tailor::detail::require_loaded(items, items.size(), "items");
  }
};

/// By ALS, item biases first, as Surprise's `baseline_als`: in parallel, the same bits for any number of threads. By
/// SGD as its `baseline_sgd`: on one thread, row by row, the ratings of a row in a random order that is the same in
/// every epoch. (Surprise takes them as they were given. By rising items, often from old to new, the last would count
/// for more: the RMSE on MovieLens latest-small is .8935 then, not .8899.) O(epochs · nnz).
/// @param item_users  the transpose of `user_items`
/// @throws value_error for options that no data could make right, and for ratings that are not finite or too large to
///         add up; convergence_error when SGD goes astray; shape_error
template <class T>
biases<T> fit_biases(data::csr_view<T> user_items, data::csr_view<T> item_users, const bias_options& options,
                     const run_options& run = {});

/// The bias of a user who was not in the training data, from their history, with the items as they are: the same
/// least-squares step, so that a user of the training data gets the bias that they have; by SGD the same steps, from 0,
/// which come near to it.
/// @throws value_error for options that no data could make right, for a history with items that `known` does not have,
///         or ratings too large to add up; convergence_error when SGD goes astray
template <class T>
T user_bias(const biases<T>& known, data::row_view<T> history, const bias_options& options);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline void check(const bias_options& options) {
  require(options.epochs >= 1 && options.epochs <= 1'000'000, "bias_options::epochs", "from 1 to 1,000,000",
          options.epochs);
  require(std::isfinite(options.user_regularization) && options.user_regularization >= 0,
          "bias_options::user_regularization", "a number from 0", options.user_regularization);
  require(std::isfinite(options.item_regularization) && options.item_regularization >= 0,
          "bias_options::item_regularization", "a number from 0", options.item_regularization);
  require(std::isfinite(options.learning_rate) && options.learning_rate > 0, "bias_options::learning_rate",
          "a number above 0", options.learning_rate);
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

template <class T>
void fit_by_als(biases<T>& known, data::csr_view<T> user_items, data::csr_view<T> item_users,
                const bias_options& options, const run_options& run) {
  const auto step = [&](data::csr_view<T> rows, std::vector<T>& own, const std::vector<T>& others, double weight) {
    parallel_blocks({rows.n_rows(), 64}, run, {2.0 * static_cast<double>(rows.nnz())},
                    [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                      for (std::size_t r = begin; r < end; ++r)
                        own[r] = bias_of_row(rows.row(r), known.mean, others, weight);
                    });
  };
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    step(item_users, known.items, known.users, options.item_regularization);
    step(user_items, known.users, known.items, options.user_regularization);
    report_progress(run, "biases", epoch + 1, options.epochs);
  }
}

/// 0, 1, … in random order.
inline void shuffle_row(span<std::uint32_t> order, std::uint64_t seed, std::uint64_t row) {
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  random::generator draw(seed, row);
  random::shuffle(order.begin(), order.end(), draw);
}

/// SGD goes astray when the squared error, as it is met on the way, grows far above that of no biases.
inline convergence_error astray(const bias_options& options) {
  return convergence_error(describe("biases", "SGD to lower the squared error",
                                    "it grow: learning_rate = " + show(options.learning_rate) + " is too high"));
}

template <class T>
void fit_by_sgd(biases<T>& known, data::csr_view<T> user_items, const bias_options& options, const run_options& run) {
  const double mean = known.mean;
  double least = 0;
  for (const T rating : user_items.values()) least += std::pow(static_cast<double>(rating) - mean, 2);
  std::vector<double> users(user_items.n_rows()), items(user_items.n_columns());  // whatever T, steps are small
  std::vector<std::uint32_t> order(user_items.nnz());
  for (std::size_t u = 0; u < users.size(); ++u) {
    const auto begin = static_cast<std::size_t>(user_items.row_pointers()[u]);
    shuffle_row(span<std::uint32_t>(order).subspan(begin, user_items.row(u).size()), options.seed, u);
  }
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    double squares = 0;
    const std::uint32_t* next = order.data();
    for (std::size_t u = 0; u < users.size(); ++u) {
      const data::row_view<T> row = user_items.row(u);
      for (std::size_t k = 0; k < row.size(); ++k) {
        const std::size_t i = *next++;
        double& item = items[row.columns[i]];
        const double error = static_cast<double>(row.values[i]) - (mean + users[u] + item);
        users[u] += options.learning_rate * (error - options.user_regularization * users[u]);
        item += options.learning_rate * (error - options.item_regularization * item);
        squares += error * error;
      }
    }
    if (!(squares <= 10 * least)) throw astray(options);
    report_progress(run, "biases", epoch + 1, options.epochs);
  }
  known.users.assign(users.begin(), users.end());
  known.items.assign(items.begin(), items.end());
  for (const std::vector<T>* side : {&known.users, &known.items})
    for (const T bias : *side)
      if (!std::isfinite(bias)) throw astray(options);
}

template <class T>
T user_bias_by_sgd(const biases<T>& known, data::row_view<T> history, const bias_options& options) {
  std::vector<std::uint32_t> order(history.size());
  shuffle_row(order, options.seed, 0);
  const auto left = [&](std::size_t i) {  // for the user to explain
    return static_cast<double>(history.values[i]) - static_cast<double>(known.mean) -
           static_cast<double>(known.items[history.columns[i]]);
  };
  double own = 0, least = 0;
  for (const std::size_t i : order) least += std::pow(left(i), 2);
  for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
    double squares = 0;
    for (const std::size_t i : order) {
      const double error = left(i) - own;
      own += options.learning_rate * (error - options.user_regularization * own);
      squares += error * error;
    }
    if (!(squares <= 10 * least)) throw astray(options);
  }
  if (!std::isfinite(static_cast<T>(own))) throw astray(options);
  return static_cast<T>(own);
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
  detail::require_addable(user_items.values(), "user_items");
  biases<T> known;
  known.mean = static_cast<T>(detail::mean_of(user_items.values()));
  known.users.assign(user_items.n_rows(), T{});
  known.items.assign(item_users.n_rows(), T{});
  if (options.method == bias_method::als)
    detail::fit_by_als(known, user_items, item_users, options, run);
  else
    detail::fit_by_sgd(known, user_items, options, run);
  return known;
}

template <class T>
T user_bias(const biases<T>& known, data::row_view<T> history, const bias_options& options) {
  detail::check(options);
  detail::require_history(history, known.items.size());
  detail::require_addable(history.values, "history");
  return options.method == bias_method::als
             ? detail::bias_of_row(history, known.mean, known.items, options.user_regularization)
             : detail::user_bias_by_sgd(known, history, options);
}

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
