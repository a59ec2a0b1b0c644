// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_NEIGHBOURS_HPP
#define TAILOR_SIMILARITY_NEIGHBOURS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/linalg.hpp"
#include "../core/parallel.hpp"
#include "../core/top_k.hpp"
#include "../data/csr_matrix.hpp"
#include "any_measure.hpp"
#include "dense_rows.hpp"
#include "measures.hpp"
#include "row_search.hpp"
#include "triangle.hpp"

namespace tailor {
inline namespace v0 {
namespace similarity {

/// For every row of a matrix its most similar other rows, best first: a CSR of (index, score).
template <class T>
class neighbour_lists {
 public:
  neighbour_lists() = default;
  /// @param offsets  n + 1 positions in `entries` where the lists begin and end
  neighbour_lists(std::vector<std::uint64_t> offsets, std::vector<scored<T>> entries)
      : offsets_(std::move(offsets)), entries_(std::move(entries)) {}

  /// Number of rows.
  std::size_t size() const noexcept { return offsets_.empty() ? 0 : offsets_.size() - 1; }
  span<const scored<T>> operator[](std::size_t row) const noexcept {
    const auto begin = static_cast<std::size_t>(offsets_[row]);
    return {entries_.data() + begin, static_cast<std::size_t>(offsets_[row + 1]) - begin};
  }
  const std::vector<std::uint64_t>& offsets() const noexcept { return offsets_; }
  const std::vector<scored<T>>& entries() const noexcept { return entries_; }

  template <class A>
  void archive(A& a) {
    a("offsets", offsets_);
    a("entries", entries_);
  }
  void loaded() const {
    std::uint64_t last = 0;
    for (const std::uint64_t offset : offsets_) {
      require(offset >= last, "neighbour_lists: offsets", "numbers that never fall", offset);
      last = offset;
    }
    require(offsets_.empty() || offsets_.front() == 0, "neighbour_lists: offsets[0]", "0",
            offsets_.empty() ? 0 : offsets_[0]);
    require(last == entries_.size(), "neighbour_lists: offsets", "a last one of " + show(entries_.size()), last);
    for (const scored<T>& one : entries_) {
      if (one.index >= size()) require(false, "neighbour_lists: index", "below " + show(size()), one.index);
      if (!std::isfinite(one.score)) require(false, "neighbour_lists: score", "a finite number", one.score);
    }
  }

  friend bool operator==(const neighbour_lists& a, const neighbour_lists& b) {
    return a.offsets_ == b.offsets_ && a.entries_ == b.entries_;
  }

 private:
  std::vector<std::uint64_t> offsets_{0};
  std::vector<scored<T>> entries_;
};

/// The `k` most similar other rows of every row, best first, ties to the lower index. Only similarities above 0 count,
/// so a list may be shorter than `k`; a row is never its own neighbour. Memory O(rows · k), never rows × rows: up to 4k
/// entries a row on the way, and 32 lines of `rows` numbers a thread (at most 2²⁴). The same bits for any number of
/// threads.
///
/// `any_measure` compiles the search once for each measure, some 10 s: call it from as few sources as can be.
/// @param rows  [n, columns], finite
/// @throws value_error for k = 0, and for values that are not finite or too large to square
template <class T, class Measure>
neighbour_lists<T> neighbours(data::csr_view<T> rows, const Measure& measure, std::size_t k,
                              const run_options& run = {});
template <class T, class Measure>
neighbour_lists<T> neighbours(const data::csr_matrix<T>& rows, const Measure& measure, std::size_t k,
                              const run_options& run = {}) {
  return neighbours(rows.view(), measure, k, run);
}

/// The same where the transpose is at hand already.
template <class T, class Measure>
neighbour_lists<T> neighbours(data::csr_view<T> rows, data::csr_view<T> transposed, const Measure& measure,
                              std::size_t k, const run_options& run = {});

/// The same for a dense matrix `[n, columns]`; measures over common columns take 0 as absent.
template <class E, class Measure, class = std::enable_if_t<is_expression_v<E>>>
neighbour_lists<real_of_t<E>> neighbours(const E& rows, const Measure& measure, std::size_t k,
                                         const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Strings lists together, giving their memory back on the way.
template <class T>
neighbour_lists<T> string_together(std::vector<std::vector<scored<T>>>&& lists) {
  std::vector<std::uint64_t> offsets{0};
  offsets.reserve(lists.size() + 1);
  for (const auto& list : lists) offsets.push_back(offsets.back() + list.size());
  std::vector<scored<T>> entries;
  entries.reserve(static_cast<std::size_t>(offsets.back()));
  for (auto& list : lists) {
    entries.insert(entries.end(), list.begin(), list.end());
    list = {};
  }
  return {std::move(offsets), std::move(entries)};
}

/// Steps of comparing every row with every other through their common columns.
template <class T>
double common_work(data::csr_view<T> transposed) {
  double work = 0;
  for (std::size_t c = 0; c < transposed.n_rows(); ++c) {
    const auto size = static_cast<double>(transposed.row(c).size());
    work += size * size;
  }
  return work;
}

/// Row by row: for any measure, and where few rows have anything in common.
template <class T, class Measure>
std::vector<std::vector<scored<T>>> nearest_by_rows(data::csr_view<T> rows, data::csr_view<T> transposed,
                                                    const Measure& measure, const row_summaries<T>& known,
                                                    std::size_t k, double work, const run_options& run) {
  const row_search<T, Measure> search(transposed, known, measure, rows);
  struct memory {
    typename row_search<T, Measure>::scratch scratch;
    top_k_selector<T> best{0};
  };
  std::vector<memory> memories(thread_count(run.threads));
  std::vector<std::vector<scored<T>>> lists(rows.n_rows());
  for_blocks({rows.n_rows(), 16}, run, {work + 50.0 * static_cast<double>(lists.size()), "neighbours"},
             [&](std::size_t worker, std::size_t begin, std::size_t end) {
               memory& mine = memories[worker];
               for (std::size_t r = begin; r < end; ++r) {
                 mine.best.reset(k);
                 search.each(rows.row(r), mine.scratch, [&](std::uint32_t other, T similarity) {
                   if (other != r && similarity > T{}) mine.best.offer(other, similarity);
                 });
                 const auto sorted = mine.best.sorted();
                 lists[r].assign(sorted.begin(), sorted.end());
               }
             });
  return lists;
}

template <class T, class Measure>
neighbour_lists<T> neighbours_of_csr(data::csr_view<T> rows, data::csr_view<T> transposed, const Measure& measure,
                                     std::size_t k, const run_options& run) {
  const double n = static_cast<double>(rows.n_rows()), work = common_work(transposed);
  const row_summaries<T> known = summarise(rows, transposed, measure);
  // Pairs are compared by what they have in common alone, without the rows themselves.
  if constexpr (Measure::needs_overlap && overlaps_are_mutual_v<Measure, T> && !refines_v<Measure, T>)
    if (work >= n * n) return string_together(nearest_by_pairs(rows, measure, known, k, work, run));
  return string_together(
      nearest_by_rows(rows, transposed, measure, known, k, Measure::needs_overlap ? work + n : work + n * n, run));
}

/// Dense rows through products: a block of rows with all rows, some at a time.
template <class T, class Measure>
neighbour_lists<T> neighbours_by_products(matrix_view<T> matrix, const Measure& measure, std::size_t k,
                                          const run_options& run) {
  const dense_rows<T, Measure> rows(matrix, measure, "rows: row", run);
  const matrix_view<T> factors = rows.factors();
  const blocks across{matrix.rows, 1024};
  run_options serial;
  serial.threads = 1;
  std::vector<std::vector<scored<T>>> nearest(matrix.rows);
  const double work = static_cast<double>(matrix.rows) * static_cast<double>(matrix.size()) / 16;
  for_blocks({matrix.rows, 128}, run, {work, "neighbours"}, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<top_k_selector<T>> best(end - begin, top_k_selector<T>(k));
    std::vector<T> products((end - begin) * across.block_size);
    const matrix_view<T> ours{factors.row(begin), end - begin, factors.cols};
    for (std::size_t block = 0; block < across.count(); ++block) {
      const std::size_t first = across.begin(block), width = across.end(block) - first;
      const matrix_view<T> theirs{factors.row(first), width, factors.cols};
      linalg::gemm(T{1}, ours, linalg::transposed(theirs), T{0}, products.data(), serial);
      for (std::size_t r = begin; r < end; ++r) {
        T* line = products.data() + (r - begin) * width;
        for (std::size_t j = 0; j < width; ++j) {
          const T similarity = rows.similarity(measure, line[j], r, rows, first + j);
          line[j] = similarity > T{} && first + j != r ? similarity : -std::numeric_limits<T>::infinity();
        }
        best[r - begin].offer_all({line, width}, static_cast<std::uint32_t>(first));
      }
    }
    for (std::size_t r = begin; r < end; ++r) {
      const auto sorted = best[r - begin].sorted();
      nearest[r].assign(sorted.begin(), sorted.end());
    }
  });
  return string_together(std::move(nearest));
}

template <class T, class Measure>
neighbour_lists<T> neighbours_of_dense(matrix_view<T> matrix, const Measure& measure, std::size_t k,
                                       const run_options& run) {
  if constexpr (uses_products_v<Measure, T>)
    if (!is_sparse(matrix)) return neighbours_by_products(matrix, measure, k, run);
  const auto rows = data::csr_matrix<T>::from_dense(matrix);
  const data::csr_matrix<T> transposed = data::transpose(rows, run);
  return neighbours_of_csr(rows.view(), transposed.view(), measure, k, run);
}

}  // namespace detail

template <class T, class Measure>
neighbour_lists<T> neighbours(data::csr_view<T> rows, data::csr_view<T> transposed, const Measure& measure,
                              std::size_t k, const run_options& run) {
  require(k >= 1, "neighbours: k", "at least 1", k);
  if (transposed.n_rows() != rows.n_columns() || transposed.n_columns() != rows.n_rows())
    throw shape_error(describe("neighbours: transposed", show_shape({rows.n_columns(), rows.n_rows()}),
                               show_shape({transposed.n_rows(), transposed.n_columns()})));
  data::require_finite(rows, "rows");
  return visit_measure(measure, [&](const auto& m) { return detail::neighbours_of_csr(rows, transposed, m, k, run); });
}

template <class T, class Measure>
neighbour_lists<T> neighbours(data::csr_view<T> rows, const Measure& measure, std::size_t k, const run_options& run) {
  const data::csr_matrix<T> transposed = data::transpose(rows, run);
  return neighbours(rows, transposed.view(), measure, k, run);
}

template <class E, class Measure, class>
neighbour_lists<real_of_t<E>> neighbours(const E& rows, const Measure& measure, std::size_t k, const run_options& run) {
  using T = real_of_t<E>;
  require(k >= 1, "neighbours: k", "at least 1", k);
  const auto matrix = as_matrix<T>(rows, "rows");
  detail::require_finite_fast(matrix.view(), "rows");
  return visit_measure(measure, [&](const auto& m) { return detail::neighbours_of_dense(matrix.view(), m, k, run); });
}

}  // namespace similarity
}  // namespace v0
}  // namespace tailor

#endif
