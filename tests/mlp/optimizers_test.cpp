// SPDX-License-Identifier: BSD-3-Clause
// Expected: three steps of each rule as Keras 3 defines it, scripted in numpy in double.
#include "tailor/mlp/optimizers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <tailor/mlp/compiled.hpp>
#include <vector>

namespace {

namespace mlp = tailor::mlp;

using numbers = std::vector<double>;
const numbers start = {1, -2, 0.5, 3, -0.25};
const std::vector<numbers> gradients = {{0.1, -0.4, 2, 0, -1e-4}, {-0.3, 0.2, 1, 5, 2e-4}, {0.7, 0.7, -3, -1, 0}};

/// The weights after three steps, as arrays of 2 and 3.
template <class T = double, class O>
numbers after(O optimizer, double factor = 1) {
  const mlp::detail::any_optimizer<T> any(optimizer);
  const std::size_t n = start.size(), sizes[] = {2, 3};
  std::vector<T> weights(start.begin(), start.end()), slots(n * any.slots());
  any.initialize(n, slots.data());
  for (std::size_t t = 0; t < gradients.size(); ++t) {
    std::vector<T> gradient;
    for (const double g : gradients[t]) gradient.push_back(static_cast<T>(g));
    any.step({weights.data(), gradient.data(), slots.data(), tailor::span<const std::size_t>(sizes, 2), n}, t, factor);
  }
  return {weights.begin(), weights.end()};
}

template <class O>
O at_rate(O optimizer, mlp::schedule rate = 0.1) {
  optimizer.learning_rate = rate;
  return optimizer;
}

bool near(const numbers& found, const numbers& expected, double tolerance = 1e-14) {
  REQUIRE(found.size() == expected.size());
  bool all = true;
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CAPTURE(found[i]);
    CAPTURE(expected[i]);
    const bool close = std::abs(found[i] - expected[i]) <= tolerance * std::abs(expected[i]);
    CHECK(close);
    all = all && close;
  }
  return all;
}

}  // namespace

TEST_CASE("optimisers: sgd, with momentum and Nesterov's") {
  mlp::sgd o = at_rate(mlp::sgd{});
  CHECK(near(after(o), {0.95000000000000007, -2.0499999999999998, 0.5, 2.6000000000000001, -0.25001000000000001}));
  o.momentum = 0.9;
  CHECK(near(after(o), {0.95989999999999986, -1.9996, 0.067999999999999949, 2.1499999999999999, -0.25001089999999998},
             1e-13));
  o.nesterov = true;
  CHECK(near(after(o), {0.91391000000000011, -2.0496400000000001, 0.11119999999999991, 1.835, -0.25001980999999995},
             1e-13));
}

TEST_CASE("optimisers: adam adds epsilon before the correction, adamw decays") {
  const numbers adam = {0.90691981008676958, -1.9161369567726396, 0.31497999896973355, 2.8817167166983451,
                        -0.21707015175263261};
  CHECK(near(after(at_rate(mlp::adam{})), adam));
  CHECK(near(after<float>(at_rate(mlp::adam{})), adam, 1e-6));
  CHECK(near(after(at_rate(mlp::adamw{})), {0.90578050409788535, -1.9138285534185409, 0.31449750994406733,
                                            2.8781479219604624, -0.21683336404318623}));
  // A rate that a callback has halved.
  CHECK(near(after(at_rate(mlp::adam{}, 0.2), 0.5), adam));
}

TEST_CASE("optimisers: rmsprop and adagrad have epsilon under the root") {
  mlp::rmsprop o = at_rate(mlp::rmsprop{});
  CHECK(near(after(o), {0.69441316343378845, -2.1046020150336182, 0.29804228471953442, 2.7490050462251294,
                        -0.28028491333306621}));
  o.centered = true;
  o.momentum = 0.5;
  CHECK(
      near(after(o),
           {0.58171313307787464, -1.9194558286427794, -0.064212986495698565, 2.5670025306244066, -0.28758709746720351},
           1e-13));
  CHECK(near(after(at_rate(mlp::adagrad{})),
             {0.95266081074825526, -2.0368245401920406, 0.43683984360709516, 2.9197734094714898, -0.2500316227465601}));
}

