// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_CHECKSUM_HPP
#define TAILOR_IO_CHECKSUM_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tailor {
inline namespace v0 {
namespace io {
namespace detail {

/// Row k: what a byte does to the sum when k more bytes follow it.
constexpr std::array<std::array<std::uint32_t, 256>, 8> make_crc_tables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320u : 0u);
    tables[0][byte] = sum;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte)
      tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xff];
  return tables;
}
inline constexpr auto crc_tables = make_crc_tables();

}  // namespace detail

/// CRC-32 as zlib's crc32: it tells any change of up to 32 bits in a row, and others but for one in 2³². Eight bytes a
/// step (Kounavis, Berry: A systematic approach to building high performance software-based CRC generators. 2005).
class checksum {
 public:
  void add(const void* data, std::size_t size) noexcept {
    const auto* p = static_cast<const unsigned char*>(data);
    const auto& t = detail::crc_tables;
    std::uint32_t sum = ~sum_;
    for (; size >= 8; p += 8, size -= 8) {
      const std::uint32_t low = sum ^ word(p), high = word(p + 4);
      sum = t[7][low & 0xff] ^ t[6][low >> 8 & 0xff] ^ t[5][low >> 16 & 0xff] ^ t[4][low >> 24] ^ t[3][high & 0xff] ^
            t[2][high >> 8 & 0xff] ^ t[1][high >> 16 & 0xff] ^ t[0][high >> 24];
    }
    for (; size != 0; ++p, --size) sum = (sum >> 8) ^ t[0][(sum ^ *p) & 0xff];
    sum_ = ~sum;
  }
  std::uint32_t value() const noexcept { return sum_; }

 private:
  static std::uint32_t word(const unsigned char* p) noexcept {
    return p[0] | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[3]} << 24;
  }

  std::uint32_t sum_ = 0;
};

}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
