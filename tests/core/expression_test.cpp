// SPDX-License-Identifier: BSD-3-Clause
// The door on every kind of expression that its users have. Each kind is compared with a closed form of its values and
// with its own element access; `borrows` says where tailor promises not to copy.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <tailor/core/expression.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/misc/xcomplex.hpp>
#include <xtensor/misc/xmanipulation.hpp>
#include <xtensor/views/xstrided_view.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xcomplex.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xview.hpp>
#endif

// xtensor before 0.26 with g++ in C++20: expressions of dynamic rank are silently wrong there (its issues #1970,
// #2701), so that there is nothing to pass through the door.
#if defined(__GNUC__) && !defined(__clang__) && __cplusplus > 201703L && XTENSOR_VERSION_MAJOR == 0 && \
    XTENSOR_VERSION_MINOR < 26
#define DYNAMIC_RANK_WORKS 0
#else
#define DYNAMIC_RANK_WORKS 1
#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/views/xdynamic_view.hpp>
#else
#include <xtensor/xdynamic_view.hpp>
#endif
#endif

// Its index_view does not compile in C++20 with any compiler: its to_array is ambiguous with the standard's.
#if __cplusplus > 201703L && XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR < 26
#define INDEX_VIEW_WORKS 0
#else
#define INDEX_VIEW_WORKS 1
#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/views/xindex_view.hpp>
#else
#include <xtensor/xindex_view.hpp>
#endif
#endif

namespace {

using tailor::as_matrix;
using tailor::as_vector;
using tailor::dense_matrix;
using tailor::dense_vector;
using xt::all;
using xt::layout_type;
using xt::newaxis;
using xt::placeholders::_;

enum access { borrows, copies };

/// Counts the kinds that were tried.
struct census {
  int kinds = 0;

  /// `value(i, j)` is the closed form.
  template <class E, class F>
  void matrix(const char* kind, const E& expression, std::size_t rows, std::size_t cols, F value, access promised) {
    ++kinds;
    INFO(std::string(kind));
    using T = tailor::real_of_t<E>;
    const xt::xexpression<E>& as_functions_take_it = expression;
    const auto argument = as_matrix<T>(as_functions_take_it, "R");
    REQUIRE(argument.rows() == rows);
    REQUIRE(argument.cols() == cols);
    CHECK(argument.borrowed() == (promised == borrows));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < cols; ++j) {
        const T found = argument.view()(i, j);
        // Not expression(i, j): that does not compile for a view whose last slice is an integer.
        const std::array<std::size_t, 2> place{i, j};
        const auto own = static_cast<T>(expression.element(place.begin(), place.end()));
        if (found != static_cast<T>(value(i, j)) || found != own) ++wrong;
      }
    CHECK(wrong == 0);
  }

  template <class E, class F>
  void vector(const char* kind, const E& expression, std::size_t n, F value, access promised) {
    ++kinds;
    INFO(std::string(kind));
    using T = tailor::real_of_t<E>;
    const auto argument = as_vector<T>(expression, "x");
    REQUIRE(argument.size() == n);
    CHECK(argument.borrowed() == (promised == borrows));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const T found = argument.view()[i];
      if (found != static_cast<T>(value(i)) || found != static_cast<T>(expression(i))) ++wrong;
    }
    CHECK(wrong == 0);
  }
};

constexpr std::size_t rows = 4, cols = 5;

/// The value of nearly every matrix here.
constexpr int at(std::size_t i, std::size_t j) { return static_cast<int>(10 * i + j); }

template <class M>
M filled() {
  auto matrix = M::from_shape({rows, cols});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) matrix(i, j) = static_cast<typename M::value_type>(at(i, j));
  return matrix;
}

template <class T>
using row_major = xt::xtensor<T, 2, layout_type::row_major>;
using column_major = xt::xtensor<double, 2, layout_type::column_major>;
using dynamic_layout = xt::xtensor<double, 2, layout_type::dynamic>;
using array = xt::xarray<double, layout_type::row_major>;

/// Slab k of three, 4 x 5 each.
xt::xtensor<double, 3> cube() {
  xt::xtensor<double, 3> result = xt::zeros<double>({std::size_t{3}, rows, cols});
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < cols; ++j) result(k, i, j) = static_cast<double>(100 * k) + at(i, j);
  return result;
}

