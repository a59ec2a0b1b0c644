// SPDX-License-Identifier: BSD-3-Clause
// Neighbours of items at MovieLens-1M's shape, beside implicit's fit of the same; dense cosine `pairwise`, beside its
// syrk alone in the same run, both into memory that was touched before; the ten best of a list of scores.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tailor/core/linalg.hpp>
#include <tailor/core/random.hpp>
#include <tailor/core/top_k.hpp>
#include <tailor/similarity.hpp>
#include <vector>

#include "support/machine.hpp"
#include "support/ml1m_shape.hpp"

namespace {

namespace sim = tailor::similarity;

tailor::run_options threads(std::int64_t n) {
  tailor::run_options run;
  run.threads = static_cast<std::size_t>(n);
  return run;
}

/// What `CosineRecommender(K=100, num_threads=…).fit` of implicit 0.7.3 (g++ -O3) took on 2026-11-24 on two cores of an
/// AMD EPYC 7003 (Milan), median of 5 on data of this shape.
std::string implicit_fit(bool all_ones, std::int64_t n_threads) {
  const char* seconds = all_ones ? (n_threads == 1 ? "1.126" : "0.574") : (n_threads == 1 ? "1.206" : "0.604");
  return std::string("implicit 0.7.3 on Milan, 2026-11-24: ") + seconds + " s; goal 1/" + (all_ones ? "5" : "4");
}

/// Transposes users × items, then the 100 nearest items of each item: what fitting an item_knn costs.
void item_neighbours(benchmark::State& state) {
  const bool all_ones = state.range(0) != 0;
  const auto users = benchmarks::ml1m_shape(all_ones);
  const auto run = threads(state.range(1));
  for (auto _ : state) {
    const auto items = tailor::data::transpose(users, run);
    benchmark::DoNotOptimize(sim::neighbours(items.view(), users.view(), sim::cosine{}, 100, run));
  }
  state.SetLabel(implicit_fit(all_ones, state.range(1)));
}

template <class T>
tailor::dense_matrix<T> random_matrix(std::size_t rows, std::size_t cols) {
  auto x = tailor::make_matrix<T>(rows, cols);
  tailor::random::generator draw(1);
  for (T& value : x) value = static_cast<T>(draw.uniform() - 0.5);
  return x;
}

template <class T>
void dense_syrk(benchmark::State& state) {
  const auto x = random_matrix<T>(5000, 1000);
  auto out = tailor::make_matrix<T>(5000, 5000);
  out.fill(T{});
  for (auto _ : state) {
    tailor::linalg::syrk(T{1}, tailor::matrix_view<T>{x.data(), 5000, 1000}, T{}, out.data(), threads(state.range(0)),
                         tailor::linalg::triangle::lower);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetLabel("one triangle");
}

template <class T>
void dense_cosine(benchmark::State& state) {
  const auto x = random_matrix<T>(5000, 1000);
  auto out = tailor::make_matrix<T>(5000, 5000);
  out.fill(T{});
  for (auto _ : state) {
    sim::pairwise_into(out, x, sim::cosine{}, threads(state.range(0)));
    benchmark::DoNotOptimize(out.data());
  }
  state.SetLabel("goal 1.3 x the syrk above");
}

template <class T>
void dense_euclidean(benchmark::State& state) {
  const auto x = random_matrix<T>(5000, 1000);
  auto out = tailor::make_matrix<T>(5000, 5000);
  for (auto _ : state) {
    sim::pairwise_into(out, x, sim::euclidean{}, threads(state.range(0)));
    benchmark::DoNotOptimize(out.data());
  }
}

void dense_neighbours(benchmark::State& state) {
  const auto x = random_matrix<float>(5000, 1000);
  for (auto _ : state) benchmark::DoNotOptimize(sim::neighbours(x, sim::cosine{}, 20, threads(state.range(0))));
}

template <class T>
void ten_best(benchmark::State& state) {
  std::vector<T> scores(3706);
  tailor::random::generator draw(3);
  for (T& score : scores) score = static_cast<T>(draw.uniform());
  tailor::top_k_selector<T> best(10);
  for (auto _ : state) {
    best.reset(10);
    best.offer_all(scores);
    benchmark::DoNotOptimize(best.sorted().data());
  }
  state.SetLabel("of 3,706 scores");
}

BENCHMARK(item_neighbours)
    ->ArgNames({"ones", "threads"})
    ->ArgsProduct({{1, 0}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_TEMPLATE(dense_syrk, float)->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_TEMPLATE(dense_cosine, float)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_TEMPLATE(dense_syrk, double)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_TEMPLATE(dense_cosine, double)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_TEMPLATE(dense_euclidean, float)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(dense_neighbours)->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_TEMPLATE(ten_best, float);
BENCHMARK_TEMPLATE(ten_best, double);

}  // namespace

int main(int argc, char** argv) {
  benchmarks::describe_machine();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
