// SPDX-License-Identifier: BSD-3-Clause
// The documents' network of 128, 64 and 1 units: first on their data, which are noise, then on data with something in
// them.
#include <cstdio>
#include <string>
#include <tailor/core/random.hpp>
#include <tailor/mlp.hpp>
#include <vector>

#include "support/program.hpp"

namespace {

namespace mlp = tailor::mlp;
using matrix = tailor::dense_matrix<float>;

constexpr std::size_t n_features = 100;

struct customers {
  matrix X;
  std::vector<int> y;
};

/// The documents' data: numbers between 0 and 1, and labels from a coin.
customers noise(std::size_t n, tailor::random::generator& g) {
  customers made{tailor::make_matrix<float>(n, n_features), {}};
  for (float& x : made.X) x = g.uniform<float>();
  for (std::size_t i = 0; i < n; ++i) made.y.push_back(static_cast<int>(g.below(2)));
  return made;
}

/// The same numbers, but a customer acts when a weighted sum of them is above its mean.
customers planted(std::size_t n, const std::vector<double>& weights, tailor::random::generator& g) {
  customers made = noise(n, g);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n_features; ++j) sum += weights[j] * (static_cast<double>(made.X(i, j)) - 0.5);
    made.y[i] = sum > 0 ? 1 : 0;
  }
  return made;
}

struct outcome {
  std::size_t parameters;
  std::string summary;
  mlp::history history;
  double holdout_accuracy, seconds;

  nlohmann::json as_json() const {
    return {{"parameters", parameters},
            {"loss", history["loss"]},
            {"accuracy", history["accuracy"]},
            {"holdout_accuracy", holdout_accuracy},
            {"seconds", seconds}};
  }
};

outcome run_on(const customers& train, const customers& holdout, std::size_t epochs, const program::common_flags& flags,
               bool with_bar) {
  tailor::run_options run = flags.run;
  if (with_bar) run.progress = tailor::progress_bar(std::cout);
  auto net = mlp::build_model(n_features, flags.seed);
  const program::stopwatch watch;
  mlp::history history = mlp::train_model(net, train.X, train.y, epochs, run);
  const double seconds = watch.seconds();
  return {net.n_parameters(), net.summary(), std::move(history),
          net.evaluate(holdout.X, holdout.y, flags.run)["accuracy"], seconds};
}

void say(const std::string& text) {
  std::printf("%s\n\n", program::wrapped(text, 0, program::terminal_width()).c_str());
}

void show_epochs(const mlp::history& history) {
  std::printf("\n   epoch     loss   accuracy\n");
  for (std::size_t e = 0; e < history.epochs(); ++e)
    std::printf("   %5zu   %6.4f     %5.1f %%\n", e + 1, history["loss"][e], 100 * history["accuracy"][e]);
  std::printf("\n");
}

std::string percent(double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * part);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The documents' 100-feature network, on their noise and on a signal.", "classifier");
  program::common_flags flags;
  flags.add_to(app);
  std::size_t epochs = 10;
  app.add_option("--epochs", epochs, "how often the network sees every customer")
      ->check(program::whole_number(1))
      ->capture_default_str();
  return program::run(app, argc, argv, [&] {
    tailor::random::generator g(flags.seed, 7);
    const customers train = noise(100, g), fresh = noise(1000, g);
    std::vector<double> weights(n_features);
    for (double& w : weights) w = g.normal<double>();
    const customers signal = planted(1600, weights, g), asked = planted(400, weights, g);

    if (flags.json) {
      const outcome on_noise = run_on(train, fresh, epochs, flags, false);
      nlohmann::json object = on_noise.as_json();
      object["planted"] = run_on(signal, asked, epochs, flags, false).as_json();
      program::print_json(object);
      return;
    }
    say("1. The documents' run: 100 customers with 100 random numbers each, and for label a coin. " +
        program::count_of(epochs, "epoch") + ", batches of 32, adam, binary cross-entropy.");
    const outcome on_noise = run_on(train, fresh, epochs, flags, true);
    std::printf("\n%s", on_noise.summary.c_str());
    show_epochs(on_noise.history);
    say("On these customers the last epoch was right in " + percent(on_noise.history["accuracy"].back()) +
        ", on 1,000 new ones the network is right in " + percent(on_noise.holdout_accuracy) +
        ": a coin's 50 %. There is nothing to learn in noise: what the network gained it has memorised. Accuracy on "
        "the "
        "customers that a model was trained on says nothing; measure it on others.");
    say("2. The same network where there is something to learn: a customer acts when a weighted sum of the 100 numbers "
        "is "
        "above its mean. 1,600 customers to train on, 400 others to test.");
    const outcome on_signal = run_on(signal, asked, epochs, flags, true);
    show_epochs(on_signal.history);
    say("On customers it has not seen it is right in " + percent(on_signal.holdout_accuracy) + ".");
    std::printf("Trained in %.1f ms and %.1f ms.\n", 1000 * on_noise.seconds, 1000 * on_signal.seconds);
  });
}
