// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_TABLE_HPP
#define TAILOR_DATA_TABLE_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/span.hpp"
#include "csv_number.hpp"
#include "id_map.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// What the cells of a column are: numbers, texts of a few kinds (a plan, a city), or points in time.
enum class column_kind { number, text, date };
constexpr std::array<std::string_view, 3> enum_names(column_kind) { return {"number", "text", "date"}; }

/// One attribute of every row. A cell may be missing: NaN among numbers, `missing` among texts.
class table_column {
 public:
  /// The code of a missing text.
  static constexpr std::uint32_t missing = 0xffffffffu;

  /// @param values  [n], NaN where missing
  /// @throws value_error for an empty name or an infinite number
  static table_column of_numbers(std::string name, std::vector<double> values) {
    return table_column(std::move(name), column_kind::number, std::move(values));
  }

  /// @param seconds  [n] since 1970 (UTC), NaN where missing
  /// @throws as `of_numbers`
  static table_column of_dates(std::string name, std::vector<double> seconds) {
    return table_column(std::move(name), column_kind::date, std::move(seconds));
  }

  /// @param texts  [n] strings or string views, empty where missing
  /// @throws value_error for an empty name
  template <class Text>
  static table_column of_texts(std::string name, const std::vector<Text>& texts) {
    id_map levels;
    std::vector<std::uint32_t> codes;
    codes.reserve(texts.size());
    for (const std::string_view text : texts) codes.push_back(text.empty() ? missing : levels.insert(text));
    return of_codes(std::move(name), std::move(codes), std::move(levels));
  }

  /// @param codes  [n] indices into `levels`, or `missing`
  /// @throws value_error for an empty name or a code that no level has
  static table_column of_codes(std::string name, std::vector<std::uint32_t> codes, id_map levels);

  const std::string& name() const noexcept { return name_; }
  column_kind kind() const noexcept { return kind_; }
  std::size_t size() const noexcept { return kind_ == column_kind::text ? codes_.size() : numbers_.size(); }

  /// Of a row below size().
  bool is_missing(std::size_t row) const noexcept {
    return kind_ == column_kind::text ? codes_[row] == missing : std::isnan(numbers_[row]);
  }

  /// The numbers, or the dates as seconds since 1970, NaN where missing. @throws value_error for a column of texts
  const std::vector<double>& numbers() const {
    require(kind_ != column_kind::text, name_, "a column of numbers or dates", "texts");
    return numbers_;
  }

  /// For every row an index into levels(), or `missing`. @throws value_error unless this is a column of texts
  const std::vector<std::uint32_t>& codes() const {
    require_text();
    return codes_;
  }

  /// The texts that occur, or once occurred: a part of a column shares the levels of the whole.
  /// @throws value_error unless this is a column of texts
  const id_map& levels() const {
    require_text();
    return *levels_;
  }

  /// The cell of a row below size(), empty where missing. @throws value_error unless this is a column of texts
  std::string_view text(std::size_t row) const {
    require_text();
    return codes_[row] == missing ? std::string_view() : levels_->id(codes_[row]);
  }

  /// Numbers that are names (a zone, a product group) as texts; a column of texts as it is. Whole numbers plainly,
  /// others in their shortest form. @throws value_error for dates
  table_column as_text() const;

  /// The given rows, in that order. @throws value_error for a row that is not there
  table_column rows(span<const std::size_t> chosen) const;

 private:
  table_column(std::string name, column_kind kind, std::vector<double> numbers = {});
  void require_text() const {
    if (kind_ != column_kind::text)
      require(false, name_, "a column of texts", kind_ == column_kind::date ? "dates" : "numbers");
  }

  std::string name_;
  column_kind kind_;
  std::vector<double> numbers_;
  std::vector<std::uint32_t> codes_;
  std::shared_ptr<const id_map> levels_;  // shared by all parts of a column, never changed
};

/// Rows of mixed attributes, as a CSV file of customers has them (`read_table`): columns of one length, each with a
/// name of its own. What turns it into numbers for a model is `feature_encoder`.
class table {
 public:
  table() = default;
  /// @throws as `add`
  explicit table(std::vector<table_column> columns) {
    for (table_column& column : columns) add(std::move(column));
  }

  /// Appends a column, or replaces the one of its name.
  /// @throws shape_error when it is not as long as the others
  table& add(table_column column);

  std::size_t n_rows() const noexcept { return columns_.empty() ? 0 : columns_.front().size(); }
  std::size_t n_columns() const noexcept { return columns_.size(); }
  bool has(std::string_view name) const noexcept { return find(name) != columns_.size(); }
  const std::vector<table_column>& columns() const noexcept { return columns_; }
  std::vector<std::string> names() const;

  /// @throws value_error that lists the columns when there is none of this name
  const table_column& column(std::string_view name) const;

  /// The given rows, in that order; a row may come twice. @throws value_error for a row that is not there
  table rows(span<const std::size_t> chosen) const;

