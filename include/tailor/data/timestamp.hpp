// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_TIMESTAMP_HPP
#define TAILOR_DATA_TIMESTAMP_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "csv_number.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// Seconds since 1970 (UTC) from text: a number of seconds, or a date of ISO 8601, `YYYY-MM-DD`, which `T` or a blank
/// and `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff` may follow, and then `Z` or a zone `+HH`, `+HHMM`, `+HH:MM` (or with `-`).
/// Without a zone it is taken as UTC. A fraction goes to the second before it. Nothing for any other text, for a date
/// that does not exist, or for a year past 0001–9999. Milliseconds are not told from seconds: divide them first.
inline std::optional<std::int64_t> parse_timestamp(std::string_view text);

/// Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant: chrono-compatible low-level date algorithms).
constexpr std::int64_t days_since_1970(std::int64_t year, std::int64_t month, std::int64_t day) noexcept {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Takes fixed-width numbers and separators off the front of a text; remembers whether all of them were there.
class timestamp_scanner {
 public:
  explicit timestamp_scanner(std::string_view text) : text_(text) {}

  std::int64_t digits(std::size_t width, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (i >= text_.size() || text_[i] < '0' || text_[i] > '9') return fail();
      number = 10 * number + (text_[i] - '0');
    }
    text_.remove_prefix(width);
    return number < least || number > most ? fail() : number;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  bool accept(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip_digits() {
    if (text_.empty() || text_.front() < '0' || text_.front() > '9') fail();
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') text_.remove_prefix(1);
  }
  bool empty() const { return text_.empty(); }
  bool complete() const { return good_ && text_.empty(); }

 private:
  std::int64_t fail() {
    good_ = false;
    return 0;
  }
  std::string_view text_;
  bool good_ = true;
};

inline std::optional<std::int64_t> parse_date(std::string_view text) {
  timestamp_scanner scan(text);
  const std::int64_t year = scan.digits(4, 1, 9999);
  scan.expect('-');
  const std::int64_t month = scan.digits(2, 1, 12);
  scan.expect('-');
  const std::int64_t leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const std::int64_t month_days = month == 2 ? 28 + leap : 30 + (month + month / 8) % 2;
  const std::int64_t day = scan.digits(2, 1, month_days);
  std::int64_t seconds = days_since_1970(year, month, day) * 86400;
  if (scan.accept('T') || scan.accept(' ')) {
    seconds += scan.digits(2, 0, 23) * 3600;
    scan.expect(':');
    seconds += scan.digits(2, 0, 59) * 60;
    if (scan.accept(':')) {
      seconds += scan.digits(2, 0, 59);
      if (scan.accept('.')) scan.skip_digits();
    }
    const bool east = scan.accept('+');
    if (east || scan.accept('-')) {
      std::int64_t offset = scan.digits(2, 0, 23) * 3600;
      if (scan.accept(':') || !scan.empty()) offset += scan.digits(2, 0, 59) * 60;
      seconds += east ? -offset : offset;
    } else {
      scan.accept('Z');
    }
  }
  if (!scan.complete()) return std::nullopt;
  return seconds;
}

}  // namespace detail

inline std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  text = detail::trim_blanks(text);
  std::int64_t whole = 0;
  if (detail::parse_number(text, whole) == detail::number_fault::none) return whole;
  if (const auto date = detail::parse_date(text)) return date;
  double seconds = 0;
  if (detail::parse_number(text, seconds) == detail::number_fault::none && std::abs(seconds) < 9.2e18)
    return static_cast<std::int64_t>(std::floor(seconds));
  return std::nullopt;
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
