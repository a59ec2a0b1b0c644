// SPDX-License-Identifier: BSD-3-Clause
// What is expected here comes from RFC 4180 (section 2), from the promises in csv.hpp, from a reader written one
// character at a time (tests/fuzz/csv_twin.hpp), from the C library's strtod, and from files of MovieLens and their
// quirks.
#include "tailor/data/csv.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "../fuzz/csv_twin.hpp"
#include "tailor/data/csv_writer.hpp"

namespace {

using namespace tailor::data;
using rows = std::vector<std::vector<std::string>>;

csv_options with(std::string separator, csv_header header = csv_header::detect) {
  csv_options options;
  options.separator = std::move(separator);
  options.header = header;
  return options;
}

csv_options skipping(csv_options options = {}) {
  options.bad_rows = bad_rows::skip;
  return options;
}

/// All columns of all rows.
rows read_all(csv_reader& reader, csv_report* report = nullptr) {
  std::vector<csv_column> columns;
  for (std::size_t i = 0; i < reader.column_count(); ++i) columns.emplace_back(i);
  rows result;
  const csv_report done = reader.read(columns, [&](const csv_row& row) {
    auto& copy = result.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) copy.emplace_back(row.text(i));
  });
  if (report != nullptr) *report = done;
  return result;
}

rows read_all(std::string_view text, const csv_options& options = {}, csv_report* report = nullptr) {
  auto reader = csv_reader::from_text(text, options);
  return read_all(reader, report);
}

rows read_chunks(std::string_view text, const csv_options& options, std::size_t chunk, csv_report* report = nullptr) {
  csv_reader reader(std::make_unique<detail::csv_text_source>(text), "text", options, chunk);
  return read_all(reader, report);
}

/// What a call complains about.
template <class Error = tailor::data_error, class F>
std::string complaint(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A file that is gone when the test is.
class temporary_file {
 public:
  explicit temporary_file(std::string_view text) : path_("tailor_csv_test_" + std::to_string(++count()) + ".csv") {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~temporary_file() { std::remove(path_.c_str()); }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  const std::string& path() const { return path_; }

 private:
  static int& count() {
    static int files = 0;
    return files;
  }
  std::string path_;
};

/// Gives the same bytes for ever, or fails after some.
class endless_source : public detail::csv_source {
 public:
  explicit endless_source(std::string_view start, char then, std::size_t& given)
      : start_(start), then_(then), given_(given) {}
  std::size_t read(char* to, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i, ++given_) to[i] = given_ < start_.size() ? start_[given_] : then_;
    return size;
  }

 private:
  std::string start_;
  char then_;
  std::size_t& given_;
};

}  // namespace

TEST_CASE("csv: the first program of the documentation reads ratings by column name") {
  const temporary_file file("userId,movieId,rating,timestamp\n196,242,3.0,881250949\n186,302,4.5,891717742\n");
  std::string seen;
  double sum = 0;
  const csv_report report = read_csv(file.path(), {"movieId", "userId", "rating"}, [&](const csv_row& row) {
    seen.append(row.text(1)).append("-").append(row.text(0)).append(" ");
    sum += row.number<double>(2);
  });
  CHECK(seen == "196-242 186-302 ");
  CHECK(sum == 7.5);
  CHECK(report.rows == 2);
  CHECK(report.bad_rows == 0);
}

