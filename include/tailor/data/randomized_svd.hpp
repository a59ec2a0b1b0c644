// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_RANDOMIZED_SVD_HPP
#define TAILOR_DATA_RANDOMIZED_SVD_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/factorization.hpp"
#include "../core/linalg.hpp"
#include "../core/random.hpp"
#include "data_matrix.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// How the leading singular vectors are found.
struct randomized_svd_options {
  std::size_t n_iter = 0;         ///< power iterations; 0 = 7 for fewer components than min(n, d) / 10, else 4
  std::size_t oversampling = 10;  ///< random directions beyond the components
  std::uint64_t seed = 0;

  template <class A>
  void archive(A& a) {
    a("n_iter", n_iter);
    a("oversampling", oversampling);
    a("seed", seed);
  }
};

/// The `n_components` leading singular triplets of X `[n, d]`, found in the range of (X Xᵀ)ⁿ X on random directions
/// (Halko, Martinsson, Tropp: Finding structure with randomness. SIAM Review 2011, algorithms 4.4 and 5.1), as
/// scikit-learn's randomized_svd, whose defaults these are. The error of value k falls with
/// (σ(k + oversampling + 1) / σ(k))^(2 n_iter + 1), and there is none but rounding once n_components + oversampling
/// reach the rank. In every row of `vt` the entry of largest magnitude is positive. The same seed gives the same bits
/// for any number of threads. O(n_iter · nnz · l + (n + d) l²) for l = n_components + oversampling.
/// @param X  any xtensor expression of numbers, csr_matrix or csr_view, which is never made dense; computed in T
/// @throws value_error for values that are not finite, and unless 1 <= n_components <= min(n, d)
template <class T, class X>
linalg::singular_values<T> randomized_svd(const X& x, std::size_t n_components,
                                          const randomized_svd_options& options = {}, const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Y ← Y·L⁻ᵀ with YᵀY = L·Lᵀ, which makes its columns orthonormal but for an error of ε·cond(Y)². False, with Y as it
/// was, when YᵀY is too near to singular for that.
template <class T>
bool orthonormalize_once(dense_matrix<T>& y, T least_ratio, const run_options& run) {
  const std::size_t n = y.shape()[1];
  dense_matrix<T> l = make_matrix<T>(n, n);
  linalg::syrk(T{1}, linalg::transposed(view_of(y)), T{0}, l.data(), run, linalg::triangle::lower);
  if (linalg::detail::potrf(l.data(), static_cast<int>(n)) != 0) return false;
  T least = std::numeric_limits<T>::infinity(), largest{};
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(l(i, i))) return false;
    least = (std::min)(least, l(i, i));
    largest = (std::max)(largest, l(i, i));
  }
  if (!(least > least_ratio * largest)) return false;

  dense_matrix<T> inverse = make_matrix<T>(n, n);
  std::fill(inverse.begin(), inverse.end(), T{0});
  for (std::size_t i = 0; i < n; ++i) inverse(i, i) = T{1};
  linalg::detail::trsm(false, static_cast<int>(n), static_cast<int>(n), l.data(), inverse.data());
  dense_matrix<T> q = make_matrix<T>(y.shape()[0], n);
  linalg::gemm(T{1}, view_of(y), linalg::transposed(view_of(inverse)), T{0}, q.data(), run);
  y = std::move(q);
  return true;
}

/// The columns of Y `[n, l]`, n >= l, become a basis of their span: orthonormal to rounding when `exact` (by two steps:
/// Yamamoto, Nakatsukasa, Yanagisawa, Fukaya: Roundoff error analysis of the CholeskyQR2 algorithm. ETNA 2015), else
/// well conditioned. Singular vectors take over where the steps cannot.
template <class T>
void orthonormalize(dense_matrix<T>& y, bool exact, const run_options& run) {
  const T ratio = 10 * std::sqrt(std::numeric_limits<T>::epsilon());
  dense_matrix<T> q = y;
  if (orthonormalize_once(q, ratio, run) && (!exact || orthonormalize_once(q, T(0.9), run))) {
    y = std::move(q);
  } else {
    y = linalg::thin_svd(std::move(y), "X").u;
  }
}

/// Makes the entry of largest magnitude in every row of vt positive, turning u's columns along.
template <class T>
void fix_signs(T* u, std::size_t n, dense_matrix<T>& vt) {
  const std::size_t k = vt.shape()[0], d = vt.shape()[1];
  for (std::size_t c = 0; c < k; ++c) {
    T* row = vt.data() + c * d;
    const T* largest = std::max_element(row, row + d, [](T a, T b) { return std::abs(a) < std::abs(b); });
    if (d == 0 || *largest >= T{0}) continue;
    for (std::size_t j = 0; j < d; ++j) row[j] = -row[j];
    for (std::size_t i = 0; i < n; ++i) u[i * k + c] = -u[i * k + c];
  }
}

/// @param x  with its transpose prepared
template <class T>
linalg::singular_values<T> leading_triplets(const data_matrix<T>& x, std::size_t n_components,
                                            const randomized_svd_options& options, std::string_view task,
                                            const run_options& run) {
  const std::size_t n = x.rows(), d = x.cols(), shorter = (std::min)(n, d), k = n_components;
  require(k >= 1 && k <= shorter, "n_components", "from 1 to min(n, d), which is " + show(shorter), k);
  const std::size_t l = k + (std::min)(options.oversampling, shorter - k);
  const std::size_t n_iter = options.n_iter != 0 ? options.n_iter : 10 * k < shorter ? 7 : 4;

  // Of X and its transpose the one that is at least as high as wide.
  const bool wide = n < d;
  dense_matrix<T> q = make_matrix<T>(shorter, l);
  random::generator draw(options.seed);
  random::fill_normal(q, draw);
  for (std::size_t i = 0; i < n_iter; ++i) {
    q = x.times(wide, view_of(q), run);
    orthonormalize(q, false, run);
    q = x.times(!wide, view_of(q), run);
    orthonormalize(q, false, run);
    report_progress(run, task, i + 1, n_iter);
  }
  q = x.times(wide, view_of(q), run);
  orthonormalize(q, true, run);

  // XᵀQ = V·S·Wᵀ, so X is about (Q·W)·S·Vᵀ.
  linalg::singular_values<T> small = linalg::thin_svd(x.times(!wide, view_of(q), run), "X");
  dense_matrix<T> higher = make_matrix<T>((std::max)(n, d), k);
  linalg::gemm(T{1}, view_of(q), linalg::transposed(matrix_view<T>{small.vt.data(), k, l}), T{0}, higher.data(), run);
  linalg::singular_values<T> found;
  found.values = make_vector<T>(k);
  std::copy(small.values.begin(), small.values.begin() + static_cast<std::ptrdiff_t>(k), found.values.begin());
  found.vt = transposed_copy(wide ? higher : small.u, k);
  found.u = wide ? transposed_copy(transposed_copy(small.u, k)) : std::move(higher);
  fix_signs(found.u.data(), n, found.vt);
  return found;
}

}  // namespace detail

template <class T, class X>
linalg::singular_values<T> randomized_svd(const X& x, std::size_t n_components, const randomized_svd_options& options,
                                          const run_options& run) {
  detail::data_matrix<T> matrix(x, "X");
  matrix.prepare_transpose(run);
  return detail::leading_triplets(matrix, n_components, options, "randomized_svd", run);
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
