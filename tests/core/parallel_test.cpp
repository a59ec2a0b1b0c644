// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: plain loops over the same blocks. Run under the thread sanitizer too.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <tailor/core/parallel.hpp>
#include <thread>
#include <utility>
#include <vector>

namespace {

using tailor::blocks;
using tailor::cancelled_error;
using tailor::parallel_blocks;
using tailor::parallel_reduce;
using tailor::progress_report;
using tailor::run_options;
using tailor::work_hint;

run_options on(std::size_t threads) {
  run_options run;
  run.threads = threads;
  return run;
}

struct failed_at : std::runtime_error {
  explicit failed_at(std::size_t at) : std::runtime_error("failed"), block(at) {}
  std::size_t block;
};

/// A report function that notes all it is told and says on which thread, and stops at the `stop`th call.
struct listener {
  struct notes {
    std::vector<std::size_t> done;
    bool elsewhere = false, other_total = false;
    std::size_t stop = std::numeric_limits<std::size_t>::max();
  };
  std::shared_ptr<notes> heard = std::make_shared<notes>();
  std::thread::id home = std::this_thread::get_id();
  std::size_t total;

  explicit listener(std::size_t units) : total(units) {}
  bool operator()(const progress_report& report) const {
    heard->elsewhere |= std::this_thread::get_id() != home;
    heard->other_total |= report.total != total || report.task != "work";
    heard->done.push_back(report.done);
    return heard->done.size() < heard->stop;
  }
};

}  // namespace

TEST_CASE("parallel: blocks cover every position once, whatever the sizes") {
  for (std::size_t size = 0; size <= 50; ++size)
    for (std::size_t block_size = 1; block_size <= 60; ++block_size) {
      const blocks range{size, block_size};
      std::size_t next = 0;
      for (std::size_t block = 0; block < range.count(); ++block) {
        REQUIRE(range.begin(block) == next);
        REQUIRE(range.end(block) > next);
        REQUIRE(range.end(block) - next <= block_size);
        next = range.end(block);
      }
      REQUIRE(next == size);
    }
}

TEST_CASE("parallel: blocks of extreme sizes do not overflow") {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  const blocks one{5, most};
  CHECK(one.count() == 1);
  CHECK(one.end(0) == 5);
  const blocks whole{most, most};
  CHECK(whole.count() == 1);
  CHECK(whole.end(0) == most);
  const blocks two{most, most - 1};
  CHECK(two.count() == 2);
  CHECK(two.end(0) == most - 1);
  CHECK(two.end(1) == most);
  static_assert(blocks{10, 3}.count() == 4);
}

TEST_CASE("parallel: a block size of 0 is an error, not a division") {
  const auto never = [](std::size_t, std::size_t, std::size_t, std::size_t) { FAIL("called"); };
  CHECK_THROWS_AS(parallel_blocks({5, 0}, on(2), {}, never), tailor::value_error);
  CHECK_THROWS_AS(parallel_blocks({0, 0}, on(1), {}, never), tailor::value_error);
  CHECK_THROWS_AS(
      parallel_reduce(
          {5, 0}, on(2), {}, 0, [](std::size_t, std::size_t) { return 0; }, [](int a, int b) { return a + b; }),
      tailor::value_error);
}

TEST_CASE("parallel: thread_count is what was asked for, the machine's for 0, and bounded") {
  CHECK(tailor::thread_count(0) >= 1);
  CHECK(tailor::thread_count(1) == 1);
  CHECK(tailor::thread_count(7) == 7);
  const std::size_t most = tailor::thread_count(std::numeric_limits<std::size_t>::max());
  CHECK(most >= 256);
  CHECK(most <= 100000);
}

TEST_CASE("parallel: every block is worked on once, with its own bounds") {
  for (const std::size_t threads : {0u, 1u, 2u, 4u, 16u})
    for (const std::size_t size : {0u, 1u, 99u, 1000u}) {
      const blocks range{size, 7};
      std::vector<int> touched(size, 0);
      std::vector<int> calls(range.count(), 0);
      parallel_blocks(range, on(threads), {}, [&](std::size_t, std::size_t block, std::size_t begin, std::size_t end) {
        ++calls[block];
        for (std::size_t i = begin; i < end; ++i) ++touched[i];
      });
      CHECK(calls == std::vector<int>(range.count(), 1));
      CHECK(touched == std::vector<int>(size, 1));
    }
}

