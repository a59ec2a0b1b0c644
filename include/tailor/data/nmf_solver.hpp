// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_NMF_SOLVER_HPP
#define TAILOR_DATA_NMF_SOLVER_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "../core/expression.hpp"
#include "../core/kernels.hpp"
#include "../core/linalg.hpp"
#include "../core/parallel.hpp"
#include "data_matrix.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// What the distance of X from W·H is: ½ ‖X − WH‖², or Σ x ln(x / wh) − x + wh.
enum class nmf_loss { frobenius, kullback_leibler };
constexpr std::array<std::string_view, 2> enum_names(nmf_loss) { return {"frobenius", "kullback_leibler"}; }

/// How it is made smaller: coordinate by coordinate (Cichocki, Phan: Fast local algorithms for large scale nonnegative
/// matrix and tensor factorizations. IEICE Transactions 2009), or by factors that keep what is above 0 there (Lee,
/// Seung: Algorithms for non-negative matrix factorization. NIPS 2000).
enum class nmf_solver { coordinate_descent, multiplicative };
constexpr std::array<std::string_view, 2> enum_names(nmf_solver) { return {"coordinate_descent", "multiplicative"}; }

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// l1 · Σ w + l2 / 2 · Σ w²
struct nmf_penalty {
  double l1, l2;
};

/// Multiplicative steps between two looks at the error, as in scikit-learn.
inline constexpr std::size_t nmf_check_period = 10;

/// The steps of both solvers, on one factor A `[rows, k]` of X ≈ A·Bᵀ while the other, B `[cols, k]`, stands still: W
/// and Hᵀ take turns, X transposed for the second. Rows of A do not depend on one another.
template <class T>
struct nmf_steps {
  nmf_loss loss;
  nmf_solver solver;

  /// One step of every row of A. @return by how much coordinate descent found it away from where it may rest
  double improve(const data_matrix<T>& x, bool transposed, dense_matrix<T>& a, const dense_matrix<T>& b,
                 nmf_penalty penalty, const run_options& run) const {
    const still other = standing(x, transposed, b, penalty, run);
    const std::size_t rows = a.shape()[0], k = a.shape()[1];
    return parallel_reduce(
        {rows, 256}, run, hint(x, rows, k), 0.0,
        [&](std::size_t begin, std::size_t end) {
          std::vector<T> scratch(k);
          double violation = 0;
          for (std::size_t i = begin; i < end; ++i)
            violation += step(other, i, a.data() + i * k, scratch.data(), transposed);
          return violation;
        },
        [](double total, double part) { return total + part; });
  }

  /// The A of X for a B that is given, row by row until each rests.
  dense_matrix<T> solve(const data_matrix<T>& x, const dense_matrix<T>& b, nmf_penalty penalty, double tolerance,
                        std::size_t max_iter, const run_options& run) const {
    const std::size_t rows = x.rows(), k = b.shape()[1];
    dense_matrix<T> a = make_matrix<T>(rows, k);
    const still other = standing(x, false, b, penalty, run);
    work_hint cost = hint(x, rows, k);
    cost.steps *= 20;
    parallel_blocks({rows, 64}, run, cost, [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
      std::vector<T> scratch(k);
      for (std::size_t i = begin; i < end; ++i)
        solve_row(other, x, i, a.data() + i * k, scratch.data(), tolerance, max_iter);
    });
    return a;
  }

  /// ‖X − WH‖ or √(2 KL).
  double error(const data_matrix<T>& x, const dense_matrix<T>& w, const dense_matrix<T>& ht,
               const run_options& run) const {
    const still other = standing(x, false, ht, {0, 0}, run);
    const std::size_t rows = x.rows(), k = w.shape()[1];
    const double total = parallel_reduce(
        {rows, 256}, run, hint(x, rows, k), 0.0,
        [&](std::size_t begin, std::size_t end) {
          double part = 0;
          for (std::size_t i = begin; i < end; ++i) part += row_error(other, x, i, w.data() + i * k);
          return part;
        },
        [](double sum, double part) { return sum + part; });
    return std::sqrt((std::max)(total, 0.0) * 2);
  }

 private:
  /// All that the rows of A share.
  struct still {
    std::size_t k;
    matrix_view<T> b;
    csr_view<T> x;            // Kullback-Leibler: what is divided by
    dense_matrix<T> product;  // Frobenius: X·B
    dense_matrix<T> gram;     // Frobenius: BᵀB
    std::vector<T> sums;      // Kullback-Leibler: of B's columns
    T l1, l2;
  };

  still standing(const data_matrix<T>& x, bool transposed, const dense_matrix<T>& b, nmf_penalty penalty,
                 const run_options& run) const {
    const std::size_t k = b.shape()[1];
    still s{k, view_of(b), {}, {}, {}, {}, static_cast<T>(penalty.l1), static_cast<T>(penalty.l2)};
    if (loss == nmf_loss::frobenius) {
      s.product = x.times(transposed, s.b, run);
      s.gram = make_matrix<T>(k, k);
      linalg::syrk(T{1}, linalg::transposed(s.b), T{0}, s.gram.data(), run);
      if (solver == nmf_solver::coordinate_descent)
        for (std::size_t t = 0; t < k; ++t) s.gram(t, t) += s.l2;
    } else {
      s.x = transposed ? x.sparse_transposed() : x.sparse();
      std::vector<double> sums(k);
      for (std::size_t j = 0; j < b.shape()[0]; ++j)
        for (std::size_t t = 0; t < k; ++t) sums[t] += static_cast<double>(b(j, t));
      s.sums.assign(sums.begin(), sums.end());
    }
    return s;
  }

