// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSV_HPP
#define TAILOR_DATA_CSV_HPP

#include <cstddef>
#include <cstring>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "csv_detect.hpp"
#include "csv_number.hpp"
#include "csv_scanner.hpp"
#include "csv_source.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// Whether the first row names the columns.
enum class csv_header { detect, present, absent };

/// What is done about a row that cannot be read.
enum class bad_rows { error, skip };

/// How a file is written and how strictly it is read. What is not said is detected from the first rows.
struct csv_options {
  /// One or two bytes. Empty: the first rows decide between `,` `;` tab `|` and `::`.
  std::string separator;
  csv_header header = csv_header::detect;
  /// `error`: the first bad row throws. `skip`: bad rows are passed by, counted and described in csv_report. A row is
  /// bad when its number of fields is wrong, its quotes are, it holds a zero byte, it is longer than max_row_bytes, or
  /// the callback threw a data_error.
  data::bad_rows bad_rows = data::bad_rows::error;
  /// `'\0'`: quotes mean nothing. Not set: `"`, but none where the separator is `::` (MovieLens titles may start with
  /// one).
  std::optional<char> quote;
  /// Bounds the memory that is used: what a quote left open may swallow before the row is called bad.
  std::size_t max_row_bytes = std::size_t{16} << 20;
};

/// What read() did.
struct csv_report {
  std::size_t rows = 0;               ///< given to the callback, which did not complain
  std::size_t bad_rows = 0;           ///< passed by; 0 unless csv_options::bad_rows is `skip`
  std::vector<std::string> messages;  ///< of the first ten bad rows, each with file, line and column
};

/// A column asked for: by its name in the header (case and blanks around it do not count), or by position from 0.
class csv_column {
 public:
  csv_column(std::string name) : name_(std::move(name)), named_(true) {}
  csv_column(std::string_view name) : csv_column(std::string(name)) {}
  csv_column(const char* name) : csv_column(std::string(name)) {}
  /// @throws value_error when `position` is negative
  template <class I, class = std::enable_if_t<detail::is_plain_integer_v<I>>>
  csv_column(I position) : position_(static_cast<std::size_t>(position)) {
    if constexpr (std::is_signed_v<I>) require(position >= 0, "csv_column", "a position from 0", position);
  }

  bool is_named() const noexcept { return named_; }
  const std::string& name() const noexcept { return name_; }
  std::size_t position() const noexcept { return position_; }

 private:
  std::string name_;
  std::size_t position_ = 0;
  bool named_ = false;
};

class csv_reader;

/// One row, as a callback sees it: its fields are the columns that were asked for, in that order, from 0.
/// What it returns holds until the callback returns.
class csv_row {
 public:
  std::size_t size() const noexcept { return size_; }

  /// The field without its quotes, blanks kept. @throws value_error when `i` is not below size()
  std::string_view text(std::size_t i) const { return field(i).view(); }

  /// The field holds nothing, or only spaces and tabs.
  bool empty(std::size_t i) const { return detail::trim_blanks(text(i)).empty(); }

  /// The whole field as a decimal number; spaces and tabs around it are allowed. `T`: float, double or an integer type.
  /// Correctly rounded, the same in every locale.
  /// @throws data_error, with file, line and column, when it is empty, no number, infinite, NaN or outside `T`
  template <class T>
  T number(std::size_t i) const {
    T value{};
    const detail::number_fault fault = detail::parse_number(text(i), value);
    if (fault != detail::number_fault::none) throw error(i, detail::describe_number<T>(fault));
    return value;
  }

  /// The line where the row starts, from 1.
  std::size_t line() const noexcept;

  /// What to throw about a field: `throw row.error(2, "a rating from 1 to 5")`.
  data_error error(std::size_t i, std::string_view expected) const;

 private:
  friend class csv_reader;
  csv_row(const csv_reader& reader, const std::vector<std::size_t>& plan, const detail::csv_field* fields) noexcept
      : reader_(reader), fields_(fields), plan_(plan.data()), size_(plan.size()) {}

  const detail::csv_field& field(std::size_t i) const {
    if (i >= size_) require(false, "csv_row", "a field below " + std::to_string(size_), i);
    return fields_[plan_[i]];
  }

  const csv_reader& reader_;
  const detail::csv_field* fields_;
  const std::size_t* plan_;
  std::size_t size_;
};

/// Reads CSV (RFC 4180) in chunks, in memory that does not grow with the file, and touches only the columns asked for.
///
///     csv_reader ratings("ratings.csv");
///     ratings.read({"userId", "movieId", "rating"}, [&](const csv_row& row) {
///       add(row.text(0), row.text(1), row.number<double>(2));
///     });
///
/// Rows end with LF, CRLF or a lone CR; the last one may lack it. Blank lines are passed by, as are those of spaces and
/// tabs unless there is one column only. A field that starts with a quote runs to the closing one, doubled quotes stand
/// for one; a quote elsewhere is an ordinary character. A UTF-8 mark at the start is passed by. Bytes are not otherwise
/// interpreted: any encoding that contains ASCII will do. The first row fixes how many fields a row has.
class csv_reader {
 public:
  /// Opens a file and reads its header.
  /// @throws data_error when it cannot be read, is empty or UTF-16, or its first row is bad (also under `skip`)
  /// @throws value_error when the options contradict themselves
  explicit csv_reader(const std::string& path, csv_options options = {})
      : csv_reader(std::make_unique<detail::csv_file_source>(path), path, std::move(options)) {}