TEST_CASE("parallel: no two calls share a worker's scratch space, and workers are below thread_count") {
  for (const bool reporting : {false, true})
    for (const std::size_t threads : {1u, 2u, 4u, 9u}) {
      std::vector<std::atomic<int>> inside(threads);
      std::atomic<bool> shared{false}, outside{false};
      run_options run = on(threads);
      if (reporting) run.progress = [](const progress_report&) { return true; };
      parallel_blocks({300, 3}, run, {1e9, "work"}, [&](std::size_t worker, std::size_t, std::size_t, std::size_t) {
        if (worker >= threads) {
          outside = true;
          return;
        }
        if (inside[worker].fetch_add(1) != 0) shared = true;
        std::this_thread::yield();
        inside[worker].fetch_sub(1);
      });
      CHECK_FALSE(shared);
      CHECK_FALSE(outside);
    }
}

TEST_CASE("parallel: small work and a single thread stay on the calling thread, in rising order") {
  const auto home = std::this_thread::get_id();
  for (const auto& [threads, steps] : std::vector<std::pair<std::size_t, double>>{{1, 1e12}, {8, 1e6}, {8, 0.0}}) {
    std::vector<std::size_t> order;
    bool elsewhere = false;
    parallel_blocks({100, 1}, on(threads), {steps},
                    [&](std::size_t worker, std::size_t block, std::size_t, std::size_t) {
                      elsewhere |= std::this_thread::get_id() != home || worker != 0;
                      order.push_back(block);
                    });
    CHECK_FALSE(elsewhere);
    REQUIRE(order.size() == 100);
    for (std::size_t i = 0; i < 100; ++i) CHECK(order[i] == i);
  }
}

TEST_CASE("parallel: the exception of the lowest block is rethrown, every time") {
  for (const std::size_t threads : {1u, 2u, 4u, 8u})
    for (int round = 0; round < 200; ++round) {
      // Block 5 fails late, the ones behind it at once.
      std::atomic<std::size_t> started{0};
      try {
        parallel_blocks({64, 1}, on(threads), {}, [&](std::size_t, std::size_t block, std::size_t, std::size_t) {
          ++started;
          if (block == 5 && round % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
          if (block >= 5 && block % 2 == 1) throw failed_at(block);
        });
        FAIL("nothing was thrown");
      } catch (const failed_at& failure) {
        REQUIRE(failure.block == 5);
      }
      CHECK(started >= 6);
      if (threads == 1) CHECK(started == 6);
    }
}

TEST_CASE("parallel: after a failure no further block starts") {
  std::atomic<std::size_t> started{0};
  CHECK_THROWS_AS(parallel_blocks({100000, 1}, on(4), {},
                                  [&](std::size_t, std::size_t block, std::size_t, std::size_t) {
                                    ++started;
                                    if (block == 0) throw failed_at(block);
                                    std::this_thread::sleep_for(std::chrono::microseconds(50));
                                  }),
                  failed_at);
  CHECK(started < 100000);
}

TEST_CASE("parallel: the exception of a block wins over the same call's progress") {
  for (int round = 0; round < 50; ++round) {
    run_options run = on(4);
    run.progress = [](const progress_report&) { return true; };
    CHECK_THROWS_AS(parallel_blocks({50, 1}, run, {1e9, "work"},
                                    [&](std::size_t, std::size_t block, std::size_t, std::size_t) {
                                      if (block >= 20) throw failed_at(block);
                                    }),
                    failed_at);
  }
}

TEST_CASE("parallel: a failed loop leaves nothing behind, the next one runs") {
  for (int round = 0; round < 20; ++round) {
    CHECK_THROWS_AS(
        parallel_blocks({10, 1}, on(4), {},
                        [](std::size_t, std::size_t block, std::size_t, std::size_t) { throw failed_at(block); }),
        failed_at);
    std::atomic<int> calls{0};
    parallel_blocks({10, 1}, on(4), {}, [&](std::size_t, std::size_t, std::size_t, std::size_t) { ++calls; });
    CHECK(calls == 10);
  }
}

TEST_CASE("parallel: progress is told on the calling thread, rising, and the last report is the whole") {
  for (const std::size_t threads : {1u, 2u, 4u}) {
    const listener listen(40);
    run_options run = on(threads);
    run.progress = listen;
    for (int round = 0; round < 20; ++round) {
      listen.heard->done.clear();
      parallel_blocks({200, 5}, run, {1e9, "work"}, [](std::size_t, std::size_t, std::size_t, std::size_t) {});
      REQUIRE_FALSE(listen.heard->done.empty());
      CHECK(listen.heard->done.back() == 40);
      CHECK(std::adjacent_find(listen.heard->done.begin(), listen.heard->done.end(),
                               std::greater_equal<std::size_t>()) == listen.heard->done.end());
    }
    CHECK_FALSE(listen.heard->elsewhere);
    CHECK_FALSE(listen.heard->other_total);
  }
}

TEST_CASE("parallel: without a task's name or without blocks nothing is reported") {
  const listener listen(40);
  run_options run = on(2);
  run.progress = listen;
  const auto nothing = [](std::size_t, std::size_t, std::size_t, std::size_t) {};
  parallel_blocks({200, 5}, run, {}, nothing);
  parallel_blocks({0, 5}, run, {1e9, "work"}, nothing);
  CHECK(listen.heard->done.empty());
}

TEST_CASE("parallel: progress that says false stops the work and is not asked again") {
  for (const std::size_t threads : {1u, 2u, 4u})
    for (int round = 0; round < 20; ++round) {
      const listener listen(5000);
      listen.heard->stop = 3;
      run_options run = on(threads);
      run.progress = listen;
      std::atomic<std::size_t> started{0};
      try {
        parallel_blocks({5000, 1}, run, {1e9, "work"}, [&](std::size_t, std::size_t, std::size_t, std::size_t) {
          ++started;
          std::this_thread::sleep_for(std::chrono::microseconds(20));
        });
        FAIL("nothing was thrown");
      } catch (const cancelled_error& stopped) {
        CHECK(std::string(stopped.what()).find("work: cancelled at ") == 0);
      }
      CHECK(listen.heard->done.size() == 3);
      CHECK(started < 5000);
      CHECK_FALSE(listen.heard->elsewhere);
    }
}

TEST_CASE("parallel: what progress throws reaches the caller") {
  for (const std::size_t threads : {1u, 4u}) {
    run_options run = on(threads);
    int asked = 0;
    run.progress = [&asked](const progress_report&) -> bool {
      ++asked;
      throw std::logic_error("mine");
    };
    CHECK_THROWS_AS(
        parallel_blocks({100, 1}, run, {1e9, "work"}, [](std::size_t, std::size_t, std::size_t, std::size_t) {}),
        std::logic_error);
    CHECK(asked == 1);
  }
}

TEST_CASE_TEMPLATE("parallel: a reduction has the same bits for any number of threads", T, float, double) {
  std::vector<T> x(10007);
  std::uint32_t state = 1;
  for (T& value : x) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<T>(state) / T(3e9) - T(0.7);
  }
  const auto sum = [&](std::size_t threads) {
    return parallel_reduce(
        {x.size(), 64}, on(threads), {}, T{0},
        [&](std::size_t begin, std::size_t end) {
          T part = 0;
          for (std::size_t i = begin; i < end; ++i) part += x[i];
          return part;
        },
        [](T a, T b) { return a + b; });
  };
  T want = 0;
  for (std::size_t begin = 0; begin < x.size(); begin += 64) {
    T part = 0;
    for (std::size_t i = begin; i < (std::min)(x.size(), begin + 64); ++i) part += x[i];
    want += part;
  }
  for (int round = 0; round < 20; ++round)
    for (const std::size_t threads : {1u, 2u, 4u, 7u}) {
      const T got = sum(threads);
      REQUIRE(std::memcmp(&got, &want, sizeof want) == 0);
    }
}

