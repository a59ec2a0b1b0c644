// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_SCHEDULES_HPP
#define TAILOR_MLP_SCHEDULES_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// A learning rate: a number, or any function of the step, which counts updates from 0.
class schedule {
 public:
  schedule(double rate) : constant_(rate) {}
  template <class F,
            class = std::enable_if_t<std::is_class_v<F> && !std::is_same_v<F, schedule> &&
                                     std::is_convertible_v<std::invoke_result_t<const F&, std::size_t>, double>>>
  schedule(F rate_of_step) : rate_(std::move(rate_of_step)) {}

  double operator()(std::size_t step) const { return rate_ ? rate_(step) : constant_; }

 private:
  double constant_ = 0;
  std::function<double(std::size_t)> rate_;
};

// As in Keras; `decay_steps` >= 1.

/// initial · rate^(step / decay_steps), the exponent rounded down when `staircase`.
struct exponential_decay {
  double initial;
  std::size_t decay_steps;
  double rate;
  bool staircase = false;

  double operator()(std::size_t step) const {
    const double passed = static_cast<double>(step) / static_cast<double>(decay_steps);
    return initial * std::pow(rate, staircase ? std::floor(passed) : passed);
  }
};

/// initial / (1 + rate · step / decay_steps)
struct inverse_time_decay {
  double initial;
  std::size_t decay_steps;
  double rate;

  double operator()(std::size_t step) const {
    return initial / (1 + rate * static_cast<double>(step) / static_cast<double>(decay_steps));
  }
};

/// From `initial` down to alpha · initial along half a cosine, after `warmup_steps` of a straight line from 0 up.
struct cosine_decay {
  double initial;
  std::size_t decay_steps;
  double alpha = 0;
  std::size_t warmup_steps = 0;

  double operator()(std::size_t step) const {
    if (step < warmup_steps) return initial * static_cast<double>(step) / static_cast<double>(warmup_steps);
    const double passed = static_cast<double>((std::min)(step - warmup_steps, decay_steps));
    const double wave = 0.5 * (1 + std::cos(3.14159265358979323846 * passed / static_cast<double>(decay_steps)));
    return initial * ((1 - alpha) * wave + alpha);
  }
};

/// values[i] up to and including step boundaries[i], the last value after that: `values` has one more.
struct piecewise_constant {
  std::vector<std::size_t> boundaries;
  std::vector<double> values;

  double operator()(std::size_t step) const {
    require<shape_error>(values.size() == boundaries.size() + 1, "piecewise_constant::values",
                         "one more than boundaries, " + show(boundaries.size() + 1), values.size());
    const auto place = std::lower_bound(boundaries.begin(), boundaries.end(), step) - boundaries.begin();
    return values[static_cast<std::size_t>(place)];
  }
};

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
