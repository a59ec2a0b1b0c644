// SPDX-License-Identifier: BSD-3-Clause
// Expected numbers: central differences; closed forms of linear and logistic models; the axiom that attributions add up
// to the difference of the outputs; a brute-force twin of permutation importance; reasons added up by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <tailor/mlp/explain.hpp>
#include <tailor/mlp/normalization.hpp>
#include <vector>

namespace mlp = tailor::mlp;
namespace data = tailor::data;

namespace {

using matrix = tailor::dense_matrix<double>;

matrix wave(std::size_t rows, std::size_t cols) {
  matrix X = tailor::make_matrix<double>(rows, cols);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j)
      X(i, j) =
          std::sin(0.9 * static_cast<double>(i) + 1.7 * static_cast<double>(j + 1) * static_cast<double>(i % 3 + 1));
  return X;
}

/// With layers that act otherwise in training, and two outputs.
auto mixed_network() {
  auto net =
      mlp::make_sequential<double>(mlp::dropout{0.5}, mlp::dense{5, mlp::gelu{}}, mlp::batch_norm{},
                                   mlp::dense{4, mlp::tanh{}}, mlp::layer_norm{}, mlp::dropout{0.3}, mlp::dense{2});
  net.build(3, 4);
  net.set_weights("batch_normalization/moving_mean", std::vector<double>{0.1, -0.2, 0.3, 0, 0.5});
  net.set_weights("batch_normalization/moving_variance", std::vector<double>{0.5, 2, 0.3, 1, 0.7});
  net.set_weights("batch_normalization/gamma", std::vector<double>{1, 2, -1, 0.5, 1.5});
  return net;
}

/// y = Σ w x, without a `run`.
struct linear_model {
  std::vector<double> w;
  std::vector<double> predict(const matrix& X) const {
    std::vector<double> y(X.shape()[0], 0.0);
    for (std::size_t i = 0; i < y.size(); ++i)
      for (std::size_t j = 0; j < w.size(); ++j) y[i] += w[j] * X(i, j);
    return y;
  }
};

double negative_error(tailor::span<const double> p, const std::vector<double>& y) {
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum -= (p[i] - y[i]) * (p[i] - y[i]);
  return sum / static_cast<double>(y.size());
}

struct customers {
  data::table rows =
      data::table({data::table_column::of_numbers("age", {20, 40, NAN, 60, 30, 50}),
                   data::table_column::of_texts("plan", std::vector<std::string>{"a", "b", "a", "b", "c", "c"}),
                   data::table_column::of_dates("since", {0, 951782400, 86400, 172800, 1e9, -86400}),
                   data::table_column::of_texts("left", std::vector<std::string>{"y", "n", "y", "n", "y", "n"})});
  data::feature_encoder encoder = [] {
    data::feature_options options;
    options.target = "left";
    options.min_frequency = 1;
    return data::feature_encoder(options);
  }();
  customers() { encoder.fit(rows); }
};

}  // namespace

TEST_CASE("network: the input gradient is that of predictions, by central differences") {
  const auto net = mixed_network();
  const matrix X = wave(300, 3);
  constexpr double h = 1e-5;
  for (std::size_t output = 0; output < 2; ++output) {
    const matrix slopes = net.input_gradient(X, output);
    REQUIRE(slopes.shape()[0] == 300);
    for (std::size_t j = 0; j < 3; ++j) {
      matrix up = X, down = X;
      for (std::size_t i = 0; i < 300; ++i) {
        up(i, j) += h;
        down(i, j) -= h;
      }
      const matrix a = net.predict(up), b = net.predict(down);
      for (std::size_t i = 0; i < 300; ++i)
        CHECK(slopes(i, j) == doctest::Approx((a(i, output) - b(i, output)) / (2 * h)).epsilon(1e-6));
    }
  }
  tailor::run_options two;
  two.threads = 2;
  CHECK(net.input_gradient(X, 1, two) == net.input_gradient(X, 1));
  CHECK_THROWS_AS(net.input_gradient(X, 2), tailor::value_error);
  CHECK_THROWS_AS(net.input_gradient(wave(3, 2)), tailor::shape_error);
  CHECK_THROWS_AS(mlp::make_sequential<double>(mlp::dense{1}).input_gradient(X), tailor::not_fitted_error);
}

