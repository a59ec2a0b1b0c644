// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_OUTER_PROGRESS_HPP
#define TAILOR_EVALUATION_OUTER_PROGRESS_HPP

#include "../core/progress.hpp"

namespace tailor {
inline namespace v0 {
namespace evaluation {
namespace detail {

/// For work that is made of work with progress of its own, such as fits: what is reported to `inner` is passed on as
/// where `outer` stands, so that the whole can be stopped there and a bar is of the whole.
class outer_progress {
 public:
  explicit outer_progress(const run_options& run) : outer(run), inner(run) {
    if (!run.progress) return;
    outer.progress = [this, tell = run.progress](const progress_report& report) { return tell(stand_ = report); };
    inner.progress = [this, tell = run.progress](const progress_report&) { return tell(stand_); };
  }
  outer_progress(const outer_progress&) = delete;
  outer_progress& operator=(const outer_progress&) = delete;

  run_options outer;  ///< is told where the whole stands, before the first of the inner work
  run_options inner;  ///< for what it is made of

 private:
  progress_report stand_{};
};

}  // namespace detail
}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
