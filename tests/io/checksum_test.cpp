// SPDX-License-Identifier: BSD-3-Clause
// Expected sums are those of zlib's crc32 (Python's zlib module); the first is the check value of the CRC catalogues.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tailor/io/checksum.hpp>

namespace {

std::uint32_t sum_of(const std::string& text) {
  tailor::io::checksum sum;
  sum.add(text.data(), text.size());
  return sum.value();
}

}  // namespace

TEST_CASE("checksum: is zlib's, of any length") {
  CHECK(sum_of("123456789") == 0xcbf43926u);
  CHECK(sum_of("") == 0);
  CHECK(sum_of("a") == 0xe8b7be43u);
  CHECK(sum_of("The quick brown fox jumps over the lazy dog") == 0x414fa339u);
  CHECK(sum_of(std::string(1000, '\0')) == 0x060b1780u);
}

TEST_CASE("checksum: the same in pieces") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * i);
  for (std::size_t cut = 0; cut <= text.size(); cut += 7) {
    tailor::io::checksum sum;
    sum.add(text.data(), cut);
    sum.add(text.data() + cut, text.size() - cut);
    CHECK(sum.value() == sum_of(text));
  }
}
