// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_PAIRWISE_HPP
#define TAILOR_SIMILARITY_PAIRWISE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/linalg.hpp"
#include "../core/parallel.hpp"
#include "../data/csr_matrix.hpp"
#include "any_measure.hpp"
#include "dense_rows.hpp"
#include "measures.hpp"
#include "row_search.hpp"

namespace tailor {
inline namespace v0 {
namespace similarity {

namespace detail {
template <class X>
struct matrix_traits;
template <class X>
inline constexpr bool is_csr_v = false;
template <class T>
inline constexpr bool is_csr_v<data::csr_matrix<T>> = true;
template <class T>
inline constexpr bool is_csr_v<data::csr_view<T>> = true;
template <class X>
inline constexpr bool is_matrix_v = is_csr_v<X> || is_expression_v<X>;
}  // namespace detail

/// What similarities between the rows of an `X` and of a `Y` are computed in: float if both hold floats, else double.
template <class X, class Y = X>
using similarity_of_t = typename detail::matrix_traits<X>::template with<Y>;

/// The similarity of every row of `X` to every row: `[n, n]`.
/// @param X  `[n, columns]`, any dense expression or a csr_matrix or csr_view; finite. To measures over common columns
///           and to those of sets, a 0 of a dense matrix is absent.
/// @param measure  one of measures.hpp, any_measure, or a type of your own
/// @throws shape_error for another rank; value_error for values that are not finite or too large to square
///
/// The same bits for any number of threads, given `use_single_threaded_blas()`. Measures that are made of products cost
/// one `syrk` over dense data, O(n² · columns), half of `gemm`; the others and sparse data O(n² + steps through common
/// columns).
template <class X, class Measure, class = std::enable_if_t<!detail::is_matrix_v<Measure>>>
dense_matrix<similarity_of_t<X>> pairwise(const X& x, const Measure& measure, const run_options& run = {});

/// The similarity of every row of `X` `[n, columns]` to every row of `Y` `[m, columns]`: `[n, m]`.
/// @throws shape_error when `X` and `Y` differ in columns
template <class X, class Y, class Measure, class = std::enable_if_t<detail::is_matrix_v<Y>>>
dense_matrix<similarity_of_t<X, Y>> pairwise(const X& x, const Y& y, const Measure& measure,
                                             const run_options& run = {});

/// The same into a matrix that is there already: its memory is used again when its shape fits, which saves the system
/// from handing out fresh pages. It is unchanged when the arguments are refused.
template <class X, class Measure, class = std::enable_if_t<!detail::is_matrix_v<Measure>>>
void pairwise_into(dense_matrix<similarity_of_t<X>>& out, const X& x, const Measure& measure,
                   const run_options& run = {});
template <class X, class Y, class Measure, class = std::enable_if_t<detail::is_matrix_v<Y>>>
void pairwise_into(dense_matrix<similarity_of_t<X, Y>>& out, const X& x, const Y& y, const Measure& measure,
                   const run_options& run = {});

}  // namespace similarity

/// The cosines between users: `[n_users, n_users]`. What is not rated (0) counts as a zero; a user without ratings is
/// similar to nobody, not even to themselves. Integers are fine and give doubles.
/// @param R  ratings, users × items: any dense expression, or a csr_matrix
template <class X>
dense_matrix<similarity::similarity_of_t<X>> cosine_similarity(const X& R, const run_options& run = {}) {
  return similarity::pairwise(R, similarity::cosine{}, run);
}

// ---------------------------------------------------------------------------------------------------------------------

namespace similarity {
namespace detail {

template <class X>
struct matrix_traits {
  static_assert(is_matrix_v<X>,
                "tailor: expected a matrix: an xtensor expression of 2 dimensions, or a data::csr_matrix or csr_view; "
                "wrap a std::vector with xt::adapt");
  template <class Y>
  using with =
      std::conditional_t<std::is_same_v<real_of_t<X>, float> && std::is_same_v<real_of_t<Y>, float>, float, double>;
};
template <class T>
struct matrix_traits<data::csr_matrix<T>> {
  static_assert(std::is_floating_point_v<T>, "tailor: similarities of a csr_matrix of integers: data::cast it first");
  template <class Y>
  using with = T;
};
template <class T>
struct matrix_traits<data::csr_view<T>> : matrix_traits<data::csr_matrix<T>> {};

template <class T>
void shape(dense_matrix<T>& out, std::size_t rows, std::size_t cols) {
  if (out.shape()[0] != rows || out.shape()[1] != cols) out = make_matrix<T>(rows, cols);
}

inline void require_same_columns(std::size_t x, std::size_t y, std::size_t x_rows, std::size_t y_rows) {
  if (x != y)
    throw shape_error(
        describe("pairwise: Y", "as many columns as X, " + show_shape({x_rows, x}), show_shape({y_rows, y})));
}

/// Products below and on the diagonal become similarities on both sides of it.
template <class T, class Measure>
void finish_triangle(T* out, const dense_rows<T, Measure>& rows, const Measure& measure, const run_options& run) {
  const std::size_t n = rows.size();
  constexpr std::size_t tile = 64;
  for_blocks({n, tile}, run, {static_cast<double>(n) * static_cast<double>(n)},
             [&](std::size_t, std::size_t begin, std::size_t end) {
               for (std::size_t left = 0; left <= begin; left += tile) {
                 T back[tile][tile];
                 for (std::size_t i = begin; i < end; ++i) {
                   T* line = out + i * n + left;
                   const auto finish = [&](std::size_t width) {
                     for (std::size_t j = 0; j < width; ++j) {
                       const T product = line[j];
                       line[j] = rows.similarity(measure, product, i, rows, left + j);
                       if (!Measure::symmetric)
                         back[j][i - begin] = rows.similarity(measure, product, left + j, rows, i);
                     }
                     if (Measure::symmetric)
                       for (std::size_t j = 0; j < width; ++j) back[j][i - begin] = line[j];
                   };
                   // A width that the compiler knows is one that it makes vectors of, at -O2 too.
                   if (left + tile <= i + 1)
                     finish(tile);
                   else
                     finish(i + 1 - left);
                 }
                 for (std::size_t j = left; j < (std::min)(left + tile, end); ++j) {
                   const std::size_t first = (std::max)(begin, j + 1);
                   std::copy(back[j - left] + (first - begin), back[j - left] + (end - begin), out + j * n + first);
                 }
               }
             });
}

template <class T, class Measure>
void pairwise_products(dense_matrix<T>& out, matrix_view<T> x, const Measure& measure, const run_options& run) {
  const dense_rows<T, Measure> rows(x, measure, "X: row", run);
  shape(out, x.rows, x.rows);
  linalg::syrk(T{1}, rows.factors(), T{0}, out.data(), run, linalg::triangle::lower);
  finish_triangle(out.data(), rows, measure, run);
}

template <class T, class Measure>
void pairwise_products(dense_matrix<T>& out, matrix_view<T> x, matrix_view<T> y, const Measure& measure,
                       const run_options& run) {
  const dense_rows<T, Measure> x_rows(x, measure, "X: row", run), y_rows(y, measure, "Y: row", run);
  shape(out, x.rows, y.rows);
  linalg::gemm(T{1}, x_rows.factors(), linalg::transposed(y_rows.factors()), T{0}, out.data(), run);
  const std::size_t n = y.rows;
  for_blocks({x.rows, 16}, run, {static_cast<double>(x.rows) * static_cast<double>(n)},
             [&](std::size_t, std::size_t begin, std::size_t end) {
               for (std::size_t i = begin; i < end; ++i) {
                 T* line = out.data() + i * n;
                 for (std::size_t j = 0; j < n; ++j) line[j] = x_rows.similarity(measure, line[j], i, y_rows, j);
               }
             });
}

/// @param y  the rows searched among
template <class T, class Measure>
void pairwise_sparse(dense_matrix<T>& out, data::csr_view<T> x, data::csr_view<T> y, const Measure& measure,
                     const run_options& run) {
  const data::csr_matrix<T> transposed = data::transpose(y, run);
  const row_summaries<T> known = summarise(y, transposed.view(), measure);
  const row_search<T, Measure> search(transposed.view(), known, measure, y);
  for (std::size_t r = 0; r < x.n_rows(); ++r) checked_summary(x.row(r), measure, "X: row", r);
  shape(out, x.n_rows(), y.n_rows());
  std::vector<typename row_search<T, Measure>::scratch> memories(thread_count(run.threads));
  const std::size_t n = y.n_rows();
  const double column_size = static_cast<double>(y.nnz()) / static_cast<double>(y.n_columns() + 1);
  const double work =
      static_cast<double>(x.n_rows()) * static_cast<double>(n) + static_cast<double>(x.nnz()) * column_size;
  for_blocks({x.n_rows(), 16}, run, {work, "pairwise"}, [&](std::size_t worker, std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) {
      T* line = out.data() + r * n;
      std::fill(line, line + n, T{});
      search.each(x.row(r), memories[worker], [&](std::uint32_t s, T similarity) { line[s] = similarity; });
    }
  });
}

template <class T, class Measure>
void pairwise_dense(dense_matrix<T>& out, matrix_view<T> x, const std::optional<matrix_view<T>>& y,
                    const Measure& measure, const run_options& run) {
  if constexpr (uses_products_v<Measure, T>) {
    if (!is_sparse(x) || (y && !is_sparse(*y)))
      return y ? pairwise_products(out, x, *y, measure, run) : pairwise_products(out, x, measure, run);
  }
  const auto sparse_x = data::csr_matrix<T>::from_dense(x);
  if (y)
    pairwise_sparse(out, sparse_x.view(), data::csr_matrix<T>::from_dense(*y).view(), measure, run);
  else
    pairwise_sparse(out, sparse_x.view(), sparse_x.view(), measure, run);
}

template <class T>
bool shares_memory(const dense_matrix<T>& out, matrix_view<T> x) {
  return x.size() != 0 && out.size() != 0 && x.data < out.data() + out.size() && out.data() < x.data + x.size();
}

/// `y` is null for the rows of x among themselves.
template <class T, class X, class Y, class Measure>
void pairwise_any(dense_matrix<T>& out, const X& x, const Y* y, const Measure& measure, const run_options& run) {
  static_assert(is_matrix_v<X> && is_matrix_v<Y>, "tailor::similarity::pairwise: expected matrices");
  static_assert(is_csr_v<X> == is_csr_v<Y>, "tailor::similarity::pairwise: X and Y must both be dense or both sparse");
  if constexpr (is_csr_v<X>) {
    const data::csr_view<T> a = x;
    data::csr_view<T> b = a;
    data::require_finite(a, "X");
    if (y != nullptr) {
      b = *y;
      require_same_columns(a.n_columns(), b.n_columns(), a.n_rows(), b.n_rows());
      data::require_finite(b, "Y");
    }
    visit_measure(measure, [&](const auto& m) { pairwise_sparse(out, a, b, m, run); });
  } else {
    const auto a = as_matrix<T>(x, "X");
    require_finite_fast(a.view(), "X");
    std::optional<matrix_argument<T>> b;
    std::optional<matrix_view<T>> b_view;
    if (y != nullptr) {
      b.emplace(as_matrix<T>(*y, "Y"));
      b_view = b->view();
      require_same_columns(a.cols(), b->cols(), a.rows(), b->rows());
      require_finite_fast(*b_view, "Y");
    }
    if (shares_memory(out, a.view()) || (b_view && shares_memory(out, *b_view))) {
      dense_matrix<T> fresh = make_matrix<T>(0, 0);
      visit_measure(measure, [&](const auto& m) { pairwise_dense(fresh, a.view(), b_view, m, run); });
      out = std::move(fresh);
    } else {
      visit_measure(measure, [&](const auto& m) { pairwise_dense(out, a.view(), b_view, m, run); });
    }
  }
}

}  // namespace detail

template <class X, class Measure, class>
void pairwise_into(dense_matrix<similarity_of_t<X>>& out, const X& x, const Measure& measure, const run_options& run) {
  detail::pairwise_any(out, x, static_cast<const X*>(nullptr), measure, run);
}

template <class X, class Y, class Measure, class>
void pairwise_into(dense_matrix<similarity_of_t<X, Y>>& out, const X& x, const Y& y, const Measure& measure,
                   const run_options& run) {
  detail::pairwise_any(out, x, &y, measure, run);
}

template <class X, class Measure, class>
dense_matrix<similarity_of_t<X>> pairwise(const X& x, const Measure& measure, const run_options& run) {
  auto out = make_matrix<similarity_of_t<X>>(0, 0);
  pairwise_into(out, x, measure, run);
  return out;
}

template <class X, class Y, class Measure, class>
dense_matrix<similarity_of_t<X, Y>> pairwise(const X& x, const Y& y, const Measure& measure, const run_options& run) {
  auto out = make_matrix<similarity_of_t<X, Y>>(0, 0);
  pairwise_into(out, x, y, measure, run);
  return out;
}

}  // namespace similarity
}  // namespace v0
}  // namespace tailor

#endif
