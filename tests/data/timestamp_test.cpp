// SPDX-License-Identifier: BSD-3-Clause
// Days are counted one by one from 0001-01-01 (which lies 719162 days before 1970-01-01); other numbers are Unix times
// that anybody can look up, such as 1234567890 = 2009-02-13T23:31:30Z, or follow by hand.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <tailor/data/timestamp.hpp>

using tailor::data::days_since_1970;
using tailor::data::parse_timestamp;

namespace {

using seconds = std::optional<std::int64_t>;

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

std::string date_text(int year, int month, int day) {
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
  return text;
}

}  // namespace

TEST_CASE("timestamp: every day of the years 0001 to 9999 is where counting days puts it") {
  const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t day_number = -719162;
  bool all = true;
  for (int year = 1; year <= 9999; ++year)
    for (int month = 1; month <= 12; ++month) {
      const int length = lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
      for (int day = 1; day <= length; ++day, ++day_number) {
        all = all && days_since_1970(year, month, day) == day_number;
        if (day_number % 7 == 0 || day >= 28)
          all = all && parse_timestamp(date_text(year, month, day)) == seconds(day_number * 86400);
      }
      all = all && !parse_timestamp(date_text(year, month, length + 1)) && !parse_timestamp(date_text(year, month, 0));
    }
  CHECK(all);
  CHECK(day_number == 2932897);  // 10000-01-01
}

TEST_CASE("timestamp: usable in a constant expression") {
  static_assert(days_since_1970(1970, 1, 1) == 0, "");
  static_assert(days_since_1970(2000, 3, 1) == 11017, "");
}

TEST_CASE("timestamp: reads ISO 8601 with times, fractions and zones") {
  const struct {
    const char* text;
    std::int64_t expected;
  } cases[] = {
      {"2009-02-13T23:31:30Z", 1234567890},
      {"2009-02-13 23:31:30", 1234567890},
      {"2009-02-13T23:31:30", 1234567890},
      {"2009-02-13T23:31:30.999999Z", 1234567890},
      {"2009-02-13 23:31", 1234567860},
      {"2009-02-13T23:31Z", 1234567860},
      {"2009-02-14T01:31:30+02:00", 1234567890},
      {"2009-02-14T01:31:30+0200", 1234567890},
      {"2009-02-14 01:31:30+02", 1234567890},
      {"2009-02-13T18:01:30-05:30", 1234567890},
      {"2009-02-13T15:31:30.5-08", 1234567890},
      {"2009-02-14T01:31+02:00", 1234567860},
      {"  2009-02-13\t", 1234483200},
      {"1970-01-01", 0},
      {"1969-12-31T23:59:59", -1},
      {"1969-12-31T23:59:59.75", -1},  // the second before it
      {"2000-02-29", 951782400},
      {"0001-01-01T00:00:00Z", -62135596800},
      {"9999-12-31T23:59:59Z", 253402300799},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    CHECK(parse_timestamp(one.text) == seconds(one.expected));
  }
}

TEST_CASE("timestamp: a number is seconds, its fraction goes to the second before") {
  CHECK(parse_timestamp("0") == seconds(0));
  CHECK(parse_timestamp("1260759144") == seconds(1260759144));
  CHECK(parse_timestamp(" 1260759144 ") == seconds(1260759144));
  CHECK(parse_timestamp("-86400") == seconds(-86400));
  CHECK(parse_timestamp("1260759144.99") == seconds(1260759144));
  CHECK(parse_timestamp("-0.5") == seconds(-1));
  CHECK(parse_timestamp("1.2607591e9") == seconds(1260759100));
  CHECK(parse_timestamp("9223372036854775807") == seconds((std::numeric_limits<std::int64_t>::max)()));
  CHECK(parse_timestamp("-9223372036854775808") == seconds((std::numeric_limits<std::int64_t>::min)()));
}

TEST_CASE("timestamp: anything else is no time") {
  for (const char* text : {"",
                           " ",
                           "-",
                           "yesterday",
                           "nan",
                           "inf",
                           "1e19",
                           "-1e300",
                           "9223372036854775808",
                           "2015-1-2",
                           "2015-02-29",
                           "1900-02-29",
                           "2015-13-01",
                           "2015-00-01",
                           "2015-04-31",
                           "0000-01-01",
                           "10000-01-01",
                           "-001-01-01",
                           "2015/01/02",
                           "01-02-2015",
                           "12/1/2010 8:26",
                           "2015-01-02T",
                           "2015-01-02T1:00",
                           "2015-01-02T24:00",
                           "2015-01-02T12:60",
                           "2015-01-02T12:00:60",
                           "2015-01-02T12:00:00.",
                           "2015-01-02T12",
                           "2015-01-02T12:00Zx",
                           "2015-01-02T12:00:00+",
                           "2015-01-02T12:00:00+1",
                           "2015-01-02T12:00:00+01:",
                           "2015-01-02T12:00:00+01:6",
                           "2015-01-02T12:00:00+24:00",
                           "2015-01-02T12:00:00+01:60",
                           "2015-01-02T12:00:00+01:00Z",
                           "2015-01-02Z",
                           "2015-01-02 12:00:00 UTC",
                           "2015-01-02  12:00",
                           "2015-01-0",
                           "2015-01",
                           "2015-01-02junk",
                           "12:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text).has_value());
  }
}