void containers(census& door) {
  const auto a = filled<row_major<double>>();
  auto variable = a;
  door.matrix("xtensor", variable, rows, cols, at, borrows);
  door.matrix("const xtensor", a, rows, cols, at, borrows);
  door.matrix("xtensor of float", filled<row_major<float>>(), rows, cols, at, borrows);
  door.matrix("column-major xtensor", filled<column_major>(), rows, cols, at, copies);

  dynamic_layout by_row(std::array<std::size_t, 2>{rows, cols}, layout_type::row_major);
  by_row = a;
  door.matrix("xtensor of dynamic layout, rows together", by_row, rows, cols, at, borrows);
  dynamic_layout by_column(std::array<std::size_t, 2>{rows, cols}, layout_type::column_major);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) by_column(i, j) = at(i, j);
  door.matrix("xtensor of dynamic layout, columns together", by_column, rows, cols, at, copies);

  door.matrix("xarray", filled<array>(), rows, cols, at, borrows);
  door.matrix("column-major xarray", filled<xt::xarray<double, layout_type::column_major>>(), rows, cols, at, copies);

  xt::xtensor_fixed<double, xt::xshape<rows, cols>> fixed;
  fixed = a;
  door.matrix("xtensor_fixed", fixed, rows, cols, at, borrows);
  xt::xtensor_fixed<double, xt::xshape<rows, cols>, layout_type::column_major> fixed_column_major;
  fixed_column_major = a;
  door.matrix("column-major xtensor_fixed", fixed_column_major, rows, cols, at, copies);
}

void scalars(census& door) {
  door.matrix("int8_t", filled<row_major<std::int8_t>>(), rows, cols, at, copies);
  door.matrix("uint8_t", filled<row_major<std::uint8_t>>(), rows, cols, at, copies);
  door.matrix("int16_t", filled<row_major<std::int16_t>>(), rows, cols, at, copies);
  door.matrix("uint16_t", filled<row_major<std::uint16_t>>(), rows, cols, at, copies);
  door.matrix("int32_t", filled<row_major<std::int32_t>>(), rows, cols, at, copies);
  door.matrix("uint32_t", filled<row_major<std::uint32_t>>(), rows, cols, at, copies);
  door.matrix("int64_t", filled<row_major<std::int64_t>>(), rows, cols, at, copies);
  door.matrix("uint64_t", filled<row_major<std::uint64_t>>(), rows, cols, at, copies);
  door.matrix("long double", filled<row_major<long double>>(), rows, cols, at, copies);
  const auto one_or_zero = [](std::size_t i, std::size_t j) { return at(i, j) != 0; };
  door.matrix("bool", filled<row_major<bool>>(), rows, cols, one_or_zero, copies);
}

void adaptors(census& door) {
  const auto a = filled<row_major<double>>();
  const std::array<std::size_t, 2> shape{rows, cols};
  std::vector<double> memory(a.begin(), a.end());
  const std::vector<double>& constant = memory;
  const double* pointer = memory.data();

  door.matrix("adaptor of a vector", xt::adapt(memory, shape), rows, cols, at, borrows);
  door.matrix("adaptor of a const vector", xt::adapt(constant, shape), rows, cols, at, borrows);
  door.matrix("adaptor of a pointer", xt::adapt(memory.data(), memory.size(), xt::no_ownership(), shape), rows, cols,
              at, borrows);
  door.matrix("adaptor of a const pointer", xt::adapt(pointer, memory.size(), xt::no_ownership(), shape), rows, cols,
              at, borrows);
  door.matrix("adaptor of run-time rank", xt::adapt(memory, std::vector<std::size_t>{rows, cols}), rows, cols, at,
              borrows);

  std::array<double, rows * cols> fixed;
  std::copy(a.begin(), a.end(), fixed.begin());
  door.matrix("adaptor of an array", xt::adapt(fixed, shape), rows, cols, at, borrows);
  std::vector<int> integers(a.size());
  for (std::size_t k = 0; k < integers.size(); ++k) integers[k] = at(k / cols, k % cols);
  door.matrix("adaptor of a vector of int", xt::adapt(integers, shape), rows, cols, at, copies);

  // A frame of 4 x 7 whose first five columns are the matrix.
  std::vector<double> padded(rows * 7, -1.0);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) padded[i * 7 + j] = at(i, j);
  const std::array<std::size_t, 2> strides{7, 1};
  door.matrix("adaptor with padded rows", xt::adapt(padded.data(), rows * cols, xt::no_ownership(), shape, strides),
              rows, cols, at, copies);

  const auto turned = filled<column_major>();
  std::vector<double> by_column(turned.storage().begin(), turned.storage().end());
  door.matrix("column-major adaptor", xt::adapt<layout_type::column_major>(by_column, shape), rows, cols, at, copies);
}

