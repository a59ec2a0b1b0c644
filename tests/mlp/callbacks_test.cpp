// SPDX-License-Identifier: BSD-3-Clause
// Losses by epoch are chosen by hand: a network of one weight that moves by a rate we set.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <tailor/mlp/callbacks.hpp>
#include <tailor/mlp/layers.hpp>
#include <tailor/mlp/losses.hpp>
#include <tailor/mlp/model.hpp>
#include <tailor/mlp/optimizers.hpp>
#include <vector>

namespace {

namespace mlp = tailor::mlp;

/// Predicts its weight w for x = 1 and y = 0, so that the loss of mae is |w|; steps are the schedule's.
struct walker {
  explicit walker(std::vector<double> steps) {
    net.add(mlp::dense{1, mlp::linear{}, false});
    mlp::sgd o;
    o.learning_rate = [steps](std::size_t t) { return t < steps.size() ? steps[t] : 0.0; };
    net.build(1);
    net.set_weights("dense/kernel", std::vector<double>{10});
    net.compile(mlp::mae{}, o);
  }
  mlp::history fit(std::size_t epochs, std::vector<mlp::callback<double>> callbacks) {
    mlp::basic_fit_options<double> options;
    options.epochs = epochs;
    options.callbacks = std::move(callbacks);
    const tailor::dense_matrix<double> x = {{1}};
    return net.fit(x, std::vector<int>{0}, options);
  }
  double weight() const { return net.weights("dense/kernel")[0]; }

  mlp::model<double> net;
};

}  // namespace

TEST_CASE("callbacks: early stopping waits for `patience` epochs and restores the best weights") {
  mlp::early_stopping stop;
  stop.monitor = "loss";
  stop.patience = 2;
  // |w| before each step: 10 8 8 8 8, better once.
  walker plain({2, 0, 0, 0, 0});
  CHECK(plain.fit(10, {stop})["loss"] == std::vector<double>{10, 8, 8, 8});
  // 10 4 7 9: the weights at the end of the best epoch, 4, had already moved on to 7.
  struct up {
    double operator()(std::size_t t) const { return t == 0 ? 6 : 0; }
  };
  stop.restore_best_weights = true;
  walker worse({});
  mlp::sgd o;
  o.learning_rate = up{};
  worse.net.compile(mlp::mae{}, o);
  CHECK(worse.fit(10, {stop})["loss"] == std::vector<double>{10, 4, 4, 4});
  CHECK(worse.weight() == 4);
  // A second training begins afresh.
  CHECK(worse.fit(10, {stop})["loss"].size() == 3);
}

TEST_CASE("callbacks: the best weights come back also when no epoch was too many") {
  mlp::early_stopping stop;
  stop.monitor = "loss";
  stop.patience = 100;
  stop.restore_best_weights = true;
  walker w({4, 3, -5, -6});
  std::vector<double> seen;
  w.fit(4, {stop,
            [&](const mlp::epoch_report<double>& report) { seen.push_back(report.net.weights("dense/kernel")[0]); }});
  CHECK(seen == std::vector<double>{6, 3, 8, 14});
  CHECK(w.weight() == 8);  // at the end of the epoch that began with 3, the least loss
}

TEST_CASE("callbacks: a plateau lowers the rate, not below the least") {
  mlp::reduce_on_plateau lower;
  lower.monitor = "loss";
  lower.factor = 0.5;
  lower.patience = 2;
  lower.min_rate = 0.3;
  walker w(std::vector<double>(20, 1));
  std::vector<double> rates;
  mlp::basic_fit_options<double> options;
  options.epochs = 8;
  options.callbacks = {lower,
                       [&](const mlp::epoch_report<double>& report) { rates.push_back(report.net.learning_rate()); }};
  const tailor::dense_matrix<double> x = {{0}};  // whatever the weight: the loss is 1
  w.net.fit(x, std::vector<int>{1}, options);
  CHECK(rates == std::vector<double>{1, 1, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3});
}

TEST_CASE("callbacks: early stopping with a baseline, a late start, a direction") {
  mlp::early_stopping stop;
  stop.monitor = "loss";
  stop.patience = 3;
  stop.baseline = 5;
  // 10 9 8 7 7: better each time, but never than the baseline, and so the first epoch that is not better is the last.
  CHECK(walker({1, 1, 1}).fit(10, {stop})["loss"] == std::vector<double>{10, 9, 8, 7, 7});
  stop = {};
  stop.monitor = "loss";
  stop.patience = 1;
  stop.start_from_epoch = 3;
  CHECK(walker({}).fit(10, {stop}).epochs() == 5);
  stop.start_from_epoch = 0;
  stop.which = mlp::better::larger;
  CHECK(walker({2, -1, -1}).fit(10, {stop})["loss"] == std::vector<double>{10, 8});
}

TEST_CASE("callbacks: after a plateau, epochs of cooldown are not counted") {
  mlp::reduce_on_plateau lower;
  lower.monitor = "loss";
  lower.factor = 0.5;
  lower.patience = 2;
  lower.cooldown = 2;
  walker w(std::vector<double>(20, 1));
  std::vector<double> rates;
  mlp::basic_fit_options<double> options;
  options.epochs = 8;
  options.callbacks = {lower,
                       [&](const mlp::epoch_report<double>& report) { rates.push_back(report.net.learning_rate()); }};
  w.net.fit(tailor::dense_matrix<double>{{0}}, std::vector<int>{1}, options);
  CHECK(rates == std::vector<double>{1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25});
}

TEST_CASE("callbacks: options that make no sense are refused") {
  using callback = mlp::callback<double>;
  mlp::early_stopping stop;
  stop.min_delta = -1;
  CHECK_THROWS_AS(callback{stop}, tailor::value_error);
  mlp::reduce_on_plateau lower;
  lower.factor = 1;
  CHECK_THROWS_AS(callback{lower}, tailor::value_error);
}

TEST_CASE("callbacks: a checkpoint is called when it is better than ever, or always") {
  std::vector<std::size_t> epochs;
  const auto note = [&](const mlp::epoch_report<double>& report) { epochs.push_back(report.epoch); };
  walker w({2, -1, 0, 3, 0});
  w.fit(5, {mlp::checkpoint{note, "loss", true}});  // 10 8 9 9 6
  CHECK(epochs == std::vector<std::size_t>{0, 1, 4});
  epochs.clear();
  w.fit(2, {mlp::checkpoint{note}});
  CHECK(epochs == std::vector<std::size_t>{0, 1});
}

TEST_CASE("callbacks: a function may stop, and what it throws undoes the training") {
  walker w(std::vector<double>(10, 1));
  CHECK(w.fit(10, {[](const mlp::epoch_report<double>& report) { return report.epoch < 2; }}).epochs() == 3);
  CHECK(w.weight() == 7);
  CHECK_THROWS_AS(w.fit(10, {[](const mlp::epoch_report<double>&) { throw tailor::value_error("no"); }}),
                  tailor::value_error);
  CHECK(w.weight() == 7);
  mlp::early_stopping stop;  // there is no val_loss
  CHECK_THROWS_AS(w.fit(10, {stop}), tailor::value_error);
  CHECK(w.weight() == 7);
}

TEST_CASE("callbacks: the CSV log has a line an epoch") {
  const std::string path = "mlp_callbacks_test.csv";
  walker w({2, 1});
  w.fit(2, {mlp::csv_log{path}});
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  CHECK(text.str() == "epoch,loss\n0,10\n1,8\n");
  std::remove(path.c_str());
  CHECK_THROWS_AS(w.fit(1, {mlp::csv_log{"no/such/folder/log.csv"}}), tailor::data_error);
}
