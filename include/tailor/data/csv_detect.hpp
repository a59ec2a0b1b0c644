// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSV_DETECT_HPP
#define TAILOR_DATA_CSV_DETECT_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csv_number.hpp"
#include "csv_scanner.hpp"

// Which separator a file uses and whether it has a header, judged from its first rows.

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

/// The first rows, as one dialect reads them; a row that it cannot read is empty.
using csv_sample = std::vector<std::vector<std::string_view>>;

/// `quote`: as csv_options::quote. A `::` file has none by default: the format is MovieLens's, whose titles may start
/// with a quote that is part of them.
inline csv_dialect make_csv_dialect(std::string_view separator, std::optional<char> quote) {
  csv_dialect dialect;
  dialect.width = separator.size();
  for (std::size_t i = 0; i < dialect.width; ++i) dialect.separator[i] = separator[i];
  dialect.quoting = quote ? *quote != '\0' : separator != "::";
  if (quote && dialect.quoting) dialect.quote = *quote;
  return dialect;
}

inline csv_sample read_csv_sample(csv_scanner& scanner, const csv_dialect& dialect) {
  constexpr std::size_t most_rows = 200;
  const char* const start = scanner.position();
  const std::size_t line = scanner.line();
  scanner.set_dialect(dialect);
  csv_sample rows;
  for (bool going = true; going && rows.size() < most_rows;) {
    const csv_scanner::step found = scanner.scan();
    if (found == csv_scanner::step::row) {
      auto& row = rows.emplace_back();
      for (std::size_t i = 0; i < scanner.record().count; ++i) row.push_back(scanner.fields()[i].view());
    } else if (found == csv_scanner::step::bad) {
      rows.emplace_back();
      going = scanner.skip_line(true);
    } else {
      going = false;
    }
  }
  scanner.rewind(start, line);
  return rows;
}

inline bool is_csv_number(std::string_view text) {
  double ignored = 0;
  return parse_number(text, ignored) == number_fault::none;
}

/// "3,5": a number as half of Europe writes it.
inline bool is_decimal_comma(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || comma + 1 == text.size()) return false;
  long long whole = 0;
  const std::string_view fraction = text.substr(comma + 1);
  return std::all_of(fraction.begin(), fraction.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         parse_number(text.substr(0, comma), whole) == number_fault::none;
}

/// How well one separator explains a sample.
struct csv_verdict {
  std::size_t fields = 1;     ///< that most rows have
  std::size_t agreeing = 0;   ///< rows that have as many
  std::size_t rows = 0;       ///< of the sample
  bool first_agrees = false;  ///< the first row is one of them; it is often a header, which holds no prose
  bool decimal_commas = false;
};

inline csv_verdict judge_csv_sample(const csv_sample& rows) {
  csv_verdict verdict;
  verdict.rows = rows.size();
  std::vector<std::size_t> counts;
  for (const auto& row : rows) {
    counts.push_back(row.size());
    for (const std::string_view text : row) verdict.decimal_commas = verdict.decimal_commas || is_decimal_comma(text);
  }
  std::sort(counts.begin(), counts.end());
  for (auto i = counts.begin(); i != counts.end();) {
    const auto next = std::upper_bound(i, counts.end(), *i);
    const auto times = static_cast<std::size_t>(next - i);
    if (*i >= 2 && times >= verdict.agreeing) {
      verdict.fields = *i;
      verdict.agreeing = times;
    }
    i = next;
  }
  verdict.first_agrees = !rows.empty() && verdict.fields == rows.front().size();
  return verdict;
}

/// The separator under which the first rows agree best on a number of fields greater than one. Where two do equally
/// well, `::` is believed first, then a tab, then a semicolon or bar between decimal commas, then the one that makes
/// more fields, then the comma. A file of one column is taken as separated by commas.
inline csv_dialect detect_csv_dialect(csv_scanner& scanner, std::optional<char> quote) {
  constexpr std::string_view candidates[] = {"::", "\t", ",", ";", "|"};
  csv_dialect best = make_csv_dialect(",", quote);
  csv_verdict best_verdict;
  std::string_view best_separator = ",";
  for (const std::string_view separator : candidates) {
    const csv_dialect dialect = make_csv_dialect(separator, quote);
    if (dialect.quoting && separator.front() == dialect.quote) continue;
    const csv_verdict verdict = judge_csv_sample(read_csv_sample(scanner, dialect));
    if (verdict.agreeing == 0) continue;
    bool better = best_verdict.agreeing == 0;
    if (!better && verdict.first_agrees != best_verdict.first_agrees) {
      better = verdict.first_agrees;
    } else if (!better && verdict.agreeing * best_verdict.rows != best_verdict.agreeing * verdict.rows) {
      better = verdict.agreeing * best_verdict.rows > best_verdict.agreeing * verdict.rows;
    } else if (!better) {
      const bool settled = best_separator == "::" || best_separator == "\t";
      const bool decimals = verdict.decimal_commas && !best_verdict.decimal_commas && best_separator == ",";
      better = !settled && (decimals || (!best_verdict.decimal_commas && verdict.fields > best_verdict.fields));
    }
    if (better) {
      best = dialect;
      best_verdict = verdict;
      best_separator = separator;
    }
  }
  return best;
}

/// What a text looks like: every run of digits becomes `9`, every run of letters `a`.
inline std::string csv_shape(std::string_view text) {
  std::string shape;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    const char kind = digit ? '9' : letter ? 'a' : c;
    if (shape.empty() || shape.back() != kind || kind == c) shape += kind;
  }
  return shape;
}

/// Whether the first row names the columns. It does not when one of its fields is a number, when all are empty, or when
/// a field comes again below itself or looks like all that is there (`o1` over `o2`, a date over dates).
inline bool detect_csv_header(const csv_sample& rows) {
  if (rows.empty()) return false;
  const auto& first = rows.front();
  if (std::any_of(first.begin(), first.end(), is_csv_number)) return false;
  if (std::all_of(first.begin(), first.end(), [](std::string_view s) { return trim_blanks(s).empty(); })) return false;
  for (std::size_t column = 0; column < first.size(); ++column) {
    const std::string shape = csv_shape(trim_blanks(first[column]));
    const bool has_digit = shape.find('9') != std::string::npos;
    std::size_t below = 0, alike = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].size() != first.size()) continue;
      if (!first[column].empty() && rows[i][column] == first[column]) return false;
      ++below;
      if (has_digit && csv_shape(trim_blanks(rows[i][column])) == shape) ++alike;
    }
    if (below != 0 && alike == below) return false;
  }
  return true;
}

}  // namespace detail
}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
