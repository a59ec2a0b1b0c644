// SPDX-License-Identifier: BSD-3-Clause
// Saving and loading a matrix of 10 M ratings (a file of 81 MB), beside what the machine does with the same bytes: a
// plain write with fsync, and a plain read into memory. One thread; the file is in the system's cache when it is read.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <tailor/io/model_file.hpp>
#include <utility>
#include <vector>

#include "tailor/data/csr_matrix.hpp"
#include "tailor/data/id_map.hpp"

namespace {

namespace data = tailor::data;
namespace io = tailor::io;

const std::string path = "bench_io.safetensors";

data::csr_matrix<float> ratings() {
  constexpr std::size_t users = 100000, each = 100, items = 20000;
  std::vector<std::uint64_t> pointers(users + 1);
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  for (std::size_t u = 0; u < users; ++u) {
    for (std::size_t i = 0; i < each; ++i) {
      columns.push_back(static_cast<std::uint32_t>(i * (items / each) + (u * 7 + i * 13) % (items / each)));
      values.push_back(static_cast<float>((u + i) % 10 + 1) / 2);
    }
    pointers[u + 1] = columns.size();
  }
  return {users, items, std::move(pointers), std::move(columns), std::move(values)};
}

void set_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(bytes));
}

void save(benchmark::State& state) {
  const auto model = ratings();
  for (auto _ : state) io::save(model, path);
  set_bytes(state, io::mapped_file(path).bytes().size());
}

void write_and_sync(benchmark::State& state) {
  const std::string bytes = io::to_bytes(ratings());
  for (auto _ : state)
    io::detail::replace_file(path, [&](auto out) { out(std::size_t{0}, bytes.data(), bytes.size()); });
  set_bytes(state, bytes.size());
}

void to_bytes(benchmark::State& state) {
  const auto model = ratings();
  std::size_t size = 0;
  for (auto _ : state) size = io::to_bytes(model).size();
  set_bytes(state, size);
}

void load(benchmark::State& state) {
  io::save(ratings(), path);
  for (auto _ : state) benchmark::DoNotOptimize(io::load<data::csr_matrix<float>>(path).nnz());
  set_bytes(state, io::mapped_file(path).bytes().size());
}

void view(benchmark::State& state) {
  io::save(ratings(), path);
  for (auto _ : state) benchmark::DoNotOptimize(io::tensor_file(path).view().values<float>("values")[12345]);
}

void plain_read(benchmark::State& state) {
  io::save(ratings(), path);
  std::vector<char> bytes(io::mapped_file(path).bytes().size());
  for (auto _ : state) {
    std::vector<char> fresh(bytes.size());
    std::FILE* file = std::fopen(path.c_str(), "rb");
    benchmark::DoNotOptimize(std::fread(fresh.data(), 1, fresh.size(), file));
    std::fclose(file);
  }
  set_bytes(state, bytes.size());
}

void checksum(benchmark::State& state) {
  const std::vector<char> bytes(std::size_t{1} << 26, 'x');
  for (auto _ : state) {
    io::checksum sum;
    sum.add(bytes.data(), bytes.size());
    benchmark::DoNotOptimize(sum.value());
  }
  set_bytes(state, bytes.size());
}

void ids(benchmark::State& state) {
  data::id_map map;
  for (std::size_t i = 0; i < 1000000; ++i) map.insert(i * 7919);
  const std::string bytes = io::to_bytes(map);
  for (auto _ : state) benchmark::DoNotOptimize(io::from_bytes<data::id_map>(bytes).size());
  set_bytes(state, bytes.size());
}

BENCHMARK(save)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(write_and_sync)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(to_bytes)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(load)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(plain_read)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(view)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(checksum)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(ids)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  std::remove(path.c_str());
}
