// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_SCALING_HPP
#define TAILOR_DATA_SCALING_HPP

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "column_summary.hpp"

// Columns of a matrix [n, d] brought to one size, by what was learnt of training rows. NaN is passed by in `fit` and
// stays NaN in what is returned, as in scikit-learn; infinity is refused.

namespace tailor {
inline namespace v0 {
namespace data {

namespace detail {

/// x ↦ (x − shift) / scale + origin, column by column: what every scaler is once it is fitted.
class column_scaler {
 public:
  bool is_fitted() const noexcept { return !scale_.empty(); }
  std::size_t n_features() const noexcept { return scale_.size(); }
  /// What is taken off each column, and what it is divided by then.
  const std::vector<double>& shift() const noexcept { return shift_; }
  const std::vector<double>& scale() const noexcept { return scale_; }

  /// @param X  [n, d]: any xtensor expression of numbers
  /// @return [n, d], float for floats, else double
  /// @throws not_fitted_error, shape_error when X has another number of columns than `fit` saw, value_error for
  /// infinity
  template <class E>
  dense_matrix<real_of_t<E>> transform(const E& X, const run_options& run = {}) const {
    return map(X, run, [this](double x, std::size_t j) { return (x - shift_[j]) / scale_[j] + origin_; });
  }

  /// Back to the numbers that `transform` was given. @throws as `transform`
  template <class E>
  dense_matrix<real_of_t<E>> inverse_transform(const E& X, const run_options& run = {}) const {
    return map(X, run, [this](double x, std::size_t j) { return (x - origin_) * scale_[j] + shift_[j]; });
  }

  template <class A>
  void archive(A& a) {
    a("shift", shift_);
    a("scale", scale_);
    a("origin", origin_);
  }
  void loaded() const {
    tailor::detail::require_loaded(shift_, scale_.size(), "shift");
    tailor::detail::require_loaded(scale_, scale_.size(), "scale");
    for (const double scale : scale_)
      if (scale == 0) require(false, "scale", "numbers other than 0", scale);
    require(std::isfinite(origin_), "origin", "a finite number", origin_);
  }

 protected:
  /// What `fit` starts from. @throws value_error when there is no row or no column, or a column has nothing but NaN
  template <class E>
  static std::vector<column_summary> summaries_of(const E& X, const run_options& run) {
    std::vector<column_summary> columns = summarise_columns(X, run);
    require(!columns.empty(), "X", "at least one column", columns.size());
    for (std::size_t j = 0; j < columns.size(); ++j)
      if (columns[j].count == 0) throw value_error(describe("X", "a number in every column", "none in " + show(j)));
    return columns;
  }

  void learnt(std::vector<double> shift, std::vector<double> scale, double origin) noexcept {
    shift_ = std::move(shift);
    scale_ = std::move(scale);
    origin_ = origin;
  }

 private:
  template <class E, class F>
  dense_matrix<real_of_t<E>> map(const E& X, const run_options& run, F f) const {
    using real = real_of_t<E>;
    if (!is_fitted()) throw not_fitted_error("scaler: expected fit before transform, found no data");
    const auto matrix = as_matrix<real>(X, "X");
    const matrix_view<real> from = matrix.view();
    require<shape_error>(from.cols == n_features(), "X", show(n_features()) + " columns, as fit saw", from.cols);
    dense_matrix<real> to = make_matrix<real>(from.rows, from.cols);
    real* const out = to.data();
    parallel_blocks({from.rows, 4096}, run, {static_cast<double>(from.size())},
                    [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                      for (std::size_t i = begin; i < end; ++i)
                        for (std::size_t j = 0; j < from.cols; ++j) {
                          const auto x = static_cast<double>(from(i, j));
                          const auto y = static_cast<real>(f(x, j));
                          if (std::isinf(y)) throw infinite_cell(i, j, x);  // as x is, or far from what fit saw
                          out[i * from.cols + j] = y;
                        }
                    });
    return to;
  }

  std::vector<double> shift_, scale_;
  double origin_ = 0;
};

}  // namespace detail

/// Mean 0 and standard deviation 1, (x − mean) / √(Σ (x − mean)² / n), as scikit-learn's StandardScaler; a column that
/// is constant, up to rounding, becomes 0.
class standard_scaler : public detail::column_scaler {
 public:
  static constexpr const char* saved_as = "tailor.data.standard_scaler";

  /// A failed fit changes nothing. O(n d), with the same bits for any number of threads.
  /// @param X  [n, d]: any xtensor expression of numbers
  /// @throws value_error for infinity, no rows, no columns or a column of nothing but NaN
  template <class E>
  standard_scaler& fit(const E& X, const run_options& run = {}) {
    std::vector<double> shift, scale;
    for (const column_summary& column : summaries_of(X, run)) {
      // scikit-learn's bound on what rounding leaves of a constant column
      constexpr double epsilon = std::numeric_limits<double>::epsilon();
      const double n = static_cast<double>(column.count), variance = column.variance();
      const double rounding = n * epsilon * variance + (n * column.mean * epsilon) * (n * column.mean * epsilon);
      shift.push_back(column.mean);
      scale.push_back(variance <= rounding ? 1 : std::sqrt(variance));
    }
    learnt(std::move(shift), std::move(scale), 0);
    return *this;
  }

  template <class E>
  dense_matrix<real_of_t<E>> fit_transform(const E& X, const run_options& run = {}) {
    return fit(X, run).transform(X, run);
  }
};

/// The least number of a column becomes `lowest` and the largest `highest`, as scikit-learn's MinMaxScaler; numbers
/// beyond those of the training rows go beyond, and a constant column becomes `lowest`.
class minmax_scaler : public detail::column_scaler {
 public:
  /// @throws value_error unless lowest < highest, both finite
  explicit minmax_scaler(double lowest = 0, double highest = 1) : lowest_(lowest), highest_(highest) {
    require(std::isfinite(lowest), "minmax_scaler: lowest", "a finite number", lowest);
    require(std::isfinite(highest - lowest) && lowest < highest, "minmax_scaler: highest",
            "a finite number above lowest, " + show(lowest), highest);
  }

  /// As `standard_scaler::fit`.
  template <class E>
  minmax_scaler& fit(const E& X, const run_options& run = {}) {
    std::vector<double> shift, scale;
    for (const column_summary& column : summaries_of(X, run)) {
      const double range = column.max - column.min;
      const bool constant = range < 10 * std::numeric_limits<double>::epsilon();  // scikit-learn's bound
      shift.push_back(column.min);
      scale.push_back((constant ? 1 : range) / (highest_ - lowest_));
    }
    learnt(std::move(shift), std::move(scale), lowest_);
    return *this;
  }

  template <class E>
  dense_matrix<real_of_t<E>> fit_transform(const E& X, const run_options& run = {}) {
    return fit(X, run).transform(X, run);
  }

  static constexpr const char* saved_as = "tailor.data.minmax_scaler";
  template <class A>
  void archive(A& a) {
    a("lowest", lowest_);
    a("highest", highest_);
    column_scaler::archive(a);
  }
  void loaded() const {
    minmax_scaler(lowest_, highest_);
    column_scaler::loaded();
  }

 private:
  double lowest_, highest_;
};

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
