// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_RANKING_HPP
#define TAILOR_EVALUATION_RANKING_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/top_k.hpp"
#include "../data/csr_matrix.hpp"
#include "../data/interactions.hpp"
#include "../metrics/comparison.hpp"
#include "../metrics/diversity.hpp"
#include "../metrics/interval.hpp"
#include "../metrics/ranking.hpp"
#include "../recommender/recommend.hpp"
#include "ratings.hpp"

namespace tailor {
inline namespace v0 {
namespace evaluation {

/// What is asked of every user, and what is measured besides ranking_scores.
struct ranking_options {
  std::vector<std::size_t> cutoffs = {10};  ///< lengths of the lists; all are cut from the longest
  /// What a user had in training is neither recommended nor asked for. Without it (shops where people buy again) it
  /// competes and counts.
  bool hide_seen = true;
  bool auc = false;  ///< also metrics::auc over all items, at O(n_items · log of the user's relevant items) a user
  /// How alike two items are, e.g. item_cosine; when given, intra-list diversity and serendipity are measured.
  std::function<double(item_index, item_index)> item_similarity;
  /// [n_items, n_categories] from 0: how much of which category an item is; when given, miscalibration is measured.
  data::csr_matrix<double> item_categories;
};

/// How good lists of `k` are. What was not asked for has no value.
struct ranking_result {
  std::size_t k = 0;
  std::size_t users = 0;         ///< asked about: those with an item in the test part that counts
  metrics::ranking_scores mean;  ///< over those users
  double coverage = 0;           ///< share of the model's items that were recommended to anybody
  double gini = 0;               ///< how unequally they were recommended, metrics::gini
  double entropy = 0;            ///< the same in bits, metrics::entropy
  /// metrics::novelty, items known by the share of training users who have them; none when no list had an item.
  std::optional<metrics::mean_estimate> novelty;
  std::optional<metrics::mean_estimate> auc;             ///< of users with an item that is not relevant
  std::optional<metrics::mean_estimate> diversity;       ///< metrics::intra_list_diversity, of lists of two and more
  std::optional<metrics::mean_estimate> serendipity;     ///< metrics::serendipity, of users with a history
  std::optional<metrics::mean_estimate> miscalibration;  ///< metrics::miscalibration, where both have a category

  std::vector<user_index> asked;                 ///< the users, in rising order
  std::vector<metrics::ranking_scores> of_user;  ///< what each one's list was worth

  /// A mean with its standard error and interval: `result.estimate(&metrics::ranking_scores::ndcg)`.
  metrics::mean_estimate estimate(double metrics::ranking_scores::*metric, double confidence = 0.95) const;
};

// A model knows indices only: what it is tested with must share the ids of what it was fitted with, as the parts of a
// split do.

/// Recommends to every user of `test`, all items that are not in the user's training history competing, and scores the
/// lists against the user's items in `test`. What a user had in both parts is not asked for, since a recommender that
/// hides what was seen could not answer it. Users in parallel, a row of scores a thread, never a dense matrix.
/// @returns one result for each cutoff
/// @throws value_error when `test` is empty, has more users or items than the model, or leaves nobody to ask about, for
///         no cutoff or one of 0, and for a model that recommends what users had before when that is hidden;
///         not_fitted_error
template <class Model>
std::vector<ranking_result> evaluate_ranking(const Model& model, const data::interactions& test,
                                             const ranking_options& options, const run_options& run = {});

/// The same for users whom the model was not fitted with: they are served from `history` and scored against `target`.
/// @throws as above, but the model need not know the users; value_error when the two parts do not have the same ids
template <class Model>
std::vector<ranking_result> evaluate_ranking(const Model& model, const data::interactions& history,
                                             const data::interactions& target, const ranking_options& options,
                                             const run_options& run = {});

/// The same for lists of one length.
template <class Model>
ranking_result evaluate_ranking(const Model& model, const data::interactions& test, std::size_t k = 10,
                                const run_options& run = {});
template <class Model>
ranking_result evaluate_ranking(const Model& model, const data::interactions& history, const data::interactions& target,
                                std::size_t k = 10, const run_options& run = {});

/// Whether `a` is better than `b` by chance: one metric user by user, e.g. `&metrics::ranking_scores::ndcg`.
/// @throws value_error when the two are not of the same users
metrics::paired_comparison compare(const ranking_result& a, const ranking_result& b,
                                   double metrics::ranking_scores::*metric = &metrics::ranking_scores::ndcg,
                                   const metrics::comparison_options& options = {}, const run_options& run = {});

/// Cosine of who chose two items, √(n_ij² / (n_i n_j)) for n_ij users who chose both; 0 for an item that nobody chose.
/// For ranking_options::item_similarity, as the diversity metrics of microsoft/recommenders do. O(n_i + n_j) a pair.
class item_cosine {
 public:
  explicit item_cosine(const data::interactions& log)
      : item_users_(data::transpose(log.matrix<float>(data::duplicates::last))) {}

  /// @throws value_error for an item that is not in the log
  double operator()(item_index a, item_index b) const;

 private:
  data::csr_matrix<float> item_users_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Whether an index means the same user and the same item in both.
inline bool share_ids(const data::interactions& a, const data::interactions& b) {
  return (a.shared_users() == b.shared_users() || a.users() == b.users()) &&
         (a.shared_items() == b.shared_items() || a.items() == b.items());
}

inline std::size_t longest(const ranking_options& options) {
  require(!options.cutoffs.empty(), "ranking_options::cutoffs", "at least one", options.cutoffs.size());
  for (const std::size_t k : options.cutoffs) require(k >= 1, "evaluate_ranking: k", "at least 1", k);
  return *std::max_element(options.cutoffs.begin(), options.cutoffs.end());
}

inline void check_categories(const data::csr_matrix<double>& categories, std::size_t n_items) {
  if (categories.n_rows() == 0) return;
  require<shape_error>(categories.n_rows() == n_items, "ranking_options::item_categories",
                       show(n_items) + " rows, one an item", categories.n_rows());
  data::require_finite(categories.view(), "ranking_options::item_categories");
  for (const double weight : categories.values())
    require(weight >= 0, "ranking_options::item_categories", "numbers from 0", weight);
}

/// Parts of the categories in some items, adding up to 1; empty when none has any.
inline std::vector<double> category_mix(span<const std::uint32_t> items, const data::csr_matrix<double>& categories) {
  std::vector<double> mix(categories.n_columns(), 0.0);
  double total = 0;
  for (const std::uint32_t item : items) {
    const data::row_view<double> row = categories.row(item);
    for (std::size_t i = 0; i < row.size(); ++i) {
      mix[row.columns[i]] += row.values[i];
      total += row.values[i];
    }
  }
  if (!(total > 0)) return {};
  for (double& part : mix) part /= total;
  return mix;
}

/// What some users have of a metric that not everybody has.
struct some_values {
  std::vector<double> values;
  std::vector<unsigned char> is_known;

  explicit some_values(std::size_t users) : values(users), is_known(users, 0) {}
  void set(std::size_t user, double value) {
    values[user] = value;
    is_known[user] = 1;
  }
  std::optional<metrics::mean_estimate> mean() const {
    std::vector<double> known;
    for (std::size_t u = 0; u < values.size(); ++u)
      if (is_known[u] != 0) known.push_back(values[u]);
    if (known.empty()) return std::nullopt;
    return metrics::estimate_mean(known);
  }
};

/// The evaluation of one model: which users are asked, and what becomes of their lists. `Users` says who they are:
/// `seen(u)` is a user's history and `score(u, out)` writes their scores.
template <class T, class Users>
class ranking_run {
 public:
  ranking_run(const Users& users, std::size_t n_items, const data::csr_matrix<T>& targets,
              const ranking_options& options, const std::vector<std::uint64_t>& known_by,
              std::uint64_t n_training_users)
      : users_(users), n_items_(n_items), options_(options), longest_(longest(options)) {
    check_categories(options.item_categories, n_items);
    find_relevant(targets);
    if (n_training_users == 0) return;  // a scorer of one's own that knows nobody
    surprise_.reserve(n_items);
    for (std::uint32_t item = 0; item < n_items; ++item)
      surprise_.push_back(metrics::novelty(span<const std::uint32_t>(&item, 1), known_by, n_training_users));
  }

  std::vector<ranking_result> operator()(const run_options& run) {
    require(!asked_.empty(), "evaluate_ranking", "a user with an item that is not in their history", asked_.size());
    for (const std::size_t k : options_.cutoffs) measured_.emplace_back(k, asked_.size());
    some_values auc(asked_.size());

    std::vector<memory> memories(thread_count(run.threads));
    parallel_blocks({asked_.size(), 16}, run, {1e9, "evaluate"},
                    [&](std::size_t worker, std::size_t, std::size_t begin, std::size_t end) {
                      memory& mine = memories[worker];
                      mine.prepare(n_items_, options_.cutoffs.size());
                      for (std::size_t a = begin; a < end; ++a) ask(a, mine, auc);
                    });

    std::vector<ranking_result> results;
    for (std::size_t c = 0; c < measured_.size(); ++c) {
      std::vector<std::uint64_t> counts(n_items_, 0);
      for (const memory& one : memories)
        if (!one.counts.empty())
          for (std::size_t i = 0; i < n_items_; ++i) counts[i] += one.counts[c][i];
      results.push_back(measured_[c].summary(asked_, counts));
      results.back().auc = auc.mean();
    }
    return results;
  }

 private:
  /// What one thread works in.
  struct memory {
    std::vector<T> scores;
    top_k_selector<T> best{0};
    std::vector<std::uint32_t> list;
    std::vector<std::vector<std::uint64_t>> counts;  // how often each item was recommended, a row for each cutoff

    void prepare(std::size_t n_items, std::size_t n_cutoffs) {
      scores.resize(n_items);
      if (counts.empty()) counts.assign(n_cutoffs, std::vector<std::uint64_t>(n_items, 0));
    }
  };

  /// What is known of the lists of one length.
  struct measured {
    std::size_t k;
    std::vector<metrics::ranking_scores> of_user;
    some_values novelty, diversity, serendipity, miscalibration;

    measured(std::size_t length, std::size_t users)
        : k(length), of_user(users), novelty(users), diversity(users), serendipity(users), miscalibration(users) {}

    ranking_result summary(const std::vector<user_index>& asked, const std::vector<std::uint64_t>& counts) {
      ranking_result result;
      result.k = k;
      result.users = asked.size();
      result.asked = asked;
      for (const metrics::ranking_scores& one : of_user) result.mean += one;
      result.mean /= static_cast<double>(asked.size());
      result.of_user = std::move(of_user);
      result.coverage = metrics::coverage(counts);
      if (std::any_of(counts.begin(), counts.end(), [](std::uint64_t n) { return n > 0; })) {
        result.gini = metrics::gini(counts);
        result.entropy = metrics::entropy(counts);
      }
      result.novelty = novelty.mean();
      result.diversity = diversity.mean();
      result.serendipity = serendipity.mean();
      result.miscalibration = miscalibration.mean();
      return result;
    }
  };

  span<const std::uint32_t> hidden(std::size_t u) const {
    return options_.hide_seen ? users_.seen(u).columns : span<const std::uint32_t>();
  }

  /// Who has an item that counts, and which count.
  void find_relevant(const data::csr_matrix<T>& targets) {
    for (std::size_t u = 0; u < targets.n_rows(); ++u) {
      const span<const std::uint32_t> wanted = targets.row(u).columns, not_asked = hidden(u);
      const std::size_t before = relevant_.size();
      std::set_difference(wanted.begin(), wanted.end(), not_asked.begin(), not_asked.end(),
                          std::back_inserter(relevant_));
      if (relevant_.size() == before) continue;
      asked_.push_back(user_index(u));
      relevant_end_.push_back(relevant_.size());
    }
  }
  span<const std::uint32_t> relevant_to(std::size_t a) const {
    const std::size_t begin = a == 0 ? 0 : relevant_end_[a - 1];
    return {relevant_.data() + begin, relevant_end_[a] - begin};
  }

  void ask(std::size_t a, memory& mine, some_values& auc) {
    const std::size_t u = asked_[a].at();
    const span<const std::uint32_t> seen = users_.seen(u).columns, not_asked = hidden(u), relevant = relevant_to(a);
    users_.score(u, span<T>(mine.scores));
    if (options_.auc && relevant.size() + not_asked.size() < n_items_)
      auc.set(a, metrics::auc(span<const T>(mine.scores), relevant, not_asked));
    for (const std::uint32_t item : not_asked) mine.scores[item] = recommender::unscored<T>;
    mine.best.reset((std::min)(longest_, n_items_));
    mine.best.offer_all(span<const T>(mine.scores));
    mine.list.clear();
    for (const scored<T>& one : mine.best.sorted()) mine.list.push_back(one.index);
    for (std::size_t c = 0; c < measured_.size(); ++c) {
      const span<const std::uint32_t> list(mine.list.data(), (std::min)(measured_[c].k, mine.list.size()));
      for (const std::uint32_t item : list) ++mine.counts[c][item];
      measure(a, list, seen, relevant, measured_[c]);
    }
  }

  void measure(std::size_t a, span<const std::uint32_t> list, span<const std::uint32_t> seen,
               span<const std::uint32_t> relevant, measured& at) const {
    at.of_user[a] = metrics::score_ranking(list, relevant, at.k);
    if (list.empty()) return;
    if (!surprise_.empty()) {
      double bits = 0;
      for (const std::uint32_t item : list) bits += surprise_[item];
      at.novelty.set(a, bits / static_cast<double>(list.size()));
    }
    if (options_.item_similarity) {
      const auto similarity = [&](std::uint32_t i, std::uint32_t j) {
        return options_.item_similarity(item_index(i), item_index(j));
      };
      if (list.size() >= 2) at.diversity.set(a, metrics::intra_list_diversity(list, similarity));
      if (!seen.empty()) at.serendipity.set(a, metrics::serendipity(list, seen, relevant, similarity));
    }
    if (options_.item_categories.n_rows() > 0) {
      const std::vector<double> had = category_mix(seen, options_.item_categories);
      const std::vector<double> got = category_mix(list, options_.item_categories);
      if (!had.empty() && !got.empty()) at.miscalibration.set(a, metrics::miscalibration(had, got));
    }
  }

  const Users& users_;
  std::size_t n_items_;
  const ranking_options& options_;
  std::size_t longest_;
  std::vector<double> surprise_;  // of every item: the novelty of a list of it alone; empty = not known
  std::vector<user_index> asked_;
  std::vector<std::uint32_t> relevant_;  // to the first of `asked_`, then to the next, …
  std::vector<std::size_t> relevant_end_;
  std::vector<measured> measured_;
};

/// Users whom the model was fitted with.
template <class Model>
struct known_users {
  const Model& model;

  data::row_view<typename Model::value_type> seen(std::size_t u) const { return model.history(user_index(u)); }
  void score(std::size_t u, span<typename Model::value_type> out) const { model.score(user_index(u), out); }
};

/// Users of whom the model is told here.
template <class Model>
struct new_users {
  const Model& model;
  data::csr_matrix<typename Model::value_type> histories;

  data::row_view<typename Model::value_type> seen(std::size_t u) const { return histories.row(u); }
  void score(std::size_t u, span<typename Model::value_type> out) const { model.score(histories.row(u), out); }
};

template <class Model, class Users>
std::vector<ranking_result> rank_users(const Model& model, const Users& users, const data::interactions& target,
                                       const ranking_options& options, const run_options& run) {
  using T = typename Model::value_type;
  if (options.hide_seen && recommender::recommends_seen(model))
    throw value_error(describe("ranking_options::hide_seen", "false for a model that recommends what users had before",
                               "true, which leaves it nothing"));
  std::vector<std::uint64_t> known_by(model.n_items(), 0);
  std::uint64_t training_users = 0;
  for (std::size_t u = 0; u < model.n_users(); ++u) {
    const data::row_view<T> history = model.history(user_index(u));
    training_users += history.empty() ? 0U : 1U;
    for (const std::uint32_t item : history.columns) ++known_by[item];
  }
  ranking_run<T, Users> asked(users, model.n_items(), target.matrix<T>(data::duplicates::last), options, known_by,
                              training_users);
  return asked(run);
}

inline ranking_options lists_of(std::vector<std::size_t> cutoffs) {
  ranking_options options;
  options.cutoffs = std::move(cutoffs);
  return options;
}

}  // namespace detail

template <class Model>
std::vector<ranking_result> evaluate_ranking(const Model& model, const data::interactions& test,
                                             const ranking_options& options, const run_options& run) {
  static_assert(recommender::is_scorer_v<Model>, "tailor: evaluate_ranking needs a scorer; recommender/scorer.hpp");
  detail::require_askable(model, test, "test");
  detail::require_known_users(model, test);
  return detail::rank_users(model, detail::known_users<Model>{model}, test, options, run);
}

template <class Model>
std::vector<ranking_result> evaluate_ranking(const Model& model, const data::interactions& history,
                                             const data::interactions& target, const ranking_options& options,
                                             const run_options& run) {
  static_assert(recommender::is_scorer_v<Model>, "tailor: evaluate_ranking needs a scorer; recommender/scorer.hpp");
  using T = typename Model::value_type;
  detail::require_askable(model, target, "target");
  require(detail::share_ids(history, target), "history", "the ids of target", "others");
  const detail::new_users<Model> users{model, history.matrix<T>(model.duplicate_policy())};
  return detail::rank_users(model, users, target, options, run);
}

template <class Model>
ranking_result evaluate_ranking(const Model& model, const data::interactions& test, std::size_t k,
                                const run_options& run) {
  return evaluate_ranking(model, test, detail::lists_of({k}), run).front();
}

template <class Model>
ranking_result evaluate_ranking(const Model& model, const data::interactions& history, const data::interactions& target,
                                std::size_t k, const run_options& run) {
  return evaluate_ranking(model, history, target, detail::lists_of({k}), run).front();
}

inline metrics::mean_estimate ranking_result::estimate(double metrics::ranking_scores::*metric,
                                                       double confidence) const {
  std::vector<double> values;
  values.reserve(of_user.size());
  for (const metrics::ranking_scores& one : of_user) values.push_back(one.*metric);
  return metrics::estimate_mean(values, confidence);
}

inline metrics::paired_comparison compare(const ranking_result& a, const ranking_result& b,
                                          double metrics::ranking_scores::*metric,
                                          const metrics::comparison_options& options, const run_options& run) {
  require(a.asked == b.asked, "compare: b", "the users of a", "others");
  std::vector<double> of_a, of_b;
  for (const metrics::ranking_scores& one : a.of_user) of_a.push_back(one.*metric);
  for (const metrics::ranking_scores& one : b.of_user) of_b.push_back(one.*metric);
  return metrics::compare_paired(of_a, of_b, options, run);
}

inline double item_cosine::operator()(item_index a, item_index b) const {
  for (const item_index item : {a, b})
    require(item.at() < item_users_.n_rows(), "item", "an index below " + show(item_users_.n_rows()), item.value());
  const span<const std::uint32_t> of_a = item_users_.row(a.at()).columns, of_b = item_users_.row(b.at()).columns;
  if (of_a.empty() || of_b.empty()) return 0;
  std::size_t common = 0;
  for (std::size_t i = 0, j = 0; i < of_a.size() && j < of_b.size();) {
    common += of_a[i] == of_b[j] ? 1U : 0U;
    const bool step_a = of_a[i] <= of_b[j], step_b = of_b[j] <= of_a[i];
    i += step_a ? 1U : 0U;
    j += step_b ? 1U : 0U;
  }
  return static_cast<double>(common) / std::sqrt(static_cast<double>(of_a.size()) * static_cast<double>(of_b.size()));
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
