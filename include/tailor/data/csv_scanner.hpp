// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSV_SCANNER_HPP
#define TAILOR_DATA_CSV_SCANNER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "csv_source.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Cuts bytes into rows and fields. Sixty-four bytes at a time become a mask of the ones that may mean something
// (simdjson's idea), and a row is read by hopping from one of these marks to the next.

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

/// How a file is written, once it is known.
struct csv_dialect {
  char separator[2] = {',', '\0'};
  std::size_t width = 1;  ///< bytes of the separator, 1 or 2
  char quote = '"';
  bool quoting = true;
};

/// Eight bytes; bit i of the result says whether byte i is `wanted`.
inline std::uint64_t csv_equal8(std::uint64_t word, char wanted) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101u, low = 0x7f7f7f7f7f7f7f7fu;
  const std::uint64_t x = word ^ (ones * static_cast<unsigned char>(wanted));
  const std::uint64_t zero = ~(((x & low) + low) | x | low);  // 0x80 in every byte of x that is 0
  return ((zero >> 7) * 0x0102040810204080u) >> 56;
}

/// The portable twin of csv_marks.
inline std::uint64_t csv_marks_portable(const char* p, const csv_dialect& d) noexcept {
  const auto load = [](const char* q) {
    std::uint64_t word = 0;
    for (unsigned i = 0; i < 8; ++i) word |= std::uint64_t{static_cast<unsigned char>(q[i])} << (8 * i);
    return word;
  };
  std::uint64_t marks = 0;
  for (unsigned i = 0; i < 64; i += 8) {
    const std::uint64_t word = load(p + i);
    std::uint64_t found = csv_equal8(word, d.separator[0]);
    if (d.width == 2) found &= csv_equal8(load(p + i + 1), d.separator[1]);
    found |= csv_equal8(word, '\n') | csv_equal8(word, '\r');
    if (d.quoting) found |= csv_equal8(word, d.quote);
    marks |= found << i;
  }
  return marks;
}

/// Bit i says whether p[i] is a line break, a quote or the start of a separator; reads p[0] … p[64].
inline std::uint64_t csv_marks(const char* p, const csv_dialect& d) noexcept {
#if defined(__SSE2__)
  const __m128i separator = _mm_set1_epi8(d.separator[0]), second = _mm_set1_epi8(d.separator[1]);
  const __m128i feed = _mm_set1_epi8('\n'), carriage = _mm_set1_epi8('\r');
  const __m128i quote = _mm_set1_epi8(d.quoting ? d.quote : '\n');
  const bool wide = d.width == 2;
  const auto sixteen = [&](const char* q) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(q));
    __m128i found = _mm_cmpeq_epi8(bytes, separator);
    if (wide) {
      const __m128i next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(q + 1));
      found = _mm_and_si128(found, _mm_cmpeq_epi8(next, second));
    }
    found = _mm_or_si128(found, _mm_or_si128(_mm_cmpeq_epi8(bytes, feed), _mm_cmpeq_epi8(bytes, carriage)));
    return std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(found, _mm_cmpeq_epi8(bytes, quote))))};
  };
  return sixteen(p) | sixteen(p + 16) << 16 | sixteen(p + 32) << 32 | sixteen(p + 48) << 48;
#else
  return csv_marks_portable(p, d);
#endif
}

/// Position of the lowest bit that is set; `bits` is not 0.
inline unsigned csv_lowest(std::uint64_t bits) noexcept {
#if defined(__GNUC__)
  return static_cast<unsigned>(__builtin_ctzll(bits));
#else
  unsigned position = 0;
  for (unsigned half = 32; half != 0; half /= 2)
    if ((bits & ((std::uint64_t{1} << half) - 1)) == 0) {
      bits >>= half;
      position += half;
    }
  return position;
#endif
}

struct csv_field {
  const char* first = nullptr;
  const char* last = nullptr;
  std::string_view view() const noexcept { return {first, static_cast<std::size_t>(last - first)}; }
};

enum class csv_fault { none, unterminated_quote, text_after_quote, too_long, too_many_fields, nul };

/// What is known of a row; the pointers hold until the next one is asked for.
struct csv_record {
  const char* first = nullptr;  ///< its first byte, unchanged
  const char* last = nullptr;   ///< where its line break is
  std::size_t line = 0;         ///< 1-based
  std::size_t lines = 1;        ///< physical lines it spans
  std::size_t count = 0;        ///< fields it has; only the first fields().size() of them are kept
};