  /// From a stream, which must outlive the reader. Errors call it `name`.
  static csv_reader from_stream(std::istream& stream, csv_options options = {}, std::string name = "stream") {
    auto source = std::make_unique<detail::csv_stream_source>(stream, name);
    return csv_reader(std::move(source), std::move(name), std::move(options));
  }

  /// From CSV in memory, which must outlive the reader. Errors call it `name`.
  static csv_reader from_text(std::string_view text, csv_options options = {}, std::string name = "text") {
    return csv_reader(std::make_unique<detail::csv_text_source>(text), std::move(name), std::move(options));
  }

  /// From a source of another kind, read `chunk` bytes at a time.
  csv_reader(std::unique_ptr<detail::csv_source> source, std::string name, csv_options options,
             std::size_t chunk = std::size_t{256} << 10);

  csv_reader(const csv_reader&) = delete;
  csv_reader& operator=(const csv_reader&) = delete;

  const std::string& name() const noexcept { return name_; }
  bool has_header() const noexcept { return has_header_; }
  /// The header's names as written, without blanks around them; empty when there is no header.
  const std::vector<std::string>& columns() const noexcept { return columns_; }
  std::size_t column_count() const noexcept { return count_; }
  std::string separator() const { return {scanner_.dialect().separator, scanner_.dialect().width}; }

  /// The position of a name in the header: the column written exactly so, else the first that differs in case only; so
  /// of two columns of one name the first is taken, and the other is had by position.
  std::optional<std::size_t> find_column(std::string_view name) const;

  /// Calls `on_row(const csv_row&)` for every row that is left, or until it returns false (if it returns a bool).
  /// A column may be asked for more than once. A ratings file: 0.5 GB/s a core with four columns, 0.9 with two.
  /// @throws data_error when a column is not there (it says which are) or a row is bad; what `on_row` throws
  template <class OnRow>
  csv_report read(const std::vector<csv_column>& columns, OnRow&& on_row) {
    static_assert(std::is_invocable_v<OnRow&, const csv_row&>,
                  "tailor::data::csv_reader::read: on_row must be callable with a const csv_row&");
    const std::vector<std::size_t> plan = resolve(columns);
    wanted_.assign(count_, false);
    for (const std::size_t column : plan) wanted_[column] = true;
    const csv_row row(*this, plan, scanner_.fields().data());
    csv_report report;
    for (;;) {
      const detail::csv_scanner::step found = scanner_.next();
      if (found == detail::csv_scanner::step::end) break;
      if (found == detail::csv_scanner::step::bad || scanner_.record().count != count_) {
        reject(report, found == detail::csv_scanner::step::bad);
        continue;
      }
      undouble();
      try {
        if constexpr (std::is_same_v<std::invoke_result_t<OnRow&, const csv_row&>, bool>) {
          const bool go_on = on_row(row);
          ++report.rows;
          if (!go_on) break;
        } else {
          on_row(row);
          ++report.rows;
        }
      } catch (const data_error& complaint) {
        if (options_.bad_rows == bad_rows::error) throw;
        note(report, complaint.what());
      }
    }
    return report;
  }

 private:
  friend class csv_row;

  void check_options() const;
  void detect();
  void read_first_row();
  std::vector<std::size_t> resolve(const std::vector<csv_column>& columns) const;
  std::string list_columns(std::string_view wanted) const;
  std::string label(std::size_t column) const;
  data_error located(const std::string& what, const char* at) const;
  data_error fault() const;
  void reject(csv_report& report, bool bad);
  static void note(csv_report& report, std::string message);

  void undouble() {
    raw_.clear();
    if (!scanner_.doubled().empty()) undouble_fields();
  }
  void undouble_fields();

  csv_options options_;
  std::string name_;
  detail::csv_scanner scanner_;
  std::vector<std::string> columns_;
  std::size_t count_ = 0;
  bool has_header_ = false;
  std::vector<bool> wanted_;            // which columns were asked for
  std::vector<char> undoubled_;         // fields whose doubled quotes were resolved
  std::vector<detail::csv_field> raw_;  // the fields as they were before that; empty if none was
};

/// Opens `path` and calls `on_row(const csv_row&)` for every row: csv_reader in one call.
template <class OnRow>
csv_report read_csv(const std::string& path, const std::vector<csv_column>& columns, OnRow&& on_row,
                    csv_options options = {}) {
  return csv_reader(path, std::move(options)).read(columns, std::forward<OnRow>(on_row));
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#include "csv_reader_impl.hpp"

#endif
