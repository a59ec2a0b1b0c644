// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_PROTOCOLS_HPP
#define TAILOR_EVALUATION_PROTOCOLS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../data/interactions.hpp"
#include "../metrics/ranking.hpp"
#include "../metrics/rating.hpp"
#include "../recommender/recommend.hpp"
#include "split.hpp"

namespace tailor {
inline namespace v0 {
namespace evaluation {

/// How far predicted ratings are from those given.
struct rating_result {
  double rmse = 0, mae = 0;
  std::size_t ratings = 0;
};

/// How good lists of `k` are, averaged over the users who were asked about.
struct ranking_result {
  metrics::ranking_scores mean;
  double coverage = 0;    ///< share of the model's items that were recommended to anybody
  std::size_t users = 0;  ///< asked about: those with an item in the test part that is not in their history
};

// A model knows indices only: what it is tested with must share the ids of what it was fitted with, as the parts of a
// split do.

/// Predicts every rating of `test` with a fitted model that offers `predict`; users in parallel, never a dense matrix.
/// @throws value_error when `test` is empty, or has more users or items than the model; not_fitted_error
template <class Model>
rating_result evaluate_ratings(const Model& model, const data::interactions& test, const run_options& run = {});

/// Recommends `k` items to every user of `test`, all items that are not in the user's training history competing, and
/// scores the lists against the user's items in `test`. What a user had in both parts is not asked for, since a
/// recommender that hides what was seen could not answer it.
/// @throws as `evaluate_ratings`; value_error when that leaves nobody to ask about, or for k = 0
template <class Model>
ranking_result evaluate_ranking(const Model& model, const data::interactions& test, std::size_t k = 10,
                                const run_options& run = {});

/// The same for users whom the model was not fitted with: they are served from `history` and scored against `target`.
/// @throws as above, but the model need not know the users; value_error when the two parts do not have the same ids
template <class Model>
ranking_result evaluate_ranking(const Model& model, const data::interactions& history, const data::interactions& target,
                                std::size_t k = 10, const run_options& run = {});

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

/// Whether an index means the same user and the same item in both.
inline bool share_ids(const data::interactions& a, const data::interactions& b) {
  return (a.shared_users() == b.shared_users() || a.users() == b.users()) &&
         (a.shared_items() == b.shared_items() || a.items() == b.items());
}

/// What `seen` and `wanted` share is taken off `wanted`. Both rise.
inline std::vector<std::uint32_t> without(span<const std::uint32_t> wanted, span<const std::uint32_t> seen) {
  std::vector<std::uint32_t> left;
  std::set_difference(wanted.begin(), wanted.end(), seen.begin(), seen.end(), std::back_inserter(left));
  return left;
}

/// Users in blocks; `seen(u)` is a user's history and `recommend(u)` their list.
template <class T, class Seen, class Recommend>
ranking_result rank_users(std::size_t n_items, const data::csr_matrix<T>& targets, std::size_t k,
                          const run_options& run, Seen&& seen, Recommend&& recommend) {
  require(k >= 1, "evaluate_ranking: k", "at least 1", k);
  struct part {
    metrics::ranking_scores sum;
    std::size_t users = 0;
    std::vector<std::uint32_t> recommended;
  };
  const auto map = [&](std::size_t begin, std::size_t end) {
    part mine;
    std::vector<std::uint32_t> ranked;
    for (std::size_t u = begin; u < end; ++u) {
      const data::row_view<T> history = seen(u);
      const std::vector<std::uint32_t> relevant = without(targets.row(u).columns, history.columns);
      if (relevant.empty()) continue;
      ranked.clear();
      for (const auto& pick : recommend(u, history)) ranked.push_back(pick.item.value());
      mine.sum += metrics::score_ranking(ranked, relevant, k);
      mine.recommended.insert(mine.recommended.end(), ranked.begin(), ranked.end());
      ++mine.users;
    }
    auto& items = mine.recommended;
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
    return mine;
  };
  std::vector<bool> was_recommended(n_items, false);
  const auto fold = [&](part total, part next) {  // one after the other, on this thread
    total.sum += next.sum;
    total.users += next.users;
    for (const std::uint32_t item : next.recommended) was_recommended[item] = true;
    return total;
  };
  const part total = parallel_reduce({targets.n_rows(), 32}, run, {1e9, "evaluate"}, part{}, map, fold);
  require(total.users > 0, "evaluate_ranking", "a user with an item that is not in their history", total.users);
  ranking_result result;
  result.users = total.users;
  result.mean = total.sum;
  result.mean /= static_cast<double>(total.users);
  result.coverage = static_cast<double>(std::count(was_recommended.begin(), was_recommended.end(), true)) /
                    static_cast<double>(n_items);
  return result;
}

inline recommender::recommend_options list_of(std::size_t k) {
  recommender::recommend_options options;
  options.n = k;
  return options;
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
  parallel_blocks({events.size(), 8}, run, {1e9, "evaluate"},
                  [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                    std::vector<item_index> items;
                    std::vector<T> ratings;
                    for (std::size_t user = begin; user < end; ++user) {
                      items.clear();
                      for (const std::size_t i : events[user]) items.push_back(test[i].item);
                      if (items.empty()) continue;
                      ratings.resize(items.size());
                      model.predict(user_index(user), span<const item_index>(items), span<T>(ratings));
                      for (std::size_t i = 0; i < items.size(); ++i) {
                        predicted[events[user][i]] = static_cast<double>(ratings[i]);
                        actual[events[user][i]] = test[events[user][i]].value;
                      }
                    }
                  });
  return {metrics::rmse(predicted, actual), metrics::mae(predicted, actual), test.size()};
}

template <class Model>
ranking_result evaluate_ranking(const Model& model, const data::interactions& test, std::size_t k,
                                const run_options& run) {
  using T = typename Model::value_type;
  detail::require_askable(model, test, "test");
  detail::require_known_users(model, test);
  const auto options = detail::list_of(k);
  return detail::rank_users(
      model.n_items(), test.matrix<T>(data::duplicates::last), k, run,
      [&](std::size_t u) { return model.history(user_index(u)); },
      [&](std::size_t u, data::row_view<T>) { return recommender::recommend(model, user_index(u), options); });
}

template <class Model>
ranking_result evaluate_ranking(const Model& model, const data::interactions& history, const data::interactions& target,
                                std::size_t k, const run_options& run) {
  using T = typename Model::value_type;
  detail::require_askable(model, target, "target");
  require(detail::share_ids(history, target), "history", "the ids of target", "others");
  const auto options = detail::list_of(k);
  const data::csr_matrix<T> histories = history.matrix<T>(model.duplicate_policy());
  return detail::rank_users(
      model.n_items(), target.matrix<T>(data::duplicates::last), k, run,
      [&](std::size_t u) { return histories.row(u); },
      [&](std::size_t, data::row_view<T> row) { return recommender::recommend(model, row, options); });
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
