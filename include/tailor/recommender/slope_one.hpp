// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_SLOPE_ONE_HPP
#define TAILOR_RECOMMENDER_SLOPE_ONE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "../data/csr_matrix.hpp"
#include "../fwd.hpp"
#include "rating_model.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

struct slope_one_options {
  bool weighted = false;       ///< pairs of items count by how many users rated both
  std::size_t min_common = 1;  ///< pairs that fewer users rated are dropped: less memory, less noise

  template <class A>
  void archive(A& a) {
    a("weighted", weighted);
    a("min_common", min_common);
  }
};

/// How much better one item is liked than another, on average, by those who rated both (Lemire & Maclachlan 2005):
/// dev(i, j) = mean of r_vi − r_vj over the users v of both.
///
/// rating(u, i) = mean of u's ratings + mean of dev(i, j) over u's items j, as Surprise's SlopeOne (which takes ratings
/// for whole numbers: ours are the same for those alone); `weighted`: Σ n_ij (r_uj + dev(i, j)) / Σ n_ij, n_ij being
/// the number of users who rated both. Only other items j count, and those that at least `min_common` users rated with
/// i; without any, i has no score, and `predict` gives the user's mean, or the mean of all for an item or a history
/// without ratings.
///
/// Memory: 8 bytes (float; double 12, weighted 4 more) for each i and j that enough users rated both, half as much
/// again while fitting. `fit` takes O(Σ over the users of (items)²), in parallel; a list of scores O(Σ over the user's
/// items of the items they are paired with).
template <class T>
class basic_slope_one : public detail::rating_model<basic_slope_one<T>, T> {
  friend scorer_base<basic_slope_one<T>, T>;
  friend detail::rating_model<basic_slope_one<T>, T>;

 public:
  /// @throws value_error for min_common = 0
  explicit basic_slope_one(slope_one_options options = {}) : options_(options) {
    require(options.min_common >= 1, "slope_one_options::min_common", "at least 1", options.min_common);
  }

  const slope_one_options& options() const noexcept { return options_; }

  /// dev(i, j) in row i, [n_items, n_items]; what is not stored was not rated by enough users in common.
  const data::csr_matrix<T>& deviations() const noexcept { return deviations_; }

  /// The user's own items that make up the rating of `item`; `similarity` is the weight of each, all adding up to 1,
  /// and `base` the mean of the user's ratings.
  explanation<T> explain(user_index user, item_index item) const { return explain(this->history(user), item); }
  explanation<T> explain(data::row_view<T> history, item_index item) const;

  static constexpr const char* saved_as = "tailor.recommender.slope_one";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_ratings(a);
    a("deviations", deviations_);
    a("common", common_);
  }
  void loaded() const {
    detail::rating_model<basic_slope_one, T>::loaded();
    const std::size_t n = this->n_items();
    if (deviations_.n_rows() != n || deviations_.n_columns() != n)
      throw shape_error(
          describe("deviations", show_shape({n, n}), show_shape({deviations_.n_rows(), deviations_.n_columns()})));
    data::require_finite(deviations_.view(), "deviations");
    tailor::detail::require_loaded(common_, options_.weighted ? deviations_.nnz() : 0, "common");
  }

 private:
  struct customer {
    data::row_view<T> history;
    double mean;
  };
  /// Σ weight · (rating(u, i) as item j has it − mean of u) and Σ weight.
  struct tally {
    double weighted = 0, weight = 0;
    void add(double part, double w) noexcept {
      weighted += w * part;
      weight += w;
    }
  };

  customer somebody(user_index user) const { return somebody(this->user_items().row(user.at())); }
  customer somebody(data::row_view<T> history) const {
    return {history, history.empty() ? this->mean_ : detail::mean_of(history.values)};
  }

  /// What one item of the history says of another, from the deviation between them.
  double part(const customer& who, std::size_t h, double deviation) const {
    return options_.weighted ? static_cast<double>(who.history.values[h]) - who.mean + deviation : deviation;
  }
  double weight(std::size_t cell) const { return options_.weighted ? static_cast<double>(common_[cell]) : 1.0; }

  /// Calls `f(h, part, weight)` for the items of the history that are paired with `item`.
  template <class F>
  void each_part(const customer& who, std::uint32_t item, F&& f) const {
    const auto row = deviations_.row(item);
    const auto begin = static_cast<std::size_t>(deviations_.row_pointers()[item]);
    auto at = row.columns.begin();
    for (std::size_t h = 0; h < who.history.size(); ++h) {
      at = std::lower_bound(at, row.columns.end(), who.history.columns[h]);
      if (at == row.columns.end()) return;
      if (*at != who.history.columns[h]) continue;
      const auto place = static_cast<std::size_t>(at - row.columns.begin());
      f(h, part(who, h, static_cast<double>(row.values[place])), weight(begin + place));
    }
  }

  T rating(const customer& who, const tally& of_item) const {
    return static_cast<T>(who.mean + of_item.weighted / of_item.weight);
  }
  T rating(const customer& who, std::uint32_t item) const {
    tally of_item;
    each_part(who, item, [&](std::size_t, double p, double w) { of_item.add(p, w); });
    if (of_item.weight > 0) return rating(who, of_item);
    return static_cast<T>(this->is_rated_[item] ? who.mean : this->mean_);
  }
  void score_somebody(const customer& who, span<T> out) const;

  void train(const run_options& run);
  void string_together(std::vector<std::vector<std::uint32_t>>&& columns, std::vector<std::vector<T>>&& values,
                       std::vector<std::vector<std::uint32_t>>&& common);

  slope_one_options options_;
  data::csr_matrix<T> deviations_;
  std::vector<std::uint32_t> common_;  // users of each pair, when they weigh
};