class csv_scanner {
 public:
  enum class step { row, end, bad, more };

  csv_scanner(std::unique_ptr<csv_source> source, std::size_t chunk, std::size_t max_row_bytes)
      : buffer_(std::move(source), chunk), max_row_bytes_(max_row_bytes) {
    at_ = buffer_.begin();
    refill(4, 4);
  }

  csv_buffer& buffer() noexcept { return buffer_; }
  const csv_dialect& dialect() const noexcept { return dialect_; }
  const csv_record& record() const noexcept { return record_; }
  const std::vector<csv_field>& fields() const noexcept { return fields_; }
  /// Columns of the row that hold doubled quotes; they are not yet resolved.
  const std::vector<std::size_t>& doubled() const noexcept { return doubled_; }
  /// After `bad`: what is wrong and at which byte.
  csv_fault fault() const noexcept { return fault_; }
  const char* fault_at() const noexcept { return fault_at_; }
  /// Where the next row starts, and its line.
  const char* position() const noexcept { return at_; }
  std::size_t line() const noexcept { return line_; }

  void set_dialect(const csv_dialect& dialect) noexcept {
    dialect_ = dialect;
    seek();
  }
  /// Until this is called, a row's fields are all kept, however many they are.
  void fix_columns(std::size_t count) {
    fields_.resize(count);
    growing_ = false;
  }
  void set_field(std::size_t column, csv_field field) noexcept { fields_[column] = field; }
  /// Goes back to a row whose bytes are still here.
  void rewind(const char* to, std::size_t line) noexcept {
    at_ = to;
    line_ = line;
    seek();
  }
  /// Has at least `bytes` to look at, unless the source has fewer.
  void preload(std::size_t bytes) { refill(bytes, bytes); }

  /// The next row, across chunks.
  step next() {
    for (;;) {
      const step found = scan();
      if (found == step::row && buffer_.has_nul()) {
        const void* nul = std::memchr(record_.first, 0, static_cast<std::size_t>(record_.last - record_.first));
        if (nul != nullptr) {
          fault_ = csv_fault::nul;
          fault_at_ = static_cast<const char*>(nul);
          return step::bad;
        }
      }
      if (found != step::more) return found;
      // a carriage return at the end may be the row's own line break, which does not count
      const char* const last = at_ != buffer_.end() && buffer_.end()[-1] == '\r' ? buffer_.end() - 1 : buffer_.end();
      if (static_cast<std::size_t>(last - at_) > max_row_bytes_) return fail(csv_fault::too_long, at_, 1);
      refill(buffer_.size_from(at_) + 1, max_row_bytes_);
    }
  }

  /// The next row of what is in the buffer; `more` when that ends inside the row.
  step scan();

  /// Whether the row just found bad has still to be passed by, with skip_line.
  bool is_stuck() const noexcept { return fault_ != csv_fault::nul; }

  /// Goes to the line after the one where the next row starts, whatever quotes say. Looking at a sample, this must not
  /// read on: false says that it would have to.
  bool skip_line(bool sampling = false) {
    for (;;) {
      const char* const end = buffer_.end();
      at_ = std::find_if(at_, end, [](char c) { return c == '\n' || c == '\r'; });
      const bool cut = at_ == end || (*at_ == '\r' && at_ + 1 == end);
      if (!cut || buffer_.eof()) break;
      if (sampling) return false;
      refill(4, 4);
    }
    if (at_ != buffer_.end()) at_ = after_break(at_);
    ++line_;
    seek();
    return true;
  }

 private:
  void refill(std::size_t wanted, std::size_t limit) {
    try {
      buffer_.refill(at_, wanted, limit);
    } catch (...) {
      seek();
      throw;
    }
    seek();
  }

  void seek() noexcept {
    block_ = at_;
    marks_ = csv_marks(block_, dialect_);
  }

  const char* after_break(const char* p) const noexcept {
    return *p == '\r' && p + 1 != buffer_.end() && p[1] == '\n' ? p + 2 : p + 1;
  }

  step fail(csv_fault fault, const char* at, std::size_t lines) noexcept {
    const char* reached = fault == csv_fault::unterminated_quote ? buffer_.end() : at;
    const bool long_row = static_cast<std::size_t>(reached - at_) > max_row_bytes_;
    fault_ = long_row ? csv_fault::too_long : fault;
    fault_at_ = long_row ? at_ : at;
    record_ = {at_, at, line_, lines, 0};
    return step::bad;
  }