TEST_CASE("csv: RFC 4180 is read as it is written") {
  const struct {
    const char* name;
    std::string text;
    rows expected;
  } cases[] = {
      {"line feeds", "a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
      {"no final line break", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"carriage return and line feed", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"lone carriage returns", "a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
      {"all of them", "a,b\rc,d\r\ne,f\n", {{"a", "b"}, {"c", "d"}, {"e", "f"}}},
      {"quotes", "\"a\",\"b\"\n\"c\",\"d\"", {{"a", "b"}, {"c", "d"}}},
      {"doubled quotes", "\"a\"\"b\",\"\"\"\"\n\"\"\"c\"\"\",\"d\"\"\"\n", {{"a\"b", "\""}, {"\"c\"", "d\""}}},
      {"separators in quotes", "\"a,b\",\",\"\nc,d\n", {{"a,b", ","}, {"c", "d"}}},
      {"line breaks in quotes", "\"a\r\nb\",\"\n\"\nc,\"\r\"\n", {{"a\r\nb", "\n"}, {"c", "\r"}}},
      {"spaces belong to the field", " a , b\n", {{" a ", " b"}}},
      {"empty fields", ",\na,\n,b\n\"\",\"\"\n", {{"", ""}, {"a", ""}, {"", "b"}, {"", ""}}},
      {"an empty last field without line break", "a,b\nc,", {{"a", "b"}, {"c", ""}}},
      {"blank lines", "\n\r\n\na,b\n\n \t\nc,d\n\n", {{"a", "b"}, {"c", "d"}}},
      {"a quote inside a field", "a\"b,5\" disk\nc,d \"e\"\n", {{"a\"b", "5\" disk"}, {"c", "d \"e\""}}},
      {"a byte order mark", "\xef\xbb\xbf\"a\",b\n", {{"a", "b"}}},
      {"one column with an empty quoted field", "a\n\"\"\n \n", {{"a"}, {""}, {" "}}},
      {"bytes that are not UTF-8", "\xe9,\xff\n", {{"\xe9", "\xff"}}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    for (std::size_t chunk = 4; chunk < 40; ++chunk)
      CHECK(read_chunks(c.text, with(",", csv_header::absent), chunk) == c.expected);
    CHECK(read_all(c.text, with(",", csv_header::absent)) == c.expected);
  }
}

TEST_CASE("csv: any bytes are read as the plain reader reads them, whatever the chunk") {
  std::mt19937 random(7);
  const std::string letters("ab1,,,;::\"\"'\n\n\r\r \t\0\xff", 20);
  const struct {
    const char* separator;
    char quote;
  } dialects[] = {{",", '"'}, {"::", '\0'}, {"::", '"'}, {";", '\''}, {"\t", '\0'}};
  for (int round = 0; round < 10000; ++round) {
    std::string text;
    for (auto n = random() % 60; n != 0; --n) text += letters[random() % (letters.size() - (round % 2 == 0 ? 2 : 0))];
    const auto& dialect = dialects[static_cast<std::size_t>(round) % 5];
    csv_options options = skipping(with(dialect.separator, csv_header::absent));
    options.quote = dialect.quote;
    options.max_row_bytes = round % 3 == 0 ? 12 : 1000;
    const csv_twin::table twin = csv_twin::parse(text, dialect.separator, dialect.quote, options.max_row_bytes);
    for (const std::size_t chunk : {std::size_t{4}, 5 + random() % 20, std::size_t{4096}}) {
      CAPTURE(text);
      CAPTURE(chunk);
      if (twin.refused) {
        CHECK_THROWS_AS(read_chunks(text, options, chunk), tailor::data_error);
        continue;
      }
      rows expected;
      std::size_t bad = 0;
      for (const csv_twin::row& row : twin.rows) {
        if (row.bad)
          ++bad;
        else
          expected.push_back(row.fields);
      }
      csv_report report;
      REQUIRE(read_chunks(text, options, chunk, &report) == expected);
      REQUIRE(report.bad_rows == bad);
      REQUIRE(report.rows == expected.size());
    }
  }
}

TEST_CASE("csv: what csv_writer writes is read back, at every chunk boundary") {
  std::mt19937 random(11);
  const std::string letters = "xyz\"\",,;:\n\r \t'|=";
  for (const std::string separator : {",", ";", "\t", "|", ", ", "::"}) {
    for (int round = 0; round < 25; ++round) {
      csv_options options = with(separator, csv_header::absent);
      options.quote = round % 5 == 0 ? '\'' : '"';
      rows table(1 + random() % 6, std::vector<std::string>(1 + random() % 4));
      csv_writer out(options);
      for (auto& row : table) {
        row.resize(table[0].size());
        for (auto& field : row) {
          for (auto n = random() % 8; n != 0; --n) field += letters[random() % letters.size()];
          out.field(field);
        }
        out.end_row();
      }
      CAPTURE(out.text());
      for (std::size_t chunk = 4; chunk < out.text().size() + 2; ++chunk)
        REQUIRE(read_chunks(out.text(), options, chunk) == table);
    }
  }
}

TEST_CASE("csv: the portable scanner finds the marks that the fast one finds") {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    char bytes[65];
    for (char& byte : bytes) byte = round % 2 == 0 ? ",:\"\n\rxy;"[random() % 8] : static_cast<char>(random() % 256);
    for (const auto& dialect : {detail::make_csv_dialect(",", std::nullopt), detail::make_csv_dialect("::", '"'),
                                detail::make_csv_dialect("::", std::nullopt), detail::make_csv_dialect("\xff", '\'')})
      REQUIRE(detail::csv_marks(bytes, dialect) == detail::csv_marks_portable(bytes, dialect));
  }
}

TEST_CASE("csv: the separator is detected") {
  const struct {
    const char* name;
    std::string text;
    std::string separator;
    std::size_t columns;
  } cases[] = {
      {"ratings", "userId,movieId,rating\n1,2,3.5\n2,3,4\n", ",", 3},
      {"ml-100k", "196\t242\t3\t881250949\n186\t302\t3\t891717742\n", "\t", 4},
      {"ml-1m ratings", "1::1193::5::978300760\n1::661::3::978302109\n", "::", 4},
      {"ml-1m titles with commas and bars",
       "1::Toy Story, The (1995)::Animation|Comedy\n2::Heat, The (1995)::Action|Crime\n", "::", 3},
      {"ml-10m titles that start with a quote", "1::Toy Story (1995)::A\n7103::\"Great Performances\" Cats (1998)::B\n",
       "::", 3},
      {"genres with bars", "movieId,title,genres\n1,Toy Story (1995),A|B|C\n2,Jumanji (1995),A|B\n", ",", 3},
      {"u.item", "1|Toy Story (1995)|01-Jan-1995||0\n2|Shanghai Triad, or (Yao a yao yao)|01-Jan-1995||1\n", "|", 5},
      {"decimal commas under a header", "id;wert\n1;3,5\n2;4,5\n", ";", 2},
      {"decimal commas in every row", "1;3,5\n2;4,5\n", ";", 2},
      {"commas in quotes", "a;b\n\"x,y\";1\n\"z,w\";2\n", ";", 2},
      {"separators only in quotes", "name,age\n\"a;b;c\",1\n\"d;e;f\",2\n", ",", 2},
      {"a tab in quotes (cpython#97611)", "Surname;First Name;Year\n\"\tDoe;Jane\"\t;1971\n\"\tX;Y\";\"Z\";1\n", ";",
       3},
      {"lists in a column (cpython#119123)",
       "id;cost;group;sub\n1;62.25;['345'];['1']\n4;46.50;['112', '112'];['7', '8']\n", ";", 4},
      {"one bad row of many", "a,b\n1,2\n3,4\n5\n6,7\n8,9\n", ",", 2},
      {"times", "a,b\n1,12:30:00\n2,12:31:00\n", ",", 2},
      {"one column", "title\nHeat\nToy Story\n", ",", 1},
      {"one row", "a;b;c", ";", 3},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    auto reader = csv_reader::from_text(c.text);
    CHECK(reader.separator() == c.separator);
    CHECK(reader.column_count() == c.columns);
  }
}

TEST_CASE("csv: a header is detected") {
  const struct {
    const char* name;
    std::string text;
    bool header;
  } cases[] = {
      {"names over numbers", "userId,movieId\n1,2\n", true},
      {"numbers", "1,2\n3,4\n", false},
      {"names over texts", "user,item\nanna,heat\nben,jumanji\n", true},
      {"a pair that comes again", "anna,heat\nanna,jumanji\n", false},
      {"codes that look alike", "o1,apple\no2,pear\no3,plum\n", false},
      {"dates over dates", "2024-01-05,apple\n2024-01-06,pear\n", false},
      {"names with digits over numbers", "x1,x2\n4,5\n", true},
      {"an empty name, as pandas writes the index", ",a,b\n0,1,2\n", true},
      {"names only", "userId,movieId\n", true},
      {"numbers only", "7,8\n", false},
      {"missing values below", "user,age\nanna,\nben,7\n", true},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(csv_reader::from_text(c.text).has_header() == c.header);
  }
  auto reader = csv_reader::from_text("7,8\n9,10\n");
  CHECK(reader.columns().empty());
  CHECK(read_all(reader) == rows{{"7", "8"}, {"9", "10"}});
  CHECK(csv_reader::from_text("1,2\n3,4\n", with(",", csv_header::present)).columns() ==
        std::vector<std::string>{"1", "2"});
}

TEST_CASE("csv: columns are found by name, exact before case, or by position") {
  auto reader = csv_reader::from_text(" User Id ,\"item\"\"s\",ITEM,item,x,x\n1,2,3,4,5,6\n");
  CHECK(reader.columns() == std::vector<std::string>{"User Id", "item\"s", "ITEM", "item", "x", "x"});
  CHECK(reader.find_column("user id") == std::optional<std::size_t>(0));
  CHECK(reader.find_column(" USER ID ") == std::optional<std::size_t>(0));
  CHECK(reader.find_column("item") == std::optional<std::size_t>(3));
  CHECK(reader.find_column("Item") == std::optional<std::size_t>(2));
  CHECK(reader.find_column("X") == std::optional<std::size_t>(4));
  CHECK(!reader.find_column("y"));
  const csv_report report =
      reader.read({5, "x", std::string("user id"), 5, std::string_view("ITEM")}, [](const csv_row& row) {
        CHECK(row.size() == 5);
        CHECK(row.text(0) == "6");
        CHECK(row.text(1) == "5");
        CHECK(row.text(2) == "1");
        CHECK(row.text(3) == "6");
        CHECK(row.text(4) == "3");
      });
  CHECK(report.rows == 1);
}

TEST_CASE("csv: asking for a column that is not there says which are") {
  auto reader = csv_reader::from_text("userId,movieId,rating\n1,2,3\n", {}, "r.csv");
  const auto nothing = [](const csv_row&) {};
  const std::string unknown = complaint([&] { reader.read({"moveid"}, nothing); });
  CHECK(unknown ==
        "r.csv:1: no column \"moveid\"; there are \"userId\", \"movieId\", \"rating\"; the nearest is \"movieId\"");
  CHECK(contains(complaint([&] { reader.read({3}, nothing); }), "position 3"));
  CHECK_THROWS_AS(csv_column(-1), tailor::value_error);
  auto bare = csv_reader::from_text("1,2\n3,4\n");
  CHECK(contains(complaint([&] { bare.read({"rating"}, nothing); }), "no header"));
  CHECK(read_all(reader) == rows{{"1", "2", "3"}});  // and nothing was lost
}

TEST_CASE("csv: numbers are read exactly") {
  std::mt19937_64 random(5);
  const auto parse = [](const std::string& text) {
    double value = 0;
    REQUIRE(detail::parse_number(text, value) == detail::number_fault::none);
    return value;
  };
  for (int round = 0; round < 20000; ++round) {
    char text[64];
    const std::uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!(value - value == 0)) continue;
    const char* const formats[] = {"%.17g", "%.3f", "%g", "%.1e", "%+.16g"};
    if (round % 5 == 1) value = static_cast<double>(static_cast<std::int64_t>(bits) % 100000000) / 1000;
    std::snprintf(text, sizeof text, formats[round % 5], round % 5 == 1 ? value : value);
    CAPTURE(text);
    CHECK(parse(text) == std::strtod(text, nullptr));
    float narrow = 0;
    const auto fault = detail::parse_number(std::string_view(text), narrow);
    const float expected = std::strtof(text, nullptr);
    CHECK((fault == detail::number_fault::overflow) == !(expected - expected == 0));
    if (fault == detail::number_fault::none) CHECK(narrow == expected);
  }
  for (const char* text : {"0",
                           "-0",
                           "0.0",
                           ".5",
                           "5.",
                           "+3",
                           " 3 ",
                           "\t4.25\t",
                           "1e3",
                           "1E-3",
                           "1e+3",
                           "0e999999999999",
                           "9007199254740993",
                           "0.1",
                           "123456789012345678901234567890",
                           "1e-400",
                           "-1e-999999999999",
                           "5e-324",
                           "1.7976931348623157e308",
                           "0000000000000000000000000000000000001.5",
                           "4.35",
                           "2.2250738585072011e-308"}) {
    CAPTURE(text);
    CHECK(parse(text) == std::strtod(text, nullptr));
  }
  CHECK(parse("1" + std::string(400, '0') + "e-400") == 1.0);
  CHECK(parse("0." + std::string(400, '0') + "1e401") == 1.0);
  const auto whole = [](std::string_view text, auto value) {
    REQUIRE(detail::parse_number(text, value) == detail::number_fault::none);
    return value;
  };
  CHECK(whole("9223372036854775807", std::int64_t{}) == (std::numeric_limits<std::int64_t>::max)());
  CHECK(whole("-9223372036854775808", std::int64_t{}) == (std::numeric_limits<std::int64_t>::min)());
  CHECK(whole("18446744073709551615", std::uint64_t{}) == (std::numeric_limits<std::uint64_t>::max)());
  CHECK(whole("00000000000000000000000000042", 0) == 42);
  CHECK(whole(" -128", std::int8_t{}) == -128);
  CHECK(whole("881250949", std::uint32_t{}) == 881250949);
  CHECK(whole("12345678", 0) == 12345678);
  CHECK(whole("1234567812345678", std::int64_t{}) == 1234567812345678);
}

TEST_CASE("csv: what is no number is refused, and the error says where and what") {
  for (const std::string text :
       {"",     " ",   "abc", "1,5", "1.5.2",     "--1", "+",  "-",     ".",      "e5",    "1e",        "1e+",
        "0x10", "nan", "NaN", "inf", "-Infinity", "1 2", "1f", "1e999", "-1e999", "1_000", "12345678a", "1234567x9"}) {
    CAPTURE(text);
    const std::string table = "a;b\n0;\"" + text + "\"\n";
    const auto ask = [&](auto type) {
      return complaint([&] {
        csv_reader::from_text(table, with(";", csv_header::present), "f.csv").read({"b"}, [&](const csv_row& row) {
          (void)row.number<decltype(type)>(0);
        });
      });
    };
    CHECK(contains(ask(0.0), "f.csv:2:4: b: expected a number"));
    CHECK(contains(ask(0.0F), "found \"" + text + "\""));
    CHECK(contains(ask(std::int64_t{}), "f.csv:2:4: b: expected an integer, found \"" + text + "\""));
  }
  std::int8_t small = 0;
  std::uint16_t positive = 0;
  std::int64_t large = 0;
  using detail::number_fault;
  CHECK(detail::parse_number("128", small) == number_fault::overflow);
  CHECK(detail::parse_number("-129", small) == number_fault::overflow);
  CHECK(detail::parse_number("-1", positive) == number_fault::malformed);
  CHECK(detail::parse_number("65536", positive) == number_fault::overflow);
  CHECK(detail::parse_number("9223372036854775808", large) == number_fault::overflow);
  CHECK(detail::parse_number("99999999999999999999999999", large) == number_fault::overflow);
  CHECK(detail::parse_number("3.0", large) == number_fault::malformed);
  CHECK(contains(complaint([] {
                   csv_reader::from_text("7,300\n").read({1},
                                                         [](const csv_row& row) { (void)row.number<std::uint8_t>(0); });
                 }),
                 "text:1:3: column 1: expected an integer from 0 to 255, found \"300\""));
}

TEST_CASE("csv: an error of the caller's own is located, even behind line breaks and doubled quotes") {
  const std::string text = "a,b,c\n\"x\"\"\n\"\"y\",\"\"\"z\",3\n";
  const std::string message = complaint([&] {
    csv_reader::from_text(text).read({"c", "a"}, [](const csv_row& row) {
      CHECK(row.text(1) == "x\"\n\"y");
      CHECK(row.line() == 2);
      throw row.error(0, "a rating from 4 to 5");
    });
  });
  CHECK(message == "text:3:12: c: expected a rating from 4 to 5, found \"3\"");
}

TEST_CASE("csv: empty fields are told from others, and fields out of range are refused") {
  csv_reader::from_text("a,b,c,d\n, \t,\"\",0\n").read({0, 1, 2, 3}, [](const csv_row& row) {
    CHECK(row.empty(0));
    CHECK(row.empty(1));
    CHECK(row.empty(2));
    CHECK(!row.empty(3));
    CHECK_THROWS_AS((void)row.text(4), tailor::value_error);
    CHECK_THROWS_AS((void)row.number<int>(4), tailor::value_error);
    CHECK_THROWS_AS((void)row.error(4, "x"), tailor::value_error);
  });
}

TEST_CASE("csv: a bad row is an error with file, line and column") {
  const struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {"a,b\n1,2\n3\n", "t:3:1: expected 2 fields as in the header, found 1"},
      {"a,b\n1,2,3\n", "t:2:1: expected 2 fields as in the header, found 3"},
      {"1,2\n3,4,\n", "t:2:1: expected 2 fields as in the first row, found 3"},
      {"a,b\n\n1,\"x\ny\",3\n", "t:3:1: expected 2 fields as in the header, found 3 in the row of lines 3 to 4"},
      {"a,b\n1,\"x\n", "t:2:3: a quote is opened here and never closed"},
      {"a,b\n1,\"x\"y\n", "t:2:6: text follows a closing quote"},
      {"a,b\n\"1\n2\" ,3\n", "t:3:3: text follows a closing quote"},
      {std::string("a,b\n1,x\0y\n", 10), "t:2:4: a zero byte"},
      {"\"a,b\n1,2\n", "t:1:1: a quote is opened here and never closed"},
      {std::string("a\0,\0b\0\n\0", 8), "t:1:2: a zero byte (is this UTF-16"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const std::string message = complaint([&] {
      auto reader = csv_reader::from_text(c.text, with(","), "t");
      read_all(reader);
    });
    CHECK(message.substr(0, c.expected.size()) == c.expected);
  }
  const tailor::data_error* caught = nullptr;
  try {
    read_all("a,b\n1,\"x\"y\n");
  } catch (const tailor::data_error& error) {
    caught = &error;
    CHECK(error.line() == 2);
    CHECK(error.column() == 6);
    CHECK(error.file() == "text");
  }
  CHECK(caught != nullptr);
}

TEST_CASE("csv: bad rows are skipped and counted on request, also those the callback refuses") {
  csv_report report;
  CHECK(read_all("a,b\n1,2\n3\n4,5,6\n7,8\n", skipping(), &report) == rows{{"1", "2"}, {"7", "8"}});
  CHECK(report.rows == 2);
  CHECK(report.bad_rows == 2);
  REQUIRE(report.messages.size() == 2);
  CHECK(report.messages[0] == "text:3:1: expected 2 fields as in the header, found 1");
  std::string text = "n\n";
  for (int i = 0; i < 100; ++i) text += i % 2 == 0 ? "1\n" : "x\n";
  int sum = 0;
  report = csv_reader::from_text(text, skipping()).read({"n"}, [&](const csv_row& row) { sum += row.number<int>(0); });
  CHECK(sum == 50);
  CHECK(report.rows == 50);
  CHECK(report.bad_rows == 50);
  CHECK(report.messages.size() == 10);
  // other errors of the callback are not about the data
  CHECK_THROWS_AS(csv_reader::from_text("1\n", skipping()).read({0}, [](const csv_row&) { throw 7; }), int);
}

TEST_CASE("csv: a quote left open does not swallow the rest of the file") {
  std::string text = "id,title\n1,\"open\n";
  for (int i = 2; i < 100; ++i) text += std::to_string(i) + ",x\n";
  csv_report report;
  CHECK(read_all(text, skipping(with(",")), &report).size() == 98);
  CHECK(report.bad_rows == 1);
  CHECK(report.messages.at(0) == "text:2:3: a quote is opened here and never closed; reading went on at line 3");
  text += "100,\"quoted\"\n101,y\n";  // now the quote is closed, much later and in the wrong place
  CHECK(read_all(text, skipping(with(",")), &report).size() == 100);
  CHECK(report.bad_rows == 1);
  CHECK(contains(report.messages.at(0), "went on at line 3"));
}

TEST_CASE("csv: a row longer than the limit is bad, and memory stays bounded") {
  csv_options options = with(",", csv_header::absent);
  options.max_row_bytes = 10;
  CHECK(read_all("12345,7890\n1,2\n", options).size() == 2);
  CHECK(contains(complaint([&] { read_all("1,2\n12345,78901\n", options); }), "text:2:1: the row is longer than"));
  csv_report report;
  CHECK(read_chunks("1,2\n12345,78901,a\r\n3,4\n", skipping(options), 4, &report) == rows{{"1", "2"}, {"3", "4"}});
  CHECK(report.bad_rows == 1);
  options.max_row_bytes = 1 << 20;
  for (const char* start : {"", "1,2\n", "1,2\n3,\"", "1,2\n3"})
    for (const char filler : {'x', ',', '\0'}) {
      std::size_t given = 0;
      CHECK_THROWS_AS(csv_reader(std::make_unique<endless_source>(start, filler, given), "endless", options)
                          .read({}, [](const csv_row&) {}),
                      tailor::data_error);
      CHECK(given < (std::size_t{4} << 20));
    }
}

TEST_CASE("csv: a callback that returns false stops, and reading goes on from there") {
  auto reader = csv_reader::from_text("a,b\n1,2\n3,4\n5,6\n");
  std::string seen;
  CHECK(reader.read({0}, [&](const csv_row& row) { return seen += row.text(0), seen != "13"; }).rows == 2);
  CHECK(read_all(reader) == rows{{"5", "6"}});
  CHECK(read_all(reader).empty());
}

TEST_CASE("csv: files, streams and texts give the same, and what cannot be read says why") {
  std::string text = "userId,movieId\n";
  for (int i = 0; i < 50000; ++i) text += std::to_string(i) + "," + std::to_string(i * 7) + "\n";
  const temporary_file file(text);
  csv_reader from_file(file.path());
  std::istringstream stream(text);
  auto from_stream = csv_reader::from_stream(stream);
  const rows expected = read_all(text);
  CHECK(expected.size() == 50000);
  CHECK(read_all(from_file) == expected);
  CHECK(read_all(from_stream) == expected);

  CHECK(contains(complaint([] { csv_reader("no/such/file.csv"); }), "no/such/file.csv: cannot open: No such file"));
  CHECK(contains(complaint([] { csv_reader("."); }), "Is a directory"));
  std::ifstream closed("no/such/file.csv");
  CHECK(
      contains(complaint([&] { csv_reader::from_stream(closed, {}, "s"); }), "s: cannot read: the stream has failed"));
  std::ifstream directory(".");
  if (directory) CHECK_THROWS_AS(csv_reader::from_stream(directory), tailor::data_error);
  for (const std::string empty : {"", "\n\n", "\xef\xbb\xbf", "\xef\xbb\xbf\r\n"})
    CHECK(contains(complaint([&] { csv_reader::from_text(empty, {}, "e.csv"); }), "e.csv: the file is empty"));
  CHECK(contains(complaint([] {
                   csv_reader::from_text(
                       "\xff\xfe"
                       "a");
                 }),
                 "UTF-16"));
  CHECK(contains(complaint([] { csv_reader::from_text("\xfe\xff"); }), "UTF-16"));
  CHECK(read_all("a,b\n").empty());
}

TEST_CASE("csv: options that contradict themselves are refused") {
  const auto refused = [](const csv_options& options) {
    CHECK_THROWS_AS(csv_reader::from_text("1,2\n", options), tailor::value_error);
  };
  refused(with("abc"));
  refused(with("\n"));
  refused(with(std::string(1, '\0')));
  refused(with("\""));
  csv_options options;
  options.quote = ',';
  refused(options);
  options.quote = '\n';
  refused(options);
  options = with(",");
  options.quote = ',';
  refused(options);
  options = {};
  options.max_row_bytes = 0;
  refused(options);
  CHECK_THROWS_AS(csv_writer(with("abc")), tailor::value_error);
}

TEST_CASE("csv: quotes mean nothing when told so, or between colons") {
  csv_options options;
  options.quote = '\0';
  CHECK(read_all("1,\"a\n2,b\"\n", options) == rows{{"1", "\"a"}, {"2", "b\""}});
  CHECK(read_all("1::\"Cats\" x\n2::y\n") == rows{{"1", "\"Cats\" x"}, {"2", "y"}});
  options = with("::");
  options.quote = '"';
  CHECK(read_all("1::\"a::b\"\n2::y:\n", options) == rows{{"1", "a::b"}, {"2", "y:"}});
}

TEST_CASE("csv: the writer quotes what needs it, and writes numbers so that they come back") {
  csv_writer out;
  out.row("user", "item", "score")
      .row("a,b", 242, 0.1)
      .row("say \"hi\"", -1, 1e300)
      .row("", std::uint64_t{1} << 63, 2.5F);
  CHECK(out.text() == "user,item,score\n\"a,b\",242,0.1\n\"say \"\"hi\"\"\",-1,1e+300\n,9223372036854775808,2.5\n");
  CHECK(csv_writer().row("").row(" ").text() == "\"\"\n\" \"\n");
  std::string field = "x,";
  write_csv_field(field, "a;b", with(";"));
  CHECK(field == "x,\"a;b\"");
  const temporary_file file("");
  out.save(file.path());
  CHECK(csv_reader(file.path()).columns().size() == 3);
  CHECK_THROWS_AS(out.save("no/such/folder/x.csv"), tailor::data_error);
}

TEST_CASE("csv: the writer refuses what no reader would take, and is then as it was") {
  csv_writer out;
  out.row("a", "b");
  const std::string before = out.text();
  CHECK_THROWS_AS(out.row("x"), tailor::value_error);
  CHECK_THROWS_AS(out.row("x", std::string_view("\0", 1)), tailor::value_error);
  CHECK_THROWS_AS(out.row(1, std::numeric_limits<double>::quiet_NaN()), tailor::value_error);
  CHECK_THROWS_AS(out.row(1, 2, 3), tailor::value_error);
  CHECK_THROWS_AS(out.end_row(), tailor::value_error);
  CHECK(out.text() == before);
  CHECK(out.row("c", "d").text() == before + "c,d\n");
  csv_writer colons(with("::"));
  CHECK_THROWS_AS(colons.row("a::b"), tailor::value_error);
  CHECK_THROWS_AS(colons.row("ends with:"), tailor::value_error);
  CHECK_THROWS_AS(colons.row(""), tailor::value_error);
  CHECK(colons.row("\"a\"", 2).text() == "\"a\"::2\n");
}

TEST_CASE("csv: a wide header of doubled quotes is read in one pass") {
  std::string header = "\"a\"\"\"";  // quadratic work would take minutes here
  for (int i = 1; i < 300000; ++i) header += ",\"a\"\"\"";
  tailor::data::csv_options options;
  options.header = tailor::data::csv_header::present;
  options.separator = ",";
  auto reader = tailor::data::csv_reader::from_text(header, options);
  CHECK(reader.column_count() == 300000);
  CHECK(reader.columns().back() == "a\"");
}

TEST_CASE("csv: a row that is refused at its end is not written") {
  tailor::data::csv_writer out;
  out.row(1, 2);
  CHECK_THROWS_AS(out.field(1).field(2).field(3).end_row(), tailor::value_error);
  out.row(3, 4);
  CHECK(out.text() == "1,2\n3,4\n");
  out.field(5);
  CHECK_THROWS_AS(out.save("never written"), tailor::value_error);
}