void views(census& door) {
  const auto a = filled<row_major<double>>();
  const auto b = filled<column_major>();
  const auto stored = cube();
  const auto at_row_1 = [](std::size_t i, std::size_t j) { return at(i + 1, j); };
  const auto at_col_1 = [](std::size_t i, std::size_t j) { return at(i, j + 1); };

  door.matrix("all rows", xt::view(a, all(), all()), rows, cols, at, borrows);
  door.matrix("rows 1 and 2", xt::view(a, xt::range(1, 3), all()), 2, cols, at_row_1, borrows);
  door.matrix("rows from 1 on, columns unsaid", xt::view(a, xt::range(1, _)), 3, cols, at_row_1, borrows);
  door.matrix("one row by a range", xt::view(a, xt::range(1, 2), all()), 1, cols, at_row_1, borrows);
  door.matrix("one row by newaxis", xt::view(a, 1, newaxis(), all()), 1, cols, at_row_1, borrows);
  door.matrix(
      "part of one row", xt::view(a, xt::range(1, 2), xt::range(1, 4)), 1, 3,
      [](std::size_t i, std::size_t j) { return at(i + 1, j + 1); }, borrows);
  door.matrix("rows of rows", xt::view(xt::view(a, xt::range(1, 4), all()), xt::range(0, 2), all()), 2, cols, at_row_1,
              borrows);
  door.matrix(
      "a slab of a cube", xt::view(stored, 1, all(), all()), rows, cols,
      [](std::size_t i, std::size_t j) { return 100 + at(i, j); }, borrows);
  door.matrix(
      "a slab across a cube", xt::view(stored, all(), 1, all()), 3, cols,
      [](std::size_t i, std::size_t j) { return static_cast<int>(100 * i) + at(1, j); }, copies);
  door.matrix(
      "the last axis fixed", xt::view(stored, all(), all(), 1), 3, rows,
      [](std::size_t i, std::size_t j) { return static_cast<int>(100 * i) + at(j, 1); }, copies);

  door.matrix("columns 1 to 3", xt::view(a, all(), xt::range(1, 4)), rows, 3, at_col_1, copies);
  door.matrix("one column by a range", xt::view(a, all(), xt::range(1, 2)), rows, 1, at_col_1, copies);
  door.matrix("one column by newaxis", xt::view(a, all(), 1, newaxis()), rows, 1, at_col_1, copies);
  door.matrix(
      "every other row", xt::view(a, xt::range(0, 4, 2), all()), 2, cols,
      [](std::size_t i, std::size_t j) { return at(2 * i, j); }, copies);
  door.matrix(
      "every other column", xt::view(a, all(), xt::range(0, 5, 2)), rows, 3,
      [](std::size_t i, std::size_t j) { return at(i, 2 * j); }, copies);
  door.matrix(
      "rows backwards", xt::view(a, xt::range(_, _, -1), all()), rows, cols,
      [](std::size_t i, std::size_t j) { return at(rows - 1 - i, j); }, copies);
  door.matrix(
      "columns backwards", xt::view(a, all(), xt::range(_, _, -1)), rows, cols,
      [](std::size_t i, std::size_t j) { return at(i, cols - 1 - j); }, copies);
  door.matrix(
      "both backwards", xt::view(a, xt::range(_, _, -1), xt::range(_, _, -1)), rows, cols,
      [](std::size_t i, std::size_t j) { return at(rows - 1 - i, cols - 1 - j); }, copies);
  door.matrix(
      "rows kept by number", xt::view(a, xt::keep(0, 2, 3), all()), 3, cols,
      [](std::size_t i, std::size_t j) { return at(i == 0 ? 0 : i + 1, j); }, copies);
  door.matrix("a column dropped by number", xt::view(a, all(), xt::drop(0)), rows, 4, at_col_1, copies);
  door.matrix("rows of a column-major matrix", xt::view(b, xt::range(1, 3), all()), 2, cols, at_row_1, copies);
  door.matrix("columns of a column-major matrix", xt::view(b, all(), xt::range(1, 4)), rows, 3, at_col_1, copies);
  door.matrix("one column of a column-major matrix", xt::view(b, all(), xt::range(1, 2)), rows, 1, at_col_1, borrows);
  door.matrix(
      "rows of a lazy sum", xt::view(a + 1.0, xt::range(1, 3), all()), 2, cols,
      [](std::size_t i, std::size_t j) { return at(i + 1, j) + 1; }, copies);

  const std::vector<double> memory(a.begin(), a.end());
  door.matrix("rows of an adaptor",
              xt::view(xt::adapt(memory, std::array<std::size_t, 2>{rows, cols}), xt::range(1, 3), all()), 2, cols,
              at_row_1, borrows);
}

