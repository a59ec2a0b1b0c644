// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_COMMUNICATOR_HPP
#define TAILOR_CORE_COMMUNICATOR_HPP

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"
#include "span.hpp"

namespace tailor {
inline namespace v0 {

/// The communicator of one process: rank 0 of 1. It is every algorithm's default and does nothing, so that an algorithm
/// written for many processes costs one nothing.
///
/// Its members are what every communicator offers. All are collective: each rank calls them in the same order, with as
/// many values as the others unless said otherwise. A container is anything contiguous (vector, array, span,
/// xt::xtensor of any rank) of a trivially copyable element; only its values travel, not its shape.
class self {
 public:
  /// Which of the processes this is, from 0.
  std::size_t rank() const noexcept { return 0; }
  /// How many there are.
  std::size_t size() const noexcept { return 1; }

  /// Replaces each value by its sum over the ranks, on every rank, with the same bits on each.
  template <class C>
  void sum(C&& values) const;

  /// Replaces the values by those of rank `root`, on every rank.
  /// @throws value_error when there is no such rank
  template <class C>
  void broadcast(C&& values, std::size_t root = 0) const;

  /// The values of all ranks in the order of the ranks, on every rank. Ranks may bring different numbers of them.
  template <class C>
  auto gather(const C& values) const;
};

/// Whether C has the members of `self`.
template <class C, class = void>
struct is_communicator : std::false_type {};

template <class C>
inline constexpr bool is_communicator_v = is_communicator<C>::value;

namespace detail {

/// What a communicator moves of a container: a span of what it holds.
template <class C>
auto payload(C& values) {
  using T = element_of<C>;
  static_assert(std::is_trivially_copyable_v<T>, "tailor: a communicator moves trivially copyable elements only");
  return span<T>(values);
}

inline void check_root(std::size_t root, std::size_t size) {
  if (root >= size) throw value_error(describe("root", "a rank below " + std::to_string(size), show(root)));
}

template <class C>
using communicator_members = std::void_t<
    std::enable_if_t<std::is_convertible_v<decltype(std::declval<const C&>().rank()), std::size_t>>,
    std::enable_if_t<std::is_convertible_v<decltype(std::declval<const C&>().size()), std::size_t>>,
    decltype(std::declval<const C&>().sum(std::declval<std::vector<double>&>())),
    decltype(std::declval<const C&>().broadcast(std::declval<std::vector<double>&>(), std::size_t{})),
    std::enable_if_t<std::is_convertible_v<
        decltype(std::declval<const C&>().gather(std::declval<std::vector<double>>())), std::vector<double>>>>;

}  // namespace detail

template <class C>
struct is_communicator<C, detail::communicator_members<C>> : std::true_type {};

template <class C>
void self::sum(C&& values) const {
  using T = std::remove_pointer_t<decltype(detail::payload(values).data())>;
  static_assert(std::is_arithmetic_v<T>, "tailor: sum needs numbers that may be written");
}

template <class C>
void self::broadcast(C&& values, std::size_t root) const {
  using T = std::remove_pointer_t<decltype(detail::payload(values).data())>;
  static_assert(!std::is_const_v<T>, "tailor: broadcast needs values that may be written");
  detail::check_root(root, size());
}

template <class C>
auto self::gather(const C& values) const {
  const auto mine = detail::payload(values);
  return std::vector<typename decltype(mine)::value_type>(mine.begin(), mine.end());
}

}  // namespace v0
}  // namespace tailor

#endif
