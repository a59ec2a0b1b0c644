// SPDX-License-Identifier: BSD-3-Clause
// Reading ratings and numbering ids. Rates are per second of one core's time; the limit of the design stands beside
// each figure. Build with -O2; nothing else (no BLAS, one thread).
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "tailor/data/csv.hpp"
#include "tailor/data/csv_writer.hpp"
#include "tailor/data/id_map.hpp"

namespace {

using tailor::data::csv_reader;
using tailor::data::csv_row;
using tailor::data::id_map;

/// A 64-bit congruential generator: the same table everywhere.
class numbers {
 public:
  std::uint64_t below(std::uint64_t n) {
    return ((state_ = state_ * 6364136223846793005u + 1442695040888963407u) >> 33) % n;
  }

 private:
  std::uint64_t state_ = 1;
};

/// userId,movieId,rating,timestamp as MovieLens writes it, `bytes` long.
std::string ratings(std::size_t bytes, bool quoted = false) {
  numbers random;
  std::string text = "userId,movieId,rating,timestamp\n";
  const std::string quote = quoted ? "\"" : "", between = quote + "," + quote;
  for (std::uint64_t user = 1; text.size() < bytes; ++user)
    for (int i = 0; i < 100; ++i) {
      text.append(quote).append(std::to_string(user)).append(between).append(std::to_string(random.below(60000) + 1));
      text.append(between).append(std::to_string(random.below(5))).append(random.below(2) != 0 ? ".5" : ".0");
      text.append(between).append(std::to_string(800000000 + random.below(700000000))).append(quote).append("\n");
    }
  return text;
}

/// Reads all of `text`, then says how fast.
template <class OnRow>
void read(benchmark::State& state, const std::string& text, const std::vector<tailor::data::csv_column>& columns,
          const char* limit, OnRow on_row) {
  for (auto _ : state) {
    auto reader = csv_reader::from_text(text);
    benchmark::DoNotOptimize(reader.read(columns, on_row).rows);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(text.size()));
  state.SetLabel(limit);
}

struct sums {
  std::size_t characters = 0;
  double ratings = 0;
  std::int64_t times = 0;
  ~sums() {
    benchmark::DoNotOptimize(characters + static_cast<std::size_t>(ratings) + static_cast<std::size_t>(times));
  }
};

void take_four(const csv_row& row, sums& to) {
  to.characters += row.text(0).size() + row.text(1).size();
  to.ratings += row.number<double>(2);
  to.times += row.number<std::int64_t>(3);
}

void csv_four_columns(benchmark::State& state) {
  sums to;
  read(state, ratings(std::size_t{32} << 20), {"userId", "movieId", "rating", "timestamp"}, "limit 400 MB/s",
       [&](const csv_row& row) { take_four(row, to); });
}

void csv_four_quoted_columns(benchmark::State& state) {
  sums to;
  read(state, ratings(std::size_t{32} << 20, true), {"userId", "movieId", "rating", "timestamp"}, "every field quoted",
       [&](const csv_row& row) { take_four(row, to); });
}

void csv_two_columns(benchmark::State& state) {
  sums to;
  read(state, ratings(std::size_t{32} << 20), {"userId", "movieId"}, "more than four columns",
       [&](const csv_row& row) { to.characters += row.text(0).size() + row.text(1).size(); });
}

void csv_count_rows(benchmark::State& state) {
  read(state, ratings(std::size_t{32} << 20), {}, "no column", [](const csv_row&) {});
}

/// As above but from a file, which the system has in memory after the first time.
void csv_file(benchmark::State& state) {
  const std::string path = "tailor_bench_data.csv", text = ratings(std::size_t{32} << 20);
  if (std::FILE* file = std::fopen(path.c_str(), "wb")) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }
  sums to;
  for (auto _ : state) tailor::data::read_csv(path, {0, 1, 2, 3}, [&](const csv_row& row) { take_four(row, to); });
  std::remove(path.c_str());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(text.size()));
  state.SetLabel("limit 400 MB/s");
}

constexpr std::size_t million = 1'000'000;

/// A million ids in random order: an odd multiplier permutes the numbers below 2^20.
std::vector<std::int64_t> integer_ids() {
  std::vector<std::int64_t> ids(million);
  for (std::size_t i = 0; i < million; ++i) ids[i] = static_cast<std::int64_t>(i * 7919 % 1000003) + 1;
  return ids;
}

/// Such as a shop has: "customer-0000123456".
std::vector<std::string> text_ids() {
  std::vector<std::string> ids;
  ids.reserve(million);
  for (const std::int64_t id : integer_ids()) {
    const std::string digits = std::to_string(id);
    ids.push_back("customer-" + std::string(10 - digits.size(), '0') + digits);
  }
  return ids;
}

template <class Id>
void insert_ids(benchmark::State& state, const std::vector<Id>& ids) {
  for (auto _ : state) {
    id_map map;
    for (const Id& id : ids) map.insert(id);
    benchmark::DoNotOptimize(map.size());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(ids.size()));
  state.SetLabel("limit 150 ms");
}

template <class Id>
void find_ids(benchmark::State& state, const std::vector<Id>& ids) {
  const id_map map(ids);
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (std::size_t i = ids.size(); i-- != 0;) sum += map.at(ids[i]);
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(ids.size()));
  state.SetLabel("limit 150 ms");
}

void id_map_insert_integers(benchmark::State& state) { insert_ids(state, integer_ids()); }
void id_map_insert_texts(benchmark::State& state) { insert_ids(state, text_ids()); }
void id_map_find_integers(benchmark::State& state) { find_ids(state, integer_ids()); }
void id_map_find_texts(benchmark::State& state) { find_ids(state, text_ids()); }

BENCHMARK(csv_four_columns)->Unit(benchmark::kMillisecond);
BENCHMARK(csv_four_quoted_columns)->Unit(benchmark::kMillisecond);
BENCHMARK(csv_two_columns)->Unit(benchmark::kMillisecond);
BENCHMARK(csv_count_rows)->Unit(benchmark::kMillisecond);
BENCHMARK(csv_file)->Unit(benchmark::kMillisecond);
BENCHMARK(id_map_insert_integers)->Unit(benchmark::kMillisecond);
BENCHMARK(id_map_insert_texts)->Unit(benchmark::kMillisecond);
BENCHMARK(id_map_find_integers)->Unit(benchmark::kMillisecond);
BENCHMARK(id_map_find_texts)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
