// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_WEIGHTING_HPP
#define TAILOR_DATA_WEIGHTING_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/loaded.hpp"
#include "csr_matrix.hpp"

// Weights of counts before similarities are taken of them. Rows are documents and columns are terms: to weight items by
// how telling their users are, as implicit does, pass the transpose [n_items, n_users].

namespace tailor {
inline namespace v0 {
namespace data {

/// How counts x are weighted, with idf = ln(n_rows) − ln(1 + rows that have the column), which is 0 for a column that
/// all rows but one have and negative for one that all have, as in implicit; a stored zero counts as having it.
///   none   x
///   log    ln(1 + x)
///   tfidf  √x · idf, implicit's tfidf_weight
///   bm25   x (k1 + 1) / (x + k1 (1 − b + b · row sum / mean row sum)) · idf, implicit's bm25_weight; the mean is over
///          all rows, the empty ones too
enum class weighting { none, log, tfidf, bm25 };
constexpr std::array<std::string_view, 4> enum_names(weighting) { return {"none", "log", "tfidf", "bm25"}; }

/// A weighting that has seen its rows, and weights these and later ones by what it saw.
class count_weighting {
 public:
  count_weighting() = default;

  /// @param k1, b  of bm25; the defaults are those of implicit's BM25Recommender (its function bm25_weight: 100, .8)
  /// @throws value_error for k1 < 0 or b outside [0, 1]
  explicit count_weighting(weighting kind, double k1 = 1.2, double b = 0.75) : kind_(kind), k1_(k1), b_(b) {
    require(std::isfinite(k1) && k1 >= 0, "bm25: k1", "a number from 0", k1);
    require(b >= 0 && b <= 1, "bm25: b", "a number from 0 to 1", b);
  }

  weighting kind() const noexcept { return kind_; }

  /// Learns the frequencies of the columns and the mean row sum.
  /// @throws value_error naming the first cell that is not a count: negative or not finite
  template <class T>
  count_weighting& fit(csr_view<T> counts);

  /// The counts, weighted by what `fit` saw; `weighting::none` leaves any numbers as they are and needs no `fit`.
  /// @throws value_error as `fit`; shape_error for other columns than `fit` saw; not_fitted_error
  template <class T>
  csr_matrix<T> apply(csr_matrix<T> counts) const;

  static constexpr const char* saved_as = "tailor.data.count_weighting";
  template <class A>
  void archive(A& a) {
    a("weighting", kind_);
    a("k1", k1_);
    a("b", b_);
    a("fitted", fitted_);
    a("idf", idf_);
    a("mean_row_sum", mean_row_sum_);
  }
  void loaded() const {
    count_weighting(kind_, k1_, b_);
    tailor::detail::require_loaded(idf_, idf_.size(), "idf");
    require(std::isfinite(mean_row_sum_), "mean_row_sum", "a finite number", mean_row_sum_);
  }

 private:
  weighting kind_ = weighting::none;
  double k1_ = 1.2, b_ = 0.75;
  bool fitted_ = false;
  std::vector<double> idf_;
  double mean_row_sum_ = 0;
};

/// The matrix weighted by its own frequencies.
template <class T>
csr_matrix<T> log_weight(csr_matrix<T> counts) {
  return count_weighting(weighting::log).fit(counts.view()).apply(std::move(counts));
}
template <class T>
csr_matrix<T> tfidf_weight(csr_matrix<T> counts) {
  return count_weighting(weighting::tfidf).fit(counts.view()).apply(std::move(counts));
}
template <class T>
csr_matrix<T> bm25_weight(csr_matrix<T> counts, double k1 = 1.2, double b = 0.75) {
  return count_weighting(weighting::bm25, k1, b).fit(counts.view()).apply(std::move(counts));
}

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <class T>
double sum_of(span<const T> values) {
  double sum = 0;
  for (const T value : values) sum += static_cast<double>(value);
  return sum;
}

template <class T>
void require_counts(csr_view<T> counts) {
  for (std::size_t r = 0; r < counts.n_rows(); ++r) {
    const row_view<T> row = counts.row(r);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto x = static_cast<double>(row.values[i]);
      if (!(x >= 0) || !std::isfinite(x))
        throw value_error(describe(cell("counts", r, row.columns[i]), "a finite number from 0", show(x)));
    }
  }
}

}  // namespace detail

template <class T>
count_weighting& count_weighting::fit(csr_view<T> counts) {
  if (kind_ != weighting::none) detail::require_counts(counts);
  const auto n_rows = static_cast<double>(counts.n_rows());
  std::vector<double> idf(counts.n_columns(), 0.0);
  for (const std::uint32_t column : counts.columns()) idf[column] += 1;
  // not log1p, which is not always the same as log: a column that all rows but one have must come out as 0
  for (double& frequency : idf) frequency = n_rows == 0 ? 0 : std::log(n_rows) - std::log(1 + frequency);
  const double mean = n_rows == 0 ? 0 : detail::sum_of(counts.values()) / n_rows;
  require(std::isfinite(mean), "counts", "numbers whose sum is finite", mean);
  idf_ = std::move(idf);
  mean_row_sum_ = mean;
  fitted_ = true;
  return *this;
}

template <class T>
csr_matrix<T> count_weighting::apply(csr_matrix<T> counts) const {
  static_assert(std::is_floating_point_v<T>, "tailor: weights are no integers: cast<float>(counts) first");
  if (kind_ == weighting::none) return counts;
  if (!fitted_) throw not_fitted_error("count_weighting: expected fit before apply, found no counts");
  require<shape_error>(counts.n_columns() == idf_.size(), "counts",
                       show(idf_.size()) + " columns, as the weighting was fitted with", counts.n_columns());
  detail::require_counts(counts.view());
  span<T> values = counts.values();
  std::size_t i = 0;
  for (std::size_t r = 0; r < counts.n_rows(); ++r) {
    const row_view<T> row = counts.row(r);
    const double row_sum = detail::sum_of(row.values);
    if (!std::isfinite(row_sum))
      throw value_error(describe("counts: row " + show(r), "numbers whose sum is finite", show(row_sum)));
    const double relative_length = mean_row_sum_ > 0 ? row_sum / mean_row_sum_ : 1;
    const double length_norm = k1_ * (1 - b_ + b_ * relative_length);
    for (const std::uint32_t column : row.columns) {
      const auto x = static_cast<double>(values[i]);
      double weighted = 0;  // a stored zero weighs nothing, also where k1 = 0 would leave 0 / 0
      if (x > 0) {
        if (kind_ == weighting::log)
          weighted = std::log1p(x);
        else if (kind_ == weighting::tfidf)
          weighted = std::sqrt(x) * idf_[column];
        else
          weighted = x * (k1_ + 1) / (length_norm + x) * idf_[column];
      }
      values[i++] = static_cast<T>(weighted);
    }
  }
  return counts;
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
