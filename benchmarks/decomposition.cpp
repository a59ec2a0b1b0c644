// SPDX-License-Identifier: BSD-3-Clause
// Truncated SVD and NMF at MovieLens-1M's shape, and the sparse products they spend their time on; PCA of dense
// samples.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tailor/core/random.hpp>
#include <tailor/data/decomposition.hpp>

#include "support/machine.hpp"
#include "support/ml1m_shape.hpp"

namespace {

namespace data = tailor::data;

tailor::run_options threads(std::int64_t n) {
  tailor::run_options run;
  run.threads = static_cast<std::size_t>(n);
  return run;
}

template <class T>
tailor::dense_matrix<T> random_matrix(std::size_t rows, std::size_t cols) {
  auto x = tailor::make_matrix<T>(rows, cols);
  tailor::random::generator draw(1);
  tailor::random::fill_normal(x, draw);
  return x;
}

/// scikit-learn 1.2.1 with scipy 1.10.1 and OpenBLAS 0.3.21 on one thread, 2026-11-24, AMD EPYC 7003 (Milan), medians
/// of 5 on data of this shape.
std::string scikit_learn(const char* seconds) { return std::string("scikit-learn 1.2.1, 1 thread: ") + seconds; }

template <class T>
void sparse_product(benchmark::State& state) {
  auto x = data::cast<T>(benchmarks::ml1m_shape(false));
  if (state.range(0) != 0) x = data::transpose(x);
  const auto b = random_matrix<T>(x.n_columns(), 74);
  auto c = tailor::make_matrix<T>(x.n_rows(), 74);
  for (auto _ : state) {
    data::multiply(x.view(), {b.data(), x.n_columns(), 74}, c.data(), threads(1));
    benchmark::DoNotOptimize(c.data());
  }
  state.SetLabel(scikit_learn(sizeof(T) == 8 ? "(scipy's csr @ dense) 42 ms" : "(scipy's csr @ dense) 37-52 ms"));
}

template <class T>
void truncated_svd(benchmark::State& state) {
  const auto x = data::cast<T>(benchmarks::ml1m_shape(false));
  data::truncated_svd_options options;
  options.n_components = 64;
  for (auto _ : state)
    benchmark::DoNotOptimize(data::basic_truncated_svd<T>(options).fit(x, threads(state.range(0))).components().data());
  state.SetLabel(scikit_learn("TruncatedSVD(64, n_iter=7) 0.82 s in either precision; goal 1/1.5"));
}

void nmf(benchmark::State& state) {
  const auto x = data::cast<double>(benchmarks::ml1m_shape(false));
  data::nmf_options options;
  options.n_components = 20;
  options.tolerance = 0;
  options.max_iter = 20;
  if (state.range(0) != 0) {
    options.loss = data::nmf_loss::kullback_leibler;
    options.solver = data::nmf_solver::multiplicative;
  }
  for (auto _ : state) benchmark::DoNotOptimize(data::nmf(options).fit(x, threads(1)).n_iter());
  state.SetLabel(
      scikit_learn(state.range(0) != 0 ? "NMF(20), 20 iterations, mu, 13.1 s" : "NMF(20), 20 iterations, cd, 0.94 s"));
}

void pca(benchmark::State& state) {
  const auto x = random_matrix<double>(20000, 200);
  for (auto _ : state) benchmark::DoNotOptimize(data::pca().fit(x, threads(1)).components().data());
  state.SetLabel(scikit_learn("PCA(svd_solver=full) 0.76 s"));
}

BENCHMARK_TEMPLATE(sparse_product, double)->ArgName("transposed")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(sparse_product, float)->ArgName("transposed")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(truncated_svd, double)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_TEMPLATE(truncated_svd, float)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(nmf)->ArgName("kullback_leibler")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(pca)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  benchmarks::describe_machine();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
