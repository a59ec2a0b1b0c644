// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_IO_HOSTILE_HPP
#define TAILOR_TESTS_IO_HOSTILE_HPP

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <tailor/io/model_file.hpp>

namespace hostile {

/// A name in the folder of tests; the file is gone at the end.
class temporary_path {
 public:
  explicit temporary_path(const std::string& name) : path_("tailor_io_test_" + name) { std::remove(path_.c_str()); }
  temporary_path(const temporary_path&) = delete;
  temporary_path& operator=(const temporary_path&) = delete;
  ~temporary_path() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A file with this header, in which `{data}` may be followed by so many bytes.
inline std::string file_of(std::string header, std::size_t data_bytes = 0) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>(std::uint64_t{header.size()} >> (8 * i) & 255);
  return file + header + std::string(data_bytes, '\0');
}

/// The same content without a checksum, so that what is wrong with it has to be seen.
inline std::string without_checksum(const std::string& bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  std::string header = bytes.substr(8, static_cast<std::size_t>(length));
  const std::size_t at = header.find("\"checksum\":\"");
  REQUIRE(at != std::string::npos);
  header.erase(at, std::string("\"checksum\":\"01234567\",").size());
  return file_of(header) + bytes.substr(8 + static_cast<std::size_t>(length));
}

/// What became of a hostile file: refused by format_error, or read, and then what is written of it.
template <class Model>
std::string read_again(const std::string& bytes, Model model, bool& refused) {
  refused = false;
  try {
    tailor::io::from_bytes(bytes, model);
  } catch (const tailor::format_error&) {
    refused = true;
    return {};
  }
  return tailor::io::to_bytes(model);
}

/// Cuts a saved model off at every byte and flips every bit: each time it is refused, or the model is the same. Then
/// flips a bit in every byte of one without a checksum: what comes of it is refused, or a model that can be saved.
template <class Model>
void attack(const Model& model) {
  const std::string bytes = tailor::io::to_bytes(model);
  bool refused = false;
  CHECK(read_again(bytes, model, refused) == bytes);
  CHECK(!refused);
  std::size_t other = 0, harmless = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    read_again(bytes.substr(0, size), model, refused);
    other += refused ? 0U : 1U;
  }
  CHECK(other == 0);
  std::string flipped = bytes;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    char& byte = flipped[bit / 8];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    const std::string again = read_again(flipped, model, refused);
    other += refused || again == bytes ? 0U : 1U;
    harmless += refused ? 0U : 1U;
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
  }
  CHECK(other == 0);
  CHECK(harmless < 400);  // blanks at the end of the header, the name of the checksum, the version
  flipped = without_checksum(bytes);
  for (std::size_t bit = 0; bit < 8 * flipped.size(); bit += 9) {
    char& byte = flipped[bit / 8];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    CHECK_NOTHROW(read_again(flipped, model, refused));
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
  }
}

}  // namespace hostile

#endif
