// SPDX-License-Identifier: BSD-3-Clause
// Excerpts in the shape of files that people have: MovieLens latest, 1M (`::`) and 100k (u.data), Online Retail, Amazon
// reviews, Book-Crossing.
#include <doctest/doctest.h>

#include <cctype>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <tailor/data.hpp>
#include <tuple>
#include <vector>

namespace data = tailor::data;
using data::interactions;
using data::interactions_csv_options;

namespace {

using plain = std::tuple<std::string, std::string, double, std::int64_t>;

std::vector<plain> read(const std::string& text, const interactions_csv_options& options = {},
                        data::csv_report* report = nullptr) {
  auto reader = data::csv_reader::from_text(text, options.csv);
  const interactions log = data::read_interactions(reader, options, report);
  std::vector<plain> all;
  for (const data::event& e : log)
    all.emplace_back(log.users()[e.user.value()], log.items()[e.item.value()], e.value, e.time);
  return all;
}

std::string complaint_about(const std::string& text, const interactions_csv_options& options = {}) {
  try {
    read(text, options);
  } catch (const tailor::data_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

TEST_CASE("read_interactions: finds the columns by every usual name, in any order and spelling") {
  const std::vector<plain> expected = {{"7", "b1", 4.5, 100}, {"8", "b2", 2, 200}};
  const auto check = [&](const std::string& user, const std::string& item, const std::string& value,
                         const std::string& time) {
    CAPTURE(user + item + value + time);
    CHECK(read(user + ',' + item + ',' + value + ',' + time + "\n7,b1,4.5,100\n8,b2,2,200\n") == expected);
    CHECK(read("x," + time + ',' + value + ',' + item + ',' + user + "\n-,100,4.5,b1,7\n-,200,2,b2,8\n") == expected);
  };
  for (const auto name : data::detail::user_names) {
    check(std::string(name), "movieId", "rating", "timestamp");
    check(upper(std::string(name)), "movieId", "rating", "timestamp");
  }
  for (const auto name : data::detail::item_names) check("userId", upper(std::string(name)), "rating", "timestamp");
  for (const auto name : data::detail::value_names) check("userId", "item", std::string(name), "timestamp");
  for (const auto name : data::detail::time_names) check("userId", "item", "rating", std::string(name));
  check("Customer ID", "Stock_Code", "Quantity", "Invoice Date");
  check("user-id", "\"product id\"", "Book-Rating", "Event Time");
}

TEST_CASE("read_interactions: of two usual names the more telling one is taken") {
  CHECK(read("user,userId,item,itemId\na,1,b,2\n") == std::vector<plain>{{"1", "2", 1, 0}});
  CHECK(read("date,timestamp,user,item\n2015-01-02,5,a,b\n") == std::vector<plain>{{"a", "b", 1, 5}});
}

TEST_CASE("read_interactions: without value or time every event counts 1 and has none") {
  auto reader = data::csv_reader::from_text("user,item\na,x\nb,y\n");
  const interactions log = data::read_interactions(reader);
  CHECK_FALSE(log.has_times());
  CHECK(log[0].value == 1);
}

TEST_CASE("read_interactions: files as people have them") {
  SUBCASE("MovieLens latest, with quoted titles, a byte-order mark and CRLF") {
    CHECK(read("\xEF\xBB\xBFuserId,movieId,rating,timestamp,title\r\n"
               "1,31,2.5,1260759144,\"American President, The (1995)\"\r\n"
               "1,10,3.0,1260759179,\"Say \"\"yes\"\"\nagain\"\r\n") ==
          std::vector<plain>{{"1", "31", 2.5, 1260759144}, {"1", "10", 3, 1260759179}});
  }
  SUBCASE("MovieLens 1M, `::` and no header") {
    CHECK(read("1::1193::5::978300760\n1::661::3::978302109\n") ==
          std::vector<plain>{{"1", "1193", 5, 978300760}, {"1", "661", 3, 978302109}});
  }
  SUBCASE("MovieLens 100k, tabs and no header") {
    CHECK(read("196\t242\t3\t881250949\n186\t302\t3\t891717742\n") ==
          std::vector<plain>{{"196", "242", 3, 881250949}, {"186", "302", 3, 891717742}});
  }
  SUBCASE("Online Retail II, with dates") {
    CHECK(read("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
               "489434,85048,\"15CM CHRISTMAS GLASS BALL, 20 LIGHTS\",12,2009-12-01 07:45:00,6.95,13085.0,UK\n") ==
          std::vector<plain>{{"13085.0", "85048", 12, 1259653500}});
  }
  SUBCASE("Amazon reviews") {
    CHECK(read("reviewerID,asin,overall,unixReviewTime\nA2SUAM1J3GNN3B,0000013714,5.0,1252800000\n") ==
          std::vector<plain>{{"A2SUAM1J3GNN3B", "0000013714", 5, 1252800000}});
  }
  SUBCASE("Book-Crossing, semicolons and quotes everywhere") {
    CHECK(read("\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"276725\";\"034545104X\";\"0\"\n") ==
          std::vector<plain>{{"276725", "034545104X", 0, 0}});
  }
  SUBCASE("blanks after the commas, and no end to the last line") {
    CHECK(read("user, item, rating\nann b, x , 2.5") == std::vector<plain>{{"ann b", "x", 2.5, 0}});
  }
}

TEST_CASE("read_interactions: columns are the ones that were said, by name or position") {
  interactions_csv_options options;
  options.user = "who";
  options.item = 0;
  options.value = "stars given";
  CHECK(read("what,who,stars given,user,item\nx,ann,4,no,no\n", options) == std::vector<plain>{{"ann", "x", 4, 0}});

  // a column said for one thing is not found for another
  interactions_csv_options by_place;
  by_place.user = 2;
  CHECK(read("9,8,7\n", by_place) == std::vector<plain>{{"7", "8", 1, 0}});
  interactions_csv_options amounts;
  amounts.value = "Date";
  CHECK(read("user,item,date\na,x,3\n", amounts) == std::vector<plain>{{"a", "x", 3, 0}});
}

TEST_CASE("read_interactions: a column that is missing is named, with those that are there") {
  CHECK(complaint_about("name,item\na,x\n") ==
        "text: user column: expected a usual name, or to be told which one it is, found \"name\", \"item\"");
  CHECK(complaint_about("user,thing\na,x\n") ==
        "text: item column: expected a usual name, or to be told which one it is, found \"user\", \"thing\"");
  CHECK(complaint_about("1\n2\n") ==
        "text: item column: expected a usual name, or to be told which one it is, found 1 column without a name");
  interactions_csv_options options;
  options.value = "price";
  const std::string message = complaint_about("user,item,rating\na,x,1\n", options);
  CHECK(message.find("price") != std::string::npos);
  CHECK(message.find("rating") != std::string::npos);
}

TEST_CASE("read_interactions: a bad field is told with line and column") {
  const struct {
    const char* text;
    std::size_t line, column;
  } cases[] = {
      {"user,item,rating\na,x,1\nb,,2\n", 3, 3},
      {"user,item,rating\n  ,x,1\n", 2, 1},
      {"user,item,rating\na,x,good\n", 2, 5},
      {"user,item,rating\na,x,\n", 2, 5},
      {"user,item,rating\na,x,nan\n", 2, 5},
      {"user,item,rating\na,x,1e999\n", 2, 5},
      {"user,item,rating,time\na,x,1,soon\n", 2, 7},
      {"user,item,rating,time\na,x,1,\n", 2, 7},
      {"user,item,rating,time\na,x,1,2015-02-29\n", 2, 7},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    bool thrown = false;
    try {
      read(one.text);
    } catch (const tailor::data_error& e) {
      thrown = true;
      CHECK(e.line() == one.line);
      CHECK(e.column() == one.column);
      CHECK(e.file() == "text");
    }
    CHECK(thrown);
  }
}

TEST_CASE("read_interactions: bad rows are skipped, counted and described on request") {
  interactions_csv_options options;
  options.csv.bad_rows = data::bad_rows::skip;
  data::csv_report report;
  const auto events =
      read("user,item,rating,time\na,x,1,1\nlost,,2,2\nlost,gone,two,2\nb,y,3\nlost,gone,2,soon\nb,y,3,3\n", options,
           &report);
  CHECK(events == std::vector<plain>{{"a", "x", 1, 1}, {"b", "y", 3, 3}});
  CHECK(report.rows == 2);
  CHECK(report.bad_rows == 4);
  REQUIRE(report.messages.size() == 4);
  CHECK(report.messages[0].find("text:3:") == 0);

  // nothing of a row that was passed by stays behind
  auto reader = data::csv_reader::from_text("user,item,rating\na,x,1\nlost,gone,two\n", options.csv);
  const interactions log = data::read_interactions(reader, options);
  CHECK(log.n_users() == 1);
  CHECK(log.n_items() == 1);
}

TEST_CASE("read_interactions: a file without events is an error that says so") {
  CHECK(complaint_about("user,item\n") == "text: events: expected at least one row that can be read, found none");
  interactions_csv_options options;
  options.csv.bad_rows = data::bad_rows::skip;
  CHECK(complaint_about("user,item,rating\na,x,bad\na,y,worse\n", options).find("found 2 bad, text:2:5: ") !=
        std::string::npos);
  CHECK(complaint_about("") != "nothing was thrown");
}

TEST_CASE("read_interactions: reads from a path, and names it when it cannot") {
  const std::string path = "tailor_interactions_csv_test.csv";
  std::ofstream(path) << "userId,movieId,rating\n1,31,2.5\n";
  data::csv_report report;
  CHECK(data::read_interactions(path, {}, &report).size() == 1);
  CHECK(report.rows == 1);
  std::remove(path.c_str());
  CHECK_THROWS_WITH_AS(data::read_interactions(path), doctest::Contains(path.c_str()), tailor::data_error);
}
