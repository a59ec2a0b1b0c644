// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: the documentation of the header; the bar's text is written out by hand.
#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <sstream>
#include <string>
#include <tailor/core/progress.hpp>

namespace {

using tailor::progress_bar;
using tailor::progress_report;
using tailor::report_progress;
using tailor::run_options;

std::size_t count(const std::string& text, char what) {
  std::size_t n = 0;
  for (const char c : text) n += c == what;
  return n;
}

}  // namespace

TEST_CASE("progress: run_options are silent and take all threads unless told otherwise") {
  const run_options run;
  CHECK(run.threads == 0);
  CHECK_FALSE(static_cast<bool>(run.progress));
  CHECK_NOTHROW(report_progress(run, "anything", 1, 2));
}

TEST_CASE("progress: a report is handed on as it is, and false becomes cancelled_error") {
  run_options run;
  std::string task;
  std::size_t done = 0, total = 0;
  bool answer = true;
  run.progress = [&](const progress_report& report) {
    task = std::string(report.task);
    done = report.done;
    total = report.total;
    return answer;
  };
  report_progress(run, "ials: users", 3, 10);
  CHECK(task == "ials: users");
  CHECK(done == 3);
  CHECK(total == 10);
  answer = false;
  CHECK_THROWS_AS(report_progress(run, "ials: users", 4, 10), tailor::cancelled_error);
  CHECK_THROWS_WITH(report_progress(run, "ials: users", 4, 10), "ials: users: cancelled at 4 of 10");
}

TEST_CASE("progress: the bar draws task, bar and percentage on one line") {
  std::ostringstream out;
  progress_bar bar(out, 10);
  CHECK(bar({"fit", 0, 4}));
  CHECK(out.str() == "\rfit [..........]   0 %");
  out.str("");
  CHECK(bar({"fit", 1, 4}));
  CHECK(out.str() == "\rfit [##........]  25 %");
  out.str("");
  CHECK(bar({"fit", 4, 4}));
  CHECK(out.str() == "\rfit [##########] 100 %\n");
}

TEST_CASE("progress: the bar draws at most once a percent") {
  std::ostringstream out;
  progress_bar bar(out);
  for (std::size_t done = 0; done <= 100000; ++done) bar({"fit", done, 100000});
  CHECK(count(out.str(), '\r') == 101);
  CHECK(count(out.str(), '\n') == 1);
}

TEST_CASE("progress: only what is finished is 100 percent, and a finished task ends its line") {
  std::ostringstream out;
  progress_bar bar(out);
  const std::size_t most = std::numeric_limits<std::size_t>::max();
  bar({"huge", most - 1, most});
  CHECK(out.str().find("99 %") != std::string::npos);
  CHECK(count(out.str(), '\n') == 0);
  bar({"huge", most, most});
  CHECK(count(out.str(), '\n') == 1);
  bar({"empty", 0, 0});
  CHECK(count(out.str(), '\n') == 2);
  bar({"too much", 7, 5});
  CHECK(count(out.str(), '\n') == 3);
}

TEST_CASE("progress: a new task begins a new line") {
  std::ostringstream out;
  progress_bar bar(out, 4);
  bar({"one", 1, 2});
  bar({"two", 1, 2});
  bar({"two", 2, 2});
  bar({"three", 2, 2});
  CHECK(out.str() == "\rone [##..]  50 %\n\rtwo [##..]  50 %\rtwo [####] 100 %\n\rthree [####] 100 %\n");
}

TEST_CASE("progress: a bar is a progress function and may have no width") {
  std::ostringstream out;
  run_options run;
  run.progress = progress_bar(out, 0);
  report_progress(run, "fit", 1, 2);
  CHECK(out.str() == "\rfit []  50 %");
}