  work_hint hint(const data_matrix<T>& x, std::size_t rows, std::size_t k) const {
    const double cells =
        loss == nmf_loss::frobenius ? static_cast<double>(rows * k) : static_cast<double>(x.values().size());
    return {cells * static_cast<double>(k), {}};
  }

  double step(const still& s, std::size_t i, T* a, T* scratch, bool transposed) const {
    if (solver == nmf_solver::coordinate_descent) return descend(s, i, a);
    multiply_row(s, i, a, scratch, transposed);
    return 0;
  }

  /// scikit-learn's _update_cdnmf_fast.
  static double descend(const still& s, std::size_t i, T* a) {
    double violation = 0;
    for (std::size_t t = 0; t < s.k; ++t) {
      const T gradient = kernels::dot(s.gram.data() + t * s.k, a, s.k) - (s.product(i, t) - s.l1);
      violation += std::abs(static_cast<double>(a[t] == T{0} ? (std::min)(T{0}, gradient) : gradient));
      if (s.gram(t, t) != T{0}) a[t] = (std::max)(a[t] - gradient / s.gram(t, t), T{0});
    }
    return violation;
  }

  /// scikit-learn's _multiplicative_update_w and _h.
  void multiply_row(const still& s, std::size_t i, T* a, T* scratch, bool transposed) const {
    constexpr T tiny = std::numeric_limits<float>::epsilon();
    const bool frobenius = loss == nmf_loss::frobenius;
    if (frobenius) {
      for (std::size_t t = 0; t < s.k; ++t) scratch[t] = kernels::dot(s.gram.data() + t * s.k, a, s.k);
    } else {
      std::fill(scratch, scratch + s.k, T{0});
      const row_view<T> row = s.x.row(i);
      for (std::size_t c = 0; c < row.size(); ++c) {
        const T* b = s.b.row(row.columns[c]);
        const T there = kernels::dot(a, b, s.k), ratio = row.values[c] / (there == T{0} ? tiny : there);
        for (std::size_t t = 0; t < s.k; ++t) scratch[t] += ratio * b[t];
      }
    }
    for (std::size_t t = 0; t < s.k; ++t) {
      const T above = frobenius ? s.product(i, t) : scratch[t];
      T below = (frobenius ? scratch[t] : s.sums[t]) + s.l1 + s.l2 * a[t];
      if (below == T{0}) below = tiny;
      a[t] *= above / below;
      if (!frobenius && transposed && static_cast<double>(a[t]) < std::numeric_limits<double>::epsilon()) a[t] = T{0};
    }
  }

  /// Half the squared distance, or the divergence, of one row.
  double row_error(const still& s, const data_matrix<T>& x, std::size_t i, const T* a) const {
    double total = 0;
    if (loss == nmf_loss::kullback_leibler) {
      for (std::size_t t = 0; t < s.k; ++t) total += static_cast<double>(a[t]) * static_cast<double>(s.sums[t]);
      const row_view<T> row = s.x.row(i);
      for (std::size_t c = 0; c < row.size(); ++c) {
        const auto value = static_cast<double>(row.values[c]);
        if (value == 0) continue;
        const double there = static_cast<double>(kernels::dot(a, s.b.row(row.columns[c]), s.k));
        total += value * std::log(value / (there == 0 ? double(std::numeric_limits<float>::epsilon()) : there)) - value;
      }
      return total;
    }
    if (!x.is_sparse()) {
      for (std::size_t j = 0; j < x.cols(); ++j) {
        const double rest =
            static_cast<double>(x.dense()(i, j)) - static_cast<double>(kernels::dot(a, s.b.row(j), s.k));
        total += rest * rest;
      }
      return total / 2;
    }
    for (const T value : x.sparse().row(i).values) total += static_cast<double>(value) * static_cast<double>(value);
    for (std::size_t t = 0; t < s.k; ++t)
      total += static_cast<double>(a[t]) * (static_cast<double>(kernels::dot(s.gram.data() + t * s.k, a, s.k)) -
                                            2 * static_cast<double>(s.product(i, t)));
    return total / 2;
  }

  void solve_row(const still& s, const data_matrix<T>& x, std::size_t i, T* a, T* scratch, double tolerance,
                 std::size_t max_iter) const {
    if (solver == nmf_solver::coordinate_descent) {
      std::fill(a, a + s.k, T{0});
      double first = 0;
      for (std::size_t iter = 0; iter < max_iter; ++iter) {
        const double violation = descend(s, i, a);
        if (iter == 0) first = violation;
        if (!(violation > tolerance * first)) return;
      }
      return;
    }
    double sum = 0;
    if (x.is_sparse())
      for (const T value : x.sparse().row(i).values) sum += static_cast<double>(value);
    else
      for (const T value : x.dense().row_span(i)) sum += static_cast<double>(value);
    const double mean = sum / static_cast<double>(x.cols());
    std::fill(a, a + s.k, static_cast<T>(std::sqrt(mean / static_cast<double>(s.k))));
    const auto distance = [&] { return std::sqrt((std::max)(row_error(s, x, i, a), 0.0)); };
    const double first = distance();
    double previous = first;
    for (std::size_t iter = 1; iter <= max_iter; ++iter) {
      multiply_row(s, i, a, scratch, false);
      if (iter % nmf_check_period != 0 || tolerance <= 0) continue;
      const double now = distance();
      if (!(previous - now >= tolerance * first)) return;
      previous = now;
    }
  }
};

}  // namespace detail
}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
