// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_INDEX_HPP
#define TAILOR_CORE_INDEX_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>

#include "error.hpp"

namespace tailor {
inline namespace v0 {

/// A position among the users or among the items: 32 bits, built explicitly from any integer and checked then.
/// Two kinds of position are two types, so that swapping a user and an item does not compile.
template <class Kind>
class strong_index {
 public:
  using value_type = std::uint32_t;

  constexpr strong_index() noexcept = default;

  /// @throws value_error when `position` is negative or 2³² or more
  template <class I, class = std::enable_if_t<std::is_integral_v<I> && !std::is_same_v<I, bool>>>
  explicit constexpr strong_index(I position) : value_(checked(position)) {}

  constexpr value_type value() const noexcept { return value_; }
  /// The same as a container's subscript.
  constexpr std::size_t at() const noexcept { return value_; }

  friend constexpr bool operator==(strong_index a, strong_index b) noexcept { return a.value_ == b.value_; }
  friend constexpr bool operator!=(strong_index a, strong_index b) noexcept { return a.value_ != b.value_; }
  friend constexpr bool operator<(strong_index a, strong_index b) noexcept { return a.value_ < b.value_; }
  friend constexpr bool operator>(strong_index a, strong_index b) noexcept { return a.value_ > b.value_; }
  friend constexpr bool operator<=(strong_index a, strong_index b) noexcept { return a.value_ <= b.value_; }
  friend constexpr bool operator>=(strong_index a, strong_index b) noexcept { return a.value_ >= b.value_; }

 private:
  template <class I>
  static constexpr value_type checked(I position) {
    bool fits = true;
    if constexpr (std::is_signed_v<I>) fits = position >= 0;
    if constexpr (sizeof(I) > sizeof(value_type) || (std::is_unsigned_v<I> && sizeof(I) == sizeof(value_type)))
      fits = fits && static_cast<std::uint64_t>(position) <= std::numeric_limits<value_type>::max();
    if (!fits) throw value_error(describe(Kind::name, "an integer from 0 to 4294967295", show(position)));
    return static_cast<value_type>(position);
  }

  value_type value_ = 0;
};

struct user_kind {
  static constexpr const char* name = "user_index";
};
struct item_kind {
  static constexpr const char* name = "item_index";
};

/// Row of a users × items matrix.
using user_index = strong_index<user_kind>;
/// Column of a users × items matrix.
using item_index = strong_index<item_kind>;

}  // namespace v0
}  // namespace tailor

template <class Kind>
struct std::hash<tailor::strong_index<Kind>> {
  std::size_t operator()(tailor::strong_index<Kind> position) const noexcept {
    return std::hash<std::uint32_t>{}(position.value());
  }
};

#endif
