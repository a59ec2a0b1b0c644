// SPDX-License-Identifier: BSD-3-Clause
// The gradient that a step of size 1 takes, against central differences of the loss while training, in double, for
// every kind of layer.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <tailor/mlp/losses.hpp>
#include <tailor/mlp/model.hpp>
#include <tailor/mlp/normalization.hpp>
#include <tailor/mlp/optimizers.hpp>
#include <tailor/mlp/sequential.hpp>
#include <vector>

namespace {

namespace mlp = tailor::mlp;

tailor::dense_matrix<double> normal(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  auto x = tailor::make_matrix<double>(rows, cols);
  tailor::random::generator g(seed);
  tailor::random::fill_normal(x, g);
  return x;
}

mlp::sgd rate(double r) {
  mlp::sgd o;
  o.learning_rate = r;
  return o;
}

/// Every dropout is that of the first step, since `compile` begins anew.
template <class Loss>
double loss_of_step(mlp::network<double>& net, const mlp::samples<double>& x, const mlp::targets<double>& y, Loss loss,
                    double r) {
  net.compile(loss, rate(r));
  mlp::basic_fit_options<double> options;
  options.batch_size = x.rows();
  options.shuffle = false;
  return net.fit(x, y, options)["loss"][0];
}

template <class Loss>
void check_gradient(mlp::network<double>& net, const mlp::samples<double>& x, const mlp::targets<double>& y,
                    Loss loss) {
  net.build(x.cols(), 3);
  std::size_t trained = 0;
  for (const auto& array : net.weights()) trained += array.trained ? array.values.size() : 0;
  std::vector<double> w = net.all_weights();
  tailor::random::generator g(5);
  for (std::size_t i = 0; i < trained; ++i) w[i] += 0.1 * g.normal();  // no bias is 0, no gamma 1
  net.set_all_weights(w);
  loss_of_step(net, x, y, loss, 1);
  const std::vector<double> after = net.all_weights();
  for (std::size_t i = 0; i < trained; ++i) {
    const double h = 1e-5;
    const auto at = [&](double value) {
      std::vector<double> changed = w;
      changed[i] = value;
      net.set_all_weights(changed);
      return loss_of_step(net, x, y, loss, 0);
    };
    const double expected = (at(w[i] + h) - at(w[i] - h)) / (2 * h), found = w[i] - after[i];
    CAPTURE(i);
    CAPTURE(found);
    CAPTURE(expected);
    CHECK(std::abs(found - expected) <= 2e-8 * (1 + std::abs(expected)));
  }
}

}  // namespace

TEST_CASE("gradients: dense layers with tanh, gelu and softmax") {
  auto net = mlp::make_sequential<double>(mlp::dense{5, mlp::tanh{}}, mlp::dense{4, mlp::gelu{}, false},
                                          mlp::dense{3, mlp::softmax{}, true, mlp::initializer::he_normal});
  const std::vector<int> classes = {0, 1, 2, 2, 1, 0, 1};
  check_gradient(net, normal(7, 3, 1), classes, mlp::sparse_categorical_crossentropy{});
}

TEST_CASE("gradients: a batch of one row") {
  auto net = mlp::make_sequential<double>(mlp::dense{5, mlp::tanh{}}, mlp::dense{4, mlp::gelu{}, false},
                                          mlp::dense{3, mlp::softmax{}, true, mlp::initializer::he_normal});
  check_gradient(net, normal(1, 3, 4), std::vector<int>{2}, mlp::sparse_categorical_crossentropy{});
}

TEST_CASE("gradients: batch_norm, layer_norm and activations of their own") {
  auto net = mlp::make_sequential<double>(mlp::batch_norm{}, mlp::dense{5, mlp::elu{}}, mlp::layer_norm{},
                                          mlp::activation{mlp::leaky_relu{}}, mlp::batch_norm{},
                                          mlp::activation{mlp::gelu{}}, mlp::dense{2});
  check_gradient(net, normal(6, 3, 2), normal(6, 2, 3), mlp::mse{});
}

TEST_CASE("gradients: embedding, dropout, softplus and sigmoid") {
  auto net = mlp::make_sequential<double>(mlp::embedding{4, 3}, mlp::dropout{0.3}, mlp::dense{6, mlp::softplus{}},
                                          mlp::dropout{0.2}, mlp::dense{1, mlp::sigmoid{}});
  tailor::dense_matrix<double> ids = {{0, 1}, {3, 3}, {2, 0}, {1, 2}, {0, 0}};
  check_gradient(net, ids, std::vector<int>{0, 1, 1, 0, 1}, mlp::binary_crossentropy{});
}

TEST_CASE("gradients: an output by the inputs, as when predicting") {
  auto net = mlp::make_sequential<double>(mlp::batch_norm{}, mlp::dense{5, mlp::gelu{}}, mlp::dropout{0.4},
                                          mlp::layer_norm{}, mlp::dense{3, mlp::softmax{}});
  tailor::dense_matrix<double> x = normal(300, 4, 8);  // more than a block
  net.compile(mlp::sparse_categorical_crossentropy{}, rate(0.1));
  net.fit(x, std::vector<int>(300, 1));  // moves means and variances
  const auto found = net.input_gradient(x, 2);
  REQUIRE(found.shape()[0] == 300);
  for (std::size_t j = 0; j < 4; ++j) {
    const double h = 1e-5;
    auto up = x, down = x;
    for (std::size_t i = 0; i < 300; ++i) {
      up(i, j) += h;
      down(i, j) -= h;
    }
    const auto above = net.predict(up), below = net.predict(down);
    double worst = 0;
    for (std::size_t i = 0; i < 300; ++i)
      worst = std::max(worst, std::abs(found(i, j) - (above(i, 2) - below(i, 2)) / (2 * h)));
    CHECK(worst <= 1e-9);
  }
  tailor::run_options two;
  two.threads = 2;
  CHECK(net.input_gradient(x, 2, two) == found);
  CHECK_THROWS_AS(net.input_gradient(x, 3), tailor::value_error);
  CHECK_THROWS_AS(net.input_gradient(normal(3, 5, 1)), tailor::shape_error);
  CHECK_THROWS_AS(net.input_gradient(normal(0, 4, 1)), tailor::value_error);
  x(7, 1) = std::nan("");
  CHECK_THROWS_AS(net.input_gradient(x), tailor::value_error);
  CHECK_THROWS_AS(mlp::make_sequential<double>(mlp::dense{1}).input_gradient(normal(3, 5, 1)),
                  tailor::not_fitted_error);
}

TEST_CASE("gradients: weights of samples are factors, the sum divided by the rows") {
  auto net = mlp::make_sequential<double>(mlp::dense{1});
  net.build(1);
  net.set_weights("dense/kernel", std::vector<double>{2});
  net.compile(mlp::mse{}, rate(1));
  mlp::basic_fit_options<double> options;
  options.sample_weight = {0.5, 3};
  const tailor::dense_matrix<double> x = {{1}, {-1}};
  const mlp::history h = net.fit(x, std::vector<double>{1, 1}, options);
  CHECK(h["loss"][0] == doctest::Approx((0.5 * 1 + 3 * 9) / 2));  // errors 1, −3
  CHECK(net.weights("dense/kernel")[0] == doctest::Approx(2 - (0.5 * 2 * 1 * 1 + 3 * 2 * -3 * -1) / 2));
  CHECK(net.weights("dense/bias")[0] == doctest::Approx(-(0.5 * 2 * 1 + 3 * 2 * -3) / 2));
}
