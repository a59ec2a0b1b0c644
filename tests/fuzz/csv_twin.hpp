// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_FUZZ_CSV_TWIN_HPP
#define TAILOR_TESTS_FUZZ_CSV_TWIN_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// A CSV reader written the plainest way, one character at a time over all of the text, straight from what csv_reader
// promises. The tests and the fuzz target hold csv_reader against it.

namespace csv_twin {

struct row {
  bool bad = false;
  std::size_t line = 0;
  std::vector<std::string> fields;
};

struct table {
  bool refused = false;  ///< empty, or the first row is bad
  std::vector<row> rows;
};

class parser {
 public:
  parser(std::string_view text, std::string_view separator, char quote, std::size_t longest)
      : text_(text), separator_(separator), quote_(quote), longest_(longest) {}

  table parse() {
    table result;
    if (text_.substr(0, 3) == "\xef\xbb\xbf") text_.remove_prefix(3);
    while (at_ < text_.size()) {
      row next;
      next.line = line_;
      bool quoted = false;
      std::size_t end = at_, line = line_;
      bool broken = !read_row(end, line, next.fields, quoted) || end - at_ > longest_;
      const std::string_view raw = text_.substr(at_, end - at_);
      if (broken) {
        for (end = at_; end < text_.size() && !is_break(end);) ++end;
        line = line_;
      } else if (next.fields.size() == 1 && !quoted && is_blank(next.fields[0], result)) {
        step(end, line);
        continue;
      }
      step(end, line);
      next.bad = broken || raw.find('\0') != std::string_view::npos ||
                 (!result.rows.empty() && next.fields.size() != result.rows[0].fields.size());
      result.refused = result.refused || (result.rows.empty() && next.bad);
      result.rows.push_back(next);
    }
    result.refused = result.refused || result.rows.empty();
    return result;
  }

 private:
  bool is_break(std::size_t i) const { return text_[i] == '\n' || text_[i] == '\r'; }
  bool is_separator(std::size_t i) const { return text_.substr(i, separator_.size()) == separator_; }
  bool is_quote(std::size_t i) const { return quote_ != '\0' && i < text_.size() && text_[i] == quote_; }

  static bool is_blank(const std::string& field, const table& result) {
    if (field.empty()) return true;
    if (!result.rows.empty() && result.rows[0].fields.size() == 1) return false;
    return std::all_of(field.begin(), field.end(), [](char c) { return c == ' ' || c == '\t'; });
  }

  /// False when the quotes are wrong; `end` is where the line break is.
  bool read_row(std::size_t& end, std::size_t& line, std::vector<std::string>& fields, bool& quoted) const {
    for (;;) {
      std::string field;
      if (is_quote(end)) {
        quoted = true;
        for (++end;; ++end) {
          if (end == text_.size()) return false;
          if (is_quote(end)) {
            if (!is_quote(end + 1)) break;
            ++end;
          }
          if (text_[end] == '\n' || (text_[end] == '\r' && text_.substr(end + 1, 1) != "\n")) ++line;
          field += text_[end];
        }
        ++end;
        if (end != text_.size() && !is_separator(end) && !is_break(end)) return false;
      } else {
        for (; end != text_.size() && !is_separator(end) && !is_break(end); ++end) field += text_[end];
      }
      fields.push_back(field);
      if (end == text_.size() || !is_separator(end)) return true;
      end += separator_.size();
    }
  }

  void step(std::size_t end, std::size_t line) {
    at_ = end == text_.size() ? end : end + (text_.substr(end, 2) == "\r\n" ? 2 : 1);
    line_ = line + 1;
  }

  std::string_view text_, separator_;
  char quote_;
  std::size_t longest_;
  std::size_t at_ = 0, line_ = 1;
};

/// `quote`: '\0' for none.
inline table parse(std::string_view text, std::string_view separator, char quote, std::size_t longest) {
  return parser(text, separator, quote, longest).parse();
}

}  // namespace csv_twin

#endif
