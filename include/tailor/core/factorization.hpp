// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_FACTORIZATION_HPP
#define TAILOR_CORE_FACTORIZATION_HPP

// Of xtensor-blas only its prototypes of LAPACK: 0.1 s to include, where xlinalg.hpp costs 0.9 s beyond xtensor and
// leaks ASSERT, DEBUG_VAR and others. What the prototypes define is undefined again, the include guard too, so that a
// program that includes more of xtensor-blas afterwards finds it complete.
#ifndef CXXLAPACK_NETLIB_NETLIB_H
#include <xflens/cxxlapack/netlib/netlib.h>
#undef CXXLAPACK_NETLIB_NETLIB_H
#undef LAPACK_IMPL
#undef CXXLAPACK_DEBUG_OUT
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"
#include "expression.hpp"
#include "linalg.hpp"

namespace tailor {
inline namespace v0 {
namespace linalg {

// Factorisations of dense row-major matrices of float or double. All throw shape_error when a shape does not fit and
// value_error for values that are not finite, for a matrix that is not positive definite where it has to be, and for
// extents beyond LAPACK's int. `name` is what messages call the first matrix. They run on BLAS's threads: on one after
// use_single_threaded_blas().

/// The lower triangular L of A = L·Lᵀ, A symmetric positive definite `[n, n]`; of A only the lower triangle is used.
/// O(n³/3). LAPACK's potrf.
template <class T>
dense_matrix<T> cholesky(dense_matrix<T> a, std::string_view name = "A");

/// The X of A·X = B for symmetric positive definite A `[n, n]` and B `[n, m]`, m right sides; of A only the lower
/// triangle is used. O(n³/3 + 2n²m).
template <class T>
dense_matrix<T> solve_spd(dense_matrix<T> a, dense_matrix<T> b, std::string_view name = "A");

/// The same in the caller's memory, for one of many small systems in an inner loop: `b` `[n, m]` becomes X, `a` is
/// overwritten. Values are not checked for NaN.
template <class T>
void solve_spd_in_place(T* a, std::size_t n, T* b, std::size_t m, std::string_view name = "A");

/// The inverse of a symmetric positive definite matrix `[n, n]`; of A only the lower triangle is used. O(n³). LAPACK's
/// potri.
template <class T>
dense_matrix<T> inverse_spd(dense_matrix<T> a, std::string_view name = "A");

/// A = vectors · diag(values) · vectorsᵀ.
template <class T>
struct eigen_decomposition {
  dense_vector<T> values;   ///< `[n]`, ascending
  dense_matrix<T> vectors;  ///< `[n, n]`, column j belongs to `values(j)`; each of length 1, its sign is LAPACK's
};

/// Eigenvalues and eigenvectors of a symmetric matrix `[n, n]`, n ≤ 32,766; of A only the lower triangle is used.
/// O(n³). LAPACK's syevd, like numpy.linalg.eigh.
/// @throws convergence_error
template <class T>
eigen_decomposition<T> symmetric_eigen(dense_matrix<T> a, std::string_view name = "A");

/// A = u · diag(values) · vt, r = min(m, n).
template <class T>
struct singular_values {
  dense_matrix<T> u;       ///< `[m, r]`
  dense_vector<T> values;  ///< `[r]`, descending
  dense_matrix<T> vt;      ///< `[r, n]`
};

/// The thin singular value decomposition of a matrix `[m, n]`, min(m, n) ≤ 20,000. O(m·n·min(m, n)). LAPACK's gesdd,
/// like numpy.linalg.svd(A, full_matrices=False).
/// @throws convergence_error
template <class T>
singular_values<T> thin_svd(dense_matrix<T> a, std::string_view name = "A");

/// What `least_squares` finds.
template <class T>
struct least_squares_solution {
  dense_matrix<T> x;       ///< `[n, p]`
  std::size_t rank;        ///< how many singular values of A count as not zero
  dense_vector<T> values;  ///< the singular values of A, descending
};

/// The X that makes ‖A·X − B‖ least, the shortest such one when A has not full column rank; A is `[m, n]`, B `[m, p]`.
/// Singular values up to `cutoff` times the largest one count as zero; a negative cutoff stands for
/// ε·max(m, n), as in numpy.linalg.lstsq. By SVD.
/// @throws convergence_error
template <class T>
least_squares_solution<T> least_squares(const dense_matrix<T>& a, const dense_matrix<T>& b, double cutoff = -1,
                                        std::string_view name = "A");

namespace detail {

// LAPACK counts columns first: a row-major matrix is to it the transpose, and a symmetric one's lower triangle its
// upper one. That is why every call here says 'U' or swaps the extents.

template <class T>
int potrf(T* a, int n) {
  const int stride = (std::max)(n, 1);
  int info = 0;
  if constexpr (std::is_same_v<T, float>)
    cxxlapack::spotrf_("U", &n, a, &stride, &info);
  else
    cxxlapack::dpotrf_("U", &n, a, &stride, &info);
  return info;
}

template <class T>
int potri(T* a, int n) {
  const int stride = (std::max)(n, 1);
  int info = 0;
  if constexpr (std::is_same_v<T, float>)
    cxxlapack::spotri_("U", &n, a, &stride, &info);
  else
    cxxlapack::dpotri_("U", &n, a, &stride, &info);
  return info;
}

template <class T>
int syevd(T* a, int n, T* values, T* work, int work_size, int* places, int places_size) {
  const int stride = (std::max)(n, 1);
  int info = 0;
  if constexpr (std::is_same_v<T, float>)
    cxxlapack::ssyevd_("V", "U", &n, a, &stride, values, work, &work_size, places, &places_size, &info);
  else
    cxxlapack::dsyevd_("V", "U", &n, a, &stride, values, work, &work_size, places, &places_size, &info);
  return info;
}

template <class T>
int gesdd(int rows, int cols, T* a, T* values, T* u, T* vt, T* work, int work_size, int* places) {
  const int rank = (std::min)(rows, cols);
  int info = 0;
  if constexpr (std::is_same_v<T, float>)
    cxxlapack::sgesdd_("S", &rows, &cols, a, &rows, values, u, &rows, vt, &rank, work, &work_size, places, &info);
  else
    cxxlapack::dgesdd_("S", &rows, &cols, a, &rows, values, u, &rows, vt, &rank, work, &work_size, places, &info);
  return info;
}

/// One BLAS call: B[n × m] ← L⁻¹·B or L⁻ᵀ·B.
template <class T>
void trsm(bool transposed, int n, int m, const T* l, T* b) {
  const int l_stride = (std::max)(n, 1), b_stride = (std::max)(m, 1);
  if constexpr (std::is_same_v<T, float>)
    cblas_strsm(CblasRowMajor, CblasLeft, CblasLower, flag(transposed), CblasNonUnit, n, m, 1, l, l_stride, b,
                b_stride);
  else
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, flag(transposed), CblasNonUnit, n, m, 1, l, l_stride, b,
                b_stride);
}

template <class T>
matrix_view<T> view_of(const dense_matrix<T>& a) {
  return {a.data(), a.shape()[0], a.shape()[1]};
}

/// A finite matrix that LAPACK can count.
template <class T>
void check_matrix(const dense_matrix<T>& a, std::string_view name) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                "tailor: LAPACK computes in float or double only");
  for (const std::size_t extent : a.shape()) check_blas_int(extent, name);
  require_finite(view_of(a), name);
}

/// A square one; returns its extent.
template <class T>
std::size_t check_square(const dense_matrix<T>& a, std::string_view name) {
  if (a.shape()[0] != a.shape()[1])
    throw shape_error(describe(name, "a square matrix", show_shape({a.shape()[0], a.shape()[1]})));
  check_matrix(a, name);
  return a.shape()[0];
}

template <class T>
void factor_spd(T* a, std::size_t n, std::string_view name) {
  auto minor = static_cast<std::size_t>(potrf(a, static_cast<int>(n)));
  // OpenBLAS lets a NaN pass, which an infinity on the way leaves on the diagonal.
  for (std::size_t i = 0; i < n && minor == 0; ++i)
    if (!(a[i * n + i] > T{})) minor = i + 1;
  if (minor != 0)
    throw value_error(describe(name, "a positive definite matrix",
                               "one whose leading minor of order " + std::to_string(minor) + " is not positive"));
}

inline void check_converged(int info, std::string_view name, std::string_view what) {
  if (info != 0) throw convergence_error(describe(name, what, "none: LAPACK stopped with " + std::to_string(info)));
}

/// The work space that LAPACK asked for by storing its size in a `T`, which may have rounded it down.
template <class T>
std::size_t asked_size(T answer) {
  return static_cast<std::size_t>(static_cast<double>(answer) * (1 + std::numeric_limits<T>::epsilon())) + 1;
}

}  // namespace detail

