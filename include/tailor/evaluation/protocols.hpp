// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_PROTOCOLS_HPP
#define TAILOR_EVALUATION_PROTOCOLS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../data/interactions.hpp"
#include "ranking.hpp"
#include "split.hpp"

// The protocols that published numbers come from, each one call: split a log, fit a copy of the model on one part, rank
// for the other. Always over all items; no negatives are sampled (Krichene & Rendle, KDD 2020).

namespace tailor {
inline namespace v0 {
namespace evaluation {

/// One result for each of the cutoffs that were asked for.
struct protocol_result {
  std::vector<ranking_result> lists;
  double fit_seconds = 0, score_seconds = 0;

  /// @throws value_error for a length that was not asked for
  const ranking_result& at(std::size_t k) const;
};

/// Fits a copy of `unfitted` on the one part and ranks for the other.
template <class Model>
protocol_result evaluate_split(const Model& unfitted, const split& parts, const ranking_options& options = {},
                               const run_options& run = {});
template <class Model>
protocol_result evaluate_split(const Model& unfitted, const user_split& parts, const ranking_options& options = {},
                               const run_options& run = {});

/// The defaults are those of the papers for MovieLens but for `relevant_from`, which is 4 there, and the share of
/// users, 10,000 of 138,493 in ML-20M.
struct strong_options {
  ranking_options ranking = detail::lists_of({20, 50, 100});
  std::optional<double> relevant_from;  ///< events of at least this value count, as 1; none = all, as they are
  std::size_t min_events = 5;           ///< users with fewer are left out
  double test_users = 0.2;              ///< share of users who are held back
  double history_size = 0.8;            ///< share of their events that the model is told
  std::uint64_t seed = 0;
};

/// Strong generalisation, the protocol of the VAE papers (Liang et al. 2018; EASE, RecVAE): the model learns from some
/// users, is told 80 % of the events of others and asked for the rest. Their Recall@K is `capped_recall`, with
/// min(K, |target|) below the line. Items that no training user has are taken out of history and target, as in the
/// papers' code, but still count as items of the catalogue: for coverage, Gini and AUC. Tune on a part of the training
/// users: `strong_split` of `strong_split(…).train` makes one.
/// @throws as strong_split and evaluate_ranking
template <class Model>
protocol_result evaluate_strong(const Model& unfitted, const data::interactions& log,
                                const strong_options& options = {}, const run_options& run = {});

/// The three parts that `evaluate_strong` makes of a log.
user_split strong_parts(const data::interactions& log, const strong_options& options = {});

struct stratified_options {
  ranking_options ranking;
  double test_size = 0.25;
  std::uint64_t seed = 0;
};

/// 75/25 of each user's events, by chance; as the benchmark of microsoft/recommenders, whose Recall and NDCG are
/// `recall` and `ndcg`, every event of the test part being relevant.
/// @throws as stratified_split and evaluate_ranking
template <class Model>
protocol_result evaluate_stratified(const Model& unfitted, const data::interactions& log,
                                    const stratified_options& options = {}, const run_options& run = {});

struct last_out_options {
  ranking_options ranking;
  std::size_t n = 1;  ///< events of each user that are held back
};

/// Each user's last event is asked for; with one, `hit_rate` is the HR@k of the literature (which often ranks it among
/// 100 sampled items only, a far easier question).
/// @throws as leave_last_out and evaluate_ranking
template <class Model>
protocol_result evaluate_last_out(const Model& unfitted, const data::interactions& log,
                                  const last_out_options& options = {}, const run_options& run = {});

struct temporal_options {
  ranking_options ranking;
  double test_size = 0.25;
};

/// The latest events of all are asked for, as they would have been on that day: nothing is learnt from the future.
/// Users whose first event is among them are served without a history.
/// @throws as temporal_split and evaluate_ranking
template <class Model>
protocol_result evaluate_temporal(const Model& unfitted, const data::interactions& log,
                                  const temporal_options& options = {}, const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Seconds that `work` takes.
template <class Work>
double timed(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Says what is wrong with a log of which nothing was held back, or everything.
inline const split& require_both(const split& parts, const char* expected) {
  require(!parts.train.empty() && !parts.test.empty(), "log", expected,
          show(parts.train.size()) + " events to learn from and " + show(parts.test.size()) + " to ask for");
  return parts;
}

template <class Model, class Rank>
protocol_result fit_and_rank(Model model, const data::interactions& train, const run_options& run, Rank&& rank) {
  protocol_result result;
  result.fit_seconds = timed([&] { model.fit(train, run); });
  result.score_seconds = timed([&] { result.lists = rank(model); });
  return result;
}

}  // namespace detail

inline const ranking_result& protocol_result::at(std::size_t k) const {
  std::string known;
  for (const ranking_result& one : lists) {
    if (one.k == k) return one;
    known += (known.empty() ? "" : ", ") + show(one.k);
  }
  throw value_error(describe("protocol_result::at: k", "one of the cutoffs, " + known, show(k)));
}

template <class Model>
protocol_result evaluate_split(const Model& unfitted, const split& parts, const ranking_options& options,
                               const run_options& run) {
  return detail::fit_and_rank(unfitted, parts.train, run,
                              [&](const Model& model) { return evaluate_ranking(model, parts.test, options, run); });
}

template <class Model>
protocol_result evaluate_split(const Model& unfitted, const user_split& parts, const ranking_options& options,
                               const run_options& run) {
  return detail::fit_and_rank(unfitted, parts.train, run, [&](const Model& model) {
    return evaluate_ranking(model, parts.history, parts.target, options, run);
  });
}

inline user_split strong_parts(const data::interactions& log, const strong_options& options) {
  require(options.min_events >= 1, "strong_options::min_events", "at least 1", options.min_events);
  const data::interactions relevant = options.relevant_from ? log.binarise(*options.relevant_from) : log;
  std::vector<std::size_t> events(log.n_users(), 0);
  for (const data::event& e : relevant) ++events[e.user.at()];
  user_split parts =
      strong_split(relevant.filter([&](const data::event& e) { return events[e.user.at()] >= options.min_events; }),
                   options.test_users, options.history_size, options.seed);

  std::vector<bool> is_known(log.n_items(), false);
  for (const data::event& e : parts.train) is_known[e.item.at()] = true;
  const auto known = [&](const data::event& e) { return is_known[e.item.at()]; };
  parts.history = parts.history.filter(known);
  parts.target = parts.target.filter(known);
  require(!parts.train.empty() && !parts.target.empty(), "log",
          "several users of at least min_events = " + show(options.min_events) + " events that count",
          show(parts.train.size()) + " events to learn from and " + show(parts.target.size()) + " to ask for");
  return parts;
}

template <class Model>
protocol_result evaluate_strong(const Model& unfitted, const data::interactions& log, const strong_options& options,
                                const run_options& run) {
  return evaluate_split(unfitted, strong_parts(log, options), options.ranking, run);
}

template <class Model>
protocol_result evaluate_stratified(const Model& unfitted, const data::interactions& log,
                                    const stratified_options& options, const run_options& run) {
  const split parts = stratified_split(log, options.test_size, options.seed);
  return evaluate_split(unfitted, detail::require_both(parts, "users of several events"), options.ranking, run);
}

template <class Model>
protocol_result evaluate_last_out(const Model& unfitted, const data::interactions& log, const last_out_options& options,
                                  const run_options& run) {
  const split parts = leave_last_out(log, options.n);
  return evaluate_split(unfitted, detail::require_both(parts, "users of more than n events"), options.ranking, run);
}

template <class Model>
protocol_result evaluate_temporal(const Model& unfitted, const data::interactions& log, const temporal_options& options,
                                  const run_options& run) {
  const split parts = temporal_split(log, options.test_size);
  return evaluate_split(unfitted, detail::require_both(parts, "events of several times"), options.ranking, run);
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