void manipulations(census& door) {
  const auto a = filled<row_major<double>>();
  const auto b = filled<column_major>();
  const auto turned = [](std::size_t i, std::size_t j) { return at(j, i); };

  door.matrix("transposed", xt::transpose(a), cols, rows, turned, copies);
  door.matrix("transposed column-major", xt::transpose(b), cols, rows, turned, borrows);
  door.matrix("transposed twice", xt::transpose(xt::transpose(a)), rows, cols, at, borrows);
  door.matrix(
      "flipped", xt::flip(a, 0), rows, cols, [](std::size_t i, std::size_t j) { return at(rows - 1 - i, j); }, copies);
  door.matrix(
      "rows of a transposed column-major", xt::view(xt::transpose(b), xt::range(1, 3), all()), 2, rows,
      [](std::size_t i, std::size_t j) { return at(j, i + 1); }, borrows);
  door.matrix(
      "every other column of a transposed view",
      xt::view(xt::transpose(xt::view(a, xt::range(0, 3), all())), xt::range(_, _, -1), xt::range(0, 3, 2)), cols, 2,
      [](std::size_t i, std::size_t j) { return at(2 * j, cols - 1 - i); }, copies);

  const dense_vector<double> line = xt::arange<double>(0.0, 12.0);
  door.matrix(
      "reshaped", xt::reshape_view(line, std::array<std::size_t, 2>{3, 4}), 3, 4,
      [](std::size_t i, std::size_t j) { return 4 * i + j; }, copies);
  const dense_vector<double> row = xt::view(a, 1, all());
  door.matrix(
      "a row broadcast", xt::broadcast(row, {rows, cols}), rows, cols,
      [](std::size_t, std::size_t j) { return at(1, j); }, copies);
  door.matrix(
      "a row made a matrix", xt::view(row, newaxis(), all()), 1, cols,
      [](std::size_t, std::size_t j) { return at(1, j); }, borrows);
  door.matrix(
      "a row made a column", xt::view(row, all(), newaxis()), cols, 1,
      [](std::size_t i, std::size_t) { return at(1, i); }, borrows);
  door.matrix(
      "stacked", xt::concatenate(xt::xtuple(a, a), 0), 2 * rows, cols,
      [](std::size_t i, std::size_t j) { return at(i % rows, j); }, copies);
}

