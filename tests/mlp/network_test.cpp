// SPDX-License-Identifier: BSD-3-Clause
// Closed forms, networks that must agree with each other, and what must be refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <any>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <tailor/data/csr_matrix.hpp>
#include <tailor/mlp/behaviour.hpp>
#include <tailor/mlp/model.hpp>
#include <tailor/mlp/normalization.hpp>
#include <vector>

#include "support/trajectory.hpp"

namespace {

namespace mlp = tailor::mlp;

/// One row in four of a planted rule is wrong.
struct planted {
  explicit planted(std::size_t n) : x(tailor::make_matrix<float>(n, 6)), y(n) {
    tailor::random::generator g(11);
    tailor::random::fill_normal(x, g);
    for (std::size_t i = 0; i < n; ++i) y[i] = (x(i, 0) - 2 * x(i, 3) > 0) != g.bernoulli(0.05) ? 1 : 0;
  }
  tailor::dense_matrix<float> x;
  std::vector<int> y;
};

using small_net = mlp::sequential<mlp::dense<mlp::relu>, mlp::dropout, mlp::dense<mlp::sigmoid>>;
small_net make() {
  small_net net(mlp::dense{8, mlp::relu{}}, mlp::dropout{0.1}, mlp::dense{1, mlp::sigmoid{}});
  net.compile(mlp::binary_crossentropy{}, mlp::adam{}, mlp::accuracy{});
  return net;
}

mlp::fit_options epochs(std::size_t n, std::uint64_t seed = 1) {
  mlp::fit_options options;
  options.epochs = n;
  options.seed = seed;
  return options;
}

tailor::run_options threads(std::size_t n) {
  tailor::run_options run;
  run.threads = n;
  return run;
}

/// Keeps what `archive` names, and gives it back.
struct notebook {
  template <class V>
  void operator()(const char* name, V& value) {
    if (next < values.size()) {
      value = std::any_cast<V>(values[next++]);
    } else {
      names.emplace_back(name);
      values.emplace_back(value);
      ++next;
    }
  }
  void read_into(mlp::network<float>& net) {
    next = 0;
    net.archive(*this);
  }
  std::vector<std::string> names;
  std::vector<std::any> values;
  std::size_t next = 0;
};

// One's own parts.
struct square {
  [[maybe_unused]] static constexpr const char* name = "square";
  float operator()(float z) const { return z * z; }
  float derivative(float z) const { return 2 * z; }
};
struct error {
  [[maybe_unused]] static constexpr const char* name = "error";
  float operator()(tailor::span<const float> t, tailor::span<const float> p, tailor::span<float> slope) const {
    if (!slope.empty()) slope[0] = 1;
    return p[0] - t[0];
  }
};
struct first_target {
  [[maybe_unused]] static constexpr const char* name = "first_target";
  double operator()(tailor::span<const float> t, tailor::span<const float>) const { return t[0]; }
};
struct halve {
  [[maybe_unused]] static constexpr const char* name = "halve";
  mlp::schedule learning_rate = 1;
  std::size_t slots() const { return 0; }
  void step(std::size_t n, float* w, const float* g, float*, std::size_t, double rate) const {
    for (std::size_t i = 0; i < n; ++i) w[i] -= static_cast<float>(rate) * g[i] / 2;
  }
};
/// y = factor · x, the factor learnt.
struct scale {
  [[maybe_unused]] static constexpr const char* name = "scale";
  float first = 2;
  std::size_t outputs(std::size_t inputs) const { return inputs; }
  std::vector<mlp::parameter> parameters(std::size_t) const { return {{"factor", {1}}}; }
  void initialize(std::size_t, float* weights, float*, tailor::random::generator&) const { *weights = first; }
  void forward(const mlp::layer_pass<float>& p) const {
    for (std::size_t i = 0; i < p.rows * p.inputs; ++i) p.y[i] = *p.weights * p.x[i];
  }
  void backward(const mlp::layer_pass<float>& p) const {
    if (p.gradient != nullptr) *p.gradient = 0;
    for (std::size_t i = 0; i < p.rows * p.inputs; ++i) {
      if (p.gradient != nullptr) *p.gradient += p.dy[i] * p.x[i];
      if (p.dx != nullptr) p.dx[i] = *p.weights * p.dy[i];
    }
  }
};

}  // namespace

