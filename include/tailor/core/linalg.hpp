// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_LINALG_HPP
#define TAILOR_CORE_LINALG_HPP

// Of xtensor-blas only the prototypes of C BLAS: they cost 0.01 s to include and define two macros. Where the program
// has included a <cblas.h> before, that one is taken, since the two exclude each other.
#if !defined(CXXBLAS_DRIVERS_CBLAS_H) && !defined(CBLAS_H)
#include <xflens/cxxblas/drivers/cblas.h>
#undef CBLAS_INT
#undef CBLAS_INDEX
#endif

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "error.hpp"
#include "matrix_view.hpp"
#include "parallel.hpp"

namespace tailor {
inline namespace v0 {

/// Tells the BLAS of this program (OpenBLAS, MKL or BLIS) to use one thread, so that tailor's own threads do not
/// multiply with its, and so that results have the same bits for any `threads`. Call it first in `main`.
/// @return whether a BLAS was told; otherwise set OMP_NUM_THREADS, OPENBLAS_NUM_THREADS or the like to 1
inline bool use_single_threaded_blas();

/// The kind of CPU for which OpenBLAS chose its kernels ("Zen", "SkylakeX"), empty with another BLAS.
inline std::string blas_core_name();

/// Products of row-major matrices into memory that the caller owns. Work is cut into blocks by the size of the matrices
/// and every block is one BLAS call on one of tailor's threads: the same bits for any number of threads, given a BLAS
/// on one thread. All take float or double; no matrix may overlap the output; an extent of 0 is fine, an inner one of 0
/// leaves beta times the output. Where beta is 0, the output is not read.
///
/// All throw value_error when an extent is more than BLAS's `int` can say, shape_error when shapes do not fit.
namespace linalg {

/// A matrix or its transpose, as a factor of a product.
template <class T>
struct factor {
  factor(matrix_view<T> matrix, bool is_transposed = false) noexcept : view(matrix), transposed(is_transposed) {}

  std::size_t rows() const noexcept { return transposed ? view.cols : view.rows; }
  std::size_t cols() const noexcept { return transposed ? view.rows : view.cols; }

  matrix_view<T> view;
  bool transposed;
};

/// `linalg::transposed(X)` stands for Xᵀ; nothing is moved.
template <class T>
factor<T> transposed(matrix_view<T> matrix) noexcept {
  return factor<T>(matrix, true);
}

/// What `syrk` writes.
enum class triangle { lower, both };

/// Keeps a parameter out of template deduction.
template <class T>
using plain = std::common_type_t<T>;

/// C ← alpha·A·B + beta·C, C of `[A.rows(), B.cols()]`, e.g. `linalg::gemm(1.0, X, linalg::transposed(Y), 0.0, C,
/// run)`.
template <class T>
void gemm(plain<T> alpha, const factor<plain<T>>& a, const factor<plain<T>>& b, plain<T> beta, T* c,
          const run_options& run = {});

/// C ← alpha·A·Aᵀ + beta·C, symmetric of `[A.rows(), A.rows()]`, at half the cost of `gemm`. With
/// `linalg::transposed(X)` it is XᵀX. Of C only the lower triangle is read.
template <class T>
void syrk(plain<T> alpha, const factor<plain<T>>& a, plain<T> beta, T* c, const run_options& run = {},
          triangle written = triangle::both);

/// y ← alpha·A·x + beta·y, x of `A.cols()` and y of `A.rows()` values.
template <class T>
void gemv(plain<T> alpha, const factor<plain<T>>& a, const plain<T>* x, plain<T> beta, T* y,
          const run_options& run = {});

/// The upper triangle of an n × n matrix becomes the mirror image of the lower one.
template <class T>
void mirror_lower(T* c, std::size_t n);

namespace detail {

inline void check_blas_int(std::size_t extent, std::string_view argument) {
  constexpr auto most = static_cast<std::size_t>((std::numeric_limits<int>::max)());
  require(extent <= most, argument, "at most 2147483647, the most that BLAS can count", extent);
}

template <class T>
void check_factor(const factor<T>& a, std::string_view argument) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "tailor: BLAS multiplies float or double only");
  check_blas_int(a.view.rows, argument);
  check_blas_int(a.view.cols, argument);
}

/// The factor's part that begins at `row`, `col` of what it stands for. Only its address matters: the leading dimension
/// stays that of the whole.
template <class T>
const T* part(const factor<T>& a, std::size_t row, std::size_t col) {
  return a.transposed ? a.view.data + col * a.view.cols + row : a.view.data + row * a.view.cols + col;
}

// BLAS demands a leading dimension of at least 1, even of nothing.
inline int leading(std::size_t cols) { return cols == 0 ? 1 : static_cast<int>(cols); }

inline CBLAS_TRANSPOSE flag(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }

/// One BLAS call: C[m × n] ← alpha·A·B + beta·C for pointers into larger matrices.
template <class T>
void gemm_call(bool a_transposed, bool b_transposed, std::size_t m, std::size_t n, std::size_t k, T alpha, const T* a,
               std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
  const int rows = static_cast<int>(m), cols = static_cast<int>(n), inner = static_cast<int>(k);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemm(CblasRowMajor, flag(a_transposed), flag(b_transposed), rows, cols, inner, alpha, a, leading(lda), b,
                leading(ldb), beta, c, leading(ldc));
  else
    cblas_dgemm(CblasRowMajor, flag(a_transposed), flag(b_transposed), rows, cols, inner, alpha, a, leading(lda), b,
                leading(ldb), beta, c, leading(ldc));
}

/// One BLAS call: the lower triangle of C[n × n] ← alpha·A·Aᵀ + beta·C.
template <class T>
void syrk_call(bool transposed, std::size_t n, std::size_t k, T alpha, const T* a, std::size_t lda, T beta, T* c,
               std::size_t ldc) {
  const int extent = static_cast<int>(n), inner = static_cast<int>(k);
  if constexpr (std::is_same_v<T, float>)
    cblas_ssyrk(CblasRowMajor, CblasLower, flag(transposed), extent, inner, alpha, a, leading(lda), beta, c,
                leading(ldc));
  else
    cblas_dsyrk(CblasRowMajor, CblasLower, flag(transposed), extent, inner, alpha, a, leading(lda), beta, c,
                leading(ldc));
}

/// One BLAS call: y ← alpha·A·x + beta·y, A stored as m × n.
template <class T>
void gemv_call(bool transposed, std::size_t m, std::size_t n, T alpha, const T* a, std::size_t lda, const T* x, T beta,
               T* y) {
  const int rows = static_cast<int>(m), cols = static_cast<int>(n);
  if constexpr (std::is_same_v<T, float>)
    cblas_sgemv(CblasRowMajor, flag(transposed), rows, cols, alpha, a, leading(lda), x, 1, beta, y, 1);
  else
    cblas_dgemv(CblasRowMajor, flag(transposed), rows, cols, alpha, a, leading(lda), x, 1, beta, y, 1);
}

/// About how long BLAS takes, in nanoseconds.
template <class T>
work_hint product_hint(std::size_t m, std::size_t n, std::size_t k) {
  const double flops_a_step = std::is_same_v<T, float> ? 32 : 16;
  return {2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) / flops_a_step, {}};
}

/// values ← beta·values; not read where beta is 0.
template <class T>
void scale(T beta, T* values, std::size_t n) {
  if (beta == T{0})
    std::fill(values, values + n, T{0});
  else if (beta != T{1})
    for (std::size_t i = 0; i < n; ++i) values[i] *= beta;
}

// BLAS packs both factors once a block: higher blocks waste less, lower ones balance better over the threads. Measured
// at 5,000 x 1,000 against one BLAS call: 512 rows cost 2-4 % more, 256 rows 8-11 %.
inline constexpr std::size_t edge = 256;
inline constexpr std::size_t wide_edge = 4096;
inline blocks row_blocks(std::size_t rows) { return {rows, rows < 8 * edge ? edge : 2 * edge}; }

/// How the inner extent of a product with a small output is cut: at most 32 parts, so that the partial outputs, each
/// as large as the output, stay small.
inline blocks inner_blocks(std::size_t outputs, std::size_t inner) {
  const std::size_t shortest = 1024;
  if (outputs > edge * edge || inner < 2 * shortest) return {inner, (std::max)(inner, std::size_t{1})};
  return {inner, (std::max)(shortest, (inner + 31) / 32)};
}

/// output ← beta·output + Σ partial outputs, added in order; all of `cols` columns, or up to the diagonal.
/// `part(begin, end, to)` writes the one of an inner range.
template <class T, class Part>
void sum_of_parts(blocks inner, const run_options& run, work_hint hint, T beta, T* output, std::size_t rows,
                  std::size_t cols, bool lower, Part&& part) {
  const std::size_t outputs = rows * cols;
  std::vector<T> partial(inner.count() * outputs);
  parallel_blocks(inner, run, hint, [&](std::size_t, std::size_t block, std::size_t begin, std::size_t end) {
    part(begin, end, partial.data() + block * outputs);
  });
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t width = lower ? r + 1 : cols;
    scale(beta, output + r * cols, width);
    for (std::size_t block = 0; block < inner.count(); ++block) {
      const T* from = partial.data() + block * outputs + r * cols;
      for (std::size_t i = 0; i < width; ++i) output[r * cols + i] += from[i];
    }
  }
}