void computations(census& door) {
  const auto a = filled<row_major<double>>();
  const auto b = filled<column_major>();
  const auto floats = filled<row_major<float>>();
  const auto integers = filled<row_major<int>>();
  const auto twice = [](std::size_t i, std::size_t j) { return 2 * at(i, j); };
  const auto above_20 = [](std::size_t i, std::size_t j) { return at(i, j) > 20; };

  door.matrix("a sum", a + a, rows, cols, twice, copies);
  door.matrix("a sum of two layouts", a + b, rows, cols, twice, copies);
  door.matrix("a sum of int and double", integers + a, rows, cols, twice, copies);
  door.matrix("a product", 2.0 * a, rows, cols, twice, copies);
  door.matrix("a product of floats", floats * 2.0F, rows, cols, twice, copies);
  door.matrix("a sum of integers", integers + integers, rows, cols, twice, copies);
  door.matrix("a nested computation", xt::sqrt((a + 1.0) * (a + 1.0)) - 1.0, rows, cols, at, copies);
  door.matrix("a cast", xt::cast<double>(integers), rows, cols, at, copies);
  door.matrix("a cast to integers", xt::cast<std::int64_t>(a + 0.5), rows, cols, at, copies);
  door.matrix("a comparison", a > 20.0, rows, cols, above_20, copies);
  door.matrix(
      "a mask negated", !(a > 20.0), rows, cols, [](std::size_t i, std::size_t j) { return at(i, j) <= 20; }, copies);
  door.matrix(
      "a mask applied", a * (a > 20.0), rows, cols,
      [](std::size_t i, std::size_t j) { return at(i, j) > 20 ? at(i, j) : 0; }, copies);
  door.matrix(
      "where", xt::where(a > 20.0, a, -a), rows, cols,
      [](std::size_t i, std::size_t j) { return at(i, j) > 20 ? at(i, j) : -at(i, j); }, copies);
  door.matrix(
      "a matrix and a row", a - xt::view(a, 1, all()), rows, cols,
      [](std::size_t i, std::size_t j) { return at(i, j) - at(1, j); }, copies);
  door.matrix(
      "a matrix and a column", a - xt::view(a, all(), 1, newaxis()), rows, cols,
      [](std::size_t i, std::size_t j) { return at(i, j) - at(i, 1); }, copies);
  door.matrix(
      "transposed sum", xt::transpose(row_major<double>(a + a)), cols, rows,
      [](std::size_t i, std::size_t j) { return 2 * at(j, i); }, copies);
  const auto stored = cube();
  const auto summed = [](std::size_t i, std::size_t j) { return 300 + 3 * at(i, j); };
  door.matrix("a lazy reduction", xt::sum(stored, {0}), rows, cols, summed, copies);
  door.matrix("an immediate reduction", row_major<double>(xt::sum(stored, {0}, xt::evaluation_strategy::immediate)),
              rows, cols, summed, borrows);

  xt::xtensor<std::complex<double>, 2> complex(std::array<std::size_t, 2>{rows, cols});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) complex(i, j) = {static_cast<double>(at(i, j)), -2.0};
  door.matrix("the real part", xt::real(complex), rows, cols, at, copies);
  door.matrix(
      "the imaginary part", xt::imag(complex), rows, cols, [](std::size_t, std::size_t) { return -2; }, copies);
}

void generators(census& door) {
  door.matrix(
      "ones", xt::ones<double>({rows, cols}), rows, cols, [](std::size_t, std::size_t) { return 1; }, copies);
  door.matrix(
      "zeros of float", xt::zeros<float>({rows, cols}), rows, cols, [](std::size_t, std::size_t) { return 0; }, copies);
  const dense_vector<double> line = xt::arange<double>(0.0, 3.0);
  door.matrix(
      "an outer sum", xt::view(line, all(), newaxis()) + 10.0 * xt::view(line, newaxis(), all()), 3, 3,
      [](std::size_t i, std::size_t j) { return i + 10 * j; }, copies);
}

void extents(census& door) {
  const auto none = [](std::size_t, std::size_t) { return 0; };
  const auto a = filled<row_major<double>>();
  door.matrix("0 x 5", row_major<double>::from_shape({0, 5}), 0, 5, none, borrows);
  door.matrix("5 x 0", row_major<double>::from_shape({5, 0}), 5, 0, none, borrows);
  door.matrix("0 x 0", row_major<double>(), 0, 0, none, borrows);
  door.matrix("0 x 5 of int", row_major<int>::from_shape({0, 5}), 0, 5, none, copies);
  door.matrix("no rows of a matrix", xt::view(a, xt::range(1, 1), all()), 0, cols, none, borrows);
  door.matrix("no columns of a matrix", xt::view(a, all(), xt::range(2, 2)), rows, 0, none, borrows);
  door.matrix("0 x 5 computed", row_major<double>::from_shape({0, 5}) + 1.0, 0, 5, none, copies);
  door.matrix(
      "1 x 1", row_major<double>({{7.0}}), 1, 1, [](std::size_t, std::size_t) { return 7; }, borrows);
  door.matrix("1 x 3", row_major<double>({{0.0, 1.0, 2.0}}), 1, 3, at, borrows);
  door.matrix("3 x 1", row_major<double>({{0.0}, {10.0}, {20.0}}), 3, 1, at, borrows);
  door.matrix("3 x 1, column-major", column_major({{0.0}, {10.0}, {20.0}}), 3, 1, at, borrows);
  door.matrix("3 x 1 transposed", xt::transpose(row_major<double>({{0.0}, {1.0}, {2.0}})), 1, 3, at, borrows);
}