TEST_CASE("network: the documents' model has 21,249 weights, named, within Glorot's limits") {
  mlp::behaviour_model net = mlp::build_model(100);
  CHECK(net.n_parameters() == 21249);
  const std::string text = net.summary();
  for (const char* part : {"12,928", "8,256", "65", "21,249"}) CHECK(text.find(part) != std::string::npos);
  const auto arrays = net.weights();
  REQUIRE(arrays.size() == 6);
  CHECK(arrays[2].name == "dense_1/kernel");
  CHECK(arrays[2].shape == std::vector<std::size_t>{128, 64});
  const auto largest = [&](std::size_t i) {
    float most = 0;
    for (const float w : arrays[i].values) most = std::max(most, std::abs(w));
    return most;
  };
  CHECK(largest(0) <= .162221421f);
  CHECK(largest(0) > .16f);
  CHECK(largest(1) == 0);
  CHECK(largest(2) <= .176776695f);
  CHECK(largest(4) <= .303821810f);
}

TEST_CASE("network: it learns what was planted, by the documents' functions") {
  const planted data(400);
  mlp::behaviour_model net = mlp::build_model(6);
  const mlp::history h = mlp::train_model(net, data.x, data.y);
  REQUIRE(h.epochs() == 10);
  CHECK(h["loss"].back() < h["loss"].front());
  CHECK(h["accuracy"].back() > 0.85);
  const mlp::scores scores = net.evaluate(data.x, data.y);
  CHECK(scores["accuracy"] > 0.85);
  CHECK_THROWS_AS(h["val_loss"], tailor::value_error);
}

TEST_CASE("network: the same seed gives the same bits for any threads, another seed others") {
  const planted data(150);
  const auto weights = [&](std::uint64_t seed, std::size_t n_threads) {
    small_net net = make();
    net.fit(data.x, data.y, epochs(3, seed), threads(n_threads));
    return net.all_weights();
  };
  CHECK(weights(1, 1) == weights(1, 4));
  CHECK(weights(1, 1) != weights(2, 1));
  small_net net = make();
  net.build(6);
  const planted many(20000);
  CHECK(net.predict(many.x, threads(1)) == net.predict(many.x, threads(3)));
}

TEST_CASE("network: a fit in two parts is a fit") {
  const planted data(64);
  mlp::fit_options options = epochs(4);
  small_net whole = make(), parts = make();
  whole.fit(data.x, data.y, options);
  options.epochs = 2;
  parts.fit(data.x, data.y, options);
  parts.fit(data.x, data.y, options);
  CHECK(whole.all_weights() == parts.all_weights());
}

TEST_CASE("network: predictions one row at a time are those of all") {
  const planted data(37);
  small_net net = make();
  net.fit(data.x, data.y, epochs(2));
  const auto all = net.predict(data.x);
  REQUIRE(all.shape()[0] == 37);
  for (std::size_t i = 0; i < 37; ++i) {
    float one = -1;
    net.predict(tailor::span<const float>(&data.x(i, 0), 6), tailor::span<float>(&one, 1));
    CHECK(std::abs(one - all(i, 0)) < 1e-6f);
  }
}

