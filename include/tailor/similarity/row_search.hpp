// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_ROW_SEARCH_HPP
#define TAILOR_SIMILARITY_ROW_SEARCH_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../data/csr_matrix.hpp"
#include "measures.hpp"

namespace tailor {
inline namespace v0 {
namespace similarity {

/// What a measure has to know of the rows before it compares them: computed once, kept beside the rows (a model keeps
/// it next to its matrix).
template <class T>
struct row_summaries {
  std::vector<T> summaries;  ///< one a row
  std::vector<T> offsets;    ///< one a column, taken off every value first; empty = none
};

/// @param rows        [n, columns], finite
/// @param transposed  its transpose
/// @throws value_error when a row's values are so large that their squares overflow
template <class T, class Measure>
row_summaries<T> summarise(data::csr_view<T> rows, data::csr_view<T> transposed, const Measure& measure);

namespace detail {

/// `parallel_blocks` compiled once for all measures: each of them would bring a pool of threads of its own otherwise.
inline void for_blocks(blocks range, const run_options& run, work_hint hint,
                       const std::function<void(std::size_t worker, std::size_t begin, std::size_t end)>& f) {
  parallel_blocks(range, run, hint,
                  [&](std::size_t worker, std::size_t, std::size_t begin, std::size_t end) { f(worker, begin, end); });
}

/// @param name, r  what a message calls the row: `name r`, or `name` alone
template <class T, class Measure>
T checked_summary(data::row_view<T> row, Measure measure, std::string_view name,
                  std::size_t r = static_cast<std::size_t>(-1)) {
  const T summary = measure.template summary<T>(row);
  if (!std::isfinite(summary))
    throw value_error(
        describe(r == static_cast<std::size_t>(-1) ? std::string(name) : std::string(name) + ' ' + std::to_string(r),
                 "values whose squares can be added up", "their sum overflows"));
  return summary;
}

}  // namespace detail

/// Compares one row with every row of a sparse matrix: what pairwise matrices, neighbour lists and the k-NN models are
/// made of. It goes through the columns of the query and, in each, through the rows that have it (Gustavson's sparse
/// product), so that rows with nothing in common cost nothing.
///
/// It owns nothing and costs nothing to make: the transpose and the summaries must outlive it. Const members may be
/// called from many threads, each with a `scratch` of its own.
template <class T, class Measure>
class row_search {
 public:
  using overlap = typename Measure::template overlap<T>;

  /// Working memory of one thread: O(rows).
  class scratch {
    friend class row_search;
    std::vector<overlap> overlaps_;
    std::vector<std::uint32_t> touched_;
    std::vector<bool> is_touched_;
  };

  /// @param rows  the rows themselves, for measures that look at them where sums lose digits (euclidean); without them
  ///              such similarities have fewer digits
  row_search(data::csr_view<T> transposed, const row_summaries<T>& known, const Measure& measure,
             data::csr_view<T> rows = {})
      : rows_(rows), transposed_(transposed), summaries_(known.summaries), offsets_(known.offsets), measure_(measure) {
    require<shape_error>(summaries_.size() == transposed.n_columns(), "row_search: known",
                         "summaries of " + show(transposed.n_columns()) + " rows", summaries_.size());
    require<shape_error>(offsets_.empty() || offsets_.size() == transposed.n_rows(), "row_search: known",
                         "offsets of no column or of " + show(transposed.n_rows()), offsets_.size());
  }

  std::size_t n_rows() const noexcept { return summaries_.size(); }

  /// Calls `f(row, similarity)` for every row whose similarity to `query` is not 0, in no particular but always the
  /// same order. O(Σ over the query's columns of the rows that have them).
  template <class F>
  void each(data::row_view<T> query, scratch& memory, F&& f) const {
    if (!query.empty() && query.columns.back() >= transposed_.n_rows())
      throw value_error(describe("query", "columns below " + show(transposed_.n_rows()), show(query.columns.back())));
    const T summary = detail::checked_summary(query, measure_, "history");
    std::vector<overlap>& overlaps = memory.overlaps_;
    overlaps.resize(n_rows());
    std::size_t work = 0;
    for (const std::uint32_t c : query.columns) work += transposed_.row(c).size();

    // Where many rows share a column, looking at all of them afterwards is cheaper than remembering which.
    if (!Measure::needs_overlap || work > n_rows() / 4) {
      gather(query, [&](std::uint32_t row, T x, T y) { overlaps[row].add(x, y); });
      for (std::uint32_t row = 0; row < n_rows(); ++row) {
        const T similarity = measured(query, row, std::exchange(overlaps[row], overlap{}), summary);
        if (similarity != T{}) f(row, similarity);
      }
    } else {
      memory.is_touched_.resize(n_rows());
      memory.touched_.clear();
      gather(query, [&](std::uint32_t row, T x, T y) {
        overlaps[row].add(x, y);
        if (memory.is_touched_[row]) return;
        memory.is_touched_[row] = true;
        memory.touched_.push_back(row);
      });
      for (const std::uint32_t row : memory.touched_) {
        memory.is_touched_[row] = false;
        const T similarity = measured(query, row, std::exchange(overlaps[row], overlap{}), summary);
        if (similarity != T{}) f(row, similarity);
      }
    }
  }

 private:
  T measured(data::row_view<T> query, std::uint32_t row, const overlap& common, T summary) const {
    const auto both = [&] { return std::make_pair(query, rows_.row(row)); };
    if constexpr (detail::has_refined<Measure, T, decltype(both)>::value)
      if (rows_.n_rows() == 0) return measure_(common, summary, summaries_[row]);
    return detail::measured(measure_, common, summary, summaries_[row], both);
  }

  template <class F>
  void gather(data::row_view<T> query, F&& f) const {
    for (std::size_t i = 0; i < query.size(); ++i) {
      const std::uint32_t c = query.columns[i];
      const data::row_view<T> column = transposed_.row(c);
      const T offset = offsets_.empty() ? T{} : offsets_[c];
      const T x = query.values[i] - offset;
      for (std::size_t j = 0; j < column.size(); ++j) f(column.columns[j], x, column.values[j] - offset);
    }
  }

  data::csr_view<T> rows_, transposed_;
  span<const T> summaries_, offsets_;
  Measure measure_;
};

template <class T, class Measure>
row_summaries<T> summarise(data::csr_view<T> rows, data::csr_view<T> transposed, const Measure& measure) {
  row_summaries<T> known;
  known.summaries.reserve(rows.n_rows());
  for (std::size_t r = 0; r < rows.n_rows(); ++r)
    known.summaries.push_back(detail::checked_summary(rows.row(r), measure, "row", r));
  if constexpr (detail::has_column_offsets<Measure, T>::value) known.offsets = measure.column_offsets(transposed);
  return known;
}

}  // namespace similarity
}  // namespace v0
}  // namespace tailor

#endif
