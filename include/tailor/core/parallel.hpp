// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_PARALLEL_HPP
#define TAILOR_CORE_PARALLEL_HPP

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "progress.hpp"

namespace tailor {
inline namespace v0 {

/// A run of `size` things cut into blocks. The cut depends on the size alone, never on the number of threads: that is
/// what makes every result the same for any number of them.
struct blocks {
  std::size_t size;
  std::size_t block_size;

  /// @throws value_error when block_size is 0
  constexpr std::size_t count() const {
    if (block_size == 0) throw value_error(describe("blocks: block_size", "at least 1", "0"));
    return size / block_size + (size % block_size != 0 ? 1 : 0);
  }
  /// Of a block < count().
  constexpr std::size_t begin(std::size_t block) const noexcept { return block * block_size; }
  constexpr std::size_t end(std::size_t block) const noexcept {
    return begin(block) + (std::min)(block_size, size - begin(block));
  }
};

/// What a parallel loop is told besides its blocks.
struct work_hint {
  /// Elementary steps (about a nanosecond each) in all; below 2,000,000 starting threads costs more than it gives.
  double steps = 1e9;
  /// Named in progress reports; empty = no report.
  std::string_view task = {};
};

/// The number of threads that `requested` stands for: itself, or for 0 what the machine has. At least 1, and at most
/// 256 or what the machine has, so that scratch space for each stays bounded.
inline std::size_t thread_count(std::size_t requested) {
  const std::size_t machine = (std::max)(std::size_t{1}, static_cast<std::size_t>(std::thread::hardware_concurrency()));
  return requested == 0 ? machine : (std::min)(requested, (std::max)(std::size_t{256}, machine));
}

/// Calls `f(worker, block, begin, end)` once for every block, `worker` < `thread_count(run.threads)` naming scratch
/// space that no other call uses at the same time. Blocks start in rising order. When calls throw, no further block
/// starts and the exception of the lowest block is rethrown. Progress is reported on the calling thread, whenever the
/// number of finished blocks has grown; what it throws, or its stop, is an exception too, below every block's.
/// @throws value_error when range.block_size is 0
template <class F>
void parallel_blocks(blocks range, const run_options& run, work_hint hint, F&& f);

/// Maps every block to a value by `map(begin, end)` and folds the values in block order: `fold(fold(init, v0), v1)…`,
/// so that the result has the same bits for any number of threads. Holds a `T` for every block.
template <class T, class Map, class Fold>
T parallel_reduce(blocks range, const run_options& run, work_hint hint, T init, Map&& map, Fold&& fold) {
  std::vector<std::optional<T>> partial(range.count());
  parallel_blocks(range, run, hint, [&](std::size_t, std::size_t block, std::size_t begin, std::size_t end) {
    partial[block].emplace(map(begin, end));
  });
  T total = std::move(init);
  for (std::optional<T>& value : partial) total = fold(std::move(total), std::move(*value));
  return total;
}

namespace detail {

/// The shared state of one parallel loop: which block is next, what failed first.
class block_queue {
 public:
  explicit block_queue(std::size_t count) : count_(count) {}

  /// The next block, or `count` when there is none.
  std::size_t take() noexcept {
    return stopped_.load(std::memory_order_relaxed) ? count_ : (std::min)(count_, next_.fetch_add(1));
  }

  void fail(std::size_t block, std::exception_ptr reason) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (block < failed_block_) {
      failed_block_ = block;
      reason_ = std::move(reason);
    }
    stopped_.store(true, std::memory_order_relaxed);
  }

  void finish_one() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++finished_;
    changed_.notify_one();
  }

  void leave() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++left_;
    changed_.notify_one();
  }

  /// Waits until `workers` have left, calling `report(finished)` whenever that number has grown, the last one included.
  template <class Report>
  void wait(std::size_t workers, Report&& report) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (std::size_t told = 0;;) {
      changed_.wait(lock, [&] { return left_ == workers || finished_ > told; });
      if (finished_ == told) return;
      told = finished_;
      lock.unlock();
      report(told);
      lock.lock();
    }
  }

  void rethrow() const {
    if (reason_) std::rethrow_exception(reason_);
  }

 private:
  const std::size_t count_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t finished_ = 0, left_ = 0;
  std::size_t failed_block_ = static_cast<std::size_t>(-1);
  std::exception_ptr reason_;
};

/// The body of a loop without its type, so that the threads below are compiled once, not once a loop.
struct block_body {
  void* object;
  void (*call)(void* object, std::size_t worker, std::size_t block, std::size_t begin, std::size_t end);
};

inline void run_blocks(blocks range, const run_options& run, work_hint hint, block_body body) {
  const std::size_t count = range.count();
  const std::size_t threads = hint.steps < 2e6 ? 1 : (std::min)(thread_count(run.threads), count);
  const bool reporting = run.progress && !hint.task.empty();
  const auto do_block = [&](std::size_t worker, std::size_t block) {
    body.call(body.object, worker, block, range.begin(block), range.end(block));
  };
  const auto serially = [&] {
    for (std::size_t block = 0; block < count; ++block) {
      do_block(0, block);
      if (reporting) report_progress(run, hint.task, block + 1, count);
    }
  };
  if (threads <= 1) return serially();

  block_queue queue(count);
  const auto work = [&](std::size_t worker) {
    for (std::size_t block = queue.take(); block < count; block = queue.take()) {
      try {
        do_block(worker, block);
        if (reporting) queue.finish_one();
      } catch (...) {
        queue.fail(block, std::current_exception());
      }
    }
  };

  std::vector<std::thread> helpers;
  helpers.reserve(threads);
  // The calling thread works too, unless it has to report: then it waits, so that a progress function that draws or
  // locks never runs on a worker.
  try {
    for (std::size_t worker = reporting ? 0 : 1; worker < threads; ++worker)
      helpers.emplace_back([&work, &queue, worker] {
        work(worker);
        queue.leave();
      });
  } catch (...) {
    // Fewer threads than wished for is no error as long as someone works.
    if (helpers.empty()) return serially();
  }
  if (reporting) {
    queue.wait(helpers.size(), [&, asked_to_stop = false](std::size_t finished) mutable {
      if (asked_to_stop) return;
      try {
        report_progress(run, hint.task, finished, count);
      } catch (...) {
        asked_to_stop = true;
        queue.fail(count, std::current_exception());
      }
    });
  } else {
    work(0);
  }
  for (std::thread& helper : helpers) helper.join();
  queue.rethrow();
}

}  // namespace detail

template <class F>
void parallel_blocks(blocks range, const run_options& run, work_hint hint, F&& f) {
  using body = std::remove_reference_t<F>;
  detail::run_blocks(range, run, hint,
                     {const_cast<void*>(static_cast<const void*>(std::addressof(f))),
                      [](void* object, std::size_t worker, std::size_t block, std::size_t begin, std::size_t end) {
                        (*static_cast<body*>(object))(worker, block, begin, end);
                      }});
}

}  // namespace v0
}  // namespace tailor

#endif
