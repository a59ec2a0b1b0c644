// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_METRICS_SCORED_SAMPLE_HPP
#define TAILOR_TESTS_METRICS_SCORED_SAMPLE_HPP

#include <cstddef>
#include <tailor/core/random.hpp>
#include <vector>

/// 200 probabilities, with ties, and labels that lean to them; the same as these lines of numpy, from which the
/// expected numbers were computed:
///     i = arange(200); p = (37*i*i + 11*i + 5) % 101 / 101.; y = (53*i + 7*i*i) % 97 < 97*p; w = 1. + i % 3
struct scored_sample {
  std::vector<double> p, w;
  std::vector<int> y;

  scored_sample() {
    for (std::size_t i = 0; i < 200; ++i) {
      p.push_back(static_cast<double>((37 * i * i + 11 * i + 5) % 101) / 101.0);
      y.push_back(static_cast<double>((53 * i + 7 * i * i) % 97) < 97 * p.back() ? 1 : 0);
      w.push_back(1.0 + static_cast<double>(i % 3));
    }
  }

  /// n random cases with many ties and some weights of 0, both classes among them.
  scored_sample(std::size_t n, tailor::random::generator& g) {
    for (std::size_t i = 0; i < n; ++i) {
      p.push_back(static_cast<double>(g.below(12)) / 11);
      w.push_back(i < 2 ? 1.0 : static_cast<double>(g.below(4)) / 2);
      y.push_back(i < 2 ? static_cast<int>(i) : static_cast<int>(g.below(2)));
    }
  }
};

#endif
