// SPDX-License-Identifier: BSD-3-Clause
// csv_reader on hostile bytes. The first byte chooses options and chunk size; the rest is the file. What it reads must
// equal what the plain twin reads, for any chunk size; with detection, any chunk size must give the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "csv_twin.hpp"
#include "tailor/data/csv.hpp"
#include "tailor/data/csv_writer.hpp"

namespace {

using namespace tailor::data;

struct outcome {
  bool refused = false;
  std::size_t bad = 0;
  std::vector<csv_twin::row> rows;
};

void require(bool holds) {
  if (!holds) std::abort();
}

outcome read(std::string_view text, const csv_options& options, std::size_t chunk) {
  outcome result;
  try {
    csv_reader reader(std::make_unique<detail::csv_text_source>(text), "fuzz", options, chunk);
    std::vector<csv_column> columns;
    for (std::size_t i = 0; i < reader.column_count() && i < 64; ++i) columns.emplace_back(i);
    const csv_report report = reader.read(columns, [&](const csv_row& row) {
      csv_twin::row copy;
      copy.line = row.line();
      for (std::size_t i = 0; i < row.size(); ++i) {
        copy.fields.emplace_back(row.text(i));
        (void)row.empty(i);
        (void)row.error(i, "nothing").what();
        try {
          (void)row.number<double>(i);
          (void)row.number<std::int64_t>(i);
        } catch (const tailor::data_error&) {
        }
      }
      result.rows.push_back(copy);
    });
    require(report.rows == result.rows.size() && report.messages.size() <= report.bad_rows);
    result.bad = report.bad_rows;
  } catch (const tailor::data_error&) {
    result.refused = true;
  }
  return result;
}

void require_same(const outcome& a, const outcome& b) {
  require(a.refused == b.refused && a.bad == b.bad && a.rows.size() == b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i)
    require(a.rows[i].line == b.rows[i].line && a.rows[i].fields == b.rows[i].fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t chunk = 4 + (data[0] >> 4);
  csv_options options;
  options.bad_rows = bad_rows::skip;
  options.max_row_bytes = (data[0] & 8) != 0 ? 24 : std::size_t{1} << 20;
  const std::string_view separators[] = {",", ";", "\t", "::"};

  options.separator = separators[data[0] & 3];
  options.quote = (data[0] & 4) != 0 ? '\0' : '"';
  options.header = csv_header::absent;
  const outcome small = read(text, options, chunk);
  require_same(small, read(text, options, 1 << 13));
  const csv_twin::table twin = csv_twin::parse(text, options.separator, *options.quote, options.max_row_bytes);
  const bool utf16 = text.substr(0, 2) == "\xff\xfe" || text.substr(0, 2) == "\xfe\xff";
  require(small.refused == (twin.refused || utf16));
  if (!small.refused && twin.rows[0].fields.size() <= 64) {
    std::size_t good = 0;
    for (const csv_twin::row& row : twin.rows) {
      if (row.bad) continue;
      require(good < small.rows.size() && small.rows[good].fields == row.fields && small.rows[good].line == row.line);
      ++good;
    }
    require(good == small.rows.size() && twin.rows.size() == good + small.bad);

    // what was read is written and read again
    csv_writer out(options);
    try {
      for (const csv_twin::row& row : small.rows) {
        for (const std::string& field : row.fields) out.field(field);
        out.end_row();
      }
    } catch (const tailor::value_error&) {
      require(options.quote == '\0');
      return 0;
    }
    options.max_row_bytes = std::size_t{1} << 20;
    const outcome again = read(out.text(), options, chunk);
    require(again.refused == small.rows.empty() && again.bad == 0 && again.rows.size() == small.rows.size());
    for (std::size_t i = 0; i < again.rows.size(); ++i) require(again.rows[i].fields == small.rows[i].fields);
  }

  csv_options detected;
  detected.bad_rows = bad_rows::skip;
  require_same(read(text, detected, chunk), read(text, detected, 1 << 17));
  return 0;
}
