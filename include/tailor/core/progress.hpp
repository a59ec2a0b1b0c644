// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_PROGRESS_HPP
#define TAILOR_CORE_PROGRESS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "error.hpp"

namespace tailor {
inline namespace v0 {

/// What long work says of itself.
struct progress_report {
  std::string_view task;  ///< what is being done, e.g. "item_knn: neighbours"
  std::size_t done;       ///< units finished, from 0 to `total`
  std::size_t total;      ///< units in all
};

/// Called between units of work, always on the thread that called `fit`; returning false stops the work, which then
/// throws `cancelled_error` and leaves its object as it was.
using progress_function = std::function<bool(const progress_report&)>;

/// How to run, never what to compute: no field changes a result.
struct run_options {
  std::size_t threads = 0;     ///< 0 = as many as the machine has
  progress_function progress;  ///< empty = silent
};

/// Tells `run.progress`, when there is one.
/// @throws cancelled_error when it answers false
inline void report_progress(const run_options& run, std::string_view task, std::size_t done, std::size_t total) {
  if (run.progress && !run.progress({task, done, total}))
    throw cancelled_error(std::string(task) + ": cancelled at " + std::to_string(done) + " of " +
                          std::to_string(total));
}

/// A bar for a terminal, e.g. `run.progress = tailor::progress_bar(std::cerr);`. It is drawn on one line, at most once
/// per percent, and a finished task ends its line.
class progress_bar {
 public:
  explicit progress_bar(std::ostream& out, std::size_t width = 30) : out_(&out), width_(width) {}

  bool operator()(const progress_report& report) {
    const int percent = report.done >= report.total ? 100 : below_hundred(report);
    if (report.task == task_ && percent == percent_) return true;
    if (report.task != task_ && percent_ >= 0 && percent_ < 100) *out_ << '\n';
    task_ = report.task;
    percent_ = percent;

    const auto filled = static_cast<std::size_t>(static_cast<double>(width_) * percent / 100.0);
    char number[16];
    std::snprintf(number, sizeof number, "%3d %%", percent);
    *out_ << '\r' << task_ << " [" << std::string(filled, '#') << std::string(width_ - filled, '.') << "] " << number;
    if (percent == 100) *out_ << '\n';
    out_->flush();
    return true;
  }

 private:
  static int below_hundred(const progress_report& report) {
    return (std::min)(99,
                      static_cast<int>(100.0 * static_cast<double>(report.done) / static_cast<double>(report.total)));
  }

  std::ostream* out_;
  std::size_t width_;
  std::string task_;
  int percent_ = -1;
};

}  // namespace v0
}  // namespace tailor

#endif
