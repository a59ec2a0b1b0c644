// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_RATING_SCALE_HPP
#define TAILOR_RECOMMENDER_RATING_SCALE_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "../core/span.hpp"
#include "../core/top_k.hpp"
#include "../data/csr_matrix.hpp"
#include "biases.hpp"
#include "knn_options.hpp"
#include "rating_model.hpp"
#include "scorer.hpp"

// What the k-NN models do with ratings once the neighbours are known: take each neighbour's rating relative to what
// that neighbour usually gives, average, and put the average back on the scale of whoever is asked about. "Row" is a
// user in user_knn and an item in item_knn, "column" is the other one.

namespace tailor {
inline namespace v0 {
namespace recommender {
namespace detail {

/// Where one row's ratings lie.
template <class T>
struct level {
  T centre{};
  T scale{1};

  template <class A>
  void archive(A& a) {
    a("centre", centre);
    a("scale", scale);
  }
  bool is_usable() const noexcept { return std::isfinite(centre) && std::isfinite(scale) && scale > T{}; }
};

/// Where all ratings lie: rating = row centre + column centre + row scale · z.
template <class T>
struct rating_levels : rating_range<T> {
  level<T> all;  ///< stands in for a row without ratings; its scale for a row whose ratings are all the same
  std::vector<level<T>> rows;
  centring centre = centring::none;
  std::vector<T> columns;  ///< empty = 0
  biases<T> known;         ///< for centring::baseline

  template <class A>
  void archive(A& a) {
    a("lowest", this->lowest);
    a("highest", this->highest);
    a("all", all);
    a("rows", rows);
    a("centring", centre);
    a("columns", columns);
    a("known", known);
  }
  /// After a load. @throws value_error, shape_error unless it is of so many rows and columns
  void check_loaded(std::size_t n_rows, std::size_t n_columns, bool rows_are_users, centring expected) const {
    rating_range<T>::loaded();
    require(centre == expected, "levels/centring", "that of the options", "another");
    require<shape_error>(rows.size() == n_rows, "levels/rows", show(n_rows) + " values", rows.size());
    for (const level<T>& row : rows)
      if (!row.is_usable()) require(false, "levels/rows", "finite numbers and scales above 0", row.scale);
    require(all.is_usable(), "levels/all", "finite numbers and a scale above 0", all.scale);
    const bool baseline = centre == centring::baseline;
    tailor::detail::require_loaded(columns, baseline ? n_columns : 0, "levels/columns");
    tailor::detail::require_loaded(rows_are_users ? known.users : known.items, baseline ? n_rows : 0, "levels/known");
    tailor::detail::require_loaded(rows_are_users ? known.items : known.users, baseline ? n_columns : 0,
                                   "levels/known");
  }

  T column(std::size_t c) const noexcept { return columns.empty() ? T{} : columns[c]; }
  T z(std::size_t row, std::size_t column_index, T rating) const noexcept {
    return (rating - rows[row].centre - column(column_index)) / rows[row].scale;
  }
  /// What Surprise predicts where no similar neighbour rated: the level, or the mean of all when the row or the column
  /// has no ratings. A baseline is the sum of what is known of both.
  T fallback(const level<T>& row, T column_level, bool unknown) const noexcept {
    const bool use_mean = centre == centring::none || (unknown && centre != centring::baseline);
    return use_mean ? all.centre : row.centre + column_level;
  }
};

/// Mean and standard deviation (over n, as numpy's) of some ratings.
/// @param all  stands in where there are none, its scale where they are all the same
template <class T>
level<T> level_of(span<const T> ratings, centring centre, const level<T>& all) {
  if (ratings.empty()) return {all.centre, T{1}};
  const double mean = mean_of(ratings);
  if (centre == centring::mean) return {static_cast<T>(mean), T{1}};
  // Asked of the ratings themselves: their deviation may be a rounding error above 0.
  if (std::count(ratings.begin(), ratings.end(), ratings.front()) == static_cast<std::ptrdiff_t>(ratings.size()))
    return {static_cast<T>(mean), all.scale};
  double squares = 0;
  for (const T rating : ratings) squares += std::pow(static_cast<double>(rating) - mean, 2);
  const T deviation = static_cast<T>(std::sqrt(squares / static_cast<double>(ratings.size())));
  return {static_cast<T>(mean), deviation > T{} ? deviation : all.scale};
}

/// @param rows        users × items for user_knn, items × users for item_knn
/// @param transposed  the other one
template <class T>
rating_levels<T> levels_of(data::csr_view<T> rows, data::csr_view<T> transposed, centring centre,
                           const bias_options& options, bool rows_are_users, const run_options& run) {
  rating_levels<T> levels;
  levels.all = level_of(rows.values(), centring::zscore, level<T>{});
  static_cast<rating_range<T>&>(levels) = range_of(rows.values());
  levels.rows.resize(rows.n_rows());
  levels.centre = centre;
  if (centre == centring::baseline) {
    levels.known =
        rows_are_users ? fit_biases(rows, transposed, options, run) : fit_biases(transposed, rows, options, run);
    const auto& own = rows_are_users ? levels.known.users : levels.known.items;
    for (std::size_t r = 0; r < own.size(); ++r) levels.rows[r].centre = levels.known.mean + own[r];
    levels.columns = rows_are_users ? levels.known.items : levels.known.users;
  } else if (centre != centring::none) {
    for (std::size_t r = 0; r < rows.n_rows(); ++r) levels.rows[r] = level_of(rows.row(r).values, centre, levels.all);
  }
  return levels;
}

/// One neighbour's say: how similar it is, and its rating in units of its own level.
template <class T>
struct vote {
  T similarity;
  T z;
  std::uint32_t row;
};

/// Σ similarity · z and Σ similarity of some votes.
template <class T>
struct tally {
  T weighted{}, similarity{};
  std::size_t votes = 0;

  tally() = default;
  explicit tally(const std::vector<vote<T>>& all) {
    for (const vote<T>& one : all) add(one.similarity, one.z);
  }
  void add(T vote_similarity, T z) noexcept {
    weighted += vote_similarity * z;
    similarity += vote_similarity;
    ++votes;
  }
  T mean() const noexcept { return weighted / similarity; }
};

}  // namespace detail
}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