TEST_CASE("integrated gradients add up to the difference of the outputs") {
  const auto net = mixed_network();
  const matrix X = wave(20, 3);
  const std::vector<double> baseline = {0.2, -0.1, 0.4};
  matrix at_baseline = tailor::make_matrix<double>(1, 3);
  std::copy(baseline.begin(), baseline.end(), at_baseline.begin());
  mlp::integrated_gradients_options options;
  options.output = 1;
  const auto worst = [&](std::size_t steps) {
    options.steps = steps;
    const matrix added = mlp::integrated_gradients<double>(net, X, baseline, options);
    const matrix from = net.predict(at_baseline), to = net.predict(X);
    double largest = 0;
    for (std::size_t i = 0; i < 20; ++i)
      largest = std::max(largest, std::abs(added(i, 0) + added(i, 1) + added(i, 2) - (to(i, 1) - from(0, 1))));
    return largest;
  };
  CHECK(worst(100) < 1e-3);
  CHECK(worst(1000) < 1e-5);
  CHECK(worst(1) > 1e-3);
  tailor::run_options two;
  two.threads = 2;
  CHECK(mlp::integrated_gradients<double>(net, X, baseline, options, two) ==
        mlp::integrated_gradients<double>(net, X, baseline, options));
}

TEST_CASE("integrated gradients of a logistic network share the difference as its logits do") {
  auto net = mlp::make_sequential<double>(mlp::dense{1, mlp::sigmoid{}});
  net.build(3);
  const std::vector<double> w = {0.5, -1.5, 2}, baseline = {1, 0, -1};
  net.set_weights("dense/kernel", w);
  const matrix X = {{2, 1, 0.5}, {1, 0, -1}, {0, -2, 0}};
  mlp::integrated_gradients_options options;
  options.steps = 2000;
  const matrix added = mlp::integrated_gradients<double>(net, X, baseline, options);
  const auto z = [&](const std::vector<double>& x) { return w[0] * x[0] + w[1] * x[1] + w[2] * x[2]; };
  const auto p = [](double logit) { return 1 / (1 + std::exp(-logit)); };
  for (std::size_t i = 0; i < 3; ++i) {
    const double to = z({X(i, 0), X(i, 1), X(i, 2)}), from = z(baseline);
    const double share = to == from ? 0 : (p(to) - p(from)) / (to - from);
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(added(i, j) == doctest::Approx(w[j] * (X(i, j) - baseline[j]) * share).epsilon(1e-6));
  }
}

TEST_CASE("attributions of a logistic regression add up to the difference of its logits") {
  const matrix X = wave(30, 3);
  std::vector<int> y;
  for (std::size_t i = 0; i < 30; ++i) y.push_back(X(i, 1) + 0.3 * X(i, 2) > 0 ? 1 : 0);
  mlp::logistic_regression model;
  CHECK_THROWS_AS(mlp::attributions(model, X, std::vector<double>(3, 0.0)), tailor::not_fitted_error);
  model.fit(X, y);
  const std::vector<double> mean = mlp::average_row(X);
  CHECK(mean[1] == doctest::Approx([&] {
          double sum = 0;
          for (std::size_t i = 0; i < 30; ++i) sum += X(i, 1);
          return sum / 30;
        }()));
  const matrix added = mlp::attributions(model, X, mean);
  const auto z = model.logits(X);
  const double from = std::inner_product(mean.begin(), mean.end(), model.coefficients().begin(), model.intercept());
  for (std::size_t i = 0; i < 30; ++i)
    CHECK(added(i, 0) + added(i, 1) + added(i, 2) == doctest::Approx(z(i) - from).epsilon(1e-10));
  CHECK_THROWS_AS(mlp::attributions(model, X, std::vector<double>(2, 0.0)), tailor::shape_error);
  CHECK_THROWS_AS(mlp::attributions(model, wave(30, 2), mean), tailor::shape_error);
}