TEST_CASE("optimisers: a gradient is clipped by value, by array or as a whole, and weights decay first") {
  mlp::sgd o = at_rate(mlp::sgd{});
  o.clip.value = 0.5;
  CHECK(near(after(o), {0.96999999999999997, -2.0299999999999998, 0.45000000000000001, 3, -0.25001000000000001}));
  o.clip = {};
  o.clip.global_norm = 1.5;
  CHECK(near(after(o), {0.96977020269334802, -2.0081742150060067, 0.45954883583581951, 2.8985471163122964,
                        -0.24999852329867403}));
  o.clip = {};
  o.clip.norm = 0.3;
  CHECK(near(after(o), {0.99647223664344897, -2.0087499343179931, 0.49257701492939565, 2.9800694127324063,
                        -0.24999967669681181}));
  o.clip = {};
  o.weight_decay = 0.5;
  CHECK(near(after(o), {0.80684999999999996, -1.7676499999999999, 0.45318750000000002, 2.1971250000000002,
                        -0.21435372499999997}));
}

TEST_CASE("schedules: exponential, cosine, by steps, by time, and a function") {
  const numbers exponential = {0.97621320343559648, -2.0091421356237311, 0.37928932188134523, 2.6964466094067259,
                               -0.25000414213562372};
  CHECK(near(after(at_rate(mlp::sgd{}, mlp::exponential_decay{0.1, 2, 0.5})), exponential));
  CHECK(near(after(at_rate(mlp::sgd{}, mlp::cosine_decay{0.1, 2, 0.2})), {0.994, -1.986, 0.3, 2.72, -0.250002}));
  const numbers steps = {0.84000000000000008, -2.21, 0.99999999999999989, 2.2999999999999998, -0.25002999999999997};
  CHECK(near(after(at_rate(mlp::sgd{}, mlp::piecewise_constant{{0, 1}, {0.1, 0.2, 0.3}})), steps));
  CHECK(near(after(at_rate(mlp::sgd{}, [](std::size_t t) { return 0.1 * static_cast<double>(t + 1); })), steps));
  CHECK(mlp::inverse_time_decay{1, 10, 0.5}(20) == 0.5);
  CHECK(mlp::exponential_decay{1, 10, 0.5, true}(19) == 0.5);
  CHECK(mlp::cosine_decay{1, 10, 0, 4}(1) == 0.25);
  CHECK(mlp::cosine_decay{1, 10, 0, 4}(4) == 1);
  CHECK_THROWS_AS(mlp::piecewise_constant({{1}, {1}})(0), tailor::shape_error);
}

TEST_CASE("optimisers: options that make no sense are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](auto optimizer) {
    CHECK_THROWS_AS(mlp::detail::any_optimizer<double>{optimizer}, tailor::value_error);
  };
  refused(at_rate(mlp::sgd{}, -1.0));
  refused(at_rate(mlp::adam{}, nan));
  mlp::sgd momentum;
  momentum.momentum = 1;
  refused(momentum);
  mlp::adam beta;
  beta.beta_2 = 1;
  refused(beta);
  mlp::adam epsilon;
  epsilon.epsilon = 0;
  refused(epsilon);
  mlp::rmsprop rho;
  rho.rho = -0.1;
  refused(rho);
  mlp::adagrad accumulator;
  accumulator.initial_accumulator_value = -1;
  refused(accumulator);
  mlp::adam decay;
  decay.weight_decay = -1;
  refused(decay);
  mlp::adam two;
  two.clip.norm = two.clip.value = 1;
  refused(two);
}
