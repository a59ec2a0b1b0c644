// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_CSV_NUMBER_HPP
#define TAILOR_DATA_CSV_NUMBER_HPP

#include <cfloat>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

// Decimal text to numbers, strictly and whatever the locale: what csv_row::number stands on.

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

enum class number_fault { none, empty, malformed, overflow };

/// The integers that a number may be read into: `bool` and the character types are left out, since nobody means them.
template <class T>
inline constexpr bool is_plain_integer_v =
    std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> &&
    !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>;

inline bool is_csv_blank(char c) noexcept { return c == ' ' || c == '\t'; }

/// `text` without the spaces and tabs around it.
inline std::string_view trim_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_csv_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_csv_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Reads digits from `p` on; at most 19 of them are kept in `value`, the rest only move `p`.
inline const char* read_digits(const char* p, const char* end, std::uint64_t& value, int& kept) noexcept {
  while (p != end) {
    const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
    if (digit > 9) break;
    if (kept < 19) {
      value = value * 10 + digit;
      kept += value != 0;  // leading zeros cost no precision
    } else {
      kept = 20;  // says that digits were lost
    }
    ++p;
  }
  return p;
}

/// Reads eight digits at once (three multiplications instead of eight); false when one of them is none.
inline bool read_eight_digits(const char* p, std::uint64_t& value) noexcept {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  std::uint64_t word;
  std::memcpy(&word, p, 8);
  constexpr std::uint64_t high = 0xf0f0f0f0f0f0f0f0u, six = 0x0606060606060606u, zeros = 0x3030303030303030u;
  if ((word & high) != zeros || ((word + six) & high) != zeros) return false;
  word -= zeros;
  word = word * 10 + (word >> 8);  // pairs of digits, in every other byte
  word = (((word & 0x000000ff000000ffu) * 0x000f424000000064u) +
          (((word >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u)) >>
         32;
  value = word & 0xffffffffu;
#else
  value = 0;
  for (const char* const end = p + 8; p != end; ++p) {
    const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
#endif
  return true;
}

template <class T>
number_fault parse_integer(const char* p, const char* end, T& out) noexcept {
  bool negative = false;
  if (*p == '+' || *p == '-') negative = *p++ == '-';
  if (p == end || (negative && std::is_unsigned_v<T>)) return number_fault::malformed;
  std::uint64_t magnitude = 0;
  const char* const digits = p;
  const char* const safe = end - p > 18 ? p + 18 : end;  // 18 digits cannot overflow
  while (safe - p >= 8) {
    std::uint64_t eight = 0;
    if (!read_eight_digits(p, eight)) return number_fault::malformed;
    magnitude = magnitude * 100'000'000 + eight;
    p += 8;
  }
  for (; p != safe; ++p) {
    const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
    if (digit > 9) return number_fault::malformed;
    magnitude = magnitude * 10 + digit;
  }
  bool fits = true;
  for (; p != end; ++p) {
    const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
    if (digit > 9) return number_fault::malformed;
    constexpr std::uint64_t most = (std::numeric_limits<std::uint64_t>::max)();
    fits = fits && magnitude <= (most - digit) / 10;
    magnitude = magnitude * 10 + digit;
  }
  if (p == digits) return number_fault::malformed;
  const std::uint64_t limit = static_cast<std::uint64_t>((std::numeric_limits<T>::max)()) + (negative ? 1 : 0);
  if (!fits || magnitude > limit) return number_fault::overflow;
  // 0 - magnitude is taken in 64 unsigned bits, where it cannot overflow
  out = static_cast<T>(negative ? std::uint64_t{0} - magnitude : magnitude);
  return number_fault::none;
}

/// The correctly rounded value of `text`, which is known to be a decimal number; slow and for any length.
template <class T>
T round_decimal(std::string_view text, bool below_one, bool& overflow) {
  T value{};
#if defined(__cpp_lib_to_chars)
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool outside = result.ec == std::errc::result_out_of_range || std::isinf(value);
#else
  std::string copy(text);
  if (const std::size_t point = copy.find('.'); point != std::string::npos)
    copy.replace(point, 1, std::localeconv()->decimal_point);
  if constexpr (std::is_same_v<T, float>)
    value = std::strtof(copy.c_str(), nullptr);
  else
    value = std::strtod(copy.c_str(), nullptr);
  const bool outside = std::isinf(value);
#endif
  overflow = outside && !below_one;
  return outside && below_one ? T{} : value;  // 1e-999 is zero, 1e999 is an error
}

/// Whether a decimal number is less than one: `text` is digits with a point somewhere, `power` its exponent.
inline bool is_below_one(std::string_view text, std::int64_t power) noexcept {
  std::int64_t leading = 0;  // power of ten of the first digit that is not zero, plus one
  bool found = false, fraction = false;
  for (const char c : text) {
    if (c == '.') {
      if (found) break;
      fraction = true;
    } else if (c < '0' || c > '9') {
      break;
    } else {
      found = found || c != '0';
      if (found && fraction) break;
      if (found) ++leading;
      if (fraction) --leading;
    }
  }
  return leading + power <= 0;
}

/// 10ⁿ, exact in a double (in a float up to 10¹⁰).
inline constexpr double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                           1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// `3`, `-4.5`: a few digits and at most one point, which is what most fields are. False: ask parse_real.
template <class T>
bool parse_short_real(const char* p, const char* end, T& out) noexcept {
  constexpr std::ptrdiff_t most = std::is_same_v<T, float> ? 8 : 16;  // the digits and the point
  const bool negative = *p == '-';
  p += negative ? 1 : 0;
  if (FLT_EVAL_METHOD != 0 || end - p > most) return false;
  std::uint64_t mantissa = 0;
  const char* const start = p;
  const char* point = end;
  for (; p != end; ++p) {
    const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
    if (digit <= 9) {
      mantissa = mantissa * 10 + digit;
    } else if (*p == '.' && point == end) {
      point = p;
    } else {
      return false;
    }
  }
  const std::ptrdiff_t has_point = point != end ? 1 : 0;
  if (end - start - has_point < 1 || end - start - has_point > most - 1) return false;
  T value = static_cast<T>(mantissa);
  if (point + 1 < end) value /= static_cast<T>(powers_of_ten[end - point - 1]);
  out = negative ? -value : value;
  return true;
}

template <class T>
number_fault parse_real(const char* p, const char* end, T& out) {
  bool negative = false;
  if (*p == '+' || *p == '-') negative = *p++ == '-';
  const char* const start = p;
  std::uint64_t mantissa = 0;
  int kept = 0;
  p = read_digits(p, end, mantissa, kept);
  std::ptrdiff_t digits = p - start;
  std::int64_t exponent = 0;
  if (p != end && *p == '.') {
    const char* const fraction = ++p;
    p = read_digits(p, end, mantissa, kept);
    digits += p - fraction;
    exponent = -static_cast<std::int64_t>(p - fraction);
  }
  if (digits == 0) return number_fault::malformed;
  std::int64_t power = 0;
  if (p != end && (*p == 'e' || *p == 'E')) {
    bool down = false;
    if (++p != end && (*p == '+' || *p == '-')) down = *p++ == '-';
    const char* const first = p;
    for (; p != end && static_cast<unsigned char>(*p) - unsigned{'0'} <= 9; ++p)
      if (power < 1'000'000'000) power = power * 10 + (*p - '0');
    if (p == first) return number_fault::malformed;
    if (down) power = -power;
  }
  if (p != end) return number_fault::malformed;

  // Clinger's fast path: a mantissa and a power of ten that T holds exactly are rounded once, hence correctly.
  constexpr std::int64_t exact_power = std::is_same_v<T, float> ? 10 : 22;
  constexpr std::uint64_t exact_mantissa = std::uint64_t{1} << (std::is_same_v<T, float> ? 24 : 53);
  const std::int64_t scale = exponent + power;
  T value{};
  if (mantissa == 0) {
    value = T{};
  } else if (FLT_EVAL_METHOD == 0 && kept <= 19 && mantissa <= exact_mantissa && scale >= -exact_power &&
             scale <= exact_power) {
    value = static_cast<T>(mantissa);
    if (scale < 0)
      value /= static_cast<T>(powers_of_ten[-scale]);
    else
      value *= static_cast<T>(powers_of_ten[scale]);
  } else {
    bool overflow = false;
    const std::string_view text(start, static_cast<std::size_t>(end - start));
    value = round_decimal<T>(text, is_below_one(text, power), overflow);
    if (overflow) return number_fault::overflow;
  }
  out = negative ? -value : value;
  return number_fault::none;
}

/// Reads all of `text`, but for blanks around it, as one decimal number.
template <class T>
number_fault parse_number(std::string_view text, T& out) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || is_plain_integer_v<T>,
                "tailor::data: a number is read as float, double or an integer type (not bool, not a character type)");
  if (text.empty() || is_csv_blank(text.front()) || is_csv_blank(text.back())) {
    text = trim_blanks(text);
    if (text.empty()) return number_fault::empty;
  }
  const char* const end = text.data() + text.size();
  if constexpr (std::is_integral_v<T>)
    return parse_integer<T>(text.data(), end, out);
  else
    return parse_short_real<T>(text.data(), end, out) ? number_fault::none : parse_real<T>(text.data(), end, out);
}

/// A finite number as the text from which parse_number makes the same one; the shortest where the library knows how.
template <class T>
std::string number_text(T value) {
#if defined(__cpp_lib_to_chars)
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
#else
  char text[40];
  const int length = std::snprintf(text, sizeof text, "%.*g", std::is_same_v<T, float> ? 9 : 17, double{value});
  std::string written(text, static_cast<std::size_t>(length));
  if (const auto point = written.find_first_not_of("+-0123456789e"); point != std::string::npos)
    written.replace(point, written.find_first_of("0123456789", point) - point, ".");
  return written;
#endif
}

/// What was expected where parse_number found a fault.
template <class T>
std::string describe_number(number_fault fault) {
  if constexpr (std::is_integral_v<T>) {
    if (fault == number_fault::overflow)
      return "an integer from " + std::to_string((std::numeric_limits<T>::min)()) + " to " +
             std::to_string((std::numeric_limits<T>::max)());
    return "an integer";
  }
  return fault == number_fault::overflow ? "a number that is not infinite" : "a number";
}

}  // namespace detail
}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
