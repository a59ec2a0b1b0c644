// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_BENCHMARKS_SUPPORT_MACHINE_HPP
#define TAILOR_BENCHMARKS_SUPPORT_MACHINE_HPP

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>
#include <tailor/core/linalg.hpp>
#include <vector>

#ifndef TAILOR_BENCHMARK_FLAGS
#define TAILOR_BENCHMARK_FLAGS "unknown flags"
#endif

namespace benchmarks {

inline std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "an unknown CPU";
}

/// Billions of floating-point operations a second of one gemm of 1,024 on one thread, the best of five.
template <class T>
double gemm_rate() {
  constexpr std::size_t n = 1024;
  const std::vector<T> a(n * n, T(0.5)), b(n * n, T(0.25));
  std::vector<T> c(n * n);
  tailor::run_options run;
  run.threads = 1;
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    tailor::linalg::gemm(T(1), tailor::matrix_view<T>{a.data(), n, n}, tailor::matrix_view<T>{b.data(), n, n}, T(0),
                         c.data(), run);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    best = seconds.count() < best ? seconds.count() : best;
  }
  return 2.0 * n * n * n / best / 1e9;
}

/// Tells BLAS to use one thread and says what the figures below were measured on.
inline void describe_machine() {
  const bool told = tailor::use_single_threaded_blas();
  std::printf("%s; %s\nBLAS: %s kernels%s, sgemm %.0f and dgemm %.0f GF/s on one thread\n", cpu_name().c_str(),
              TAILOR_BENCHMARK_FLAGS, tailor::blas_core_name().empty() ? "unknown" : tailor::blas_core_name().c_str(),
              told ? "" : " (could not be told to use one thread)", gemm_rate<float>(), gemm_rate<double>());
}

}  // namespace benchmarks

#endif
