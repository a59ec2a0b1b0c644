// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EXAMPLES_SUPPORT_PROGRAM_HPP
#define TAILOR_EXAMPLES_SUPPORT_PROGRAM_HPP

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tailor/core/error.hpp>
#include <tailor/core/linalg.hpp>
#include <tailor/core/progress.hpp>

// What every example program does alike: --help, --json, --seed, --threads; exit 0, 1 on bad data, 2 on bad usage, with
// one line of reason on stderr.

namespace program {

/// Thrown for flags that contradict each other: exit 2.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A whole number of at least this (CLI11 turns -1 into 2^64 - 1).
inline CLI::Validator whole_number(std::uint64_t from) {
  const auto check = [from](const std::string& text) -> std::string {
    std::uint64_t number = 0;
    const auto [rest, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc() && rest == text.data() + text.size() && number >= from) return {};
    return "expected a whole number from " + std::to_string(from) + ", found " + text;
  };
  return {check, "", "whole number"};
}

/// The flags that all programs have.
struct common_flags {
  bool json = false;
  std::uint64_t seed = 0;
  tailor::run_options run;

  void add_to(CLI::App& app) {
    app.add_flag("--json", json, "print one JSON object instead of text");
    app.add_option("--seed", seed, "the same seed gives the same result")
        ->check(whole_number(0))
        ->capture_default_str();
    app.add_option("--threads", run.threads, "0 = as many as the machine has; changes no result")
        ->check(whole_number(0))
        ->capture_default_str();
  }
};

/// Parses the flags, then runs `body()`.
template <class Body>
int run(CLI::App& app, int argc, char** argv, Body&& body) {
  const auto complain = [&](const char* reason, int code) {
    std::string line(reason);
    for (char& c : line)
      if (c == '\n') c = ' ';
    std::cerr << app.get_name() << ": " << line << '\n';
    return code;
  };
  tailor::use_single_threaded_blas();  // our own threads would fight with the BLAS's
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    return app.exit(asked_for_help);
  } catch (const CLI::ParseError& wrong) {
    return complain(wrong.what(), 2);
  }
  try {
    body();
    std::cout.flush();
    return 0;
  } catch (const usage_error& wrong) {
    return complain(wrong.what(), 2);
  } catch (const std::exception& wrong) {
    return complain(wrong.what(), 1);
  }
}

/// Prints what `--json` promises; bytes that are no UTF-8 (an old file's titles) are replaced.
inline void print_json(const nlohmann::json& object) {
  std::cout << object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

/// "1 user", "2 users".
inline std::string count_of(std::size_t n, const std::string& what) {
  return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s");
}

/// Columns of the terminal as the shell tells them, else 80.
inline std::size_t terminal_width() {
  const char* columns = std::getenv("COLUMNS");
  const long width = columns == nullptr ? 0 : std::strtol(columns, nullptr, 10);
  return width > 0 ? static_cast<std::size_t>(std::clamp(width, 40L, 200L)) : 80;
}

inline bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

/// How many characters a UTF-8 text has.
inline std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

/// `text` made exactly `width` characters wide: cut with "..." or filled with blanks.
inline std::string fitted(std::string_view text, std::size_t width) {
  const std::size_t length = length_of(text);
  if (length <= width) return std::string(text) + std::string(width - length, ' ');
  std::size_t characters = 0, bytes = 0;
  for (; bytes < text.size(); ++bytes)
    if (starts_character(text[bytes]) && characters++ == width - 3) break;
  return std::string(text.substr(0, bytes)) + "...";
}

/// `text` broken between words into lines of `width` characters, each begun with `indent` blanks.
inline std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string lines(indent, ' ');
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = (std::min)(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column > indent && column + 1 + length_of(word) > width) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += length_of(word);
    text.remove_prefix((std::min)(end + 1, text.size()));
  }
  return lines;
}

/// Seconds since it was made.
class stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace program

#endif
