// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_SUPPORT_TRAJECTORY_HPP
#define TAILOR_TESTS_SUPPORT_TRAJECTORY_HPP

#include <cmath>
#include <cstddef>
#include <string>
#include <tailor/mlp/metrics.hpp>
#include <tailor/mlp/network.hpp>
#include <tailor/mlp/optimizers.hpp>
#include <tailor/mlp/training.hpp>
#include <tuple>
#include <vector>

/// Trains a network of 100-128-64-1 on 64 × 100 made-up numbers from made-up weights, all rows at once.
template <class T, class Loss>
tailor::mlp::history trajectory(tailor::mlp::network<T>& net, Loss loss) {
  namespace mlp = tailor::mlp;
  auto x = tailor::make_matrix<T>(64, 100);
  std::vector<int> y(64);
  for (std::size_t i = 0; i < 64; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < 100; ++j) {
      const double value = std::sin(0.11 * static_cast<double>(100 * i + j));
      x(i, j) = static_cast<T>(value);
      if (j < 3) sum += value;
    }
    y[i] = sum > 0;
  }
  net.build(100);
  double phase = 0;
  for (const auto& [name, n, m] : std::vector<std::tuple<std::string, std::size_t, std::size_t>>{
           {"dense/kernel", 100, 128}, {"dense_1/kernel", 128, 64}, {"dense_2/kernel", 64, 1}}) {
    std::vector<T> kernel(n * m);
    for (std::size_t i = 0; i < n * m; ++i)
      kernel[i] =
          static_cast<T>(std::sin(0.37 * static_cast<double>(i) + phase) * std::sqrt(6.0 / static_cast<double>(n + m)));
    net.set_weights(name, kernel);
    ++phase;
  }
  net.compile(loss, mlp::adam{}, mlp::accuracy{});
  mlp::basic_fit_options<T> options;
  options.epochs = 50;
  options.batch_size = 64;
  options.shuffle = false;
  return net.fit(x, y, options);
}

inline bool near(double found, double expected, double tolerance) {
  return std::abs(found - expected) <= tolerance * expected;
}

#endif