/// Rows [begin, end) of the lower triangle are copied to their mirror image, tile by tile.
template <class T>
void mirror_rows(T* c, std::size_t n, std::size_t begin, std::size_t end) {
  constexpr std::size_t tile = 32;
  for (std::size_t i0 = begin; i0 < end; i0 += tile)
    for (std::size_t j0 = 0; j0 < end; j0 += tile) {
      const std::size_t i1 = (std::min)(end, i0 + tile);
      for (std::size_t j = j0; j < (std::min)(j0 + tile, i1); ++j)
        for (std::size_t i = (std::max)(i0, j + 1); i < i1; ++i) c[j * n + i] = c[i * n + j];
    }
}

}  // namespace detail

template <class T>
void gemm(plain<T> alpha, const factor<plain<T>>& a, const factor<plain<T>>& b, plain<T> beta, T* c,
          const run_options& run) {
  detail::check_factor(a, "A");
  detail::check_factor(b, "B");
  if (a.cols() != b.rows())
    throw shape_error(describe("A * B", "as many columns of A as rows of B",
                               show_shape({a.rows(), a.cols()}) + " and " + show_shape({b.rows(), b.cols()})));
  const std::size_t m = a.rows(), n = b.cols(), k = a.cols();
  if (m == 0 || n == 0) return;
  if (k == 0) return detail::scale(beta, c, m * n);

  const auto call = [&](std::size_t i0, std::size_t i1, std::size_t j0, std::size_t j1, std::size_t k0, std::size_t k1,
                        T factor_of_c, T* to) {
    detail::gemm_call<T>(a.transposed, b.transposed, i1 - i0, j1 - j0, k1 - k0, alpha, detail::part(a, i0, k0),
                         a.view.cols, detail::part(b, k0, j0), b.view.cols, factor_of_c, to, n);
  };
  const work_hint hint = detail::product_hint<T>(m, n, k);
  const blocks inner = detail::inner_blocks(m * n, k);
  if (inner.count() > 1)
    return detail::sum_of_parts<T>(inner, run, hint, beta, c, m, n, false,
                                   [&](std::size_t k0, std::size_t k1, T* to) { call(0, m, 0, n, k0, k1, T{0}, to); });

  // Blocks are flat and wide, so that most of B is packed once a block of rows; a product of few rows is cut across.
  const blocks down = detail::row_blocks(m);
  const blocks across{n, m <= 2 * detail::edge ? detail::edge : detail::wide_edge};
  parallel_blocks({down.count() * across.count(), 1}, run, hint, [&](std::size_t, std::size_t block, auto...) {
    const std::size_t i = block / across.count(), j = block % across.count();
    call(down.begin(i), down.end(i), across.begin(j), across.end(j), 0, k, beta,
         c + down.begin(i) * n + across.begin(j));
  });
}

