// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_TUNE_HPP
#define TAILOR_EVALUATION_TUNE_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "../core/sampling.hpp"
#include "../data/interactions.hpp"
#include "outer_progress.hpp"
#include "search.hpp"

namespace tailor {
inline namespace v0 {
namespace evaluation {

/// Searches for the options of a model: every trial fits `Model(options)` on `train` and scores it by
/// `double metric(const Model&, const data::interactions& validation)`. How it searches is said by the options given:
/// `random_search_options`, `grid_search_options` or `halving_options`. In a halving the resource is a share of the
/// training users, drawn by its seed, those with events in `validation` first and each round's users among the next
/// one's; those who are left out are not asked about either, while users who are in `validation` alone always are.
/// Options that `Model` refuses, such as two that do not go together, make a failed trial.
///
///     auto found = tune<item_knn>(space, parts.train, parts.test, [](const item_knn& model, const auto& validation) {
///       return evaluate_ranking(model, validation, 10).mean.ndcg;
///     });
///     item_knn model(found.best);
///
/// `run` is what models are fitted with; its progress is told of trials, and can stop within one.
/// @throws as the search; value_error when `train` is empty, as `fit` and metric do
template <class Model, class Options, class Metric, class How = random_search_options>
search_result<Options> tune(const search_space<Options>& space, const data::interactions& train,
                            const data::interactions& validation, Metric&& metric, const How& how = {},
                            const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Parts of a log by users: a share of those who have events, in one random order, so that shares are nested. Those who
/// can be asked about come first, or a small share might leave nobody to ask.
class user_shares {
 public:
  user_shares(const data::interactions& train, const data::interactions& validation, std::uint64_t seed)
      : place_(train.n_users(), nobody) {
    const auto users_of = [&](const data::interactions& log) {
      std::vector<bool> is_active(train.n_users(), false);
      for (const data::event& e : log)
        if (e.user.at() < is_active.size()) is_active[e.user.at()] = true;
      return is_active;
    };
    const std::vector<bool> is_active = users_of(train), is_asked = users_of(validation);
    std::vector<std::size_t> users;
    for (std::size_t user = 0; user < is_active.size(); ++user)
      if (is_active[user]) users.push_back(user);
    random::generator g(random::derived_seed(seed, 0));  // trial 0 draws from stream 0 of `seed` itself
    random::shuffle(users.begin(), users.end(), g);
    std::stable_partition(users.begin(), users.end(), [&](std::size_t user) { return is_asked[user]; });
    for (std::size_t i = 0; i < users.size(); ++i) place_[users[i]] = i;
    n_users_ = users.size();
  }

  /// The events of `log` whose users are in the first `share` of the training users (rounded up), or are none of them.
  data::interactions part(const data::interactions& log, double share) const {
    const auto in = static_cast<std::size_t>(std::ceil(share * static_cast<double>(n_users_)));
    return log.filter([&](const data::event& e) {
      const std::size_t place = e.user.at() < place_.size() ? place_[e.user.at()] : nobody;
      return place < in || place == nobody;
    });
  }

 private:
  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);
  std::vector<std::size_t> place_;  // in the random order, of each user
  std::size_t n_users_ = 0;
};

}  // namespace detail

template <class Model, class Options, class Metric, class How>
search_result<Options> tune(const search_space<Options>& space, const data::interactions& train,
                            const data::interactions& validation, Metric&& metric, const How& how,
                            const run_options& run) {
  static_assert(std::is_constructible_v<Model, const Options&>,
                "tailor: tune needs a model made of the space's options");
  static_assert(std::is_invocable_r_v<double, Metric&, const Model&, const data::interactions&>,
                "tailor: tune needs a metric double(const Model&, const data::interactions& validation)");
  require(!train.empty(), "tune: train", "at least one event", train.size());
  detail::outer_progress progress(run);
  const auto make = [](const Options& options) {
    try {
      return Model(options);
    } catch (const value_error& e) {
      throw convergence_error(e.what());  // the trial has failed, not the search
    }
  };
  const auto score = [&](const Options& options, const data::interactions& known, const data::interactions& asked) {
    Model model = make(options);
    model.fit(known, progress.inner);
    return static_cast<double>(metric(std::as_const(model), asked));
  };
  if constexpr (std::is_same_v<How, halving_options>) {
    const detail::user_shares shares(train, validation, how.seed);
    const auto on_share = [&](const Options& options, double share) {
      if (share == 1) return score(options, train, validation);
      return score(options, shares.part(train, share), shares.part(validation, share));
    };
    return successive_halving(space, on_share, how, progress.outer);
  } else {
    const auto on_all = [&](const Options& options) { return score(options, train, validation); };
    if constexpr (std::is_same_v<How, grid_search_options>)
      return grid_search(space, on_all, how, progress.outer);
    else
      return random_search(space, on_all, how, progress.outer);
  }
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
