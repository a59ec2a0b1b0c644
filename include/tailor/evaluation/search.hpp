// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_SEARCH_HPP
#define TAILOR_EVALUATION_SEARCH_HPP

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "search_space.hpp"

// Finding good options: an objective `double(const Options&)` is called with options out of a search space, one trial
// after another on the calling thread (models are parallel inside), and what came of each is kept. A trial whose
// objective throws convergence_error, or returns what is not finite, has failed, and the search goes on; a value_error
// or shape_error names the trial and goes through, as every other exception does, and what was found until then is what
// the objective kept of it. The objective measures on a validation part: the best of many scores flatters, so the
// number to believe comes from a test part that no trial saw.

namespace tailor {
inline namespace v0 {
namespace evaluation {

/// One value of a trial as text, to be shown.
struct setting {
  std::string name, value;
};

/// Options that were tried, and what came of it.
template <class Options>
struct trial {
  Options options;
  std::vector<setting> settings = {};  ///< what was varied, in the order of the space
  double score = std::numeric_limits<double>::quiet_NaN();
  double resource = 1;       ///< the share of the data (or epochs, or time) that it was given
  double seconds = 0;        ///< that the objective took
  std::string failure = {};  ///< why there is no score; empty when there is one

  bool failed() const noexcept { return !failure.empty(); }
};

template <class Options>
struct search_result {
  Options best;  ///< of the best score among the trials of the greatest resource, the earliest at equal scores
  double best_score = 0;
  std::size_t best_trial = 0;          ///< where it is in `trials`
  std::vector<trial<Options>> trials;  ///< in the order in which they ran
};

struct random_search_options {
  std::size_t trials = 60;  ///< one of 60 is among the best 5 % with probability .95 (Bergstra & Bengio 2012)
  std::uint64_t seed = 0;
  bool minimise = false;     ///< for an error such as RMSE
  std::size_t patience = 0;  ///< stop after so many trials in a row that did not improve; 0 = never
  double min_delta = 0;      ///< an improvement is more than this
};

struct grid_search_options {
  std::size_t points = 0;         ///< so many of every range of numbers, ends included; 0 = all, of a discrete one
  std::size_t max_trials = 1000;  ///< more is an error: a product grows fast
  bool minimise = false;
};

struct halving_options {
  std::size_t trials = 27;  ///< to begin with
  std::size_t factor = 3;   ///< one in so many goes on, with so many times the resource; scikit-learn's default
  double min_resource = 0;  ///< a trial gets at least this share; 0 = what leaves one trial in the end
  std::uint64_t seed = 0;
  bool minimise = false;
};

/// What is searched for the best of: any function, or lambda, of this signature.
template <class Options>
using objective = std::function<double(const detail::plain<Options>&)>;
/// The same for a halving, told what share of the data (or epochs, or time) it may use.
template <class Options>
using halving_objective = std::function<double(const detail::plain<Options>&, double resource)>;

/// Options drawn at random. Trial t draws from random stream t, so that a longer search begins with the same trials;
/// options that were drawn before are drawn again, not tried again, and a discrete space ends when all were tried
/// (scikit-learn does so for lists alone, Optuna may try the same twice).
/// @throws value_error for a space without dimensions, trials = 0, or a min_delta that is not a finite number from 0;
/// convergence_error when every trial failed; cancelled_error
template <class Options>
search_result<Options> random_search(const search_space<Options>& space, const objective<Options>& score,
                                     const random_search_options& options = {}, const run_options& run = {});

/// Every combination: the last dimension changes fastest, as in nested loops.
/// @throws value_error for a space without dimensions or with a continuous one when points = 0, for points = 1, or for
/// more than max_trials combinations; convergence_error when every trial failed; cancelled_error
template <class Options>
search_result<Options> grid_search(const search_space<Options>& space, const objective<Options>& score,
                                   const grid_search_options& options = {}, const run_options& run = {});

/// Successive halving (Jamieson & Talwalkar 2016, with Hyperband's rungs): all of `trials` random options on a small
/// resource, then round after round the best ⌊n / factor⌋ on `factor` times as much, the last on all: 27 trials of
/// 1/27, 9 of 1/9, 3 of 1/3, 1 of 1, the work of four whole trials. The objective is `double(const Options&, double
/// resource)`; what a resource is a share of (training users, epochs) is its own affair. Scores of different resources
/// do not compare, so `best` comes from the last round that has one. Options are drawn as `random_search` draws them.
/// (scikit-learn keeps ⌈n / factor⌉, and ends with up to `factor` trials.)
/// @throws value_error for a space without dimensions, trials outside 1 … 1,000,000, factor < 2, or a min_resource
/// outside [0, 1]; convergence_error when every trial of the first round failed; cancelled_error
template <class Options>
search_result<Options> successive_halving(const search_space<Options>& space, const halving_objective<Options>& score,
                                          const halving_options& options = {}, const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// A number for every dimension.
using point = std::vector<double>;

/// Draws points of a space, each once as far as it is discrete.
template <class Options>
class point_source {
 public:
  point_source(const search_space<Options>& space, std::uint64_t seed)
      : space_(space), seed_(seed), is_discrete_(space.size() != std::numeric_limits<std::size_t>::max()) {}

  /// The next; at most as often as the space has points.
  point operator()() {
    random::generator g(seed_, drawn_++);
    point at(space_.dimensions().size());
    const auto draw = [&] {
      for (std::size_t d = 0; d < at.size(); ++d) at[d] = space_.dimensions()[d].range.draw(g);
    };
    draw();
    if (!is_discrete_) return at;
    for (int again = 0; again < 1000 && seen_.count(at) != 0; ++again) draw();
    while (!seen_.insert(at).second) move_on(at);  // what is rare and left over would take too long to draw
    return at;
  }

 private:
  void move_on(point& at) const {
    for (std::size_t d = at.size(); d-- > 0;) {
      const number_range& range = space_.dimensions()[d].range;
      if (at[d] < range.high) {
        ++at[d];
        return;
      }
      at[d] = range.low;
    }
  }

  const search_space<Options>& space_;
  std::uint64_t seed_, drawn_ = 0;
  bool is_discrete_;
  std::set<point> seen_;
};

/// Runs trials one after the other and keeps what came of them.
template <class Options>
class trial_log {
 public:
  trial_log(const search_space<Options>& space, std::string_view task, std::size_t total, bool minimise,
            const run_options& run)
      : space_(space), task_(task), total_(total), minimise_(minimise), run_(run) {
    report_progress(run_, task_, 0, total_);
  }

  /// How much better `score` is than `other`.
  double gain(double score, double other) const noexcept { return minimise_ ? other - score : score - other; }

  template <class Score>
  const trial<Options>& run(const point& at, double resource, Score&& score);

  /// @throws convergence_error when no trial has a score
  search_result<Options> finish();

 private:
  trial<Options> prepare(const point& at, double resource) const;
  std::string where(const trial<Options>& one) const;

  const search_space<Options>& space_;
  std::string_view task_;
  std::size_t total_;
  bool minimise_;
  const run_options& run_;
  std::vector<trial<Options>> trials_;
};

template <class Options>
trial<Options> trial_log<Options>::prepare(const point& at, double resource) const {
  trial<Options> one{space_.start()};
  one.resource = resource;
  for (std::size_t d = 0; d < at.size(); ++d) {
    const dimension<Options>& varied = space_.dimensions()[d];
    varied.set(one.options, at[d]);
    one.settings.push_back({varied.name, varied.text(at[d])});
  }
  return one;
}

/// ` (random_search, trial 3: k = 50, shrinkage = 12.3)`
template <class Options>
std::string trial_log<Options>::where(const trial<Options>& one) const {
  std::string text = " (" + std::string(task_) + ", trial " + show(trials_.size());
  for (std::size_t i = 0; i < one.settings.size(); ++i)
    text += (i == 0 ? ": " : ", ") + one.settings[i].name + " = " + one.settings[i].value;
  return text + ")";
}

template <class Options>
template <class Score>
const trial<Options>& trial_log<Options>::run(const point& at, double resource, Score&& score) {
  trial<Options> one = prepare(at, resource);
  const auto start = std::chrono::steady_clock::now();
  try {
    const auto found = static_cast<double>(score(std::as_const(one.options)));
    if (std::isfinite(found))
      one.score = found;
    else
      one.failure = describe("score", "a finite number", show(found));
  } catch (const convergence_error& e) {
    one.failure = e.what();
    if (one.failure.empty()) one.failure = "convergence_error";
  } catch (const value_error& e) {
    throw value_error(e.what() + where(one));
  } catch (const shape_error& e) {
    throw shape_error(e.what() + where(one));
  }
  one.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  trials_.push_back(std::move(one));
  report_progress(run_, task_, trials_.size(), total_);
  return trials_.back();
}

template <class Options>
search_result<Options> trial_log<Options>::finish() {
  std::size_t best = trials_.size();
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    const trial<Options>& one = trials_[i];
    if (one.failed()) continue;
    if (best == trials_.size() || one.resource > trials_[best].resource ||
        (one.resource == trials_[best].resource && gain(one.score, trials_[best].score) > 0))
      best = i;
  }
  if (best == trials_.size())
    throw convergence_error(describe(task_, "a trial with a score",
                                     show(best) + " that failed, the first with \"" + trials_[0].failure + "\""));
  if (trials_.size() < total_) report_progress(run_, task_, total_, total_);  // it ended early
  return {trials_[best].options, trials_[best].score, best, std::move(trials_)};
}

template <class Options>
void require_dimensions(const search_space<Options>& space) {
  require(!space.dimensions().empty(), "search_space", "at least one dimension", space.dimensions().size());
}

/// How many trials each round has; each gets 1 / factor^(rounds after it).
inline std::vector<std::size_t> halving_rounds(std::size_t trials, std::size_t factor, double min_resource) {
  std::vector<std::size_t> rounds{trials};
  double least = 1;
  while (rounds.back() >= factor) {
    least *= static_cast<double>(factor);
    if (1 / least < min_resource) break;
    rounds.push_back(rounds.back() / factor);
  }
  return rounds;
}

}  // namespace detail

template <class Options>
search_result<Options> random_search(const search_space<Options>& space, const objective<Options>& score,
                                     const random_search_options& options, const run_options& run) {
  detail::require_dimensions(space);
  require(options.trials >= 1, "random_search_options::trials", "at least 1", options.trials);
  require(std::isfinite(options.min_delta) && options.min_delta >= 0, "random_search_options::min_delta",
          "a finite number from 0", options.min_delta);
  const std::size_t trials = (std::min)(options.trials, space.size());
  detail::point_source<Options> draw(space, options.seed);
  detail::trial_log<Options> log(space, "random_search", trials, options.minimise, run);
  double mark = std::numeric_limits<double>::quiet_NaN();  // the score that has to be improved
  std::size_t in_vain = 0;
  for (std::size_t t = 0; t < trials; ++t) {
    const trial<Options>& one = log.run(draw(), 1, score);
    if (!one.failed() && (std::isnan(mark) || log.gain(one.score, mark) > options.min_delta)) {
      mark = one.score;
      in_vain = 0;
    } else if (++in_vain == options.patience) {
      break;
    }
  }
  return log.finish();
}

template <class Options>
search_result<Options> grid_search(const search_space<Options>& space, const objective<Options>& score,
                                   const grid_search_options& options, const run_options& run) {
  detail::require_dimensions(space);
  require(options.points != 1, "grid_search_options::points", "0, or at least 2", options.points);
  std::vector<std::vector<double>> values;
  double combinations = 1;
  for (const auto& one : space.dimensions()) {
    require(one.range.is_discrete() || options.points != 0, "grid_search_options::points",
            "at least 2, since " + one.name + " is continuous", options.points);
    const std::size_t points = one.labels.empty() ? options.points : 0;  // all of a choice
    require(one.range.size(points) <= options.max_trials, "grid_search_options::max_trials",
            "at least the " + show(one.range.size(points)) + " values of " + one.name, options.max_trials);
    values.push_back(one.range.cut(points));
    combinations *= static_cast<double>(values.back().size());
  }
  require(combinations <= static_cast<double>(options.max_trials) && combinations < 0x1p63,
          "grid_search_options::max_trials", "at least the " + show(combinations) + " combinations",
          options.max_trials);

  const auto trials = static_cast<std::size_t>(combinations);
  detail::trial_log<Options> log(space, "grid_search", trials, options.minimise, run);
  detail::point at(values.size());
  for (std::size_t t = 0; t < trials; ++t) {
    for (std::size_t d = values.size(), rest = t; d-- > 0; rest /= values[d].size())
      at[d] = values[d][rest % values[d].size()];
    log.run(at, 1, score);
  }
  return log.finish();
}

template <class Options>
search_result<Options> successive_halving(const search_space<Options>& space, const halving_objective<Options>& score,
                                          const halving_options& options, const run_options& run) {
  detail::require_dimensions(space);
  require(options.trials >= 1 && options.trials <= 1'000'000, "halving_options::trials", "from 1 to 1,000,000",
          options.trials);
  require(options.factor >= 2, "halving_options::factor", "at least 2", options.factor);
  require(options.min_resource >= 0 && options.min_resource <= 1, "halving_options::min_resource",
          "a share from 0 to 1", options.min_resource);
  const std::vector<std::size_t> rounds =
      detail::halving_rounds((std::min)(options.trials, space.size()), options.factor, options.min_resource);
  detail::trial_log<Options> log(space, "successive_halving",
                                 std::accumulate(rounds.begin(), rounds.end(), std::size_t{0}), options.minimise, run);
  detail::point_source<Options> draw(space, options.seed);
  std::vector<detail::point> alive(rounds[0]);
  std::generate(alive.begin(), alive.end(), std::ref(draw));
  for (std::size_t round = 0; round < rounds.size(); ++round) {
    double resource = 1;
    for (std::size_t later = round + 1; later < rounds.size(); ++later) resource *= static_cast<double>(options.factor);
    resource = 1 / resource;
    std::vector<std::pair<double, std::size_t>> scores;  // and whose
    for (std::size_t i = 0; i < alive.size(); ++i) {
      const auto score_on_it = [&](const Options& one) { return score(one, resource); };
      const trial<Options>& one = log.run(alive[i], resource, score_on_it);
      if (!one.failed()) scores.emplace_back(one.score, i);
    }
    std::stable_sort(scores.begin(), scores.end(),
                     [&](const auto& a, const auto& b) { return log.gain(a.first, b.first) > 0; });
    if (round + 1 < rounds.size()) scores.resize((std::min)(scores.size(), rounds[round + 1]));
    std::vector<detail::point> best;
    for (const auto& [its_score, whose] : scores) best.push_back(std::move(alive[whose]));
    alive = std::move(best);
  }
  return log.finish();
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
