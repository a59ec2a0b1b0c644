// SPDX-License-Identifier: BSD-3-Clause
// Expected: values by numpy in double; clipping as in Keras; gradients by central differences.
#include "tailor/mlp/losses.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <tailor/mlp/metrics.hpp>
#include <vector>

namespace {

namespace mlp = tailor::mlp;
using numbers = std::vector<double>;

template <class L>
double value(const L& loss, const numbers& target, const numbers& predicted) {
  return loss(tailor::span<const double>(target), tailor::span<const double>(predicted), tailor::span<double>());
}

/// The value is `expected`, and the gradient that of the value.
template <class L>
void check(const L& loss, const numbers& target, const numbers& predicted, double expected) {
  numbers gradient(predicted.size());
  const double found =
      loss(tailor::span<const double>(target), tailor::span<const double>(predicted), tailor::span<double>(gradient));
  CHECK(std::abs(found - expected) <= 1e-14 * std::abs(expected));
  CHECK(found == value(loss, target, predicted));
  for (std::size_t j = 0; j < predicted.size(); ++j) {
    const double h = 1e-6;
    numbers up = predicted, down = predicted;
    up[j] += h;
    down[j] -= h;
    const double slope = (value(loss, target, up) - value(loss, target, down)) / (2 * h);
    CAPTURE(j);
    CHECK(std::abs(gradient[j] - slope) <= 1e-8 * (1 + std::abs(slope)));
  }
}

}  // namespace

TEST_CASE("losses: binary cross-entropy from probabilities and from logits") {
  const numbers t = {1, 0, 1}, p = {0.9, 0.2, 0.5};
  check(mlp::binary_crossentropy{}, t, p, 0.34055041584399376);
  check(mlp::binary_crossentropy{false, 0.1}, t, p, 0.40027573148492895);
  check(mlp::binary_crossentropy{true}, t, {2, -1, 0.25}, 0.33870970614667967);
  check(mlp::binary_crossentropy{true}, {1}, {-800}, 800);
}

TEST_CASE("losses: binary cross-entropy clips as Keras does, in float too, and is flat where it clips") {
  const auto in_float = [](float target, float predicted) {
    const float t[] = {target}, p[] = {predicted};
    float slope[] = {1};
    const float loss = mlp::binary_crossentropy{}(tailor::span<const float>(t, 1), tailor::span<const float>(p, 1),
                                                  tailor::span<float>(slope, 1));
    CHECK(slope[0] == 0);
    return static_cast<double>(loss);
  };
  CHECK(in_float(1, 0) == doctest::Approx(16.118096).epsilon(1e-7));
  CHECK(in_float(0, 1) == doctest::Approx(15.942385).epsilon(1e-7));
  CHECK(std::isnan(value(mlp::binary_crossentropy{}, {1}, {std::nan("")})));
}

TEST_CASE("losses: cross-entropy of classes") {
  const numbers one_hot = {0, 1, 0}, p = {0.2, 0.5, 0.1}, z = {2, -1, 0.25};
  check(mlp::categorical_crossentropy{}, one_hot, p, 0.47000362924573558);
  check(mlp::categorical_crossentropy{false, 0.1}, one_hot, p, 0.55419458405601074);
  check(mlp::categorical_crossentropy{true}, one_hot, z, 3.2017654692844331);
  check(mlp::sparse_categorical_crossentropy{}, {1}, p, 0.47000362924573558);
  check(mlp::sparse_categorical_crossentropy{true}, {1}, z, 3.2017654692844331);
  // From logits, targets need not add up to 1.
  check(mlp::categorical_crossentropy{true}, {0, 0.5, 0}, z, 3.2017654692844331 / 2);
  CHECK(mlp::sparse_categorical_crossentropy{}.target_columns(3) == 1);
}

TEST_CASE("losses: squared, absolute and Huber's error") {
  const numbers t = {1, 2, -3}, p = {1.5, 0, -3.2};
  check(mlp::mean_squared_error{}, t, p, 1.43);
  check(mlp::mean_absolute_error{}, t, p, 0.9);
  check(mlp::huber{}, t, p, 0.54833333333333334);
  check(mlp::huber{0.3}, t, p, 0.22666666666666668);
}

TEST_CASE("losses: labels and options that make no sense are refused") {
  const mlp::binary_crossentropy binary;
  CHECK_NOTHROW(binary.check(1.0, std::size_t{1}));
  for (const double label : {0.5, -1.0, 2.0, std::nan("")})
    CHECK_THROWS_AS(binary.check(label, std::size_t{1}), tailor::value_error);
  for (const double label : {-1.0, 0.5, 3.0, std::nan("")})
    CHECK_THROWS_AS(mlp::sparse_categorical_crossentropy{}.check(label, std::size_t{3}), tailor::value_error);
  CHECK_THROWS_AS(mlp::categorical_crossentropy{}.check(1.5, std::size_t{3}), tailor::value_error);
  CHECK_THROWS_AS((mlp::binary_crossentropy{false, 1}.check()), tailor::value_error);
  CHECK_THROWS_AS(mlp::huber{0}.check(), tailor::value_error);
}

TEST_CASE("metrics: accuracy is strictly above a half, or the largest output") {
  const auto is_right = [](const numbers& target, const numbers& predicted) {
    return mlp::accuracy{}(tailor::span<const double>(target), tailor::span<const double>(predicted));
  };
  CHECK(is_right({1}, {0.51}) == 1);
  CHECK(is_right({1}, {0.5}) == 0);
  CHECK(is_right({0}, {0.5}) == 1);
  CHECK(is_right({2}, {0.1, 0.2, 0.7}) == 1);
  CHECK(is_right({1}, {0.1, 0.2, 0.7}) == 0);
  CHECK(is_right({0, 0, 1}, {0.1, 0.2, 0.7}) == 1);
  CHECK(mlp::accuracy{0}(tailor::span<const double>(numbers{1}), tailor::span<const double>(numbers{0.1})) == 1);
}
