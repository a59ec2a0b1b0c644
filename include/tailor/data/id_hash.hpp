// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_ID_HASH_HPP
#define TAILOR_DATA_ID_HASH_HPP

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

// How id_map hashes: the same on every platform.

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

/// MurmurHash3's finaliser: a bijection in which every bit of the input moves every bit of the result.
inline std::uint64_t mix64(std::uint64_t h) noexcept {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
  return h ^ (h >> 33);
}

/// The hash of an id of at most eight bytes, the first being the lowest of `word`. Two of them that have the same
/// length never have the same hash, so they need no comparison of bytes.
inline std::uint64_t hash_short_id(std::uint64_t word, std::size_t length, std::uint64_t seed) noexcept {
  return mix64(word ^ seed ^ (length * 0x9e3779b97f4a7c15u));
}

/// Four bytes, the first being the lowest (compilers make one load of it).
inline std::uint64_t load_id_half(const char* p) noexcept {
  const auto byte = [p](int i) { return std::uint32_t{static_cast<unsigned char>(p[i])} << (8 * i); };
  return byte(0) | byte(1) | byte(2) | byte(3);
}
inline std::uint64_t load_id_word(const char* p) noexcept { return load_id_half(p) | load_id_half(p + 4) << 32; }

inline std::uint64_t hash_id(std::string_view id, std::uint64_t seed) noexcept {
  const char* p = id.data();
  std::size_t n = id.size();
  if (n > 8) {
    std::uint64_t h = seed ^ (n * 0x9e3779b97f4a7c15u);
    for (; n > 8; p += 8, n -= 8) h = mix64(h ^ load_id_word(p)) * 5 + 0x52dce729u;
    return mix64(h ^ load_id_word(p + n - 8));  // the last eight, some of them again
  }
  std::uint64_t word = 0;
  if (n == 8) {
    word = load_id_word(p);
  } else if (n >= 4) {
    word = load_id_half(p) | load_id_half(p + n - 4) << (8 * (n - 4));
  } else {
    for (std::size_t i = 0; i < n; ++i) word |= std::uint64_t{static_cast<unsigned char>(p[i])} << (8 * i);
  }
  return hash_short_id(word, id.size(), seed);
}

/// An integer's decimal text, which is the id it stands for. Up to eight characters are made in a register: a hash that
/// loaded what was just stored a byte at a time would wait for the stores, and with them for the lookups before it.
class decimal_id {
 public:
  template <class I>
  explicit decimal_id(I value) noexcept {
    const bool negative = value < 0;
    const auto bits = static_cast<std::uint64_t>(value);
    std::uint64_t magnitude = negative ? std::uint64_t{0} - bits : bits;
    if (magnitude < (negative ? 10'000'000u : 100'000'000u)) {
      auto rest = static_cast<std::uint32_t>(magnitude);
      do {
        word_ = word_ << 8 | ('0' + rest % 10);
        ++size_;
      } while ((rest /= 10) != 0);
      if (negative) {
        word_ = word_ << 8 | std::uint64_t{'-'};
        ++size_;
      }
      for (unsigned i = 0; i < 8; ++i) text_[i] = static_cast<char>(word_ >> (8 * i) & 0xff);
    } else {
      size_ = static_cast<std::size_t>(std::to_chars(text_, text_ + sizeof text_, value).ptr - text_);
    }
  }
  std::string_view view() const noexcept { return {text_, size_}; }
  std::uint64_t hash(std::uint64_t seed) const noexcept {
    return word_ != 0 ? hash_short_id(word_, size_, seed) : hash_id(view(), seed);
  }

 private:
  char text_[24];
  std::uint64_t word_ = 0;
  std::size_t size_ = 0;
};

/// `bool` and the character types are no ids: nobody means them.
template <class T>
inline constexpr bool is_id_integer_v =
    std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> &&
    !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>;

}  // namespace detail
}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