#if DYNAMIC_RANK_WORKS
void dynamic_ranks(census& door) {
  const auto a = filled<row_major<double>>();
  const auto b = filled<array>();
  const auto at_row_1 = [](std::size_t i, std::size_t j) { return at(i + 1, j); };
  door.matrix("strided_view, rows", xt::strided_view(a, {xt::range(1, 3), all()}), 2, cols, at_row_1, borrows);
  door.matrix(
      "strided_view, columns", xt::strided_view(a, {all(), xt::range(1, 3)}), rows, 2,
      [](std::size_t i, std::size_t j) { return at(i, j + 1); }, copies);
  door.matrix("strided_view, newaxis", xt::strided_view(a, {1, newaxis(), all()}), 1, cols, at_row_1, borrows);
  const auto solid = cube();
  door.matrix(
      "strided_view, ellipsis", xt::strided_view(solid, {2, xt::ellipsis()}), rows, cols,
      [](std::size_t i, std::size_t j) { return 200 + at(i, j); }, borrows);
  door.matrix(
      "strided_view, backwards", xt::strided_view(b, {xt::range(_, _, -1), all()}), rows, cols,
      [](std::size_t i, std::size_t j) { return at(rows - 1 - i, j); }, copies);
  door.matrix(
      "strided_view of a sum", xt::strided_view(a + 1.0, {xt::range(1, 3), all()}), 2, cols,
      [](std::size_t i, std::size_t j) { return at(i + 1, j) + 1; }, copies);
  door.matrix("dynamic_view", xt::dynamic_view(a, {xt::keep(1, 2), all()}), 2, cols, at_row_1, copies);
  door.matrix(
      "xarray transposed", xt::transpose(b), cols, rows, [](std::size_t i, std::size_t j) { return at(j, i); }, copies);
  door.matrix(
      "xarray reduced", xt::sum(xt::xarray<double>(cube()), {0}), rows, cols,
      [](std::size_t i, std::size_t j) { return 300 + 3 * at(i, j); }, copies);
  door.matrix("a row of an xarray made a matrix", xt::view(b, xt::range(1, 2)), 1, cols, at_row_1, borrows);
  door.matrix(
      "an xarray and an xtensor", a + b, rows, cols, [](std::size_t i, std::size_t j) { return 2 * at(i, j); }, copies);
  door.matrix("squeezed", xt::squeeze(xt::xarray<double>(xt::view(cube(), xt::range(0, 1)))), rows, cols, at, borrows);
}
#endif

#if INDEX_VIEW_WORKS
void index_views(census& door) {
  const auto a = filled<row_major<double>>();
  door.vector(
      "index_view", xt::index_view(a, {{0, 1}, {1, 1}, {2, 3}}), 3,
      [](std::size_t i) { return i == 2 ? 23 : at(i, 1); }, copies);
  door.vector(
      "filter", xt::filter(a, a >= 30.0), cols, [](std::size_t i) { return at(3, i); }, copies);
}
#endif

void vectors(census& door) {
  const auto a = filled<row_major<double>>();
  const auto row_1 = [](std::size_t j) { return at(1, j); };
  const auto index = [](std::size_t i) { return i; };
  const dense_vector<double> line = xt::arange<double>(0.0, 6.0);
  door.vector("xtensor of rank 1", line, 6, index, borrows);
  door.vector("xarray of rank 1", xt::xarray<double>({0.0, 1.0, 2.0}), 3, index, borrows);
  door.vector("xtensor_fixed of rank 1", xt::xtensor_fixed<float, xt::xshape<3>>({0.0F, 1.0F, 2.0F}), 3, index,
              borrows);
  door.vector("integers", xt::xtensor<int, 1>({0, 1, 2}), 3, index, copies);
  door.vector("a row", xt::view(a, 1, all()), cols, row_1, borrows);
  door.vector("a row by xt::row", xt::row(a, 1), cols, row_1, borrows);
  door.vector("a row, columns unsaid", xt::view(a, 1), cols, row_1, borrows);
  door.vector("part of a row", xt::view(a, 1, xt::range(0, 3)), 3, row_1, borrows);
  door.vector(
      "a column", xt::view(a, all(), 1), rows, [](std::size_t i) { return at(i, 1); }, copies);
  door.vector(
      "a column by xt::col", xt::col(a, 1), rows, [](std::size_t i) { return at(i, 1); }, copies);
  door.vector(
      "a column of a column-major matrix", xt::view(filled<column_major>(), all(), 1), rows,
      [](std::size_t i) { return at(i, 1); }, borrows);
  door.vector(
      "backwards", xt::view(line, xt::range(_, _, -1)), 6, [](std::size_t i) { return 5 - i; }, copies);
  door.vector(
      "every other", xt::view(line, xt::range(0, 6, 2)), 3, [](std::size_t i) { return 2 * i; }, copies);
  door.vector(
      "a sum", line + line, 6, [](std::size_t i) { return 2 * i; }, copies);
  door.vector(
      "a reduction", xt::sum(a, {0}), cols, [](std::size_t j) { return at(0, j) + at(1, j) + at(2, j) + at(3, j); },
      copies);
  door.vector("arange", xt::arange<double>(0.0, 4.0), 4, index, copies);
  door.vector("linspace", xt::linspace<double>(0.0, 4.0, 5), 5, index, copies);
  door.vector(
      "a scalar broadcast", xt::ones<double>({4}), 4, [](std::size_t) { return 1; }, copies);
  const std::vector<double> memory{0.0, 1.0, 2.0};
  door.vector("adaptor of a vector", xt::adapt(memory, std::array<std::size_t, 1>{3}), 3, index, borrows);
  door.vector("no elements", dense_vector<double>(), 0, index, borrows);
  door.vector(
      "one element of a stride", xt::view(a, xt::range(1, 2), 1), 1, [](std::size_t) { return at(1, 1); }, borrows);
}

}  // namespace

