// SPDX-License-Identifier: BSD-3-Clause
// k-NN models at MovieLens-1M's shape: fitting item_knn and recommending ten items to every user, beside implicit's
// CosineRecommender; one user served from a history, without refitting; user_knn's ratings. Fitting the other models of
// ratings, beside Surprise's.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tailor/recommender.hpp>
#include <vector>

#include "support/machine.hpp"
#include "support/ml1m_shape.hpp"

namespace {

namespace recommender = tailor::recommender;
namespace similarity = tailor::similarity;
using cosine_options = recommender::basic_knn_options<similarity::cosine>;
using cosine_item_knn = recommender::basic_item_knn<float, similarity::cosine>;

tailor::run_options threads(std::int64_t n) {
  tailor::run_options run;
  run.threads = static_cast<std::size_t>(n);
  return run;
}

cosine_item_knn fitted(bool all_ones, std::int64_t k) {
  cosine_options options;
  options.k = static_cast<std::size_t>(k);
  cosine_item_knn model(options);
  model.fit(benchmarks::ml1m_shape(all_ones));
  return model;
}

/// implicit 0.7.3 (g++ -O3) on 2026-11-24 on two cores of an AMD EPYC 7003 (Milan), medians of 5 on data of this shape.
/// Its batch of recommendations is a loop in Python around a scorer in C++ that holds a lock: one thread whatever is
/// asked for; the second figure is that scorer alone.
std::string implicit_fit(bool all_ones, std::int64_t n_threads) {
  const char* seconds = all_ones ? (n_threads == 1 ? "1.126" : "0.574") : (n_threads == 1 ? "1.206" : "0.604");
  return std::string("implicit: ") + seconds + " s";
}
std::string implicit_recommend(std::int64_t k) {
  return k == 100 ? "implicit: 0.81 s, its scorer alone 0.42 s" : "implicit: 0.53 s, its scorer alone 0.16 s";
}

void fit_item_knn(benchmark::State& state) {
  const bool all_ones = state.range(0) != 0;
  const auto data = benchmarks::ml1m_shape(all_ones);
  cosine_options options;
  options.k = 100;
  cosine_item_knn model(options);
  for (auto _ : state) {
    state.PauseTiming();
    auto copy = data;
    state.ResumeTiming();
    model.fit(std::move(copy), threads(state.range(1)));
  }
  state.SetLabel(implicit_fit(all_ones, state.range(1)));
}

void recommend_to_all(benchmark::State& state) {
  const cosine_item_knn model = fitted(true, state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(recommender::recommend_all(model, {}, threads(state.range(1))));
  state.SetLabel(implicit_recommend(state.range(0)));
}

/// Somebody who was not in the data, with the history of a median user.
void recommend_to_a_stranger(benchmark::State& state) {
  const cosine_item_knn model = fitted(true, 100);
  tailor::user_index somebody;
  for (std::size_t u = 0; u < model.n_users(); ++u)
    if (model.history(tailor::user_index(u)).size() == 96) somebody = tailor::user_index(u);
  const auto history = model.history(somebody);
  for (auto _ : state) benchmark::DoNotOptimize(recommender::recommend(model, history));
}

/// All items for one user; the neighbours are looked up in the call.
void user_knn_ratings(benchmark::State& state) {
  using model_type = recommender::basic_user_knn<float, similarity::msd>;
  recommender::basic_knn_options<similarity::msd> options;
  options.mode = recommender::knn_mode::ratings;
  options.k = 40;
  model_type model(options);
  model.fit(benchmarks::ml1m_shape(false));
  std::vector<float> scores(model.n_items());
  std::size_t user = 0;
  for (auto _ : state) {
    model.score(tailor::user_index(user++ % model.n_users()), tailor::span<float>(scores));
    benchmark::DoNotOptimize(scores.data());
  }
}

/// Surprise 1.1.4 (g++ -O2) on 2026-11-24 on one of two busy cores of an AMD EPYC 7003 (Milan), processor time of one
/// fit of the same data.
template <class Model>
void fit_ratings(benchmark::State& state, Model model, const char* peer) {
  const auto data = benchmarks::ml1m_shape(false);
  for (auto _ : state) {
    state.PauseTiming();
    auto copy = data;
    state.ResumeTiming();
    model.fit(std::move(copy), threads(1));
  }
  state.SetLabel(std::string("Surprise: ") + peer);
}

BENCHMARK_CAPTURE(fit_ratings, baseline, recommender::baseline(), "1.7 s")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_ratings, baseline_sgd, recommender::baseline(recommender::bias_options::sgd()), "1.6 s")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_ratings, slope_one, recommender::slope_one(), "27 s")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_ratings, co_clustering, recommender::co_clustering(), "25 s")->Unit(benchmark::kMillisecond);
BENCHMARK(fit_item_knn)
    ->ArgNames({"ones", "threads"})
    ->ArgsProduct({{1, 0}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(recommend_to_all)
    ->ArgNames({"k", "threads"})
    ->ArgsProduct({{100, 20}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(recommend_to_a_stranger)->Unit(benchmark::kMicrosecond);
BENCHMARK(user_knn_ratings)->Unit(benchmark::kMicrosecond);

}  // namespace

int main(int argc, char** argv) {
  benchmarks::describe_machine();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
