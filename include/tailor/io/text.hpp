// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_TEXT_HPP
#define TAILOR_IO_TEXT_HPP

#include <charconv>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "../core/error.hpp"

// Numbers, bools and enums as the texts that a file's metadata has of them.

namespace tailor {
inline namespace v0 {
namespace io {
namespace detail {

/// The text from which `parse_text` makes the same value; `nan` for any NaN.
template <class T>
std::string text_of(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    const auto names = enum_names(value);
    const auto at = static_cast<std::size_t>(value);
    require(at < names.size(), "enum", "a value that has a name", at);
    return std::string(names[at]);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
#if defined(__cpp_lib_to_chars)
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
#else
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", std::numeric_limits<T>::max_digits10, static_cast<double>(value));
    for (char& c : text)
      if (c == *std::localeconv()->decimal_point) c = '.';
    return text;
#endif
  } else {
    return std::to_string(value);
  }
}

/// Whether all of `text` is a value of this type.
template <class T>
bool parse_text(const std::string& text, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    value = text == "true";
    return value || text == "false";
  } else if constexpr (std::is_enum_v<T>) {
    const auto names = enum_names(value);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == text) {
        value = static_cast<T>(i);
        return true;
      }
    return false;
  } else {
    const char *first = text.data(), *last = first + text.size();
    if constexpr (std::is_floating_point_v<T>) {
      if (text == "nan" || text == "inf" || text == "-inf") {
        using limits = std::numeric_limits<T>;
        value = text == "nan" ? limits::quiet_NaN() : text == "inf" ? limits::infinity() : -limits::infinity();
        return true;
      }
      if (text.find_first_not_of("0123456789+-.e") != std::string::npos) return false;
#if !defined(__cpp_lib_to_chars)
      std::string local = text;
      for (char& c : local)
        if (c == '.') c = *std::localeconv()->decimal_point;
      char* end = nullptr;
      value = std::is_same_v<T, float> ? static_cast<T>(std::strtof(local.c_str(), &end))
                                       : static_cast<T>(std::strtod(local.c_str(), &end));
      return !text.empty() && end == local.c_str() + local.size() && std::isfinite(value);
#endif
    }
#if !defined(__cpp_lib_to_chars)
    if constexpr (std::is_integral_v<T>)
#endif
    {
      const auto result = std::from_chars(first, last, value);
      return result.ec == std::errc() && result.ptr == last;
    }
  }
}

/// What a message expects where `parse_text` fails.
template <class T>
std::string values_of() {
  if constexpr (std::is_same_v<T, bool>) {
    return "true or false";
  } else if constexpr (std::is_enum_v<T>) {
    std::string all;
    for (const std::string_view name : enum_names(T{})) all.append(all.empty() ? "one of " : ", ").append(name);
    return all;
  } else {
    return std::is_integral_v<T> ? "an integer" : "a number";
  }
}

}  // namespace detail
}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
