// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: the documentation of the header; messages are written out by hand.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <tailor/core/error.hpp>
#include <type_traits>

using namespace tailor;

TEST_CASE("error: every exception is a tailor::error, and that a std::runtime_error") {
  static_assert(std::is_base_of_v<std::runtime_error, error>);
  static_assert(std::is_base_of_v<error, shape_error> && std::is_base_of_v<error, value_error>);
  static_assert(std::is_base_of_v<error, data_error> && std::is_base_of_v<error, not_fitted_error>);
  static_assert(std::is_base_of_v<error, format_error> && std::is_base_of_v<error, convergence_error>);
  static_assert(std::is_base_of_v<error, cancelled_error>);
  static_assert(!std::is_base_of_v<shape_error, value_error> && !std::is_base_of_v<value_error, shape_error>);
  static_assert(std::is_nothrow_copy_constructible_v<value_error>);
  CHECK(std::string(shape_error("why").what()) == "why");
}

TEST_CASE("error: a data error says where") {
  const data_error both("bad number", "ratings.csv", 3, 5);
  CHECK(std::string(both.what()) == "ratings.csv:3:5: bad number");
  CHECK(both.file() == "ratings.csv");
  CHECK(both.line() == 3);
  CHECK(both.column() == 5);
  CHECK(std::string(data_error("bad row", "ratings.csv", 3).what()) == "ratings.csv:3: bad row");
  CHECK(std::string(data_error("empty", "ratings.csv").what()) == "ratings.csv: empty");
  CHECK(std::string(data_error("bad row", "", 3).what()) == "line 3: bad row");
  CHECK(std::string(data_error("bad number", "", 3, 5).what()) == "line 3:5: bad number");
  CHECK(std::string(data_error("empty", "").what()) == "empty");
}

TEST_CASE("error: describe and show have one format") {
  CHECK(describe("k", "at least 1", "0") == "k: expected at least 1, found 0");
  CHECK(show(0) == "0");
  CHECK(show(std::int64_t{-9007199254740993}) == "-9007199254740993");
  CHECK(show(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(show(std::int8_t{65}) == "65");
  CHECK(show(true) == "1");
  CHECK(show(0.1) == "0.1");
  CHECK(show(0.1f) == "0.1");
  CHECK(show(1234567.0) == "1.23457e+06");
  CHECK(show(-std::numeric_limits<double>::denorm_min()) == "-4.94066e-324");
  CHECK(show(std::numeric_limits<double>::lowest()) == "-1.79769e+308");
  CHECK(show(std::numeric_limits<float>::quiet_NaN()) == "NaN");
  CHECK(show(-std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(show(std::numeric_limits<double>::infinity()) == "infinity");
  CHECK(show(-std::numeric_limits<float>::infinity()) == "-infinity");
}

TEST_CASE("error: require throws what it is told when the condition fails, and only then") {
  CHECK_NOTHROW(require(true, "k", "at least 1", 1));
  CHECK_NOTHROW(require(true, "k", "at least 1", "1"));
  CHECK_THROWS_AS(require(false, "k", "at least 1", 0), value_error);
  CHECK_THROWS_WITH(require(false, "k", "at least 1", 0), "k: expected at least 1, found 0");
  CHECK_THROWS_WITH(require(false, "alpha", "a finite number", std::numeric_limits<double>::quiet_NaN()),
                    "alpha: expected a finite number, found NaN");
  CHECK_THROWS_AS(require<shape_error>(false, "R", "two dimensions", "3"), shape_error);
  CHECK_THROWS_WITH(require<shape_error>(false, "R", "two dimensions", "3"), "R: expected two dimensions, found 3");
  CHECK_THROWS_AS(require<not_fitted_error>(false, "a", "b", std::string("c")), not_fitted_error);
}
