// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_EXPRESSION_HPP
#define TAILOR_CORE_EXPRESSION_HPP

// The only header of tailor that includes xtensor. xtensor 0.26 moved its headers into folders; where both layouts can
// be seen, the newer one is taken unless TAILOR_XTENSOR_NESTED_HEADERS says 0.
#ifndef TAILOR_XTENSOR_NESTED_HEADERS
#if __has_include(<xtensor/containers/xtensor.hpp>)
#define TAILOR_XTENSOR_NESTED_HEADERS 1
#else
#define TAILOR_XTENSOR_NESTED_HEADERS 0
#endif
#endif

#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xnoalias.hpp>
#else
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "error.hpp"
#include "huge_pages.hpp"
#include "kernels.hpp"
#include "matrix_view.hpp"
#include "span.hpp"

namespace tailor {
inline namespace v0 {

/// What tailor returns for a table of numbers: row-major, whatever xtensor's default layout is set to.
template <class T>
using dense_matrix = xt::xtensor<T, 2, xt::layout_type::row_major>;

/// What tailor returns for a list of numbers.
template <class T>
using dense_vector = xt::xtensor<T, 1, xt::layout_type::row_major>;

/// A `rows` × `cols` matrix of unset values, on huge pages from 4 MB.
/// @throws value_error when no address space holds so many
template <class T>
dense_matrix<T> make_matrix(std::size_t rows, std::size_t cols);

/// `n` unset values, on huge pages from 4 MB.
/// @throws value_error when no address space holds so many
template <class T>
dense_vector<T> make_vector(std::size_t n);

/// A matrix of `T`s that came through the door: borrowed from the expression it was made of when that was possible,
/// its own copy otherwise. A borrowing one lives no longer than the expression.
template <class T>
class matrix_argument {
 public:
  matrix_argument() = default;
  /// Borrows.
  explicit matrix_argument(matrix_view<T> borrowed) noexcept : view_(borrowed), borrowed_(true) {}
  /// Owns.
  explicit matrix_argument(dense_matrix<T>&& owned) noexcept
      : owned_(std::move(owned)), view_{nullptr, owned_.shape()[0], owned_.shape()[1]} {}

  const T* data() const noexcept { return borrowed_ ? view_.data : owned_.data(); }
  std::size_t rows() const noexcept { return view_.rows; }
  std::size_t cols() const noexcept { return view_.cols; }
  matrix_view<T> view() const noexcept { return {data(), rows(), cols()}; }
  bool borrowed() const noexcept { return borrowed_; }

 private:
  dense_matrix<T> owned_;
  matrix_view<T> view_;
  bool borrowed_ = false;
};

/// The same for a list of `T`s.
template <class T>
class vector_argument {
 public:
  vector_argument() = default;
  explicit vector_argument(span<const T> borrowed) noexcept : view_(borrowed), borrowed_(true) {}
  explicit vector_argument(dense_vector<T>&& owned) noexcept
      : owned_(std::move(owned)), view_(nullptr, owned_.size()) {}

  const T* data() const noexcept { return borrowed_ ? view_.data() : owned_.data(); }
  std::size_t size() const noexcept { return view_.size(); }
  span<const T> view() const noexcept { return {data(), size()}; }
  bool borrowed() const noexcept { return borrowed_; }

 private:
  dense_vector<T> owned_;
  span<const T> view_;
  bool borrowed_ = false;
};

/// The door: any xtensor expression of numbers with two dimensions becomes a row-major matrix of `T`s. Its memory is
/// borrowed, not copied, when its scalar is `T`, its rows follow one another without gaps, and it is a named object
/// (an lvalue: as a parameter `const E& R` always is). A temporary is moved in or copied, so that nothing dangles.
///
/// Values are converted as by `static_cast`: integers beyond 2⁵³ (2²⁴ for float) are rounded, `bool` becomes 0 or 1.
/// @param name what messages call the argument
/// @throws shape_error when an expression whose rank is known at run time only (xarray, strided_view) has another one
template <class T, class E>
matrix_argument<T> as_matrix(E&& expression, std::string_view name);

/// The same for one dimension.
template <class T, class E>
vector_argument<T> as_vector(E&& expression, std::string_view name);

/// Whether `E` is an xtensor expression: a container, an adaptor, a view or a lazy computation.
template <class E>
inline constexpr bool is_expression_v = xt::is_xexpression<std::decay_t<E>>::value;

namespace detail {
template <class E, class = void>
struct real_of;
}

/// The scalar that a function computes with when it is given an `E`: float for an expression of floats, double for
/// everything else.
template <class E>
using real_of_t = typename detail::real_of<std::decay_t<E>>::type;

/// @throws value_error that says where the first value is that is NaN or infinite: `R(3, 17): expected a finite …`
/// Values that are neither float nor double are finite.
template <class T>
void require_finite(matrix_view<T> matrix, std::string_view name);
template <class T>
void require_finite(span<const T> values, std::string_view name);

namespace detail {

// g++ in C++20 mode makes rank 4 out of every temporary of dynamic rank in xtensor before 0.26 (its
// xexpression_traits.hpp asks for __cplusplus == 201703L). tailor never makes such temporaries; a caller may.
#if defined(__GNUC__) && !defined(__clang__) && __cplusplus > 201703L && XTENSOR_VERSION_MAJOR == 0 && \
    XTENSOR_VERSION_MINOR < 26
inline constexpr bool dynamic_rank_is_broken = true;
#else
inline constexpr bool dynamic_rank_is_broken = false;
#endif

inline constexpr std::size_t dynamic_rank = static_cast<std::size_t>(-1);

/// `E`, or `D` for the base `xt::xexpression<D>` that functions in xtensor's style take.
template <class E>
struct derived_expression {
  using type = E;
};
template <class D>
struct derived_expression<xt::xexpression<D>> {
  using type = D;
};
template <class E>
using derived_expression_t = typename derived_expression<std::decay_t<E>>::type;

/// The scalar of an expression; void for anything else.
template <class E, class = void>
struct scalar_of {
  using type = void;
};
template <class E>
struct scalar_of<E, std::enable_if_t<is_expression_v<E>>> {
  using type = std::remove_cv_t<typename derived_expression_t<E>::value_type>;
};
template <class E>
using scalar_of_t = typename scalar_of<E>::type;

template <class E, class>
struct real_of {
  using type = std::conditional_t<std::is_same_v<scalar_of_t<E>, float>, float, double>;
};

/// The number of dimensions that a shape's type tells, or dynamic_rank.
template <class Shape, class = void>
struct rank_of_shape : std::integral_constant<std::size_t, dynamic_rank> {};
template <class Shape>
struct rank_of_shape<Shape, std::void_t<decltype(std::tuple_size<Shape>::value)>>
    : std::integral_constant<std::size_t, std::tuple_size<Shape>::value> {};
template <std::size_t... N>
struct rank_of_shape<xt::fixed_shape<N...>, void> : std::integral_constant<std::size_t, sizeof...(N)> {};

/// Whether an expression lies in memory at `data() + data_offset()` with `strides()`. The test of `storage().data()`
/// excludes containers whose own `data()` does not compile, like an adaptor of vector<bool>.
template <class D, class = void>
struct lies_in_memory : std::false_type {};
template <class D>
struct lies_in_memory<
    D, std::void_t<decltype(std::declval<const D&>().data()), decltype(std::declval<const D&>().storage().data()),
                   decltype(std::declval<const D&>().data_offset()), decltype(std::declval<const D&>().strides()[0])>>
    : std::bool_constant<
          std::is_convertible_v<decltype(std::declval<const D&>().data()), const typename D::value_type*> &&
          std::is_convertible_v<decltype(std::declval<const D&>().storage().data()), const typename D::value_type*>> {};

/// Refuses at compile time what cannot be a dense argument of `Rank` dimensions, in words, and tells whether to go on.
template <class D, std::size_t Rank>
constexpr bool check_dense_argument() {
  static_assert(is_expression_v<D>,
                "tailor: a dense argument must be an xtensor expression of numbers; wrap a std::vector with xt::adapt");
  if constexpr (is_expression_v<D>) {
    constexpr bool numbers = std::is_arithmetic_v<scalar_of_t<D>>;
    static_assert(
        numbers,
        "tailor: a dense argument must hold real numbers (integers, bool or floating point); take xt::real of "
        "a complex one, fill in the missing values of an optional one");
    constexpr std::size_t rank = rank_of_shape<std::decay_t<typename D::shape_type>>::value;
    constexpr bool broken = dynamic_rank_is_broken && rank == 4;
    static_assert(!broken,
                  "tailor: a dense argument has rank 4: if it was computed from xarray or strided_view, xtensor before "
                  "0.26 with g++ in C++20 has broken it; use C++17, xtensor 0.26, or xt::xtensor");
    constexpr bool fits = rank == dynamic_rank || rank == Rank || broken;
    static_assert(
        fits || Rank != 2,
        "tailor: expected a matrix, an xtensor expression of 2 dimensions; this one has another number of them");
    static_assert(
        fits || Rank != 1,
        "tailor: expected a vector, an xtensor expression of 1 dimension; this one has another number of them");
    return numbers && fits && !broken;
  } else {
    return false;
  }
}

template <class D>
const D& as_derived(const xt::xexpression<D>& expression) {
  return expression.derived_cast();
}

/// The extents of an expression.
template <std::size_t Rank, class D>
std::array<std::size_t, Rank> extents_of(const D& expression, std::string_view name) {
  const auto& shape = expression.shape();
  const auto rank = static_cast<std::size_t>(expression.dimension());
  if (rank != Rank) {
    std::string found = std::to_string(rank) + (rank == 1 ? " dimension" : " dimensions");
    for (std::size_t i = 0; i < rank; ++i)
      found.append(i == 0 ? " of shape " : " x ").append(std::to_string(static_cast<std::size_t>(shape[i])));
    if (dynamic_rank_is_broken && rank == 4)
      found += " (xtensor before 0.26 with g++ in C++20 breaks expressions of xarray and strided_view)";
    throw shape_error(describe(name, Rank == 2 ? "a matrix (2 dimensions)" : "a vector (1 dimension)", found));
  }
  std::array<std::size_t, Rank> extents;
  for (std::size_t i = 0; i < Rank; ++i) extents[i] = static_cast<std::size_t>(shape[i]);
  return extents;
}

/// A matrix with any strides, counted in elements; a vector is one row of it.
template <class S>
struct strided_matrix {
  const S* data;
  std::size_t rows, cols;
  std::ptrdiff_t row_stride, col_stride;

  /// The stride of an extent of 1 means nothing.
  bool contiguous() const noexcept {
    if (rows == 0 || cols == 0) return true;
    return (cols == 1 || col_stride == 1) && (rows == 1 || row_stride == static_cast<std::ptrdiff_t>(cols));
  }
};

template <class D>
strided_matrix<typename D::value_type> strided(const D& expression, const std::array<std::size_t, 2>& extents) {
  const auto& strides = expression.strides();
  return {expression.data() + expression.data_offset(), extents[0], extents[1], static_cast<std::ptrdiff_t>(strides[0]),
          static_cast<std::ptrdiff_t>(strides[1])};
}
template <class D>
strided_matrix<typename D::value_type> strided(const D& expression, const std::array<std::size_t, 1>& extents) {
  return {expression.data() + expression.data_offset(), 1, extents[0], 0,
          static_cast<std::ptrdiff_t>(expression.strides()[0])};
}

/// Copies in tiles, so that columns that lie together in memory are read together. One instantiation a pair of
/// scalars, not one an expression.
template <class S, class T>
void copy_strided(const strided_matrix<S>& from, T* to) {
  constexpr std::size_t tile = 32;
  const bool along_rows = from.col_stride == 1 || from.rows == 1;
  const std::size_t tile_rows = along_rows ? 1 : tile;
  const std::size_t tile_cols = along_rows ? from.cols : tile;
  for (std::size_t i0 = 0; i0 < from.rows; i0 += tile_rows)
    for (std::size_t j0 = 0; j0 < from.cols; j0 += tile_cols) {
      const std::size_t i1 = (std::min)(from.rows, i0 + tile_rows), j1 = (std::min)(from.cols, j0 + tile_cols);
      for (std::size_t i = i0; i < i1; ++i) {
        const S* row = from.data + static_cast<std::ptrdiff_t>(i) * from.row_stride;
        T* out = to + i * from.cols;
        if (from.col_stride == 1)
          for (std::size_t j = j0; j < j1; ++j) out[j] = static_cast<T>(row[j]);
        else
          for (std::size_t j = j0; j < j1; ++j)
            out[j] = static_cast<T>(row[static_cast<std::ptrdiff_t>(j) * from.col_stride]);
      }
    }
}

template <class T>
dense_matrix<T> make_dense(const std::array<std::size_t, 2>& extents) {
  return make_matrix<T>(extents[0], extents[1]);
}
template <class T>
dense_vector<T> make_dense(const std::array<std::size_t, 1>& extents) {
  return make_vector<T>(extents[0]);
}

inline void check_size(std::size_t rows, std::size_t cols, std::size_t element) {
  constexpr std::size_t most = static_cast<std::size_t>(PTRDIFF_MAX);
  const bool fits = rows == 0 || cols == 0 || (cols <= most / element && rows <= most / element / cols);
  if (!fits)
    throw value_error(describe("matrix", "an extent that memory can hold", show_shape({rows, cols}) + " values"));
}

template <class T, class Argument, std::size_t Rank, class E>
Argument pass_door(E&& expression, std::string_view name) {
  using D = derived_expression_t<E>;
  if constexpr (check_dense_argument<D, Rank>()) {
    const D& source = as_derived<D>(expression);
    const auto extents = extents_of<Rank>(source, name);
    constexpr bool temporary = !std::is_lvalue_reference_v<E>;
    using dense = decltype(make_dense<T>(extents));
    if constexpr (temporary && std::is_same_v<E, dense>) {
      return Argument(std::move(expression));
    } else if constexpr (lies_in_memory<D>::value) {
      const auto layout = strided(source, extents);
      if constexpr (std::is_same_v<scalar_of_t<D>, T> && !temporary) {
        if (layout.contiguous()) {
          if constexpr (Rank == 2)
            return Argument(matrix_view<T>{layout.data, extents[0], extents[1]});
          else
            return Argument(span<const T>(layout.data, extents[0]));
        }
      }
      dense copy = make_dense<T>(extents);
      copy_strided(layout, copy.data());
      return Argument(std::move(copy));
    } else {
      dense copy = make_dense<T>(extents);
      xt::noalias(copy) = source;
      return Argument(std::move(copy));
    }
  } else {
    (void)expression;
    (void)name;
    return Argument();
  }
}

/// The position of the first value that is not finite, or `n`.
template <class T>
std::size_t first_not_finite(const T* values, std::size_t n) {
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    if (kernels::all_finite(values, n)) return n;
    return static_cast<std::size_t>(
        std::find_if(values, values + n, [](const T& value) { return !kernels::all_finite(&value, 1); }) - values);
  } else {
    return n;
  }
}

}  // namespace detail

template <class T>
dense_matrix<T> make_matrix(std::size_t rows, std::size_t cols) {
  detail::check_size(rows, cols, sizeof(T));
  dense_matrix<T> matrix(std::array<std::size_t, 2>{rows, cols});
  advise_huge_pages(matrix.data(), matrix.size() * sizeof(T));
  return matrix;
}

template <class T>
dense_vector<T> make_vector(std::size_t n) {
  detail::check_size(1, n, sizeof(T));
  dense_vector<T> vector(std::array<std::size_t, 1>{n});
  advise_huge_pages(vector.data(), n * sizeof(T));
  return vector;
}

template <class T, class E>
matrix_argument<T> as_matrix(E&& expression, std::string_view name) {
  return detail::pass_door<T, matrix_argument<T>, 2>(std::forward<E>(expression), name);
}

template <class T, class E>
vector_argument<T> as_vector(E&& expression, std::string_view name) {
  return detail::pass_door<T, vector_argument<T>, 1>(std::forward<E>(expression), name);
}

template <class T>
void require_finite(matrix_view<T> matrix, std::string_view name) {
  const std::size_t at = detail::first_not_finite(matrix.data, matrix.size());
  if (at == matrix.size()) return;
  const std::string place = '(' + std::to_string(at / matrix.cols) + ", " + std::to_string(at % matrix.cols) + ')';
  throw value_error(describe(std::string(name) + place, "a finite number", show(matrix.data[at])));
}

template <class T>
void require_finite(span<const T> values, std::string_view name) {
  const std::size_t at = detail::first_not_finite(values.data(), values.size());
  if (at == values.size()) return;
  const std::string place = '(' + std::to_string(at) + ')';
  throw value_error(describe(std::string(name) + place, "a finite number", show(values[at])));
}

}  // namespace v0
}  // namespace tailor

#endif