  /// The given columns, in that order. @throws as `column`
  table select(const std::vector<std::string>& names) const;

  /// All but the given columns. @throws as `column`
  table drop(const std::vector<std::string>& names) const;

 private:
  std::size_t find(std::string_view name) const noexcept {
    std::size_t at = 0;
    while (at < columns_.size() && columns_[at].name() != name) ++at;
    return at;
  }

  std::vector<table_column> columns_;
};

/// Columns of numbers and dates as a matrix [n_rows, names], NaN where missing.
/// @throws value_error for a column that is not there or has texts
template <class T = double>
dense_matrix<T> to_matrix(const table& rows, const std::vector<std::string>& names) {
  dense_matrix<T> matrix = make_matrix<T>(rows.n_rows(), names.size());
  for (std::size_t j = 0; j < names.size(); ++j) {
    const std::vector<double>& numbers = rows.column(names[j]).numbers();
    for (std::size_t i = 0; i < numbers.size(); ++i) matrix(i, j) = static_cast<T>(numbers[i]);
  }
  return matrix;
}

// ---------------------------------------------------------------------------------------------------------------------

inline table_column::table_column(std::string name, column_kind kind, std::vector<double> numbers)
    : name_(std::move(name)), kind_(kind), numbers_(std::move(numbers)) {
  require(!name_.empty(), "table_column: name", "a text", "none");
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    if (std::isinf(numbers_[i]))
      throw value_error(
          describe(name_ + '(' + show(i) + ')', "a finite number, or NaN where missing", show(numbers_[i])));
}

inline table_column table_column::of_codes(std::string name, std::vector<std::uint32_t> codes, id_map levels) {
  table_column column(std::move(name), column_kind::text);
  for (const std::uint32_t code : codes)
    if (code >= levels.size() && code != missing)
      require(false, column.name_, "codes below " + show(levels.size()), code);
  column.codes_ = std::move(codes);
  column.levels_ = std::make_shared<const id_map>(std::move(levels));
  return column;
}

inline table_column table_column::as_text() const {
  require(kind_ != column_kind::date, name_, "a column of numbers or texts", "dates");
  if (kind_ == column_kind::text) return *this;
  constexpr double exact = 9007199254740992.0;  // 2⁵³: below it whole numbers are written as such
  std::vector<std::string> texts;
  texts.reserve(numbers_.size());
  for (const double value : numbers_) {
    if (std::isnan(value))
      texts.emplace_back();
    else if (std::abs(value) < exact && std::trunc(value) == value)
      texts.push_back(std::to_string(static_cast<std::int64_t>(value)));
    else
      texts.push_back(detail::number_text(value));
  }
  return of_texts(name_, texts);
}

inline table_column table_column::rows(span<const std::size_t> chosen) const {
  table_column part(name_, kind_);
  part.levels_ = levels_;
  const auto take = [&](const auto& from, auto& to) {
    to.reserve(chosen.size());
    for (const std::size_t row : chosen) {
      if (row >= from.size()) require(false, "rows", "numbers below " + show(from.size()), row);
      to.push_back(from[row]);
    }
  };
  if (kind_ == column_kind::text)
    take(codes_, part.codes_);
  else
    take(numbers_, part.numbers_);
  return part;
}

inline table& table::add(table_column column) {
  const std::size_t at = find(column.name());
  const bool only = columns_.empty() || (columns_.size() == 1 && at == 0);
  require<shape_error>(only || column.size() == n_rows(), column.name(), "as many rows as the table, " + show(n_rows()),
                       column.size());
  if (at == columns_.size())
    columns_.push_back(std::move(column));
  else
    columns_[at] = std::move(column);
  return *this;
}

inline std::vector<std::string> table::names() const {
  std::vector<std::string> all;
  for (const table_column& column : columns_) all.push_back(column.name());
  return all;
}

inline const table_column& table::column(std::string_view name) const {
  const std::size_t at = find(name);
  if (at != columns_.size()) return columns_[at];
  constexpr std::size_t most = 20;
  std::string expected = "one of its columns";
  for (std::size_t i = 0; i < (std::min)(most, columns_.size()); ++i)
    expected += (i == 0 ? " " : ", ") + detail::show_id(columns_[i].name());
  if (columns_.size() > most) expected += ", … (" + show(columns_.size()) + " in all)";
  throw value_error(describe("table", expected, detail::show_id(name)));
}

inline table table::rows(span<const std::size_t> chosen) const {
  table part;
  for (const table_column& column : columns_) part.columns_.push_back(column.rows(chosen));
  return part;
}

inline table table::select(const std::vector<std::string>& names) const {
  table part;
  for (const std::string& name : names) part.add(column(name));
  return part;
}

inline table table::drop(const std::vector<std::string>& names) const {
  for (const std::string& name : names) column(name);
  table part;
  for (const table_column& column : columns_)
    if (std::find(names.begin(), names.end(), column.name()) == names.end()) part.columns_.push_back(column);
  return part;
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