// ---------------------------------------------------------------------------------------------------------------------

// Each pair once, in the row of its lower item: a dense line a thread gathers what all later items have in common with
// one, from the later part of the rows of its users.
template <class T>
void basic_slope_one<T>::train(const run_options& run) {
  struct cell {
    double sum = 0;
    std::uint32_t users = 0;
  };
  struct memory {
    std::vector<cell> cells;
    std::vector<std::uint32_t> paired;
  };
  const auto& user_items = this->user_items();
  const data::csr_matrix<T> item_users = data::transpose(user_items, run);
  const std::size_t n = this->n_items();
  std::vector<std::vector<std::uint32_t>> columns(n), common(n);
  std::vector<std::vector<T>> values(n);
  std::vector<memory> memories(thread_count(run.threads));

  const auto one_item = [&](std::size_t i, memory& mine) {
    std::vector<cell>& cells = mine.cells;
    std::vector<std::uint32_t>& paired = mine.paired;
    const auto raters = item_users.row(i);
    std::size_t work = 0;
    for (const std::uint32_t u : raters.columns) work += user_items.row(u).size();
    const bool dense = work > n / 4;  // looking at all items afterwards is cheaper then than remembering which
    paired.clear();
    const auto gather = [&](auto&& see) {
      for (std::size_t r = 0; r < raters.size(); ++r) {
        const auto row = user_items.row(raters.columns[r]);
        const double own = static_cast<double>(raters.values[r]);
        auto j =
            static_cast<std::size_t>(std::upper_bound(row.columns.begin(), row.columns.end(), i) - row.columns.begin());
        for (; j < row.size(); ++j) {
          cell& pair = cells[row.columns[j]];
          see(pair, row.columns[j]);
          pair.sum += own - static_cast<double>(row.values[j]);
          ++pair.users;
        }
      }
    };
    if (dense) {
      gather([](const cell&, std::uint32_t) {});
      for (std::size_t j = i + 1; j < n; ++j)
        if (cells[j].users != 0) paired.push_back(static_cast<std::uint32_t>(j));
    } else {
      gather([&](const cell& pair, std::uint32_t j) {
        if (pair.users == 0) paired.push_back(j);
      });
      std::sort(paired.begin(), paired.end());
    }
    const auto kept = static_cast<std::size_t>(std::count_if(
        paired.begin(), paired.end(), [&](std::uint32_t j) { return cells[j].users >= options_.min_common; }));
    columns[i].reserve(kept);
    values[i].reserve(kept);
    if (options_.weighted) common[i].reserve(kept);
    for (const std::uint32_t j : paired) {
      const cell pair = std::exchange(cells[j], cell{});
      if (pair.users < options_.min_common) continue;
      columns[i].push_back(j);
      values[i].push_back(static_cast<T>(pair.sum / pair.users));
      if (options_.weighted) common[i].push_back(pair.users);
    }
  };

  double work = 50.0 * static_cast<double>(n);
  for (std::size_t u = 0; u < this->n_users(); ++u) {
    const auto size = static_cast<double>(user_items.row(u).size());
    work += size * size / 2;
  }
  parallel_blocks({n, 16}, run, {work, "slope_one"},
                  [&](std::size_t worker, std::size_t, std::size_t begin, std::size_t end) {
                    memories[worker].cells.resize(n);
                    for (std::size_t i = begin; i < end; ++i) one_item(i, memories[worker]);
                  });
  string_together(std::move(columns), std::move(values), std::move(common));
}

