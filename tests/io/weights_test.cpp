// SPDX-License-Identifier: BSD-3-Clause
// Networks, and weights as Keras and PyTorch name them (their documentation of Dense, Linear, BatchNormalization and
// state_dict); what the file of PyTorch's layout gives is computed by hand.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <tailor/io/model_file.hpp>
#include <tailor/io/weights.hpp>
#include <tailor/mlp/layers.hpp>
#include <tailor/mlp/logistic_regression.hpp>
#include <tailor/mlp/model.hpp>
#include <tailor/mlp/normalization.hpp>
#include <tailor/mlp/sequential.hpp>
#include <vector>

#include "hostile.hpp"

namespace io = tailor::io;
namespace mlp = tailor::mlp;
using hostile::temporary_path;
using io::weight_layout;

namespace {

template <class T = float>
auto network() {
  return mlp::make_sequential<T>(mlp::dense{3, mlp::relu{}}, mlp::batch_norm{}, mlp::dropout{0.5}, mlp::dense{1});
}

template <class T>
tailor::dense_matrix<T> rows() {
  return {{1, 2}, {-1, 0.5}, {3, -2}};
}

}  // namespace

TEST_CASE_TEMPLATE("weights: a network that is saved and loaded predicts the same bits", T, float, double) {
  auto net = network<T>();
  net.build(2, 5);
  net.set_weights("batch_normalization/moving_mean", std::vector<T>{1, 2, 3});
  const std::string bytes = io::to_bytes(net);
  auto other = network<T>();
  io::from_bytes(bytes, other);
  CHECK(other.all_weights() == net.all_weights());
  CHECK(other.predict(rows<T>()) == net.predict(rows<T>()));
  mlp::model<T> any = network<T>();
  io::from_bytes(bytes, any);
  CHECK(any.predict(rows<T>()) == net.predict(rows<T>()));

  auto wider = mlp::make_sequential<T>(mlp::dense{4, mlp::relu{}}, mlp::batch_norm{}, mlp::dropout{0.5}, mlp::dense{1});
  wider.build(2);
  const auto before = wider.all_weights();
  CHECK_THROWS_AS(io::from_bytes(bytes, wider), tailor::format_error);
  CHECK(wider.all_weights() == before);
  auto unbuilt = network<T>();
  io::from_bytes(io::to_bytes(network<T>()), unbuilt);
  CHECK(!unbuilt.is_built());
}

TEST_CASE("weights: a network attacked bit by bit") {
  auto net = mlp::make_sequential(mlp::dense{2, mlp::relu{}}, mlp::dense{1});
  net.build(2, 5);
  hostile::attack(mlp::model<float>(net));
}

TEST_CASE("weights: logistic_regression") {
  mlp::logistic_regression model;
  model.fit(tailor::dense_matrix<double>{{1, 2}, {2, 1}, {3, 5}, {0, 1}}, std::vector<double>{0, 1, 1, 0});
  const auto back = io::from_bytes<mlp::logistic_regression>(io::to_bytes(model));
  CHECK(back.coefficients() == model.coefficients());
  CHECK(back.intercept() == model.intercept());
  CHECK(back.options().c == 1);
}

