// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_METRICS_HPP
#define TAILOR_MLP_METRICS_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

// A metric of a network is a value type with a name and
//   template <class T> double operator()(span<const T> target, span<const T> predicted) const;
// whose mean over samples is reported. Every loss is one.

/// How often the prediction is the label: p > threshold, strictly, for one output; the largest output for several,
/// whether the target is a class or one-hot. As Keras's.
struct accuracy {
  static constexpr const char* name = "accuracy";
  double threshold = 0.5;

  template <class T>
  double operator()(span<const T> target, span<const T> predicted) const {
    const auto largest = [](span<const T> x) {
      return static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
    };
    if (predicted.size() == 1) return (static_cast<double>(predicted[0]) > threshold) == (target[0] > T{0.5});
    if (target.size() == 1) return static_cast<T>(largest(predicted)) == target[0];
    return largest(predicted) == largest(target);
  }
};

/// Named numbers, in order: `scores["accuracy"]`.
struct scores {
  std::vector<std::pair<std::string, double>> values;

  /// @throws value_error when there is no such name
  double operator[](std::string_view name) const;
};

/// What was measured after each epoch: `history["loss"][3]`. Names are "loss", those of the metrics, and both with
/// "val_" before them.
struct history {
  std::vector<std::pair<std::string, std::vector<double>>> columns;

  std::size_t epochs() const noexcept { return columns.empty() ? 0 : columns.front().second.size(); }
  /// @throws value_error when there is no such name
  const std::vector<double>& operator[](std::string_view name) const;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <class Values>
const auto& named(const Values& values, std::string_view name) {
  std::string names;
  for (const auto& value : values) {
    if (value.first == name) return value.second;
    names += (names.empty() ? "" : ", ") + value.first;
  }
  throw value_error(describe("name", "one of " + names, name));
}

}  // namespace detail

inline double scores::operator[](std::string_view name) const { return detail::named(values, name); }
inline const std::vector<double>& history::operator[](std::string_view name) const {
  return detail::named(columns, name);
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
