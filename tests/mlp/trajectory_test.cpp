// SPDX-License-Identifier: BSD-3-Clause
// Expected: the losses of Keras 3's rules on the documents' network, computed apart with automatic differentiation in
// double: Adam with Keras's epsilon, probabilities clipped at 1e-7, and the same from logits.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <tailor/mlp.hpp>
#include <utility>
#include <vector>

namespace {

namespace mlp = tailor::mlp;

/// Trains on 64 × 100 made-up numbers from made-up weights, all rows at once.
template <class T, class Loss>
mlp::history trajectory(mlp::network<T>& net, Loss loss) {
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

bool near(double found, double expected, double tolerance) {
  return std::abs(found - expected) <= tolerance * expected;
}

}  // namespace

TEST_CASE("trajectory: from probabilities, 50 steps are Keras's to 1e-9") {
  auto net = mlp::make_sequential<double>(mlp::dense{128, mlp::relu{}}, mlp::dense{64, mlp::relu{}},
                                          mlp::dense{1, mlp::sigmoid{}});
  const mlp::history h = trajectory(net, mlp::binary_crossentropy{});
  REQUIRE(h.epochs() == 50);
  CHECK(near(h["loss"][0], .6979181681677871, 1e-9));
  CHECK(near(h["loss"][1], .18220288886324357, 1e-9));
  CHECK(near(h["loss"][2], .049177900627368015, 1e-9));
  CHECK(near(h["loss"][9], .0002006068965649528, 1e-9));
  CHECK(near(h["loss"][49], 1.2162756063838143e-06, 1e-9));
  CHECK(h["accuracy"][49] == 1);
}

TEST_CASE("trajectory: from logits, the same 50 steps") {
  auto net = mlp::make_sequential<double>(mlp::dense{128, mlp::relu{}}, mlp::dense{64, mlp::relu{}}, mlp::dense{1});
  const mlp::history h = trajectory(net, mlp::binary_crossentropy{true});
  CHECK(near(h["loss"][0], .6979181681677871, 1e-9));
  CHECK(near(h["loss"][1], .18220288886324357, 1e-9));
  CHECK(near(h["loss"][2], .049177900627368015, 1e-9));
  CHECK(near(h["loss"][9], .0002006068965649528, 1e-9));
  CHECK(near(h["loss"][49], 1.208627533e-06, 1e-9));
}

TEST_CASE("trajectory: in float, near it") {
  mlp::behaviour_model net = mlp::build_model(100);
  const mlp::history h = trajectory(net, mlp::binary_crossentropy{});
  CHECK(near(h["loss"][0], .6979181681677871, 1e-5));
  CHECK(near(h["loss"][2], .049177900627368015, 1e-3));
  CHECK(near(h["loss"][9], .0002006068965649528, 1e-2));
}