template <class T>
dense_matrix<T> cholesky(dense_matrix<T> a, std::string_view name) {
  const std::size_t n = detail::check_square(a, name);
  detail::factor_spd(a.data(), n, name);
  for (std::size_t i = 0; i < n; ++i) std::fill(a.data() + i * n + i + 1, a.data() + (i + 1) * n, T{0});
  return a;
}

template <class T>
void solve_spd_in_place(T* a, std::size_t n, T* b, std::size_t m, std::string_view name) {
  detail::check_blas_int(n, name);
  detail::check_blas_int(m, "right sides");
  detail::factor_spd(a, n, name);
  if (n == 0 || m == 0) return;
  detail::trsm(false, static_cast<int>(n), static_cast<int>(m), a, b);
  detail::trsm(true, static_cast<int>(n), static_cast<int>(m), a, b);
}

template <class T>
dense_matrix<T> solve_spd(dense_matrix<T> a, dense_matrix<T> b, std::string_view name) {
  const std::size_t n = detail::check_square(a, name);
  if (b.shape()[0] != n)
    throw shape_error(describe("right sides", "as many rows as " + std::string(name) + ", " + std::to_string(n),
                               show_shape({b.shape()[0], b.shape()[1]})));
  detail::check_matrix(b, "right sides");
  solve_spd_in_place(a.data(), n, b.data(), b.shape()[1], name);
  return b;
}