TEST_CASE("parallel: a reduction folds in block order, from init, values that only move or are booleans") {
  for (const std::size_t threads : {1u, 4u}) {
    const std::string order = parallel_reduce(
        {26, 1}, on(threads), {}, std::string("<"),
        [](std::size_t begin, std::size_t) {
          return std::string(1, static_cast<char>('a' + static_cast<char>(begin)));
        },
        [](std::string all, std::string next) { return all + next; });
    CHECK(order == "<abcdefghijklmnopqrstuvwxyz");

    const auto moved = parallel_reduce(
        {100, 3}, on(threads), {}, std::make_unique<std::size_t>(0),
        [](std::size_t begin, std::size_t end) { return std::make_unique<std::size_t>(end - begin); },
        [](std::unique_ptr<std::size_t> all, std::unique_ptr<std::size_t> next) {
          *all += *next;
          return all;
        });
    CHECK(*moved == 100);

    for (int round = 0; round < 20; ++round)
      CHECK(parallel_reduce(
          {1000, 1}, on(threads), {}, true, [](std::size_t, std::size_t) { return true; },
          [](bool a, bool b) { return a && b; }));
  }
  CHECK(parallel_reduce(
            {0, 3}, on(4), {}, 42, [](std::size_t, std::size_t) { return 1; }, [](int a, int b) { return a + b; }) ==
        42);
}

TEST_CASE("parallel: a reduction rethrows and can be stopped too") {
  CHECK_THROWS_AS(parallel_reduce(
                      {100, 1}, on(4), {}, 0, [](std::size_t begin, std::size_t) -> int { throw failed_at(begin); },
                      [](int a, int b) { return a + b; }),
                  failed_at);
  run_options run = on(4);
  run.progress = [](const progress_report&) { return false; };
  CHECK_THROWS_AS(parallel_reduce(
                      {100, 1}, run, {1e9, "work"}, 0, [](std::size_t, std::size_t) { return 1; },
                      [](int a, int b) { return a + b; }),
                  cancelled_error);
}