TEST_CASE("network: sparse rows give what dense ones give") {
  const planted data(60);
  std::vector<std::uint64_t> pointers = {0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  tailor::dense_matrix<float> dense = data.x;
  for (std::size_t i = 0; i < 60; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      if ((i + j) % 3 != 0) dense(i, j) = 0;
      if (dense(i, j) == 0) continue;
      columns.push_back(static_cast<std::uint32_t>(j));
      values.push_back(dense(i, j));
    }
    pointers.push_back(columns.size());
  }
  const tailor::data::csr_view<float> sparse(60, 6, pointers.data(), columns.data(), values.data());
  mlp::fit_options options = epochs(3);
  options.validation_split = 0.25;
  small_net a = make(), b = make();
  const mlp::history of_dense = a.fit(dense, data.y, options), of_sparse = b.fit(sparse, data.y, options);
  for (const auto& [name, column] : of_dense.columns)
    for (std::size_t e = 0; e < 3; ++e) CHECK(of_sparse[name][e] == doctest::Approx(column[e]).epsilon(1e-4));
  const auto from_dense = a.predict(dense), from_sparse = a.predict(sparse);
  for (std::size_t i = 0; i < 60; ++i) CHECK(std::abs(from_dense(i, 0) - from_sparse(i, 0)) < 1e-5f);

  // A matrix that was a temporary is kept.
  options.validation_split = 0;
  options.validation_data = mlp::labelled<float>{
      tailor::data::csr_matrix<float>(60, 6, {pointers.begin(), pointers.end()}, columns, values), data.y};
  small_net c = make();
  const mlp::history of_temporary = c.fit(sparse, data.y, options);
  CHECK(of_temporary["val_loss"].back() == c.evaluate(sparse, data.y)["loss"]);

  auto first_is_dropout = mlp::make_sequential(mlp::dropout{0.1}, mlp::dense{1});
  first_is_dropout.compile(mlp::mse{});
  CHECK_THROWS_AS(first_is_dropout.fit(sparse, data.y), tailor::value_error);
}

TEST_CASE("network: validation takes the last rows, or its own data") {
  const planted data(50), other(30);
  mlp::fit_options options = epochs(1);
  options.validation_split = 0.3;
  small_net net = make();
  const mlp::history h = net.fit(data.x, data.y, options);
  // 35 rows are trained on, and the other 15 measured by the weights at the end.
  auto rest = tailor::make_matrix<float>(15, 6);
  std::copy_n(&data.x(35, 0), 90, rest.data());
  const mlp::scores measured = net.evaluate(rest, std::vector<int>(data.y.begin() + 35, data.y.end()));
  CHECK(h["val_loss"][0] == measured["loss"]);
  CHECK(h["val_accuracy"][0] == measured["accuracy"]);
  // Weights of samples are those of the validation rows too, of its loss but not of its metrics.
  options.sample_weight.assign(50, 2);
  small_net doubled = make();
  const mlp::history of_doubled = doubled.fit(data.x, data.y, options);
  CHECK(of_doubled["val_loss"][0] ==
        2 * doubled.evaluate(rest, std::vector<int>(data.y.begin() + 35, data.y.end()))["loss"]);
  CHECK(of_doubled["val_accuracy"][0] <= 1);
  options.sample_weight.clear();

  options.validation_data = mlp::labelled<float>{other.x, other.y};
  const mlp::history again = net.fit(data.x, data.y, options);
  CHECK(again["val_loss"][0] == net.evaluate(other.x, other.y)["loss"]);
}

TEST_CASE("network: weights of classes are factors of the loss") {
  const planted data(40);
  mlp::fit_options options = epochs(1);
  options.shuffle = false;
  options.batch_size = 40;
  small_net plain = make(), weighted = make(), by_row = make();
  options.sample_weight.clear();
  for (const int label : data.y) options.sample_weight.push_back(label == 1 ? 3 : 0.5);
  const mlp::history rows = by_row.fit(data.x, data.y, options);
  options.sample_weight.clear();
  options.class_weight = {0.5, 3};
  const mlp::history classes = weighted.fit(data.x, data.y, options);
  CHECK(classes["loss"][0] == rows["loss"][0]);
  CHECK(weighted.all_weights() == by_row.all_weights());
  options.class_weight = {0.5};
  CHECK_THROWS_AS(plain.fit(data.x, data.y, options), tailor::value_error);
}