/// Puts each pair into the rows of both of its items, giving the lists' memory back on the way.
template <class T>
void basic_slope_one<T>::string_together(std::vector<std::vector<std::uint32_t>>&& columns,
                                         std::vector<std::vector<T>>&& values,
                                         std::vector<std::vector<std::uint32_t>>&& common) {
  const std::size_t n = columns.size();
  std::vector<std::uint64_t> pointers(n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    pointers[i + 1] += columns[i].size();
    for (const std::uint32_t j : columns[i]) ++pointers[j + 1];
  }
  for (std::size_t i = 0; i < n; ++i) pointers[i + 1] += pointers[i];
  const auto size = static_cast<std::size_t>(pointers[n]);
  std::vector<std::uint32_t> all_columns(size), all_common(options_.weighted ? size : 0);
  std::vector<T> all_values(size);
  std::vector<std::uint64_t> next(pointers.begin(), pointers.end() - 1);
  const auto put = [&](std::size_t row, std::size_t column, T value, const std::vector<std::uint32_t>& users,
                       std::size_t k) {
    const auto place = static_cast<std::size_t>(next[row]++);
    all_columns[place] = static_cast<std::uint32_t>(column);
    all_values[place] = value;
    if (options_.weighted) all_common[place] = users[k];
  };
  // Row i holds all lower items by the time that its own list, of the later ones, is put there.
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < columns[i].size(); ++k) {
      put(i, columns[i][k], values[i][k], common[i], k);
      put(columns[i][k], i, -values[i][k], common[i], k);
    }
    columns[i] = {};
    values[i] = {};
    common[i] = {};
  }
  deviations_ = data::csr_matrix<T>(n, n, std::move(pointers), std::move(all_columns), std::move(all_values));
  common_ = std::move(all_common);
}

// From the rows of the user's items, not of all others; dev(i, j) is −dev(j, i) to the bit, so that both ways agree.
template <class T>
void basic_slope_one<T>::score_somebody(const customer& who, span<T> out) const {
  std::vector<tally> tallies(out.size());
  for (std::size_t h = 0; h < who.history.size(); ++h) {
    const std::uint32_t j = who.history.columns[h];
    const auto row = deviations_.row(j);
    const auto begin = static_cast<std::size_t>(deviations_.row_pointers()[j]);
    for (std::size_t k = 0; k < row.size(); ++k)
      tallies[row.columns[k]].add(part(who, h, -static_cast<double>(row.values[k])), weight(begin + k));
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = tallies[i].weight > 0 ? rating(who, tallies[i]) : unscored<T>;
}

template <class T>
explanation<T> basic_slope_one<T>::explain(data::row_view<T> history, item_index item) const {
  this->check_history(history);
  this->check_item(item);
  const customer who = somebody(history);
  tally all;
  each_part(who, item.value(), [&](std::size_t, double p, double w) { all.add(p, w); });
  explanation<T> why;
  if (!(all.weight > 0)) return why;
  why.score = rating(who, all);
  why.base = static_cast<T>(who.mean);
  each_part(who, item.value(), [&](std::size_t h, double p, double w) {
    why.reasons.push_back(
        {history.columns[h], static_cast<T>(w / all.weight), history.values[h], static_cast<T>(w * p / all.weight)});
  });
  detail::sort_reasons(why);
  return why;
}

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
