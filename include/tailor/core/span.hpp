// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_SPAN_HPP
#define TAILOR_CORE_SPAN_HPP

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

namespace tailor {
inline namespace v0 {

namespace detail {

/// Whether all of a container lies in one run from `data()`, or, for an xtensor view, from `data() + data_offset()`.
/// xtensor says so in `static_layout`, where 0 means strides known at run time only.
template <class C, class = void>
struct is_one_run : std::true_type {};
template <class C>
struct is_one_run<C, std::void_t<decltype(C::static_layout)>>
    : std::bool_constant<static_cast<int>(C::static_layout) != 0> {};

template <class C, class = void>
struct has_data_offset : std::false_type {};
template <class C>
struct has_data_offset<C, std::void_t<decltype(std::declval<C&>().data_offset())>> : std::true_type {};

template <class C>
constexpr auto first_of(C& container) noexcept {
  if constexpr (has_data_offset<C>::value)
    return container.data() + container.data_offset();
  else
    return container.data();
}

template <class C>
using element_of = std::remove_pointer_t<decltype(std::declval<C&>().data())>;

}  // namespace detail

/// A run of `T`s that somebody else owns: the part of `std::span` (C++20) that a C++17 library needs.
template <class T>
class span {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;
  using iterator = T*;

  constexpr span() noexcept = default;
  constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}

  /// From anything that holds its `T`s in one run: vector, array, string, another span, xt::xtensor of any rank, in the
  /// order of its memory, and views of whole rows of one. A column's view has gaps and does not compile.
  template <class C, class = std::enable_if_t<!std::is_same_v<std::decay_t<C>, span> &&
                                              detail::is_one_run<std::decay_t<C>>::value &&
                                              std::is_convertible_v<detail::element_of<C> (*)[], T (*)[]> &&
                                              std::is_convertible_v<decltype(std::declval<C&>().size()), std::size_t>>>
  constexpr span(C&& container) noexcept : data_(detail::first_of(container)), size_(container.size()) {}

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T& operator[](std::size_t i) const noexcept { return data_[i]; }
  constexpr T& front() const noexcept { return data_[0]; }
  constexpr T& back() const noexcept { return data_[size_ - 1]; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr span subspan(std::size_t offset, std::size_t count) const noexcept { return {data_ + offset, count}; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

template <class C>
span(C&&) -> span<detail::element_of<C>>;

}  // namespace v0
}  // namespace tailor

#endif
