// SPDX-License-Identifier: BSD-3-Clause
// Whether memory is asked for is counted: every `new` of this program passes here.
#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <tailor/mlp/behaviour.hpp>
#include <vector>

namespace {
std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* const memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

// Not inlined: g++ would warn that `delete` frees what it does not see was allocated by malloc.
#if defined(__GNUC__)
#define NOT_INLINED __attribute__((noinline))
#else
#define NOT_INLINED
#endif
NOT_INLINED void* operator new(std::size_t size) { return counted(size + (size == 0), alignof(std::max_align_t)); }
NOT_INLINED void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size + (size == 0), static_cast<std::size_t>(alignment));
}
// std::stable_sort asks in this way; a sanitizer would answer with memory of its own, which is not for std::free.
NOT_INLINED void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size + (size == 0));
}
NOT_INLINED void operator delete(void* memory) noexcept { std::free(memory); }
NOT_INLINED void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
NOT_INLINED void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
NOT_INLINED void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

TEST_CASE("allocations: predicting a row makes none, nor does a further step of training") {
  namespace mlp = tailor::mlp;
  mlp::behaviour_model net = mlp::build_model(100, 1);
  std::vector<float> row(100, 0.25f);
  float out = 0;
  std::size_t before = allocations;
  net.predict(tailor::span<const float>(row), tailor::span<float>(&out, 1));
  CHECK(allocations == before);

  net.compile(mlp::binary_crossentropy{}, mlp::adam{}, mlp::accuracy{});
  const auto of_training = [&](std::size_t rows) {
    auto x = tailor::make_matrix<float>(rows, 100);
    tailor::random::generator g(3);
    tailor::random::fill_uniform(x, g);
    const std::vector<int> y(rows, 1);
    before = allocations;
    net.fit(x, y);
    return allocations - before;
  };
  of_training(64);
  CHECK(of_training(32 * 50) == of_training(32 * 2));
}