TEST_CASE("network: without hidden layers, classes as numbers or one-hot are the same") {
  const planted data(50);
  tailor::dense_matrix<float> one_hot = tailor::make_matrix<float>(50, 2);
  for (std::size_t i = 0; i < 50; ++i)
    for (std::size_t c = 0; c < 2; ++c) one_hot(i, c) = data.y[i] == static_cast<int>(c) ? 1.f : 0.f;
  const auto with = [](auto loss) {
    mlp::model<float> net;
    net.add(mlp::dense{2, mlp::softmax{}});
    net.compile(loss, mlp::adam{0.05}, mlp::accuracy{});
    return net;
  };
  mlp::model<float> numbers = with(mlp::sparse_categorical_crossentropy{}),
                    vectors = with(mlp::categorical_crossentropy{});
  mlp::fit_options options = epochs(20);
  options.class_weight = {1, 2};
  const mlp::history a = numbers.fit(data.x, data.y, options), b = vectors.fit(data.x, one_hot, options);
  CHECK(a.columns == b.columns);
  CHECK(numbers.all_weights() == vectors.all_weights());
  CHECK(a["accuracy"].back() > 0.8);
  CHECK_THROWS_AS(vectors.fit(data.x, data.y), tailor::shape_error);
  CHECK_THROWS_AS(numbers.fit(data.x, one_hot), tailor::shape_error);
  CHECK_THROWS_AS(numbers.fit(data.x, std::vector<int>(50, 2)), tailor::value_error);
}

TEST_CASE("network: model holds any network, copies are apart") {
  const planted data(40);
  small_net net = make();
  net.build(6, 3);
  mlp::model<float> model = net, copy = model;
  CHECK(model.predict(data.x) == net.predict(data.x));
  model.fit(data.x, data.y);
  CHECK(model.all_weights() != copy.all_weights());
  CHECK(copy.all_weights() == net.all_weights());
  copy = model;
  CHECK(copy.all_weights() == model.all_weights());
  copy = mlp::model<float>(mlp::make_sequential(mlp::dense{2}));
  CHECK_FALSE(copy.is_built());
  copy = mlp::build_model(6);
  CHECK(copy.n_parameters() == 6 * 128 + 128 + 8256 + 65);
  mlp::model<float> moved = std::move(model);
  CHECK(moved.predict(data.x).shape()[0] == 40);
  CHECK_THROWS_AS(model.predict(data.x), tailor::not_fitted_error);
  CHECK_THROWS_AS(model.fit(data.x, data.y), tailor::error);
  model = moved;
  CHECK(model.all_weights() == moved.all_weights());
}

TEST_CASE("network: put together while the program runs, it is the same as composed at compile time") {
  const planted data(60);
  mlp::model<float> model;
  CHECK_THROWS_AS(model.build(6), tailor::value_error);
  model.add(mlp::dense{8, mlp::relu{}}).add(mlp::dropout{0.1});
  model.add(mlp::dense{1, mlp::sigmoid{}});
  model.compile(mlp::binary_crossentropy{}, mlp::adam{}, mlp::accuracy{});
  small_net net = make();
  CHECK(model.fit(data.x, data.y, epochs(2)).columns == net.fit(data.x, data.y, epochs(2)).columns);
  CHECK(model.all_weights() == net.all_weights());
  CHECK_THROWS_AS(model.add(mlp::dense{1}), tailor::value_error);
}

