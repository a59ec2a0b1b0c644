// SPDX-License-Identifier: BSD-3-Clause
// Hand-made tables.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tailor/data/table.hpp>
#include <vector>

namespace data = tailor::data;
using data::column_kind;
using data::table;
using data::table_column;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

table customers() {
  table t;
  t.add(table_column::of_numbers("age", {31, none, 64, 18}));
  t.add(table_column::of_texts<std::string>("plan", {"basic", "gold", "", "basic"}));
  t.add(table_column::of_dates("since", {0, 86400, none, 172800}));
  return t;
}

}  // namespace

TEST_CASE("table: columns by name, with their kinds and what is missing") {
  const table t = customers();
  CHECK(t.n_rows() == 4);
  CHECK(t.names() == std::vector<std::string>{"age", "plan", "since"});
  CHECK(t.column("age").kind() == column_kind::number);
  CHECK(t.column("age").numbers()[2] == 64);
  CHECK(t.column("age").is_missing(1));
  CHECK(t.column("since").numbers()[3] == 172800);
  const table_column& plan = t.column("plan");
  CHECK(plan.levels().size() == 2);
  CHECK(plan.text(1) == "gold");
  CHECK(plan.text(2).empty());
  CHECK(plan.is_missing(2));
  CHECK(plan.codes() == std::vector<std::uint32_t>{0, 1, table_column::missing, 0});
  CHECK(t.has("plan"));
  CHECK_FALSE(t.has("Plan"));
  CHECK(table().n_rows() == 0);
}

TEST_CASE("table: rows, select and drop") {
  const table t = customers();
  const table part = t.rows(std::vector<std::size_t>{3, 1, 3});
  CHECK(part.n_rows() == 3);
  CHECK(part.column("age").numbers()[0] == 18);
  CHECK(part.column("plan").text(1) == "gold");
  CHECK(part.column("plan").levels().size() == 2);
  CHECK(t.rows(std::vector<std::size_t>{}).n_rows() == 0);
  CHECK(t.select({"since", "age"}).names() == std::vector<std::string>{"since", "age"});
  CHECK(t.drop({"plan"}).names() == std::vector<std::string>{"age", "since"});
}

TEST_CASE("table: a column of the same name is replaced") {
  table t = customers();
  t.add(t.column("age").as_text());
  CHECK(t.n_columns() == 3);
  CHECK(t.column("age").kind() == column_kind::text);
  table one({table_column::of_numbers("a", {1})});
  one.add(table_column::of_numbers("a", {1, 2}));
  CHECK(one.n_rows() == 2);
}

TEST_CASE("table_column: numbers as texts") {
  const auto texts = table_column::of_numbers("x", {3, -0.5, none, 100000, 1e300, 3, 0.1}).as_text();
  CHECK(texts.text(0) == "3");
  CHECK(texts.text(1) == "-0.5");
  CHECK(texts.is_missing(2));
  CHECK(texts.text(3) == "100000");
  CHECK(texts.codes()[5] == texts.codes()[0]);
  CHECK(std::stod(std::string(texts.text(4))) == 1e300);
  CHECK(std::stod(std::string(texts.text(6))) == 0.1);
}

TEST_CASE("to_matrix: numbers and dates, NaN where missing") {
  const auto X = data::to_matrix<float>(customers(), {"since", "age"});
  CHECK(X.shape()[0] == 4);
  CHECK(X.shape()[1] == 2);
  CHECK(X(1, 0) == 86400);
  CHECK(X(0, 1) == 31);
  CHECK(std::isnan(X(1, 1)));
}

TEST_CASE("table: says what is wrong") {
  const table t = customers();
  CHECK_THROWS_WITH_AS(t.column("agee"), R"(table: expected one of its columns "age", "plan", "since", found "agee")",
                       tailor::value_error);
  CHECK_THROWS_AS(t.select({"nothing"}), tailor::value_error);
  CHECK_THROWS_AS(t.drop({"nothing"}), tailor::value_error);
  CHECK_THROWS_WITH_AS(t.rows(std::vector<std::size_t>{0, 4}), "rows: expected numbers below 4, found 4",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(customers().add(table_column::of_numbers("x", {1, 2})),
                       "x: expected as many rows as the table, 4, found 2", tailor::shape_error);
  CHECK_THROWS_AS(customers().add(table_column::of_numbers("age", {1, 2})), tailor::shape_error);
  CHECK_THROWS_WITH_AS(t.column("plan").numbers(), "plan: expected a column of numbers or dates, found texts",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(t.column("age").codes(), "age: expected a column of texts, found numbers", tailor::value_error);
  CHECK_THROWS_WITH_AS(t.column("since").levels(), "since: expected a column of texts, found dates",
                       tailor::value_error);
  CHECK_THROWS_AS(t.column("since").as_text(), tailor::value_error);
  CHECK_THROWS_AS(t.column("age").text(0), tailor::value_error);
  CHECK_THROWS_WITH_AS(table_column::of_numbers("x", {1, std::numeric_limits<double>::infinity()}),
                       "x(1): expected a finite number, or NaN where missing, found infinity", tailor::value_error);
  CHECK_THROWS_AS(table_column::of_numbers("", {1}), tailor::value_error);
  CHECK_THROWS_AS(table_column::of_codes("x", {0, 1}, data::id_map{"a"}), tailor::value_error);
  CHECK_THROWS_AS(data::to_matrix(t, {"plan"}), tailor::value_error);
}
