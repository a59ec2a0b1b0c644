// SPDX-License-Identifier: BSD-3-Clause
// Expected: the losses of Keras 3's rules on the documents' network, computed apart with automatic differentiation in
// double: Adam with Keras's epsilon, probabilities clipped at 1e-7, and the same from logits.
#include "support/trajectory.hpp"

#include <doctest/doctest.h>

#include <tailor/mlp/activations.hpp>
#include <tailor/mlp/layers.hpp>
#include <tailor/mlp/losses.hpp>
#include <tailor/mlp/model.hpp>

namespace mlp = tailor::mlp;

TEST_CASE("trajectory: from probabilities, 50 steps are Keras's to 1e-9") {
  mlp::model<double> net;
  net.add(mlp::dense{128, mlp::relu{}}).add(mlp::dense{64, mlp::relu{}}).add(mlp::dense{1, mlp::sigmoid{}});
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
  mlp::model<double> net;
  net.add(mlp::dense{128, mlp::relu{}}).add(mlp::dense{64, mlp::relu{}}).add(mlp::dense{1});
  const mlp::history h = trajectory(net, mlp::binary_crossentropy{true});
  CHECK(near(h["loss"][0], .6979181681677871, 1e-9));
  CHECK(near(h["loss"][1], .18220288886324357, 1e-9));
  CHECK(near(h["loss"][2], .049177900627368015, 1e-9));
  CHECK(near(h["loss"][9], .0002006068965649528, 1e-9));
  CHECK(near(h["loss"][49], 1.208627533e-06, 1e-9));
}