TEST_CASE("network: the state is named once, and read back it is the same network") {
  const planted data(40);
  const auto make_one = [](std::size_t units, double epsilon) {
    mlp::model<float> net;
    net.add(mlp::batch_norm{0.99, epsilon}).add(mlp::dense{units, mlp::relu{}}).add(mlp::dense{1});
    return net;
  };
  mlp::model<float> net = make_one(2, 1e-3);
  net.compile(mlp::mse{});
  net.fit(data.x, data.y);
  notebook notes;
  net.archive(notes);
  CHECK(notes.names == std::vector<std::string>{"layers", "n_inputs", "batch_normalization/gamma",
                                                "batch_normalization/beta", "batch_normalization/moving_mean",
                                                "batch_normalization/moving_variance", "dense/kernel", "dense/bias",
                                                "dense_1/kernel", "dense_1/bias"});
  mlp::model<float> other = make_one(2, 1e-3);
  notes.read_into(other);
  CHECK(other.predict(data.x) == net.predict(data.x));
  other.compile(mlp::mse{});
  other.fit(data.x, data.y);  // and over weights that are there
  notes.read_into(other);
  CHECK(other.all_weights() == net.all_weights());

  mlp::model<float> wider = make_one(3, 1e-3), stricter = make_one(2, 1e-6), longer = make_one(2, 1e-3);
  CHECK_THROWS_WITH_AS(
      notes.read_into(wider),
      "layer 1: expected dense(units = 3, activation = relu, use_bias = true, kernel = glorot_uniform), found "
      "dense(units = 2, activation = relu, use_bias = true, kernel = glorot_uniform)",
      tailor::format_error);
  CHECK_FALSE(wider.is_built());
  CHECK_THROWS_AS(notes.read_into(stricter), tailor::format_error);
  CHECK_THROWS_AS(notes.read_into(longer.add(mlp::dropout{0.5})), tailor::format_error);
  notes.values[1] = std::size_t{7};
  CHECK_THROWS_AS(notes.read_into(other), tailor::format_error);
  CHECK(other.all_weights() == net.all_weights());
}

TEST_CASE("network: a loss, a metric, an activation, an optimiser and a layer of one's own") {
  auto net = mlp::make_sequential(mlp::dense{1, square{}, false});
  net.build(1);
  net.set_weights("dense/kernel", std::vector<float>{3});
  net.compile(error{}, halve{}, first_target{}, mlp::mae{});
  const tailor::dense_matrix<float> x = {{2}};
  const mlp::history h = net.fit(x, std::vector<double>{5});
  CHECK(h["loss"][0] == 36 - 5);
  CHECK(h["first_target"][0] == 5);
  CHECK(h["mean_absolute_error"][0] == 31);
  CHECK(net.weights("dense/kernel")[0] == 3 - 2 * 6 * 2 / 2);

  mlp::model<float> scaled;
  scaled.add(scale{}).add(scale{5});
  scaled.compile(error{}, halve{});
  scaled.fit(x, std::vector<double>{5});
  CHECK(scaled.weights("scale/factor")[0] == 2 - 5 * 2 / 2);
  CHECK(scaled.weights("scale_1/factor")[0] == 5 - 2 * 2 / 2);
  CHECK(scaled.input_gradient(x)(0, 0) == -3 * 3);
}

TEST_CASE("network: bad input is refused, and the network stays as it was") {
  const planted data(20);
  small_net net = make();
  const auto refuses = [&](const mlp::samples<float>& x, const mlp::targets<float>& y,
                           const mlp::fit_options& options) {
    const auto before = net.all_weights();
    CHECK_THROWS_AS(net.fit(x, y, options), tailor::error);
    CHECK(net.all_weights() == before);
  };
  for (int built = 0; built < 2; ++built) {
    tailor::dense_matrix<float> x = data.x;
    x(3, 4) = std::numeric_limits<float>::quiet_NaN();
    refuses(x, data.y, {});
    x(3, 4) = std::numeric_limits<float>::infinity();
    refuses(x, data.y, {});
    refuses(data.x, std::vector<int>(20, 2), {});
    refuses(data.x, std::vector<double>(20, 0.5), {});
    refuses(data.x, std::vector<float>(20, std::numeric_limits<float>::quiet_NaN()), {});
    refuses(data.x, std::vector<int>(19), {});
    refuses(data.x, tailor::dense_matrix<float>(std::array<std::size_t, 2>{20, 2}, 0.f), {});
    refuses(tailor::make_matrix<float>(0, 6), std::vector<int>(), {});
    mlp::fit_options options;
    options.batch_size = 0;
    refuses(data.x, data.y, options);
    options = {};
    options.epochs = 0;
    refuses(data.x, data.y, options);
    options = {};
    options.validation_split = 1;
    refuses(data.x, data.y, options);
    options.validation_split = 0.999;
    refuses(data.x, data.y, options);
    options = {};
    options.sample_weight = {1, 2};
    refuses(data.x, data.y, options);
    options.sample_weight.assign(20, -1);
    refuses(data.x, data.y, options);
    CHECK(net.is_built() == (built == 1));
    if (built == 0) net.build(6);
  }
  refuses(tailor::make_matrix<float>(20, 5), data.y, {});
  CHECK_THROWS_WITH_AS(net.fit(data.x, std::vector<int>(20, 2)), "y: expected labels that are 0 or 1, found 2",
                       tailor::value_error);

  tailor::run_options run;
  run.progress = [](const tailor::progress_report& report) { return report.done < 3; };
  mlp::fit_options options;
  options.batch_size = 2;
  const auto before = net.all_weights();
  CHECK_THROWS_AS(net.fit(data.x, data.y, options, run), tailor::cancelled_error);
  CHECK(net.all_weights() == before);
}

