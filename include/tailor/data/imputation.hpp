// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_IMPUTATION_HPP
#define TAILOR_DATA_IMPUTATION_HPP

#include <algorithm>
#include <array>
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
#include "column_summary.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// What a missing number is replaced with: the mean or median of its column's numbers, the most frequent one (of
/// several the least), or a constant.
enum class imputation { mean, median, most_frequent, constant };
constexpr std::array<std::string_view, 4> enum_names(imputation) {
  return {"mean", "median", "most_frequent", "constant"};
}

struct imputer_options {
  imputation strategy = imputation::mean;
  double constant = 0;      ///< for `imputation::constant`
  bool indicators = false;  ///< one more column, of 0 and 1, for each in which `fit` saw a number missing

  template <class A>
  void archive(A& a) {
    a("strategy", strategy);
    a("constant", constant);
    a("indicators", indicators);
  }
};

/// Replaces NaN in a matrix [n, d] by what was learnt of training rows, as scikit-learn's SimpleImputer; but a column
/// without a number is an error there is no way around, not left out.
class simple_imputer {
 public:
  /// @throws value_error for a constant that is not finite
  explicit simple_imputer(imputer_options options = {}) : options_(options) {
    require(std::isfinite(options.constant), "imputer_options::constant", "a finite number", options.constant);
  }

  const imputer_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return !fill_.empty(); }
  std::size_t n_features() const noexcept { return fill_.size(); }
  /// What missing numbers of each column are replaced with.
  const std::vector<double>& fill() const noexcept { return fill_; }
  /// The columns that have an indicator, rising; they follow the d columns in what `transform` returns.
  const std::vector<std::size_t>& indicated() const noexcept { return indicated_; }

  /// A failed fit changes nothing. O(n d), for the most frequent O(n log n d).
  /// @param X  [n, d]: any xtensor expression of numbers
  /// @throws value_error for infinity, no columns, or a column of nothing but NaN unless a constant is given
  template <class E>
  simple_imputer& fit(const E& X, const run_options& run = {}) {
    const auto matrix = as_matrix<real_of_t<E>>(X, "X");
    learn(matrix.view(), run);
    return *this;
  }

  /// @return [n, d + indicated()], float for floats, else double
  /// @throws not_fitted_error, shape_error when X has another number of columns than `fit` saw, value_error for
  /// infinity
  template <class E>
  dense_matrix<real_of_t<E>> transform(const E& X) const {
    const auto matrix = as_matrix<real_of_t<E>>(X, "X");
    return replace(matrix.view());
  }

  template <class E>
  dense_matrix<real_of_t<E>> fit_transform(const E& X, const run_options& run = {}) {
    return fit(X, run).transform(X);
  }

  static constexpr const char* saved_as = "tailor.data.simple_imputer";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("fill", fill_);
    a("indicated", indicated_);
  }
  void loaded() const {
    tailor::detail::require_loaded(fill_, fill_.size(), "fill");
    tailor::detail::require_loaded_below(indicated_, indicated_.size(), fill_.size(), "indicated");
  }

 private:
  template <class T>
  void learn(matrix_view<T> X, const run_options& run) {
    const std::vector<column_summary> columns = detail::summarise(X, run);
    require(!columns.empty(), "X", "at least one column", columns.size());
    std::vector<double> fill(X.cols), numbers;
    std::vector<std::size_t> indicated;
    for (std::size_t j = 0; j < X.cols; ++j) {
      if (columns[j].count == 0 && options_.strategy != imputation::constant)
        throw value_error(describe("X", "a number in every column", "none in " + show(j)));
      if (options_.indicators && columns[j].count != X.rows) indicated.push_back(j);
      if (options_.strategy == imputation::constant) {
        fill[j] = options_.constant;
      } else if (options_.strategy == imputation::mean) {
        fill[j] = columns[j].mean;
      } else {
        numbers.clear();
        for (std::size_t i = 0; i < X.rows; ++i)
          if (!std::isnan(X(i, j))) numbers.push_back(static_cast<double>(X(i, j)));
        fill[j] = options_.strategy == imputation::median ? median(numbers) : most_frequent(numbers);
      }
    }
    fill_ = std::move(fill);
    indicated_ = std::move(indicated);
  }

  template <class T>
  dense_matrix<T> replace(matrix_view<T> X) const {
    if (!is_fitted()) throw not_fitted_error("simple_imputer: expected fit before transform, found no data");
    require<shape_error>(X.cols == n_features(), "X", show(n_features()) + " columns, as fit saw", X.cols);
    dense_matrix<T> full = make_matrix<T>(X.rows, X.cols + indicated_.size());
    T* out = full.data();
    for (std::size_t i = 0; i < X.rows; ++i) {
      for (std::size_t j = 0; j < X.cols; ++j) {
        const T x = X(i, j);
        if (std::isinf(x)) throw detail::infinite_cell(i, j, static_cast<double>(x));
        *out++ = std::isnan(x) ? static_cast<T>(fill_[j]) : x;
      }
      for (const std::size_t j : indicated_) *out++ = std::isnan(X(i, j)) ? T{1} : T{0};
    }
    return full;
  }

  /// Reorders the numbers.
  static double median(std::vector<double>& numbers) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::nth_element(numbers.begin(), middle, numbers.end());
    if (numbers.size() % 2 != 0) return *middle;
    return *std::max_element(numbers.begin(), middle) / 2 + *middle / 2;
  }
  static double most_frequent(std::vector<double>& numbers) {
    std::sort(numbers.begin(), numbers.end());
    double best = numbers.front();
    std::size_t longest = 0;
    for (auto first = numbers.begin(); first != numbers.end();) {
      const auto last = std::upper_bound(first, numbers.end(), *first);
      const auto length = static_cast<std::size_t>(last - first);
      if (length > longest) {
        longest = length;
        best = *first;
      }
      first = last;
    }
    return best;
  }

  imputer_options options_;
  std::vector<double> fill_;
  std::vector<std::size_t> indicated_;
};

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
