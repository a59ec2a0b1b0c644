// SPDX-License-Identifier: BSD-3-Clause
// Excerpts in the shape of files that people have: customers of a telephone company (a blank where a number is
// missing), UCI data sets (? for missing), R's write.csv (row names under an empty header).
#include <doctest/doctest.h>

#include <string>
#include <tailor/core/random.hpp>
#include <tailor/data/table_csv.hpp>
#include <vector>

namespace data = tailor::data;
using data::column_kind;
using data::table;
using data::table_csv_options;

namespace {

table read(const std::string& text, const table_csv_options& options = {}, data::csv_report* report = nullptr) {
  auto reader = data::csv_reader::from_text(text, options.csv);
  return data::read_table(reader, options, report);
}

std::string complaint_about(const std::string& text, const table_csv_options& options = {}) {
  try {
    read(text, options);
  } catch (const tailor::data_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("read_table: kinds are found by looking at every cell") {
  const table t = read(
      "id,tenure,total,plan,since,churn\n"
      "7590-A,1,29.85, Month-to-month ,2020-02-29,No\n"
      "5575-B,34, ,One year,NA,Yes\n"
      "3668-C,?,108.15,Month-to-month,2021-01-01 00:00:10,No\n");
  CHECK(t.n_rows() == 3);
  CHECK(t.column("id").kind() == column_kind::text);
  CHECK(t.column("tenure").kind() == column_kind::number);
  CHECK(t.column("tenure").is_missing(2));
  CHECK(t.column("total").numbers()[2] == 108.15);
  CHECK(t.column("total").is_missing(1));
  CHECK(t.column("plan").levels().size() == 2);
  CHECK(t.column("plan").text(0) == "Month-to-month");
  CHECK(t.column("since").kind() == column_kind::date);
  CHECK(t.column("since").numbers()[0] == 1582934400);
  CHECK(t.column("since").is_missing(1));
  CHECK(t.column("since").numbers()[2] == 1609459210);
  CHECK(t.column("churn").text(1) == "Yes");
}

TEST_CASE("read_table: one cell that is no number makes texts of all, as they were written") {
  const table t = read("a,b,c\n1.50,2020-01-01,\n007,x,NA\nx,2020-01-02,null\n");
  CHECK(t.column("a").kind() == column_kind::text);
  CHECK(t.column("a").text(0) == "1.50");
  CHECK(t.column("a").text(1) == "007");
  CHECK(t.column("b").kind() == column_kind::text);
  CHECK(t.column("c").kind() == column_kind::number);  // nothing is known of it
  CHECK(t.column("c").is_missing(0));
}

TEST_CASE("read_table: random columns, as a twin that looks at a column after the other") {
  const std::vector<std::string> cells = {"1", "-2.5", "1e3", "NA", "", "2020-01-31", "2020-01-31T10:00",
                                          "x", "inf",  " 7 "};
  const auto is_missing = [](const std::string& cell) { return cell == "NA" || cell.empty(); };
  const auto is_date = [](const std::string& cell) { return cell.compare(0, 5, "2020-") == 0; };
  const auto is_number = [&](const std::string& cell) { return !is_date(cell) && cell != "x" && cell != "inf"; };
  tailor::random::generator g(21);
  for (int round = 0; round < 300; ++round) {
    // few kinds of cells, so that every kind of column comes up
    const std::size_t first = g.below(cells.size()), kinds = 1 + g.below(4), n = 1 + g.below(6);
    std::vector<std::string> column;
    std::string text = "c,row\n";
    for (std::size_t i = 0; i < n; ++i) {
      column.push_back(cells[(first + g.below(kinds)) % cells.size()]);
      text += column.back() + ',' + std::to_string(i) + '\n';
    }
    CAPTURE(text);
    bool numbers = true, dates = true;
    for (const std::string& cell : column) {
      numbers = numbers && (is_missing(cell) || is_number(cell));
      dates = dates && (is_missing(cell) || is_date(cell));
    }
    table_csv_options options;
    options.csv.header = data::csv_header::present;
    const table t = read(text, options);
    const data::table_column& found = t.column("c");
    CHECK(found.kind() == (numbers ? column_kind::number : dates ? column_kind::date : column_kind::text));
    for (std::size_t i = 0; i < n; ++i) {
      CHECK(found.is_missing(i) == is_missing(column[i]));
      if (found.is_missing(i)) continue;
      if (numbers) CHECK(found.numbers()[i] == std::stod(column[i]));
      if (found.kind() == column_kind::text) CHECK(found.text(i) == data::detail::trim_blanks(column[i]));
    }
  }
}

TEST_CASE("read_table: kinds that were said") {
  table_csv_options options;
  options.kinds = {{"zip", column_kind::text}, {"when", column_kind::date}, {"amount", column_kind::number}};
  const std::string text = "zip,when,amount\n02134,86400,1\n90210,1970-01-03,\n";
  const table t = read(text, options);
  CHECK(t.column("zip").text(0) == "02134");
  CHECK(t.column("when").numbers()[0] == 86400);
  CHECK(t.column("when").numbers()[1] == 172800);
  CHECK(t.column("amount").is_missing(1));
  CHECK(read(text).column("zip").kind() == column_kind::number);
  CHECK(read(text).column("when").kind() == column_kind::text);
}

TEST_CASE("read_table: some columns, in another order, and other signs of missing") {
  table_csv_options options;
  options.columns = {"C", 0};
  options.missing = {"-"};
  const table t = read("a,b,c\n1,2,-\nNA,3,4\n", options);
  CHECK(t.names() == std::vector<std::string>{"c", "a"});
  CHECK(t.column("c").is_missing(0));
  CHECK(t.column("a").text(1) == "NA");
}

TEST_CASE("read_table: columns without names are called by their position") {
  const table r = read("\"\",\"x\"\n\"r1\",3\n\"r2\",4\n");
  CHECK(r.names() == std::vector<std::string>{"0", "x"});
  table_csv_options options;
  options.csv.header = data::csv_header::absent;
  options.kinds = {{"1", column_kind::text}};
  const table t = read("5,6\n7,8\n", options);
  CHECK(t.column("0").numbers()[1] == 7);
  CHECK(t.column("1").text(0) == "6");
}

TEST_CASE("read_table: bad rows are passed by as a whole when that is asked for") {
  table_csv_options options;
  options.csv.bad_rows = data::bad_rows::skip;
  options.kinds = {{"b", column_kind::number}};
  data::csv_report report;
  const table t = read("a,b\n1,2\n3,x\n4\n5,6\n", options, &report);
  CHECK(t.n_rows() == 2);
  CHECK(t.column("a").numbers()[1] == 5);
  CHECK(t.column("b").numbers()[1] == 6);
  CHECK(report.bad_rows == 2);
}

TEST_CASE("read_table: says what is wrong and where") {
  table_csv_options options;
  options.kinds = {{"b", column_kind::number}};
  CHECK(complaint_about("a,b\n1,2\n3,x\n", options) == R"(text:3:3: b: expected a number, found "x")");
  options.kinds = {{"b", column_kind::date}};
  CHECK(complaint_about("a,b\n1,yesterday\n", options) ==
        R"(text:2:3: b: expected a date: YYYY-MM-DD with HH:MM:SS, or seconds since 1970, found "yesterday")");
  options.kinds = {{"nothing", column_kind::text}};
  CHECK(complaint_about("a,b\n1,2\n", options) ==
        R"(text: table_csv_options::kinds: expected columns that are read, found "nothing")");
  CHECK(complaint_about("a,a\n1,2\n") == R"(text:1: columns: expected names that differ, found "a" twice)");
  CHECK(complaint_about("a,b\n") == "text: rows: expected at least one that can be read, found none");
  CHECK(complaint_about("a,b\n1,2\n1\n") != "nothing was thrown");
  table_csv_options columns;
  columns.columns = {"z"};
  CHECK(complaint_about("a,b\n1,2\n", columns).find("no column \"z\"") != std::string::npos);
  CHECK_THROWS_AS(data::read_table("no such file.csv"), tailor::data_error);
}
