// SPDX-License-Identifier: BSD-3-Clause
// The documents' network 100-128-64-1 beside mlpack's FFN and PyTorch: their training run (40 steps), one epoch of
// 100,000 rows at 256, predictions of one row and of 1,024; and training at large batches beside the rate of BLAS alone
// on the same products.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tailor/mlp.hpp>
#include <vector>

#include "support/machine.hpp"

namespace {

namespace mlp = tailor::mlp;

struct rows {
  tailor::dense_matrix<float> x;
  std::vector<int> y;
};

rows noise(std::size_t n) {
  rows made{tailor::make_matrix<float>(n, 100), std::vector<int>(n)};
  tailor::random::generator g(7);
  tailor::random::fill_uniform(made.x, g);
  for (int& label : made.y) label = g.bernoulli(0.5) ? 1 : 0;
  return made;
}

tailor::run_options one_thread() {
  tailor::run_options run;
  run.threads = 1;
  return run;
}

mlp::behaviour_model compiled() {
  mlp::behaviour_model net = mlp::build_model(100);
  net.compile(mlp::binary_crossentropy{}, mlp::adam{}, mlp::accuracy{});
  return net;
}

/// mlpack 4.7.0 (g++ -O3 -march=native) and PyTorch 1.13 (Debian's), one thread each, in the same minutes on 2026-11-24
/// on an AMD EPYC 7003 (Milan), OpenBLAS 0.3.21 with Zen kernels; medians.
void peers(benchmark::State& state, const char* mlpack, const char* torch) {
  state.SetLabel(std::string("mlpack ") + mlpack + ", torch " + torch);
}

void documents_run(benchmark::State& state) {
  const rows data = noise(100);
  const mlp::behaviour_model fresh = compiled();
  mlp::fit_options options;
  options.epochs = 10;
  for (auto _ : state) {
    state.PauseTiming();
    mlp::behaviour_model net = fresh;
    state.ResumeTiming();
    benchmark::DoNotOptimize(net.fit(data.x, data.y, options, one_thread()));
  }
  peers(state, "5.77 ms", "25.4 ms");
}

void epoch_of_100000(benchmark::State& state) {
  const rows data = noise(100000);
  const mlp::behaviour_model fresh = compiled();
  mlp::fit_options options;
  options.batch_size = 256;
  for (auto _ : state) {
    state.PauseTiming();
    mlp::behaviour_model net = fresh;
    state.ResumeTiming();
    benchmark::DoNotOptimize(net.fit(data.x, data.y, options, one_thread()));
  }
  state.counters["GF/s"] =
      benchmark::Counter(100.7e3 * 1e5, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
  peers(state, "292 ms", "415 ms");
}

void predict_one(benchmark::State& state) {
  const mlp::behaviour_model net = compiled();
  const rows data = noise(1);
  float out = 0;
  for (auto _ : state) {
    net.predict(tailor::span<const float>(data.x), tailor::span<float>(&out, 1));
    benchmark::DoNotOptimize(out);
  }
  peers(state, "1.19 us", "37 us");
}

void predict_1024(benchmark::State& state) {
  const mlp::behaviour_model net = compiled();
  const rows data = noise(1024);
  for (auto _ : state) benchmark::DoNotOptimize(net.predict(data.x, one_thread()));
  peers(state, "0.623 ms", "0.606 ms");
}

/// One epoch, unshuffled, without metrics: what training costs besides its products.
void large_batches(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const rows data = noise(16384);
  mlp::behaviour_model net = mlp::build_model(100);
  net.compile(mlp::binary_crossentropy{}, mlp::adam{});
  mlp::fit_options options;
  options.batch_size = batch;
  options.shuffle = false;
  for (auto _ : state) benchmark::DoNotOptimize(net.fit(data.x, data.y, options, one_thread()));
  state.counters["GF/s"] =
      benchmark::Counter(100.7e3 * 16384, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

/// The same products by BLAS alone.
void blas_alone(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const std::size_t widths[] = {100, 128, 64, 1};
  std::vector<float> weights(128 * 128, 0.01f), gradient(128 * 128), a(batch * 128, 0.1f), b(batch * 128, 0.1f);
  const auto view = [](const std::vector<float>& values, std::size_t n, std::size_t m) {
    return tailor::matrix_view<float>{values.data(), n, m};
  };
  const auto run = one_thread();
  for (auto _ : state)
    for (std::size_t done = 0; done < 16384; done += batch)
      for (std::size_t l = 0; l < 3; ++l) {
        const std::size_t in = widths[l], out = widths[l + 1];
        using tailor::linalg::gemm;
        using tailor::linalg::transposed;
        gemm(1.f, view(a, batch, in), view(weights, in, out), 0.f, b.data(), run);
        gemm(1.f, transposed(view(a, batch, in)), view(b, batch, out), 0.f, gradient.data(), run);
        if (l > 0) gemm(1.f, view(b, batch, out), transposed(view(weights, in, out)), 0.f, a.data(), run);
        benchmark::DoNotOptimize(gradient.data());
      }
  state.counters["GF/s"] =
      benchmark::Counter(100.7e3 * 16384, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

BENCHMARK(documents_run)->Unit(benchmark::kMillisecond);
BENCHMARK(epoch_of_100000)->Unit(benchmark::kMillisecond);
BENCHMARK(predict_one)->Unit(benchmark::kNanosecond);
BENCHMARK(predict_1024)->Unit(benchmark::kMillisecond);
BENCHMARK(large_batches)->ArgName("batch")->Arg(256)->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond);
BENCHMARK(blas_alone)->ArgName("batch")->Arg(256)->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  benchmarks::describe_machine();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