TEST_CASE("permutation importance: as a twin that shuffles by hand, for any threads") {
  const linear_model model{{1, 0, -3, 0.5}};
  const matrix X = wave(40, 4);
  std::vector<double> y = model.predict(X);
  for (std::size_t i = 0; i < 40; ++i) y[i] += 0.1 * std::cos(static_cast<double>(i));
  const auto metric = [&](tailor::span<const double> p) { return negative_error(p, y); };
  const std::vector<mlp::feature_group> groups = {{"first", {0}}, {"nothing", {1}}, {"both", {2, 3}}};
  mlp::permutation_options options;
  options.repeats = 4;
  options.seed = 9;
  const mlp::importance_table table = mlp::permutation_importance(model, X, metric, groups, options);
  CHECK(table.score == doctest::Approx(metric(model.predict(X))));
  REQUIRE(table.features.size() == 3);
  CHECK(table.features[0].name == "both");
  CHECK(table.features[1].name == "first");
  CHECK(table.features[2].name == "nothing");
  CHECK(table.features[2].drop.mean == 0);

  for (std::size_t g = 0; g < 3; ++g) {
    double sum = 0;
    for (std::size_t r = 0; r < 4; ++r) {
      std::vector<std::size_t> order(40);
      std::iota(order.begin(), order.end(), std::size_t{0});
      tailor::random::generator random(9, g * 4 + r);
      tailor::random::shuffle(order.begin(), order.end(), random);
      matrix shuffled = X;
      for (const std::size_t j : groups[g].columns)
        for (std::size_t i = 0; i < 40; ++i) shuffled(i, j) = X(order[i], j);
      sum += table.score - metric(model.predict(shuffled));
    }
    const auto& found = *std::find_if(table.features.begin(), table.features.end(),
                                      [&](const auto& f) { return f.name == groups[g].name; });
    CHECK(found.drop.mean == doctest::Approx(sum / 4));
    CHECK(found.drop.n == 4);
    CHECK(found.drop.interval.lower <= found.drop.mean);
  }
  tailor::run_options two;
  two.threads = 2;
  const auto again = mlp::permutation_importance(model, X, metric, groups, options, two);
  CHECK(again.features[0].drop.mean == table.features[0].drop.mean);
  CHECK(again.features[0].drop.interval.upper == table.features[0].drop.interval.upper);
}

TEST_CASE("permutation importance: a network and a logistic regression are asked as they are, bad input is named") {
  const matrix X = wave(25, 3);
  std::vector<int> y;
  for (std::size_t i = 0; i < 25; ++i) y.push_back(X(i, 2) > 0 ? 1 : 0);
  mlp::logistic_regression model;
  model.fit(X, y);
  const auto metric = [&](auto p) {
    double right = 0;
    for (std::size_t i = 0; i < y.size(); ++i) right += (p[i] > 0.5) == (y[i] == 1) ? 1 : 0;
    return right;
  };
  const auto groups = mlp::feature_groups(std::vector<std::string>{"x", "y", "z"});
  const auto of_model = mlp::permutation_importance(model, X, metric, groups);
  CHECK(of_model.features[0].name == "z");
  const auto of_network = mlp::permutation_importance(model.network<double>(), X, metric, groups);
  CHECK(of_network.features[0].drop.mean == doctest::Approx(of_model.features[0].drop.mean));

  mlp::permutation_options none;
  none.repeats = 0;
  CHECK_THROWS_AS(mlp::permutation_importance(model, X, metric, groups, none), tailor::value_error);
  none.repeats = 1;
  none.confidence = 1;
  CHECK_THROWS_AS(mlp::permutation_importance(model, X, metric, groups, none), tailor::value_error);
  CHECK_THROWS_AS(mlp::permutation_importance(model, X, metric, {}), tailor::value_error);
  CHECK_THROWS_AS(mlp::permutation_importance(model, X, metric, {{"w", {3}}}), tailor::value_error);
  CHECK_THROWS_AS(mlp::permutation_importance(model, tailor::make_matrix<double>(0, 3), metric, groups),
                  tailor::value_error);
  CHECK_THROWS_AS(mlp::permutation_importance(
                      model, X, [](auto) { return NAN; }, groups),
                  tailor::value_error);
}

