// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_RATINGS_HPP
#define TAILOR_EVALUATION_RATINGS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/special.hpp"
#include "../data/interactions.hpp"
#include "../metrics/comparison.hpp"
#include "../metrics/interval.hpp"
#include "../metrics/rating.hpp"
#include "../recommender/scorer.hpp"
#include "split.hpp"

namespace tailor {
inline namespace v0 {
namespace evaluation {

/// How far the ratings predicted for one user are off.
struct user_errors {
  user_index user;
  std::size_t ratings = 0;
  double squared = 0;   ///< mean squared error
  double absolute = 0;  ///< mean absolute error
  metrics::concordance pairs;
};

/// How far predicted ratings are from those given.
struct rating_result {
  double rmse = 0, mae = 0;   ///< over all ratings, as metrics::rmse and metrics::mae
  std::optional<double> fcp;  ///< as metrics::fcp; none when no user has two ratings that differ
  std::size_t ratings = 0;
  std::vector<user_errors> of_user;  ///< those who have a rating in the test part, in rising order

  /// Where the RMSE would lie with other users: the mean squared error as a ratio of two sums over users, its variance
  /// by linearisation (Cochran 1977, 6.3), Student's t. A user's ratings go together, so that many ratings of few users
  /// are few observations.
  metrics::interval rmse_interval(double confidence = 0.95) const;
};

/// Predicts every rating of `test` with a fitted model that offers `predict`; users in parallel, never a dense matrix.
/// A model knows indices only: `test` must share the ids of what it was fitted with, as the parts of a split do.
/// @throws value_error when `test` is empty, or has more users or items than the model; not_fitted_error
template <class Model>
rating_result evaluate_ratings(const Model& model, const data::interactions& test, const run_options& run = {});

/// Whether `a` is better than `b` by chance: their mean errors user by user, `&user_errors::squared` or `::absolute`.
/// `difference` below 0 means that `a` is nearer.
/// @throws value_error when the two are not of the same users
metrics::paired_comparison compare(const rating_result& a, const rating_result& b,
                                   double user_errors::*error = &user_errors::squared,
                                   const metrics::comparison_options& options = {}, const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <class Model>
void require_askable(const Model& model, const data::interactions& test, const char* name) {
  if (!model.is_fitted()) throw not_fitted_error("model: expected to be fitted before it is evaluated, found no data");
  require(!test.empty(), name, "at least one event", test.size());
  require(test.n_items() <= model.n_items(), name, "the items the model was fitted with, " + show(model.n_items()),
          show(test.n_items()) + " items");
}

template <class Model>
void require_known_users(const Model& model, const data::interactions& test) {
  require(test.n_users() <= model.n_users(), "test", "the users the model was fitted with, " + show(model.n_users()),
          show(test.n_users()) + " users");
}

inline user_errors errors_of(user_index user, span<const double> predicted, span<const double> actual) {
  user_errors errors;
  errors.user = user;
  errors.ratings = predicted.size();
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    errors.squared += std::pow(predicted[i] - actual[i], 2);
    errors.absolute += std::abs(predicted[i] - actual[i]);
  }
  errors.squared /= static_cast<double>(errors.ratings);
  errors.absolute /= static_cast<double>(errors.ratings);
  errors.pairs = metrics::count_concordance(predicted, actual);
  return errors;
}

}  // namespace detail

template <class Model>
rating_result evaluate_ratings(const Model& model, const data::interactions& test, const run_options& run) {
  static_assert(recommender::predicts_v<Model>, "tailor: evaluate_ratings needs a model that offers predict");
  using T = typename Model::value_type;
  detail::require_askable(model, test, "test");
  detail::require_known_users(model, test);
  const std::vector<std::vector<std::size_t>> events = detail::events_by_user(test);
  std::vector<double> predicted(test.size()), actual(test.size());
  std::vector<user_errors> errors(events.size());
  parallel_blocks({events.size(), 8}, run, {1e9, "evaluate"},
                  [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                    std::vector<item_index> items;
                    std::vector<T> ratings;
                    std::vector<double> told, given;
                    for (std::size_t user = begin; user < end; ++user) {
                      if (events[user].empty()) continue;
                      items.clear();
                      for (const std::size_t i : events[user]) items.push_back(test[i].item);
                      ratings.resize(items.size());
                      model.predict(user_index(user), span<const item_index>(items), span<T>(ratings));
                      told.assign(ratings.begin(), ratings.end());
                      given.clear();
                      for (const std::size_t i : events[user]) given.push_back(test[i].value);
                      errors[user] = detail::errors_of(user_index(user), told, given);
                      for (std::size_t i = 0; i < items.size(); ++i) {
                        predicted[events[user][i]] = told[i];
                        actual[events[user][i]] = given[i];
                      }
                    }
                  });
  rating_result result;
  result.rmse = metrics::rmse(predicted, actual);
  result.mae = metrics::mae(predicted, actual);
  result.ratings = test.size();
  metrics::concordance pairs;
  for (const user_errors& one : errors) {
    if (one.ratings == 0) continue;
    result.of_user.push_back(one);
    pairs += one.pairs;
  }
  if (pairs.concordant + pairs.discordant > 0) result.fcp = pairs.concordant / (pairs.concordant + pairs.discordant);
  return result;
}

inline metrics::interval rating_result::rmse_interval(double confidence) const {
  require(confidence > 0 && confidence < 1, "rmse_interval: confidence", "a number between 0 and 1", confidence);
  require(of_user.size() >= 2, "rmse_interval", "ratings of at least two users", of_user.size());
  const auto n = static_cast<double>(of_user.size());
  const double mean = rmse * rmse;
  double spread = 0;
  for (const user_errors& one : of_user) spread += std::pow(static_cast<double>(one.ratings) * (one.squared - mean), 2);
  const double error = std::sqrt(n / (n - 1) * spread) / static_cast<double>(ratings);
  const double width = student_t_quantile(0.5 + confidence / 2, n - 1) * error;
  return {std::sqrt((std::max)(0.0, mean - width)), std::sqrt(mean + width)};
}

inline metrics::paired_comparison compare(const rating_result& a, const rating_result& b, double user_errors::*error,
                                          const metrics::comparison_options& options, const run_options& run) {
  const auto is_same = [](const user_errors& x, const user_errors& y) { return x.user == y.user; };
  require(std::equal(a.of_user.begin(), a.of_user.end(), b.of_user.begin(), b.of_user.end(), is_same), "compare: b",
          "the users of a", "others");
  std::vector<double> of_a, of_b;
  for (const user_errors& one : a.of_user) of_a.push_back(one.*error);
  for (const user_errors& one : b.of_user) of_b.push_back(one.*error);
  return metrics::compare_paired(of_a, of_b, options, run);
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