TEST_CASE("weights: go out and come in by the names of both libraries") {
  auto net = network();
  net.build(2, 7);
  net.set_weights("batch_normalization/moving_mean", std::vector<float>{1, 2, 3});
  const temporary_path file("weights");
  io::save_weights(net, file.path(), weight_layout::keras);
  {
    const io::tensor_file saved(file.path());
    CHECK(saved.view().tensors().size() == 8);
    CHECK(saved.view().tensor("dense/kernel").shape == std::vector<std::size_t>{2, 3});
    CHECK(saved.view().tensor("batch_normalization/moving_variance").shape == std::vector<std::size_t>{3});
  }
  auto other = network();
  CHECK_THROWS_AS(io::load_weights(other, file.path(), weight_layout::keras), tailor::not_fitted_error);
  other.build(2, 8);
  io::load_weights(other, file.path(), weight_layout::keras);
  CHECK(other.all_weights() == net.all_weights());

  io::save_weights(net, file.path(), weight_layout::torch, {"0", "2", "4"});
  {
    const io::tensor_file saved(file.path());
    CHECK(saved.view().tensors().size() == 9);  // and batch_norm's counter
    CHECK(saved.view().tensor("0.weight").shape == std::vector<std::size_t>{3, 2});
    CHECK(saved.view().tensor("2.num_batches_tracked").shape.empty());
    const auto kernel = net.weights("dense/kernel");
    const auto transposed = saved.view().values<float>("0.weight");
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 3; ++j) CHECK(transposed[j * 2 + i] == kernel[i * 3 + j]);
  }
  other.build(2, 9);
  io::load_weights(other, file.path(), weight_layout::torch);
  CHECK(other.all_weights() == net.all_weights());
  auto wide = network<double>();
  wide.build(2, 1);
  io::load_weights(wide, file.path(), weight_layout::torch, {"0", "2", "4"});
  CHECK(wide.weights("dense/kernel")[0] == static_cast<double>(net.weights("dense/kernel")[0]));
}

TEST_CASE("weights: what does not fit is refused, and the network stays as it was") {
  auto net = mlp::make_sequential(mlp::dense{2}, mlp::dense{1});
  net.build(2, 1);
  const auto before = net.all_weights();
  const temporary_path file("refused");
  const auto refused = [&](auto describe, std::vector<std::string> modules = {}) {
    io::save_tensors(file.path(), describe);
    CHECK_THROWS_AS(io::load_weights(net, file.path(), weight_layout::torch, modules), tailor::error);
    CHECK(net.all_weights() == before);
  };
  const std::vector<float> values(6, 1.0f);
  const std::vector<float> bad = {1, std::numeric_limits<float>::quiet_NaN()};
  const auto good = [&](io::tensor_writer& out) {
    out.add("0.weight", {2, 2}, values.data());
    out.add("0.bias", {2}, values.data());
    out.add("1.weight", {1, 2}, values.data());
  };
  refused(good);  // no 1.bias
  refused([&](io::tensor_writer& out) {
    good(out);
    out.add("1.bias", {2}, values.data());
  });
  refused([&](io::tensor_writer& out) {
    good(out);
    out.add("1.bias", {1}, &bad[1]);
  });
  refused([&](io::tensor_writer& out) {
    good(out);
    const std::int32_t one = 1;
    out.add("1.bias", {1}, &one);
  });
  refused([&](io::tensor_writer& out) {
    good(out);
    out.add("1.bias", {1}, values.data());
    out.add("2.bias", {1}, values.data());
  });
  refused([&](io::tensor_writer& out) {
    good(out);
    out.add("1.bias", {1}, values.data());
    out.add("1.more", {1}, values.data());
  });
  refused(good, {"0"});
  CHECK_THROWS_AS(io::save_weights(net, file.path(), weight_layout::torch, {"0"}), tailor::shape_error);
  CHECK_THROWS_AS(io::save_weights(mlp::make_sequential(mlp::dense{2}), file.path(), weight_layout::keras),
                  tailor::not_fitted_error);
}

TEST_CASE("weights: a state_dict that Python wrote") {
  if (std::system("/usr/bin/python3 -c 'import numpy' > /dev/null 2>&1") != 0) {
    MESSAGE("skipped: no /usr/bin/python3 with numpy");
    return;
  }
  const temporary_path file("torch");
  REQUIRE(std::system(("/usr/bin/python3 " TAILOR_TESTS_DIR "/io/python_twin.py write_torch " + file.path()).c_str()) ==
          0);
  auto net = mlp::make_sequential(mlp::dense{3, mlp::relu{}}, mlp::dense{1});
  net.build(2);
  io::load_weights(net, file.path(), weight_layout::torch);
  // relu(W x + b) of (1, -10) is (0, 0, 0), of (1, 1) is (10, 15, 20)
  const auto p = net.predict(tailor::dense_matrix<float>{{1, -10}, {1, 1}});
  CHECK(p(0, 0) == 0.5f);
  CHECK(p(1, 0) == 10 - 15 + 40 + 0.5f);
}
