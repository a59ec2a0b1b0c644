// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_SAFETENSORS_HPP
#define TAILOR_IO_SAFETENSORS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"
#include "checksum.hpp"
#include "file.hpp"
#include "header.hpp"

// The safetensors format: eight bytes, the length of the header; the header, a JSON object that says of each tensor by
// name its type, shape and place, and of the file any texts (`__metadata__`); then the tensors' numbers, row-major and
// little-endian, one after the other without gaps. https://github.com/huggingface/safetensors

namespace tailor {
inline namespace v0 {
namespace io {

/// A safetensors file that lies in memory: what it is made of is checked, and nothing is copied.
class tensor_view {
 public:
  /// An empty one.
  tensor_view() = default;
  /// @param file  all bytes, which must outlive the view
  /// @throws format_error for anything that the format does not allow: a header longer than the file or than 100 MB,
  ///         names that come twice, places that overlap, leave gaps or do not fit type and shape, …
  explicit tensor_view(span<const unsigned char> file);

  const std::map<std::string, std::string>& metadata() const noexcept { return header_.metadata; }
  const std::map<std::string, tensor_place>& tensors() const noexcept { return header_.tensors; }
  bool contains(const std::string& name) const { return header_.tensors.count(name) != 0; }

  /// @throws format_error when there is no such tensor
  const tensor_place& tensor(const std::string& name) const;
  /// The bytes of a tensor.
  span<const unsigned char> bytes(const tensor_place& place) const noexcept {
    return {data_.data() + place.begin, place.end - place.begin};
  }
  /// The numbers of a tensor, row-major, where they lie.
  /// @throws format_error when there is none, when it is of another type, or when it lies where numbers of this type
  ///         cannot be read (that of a file that `save` wrote never does)
  template <class T>
  span<const T> values(const std::string& name) const;

  /// The CRC-32 of all that the file says, in whatever order it lies: key, 0, text, 0 of the metadata but "checksum",
  /// by key; then, of the tensors by name, name, 0, type, 0, shape as "2,3", 0, the CRC-32 of the bytes as eight
  /// hexadecimal digits, 0.
  std::uint32_t checksum() const;
  /// @throws format_error unless the "checksum" of the metadata, if there is one, is that
  void verify() const;

 private:
  tensor_header header_;
  span<const unsigned char> data_;
};

/// A safetensors file on disk, mapped: `tensor_file("model.safetensors").view().values<float>("components")`.
class tensor_file {
 public:
  /// @throws data_error when it cannot be read, format_error when it is no such file
  explicit tensor_file(const std::string& path) : file_(path), view_(file_.bytes()) {}

  const tensor_view& view() const noexcept { return view_; }

 private:
  mapped_file file_;
  tensor_view view_;
};

/// Takes down what is to be a safetensors file. It is told everything twice, by a function that `save_tensors` or
/// `tensors_to_bytes` call twice: to learn what there is, then to write it. So an array has to live no longer than the
/// call that names it, and none is copied.
class tensor_writer {
 public:
  /// @throws value_error for a key that there is already, or a text that is not UTF-8
  void set(const std::string& key, const std::string& text);

  /// An array of this shape, row-major.
  /// @param stride  bytes from one number to the next
  /// @throws value_error for a name that there is already
  template <class T>
  void add(const std::string& name, const std::vector<std::size_t>& shape, const T* values,
           std::size_t stride = sizeof(T));
  void add(const std::string& name, const std::vector<bool>& values) {
    const std::vector<unsigned char> bytes(values.begin(), values.end());
    add_array({"BOOL", {bytes.size()}, 0, 0}, name, bytes.data(), 1, 1);
  }

  /// All bytes, by calls of `out(std::size_t offset, const void* data, std::size_t size)`; `out` may be prepared by
  /// `begin(std::size_t size)`.
  /// @param describe       `void(tensor_writer&)`, which tells the same each time
  /// @param with_checksum  sets the metadata's "checksum"
  template <class Describe, class Begin, class Out>
  static void write(Describe&& describe, Begin&& begin, Out&& out, bool with_checksum);

 private:
  struct source {
    tensor_place place;
    std::size_t element;
    std::uint32_t checksum;
  };
  using output = std::function<void(std::size_t offset, const void* data, std::size_t size)>;

  void add_array(tensor_place place, const std::string& name, const void* values, std::size_t element,
                 std::size_t stride);
  std::string plan(bool with_checksum);

  std::map<std::string, std::string> metadata_;
  std::map<std::string, source> tensors_;
  std::size_t data_begin_ = 0, size_ = 0;
  output out_;  // null when told the first time
};

/// @throws data_error, and what `describe` throws: the file is then what it was
template <class Describe>
void save_tensors(const std::string& path, Describe&& describe, bool with_checksum = true);
template <class Describe>
std::string tensors_to_bytes(Describe&& describe, bool with_checksum = true);

// ---------------------------------------------------------------------------------------------------------------------

inline tensor_view::tensor_view(span<const unsigned char> file) {
  require<format_error>(file.size() >= 8, "safetensors", "at least 8 bytes", file.size());
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | file[i];
  constexpr std::uint64_t most = 100'000'000;  // the format's own limit
  require<format_error>(length <= most && length <= file.size() - 8, "safetensors: length of the header",
                        "at most " + show((std::min)(most, std::uint64_t{file.size() - 8})), length);
  const auto size = static_cast<std::size_t>(length);
  data_ = file.subspan(8 + size, file.size() - 8 - size);
  header_ = detail::read_header(file.subspan(8, size), data_.size());
}

inline const tensor_place& tensor_view::tensor(const std::string& name) const {
  const auto found = header_.tensors.find(name);
  if (found == header_.tensors.end()) throw format_error(describe(name, "a tensor of this name", "none"));
  return found->second;
}

template <class T>
span<const T> tensor_view::values(const std::string& name) const {
  const tensor_place& place = tensor(name);
  require<format_error>(place.dtype == detail::dtype_of<T>(), name, detail::dtype_of<T>(), place.dtype);
  const unsigned char* data = data_.data() + place.begin;
  if (reinterpret_cast<std::uintptr_t>(data) % alignof(T) != 0)
    throw format_error(describe(name, "numbers at a multiple of " + show(alignof(T)) + " bytes", "another place"));
  return {reinterpret_cast<const T*>(data), place.count()};
}

namespace detail {

inline std::string show_checksum(std::uint32_t sum) {
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[sum >> shift & 15];
  return text;
}

/// What `tensor_view::checksum` speaks of, from the sums of the tensors, `sum_of(name, tensor)`.
template <class Sum>
std::uint32_t checksum_of(const tensor_header& header, Sum sum_of) {
  io::checksum sum;
  const auto add = [&sum](const std::string& text) { sum.add(text.c_str(), text.size() + 1); };
  for (const auto& [key, text] : header.metadata) {
    if (key == "checksum") continue;
    add(key);
    add(text);
  }
  for (const auto& [name, place] : header.tensors) {
    add(name);
    add(place.dtype);
    add(show_list(place.shape));
    add(show_checksum(sum_of(name, place)));
  }
  return sum.value();
}

}  // namespace detail

inline std::uint32_t tensor_view::checksum() const {
  return detail::checksum_of(header_, [this](const std::string&, const tensor_place& place) {
    io::checksum sum;
    sum.add(bytes(place).data(), bytes(place).size());
    return sum.value();
  });
}

inline void tensor_view::verify() const {
  const auto said = header_.metadata.find("checksum");
  if (said == header_.metadata.end()) return;
  const std::string is = detail::show_checksum(checksum());
  require<format_error>(said->second == is, "checksum", said->second, is + ": the file is damaged");
}

inline void tensor_writer::set(const std::string& key, const std::string& text) {
  if (out_) return;
  require(detail::json_text(key) && detail::json_text(text), key, "a text in UTF-8", "other bytes");
  require(metadata_.emplace(key, text).second, key, "a name that is new", "one that there is already");
}

template <class T>
void tensor_writer::add(const std::string& name, const std::vector<std::size_t>& shape, const T* values,
                        std::size_t stride) {
  add_array({detail::dtype_of<T>(), shape, 0, 0}, name, values, sizeof(T), stride);
}

namespace detail {

/// Calls `f(data, size)` for `count` numbers that stand `stride` bytes apart, in pieces without gaps.
template <class F>
void each_piece(const void* values, std::size_t count, std::size_t element, std::size_t stride, F&& f) {
  if (count == 0) return;
  if (stride == element) return f(values, count * element);
  const auto* from = static_cast<const unsigned char*>(values);
  std::vector<unsigned char> piece((std::min)(count, std::size_t{8192}) * element);
  for (std::size_t done = 0; done < count;) {
    const std::size_t n = (std::min)(count - done, std::size_t{8192});
    for (std::size_t i = 0; i < n; ++i) std::memcpy(piece.data() + i * element, from + (done + i) * stride, element);
    f(static_cast<const void*>(piece.data()), n * element);
    done += n;
  }
}

}  // namespace detail

inline void tensor_writer::add_array(tensor_place place, const std::string& name, const void* values,
                                     std::size_t element, std::size_t stride) {
  const std::size_t count = place.count();
  if (!out_) {
    require(name != "__metadata__" && detail::json_text(name), "tensor", "a name in UTF-8", name);
    io::checksum sum;
    detail::each_piece(values, count, element, stride,
                       [&sum](const void* data, std::size_t size) { sum.add(data, size); });
    const bool is_new = tensors_.emplace(name, source{std::move(place), element, sum.value()}).second;
    require(is_new, name, "a name that is new", "one that there is already");
    return;
  }
  const auto known = tensors_.find(name);
  require(known != tensors_.end() && known->second.place.shape == place.shape, name, "what was told before",
          "something else: it changed while it was saved");
  std::size_t at = data_begin_ + known->second.place.begin;
  detail::each_piece(values, count, element, stride, [&](const void* data, std::size_t size) {
    out_(at, data, size);
    at += size;
  });
}

/// Finds a place for everything. Returns what comes before the tensors.
inline std::string tensor_writer::plan(bool with_checksum) {
  // The widest numbers first, so that all lie at multiples of their size.
  std::vector<std::pair<const std::string, source>*> order;
  for (auto& tensor : tensors_) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->second.element > b->second.element; });
  tensor_header header{metadata_, {}};
  std::size_t at = 0;
  for (auto* tensor : order) {
    tensor_place& place = tensor->second.place;
    place.begin = at;
    at += place.count() * tensor->second.element;
    place.end = at;
    header.tensors[tensor->first] = place;
  }
  if (with_checksum)
    header.metadata["checksum"] = detail::show_checksum(detail::checksum_of(
        header, [this](const std::string& name, const tensor_place&) { return tensors_.at(name).checksum; }));
  std::string text = detail::write_header(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string begin(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) begin[i] = static_cast<char>(std::uint64_t{text.size()} >> (8 * i) & 255);
  data_begin_ = 8 + text.size();
  size_ = data_begin_ + at;
  return begin + text;
}

template <class Describe, class Begin, class Out>
void tensor_writer::write(Describe&& describe, Begin&& begin, Out&& out, bool with_checksum) {
  tensor_writer writer;
  describe(writer);
  const std::string first = writer.plan(with_checksum);
  begin(writer.size_);
  out(std::size_t{0}, static_cast<const void*>(first.data()), first.size());
  writer.out_ = std::ref(out);
  describe(writer);
}

template <class Describe>
void save_tensors(const std::string& path, Describe&& describe, bool with_checksum) {
  detail::replace_file(path, [&](auto out) {
    tensor_writer::write(
        describe, [](std::size_t) {}, out, with_checksum);
  });
}

template <class Describe>
std::string tensors_to_bytes(Describe&& describe, bool with_checksum) {
  std::string bytes;
  const auto out = [&bytes](std::size_t offset, const void* data, std::size_t size) {
    std::memcpy(&bytes[offset], data, size);
  };
  tensor_writer::write(
      describe, [&bytes](std::size_t size) { bytes.resize(size); }, out, with_checksum);
  return bytes;
}

}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
