// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSV_READER_IMPL_HPP
#define TAILOR_DATA_CSV_READER_IMPL_HPP

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csv.hpp"

// What csv_reader and csv_row do once a file or when something is wrong.

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

/// A text as a message shows it: quoted, control characters as \xNN, cut after some 40 bytes.
inline std::string show_csv_text(std::string_view text) {
  constexpr std::size_t most = 40;
  constexpr char digits[] = "0123456789abcdef";
  std::string shown = "\"";
  std::size_t kept = (std::min)(text.size(), most);
  // do not cut a UTF-8 character
  while (kept != text.size() && kept != 0 && (static_cast<unsigned char>(text[kept]) & 0xc0) == 0x80) --kept;
  for (const char c : text.substr(0, kept)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      shown += c;
    } else {
      shown.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return shown + (kept == text.size() ? "\"" : "…\"");
}

inline std::string fold_case(std::string_view text) {
  std::string folded(text);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return folded;
}

/// Levenshtein distance, of at most the first 64 bytes of each.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, 64);
  b = b.substr(0, 64);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = (std::min)({change, diagonal + 1, row[j] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace detail

inline std::size_t csv_row::line() const noexcept { return reader_.scanner_.record().line; }

inline data_error csv_row::error(std::size_t i, std::string_view expected) const {
  const detail::csv_field& found = field(i);
  const std::size_t column = plan_[i];
  const char* at = reader_.raw_.empty() ? found.first : reader_.raw_[column].first;
  return reader_.located(describe(reader_.label(column), expected, detail::show_csv_text(found.view())), at);
}

inline csv_reader::csv_reader(std::unique_ptr<detail::csv_source> source, std::string name, csv_options options,
                              std::size_t chunk)
    : options_(std::move(options)), name_(std::move(name)), scanner_(std::move(source), chunk, options_.max_row_bytes) {
  check_options();
  const char* const first = scanner_.position();
  const std::size_t size = scanner_.buffer().size_from(first);
  const auto starts_with = [&](std::string_view mark) {
    return size >= mark.size() && std::memcmp(first, mark.data(), mark.size()) == 0;
  };
  if (starts_with("\xff\xfe") || starts_with("\xfe\xff"))
    throw data_error("the file is UTF-16 (or UTF-32); save it as UTF-8", name_);
  if (starts_with("\xef\xbb\xbf")) scanner_.rewind(first + 3, 1);
  detect();
  read_first_row();
}

inline void csv_reader::check_options() const {
  const std::string& separator = options_.separator;
  require(separator.size() <= 2, "csv_options::separator", "one or two bytes", detail::show_csv_text(separator));
  const bool plain = separator.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos;
  require(plain, "csv_options::separator", "no line break and no zero byte", detail::show_csv_text(separator));
  require(options_.max_row_bytes != 0, "csv_options::max_row_bytes", "at least 1", options_.max_row_bytes);
  if (options_.quote && *options_.quote != '\0') {
    const std::string_view taken = separator.empty() ? std::string_view(",;\t|:") : std::string_view(separator);
    const bool free = taken.find(*options_.quote) == std::string_view::npos;
    require(free && *options_.quote != '\n' && *options_.quote != '\r', "csv_options::quote",
            "neither a separator nor a line break", detail::show_csv_text({&*options_.quote, 1}));
  } else if (!options_.quote) {
    require(separator.find('"') == std::string::npos, "csv_options::separator", "no quote",
            detail::show_csv_text(separator));
  }
}

/// Settles the separator and whether there is a header.
inline void csv_reader::detect() {
  const bool ask_separator = options_.separator.empty(), ask_header = options_.header == csv_header::detect;
  if (ask_separator || ask_header) {
    std::size_t sample = std::size_t{64} << 10;
    for (;; sample *= 2) {  // until it has one line at least
      scanner_.preload(sample);
      const char *first = scanner_.position(), *last = scanner_.buffer().end();
      if (scanner_.buffer().eof() || sample > options_.max_row_bytes) break;
      if (std::any_of(first, last, [](char c) { return c == '\n' || c == '\r'; })) break;
    }
  }
  const detail::csv_dialect dialect = ask_separator ? detail::detect_csv_dialect(scanner_, options_.quote)
                                                    : detail::make_csv_dialect(options_.separator, options_.quote);
  has_header_ = options_.header == csv_header::present;
  if (ask_header) has_header_ = detail::detect_csv_header(detail::read_csv_sample(scanner_, dialect));
  scanner_.set_dialect(dialect);
}

inline void csv_reader::read_first_row() {
  const detail::csv_scanner::step found = scanner_.next();
  if (found == detail::csv_scanner::step::end)
    throw data_error("the file is empty: expected a header or a row of data", name_);
  if (found == detail::csv_scanner::step::bad) throw fault();
  const detail::csv_record first = scanner_.record();
  count_ = first.count;
  scanner_.fix_columns(count_);
  if (!has_header_) return scanner_.rewind(first.first, first.line);
  wanted_.assign(count_, true);
  undouble();
  for (const detail::csv_field& field : scanner_.fields()) columns_.emplace_back(detail::trim_blanks(field.view()));
}

inline std::optional<std::size_t> csv_reader::find_column(std::string_view name) const {
  name = detail::trim_blanks(name);
  const auto exact = std::find(columns_.begin(), columns_.end(), name);
  if (exact != columns_.end()) return static_cast<std::size_t>(exact - columns_.begin());
  const std::string folded = detail::fold_case(name);
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (detail::fold_case(columns_[i]) == folded) return i;
  return std::nullopt;
}

inline std::vector<std::size_t> csv_reader::resolve(const std::vector<csv_column>& columns) const {
  std::vector<std::size_t> plan;
  for (const csv_column& column : columns) {
    if (column.is_named()) {
      const std::string shown = detail::show_csv_text(column.name());
      if (!has_header_)
        throw data_error("no column " + shown + ": there is no header, so columns are asked for by position, 0 to " +
                             std::to_string(count_ - 1),
                         name_);
      const std::optional<std::size_t> position = find_column(column.name());
      if (!position) throw data_error("no column " + shown + list_columns(column.name()), name_, 1);
      plan.push_back(*position);
    } else {
      if (column.position() >= count_)
        throw data_error("no column at position " + std::to_string(column.position()) + list_columns({}), name_, 1);
      plan.push_back(column.position());
    }
  }
  return plan;
}

/// What an error about a missing column ends with.
inline std::string csv_reader::list_columns(std::string_view wanted) const {
  constexpr std::size_t most = 20;
  if (!has_header_) return ": positions are 0 to " + std::to_string(count_ - 1);
  std::string list = "; there are ";
  for (std::size_t i = 0; i < (std::min)(most, columns_.size()); ++i)
    list += (i == 0 ? "" : ", ") + detail::show_csv_text(columns_[i]);
  if (columns_.size() > most) list += ", … (" + std::to_string(columns_.size()) + " in all)";
  if (wanted.empty() || columns_.size() < 2) return list;
  const std::string folded = detail::fold_case(wanted);
  std::size_t nearest = 0, least = static_cast<std::size_t>(-1);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::size_t distance = detail::edit_distance(detail::fold_case(columns_[i]), folded);
    if (distance < least) {
      least = distance;
      nearest = i;
    }
  }
  return list + "; the nearest is " + detail::show_csv_text(columns_[nearest]);
}

inline std::string csv_reader::label(std::size_t column) const {
  if (has_header_ && !columns_[column].empty()) return columns_[column];
  return "column " + std::to_string(column);
}

/// An error about the byte `at` of the row last read.
inline data_error csv_reader::located(const std::string& what, const char* at) const {
  const detail::csv_record& record = scanner_.record();
  std::size_t line = record.line;
  const char* start = record.first;
  for (const char* p = start; p < at; ++p)
    if (*p == '\n' || (*p == '\r' && p[1] != '\n')) {
      ++line;
      start = p + 1;
    }
  return data_error(what, name_, line, static_cast<std::size_t>(at - start) + 1);
}

/// What is wrong with the row that the scanner calls bad.
inline data_error csv_reader::fault() const {
  const char* const at = scanner_.fault_at();
  switch (scanner_.fault()) {
    case detail::csv_fault::unterminated_quote:
      return located("a quote is opened here and never closed", at);
    case detail::csv_fault::text_after_quote:
      return located(
          "text follows a closing quote (quotes in a quoted field are doubled; where they mean nothing, set "
          "csv_options::quote to '\\0')",
          at);
    case detail::csv_fault::too_many_fields:
      return located("the row has more than a million fields", at);
    case detail::csv_fault::nul:
      return located("a zero byte (is this UTF-16 or a binary file?)", at);
    default:
      return located("the row is longer than csv_options::max_row_bytes = " + std::to_string(options_.max_row_bytes) +
                         " (is a quote left open?)",
                     at);
  }
}

/// Throws about a bad row or, under `skip`, counts it and gets past it.
inline void csv_reader::reject(csv_report& report, bool bad) {
  const detail::csv_record& record = scanner_.record();
  raw_.clear();
  data_error problem = [&] {
    if (bad) return fault();
    std::string what = "expected " + std::to_string(count_) + (count_ == 1 ? " field" : " fields") + " as in the " +
                       (has_header_ ? "header" : "first row") + ", found " + std::to_string(record.count);
    if (record.lines > 1)
      what += " in the row of lines " + std::to_string(record.line) + " to " +
              std::to_string(record.line + record.lines - 1);
    return located(what, record.first);
  }();
  if (options_.bad_rows == bad_rows::error) throw problem;
  std::string message = problem.what();
  if (bad && scanner_.is_stuck()) {
    scanner_.skip_line();
    message += "; reading went on at line " + std::to_string(scanner_.line());
  }
  note(report, std::move(message));
}

inline void csv_reader::note(csv_report& report, std::string message) {
  constexpr std::size_t most = 10;
  ++report.bad_rows;
  if (report.messages.size() < most) report.messages.push_back(std::move(message));
}

/// Puts fields with doubled quotes, as far as they were asked for, where they can be read.
inline void csv_reader::undouble_fields() {
  std::size_t size = 0;
  for (const std::size_t column : scanner_.doubled()) size += scanner_.fields()[column].view().size();
  raw_ = scanner_.fields();
  undoubled_.resize(size);
  char* to = undoubled_.data();
  for (const std::size_t column : scanner_.doubled()) {
    if (!wanted_[column]) continue;
    const char* const first = to;
    const std::string_view text = raw_[column].view();
    for (std::size_t i = 0; i < text.size(); ++i) {
      *to++ = text[i];
      if (text[i] == scanner_.dialect().quote) ++i;  // the second one
    }
    scanner_.set_field(column, {first, to});
  }
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
