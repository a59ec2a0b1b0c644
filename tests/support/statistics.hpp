// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_SUPPORT_STATISTICS_HPP
#define TAILOR_TESTS_SUPPORT_STATISTICS_HPP

#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace test {

inline double chi_square(const std::vector<std::size_t>& counts, const std::vector<double>& expected) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double off = static_cast<double>(counts[i]) - expected[i];
    sum += off * off / expected[i];
  }
  return sum;
}

inline double chi_square(const std::vector<std::size_t>& counts) {
  const double all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  return chi_square(counts, std::vector<double>(counts.size(), all / static_cast<double>(counts.size())));
}

/// Five standard deviations above what the exact law expects (Wilson and Hilferty).
inline double chi_square_limit(std::size_t cells) {
  const double freedom = static_cast<double>(cells - 1), part = 2 / (9 * freedom);
  return freedom * std::pow(1 - part + 5 * std::sqrt(part), 3);
}

}  // namespace test

#endif
