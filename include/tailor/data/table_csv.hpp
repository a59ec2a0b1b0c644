// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_TABLE_CSV_HPP
#define TAILOR_DATA_TABLE_CSV_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csv.hpp"
#include "table.hpp"
#include "timestamp.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// Which columns are read, and as what.
struct table_csv_options {
  std::vector<csv_column> columns;           ///< empty: all
  std::map<std::string, column_kind> kinds;  ///< by name; of the others every cell is looked at
  /// Cells that say nothing, besides empty ones; case counts, blanks around them do not.
  std::vector<std::string> missing = {"NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?"};
  csv_options csv;
};

/// Reads a table from CSV. A column whose kind was not said has numbers if every cell that is not missing is one (zip
/// codes too: say `text`), else dates if each is one of ISO 8601, else texts; blanks around a text are no part of it. A
/// column without a name is called by its position from 0. Holds the text of the columns that have to be looked at.
/// @param report  when given, is told what was read and, under `bad_rows::skip`, what was passed by
/// @throws data_error with file, line and column, for a file that cannot be read, a column that is not there, two of
/// one
///         name, a cell that is not of the kind that was said (dates may be seconds since 1970 then), or no row at all
table read_table(const std::string& path, const table_csv_options& options = {}, csv_report* report = nullptr);

/// The same from a reader that is open already (a stream, text in memory); its own csv options count.
table read_table(csv_reader& reader, const table_csv_options& options = {}, csv_report* report = nullptr);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// A column while its cells come in.
class table_column_builder {
 public:
  table_column_builder(std::string name, std::optional<column_kind> told) : name_(std::move(name)), told_(told) {}

  const std::string& name() const noexcept { return name_; }

  /// Looks at a cell before any of its row is kept. @throws data_error when it is not of the kind that was said
  void look(const csv_row& row, std::size_t i, const std::vector<std::string>& missing) {
    text_ = trim_blanks(row.text(i));
    number_ = std::numeric_limits<double>::quiet_NaN();
    missing_ = text_.empty() || std::find(missing.begin(), missing.end(), text_) != missing.end();
    fits_ = true;
    if (missing_ || told_ == column_kind::text) return;
    if (told_ == column_kind::number) {
      number_ = row.number<double>(i);
    } else if (told_ == column_kind::date) {
      const std::optional<std::int64_t> time = parse_timestamp(text_);
      if (!time) throw row.error(i, "a date: YYYY-MM-DD with HH:MM:SS, or seconds since 1970");
      number_ = static_cast<double>(*time);
    } else if (all_numbers_) {
      fits_ = parse_number(text_, number_) == number_fault::none;
    }
  }

  /// Keeps the cell that was looked at.
  void keep() {
    if (told_ == column_kind::text) {
      codes_.push_back(missing_ ? table_column::missing : levels_.insert(text_));
      return;
    }
    if (told_ || all_numbers_) numbers_.push_back(number_);
    if (told_) return;
    if (!missing_) bytes_ += text_;
    ends_.push_back(bytes_.size());
    if (fits_) return;
    all_numbers_ = false;
    std::vector<double>().swap(numbers_);
  }

  /// Empties the builder.
  table_column finish() {
    if (told_ == column_kind::text) return table_column::of_codes(name_, std::move(codes_), std::move(levels_));
    if (told_ == column_kind::date) return table_column::of_dates(name_, std::move(numbers_));
    if (told_ || all_numbers_) return table_column::of_numbers(name_, std::move(numbers_));
    std::vector<std::string_view> texts;
    texts.reserve(ends_.size());
    for (std::size_t begin = 0, i = 0; i < ends_.size(); begin = ends_[i++])
      texts.push_back(std::string_view(bytes_).substr(begin, ends_[i] - begin));
    std::vector<double> times;
    times.reserve(texts.size());
    for (const std::string_view text : texts) {
      const std::optional<std::int64_t> time = text.empty() ? std::nullopt : parse_date(text);
      if (!time && !text.empty()) break;
      times.push_back(time ? static_cast<double>(*time) : std::numeric_limits<double>::quiet_NaN());
    }
    table_column column = times.size() == texts.size() ? table_column::of_dates(name_, std::move(times))
                                                       : table_column::of_texts(name_, texts);
    std::string().swap(bytes_);
    std::vector<std::size_t>().swap(ends_);
    return column;
  }

 private:
  std::string name_;
  std::optional<column_kind> told_;
  bool all_numbers_ = true;
  // the cell at hand
  std::string_view text_;
  double number_ = 0;
  bool missing_ = false, fits_ = true;
  // the cells of a kind that was said, or of numbers so far
  std::vector<double> numbers_;
  std::vector<std::uint32_t> codes_;
  id_map levels_;
  // and as they are written, where none was said
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

inline std::string table_column_name(const csv_reader& reader, std::size_t position) {
  const bool named = reader.has_header() && !reader.columns()[position].empty();
  return named ? reader.columns()[position] : std::to_string(position);
}

}  // namespace detail

inline table read_table(csv_reader& reader, const table_csv_options& options, csv_report* report) {
  std::vector<csv_column> wanted = options.columns;
  if (wanted.empty())
    for (std::size_t i = 0; i < reader.column_count(); ++i) wanted.emplace_back(i);
  std::map<std::string, column_kind> kinds = options.kinds;
  std::vector<detail::table_column_builder> builders;
  for (csv_column& column : wanted) {
    std::size_t position = column.position();
    if (column.is_named()) position = reader.find_column(column.name()).value_or(reader.column_count());
    if (position >= reader.column_count()) break;  // read() below says what is wrong
    const std::string name = detail::table_column_name(reader, position);
    for (const detail::table_column_builder& other : builders)
      if (other.name() == name)
        throw data_error(describe("columns", "names that differ", detail::show_csv_text(name) + " twice"),
                         reader.name(), 1);
    const auto told = kinds.find(name);
    builders.emplace_back(name, told == kinds.end() ? std::nullopt : std::optional<column_kind>(told->second));
    if (told != kinds.end()) kinds.erase(told);
  }
  if (builders.size() == wanted.size() && !kinds.empty())
    throw data_error(
        describe("table_csv_options::kinds", "columns that are read", detail::show_csv_text(kinds.begin()->first)),
        reader.name());

  const csv_report read = reader.read(wanted, [&](const csv_row& row) {
    for (std::size_t i = 0; i < builders.size(); ++i) builders[i].look(row, i, options.missing);
    for (detail::table_column_builder& builder : builders) builder.keep();
  });
  if (report != nullptr) *report = read;
  if (read.rows == 0)
    throw data_error(
        describe("rows", "at least one that can be read",
                 read.bad_rows == 0 ? "none" : std::to_string(read.bad_rows) + " bad, " + read.messages.front()),
        reader.name());
  table rows;
  for (detail::table_column_builder& builder : builders) rows.add(builder.finish());
  return rows;
}

inline table read_table(const std::string& path, const table_csv_options& options, csv_report* report) {
  csv_reader reader(path, options.csv);
  return read_table(reader, options, report);
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