TEST_CASE("the door: every kind of expression gives its values, and borrows where that is promised") {
  census door;
  containers(door);
  scalars(door);
  adaptors(door);
  views(door);
  manipulations(door);
  computations(door);
  generators(door);
  extents(door);
  vectors(door);
  CHECK(door.kinds >= 120);
#if DYNAMIC_RANK_WORKS
  dynamic_ranks(door);
#else
  MESSAGE("12 kinds of dynamic rank skipped: xtensor before 0.26 with g++ in C++20");
#endif
#if INDEX_VIEW_WORKS
  index_views(door);
#else
  MESSAGE("2 kinds of index view skipped: xtensor before 0.26 in C++20");
#endif
  MESSAGE(door.kinds << " kinds");
}

TEST_CASE("the door: what is borrowed is the expression's own memory") {
  auto a = filled<row_major<double>>();
  CHECK(as_matrix<double>(a, "R").data() == a.data());
  CHECK(as_matrix<double>(xt::view(a, xt::range(1, 3), all()), "R").borrowed() == false);  // a temporary
  const auto two_rows = xt::view(a, xt::range(1, 3), all());
  const auto argument = as_matrix<double>(two_rows, "R");
  CHECK(argument.data() == a.data() + cols);
  a(1, 0) = -3.0;
  CHECK(argument.view()(0, 0) == -3.0);

  const auto b = filled<column_major>();
  const auto turned = xt::transpose(b);
  CHECK(as_matrix<double>(turned, "R").data() == b.data());
}

TEST_CASE("the door: a temporary container is moved in, so that nothing dangles") {
  auto a = filled<row_major<double>>();
  const double* memory = a.data();
  const auto argument = as_matrix<double>(std::move(a), "R");
  CHECK(argument.data() == memory);
  CHECK_FALSE(argument.borrowed());
  CHECK(argument.view()(3, 4) == 34.0);

  const auto made = as_matrix<double>(filled<array>(), "R");
  CHECK_FALSE(made.borrowed());
  CHECK(made.view()(3, 4) == 34.0);
  const auto line = as_vector<double>(dense_vector<double>{1.0, 2.0}, "x");
  CHECK_FALSE(line.borrowed());
  CHECK(line.view()[1] == 2.0);
}

TEST_CASE("the door: an argument can be copied and moved") {
  auto owner = std::make_unique<tailor::matrix_argument<double>>(as_matrix<double>(filled<row_major<int>>(), "R"));
  const auto copy = *owner;
  const auto moved = std::move(*owner);
  owner.reset();
  CHECK(copy.view()(3, 4) == 34.0);
  CHECK(moved.view()(3, 4) == 34.0);
}

TEST_CASE("the door: computing in float rounds, and large integers are rounded to 53 bits") {
  const xt::xtensor<std::int64_t, 2> large{{(std::int64_t{1} << 53) + 1, std::numeric_limits<std::int64_t>::max()}};
  const auto argument = as_matrix<double>(large, "R");
  CHECK(argument.view()(0, 0) == 9007199254740992.0);
  CHECK(argument.view()(0, 1) == 9223372036854775808.0);
  CHECK(as_matrix<float>(xt::xtensor<double, 2>{{0.1}}, "R").view()(0, 0) == 0.1F);
}

