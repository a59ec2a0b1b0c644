// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSV_WRITER_HPP
#define TAILOR_DATA_CSV_WRITER_HPP

#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "../core/error.hpp"
#include "csv.hpp"

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

inline csv_dialect csv_writing_dialect(const csv_options& options) {
  const std::string& separator = options.separator;
  const bool plain =
      separator.size() <= 2 && separator.find_first_of(std::string_view("\0\r\n", 3)) == std::string::npos;
  require(plain, "csv_options::separator", "one or two bytes, no line break", show_csv_text(separator));
  const csv_dialect dialect = make_csv_dialect(separator.empty() ? "," : separator, options.quote);
  const bool apart =
      !dialect.quoting || (dialect.quote != dialect.separator[0] && dialect.quote != '\n' && dialect.quote != '\r' &&
                           (dialect.width < 2 || dialect.quote != dialect.separator[1]));
  require(apart, "csv_options::quote", "neither a separator nor a line break", show_csv_text({&dialect.quote, 1}));
  return dialect;
}

/// Appends a field, quoted if `needed` or if it has to be.
inline void append_csv_field(std::string& out, std::string_view field, const csv_dialect& dialect, bool needed) {
  const char special[] = {dialect.separator[0], '\n', '\r', dialect.quoting ? dialect.quote : '\n'};
  needed = needed || field.find_first_of(std::string_view(special, sizeof special)) != std::string_view::npos;
  require(field.find('\0') == std::string_view::npos, "csv_writer", "a field without zero bytes", show_csv_text(field));
  if (!needed) {
    out += field;
    return;
  }
  require(dialect.quoting, "csv_writer", "a field that needs no quotes, as csv_options has none", show_csv_text(field));
  out += dialect.quote;
  for (const char c : field) {
    if (c == dialect.quote) out += c;
    out += c;
  }
  out += dialect.quote;
}

}  // namespace detail

/// Appends a field to a row of CSV, in quotes when it needs them: it contains the separator, a quote or a line break.
/// @throws value_error when it holds a zero byte, which no reader takes
inline void write_csv_field(std::string& out, std::string_view field, const csv_options& options = {}) {
  detail::append_csv_field(out, field, detail::csv_writing_dialect(options), false);
}

/// Writes rows that csv_reader reads back as they were, in memory until they are saved.
///
///     csv_writer out;
///     out.row("user", "item", "score").row("196", 242, 4.5);
///     out.save("picks.csv");
///
/// Numbers are written as short as they can be read back exactly. Every row must have as many fields as the first.
/// Of csv_options, `separator` (default `,`) and `quote` matter.
class csv_writer {
 public:
  explicit csv_writer(const csv_options& options = {}) : dialect_(detail::csv_writing_dialect(options)) {}

  /// A whole row of texts and numbers; when one of them is refused, nothing is written.
  /// @throws value_error when a text holds a zero byte, a number is not finite, or there are more or fewer fields than
  /// before
  template <class... Fields>
  csv_writer& row(const Fields&... fields) {
    static_assert(sizeof...(Fields) != 0, "tailor::data::csv_writer::row: a row has at least one field");
    require(fields_ == 0, "csv_writer::row", "no row begun", fields_);
    try {
      (field(fields), ...);
      return end_row();
    } catch (...) {
      text_.resize(row_start_);
      fields_ = 0;
      throw;
    }
  }

  /// The next field of a row that end_row ends.
  template <class Field>
  csv_writer& field(const Field& value) {
    if constexpr (std::is_arithmetic_v<Field>) {
      text_field(number(value));
    } else {
      static_assert(std::is_convertible_v<const Field&, std::string_view>,
                    "tailor::data::csv_writer: a field is a text or a number");
      text_field(value);
    }
    return *this;
  }

  /// @throws value_error when the row has more or fewer fields than the first one
  csv_writer& end_row() {
    require(fields_ != 0, "csv_writer::end_row", "at least one field", fields_);
    if (width_ != 0 && width_ != fields_) {
      const std::size_t found = std::exchange(fields_, 0);
      text_.resize(row_start_);  // the row is not written
      throw value_error(
          describe("csv_writer::end_row", std::to_string(width_) + " fields as in the first row", show(found)));
    }
    // a line that is blank would be passed by, unless it is quoted
    const std::string_view line(text_.data() + row_start_, text_.size() - row_start_);
    if (fields_ == 1 && detail::trim_blanks(line).empty()) {
      const std::string copy(line);
      std::string quoted;
      detail::append_csv_field(quoted, copy, dialect_, true);
      text_.replace(row_start_, std::string::npos, quoted);
    }
    text_ += '\n';
    row_start_ = text_.size();
    width_ = fields_;
    fields_ = 0;
    return *this;
  }

  /// What was written so far.
  const std::string& text() const noexcept { return text_; }

  /// Writes text() to a file, replacing it. @throws data_error when that fails, value_error when a row is not ended
  void save(const std::string& path) const {
    require(fields_ == 0, "csv_writer::save", "no row begun", fields_);
    const auto check = [&](bool good) {
      if (!good) throw data_error("cannot write: " + std::generic_category().message(errno), path);
    };
    errno = 0;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), &std::fclose);
    check(file != nullptr);
    check(std::fwrite(text_.data(), 1, text_.size(), file.get()) == text_.size());
    check(std::fclose(file.release()) == 0);
  }

 private:
  template <class T>
  static std::string number(T value) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || detail::is_plain_integer_v<T>,
                  "tailor::data::csv_writer: a number is float, double or an integer type (not bool, not a character)");
    if constexpr (std::is_integral_v<T>) {
      return std::to_string(value);
    } else {
      require(std::isfinite(value), "csv_writer", "a finite number", value);
      return detail::number_text(value);
    }
  }

  void text_field(std::string_view value) {
    // at the start of a file these would be taken for a byte order mark
    const std::string_view mark = value.substr(0, 2);
    const bool marked = text_.empty() && (mark == "\xef\xbb" || mark == "\xff\xfe" || mark == "\xfe\xff");
    const std::size_t before = text_.size();
    try {
      if (fields_ != 0) text_.append(dialect_.separator, dialect_.width);
      detail::append_csv_field(text_, value, dialect_, marked);
    } catch (...) {
      text_.resize(before);
      throw;
    }
    ++fields_;
  }

  detail::csv_dialect dialect_;
  std::string text_;
  std::size_t row_start_ = 0, fields_ = 0, width_ = 0;
};

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
