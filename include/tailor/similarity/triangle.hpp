// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_TRIANGLE_HPP
#define TAILOR_SIMILARITY_TRIANGLE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <vector>

#include "../core/parallel.hpp"
#include "../core/top_k.hpp"
#include "../data/csr_matrix.hpp"
#include "measures.hpp"
#include "row_search.hpp"

// How `neighbours` compares every row with every other when many have columns in common: each pair once, in blocks of
// rows of the upper triangle of the similarity matrix, and each similarity is offered to both of its ends. Rows are
// taken longest first and called by their rank in that order: the highest similarities tend to come early then, so that
// thresholds rise and later offers are turned down by one comparison.

namespace tailor {
inline namespace v0 {
namespace similarity {
namespace detail {

/// The `k` nearest of every row by every pair once.
/// @param work  steps in all: Σ over the columns of the square of their length
template <class T, class Measure>
std::vector<std::vector<scored<T>>> nearest_by_pairs(data::csr_view<T> rows, const Measure& measure,
                                                     const row_summaries<T>& known, std::size_t k, double work,
                                                     const run_options& run);

/// Whether what two rows have in common is the same from either end, so that it need be gathered only once.
template <class Measure, class T>
inline constexpr bool overlaps_are_mutual_v = Measure::symmetric || is_product_v<Measure, T> || is_count_v<Measure, T>;

// --- what two rows have in common
// -------------------------------------------------------------------------------------

/// What is kept of a cell of the matrix: the rank of its row, and its value …
template <class T>
struct valued_entry {
  valued_entry() = default;
  valued_entry(std::size_t r, T v) : rank(static_cast<std::uint32_t>(r)), value(v) {}
  std::uint32_t rank;
  T value;
};

/// … or that it is there.
template <class T>
struct bare_entry {
  bare_entry() = default;
  bare_entry(std::size_t r, T) : rank(static_cast<std::uint32_t>(r)) {}
  std::uint32_t rank;
  static constexpr T value{1};
};

/// What two rows have in common is gathered as the measure wants it …
template <class T, class Measure>
struct gathered {
  using entry = valued_entry<T>;
  typename Measure::template overlap<T> common{};
  void add(T x, T y) { common.add(x, y); }
  const auto& get() const { return common; }
};

/// … or its columns are counted: enough for sets, and where all values are 1.
template <class T, class Measure>
struct counted {
  using entry = bare_entry<T>;
  std::int32_t columns = 0;
  void add(T, T) { ++columns; }
  typename Measure::template overlap<T> get() const { return {static_cast<T>(columns)}; }
};

/// Whether the number of common columns is all that the measure needs to know of these rows.
template <class Measure, class T>
bool counting_suffices(data::csr_view<T> rows) {
  if (rows.n_columns() > static_cast<std::size_t>((std::numeric_limits<std::int32_t>::max)())) return false;
  const auto values = rows.values();
  return is_count_v<Measure, T> || std::all_of(values.begin(), values.end(), [](T value) { return value == T{1}; });
}

/// The columns of a matrix whose rows go by rank.
template <class Entry>
struct ranked_columns {
  std::vector<std::uint32_t> rows;   ///< by rank
  std::vector<std::uint64_t> begin;  ///< of each column in `entries`
  std::vector<Entry> entries;        ///< ranks rise within a column
  std::vector<std::uint32_t> later;  ///< for each cell of the matrix, how far into its column the later ranks begin
};

template <class Entry, class T>
ranked_columns<Entry> rank_columns(data::csr_view<T> rows, const run_options& run) {
  ranked_columns<Entry> out;
  out.rows.resize(rows.n_rows());
  std::iota(out.rows.begin(), out.rows.end(), std::uint32_t{0});
  std::stable_sort(out.rows.begin(), out.rows.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return rows.row(a).size() > rows.row(b).size(); });
  out.begin.assign(rows.n_columns() + 1, 0);
  for (const std::uint32_t c : rows.columns()) ++out.begin[c + 1];
  std::partial_sum(out.begin.begin(), out.begin.end(), out.begin.begin());
  out.entries.resize(rows.nnz());
  out.later.resize(rows.nnz());

  // A block of columns is filled by going through its part of every row.
  const blocks range{rows.n_columns(), rows.n_columns() / 8 + 1};
  for_blocks(range, run, {10.0 * static_cast<double>(rows.nnz())},
             [&](std::size_t, std::size_t begin, std::size_t end) {
               std::vector<std::uint32_t> filled(end - begin, 0);
               for (std::size_t rank = 0; rank < out.rows.size(); ++rank) {
                 const data::row_view<T> row = rows.row(out.rows[rank]);
                 std::uint32_t* later = out.later.data() + rows.row_pointers()[out.rows[rank]];
                 auto i = static_cast<std::size_t>(std::lower_bound(row.columns.begin(), row.columns.end(), begin) -
                                                   row.columns.begin());
                 for (; i < row.size() && row.columns[i] < end; ++i) {
                   const std::size_t c = row.columns[i];
                   const auto place = static_cast<std::size_t>(out.begin[c]) + filled[c - begin];
                   out.entries[place] = Entry(rank, row.values[i]);
                   later[i] = ++filled[c - begin];
                 }
               }
             });
  return out;
}

/// Asks for the first cache lines of what is read next: lists are short, and the processor notices each too late.
inline void prefetch(const void* data) {
#if defined(__GNUC__)
  for (std::size_t line = 0; line < 4; ++line) __builtin_prefetch(static_cast<const char*>(data) + 64 * line);
#else
  (void)data;
#endif
}

/// One row against all later ranks: `cells[j]` gathers what rank j has in common with it.
template <bool Offset, class Cell, class T>
void gather_later(data::row_view<T> row, const std::uint32_t* later,
                  const ranked_columns<typename Cell::entry>& columns, const T* offsets, Cell* cells) {
  const auto* entries = columns.entries.data();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::size_t c = row.columns[i];
    if (i + 1 < row.size()) prefetch(entries + columns.begin[row.columns[i + 1]] + later[i + 1]);
    const T offset = Offset ? offsets[c] : T{};
    const T x = Offset ? row.values[i] - offset : row.values[i];
    const auto add = [&](const auto& entry) { cells[entry.rank].add(x, Offset ? entry.value - offset : entry.value); };
    const auto* end = entries + columns.begin[c + 1];
    const auto* entry = entries + columns.begin[c] + later[i];
    for (; end - entry >= 4; entry += 4) {
      add(entry[0]);
      add(entry[1]);
      add(entry[2]);
      add(entry[3]);
    }
    for (; entry != end; ++entry) add(*entry);
  }
}

// --- the best of every row
// --------------------------------------------------------------------------------------------

/// A selector for every rank, offered to from many threads: one lock per 256. What is kept does not depend on the order
/// of the offers.
template <class T>
class shared_selectors {
 public:
  /// @param rows  what each rank is called in the results
  shared_selectors(span<const std::uint32_t> rows, std::size_t k)
      : rows_(rows),
        best_(rows.size(), top_k_selector<T>(k)),
        // Only similarities above 0 count.
        thresholds_(rows.size(), std::numeric_limits<T>::denorm_min()),
        locks_((rows.size() + stripe - 1) / stripe) {}

  /// Offers `rank` its similarities to all later ranks: `line[j]` to rank j.
  void offer_line(std::size_t rank, const T* line) {
    const std::lock_guard<std::mutex> lock(locks_[rank / stripe]);
    each_promising<0>(line, &thresholds_[rank], rank + 1, rows_.size(),
                      [&](std::size_t j) { offer(rank, j, line[j]); });
  }

  /// Offers all ranks after each one of `[begin, end)` their similarities to it: `lines[(rank − begin) · n + j]` to
  /// rank j.
  void offer_columns(std::size_t begin, std::size_t end, const T* lines) {
    const std::size_t n = rows_.size();
    for (std::size_t from = begin; from < n; from = (from / stripe + 1) * stripe) {
      const std::size_t to = (std::min)(n, (from / stripe + 1) * stripe);
      const std::lock_guard<std::mutex> lock(locks_[from / stripe]);
      for (std::size_t rank = begin; rank < end; ++rank) {
        const T* line = lines + (rank - begin) * n;
        each_promising<1>(line, thresholds_.data(), (std::max)(from, rank + 1), to,
                          [&](std::size_t j) { offer(j, rank, line[j]); });
      }
    }
  }

  /// The best of every row, best first. They are forgotten here.
  std::vector<std::vector<scored<T>>> take(const run_options& run) {
    std::vector<std::vector<scored<T>>> nearest(rows_.size());
    for_blocks({rows_.size(), 64}, run, {2e3 * static_cast<double>(rows_.size())},
               [&](std::size_t, std::size_t begin, std::size_t end) {
                 for (std::size_t rank = begin; rank < end; ++rank) {
                   const auto sorted = best_[rank].sorted();
                   nearest[rows_[rank]].assign(sorted.begin(), sorted.end());
                   best_[rank] = top_k_selector<T>(0);
                 }
               });
    return nearest;
  }

 private:
  static constexpr std::size_t stripe = 256;

  /// Calls `f(j)` for every j of `[begin, end)` whose similarity may reach its threshold.
  template <std::size_t Step, class F>
  static void each_promising(const T* line, const T* thresholds, std::size_t begin, std::size_t end, F&& f) {
    constexpr std::size_t together = tailor::detail::scores_at_once<T>;
    for (; begin + together <= end; begin += together)
      if (tailor::detail::any_passes<Step, std::greater_equal<>>(line + begin, thresholds + begin * Step))
        for (std::size_t j = begin; j < begin + together; ++j) f(j);
    for (; begin < end; ++begin) f(begin);
  }

  void offer(std::size_t rank, std::size_t other, T similarity) {
    T& threshold = thresholds_[rank];
    if (!(similarity >= threshold)) return;
    best_[rank].offer(rows_[other], similarity);
    threshold = (std::max)(threshold, best_[rank].threshold());
  }

  span<const std::uint32_t> rows_;
  std::vector<top_k_selector<T>> best_;
  std::vector<T> thresholds_;
  std::vector<std::mutex> locks_;
};

// --- the triangle
// -----------------------------------------------------------------------------------------------------

template <class Cell, class T, class Measure>
std::vector<std::vector<scored<T>>> compare_pairs(data::csr_view<T> rows, const Measure& measure,
                                                  const row_summaries<T>& known, std::size_t k, double work,
                                                  const run_options& run) {
  const std::size_t n = rows.n_rows();
  const auto columns = rank_columns<typename Cell::entry>(rows, run);
  shared_selectors<T> shared(columns.rows, k);
  std::vector<T> summaries(n);
  for (std::size_t rank = 0; rank < n; ++rank) summaries[rank] = known.summaries[columns.rows[rank]];
  struct memory {
    std::vector<Cell> cells;  // one a rank
    std::vector<T> forth;     // the similarities of one rank to all later ones
    std::vector<T> back;      // theirs to it, for every rank of a block
  };
  std::vector<memory> memories(thread_count(run.threads));
  const blocks range{n, std::clamp<std::size_t>((std::size_t{1} << 24) / (n + 1), 1, 32)};
  for_blocks(range, run, {work, "neighbours"}, [&](std::size_t worker, std::size_t begin, std::size_t end) {
    auto& [cells, forth, back] = memories[worker];
    cells.resize(n);
    back.resize(range.block_size * n);
    if (!Measure::symmetric) forth.resize(n);
    for (std::size_t rank = begin; rank < end; ++rank) {
      const std::uint32_t r = columns.rows[rank];
      gather_later<has_column_offsets<Measure, T>::value>(rows.row(r), columns.later.data() + rows.row_pointers()[r],
                                                          columns, known.offsets.data(), cells.data());
      T* line = back.data() + (rank - begin) * n;
      for (std::size_t j = rank + 1; j < n; ++j) {
        // What is common was gathered with `rank` as x, so a symmetric measure has its summaries in that order.
        const T from_rank = measure(cells[j].get(), summaries[rank], summaries[j]);
        if constexpr (Measure::symmetric) {
          line[j] = from_rank;
        } else {
          forth[j] = from_rank;
          line[j] = measure(cells[j].get(), summaries[j], summaries[rank]);
        }
        cells[j] = Cell{};
      }
      shared.offer_line(rank, Measure::symmetric ? line : forth.data());
    }
    shared.offer_columns(begin, end, back.data());
  });

  return shared.take(run);
}

template <class T, class Measure>
std::vector<std::vector<scored<T>>> nearest_by_pairs(data::csr_view<T> rows, const Measure& measure,
                                                     const row_summaries<T>& known, std::size_t k, double work,
                                                     const run_options& run) {
  if constexpr (is_product_v<Measure, T> || is_count_v<Measure, T>)
    if (counting_suffices<Measure>(rows)) return compare_pairs<counted<T, Measure>>(rows, measure, known, k, work, run);
  return compare_pairs<gathered<T, Measure>>(rows, measure, known, k, work, run);
}

}  // namespace detail
}  // namespace similarity
}  // namespace v0
}  // namespace tailor

#endif