TEST_CASE("the door: a run-time rank that does not fit is told with its shape") {
  const xt::xarray<double> solid = xt::xarray<double>::from_shape({2, 3, 4});
  CHECK_THROWS_WITH_AS(as_matrix<double>(solid, "R"),
                       "R: expected a matrix (2 dimensions), found 3 dimensions of shape 2 x 3 x 4",
                       tailor::shape_error);
  const xt::xarray<int> line{1, 2, 3};
  CHECK_THROWS_WITH_AS(as_matrix<double>(line, "ratings"),
                       "ratings: expected a matrix (2 dimensions), found 1 dimension of shape 3", tailor::shape_error);
  const xt::xarray<double> point(7.0);
  CHECK_THROWS_WITH_AS(as_matrix<double>(point, "R"), "R: expected a matrix (2 dimensions), found 0 dimensions",
                       tailor::shape_error);
  CHECK_THROWS_WITH_AS(as_vector<double>(solid, "x"),
                       "x: expected a vector (1 dimension), found 3 dimensions of shape 2 x 3 x 4",
                       tailor::shape_error);
}

TEST_CASE("the door: a matrix that no memory can hold is refused, not allocated") {
  const std::size_t many = std::size_t{1} << 40;
  CHECK_THROWS_AS(as_matrix<double>(xt::ones<double>({many, many}), "R"), tailor::value_error);
  CHECK_THROWS_AS(tailor::make_matrix<double>(many, many), tailor::value_error);
  CHECK_THROWS_AS(tailor::make_matrix<float>(std::numeric_limits<std::size_t>::max(), 2), tailor::value_error);
  CHECK_THROWS_AS(tailor::make_vector<double>(std::size_t{1} << 61), tailor::value_error);
}

TEST_CASE("the door: expressions and their scalars are known by type") {
  static_assert(tailor::is_expression_v<row_major<int>>);
  static_assert(tailor::is_expression_v<const xt::xarray<int>&>);
  static_assert(tailor::is_expression_v<xt::xexpression<row_major<int>>>);
  static_assert(!tailor::is_expression_v<std::vector<std::vector<double>>>);
  static_assert(!tailor::is_expression_v<double>);
  static_assert(std::is_same_v<tailor::real_of_t<row_major<float>>, float>);
  static_assert(std::is_same_v<tailor::real_of_t<const xt::xexpression<row_major<float>>&>, float>);
  static_assert(std::is_same_v<tailor::real_of_t<row_major<int>>, double>);
  static_assert(std::is_same_v<tailor::real_of_t<row_major<long double>>, double>);
  static_assert(std::is_same_v<tailor::real_of_t<std::vector<float>>, double>);
}

TEST_CASE("make_matrix and make_vector: shapes, also empty and on huge pages") {
  auto matrix = tailor::make_matrix<float>(1500, 1001);
  CHECK(matrix.shape()[0] == 1500);
  CHECK(matrix.shape()[1] == 1001);
  matrix.fill(1.0F);
  CHECK(matrix(1499, 1000) == 1.0F);
  CHECK(tailor::make_matrix<double>(0, 7).shape()[1] == 7);
  CHECK(tailor::make_vector<double>(0).size() == 0);
  CHECK(tailor::make_vector<double>(3).size() == 3);
}

TEST_CASE_TEMPLATE("require_finite: names the first value that is not finite", T, float, double) {
  auto a = filled<row_major<T>>();
  const auto argument = as_matrix<T>(a, "R");
  tailor::require_finite(argument.view(), "R");
  a(3, 4) = std::numeric_limits<T>::infinity();
  CHECK_THROWS_WITH_AS(tailor::require_finite(argument.view(), "R"),
                       "R(3, 4): expected a finite number, found infinity", tailor::value_error);
  a(2, 1) = std::numeric_limits<T>::quiet_NaN();
  CHECK_THROWS_WITH_AS(tailor::require_finite(argument.view(), "R"), "R(2, 1): expected a finite number, found NaN",
                       tailor::value_error);
  tailor::require_finite(tailor::matrix_view<T>{}, "R");

  const std::vector<T> x{T{1}, -std::numeric_limits<T>::infinity()};
  CHECK_THROWS_WITH_AS(tailor::require_finite(tailor::span<const T>(x), "x"),
                       "x(1): expected a finite number, found -infinity", tailor::value_error);
}
