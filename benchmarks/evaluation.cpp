// SPDX-License-Identifier: BSD-3-Clause
// What evaluating costs beyond scoring: a fitted model asked about every user of MovieLens-1M's shape (6,040 users ×
// 3,706 items, 25 % of each user's events held back), beside its bare scoring of the same users. The limit is 1: scores
// that nobody looks at. The label says the ratio, medians of both taken in turns in the same run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <tailor/evaluation.hpp>
#include <tailor/recommender/item_knn.hpp>
#include <tailor/recommender/popularity.hpp>
#include <vector>

#include "support/machine.hpp"
#include "support/ml1m_shape.hpp"

namespace {

namespace evaluation = tailor::evaluation;
namespace recommender = tailor::recommender;
using cosine_item_knn = recommender::basic_item_knn<float, tailor::similarity::cosine>;

template <class Work>
double seconds_of(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

const evaluation::split& parts() {
  static const evaluation::split both =
      evaluation::stratified_split(tailor::data::interactions(benchmarks::ml1m_shape(true)));
  return both;
}

template <class Model>
void score_everybody(const Model& model) {
  std::vector<float> scores(model.n_items());
  for (std::size_t u = 0; u < model.n_users(); ++u) {
    model.score(tailor::user_index(u), tailor::span<float>(scores));
    benchmark::DoNotOptimize(scores.data());
    benchmark::ClobberMemory();
  }
}

template <class Model>
void evaluate(benchmark::State& state, Model model) {
  model.fit(parts().train);
  evaluation::ranking_options options;
  if (state.range(0) == 3) options.cutoffs = {20, 50, 100};
  options.auc = state.range(1) != 0;
  tailor::run_options one;
  one.threads = 1;
  std::vector<double> evaluating, scoring;
  for (auto _ : state) {
    evaluating.push_back(
        seconds_of([&] { benchmark::DoNotOptimize(evaluation::evaluate_ranking(model, parts().test, options, one)); }));
    scoring.push_back(seconds_of([&] { score_everybody(model); }));
    state.SetIterationTime(evaluating.back());
  }
  char label[64];
  std::snprintf(label, sizeof label, "scoring alone %.1f ms: %.2f times it", 1e3 * median(scoring),
                median(evaluating) / median(scoring));
  state.SetLabel(label);
}

void evaluate_item_knn(benchmark::State& state) {
  recommender::basic_knn_options<tailor::similarity::cosine> options;
  options.k = 100;
  evaluate(state, cosine_item_knn(options));
}
void evaluate_popularity(benchmark::State& state) { evaluate(state, recommender::popularity()); }

BENCHMARK(evaluate_item_knn)
    ->ArgNames({"cutoffs", "auc"})
    ->ArgsProduct({{1, 3}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();
BENCHMARK(evaluate_popularity)
    ->ArgNames({"cutoffs", "auc"})
    ->ArgsProduct({{1, 3}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();

}  // namespace

int main(int argc, char** argv) {
  benchmarks::describe_machine();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
