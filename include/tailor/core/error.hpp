// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_ERROR_HPP
#define TAILOR_CORE_ERROR_HPP

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tailor {
inline namespace v0 {

/// Base of everything tailor throws. A message names the argument, what was expected and what was found.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A rank, an extent or a pair of extents does not fit.
class shape_error : public error {
 public:
  using error::error;
};

/// A value is outside what an argument or option allows (NaN, k = 0, an unknown id, …).
class value_error : public error {
 public:
  using error::error;
};

/// Data read from outside is malformed; says where.
class data_error : public error {
 public:
  /// @param line, column  1-based; 0 where they have no meaning
  data_error(const std::string& what, std::string file, std::size_t line = 0, std::size_t column = 0)
      : error(located(what, file, line, column)), file_(std::move(file)), line_(line), column_(column) {}

  const std::string& file() const noexcept { return file_; }
  std::size_t line() const noexcept { return line_; }
  std::size_t column() const noexcept { return column_; }

 private:
  static std::string located(const std::string& what, const std::string& file, std::size_t line, std::size_t column) {
    std::string text = file;
    if (line != 0) text += (text.empty() ? "line " : ":") + std::to_string(line);
    if (column != 0) text += (text.empty() ? "column " : ":") + std::to_string(column);
    return text.empty() ? what : text + ": " + what;
  }

  std::string file_;
  std::size_t line_, column_;
};

/// A model was asked before `fit`.
class not_fitted_error : public error {
 public:
  using error::error;
};

/// A saved file is not what it claims to be.
class format_error : public error {
 public:
  using error::error;
};

/// An iteration diverged or did not reach its tolerance.
class convergence_error : public error {
 public:
  using error::error;
};

/// `run_options::progress` asked to stop.
class cancelled_error : public error {
 public:
  using error::error;
};

/// One message format for all of the library: `argument: expected what, found what`.
inline std::string describe(std::string_view argument, std::string_view expected, std::string_view found) {
  std::string text(argument);
  text.append(": expected ").append(expected).append(", found ").append(found);
  return text;
}

/// A number as a message shows it: integers plainly, others with up to six significant digits, NaN as `NaN`.
template <class T>
std::string show(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-infinity" : "infinity";
    const double wide = static_cast<double>(value);
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%g", wide);
    return std::string(text, static_cast<std::size_t>(length));
  } else {
    return std::to_string(value);
  }
}

/// Throws `Error` with `describe(argument, expected, found)` unless `holds`.
template <class Error = value_error>
void require(bool holds, std::string_view argument, std::string_view expected, std::string_view found) {
  if (!holds) throw Error(describe(argument, expected, found));
}

/// The same for a number as what was found; it is put into words only when the check fails.
template <class Error = value_error, class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
void require(bool holds, std::string_view argument, std::string_view expected, T found) {
  if (!holds) throw Error(describe(argument, expected, show(found)));
}

}  // namespace v0
}  // namespace tailor

#endif
