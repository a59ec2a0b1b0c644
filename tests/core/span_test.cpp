// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: the containers themselves, and std::span's rules for what converts.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>
#include <tailor/core/expression.hpp>
#include <tailor/core/span.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

using tailor::span;

namespace {

struct base {
  int x;
};
struct derived : base {
  int y;
};

template <class T, class C>
constexpr bool takes = std::is_constructible_v<span<T>, C>;

template <class E>
using view_of_column = decltype(xt::view(std::declval<E&>(), xt::all(), 0));

}  // namespace

TEST_CASE("span: empty by default, otherwise the run it was given") {
  constexpr span<int> none;
  static_assert(none.empty() && none.size() == 0 && none.data() == nullptr && none.begin() == none.end());
  int values[] = {1, 2, 3, 4};
  const span<int> all(values, 4);
  CHECK(all.size() == 4);
  CHECK_FALSE(all.empty());
  CHECK(all.data() == values);
  CHECK(all.front() == 1);
  CHECK(all.back() == 4);
  CHECK(all[2] == 3);
  all[2] = 30;
  CHECK(values[2] == 30);
  int sum = 0;
  for (const int value : all) sum += value;
  CHECK(sum == 37);
  const span<int> middle = all.subspan(1, 2);
  CHECK(middle.data() == values + 1);
  CHECK(middle.size() == 2);
  CHECK(all.subspan(4, 0).empty());
}

TEST_CASE("span: comes from standard containers, and reads what it may not write") {
  std::vector<double> vector = {1, 2, 3};
  std::array<float, 2> array = {4, 5};
  const std::string text = "ab";
  CHECK(span<double>(vector).data() == vector.data());
  CHECK(span<const double>(vector).size() == 3);
  CHECK(span<float>(array).back() == 5);
  CHECK(span<const char>(text).front() == 'a');
  const span<double> writable = vector;
  const span<const double> readable = writable;
  CHECK(readable.data() == vector.data());
  static_assert(!takes<double, const std::vector<double>&> && !takes<double, span<const double>&>);
  static_assert(!takes<float, std::vector<double>&> && !takes<const float, std::vector<double>&>);
  static_assert(!takes<int, int&> && !takes<bool, std::vector<bool>&>);
}

TEST_CASE("span: never of a class's bases, whose steps differ") {
  static_assert(takes<base, std::vector<base>&> && takes<const base, std::vector<base>&>);
  static_assert(!takes<base, std::vector<derived>&> && !takes<const base, std::vector<derived>&>);
}

TEST_CASE("span: names its element by itself") {
  std::vector<int> vector = {1};
  const std::vector<int>& constant = vector;
  static_assert(std::is_same_v<decltype(span(vector)), span<int>>);
  static_assert(std::is_same_v<decltype(span(constant)), span<const int>>);
  static_assert(std::is_same_v<span<const int>::value_type, int> &&
                std::is_same_v<span<const int>::element_type, const int>);
}

TEST_CASE("span: comes from xtensor containers of any rank, and from views of whole rows") {
  xt::xtensor<double, 2> matrix = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  const span<double> all(matrix);
  CHECK(all.size() == 9);
  CHECK(all.data() == matrix.data());
  auto row = xt::view(matrix, 1, xt::all());
  const span<double> second(row);
  CHECK(second.size() == 3);
  CHECK(second.front() == 4);
  CHECK(second.back() == 6);
  auto rows = xt::view(matrix, xt::range(1, 3));
  const span<const double> lower(rows);
  CHECK(lower.size() == 6);
  CHECK(lower.front() == 4);
  CHECK(lower.back() == 9);
  const xt::xtensor<double, 2>& constant = matrix;
  const auto third = xt::view(constant, 2, xt::all());
  CHECK(span<const double>(third).front() == 7);
  static_assert(!takes<double, const xt::xtensor<double, 2>&>);
}

TEST_CASE("span: never from views with gaps") {
  using matrix = xt::xtensor<double, 2>;
  static_assert(takes<double, matrix&>);
  static_assert(!takes<double, view_of_column<matrix>&> && !takes<const double, view_of_column<matrix>&>);
  static_assert(!takes<const double, xt::xtensor<double, 2, xt::layout_type::dynamic>&>);
}
