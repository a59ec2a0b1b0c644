// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_INTERACTIONS_CSV_HPP
#define TAILOR_DATA_INTERACTIONS_CSV_HPP

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csv.hpp"
#include "interactions.hpp"
#include "timestamp.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// Where a log's columns are, by name or position. What is not said is found among the columns that were not said for
/// something else: with a header by the usual names, whatever their case, blanks and punctuation (userId, Customer ID,
/// …; movieId, StockCode, product, …; rating, quantity, …; timestamp, InvoiceDate, …), without one by place: user,
/// item, value, time.
struct interactions_csv_options {
  std::optional<csv_column> user, item;
  std::optional<csv_column> value;  ///< where there is none, every event has value 1
  std::optional<csv_column> time;   ///< seconds since 1970 or ISO 8601 (`parse_timestamp`)
  csv_options csv;
};

/// Reads a log of events from CSV. Blanks around an id are no part of it.
/// @param report  when given, is told what was read and, under `bad_rows::skip`, what was passed by
/// @throws data_error with file, line and column, for a file that cannot be read, a column that is not there or not
///         found, an empty id, a value that is no finite number, a time that is none, or no event at all
interactions read_interactions(const std::string& path, const interactions_csv_options& options = {},
                               csv_report* report = nullptr);

/// The same from a reader that is open already (a stream, text in memory); its own csv options count.
interactions read_interactions(csv_reader& reader, const interactions_csv_options& options = {},
                               csv_report* report = nullptr);

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// `Customer_ID` and `customer id` are `customerid`.
inline std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      plain.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  return plain;
}

inline constexpr std::string_view user_names[] = {"userid",      "user",       "customerid", "customer",
                                                  "uid",         "visitorid",  "memberid",   "household",
                                                  "householdid", "reviewerid", "clientid",   "client"};
inline constexpr std::string_view item_names[] = {"itemid",    "item",    "movieid",   "movie",  "productid", "product",
                                                  "stockcode", "sku",     "articleid", "asin",   "isbn",      "bookid",
                                                  "artistid",  "trackid", "songid",    "filmid", "contentid", "iid"};
inline constexpr std::string_view value_names[] = {"rating",   "bookrating", "overall",   "value", "score", "stars",
                                                   "quantity", "count",      "playcount", "plays", "weight"};
inline constexpr std::string_view time_names[] = {"timestamp", "time",        "datetime", "date",
                                                  "eventtime", "invoicedate", "ts",       "unixreviewtime"};

/// Whether somebody said that the column at `position` is something else.
inline bool is_taken(const csv_reader& reader, const interactions_csv_options& options, std::size_t position) {
  for (const auto* said : {&options.user, &options.item, &options.value, &options.time}) {
    if (!*said) continue;
    if ((*said)->is_named() ? reader.find_column((*said)->name()) == position : (*said)->position() == position)
      return true;
  }
  return false;
}

/// The column that was said, or the first one, in the order of the names, that the header has.
template <std::size_t N>
std::optional<csv_column> locate(const csv_reader& reader, const interactions_csv_options& options,
                                 const std::optional<csv_column>& said, const std::string_view (&usual)[N],
                                 std::size_t place) {
  if (said) return said;
  if (!reader.has_header()) {
    if (place < reader.column_count() && !is_taken(reader, options, place)) return csv_column(place);
    return std::nullopt;
  }
  for (const std::string_view name : usual)
    for (std::size_t c = 0; c < reader.columns().size(); ++c)
      if (plain_name(reader.columns()[c]) == name && !is_taken(reader, options, c)) return csv_column(c);
  return std::nullopt;
}

inline csv_column require_column(const csv_reader& reader, const std::optional<csv_column>& found, const char* what) {
  if (found) return *found;
  constexpr std::size_t most = 20;
  std::string columns;
  for (std::size_t i = 0; i < (std::min)(most, reader.columns().size()); ++i)
    columns += (i == 0 ? "" : ", ") + show_csv_text(reader.columns()[i]);
  if (reader.columns().size() > most) columns += ", … (" + show(reader.columns().size()) + " in all)";
  if (!reader.has_header())
    columns = std::to_string(reader.column_count()) + (reader.column_count() == 1 ? " column" : " columns") +
              " without a name";
  throw data_error(describe(std::string(what) + " column", "a usual name, or to be told which one it is", columns),
                   reader.name());
}

}  // namespace detail

inline interactions read_interactions(csv_reader& reader, const interactions_csv_options& options, csv_report* report) {
  const auto user = detail::locate(reader, options, options.user, detail::user_names, 0);
  const auto item = detail::locate(reader, options, options.item, detail::item_names, 1);
  const auto value = detail::locate(reader, options, options.value, detail::value_names, 2);
  const auto time = detail::locate(reader, options, options.time, detail::time_names, 3);
  std::vector<csv_column> columns = {detail::require_column(reader, user, "user"),
                                     detail::require_column(reader, item, "item")};
  if (value) columns.push_back(*value);
  if (time) columns.push_back(*time);
  const std::size_t value_at = 2, time_at = value ? 3 : 2;

  interactions log;
  const csv_report read = reader.read(columns, [&](const csv_row& row) {
    for (std::size_t i = 0; i < 2; ++i)
      if (row.empty(i)) throw row.error(i, i == 0 ? "a user id" : "an item id");
    const double amount = value ? row.number<double>(value_at) : 1;
    std::optional<std::int64_t> when;
    if (time) {
      when = parse_timestamp(row.text(time_at));
      if (!when) throw row.error(time_at, "a time: seconds since 1970, or YYYY-MM-DD with HH:MM:SS");
    }
    log.add(detail::trim_blanks(row.text(0)), detail::trim_blanks(row.text(1)), amount, when);
  });
  if (report != nullptr) *report = read;
  if (log.empty())
    throw data_error(
        describe("events", "at least one row that can be read",
                 read.bad_rows == 0 ? "none" : std::to_string(read.bad_rows) + " bad, " + read.messages.front()),
        reader.name());
  return log;
}

inline interactions read_interactions(const std::string& path, const interactions_csv_options& options,
                                      csv_report* report) {
  csv_reader reader(path, options.csv);
  return read_interactions(reader, options, report);
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