template <class T>
void syrk(plain<T> alpha, const factor<plain<T>>& a, plain<T> beta, T* c, const run_options& run, triangle written) {
  detail::check_factor(a, "A");
  const std::size_t n = a.rows(), k = a.cols();
  const work_hint hint = detail::product_hint<T>(n, n, (k + 1) / 2);
  const blocks inner = detail::inner_blocks(n * n, k);
  if (k == 0) {
    for (std::size_t i = 0; i < n; ++i) detail::scale(beta, c + i * n, i + 1);
  } else if (inner.count() > 1) {
    detail::sum_of_parts<T>(inner, run, hint, beta, c, n, n, true, [&](std::size_t k0, std::size_t k1, T* to) {
      detail::syrk_call<T>(a.transposed, n, k1 - k0, alpha, detail::part(a, 0, k0), a.view.cols, T{0}, to, n);
    });
  } else {
    // A block is a run of rows up to the diagonal; the longest ones go first.
    const blocks down = detail::row_blocks(n);
    parallel_blocks({down.count(), 1}, run, hint, [&](std::size_t, std::size_t block, auto...) {
      const std::size_t row = down.count() - 1 - block;
      const std::size_t begin = down.begin(row), end = down.end(row);
      const T* rows = detail::part(a, begin, 0);
      T* to = c + begin * n;
      if (begin != 0)
        detail::gemm_call<T>(a.transposed, !a.transposed, end - begin, begin, k, alpha, rows, a.view.cols, a.view.data,
                             a.view.cols, beta, to, n);
      detail::syrk_call<T>(a.transposed, end - begin, k, alpha, rows, a.view.cols, beta, to + begin, n);
      if (written == triangle::both) detail::mirror_rows(c, n, begin, end);
    });
    return;
  }
  if (written == triangle::both) mirror_lower(c, n);
}