template <class T>
dense_matrix<T> inverse_spd(dense_matrix<T> a, std::string_view name) {
  const std::size_t n = detail::check_square(a, name);
  detail::factor_spd(a.data(), n, name);
  const int zero = detail::potri(a.data(), static_cast<int>(n));
  if (zero != 0)
    throw value_error(describe(name, "a matrix that can be inverted",
                               "0 at " + std::to_string(zero - 1) + " on the diagonal of its factor"));
  mirror_lower(a.data(), n);
  return a;
}

template <class T>
eigen_decomposition<T> symmetric_eigen(dense_matrix<T> a, std::string_view name) {
  const std::size_t n = detail::check_square(a, name);
  require(n <= 32766, name, "at most 32766 rows, for which LAPACK can count its work space", n);
  eigen_decomposition<T> result{make_vector<T>(n), std::move(a)};
  if (n == 0) return result;

  const std::size_t work_size = 1 + 6 * n + 2 * n * n, places_size = 3 + 5 * n;
  std::vector<T> work(work_size);
  std::vector<int> places(places_size);
  const int info = detail::syevd(result.vectors.data(), static_cast<int>(n), result.values.data(), work.data(),
                                 static_cast<int>(work_size), places.data(), static_cast<int>(places_size));
  detail::check_converged(info, name, "eigenvalues that converge");
  // LAPACK's columns are our rows.
  T* vectors = result.vectors.data();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) std::swap(vectors[i * n + j], vectors[j * n + i]);
  return result;
}

template <class T>
singular_values<T> thin_svd(dense_matrix<T> a, std::string_view name) {
  detail::check_matrix(a, name);
  const std::size_t m = a.shape()[0], n = a.shape()[1], r = (std::min)(m, n);
  require(r <= 20000, name, "at most 20000 rows or columns, for which LAPACK can count its work space", r);
  singular_values<T> result{make_matrix<T>(m, r), make_vector<T>(r), make_matrix<T>(r, n)};
  if (r == 0) return result;

  // To LAPACK this is Aᵀ = V·S·Uᵀ: its first factor is our vt, its second our u.
  std::vector<int> places(8 * r);
  const auto call = [&](T* work, int size) {
    return detail::gesdd(static_cast<int>(n), static_cast<int>(m), a.data(), result.values.data(), result.vt.data(),
                         result.u.data(), work, size, places.data());
  };
  T asked{};
  call(&asked, -1);
  const std::size_t work_size = detail::asked_size(asked);
  detail::check_blas_int(work_size, name);
  std::vector<T> work(work_size);
  detail::check_converged(call(work.data(), static_cast<int>(work_size)), name, "singular values that converge");
  return result;
}

template <class T>
least_squares_solution<T> least_squares(const dense_matrix<T>& a, const dense_matrix<T>& b, double cutoff,
                                        std::string_view name) {
  const std::size_t m = a.shape()[0], n = a.shape()[1], p = b.shape()[1];
  if (b.shape()[0] != m)
    throw shape_error(describe("right sides", "as many rows as " + std::string(name) + ", " + std::to_string(m),
                               show_shape({b.shape()[0], p})));
  detail::check_matrix(b, "right sides");
  require(!std::isnan(cutoff), "cutoff", "a number", cutoff);
  singular_values<T> svd = thin_svd(a, name);
  const std::size_t r = svd.values.size();

  if (cutoff < 0)
    cutoff = static_cast<double>((std::max)(m, n)) * static_cast<double>(std::numeric_limits<T>::epsilon());
  const double smallest = r == 0 ? 0 : cutoff * static_cast<double>(svd.values(0));
  std::size_t rank = 0;
  while (rank<r&& static_cast<double>(svd.values(rank))> smallest) ++rank;

  // X = V·S⁺·Uᵀ·B
  dense_matrix<T> projected = make_matrix<T>(r, p);
  gemm(T{1}, transposed(detail::view_of(svd.u)), detail::view_of(b), T{0}, projected.data(), run_options{1, {}});
  for (std::size_t i = 0; i < r; ++i)
    for (std::size_t j = 0; j < p; ++j) projected(i, j) = i < rank ? projected(i, j) / svd.values(i) : T{0};
  least_squares_solution<T> result{make_matrix<T>(n, p), rank, std::move(svd.values)};
  gemm(T{1}, transposed(detail::view_of(svd.vt)), detail::view_of(projected), T{0}, result.x.data(),
       run_options{1, {}});
  return result;
}

}  // namespace linalg
}  // namespace v0
}  // namespace tailor

#endif
