// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_MEASURE_HPP
#define TAILOR_SIMILARITY_MEASURE_HPP

#include <type_traits>
#include <utility>

#include "../data/csr_view.hpp"

// A measure says how similar two rows are. It is a small value type; a type of your own with the same members works
// wherever these do:
//
//   struct my_measure : similarity::measure_defaults {
//     template <class T> struct overlap { void add(T x, T y); };   // gathers the columns that both rows have
//     template <class T> T summary(data::row_view<T> row) const;   // once per row; 0 when not needed
//     template <class T> T operator()(const overlap<T>& o, T summary_x, T summary_y) const;
//   };
//
// Three more members are optional. `symmetric = false` says that m(x, y) ≠ m(y, x). `needs_overlap = false` says that
// rows with no common column are not simply 0. `std::vector<T> column_offsets(data::csr_view<T> transposed) const`
// gives what is taken off a column's values first. And where sums lose digits, `T refined(const overlap<T>& o, T
// summary_x, T summary_y, Rows&& rows) const` may look at the rows themselves: `rows()` is the pair of them.
//
// Every result is a number: a zero row, a single common column or a constant row has the result that is documented at
// the measure, never NaN. A summary that is not finite refuses the row: each measure below returns one when the sums
// that it needs of the row would overflow. Squares that underflow to 0 (of values below 1e-19 in float, 1e-154 in
// double) count as 0.
//
// A cell of a sparse matrix that holds an explicit 0 is a value like any other to the measures over common columns (a
// rating of 0) and a member to those of sets; to those over all values it is as if it were not there. In a dense matrix
// a 0 is always "absent".

namespace tailor {
inline namespace v0 {
namespace similarity {

/// What a measure is taken to be unless it says otherwise.
struct measure_defaults {
  /// m(x, y) = m(y, x)
  static constexpr bool symmetric = true;
  /// Rows without a common column score 0, so that such pairs need not be looked at.
  static constexpr bool needs_overlap = true;

  template <class T>
  T summary(data::row_view<T>) const {
    return T{};
  }
};

/// Σ xy over the common columns. Measures over it are computed from a Gram matrix where the data are dense.
template <class T>
struct product_overlap {
  T sum{};
  void add(T x, T y) noexcept { sum += x * y; }
};

/// The number of common columns. Measures over it treat rows as sets: what is stored is a member.
template <class T>
struct count_overlap {
  T sum{};
  void add(T, T) noexcept { sum += T{1}; }
};

namespace detail {

template <class M, class T, class = void>
struct has_column_offsets : std::false_type {};
template <class M, class T>
struct has_column_offsets<M, T, std::void_t<decltype(&M::template column_offsets<T>)>> : std::true_type {};

template <class M, class T, class Rows, class = void>
struct has_refined : std::false_type {};
template <class M, class T, class Rows>
struct has_refined<M, T, Rows,
                   std::void_t<decltype(std::declval<const M&>().refined(
                       std::declval<const typename M::template overlap<T>&>(), T{}, T{}, std::declval<Rows>()))>>
    : std::true_type {};

/// Whether a measure may want to look at the rows themselves.
template <class T>
struct row_pair_source {
  std::pair<data::row_view<T>, data::row_view<T>> operator()() const;
};
template <class M, class T>
inline constexpr bool refines_v = has_refined<M, T, row_pair_source<T>>::value;

/// What `measure` says of two rows; `rows()` is called when it wants to look at them.
template <class M, class T, class Rows>
T measured(M measure, const typename M::template overlap<T>& o, T summary_x, T summary_y, Rows&& rows) {
  if constexpr (has_refined<M, T, Rows>::value)
    return measure.refined(o, summary_x, summary_y, rows);
  else
    return measure(o, summary_x, summary_y);
}

template <class M, class T>
inline constexpr bool is_product_v = std::is_same_v<typename M::template overlap<T>, product_overlap<T>>;
template <class M, class T>
inline constexpr bool is_count_v = std::is_same_v<typename M::template overlap<T>, count_overlap<T>>;

}  // namespace detail

}  // namespace similarity
}  // namespace v0
}  // namespace tailor

#endif