TEST_CASE("reasons: columns of one attribute are added up and said in its own words") {
  const customers c;
  CHECK(c.encoder.names() == std::vector<std::string>{"age", "since", "age=(missing)", "plan=a", "plan=b", "plan=c"});
  CHECK(c.encoder.sources() == std::vector<std::string>{"age", "since", "age", "plan", "plan", "plan"});
  const auto groups = mlp::feature_groups(c.encoder);
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].columns == std::vector<std::size_t>{0, 2});
  CHECK(groups[2].columns == std::vector<std::size_t>{3, 4, 5});

  const std::vector<double> added = {0.5, -0.25, 0.25, 1, 0.5, -0.125};
  const auto why = mlp::reasons_of<double>(c.encoder, c.rows, 1, added);
  REQUIRE(why.up.size() == 2);
  CHECK(why.up[0].text() == "plan is b");
  CHECK(why.up[0].effect == 1.375);
  CHECK(why.up[1].text() == "age is 40");
  CHECK(why.up[1].effect == 0.75);
  REQUIRE(why.down.size() == 1);
  CHECK(why.down[0].text() == "since is 2000-02-29");
  CHECK(why.down[0].effect == -0.25);
  CHECK(mlp::reasons_of<double>(c.encoder, c.rows, 2, added).up[1].text() == "age is missing");
  CHECK(mlp::reasons_of<double>(c.encoder, c.rows, 5, added).down[0].text() == "since is 1969-12-31");
  CHECK(mlp::reasons_of<double>(c.encoder, c.rows, 2, added, 1).up.size() == 1);
  CHECK(mlp::reasons_of<double>(c.encoder, c.rows, 2, std::vector<double>(6, 0.0)).up.empty());

  CHECK_THROWS_AS(mlp::reasons_of<double>(c.encoder, c.rows, 6, added), tailor::value_error);
  CHECK_THROWS_AS(mlp::reasons_of<double>(c.encoder, c.rows, 0, std::vector<double>(5, 0.0)), tailor::shape_error);
  CHECK_THROWS_AS(mlp::reasons_of<double>(c.encoder, c.rows, 0, std::vector<double>(6, NAN)), tailor::value_error);
  CHECK_THROWS_AS(mlp::reasons_of<double>(data::feature_encoder(), c.rows, 0, added), tailor::not_fitted_error);
}

TEST_CASE("integrated gradients: bad input is named") {
  const auto net = mixed_network();
  const matrix X = wave(4, 3);
  const std::vector<double> baseline(3, 0.0);
  mlp::integrated_gradients_options none;
  none.steps = 0;
  CHECK_THROWS_AS(mlp::integrated_gradients<double>(net, X, baseline, none), tailor::value_error);
  none.steps = 2;
  none.output = 2;
  CHECK_THROWS_AS(mlp::integrated_gradients<double>(net, X, baseline, none), tailor::value_error);
  CHECK_THROWS_AS(mlp::integrated_gradients<double>(net, X, std::vector<double>(2, 0.0)), tailor::shape_error);
  CHECK_THROWS_AS(mlp::integrated_gradients<double>(net, X, std::vector<double>(3, NAN)), tailor::value_error);
  CHECK_THROWS_AS(mlp::integrated_gradients<double>(net, wave(4, 2), baseline), tailor::shape_error);
  CHECK_THROWS_AS(mlp::integrated_gradients<double>(mlp::make_sequential<double>(mlp::dense{1}), X, baseline),
                  tailor::not_fitted_error);
  CHECK_THROWS_AS(mlp::average_row(tailor::make_matrix<double>(0, 3)), tailor::value_error);
}
