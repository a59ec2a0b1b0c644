// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: the documentation of the header; 4294967295 = 2³² − 1.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <tailor/core/index.hpp>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

using tailor::item_index;
using tailor::user_index;
using tailor::value_error;

TEST_CASE("index: users and items are two types, built explicitly and from integers only") {
  static_assert(!std::is_same_v<user_index, item_index>);
  static_assert(!std::is_constructible_v<user_index, item_index> && !std::is_assignable_v<user_index&, item_index>);
  static_assert(!std::is_convertible_v<int, user_index> && std::is_constructible_v<user_index, int>);
  static_assert(!std::is_convertible_v<user_index, std::uint32_t> && !std::is_constructible_v<std::size_t, user_index>);
  static_assert(!std::is_constructible_v<user_index, double> && !std::is_constructible_v<user_index, bool>);
  static_assert(sizeof(user_index) == 4 && std::is_trivially_copyable_v<user_index>);
  static_assert(user_index().value() == 0 && user_index(7).at() == 7);
}

TEST_CASE("index: every kind of integer from 0 to 2^32 - 1 is taken") {
  CHECK(user_index(std::int8_t{127}).value() == 127);
  CHECK(user_index(std::uint8_t{255}).value() == 255);
  CHECK(user_index(std::int16_t{32767}).value() == 32767);
  CHECK(user_index(2147483647).value() == 2147483647u);
  CHECK(user_index(4294967295u).value() == 4294967295u);
  CHECK(user_index(4294967295LL).value() == 4294967295u);
  CHECK(item_index(std::size_t{4294967295}).value() == 4294967295u);
  CHECK(item_index(0ULL).value() == 0);
}

TEST_CASE("index: what does not fit is refused by name") {
  CHECK_THROWS_AS(user_index(-1), value_error);
  CHECK_THROWS_AS(user_index(std::int8_t{-1}), value_error);
  CHECK_THROWS_AS(user_index{std::numeric_limits<long long>::min()}, value_error);
  CHECK_THROWS_AS(user_index(4294967296LL), value_error);
  CHECK_THROWS_AS(user_index(4294967296ULL), value_error);
  CHECK_THROWS_AS(item_index{std::numeric_limits<std::uint64_t>::max()}, value_error);
  CHECK_THROWS_WITH(user_index(-1), "user_index: expected an integer from 0 to 4294967295, found -1");
  CHECK_THROWS_WITH(item_index(4294967296ULL),
                    "item_index: expected an integer from 0 to 4294967295, found 4294967296");
}

TEST_CASE("index: order is that of the numbers") {
  constexpr user_index low(3), high(5);
  static_assert(low == user_index(3) && low != high && low < high && high > low && low <= high && high >= low);
  static_assert(!(low == high) && !(low != low) && !(low < low) && !(low > low) && low <= low && low >= low);
}

TEST_CASE("index: hashes are those of the numbers") {
  std::unordered_set<user_index> users = {user_index(1), user_index(2), user_index(1)};
  CHECK(users.size() == 2);
  std::unordered_map<item_index, std::string> titles;
  titles[item_index(4)] = "four";
  CHECK(titles.at(item_index(4)) == "four");
  CHECK(std::hash<user_index>()(user_index(9)) == std::hash<std::uint32_t>()(9));
}
