// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EXAMPLES_SUPPORT_PROGRAM_HPP
#define TAILOR_EXAMPLES_SUPPORT_PROGRAM_HPP

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
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

/// The flags that all programs have.
struct common_flags {
  bool json = false;
  std::uint64_t seed = 0;
  tailor::run_options run;

  void add_to(CLI::App& app) {
    app.add_flag("--json", json, "print one JSON object instead of text");
    app.add_option("--seed", seed, "the same seed gives the same result")->capture_default_str();
    app.add_option("--threads", run.threads, "0 = as many as the machine has; changes no result")
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

/// Seconds since it was made.
class stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace program

#endif
