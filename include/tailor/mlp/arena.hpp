// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_ARENA_HPP
#define TAILOR_MLP_ARENA_HPP

#include <cstddef>
#include <limits>
#include <new>
#include <vector>

namespace tailor {
inline namespace v0 {
namespace mlp {
namespace detail {

/// The length of a cache line. A vector load that crosses one costs two: products are a fifth slower on arrays that
/// begin anywhere.
inline constexpr std::size_t line_bytes = 64;

template <class T>
struct line_allocator {
  using value_type = T;

  line_allocator() noexcept = default;
  template <class U>
  line_allocator(const line_allocator<U>&) noexcept {}

  T* allocate(std::size_t n) {
    if (n > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(line_bytes)));
  }
  void deallocate(T* data, std::size_t) noexcept { ::operator delete(data, std::align_val_t(line_bytes)); }

  template <class U>
  bool operator==(const line_allocator<U>&) const noexcept {
    return true;
  }
  template <class U>
  bool operator!=(const line_allocator<U>&) const noexcept {
    return false;
  }
};

/// Numbers that begin a cache line.
template <class T>
using arena = std::vector<T, line_allocator<T>>;

/// n, or a little more, so that what follows begins a line too.
template <class T>
constexpr std::size_t whole_lines(std::size_t n) {
  constexpr std::size_t line = line_bytes / sizeof(T);
  return (n + line - 1) / line * line;
}

}  // namespace detail
}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
