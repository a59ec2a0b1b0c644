// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_MEASURES_HPP
#define TAILOR_SIMILARITY_MEASURES_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/kernels.hpp"
#include "../data/csr_view.hpp"
#include "measure.hpp"

namespace tailor {
inline namespace v0 {
namespace similarity {

// --- over all values: what is absent is a zero -----------------------------------------------------------------------

/// Σxy. Unbounded.
struct dot : measure_defaults {
  static constexpr const char* name = "dot";
  template <class T>
  using overlap = product_overlap<T>;
  /// For the check of overflow alone: |Σxy| is at most the larger of two such.
  template <class T>
  T summary(data::row_view<T> row) const {
    return kernels::sum_of_squares(row.values.data(), row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T, T) const {
    return o.sum;
  }
};

/// Σxy / (‖x‖ ‖y‖), in [−1, 1]; 0 when a row is zero. As scikit-learn's cosine_similarity and implicit's
/// CosineRecommender.
struct cosine : measure_defaults {
  static constexpr const char* name = "cosine";
  template <class T>
  using overlap = product_overlap<T>;
  template <class T>
  T summary(data::row_view<T> row) const {
    const T squares = kernels::sum_of_squares(row.values.data(), row.size());
    if (!std::isfinite(squares)) return squares;
    return squares > T{} ? T{1} / std::sqrt(squares) : T{};
  }
  template <class T>
  T operator()(const overlap<T>& o, T inverse_x, T inverse_y) const {
    // The larger factor first: nothing overflows, and the order of the rows does not matter.
    const T similarity = o.sum * (std::max)(inverse_x, inverse_y) * (std::min)(inverse_x, inverse_y);
    return (std::min)(T{1}, (std::max)(T{-1}, similarity));
  }
};

/// Σxy / ((‖x‖²)^α (‖y‖²)^(1−α)), Aiolli 2013: α = ½ is the cosine; α → 1 asks how much of x is in y. 0 when a row is
/// zero. Beyond the largest number it is that number.
struct asymmetric_cosine : measure_defaults {
  static constexpr const char* name = "asymmetric_cosine";
  template <class A>
  void archive(A& a) {
    a("alpha", alpha);
  }
  void loaded() const { asymmetric_cosine{alpha}; }

  double alpha = 0.5;

  asymmetric_cosine() = default;
  explicit asymmetric_cosine(double a) : alpha(a) {
    require(a >= 0 && a <= 1, "asymmetric_cosine: alpha", "a number from 0 to 1", a);
  }
  static constexpr bool symmetric = false;
  template <class T>
  using overlap = product_overlap<T>;
  template <class T>
  T summary(data::row_view<T> row) const {
    return kernels::sum_of_squares(row.values.data(), row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T squares_x, T squares_y) const {
    if (!(squares_x > T{} && squares_y > T{})) return T{};
    const T scale = std::pow(squares_x, static_cast<T>(alpha)) * std::pow(squares_y, static_cast<T>(1 - alpha));
    constexpr T most = (std::numeric_limits<T>::max)();
    return o.sum == T{} ? T{} : (std::min)(most, (std::max)(-most, o.sum / scale));
  }
};

/// 1 / (1 + ‖x − y‖), in (0, 1]; equal rows 1. Rows so near each other that ‖x‖² + ‖y‖² − 2Σxy loses digits are
/// subtracted one from the other.
struct euclidean : measure_defaults {
  static constexpr const char* name = "euclidean";
  static constexpr bool needs_overlap = false;
  template <class T>
  using overlap = product_overlap<T>;
  template <class T>
  T summary(data::row_view<T> row) const {
    const T squares = kernels::sum_of_squares(row.values.data(), row.size());
    return squares <= (std::numeric_limits<T>::max)() / 4 ? squares : std::numeric_limits<T>::infinity();
  }
  template <class T>
  T operator()(const overlap<T>& o, T squares_x, T squares_y) const {
    return from_squares(squares_x + squares_y - T{2} * o.sum);
  }
  template <class T, class Rows>
  T refined(const overlap<T>& o, T squares_x, T squares_y, Rows&& rows) const {
    const T squares = squares_x + squares_y, distance = squares - T{2} * o.sum;
    if (distance > close<T> * squares) return from_squares(distance);
    const auto [x, y] = rows();
    return from_squares(squared_distance<T>(x, y));
  }

 private:
  /// Below this share of ‖x‖² + ‖y‖² a squared distance has lost some 5 (float) or 10 (double) of its bits.
  template <class T>
  static constexpr T close = sizeof(T) == 4 ? T(1) / 32 : T(1) / 1024;

  template <class T>
  static T from_squares(T squares) {
    return T{1} / (T{1} + std::sqrt((std::max)(T{}, squares)));
  }
  template <class T>
  static T squared_distance(data::row_view<T> x, data::row_view<T> y) {
    if (x.columns.data() == y.columns.data() && x.size() == y.size())  // dense rows
      return kernels::squared_distance(x.values.data(), y.values.data(), x.size());
    T sum{};
    for (std::size_t i = 0, j = 0; i < x.size() || j < y.size();) {
      const bool has_x = j == y.size() || (i < x.size() && x.columns[i] <= y.columns[j]);
      const bool has_y = i == x.size() || (j < y.size() && y.columns[j] <= x.columns[i]);
      const T difference = (has_x ? x.values[i] : T{}) - (has_y ? y.values[j] : T{});
      sum += difference * difference;
      i += has_x ? 1 : 0;
      j += has_y ? 1 : 0;
    }
    return sum;
  }
};

// --- of rows as sets: what is stored is a member
// ------------------------------------------------------------------------

/// |x ∩ y| / (|x ∩ y| + α |x − y| + β |y − x|), Tversky 1977, in [0, 1]; 0 when nothing is common.
struct tversky : measure_defaults {
  static constexpr const char* name = "tversky";
  template <class A>
  void archive(A& a) {
    a("alpha", alpha);
    a("beta", beta);
  }
  void loaded() const { tversky(alpha, beta); }

  double alpha = 1, beta = 1;

  tversky() = default;
  tversky(double a, double b) : alpha(a), beta(b) {
    require(std::isfinite(a) && a >= 0, "tversky: alpha", "a number from 0", a);
    require(std::isfinite(b) && b >= 0, "tversky: beta", "a number from 0", b);
  }
  static constexpr bool symmetric = false;
  template <class T>
  using overlap = count_overlap<T>;
  template <class T>
  T summary(data::row_view<T> row) const {
    return static_cast<T>(row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T size_x, T size_y) const {
    if (!(o.sum > T{})) return T{};
    return o.sum / (o.sum + static_cast<T>(alpha) * (size_x - o.sum) + static_cast<T>(beta) * (size_y - o.sum));
  }
};

/// |x ∩ y| / |x ∪ y|, in [0, 1]; 0 when nothing is common.
struct jaccard : measure_defaults {
  static constexpr const char* name = "jaccard";
  template <class T>
  using overlap = count_overlap<T>;
  template <class T>
  T summary(data::row_view<T> row) const {
    return static_cast<T>(row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T size_x, T size_y) const {
    return o.sum > T{} ? o.sum / (size_x + size_y - o.sum) : T{};
  }
};

/// 2 |x ∩ y| / (|x| + |y|), in [0, 1]; 0 when nothing is common.
struct dice : measure_defaults {
  static constexpr const char* name = "dice";
  template <class T>
  using overlap = count_overlap<T>;
  template <class T>
  T summary(data::row_view<T> row) const {
    return static_cast<T>(row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T size_x, T size_y) const {
    return o.sum > T{} ? T{2} * o.sum / (size_x + size_y) : T{};
  }
};

// --- over the columns that both rows have (ratings: the items that both users rated) ---------------------------------
// Their sums are kept in double also for float ratings: differences of large sums would lose the digits that matter.

/// The cosine over common columns alone, as Surprise's `cosine`; a single common column gives ±1. 0 when the common
/// part of a row is zero.
struct corated_cosine : measure_defaults {
  static constexpr const char* name = "corated_cosine";
  template <class T>
  struct overlap {
    double xy = 0, xx = 0, yy = 0;
    void add(T x, T y) noexcept {
      const auto a = static_cast<double>(x), b = static_cast<double>(y);
      xy += a * b;
      xx += a * a;
      yy += b * b;
    }
  };
  template <class T>
  T summary(data::row_view<T> row) const {
    return kernels::sum_of_squares(row.values.data(), row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T, T) const {
    const double norms = std::sqrt(o.xx) * std::sqrt(o.yy);
    return norms > 0 ? static_cast<T>(std::clamp(o.xy / norms, -1.0, 1.0)) : T{};
  }
};

/// The cosine over common columns after each column's mean is taken off (Sarwar 2001): between items, a rating counts
/// as its distance from its user's mean. The means are those of the rows searched among. 0 when the common part of a
/// row is constant at those means.
struct adjusted_cosine : corated_cosine {
  static constexpr const char* name = "adjusted_cosine";
  template <class T>
  std::vector<T> column_offsets(data::csr_view<T> transposed) const {
    std::vector<T> means(transposed.n_rows());
    for (std::size_t c = 0; c < means.size(); ++c) {
      const auto values = transposed.row(c).values;
      if (!values.empty()) means[c] = kernels::sum(values.data(), values.size()) / static_cast<T>(values.size());
    }
    return means;
  }
};

/// Pearson's correlation over common columns, with the means of those columns, as Surprise's `pearson`. 0 for a single
/// common column and when the common part of a row is constant, which is to say that its variance is below 1e-13 of its
/// mean square.
struct pearson : measure_defaults {
  static constexpr const char* name = "pearson";
  template <class T>
  struct overlap {
    double n = 0, x = 0, y = 0, xy = 0, xx = 0, yy = 0;
    void add(T value_x, T value_y) noexcept {
      const auto a = static_cast<double>(value_x), b = static_cast<double>(value_y);
      n += 1;
      x += a;
      y += b;
      xy += a * b;
      xx += a * a;
      yy += b * b;
    }
  };
  template <class T>
  T summary(data::row_view<T> row) const {
    return static_cast<T>(row.size()) * kernels::sum_of_squares(row.values.data(), row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T, T) const {
    const double spread_x = o.n * o.xx - o.x * o.x, spread_y = o.n * o.yy - o.y * o.y;
    // A constant row leaves rounding errors instead of zero.
    if (!(spread_x > constant * o.n * o.xx) || !(spread_y > constant * o.n * o.yy)) return T{};
    return static_cast<T>(
        std::clamp((o.n * o.xy - o.x * o.y) / (std::sqrt(spread_x) * std::sqrt(spread_y)), -1.0, 1.0));
  }
  static constexpr double constant = 1e-13;
};

/// 1 / (1 + mean squared difference over common columns), in (0, 1], as Surprise's `msd`, the default of its k-NN
/// models. 0 when nothing is common.
struct msd : measure_defaults {
  static constexpr const char* name = "msd";
  template <class T>
  struct overlap {
    double n = 0, squares = 0;
    void add(T x, T y) noexcept {
      const double difference = static_cast<double>(x) - static_cast<double>(y);
      n += 1;
      squares += difference * difference;
    }
  };
  template <class T>
  T summary(data::row_view<T> row) const {
    return kernels::sum_of_squares(row.values.data(), row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T, T) const {
    return o.n > 0 ? static_cast<T>(1 / (1 + o.squares / o.n)) : T{};
  }
};

// --- trust in small overlaps -----------------------------------------------------------------------------------------

/// Another measure, 0 below `min_support` common columns, and shrunk by n / (n + shrinkage) when n are common (Bell &
/// Koren 2007; Surprise's pearson_baseline uses n − 1 in place of n).
template <class Measure>
struct supported : Measure {
  std::size_t min_support = 1;
  double shrinkage = 0;

  supported(Measure measure, std::size_t support, double shrink = 0)
      : Measure(measure), min_support(support), shrinkage(shrink) {
    require(std::isfinite(shrink) && shrink >= 0, "supported: shrinkage", "a number from 0", shrink);
  }
  static constexpr bool needs_overlap = true;
  template <class T>
  struct overlap {
    typename Measure::template overlap<T> common;
    std::size_t n = 0;
    void add(T x, T y) noexcept {
      common.add(x, y);
      ++n;
    }
  };
  template <class T>
  T operator()(const overlap<T>& o, T summary_x, T summary_y) const {
    return is_trusted(o) ? Measure::operator()(o.common, summary_x, summary_y) * trust(o) : T{};
  }
  template <class T, class Rows, class M = Measure, class = std::enable_if_t<detail::has_refined<M, T, Rows>::value>>
  T refined(const overlap<T>& o, T summary_x, T summary_y, Rows&& rows) const {
    return is_trusted(o) ? Measure::refined(o.common, summary_x, summary_y, rows) * trust(o) : T{};
  }

 private:
  template <class T>
  bool is_trusted(const overlap<T>& o) const {
    return o.n != 0 && o.n >= min_support;
  }
  template <class T>
  T trust(const overlap<T>& o) const {
    const auto n = static_cast<double>(o.n);
    return static_cast<T>(n / (n + shrinkage));
  }
};

}  // namespace similarity
}  // namespace v0
}  // namespace tailor

#endif