template <class T>
void gemv(plain<T> alpha, const factor<plain<T>>& a, const plain<T>* x, plain<T> beta, T* y, const run_options& run) {
  detail::check_factor(a, "A");
  const std::size_t rows = a.view.rows, cols = a.view.cols;
  // beta is applied here: some releases of OpenBLAS multiply by it even when it is 0, which keeps a NaN alive.
  if (rows == 0 || cols == 0) return detail::scale(beta, y, a.rows());

  // Reading A from memory takes about 0.1 ns a byte.
  const work_hint hint{static_cast<double>(a.view.size() * sizeof(T)) / 10, {}};
  const std::size_t a_block = (std::max)(std::size_t{1}, (std::size_t{1} << 17) / cols);
  if (!a.transposed) {
    detail::scale(beta, y, rows);
    parallel_blocks({rows, a_block}, run, hint, [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
      detail::gemv_call<T>(false, end - begin, cols, alpha, a.view.row(begin), cols, x, T{1}, y + begin);
    });
  } else {
    const blocks inner{rows, (std::max)(a_block, (rows + 31) / 32)};
    detail::sum_of_parts<T>(inner, run, hint, beta, y, 1, cols, false, [&](std::size_t begin, std::size_t end, T* to) {
      detail::gemv_call<T>(true, end - begin, cols, alpha, a.view.row(begin), cols, x + begin, T{1}, to);
    });
  }
}

template <class T>
void mirror_lower(T* c, std::size_t n) {
  detail::mirror_rows(c, n, 0, n);
}

}  // namespace linalg

namespace detail {

// Weak: null when the program's BLAS has no such function. Only the ELF linkers promise that.
#if defined(__ELF__) && (defined(__GNUC__) || defined(__clang__))
#define TAILOR_WEAK_BLAS 1
extern "C" {
__attribute__((weak)) void openblas_set_num_threads(int);
__attribute__((weak)) char* openblas_get_corename(void);
__attribute__((weak)) void MKL_Set_Num_Threads(int);
__attribute__((weak)) void bli_thread_set_num_threads(std::ptrdiff_t);
}
#else
#define TAILOR_WEAK_BLAS 0
#endif

}  // namespace detail

inline bool use_single_threaded_blas() {
  bool told = false;
#if TAILOR_WEAK_BLAS
  if (detail::openblas_set_num_threads != nullptr) {
    detail::openblas_set_num_threads(1);
    told = true;
  }
  if (detail::MKL_Set_Num_Threads != nullptr) {
    detail::MKL_Set_Num_Threads(1);
    told = true;
  }
  if (detail::bli_thread_set_num_threads != nullptr) {
    detail::bli_thread_set_num_threads(1);
    told = true;
  }
#endif
  return told;
}

inline std::string blas_core_name() {
#if TAILOR_WEAK_BLAS
  if (detail::openblas_get_corename != nullptr) return detail::openblas_get_corename();
#endif
  return {};
}

}  // namespace v0
}  // namespace tailor

#undef TAILOR_WEAK_BLAS

#endif