  /// Whether a row of this one field is no row at all.
  bool is_blank(const char* first, const char* last) const noexcept {
    if (first != at_) return false;  // a quoted field starts later
    if (first == last) return true;
    if (!growing_ && fields_.size() <= 1) return false;
    return std::all_of(first, last, [](char c) { return c == ' ' || c == '\t'; });
  }

  csv_buffer buffer_;
  csv_dialect dialect_;
  std::size_t max_row_bytes_;
  const char* at_;           // where the next row starts
  const char* block_;        // the 64 bytes that marks_ is about
  std::uint64_t marks_ = 0;  // the marks in it that were not read yet
  std::size_t line_ = 1;
  bool growing_ = true;
  csv_record record_;
  std::vector<csv_field> fields_;
  std::vector<std::size_t> doubled_;
  csv_fault fault_ = csv_fault::none;
  const char* fault_at_ = nullptr;
};

/// A line feed stands behind the last byte, so there is always a mark to stop at.
inline csv_scanner::step csv_scanner::scan() {
  constexpr std::size_t most_fields = std::size_t{1} << 20;
  const char* const end = buffer_.end();
  const bool whole = buffer_.eof();
  const char separator = dialect_.separator[0], quote = dialect_.quote;
  const std::size_t width = dialect_.width;
  const bool quoting = dialect_.quoting;
  csv_field* fields = fields_.data();
  std::size_t room = fields_.size(), count = 0, lines = 1;
  const char* block = block_;
  std::uint64_t marks = marks_;
  const auto mark_from = [&](const char* from) {
    for (;;) {
      while (marks == 0) marks = csv_marks(block += 64, dialect_);
      const char* mark = block + csv_lowest(marks);
      marks &= marks - 1;
      if (mark >= from) return mark;  // an earlier one was the second half of a separator, a quote or a line break
    }
  };

  doubled_.clear();
  const char* field = at_;
  if (field == end) return whole ? step::end : step::more;
  for (;;) {
    const char* mark = mark_from(field);
    const char *first = field, *last = mark;  // not a csv_field: g++ copies that through the stack, which stalls
    if (*mark == quote && quoting) {
      if (mark == field) {
        const char* from = field + 1;
        bool doubled = false;
        for (;; from = mark + 1) {
          mark = mark_from(from);
          if (*mark == quote) {
            if (mark[1] != quote) break;
            doubled = true;
            ++mark;
          } else if (mark == end) {
            return whole ? fail(csv_fault::unterminated_quote, field, lines) : step::more;
          } else if (*mark == '\r' || (*mark == '\n' && mark[-1] != '\r')) {
            ++lines;
          }
        }
        first = field + 1;
        last = mark;
        mark = mark_from(mark + 1);
        if (mark != last + 1) {
          if (mark == end && !whole) return step::more;
          return fail(csv_fault::text_after_quote, last + 1, lines);
        }
        if (doubled) doubled_.push_back(count);
      } else {
        while (*mark == quote) mark = mark_from(mark + 1);  // inside a field a quote is an ordinary character
        last = mark;
      }
    }
    if (count < room) {
      fields[count].first = first;
      fields[count].last = last;
    } else if (growing_) {
      if (count == most_fields) return fail(csv_fault::too_many_fields, field, lines);
      fields_.push_back({first, last});
      fields = fields_.data();
      room = fields_.size();
    }
    ++count;
    if (*mark == separator) {
      field = mark + width;
      continue;
    }

    if (!whole && (mark == end || (*mark == '\r' && mark + 1 == end))) return step::more;
    if (static_cast<std::size_t>(mark - at_) > max_row_bytes_) return fail(csv_fault::too_long, at_, lines);
    const char* const next = mark == end ? end : after_break(mark);
    if (count == 1 && is_blank(first, last)) {
      at_ = field = next;
      line_ += 1;
      block_ = block;
      marks_ = marks;
      count = 0;
      if (next == end) return whole ? step::end : step::more;
      continue;
    }
    record_ = {at_, mark, line_, lines, count};
    at_ = next;
    line_ += lines;
    block_ = block;
    marks_ = marks;
    return step::row;
  }
}

}  // namespace detail
}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