TEST_CASE("network: asked too early, or for what it has not, it says so") {
  small_net net(mlp::dense{8, mlp::relu{}}, mlp::dropout{0.1}, mlp::dense{1, mlp::sigmoid{}});
  const planted data(5);
  CHECK_THROWS_AS(net.predict(data.x), tailor::not_fitted_error);
  CHECK_THROWS_AS(net.summary(), tailor::not_fitted_error);
  CHECK_THROWS_AS(net.fit(data.x, data.y), tailor::value_error);
  CHECK_THROWS_AS(net.build(0), tailor::value_error);
  net.build(6);
  CHECK_THROWS_AS(net.evaluate(data.x, data.y), tailor::value_error);
  CHECK_THROWS_AS(net.weights("dense_7/kernel"), tailor::value_error);
  CHECK_THROWS_AS(net.set_weights("dense/bias", std::vector<float>(7)), tailor::shape_error);
  CHECK_THROWS_AS(net.set_weights("dense/bias", std::vector<float>(8, std::nanf(""))), tailor::value_error);
  std::vector<float> out(2);
  CHECK_THROWS_AS(net.predict(tailor::span<const float>(data.x), tailor::span<float>(out)), tailor::shape_error);
  auto no_units = mlp::make_sequential(mlp::dense{0});
  CHECK_THROWS_AS(no_units.build(3), tailor::value_error);
  auto all_dropped = mlp::make_sequential(mlp::dropout{1});
  CHECK_THROWS_AS(all_dropped.build(3), tailor::value_error);
  auto too_wide = mlp::make_sequential(mlp::dense{std::size_t{1} << 62}, mlp::dense{1});
  CHECK_THROWS_AS(too_wide.build(16), tailor::value_error);
}

TEST_CASE("network: what diverges says so and keeps the last good weights") {
  const planted data(64);
  auto net = mlp::make_sequential(mlp::dense{4}, mlp::dense{1});
  net.build(6);
  const auto before = net.all_weights();
  mlp::sgd wild;
  wild.learning_rate = 1e20;
  net.compile(mlp::mse{}, wild);
  CHECK_THROWS_AS(net.fit(data.x, data.y, epochs(5)), tailor::convergence_error);
  CHECK(net.all_weights() == before);
  // Good for one epoch, wild after it.
  wild.learning_rate = [](std::size_t step) { return step < 2 ? 1e-3 : 1e20; };
  net.compile(mlp::mse{}, wild);
  auto twin = net;
  CHECK_THROWS_AS(net.fit(data.x, data.y, epochs(5)), tailor::convergence_error);
  twin.fit(data.x, data.y, epochs(1));
  CHECK(net.all_weights() == twin.all_weights());
}

TEST_CASE("network: in float, near the trajectory of Keras") {
  mlp::behaviour_model net = mlp::build_model(100);
  const mlp::history h = trajectory(net, mlp::binary_crossentropy{});
  CHECK(near(h["loss"][0], .6979181681677871, 1e-5));
  CHECK(near(h["loss"][2], .049177900627368015, 1e-3));
  CHECK(near(h["loss"][9], .0002006068965649528, 1e-2));
}
