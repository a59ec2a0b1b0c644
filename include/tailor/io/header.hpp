// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_HEADER_HPP
#define TAILOR_IO_HEADER_HPP

#if !__has_include(<nlohmann/json.hpp>)
#error "tailor: io needs nlohmann-json (Debian: nlohmann-json3-dev); link the CMake target tailor::io"
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"

// The JSON header of a safetensors file. Nothing else in tailor includes nlohmann-json.

namespace tailor {
inline namespace v0 {
namespace io {
namespace detail {

/// The product of some extents. @throws format_error when it is 2⁶² or more, zeros left aside
inline std::size_t count_of(const std::vector<std::size_t>& shape) {
  constexpr std::size_t most = (std::numeric_limits<std::size_t>::max)() / 4;
  std::size_t count = 1;
  bool empty = false;
  for (const std::size_t extent : shape) {
    if (extent == 0) {
      empty = true;
      continue;
    }
    require<format_error>(count <= most / extent, "shape", "extents whose product memory can count", extent);
    count *= extent;
  }
  return empty ? 0 : count;
}

}  // namespace detail

/// Type, shape and place of a tensor.
struct tensor_place {
  std::string dtype;  ///< as the format names it: F32, U8, …
  std::vector<std::size_t> shape;
  std::size_t begin = 0, end = 0;  ///< bytes, from the end of the header

  std::size_t count() const { return detail::count_of(shape); }
};

struct tensor_header {
  std::map<std::string, std::string> metadata;
  std::map<std::string, tensor_place> tensors;
};

namespace detail {

struct dtype_name {
  std::string_view name;
  std::size_t size;
};
inline constexpr std::array<dtype_name, 15> dtypes = {{{"F64", 8},
                                                       {"I64", 8},
                                                       {"U64", 8},
                                                       {"F32", 4},
                                                       {"I32", 4},
                                                       {"U32", 4},
                                                       {"F16", 2},
                                                       {"BF16", 2},
                                                       {"I16", 2},
                                                       {"U16", 2},
                                                       {"I8", 1},
                                                       {"U8", 1},
                                                       {"BOOL", 1},
                                                       {"F8_E4M3", 1},
                                                       {"F8_E5M2", 1}}};

/// How the format names a type of ours.
template <class T>
std::string dtype_of() {
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tailor: io wants a little-endian machine");
#endif
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8, "tailor: a tensor holds numbers of at most 64 bits");
  if constexpr (std::is_same_v<T, bool>)
    return "BOOL";
  else if constexpr (std::is_same_v<T, char>)  // bytes of texts, whether or not it has a sign
    return "U8";
  else
    return (std::is_floating_point_v<T> ? "F" : std::is_signed_v<T> ? "I" : "U") + std::to_string(8 * sizeof(T));
}

/// "2,3"
inline std::string show_list(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t extent : shape) text += (text.empty() ? "" : ",") + std::to_string(extent);
  return text;
}

/// A text as JSON has it, in quotes; nothing when it is not UTF-8.
inline std::optional<std::string> json_text(const std::string& text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

/// Takes a header in as it is parsed: no other JSON than that of the format gets past the first token that is wrong, so
/// that depth and size are bounded by it.
class header_parser {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() { return refuse("a null"); }
  bool boolean(bool) { return refuse("a boolean"); }
  bool number_integer(number_integer_t) { return refuse("a number below 0"); }
  bool number_float(number_float_t, const string_t&) { return refuse("a number that is not whole"); }
  bool binary(binary_t&) { return refuse("bytes"); }

  bool number_unsigned(number_unsigned_t number) {
    if (where_ != place::shape && where_ != place::offsets) return refuse("a number");
    if (number > (std::numeric_limits<std::size_t>::max)()) return refuse("a number too large");
    (where_ == place::shape ? tensor_.shape : offsets_).push_back(static_cast<std::size_t>(number));
    return where_ == place::shape || offsets_.size() <= 2 || refuse("more than two offsets");
  }
  bool string(string_t& text) {
    if (where_ == place::metadata) {
      header_.metadata[key_] = std::move(text);
      return true;
    }
    if (where_ != place::tensor || key_ != "dtype") return refuse("a text");
    tensor_.dtype = std::move(text);
    return true;
  }
  bool key(string_t& name) {
    key_ = std::move(name);
    const bool is_new = where_ == place::file       ? names_.insert(key_).second
                        : where_ == place::metadata ? header_.metadata.count(key_) == 0
                                                    : fields_.insert(key_).second;
    return is_new || refuse("it twice");
  }
  bool start_object(std::size_t) {
    if (where_ == place::outside) {
      where_ = place::file;
    } else if (where_ == place::file) {
      where_ = key_ == "__metadata__" ? place::metadata : place::tensor;
      name_ = key_;
      tensor_ = {};
      offsets_.clear();
      fields_.clear();
    } else {
      return refuse("an object");
    }
    return true;
  }
  bool end_object() {
    if (where_ == place::tensor) {
      key_ = name_;
      if (fields_.size() != 3) return refuse("other than dtype, shape and data_offsets");
      if (offsets_.size() != 2) return refuse("other than two offsets");
      tensor_.begin = offsets_[0];
      tensor_.end = offsets_[1];
      header_.tensors.emplace(name_, std::move(tensor_));
    }
    where_ = where_ == place::file ? place::outside : place::file;
    return true;
  }
  bool start_array(std::size_t) {
    if (where_ != place::tensor || (key_ != "shape" && key_ != "data_offsets")) return refuse("an array");
    where_ = key_ == "shape" ? place::shape : place::offsets;
    return true;
  }
  bool end_array() {
    where_ = place::tensor;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    if (fault_.empty()) fault_ = describe("safetensors: header", "JSON", "something else at byte " + show(position));
    return false;
  }

  const std::string& fault() const noexcept { return fault_; }
  tensor_header take() { return std::move(header_); }

 private:
  enum class place { outside, file, metadata, tensor, shape, offsets };

  bool refuse(std::string_view found) {
    constexpr std::size_t most = 100;
    fault_ = describe("safetensors: header: " + key_.substr(0, most), "as the format says", found);
    return false;
  }

  place where_ = place::outside;
  std::string key_, name_, fault_;
  tensor_place tensor_;
  std::vector<std::size_t> offsets_;
  std::set<std::string> names_, fields_;
  tensor_header header_;
};

/// @throws format_error unless the tensors lie one after the other in all of the data, each as long as its shape says
inline void check_places(const tensor_header& header, std::size_t data_size) {
  std::vector<std::pair<const std::string, tensor_place> const*> order;
  for (const auto& tensor : header.tensors) {
    const auto& [name, place] = tensor;
    const auto type = std::find_if(dtypes.begin(), dtypes.end(),
                                   [&p = place](const dtype_name& known) { return known.name == p.dtype; });
    require<format_error>(type != dtypes.end(), name, "a dtype such as F32", '"' + place.dtype.substr(0, 20) + '"');
    require<format_error>(place.begin <= place.end && place.end <= data_size, name,
                          "data_offsets that rise to at most " + show(data_size),
                          show(place.begin) + " to " + show(place.end));
    const std::size_t bytes = place.end - place.begin;
    require<format_error>(bytes / type->size == place.count() && bytes % type->size == 0, name,
                          show(place.count()) + " numbers of " + show(type->size) + " bytes", show(bytes) + " bytes");
    order.push_back(&tensor);
  }
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::size_t at = 0;
  for (const auto* tensor : order) {
    require<format_error>(tensor->second.begin == at, tensor->first,
                          "a place from " + show(at) + " on, where the last ends", tensor->second.begin);
    at = tensor->second.end;
  }
  require<format_error>(at == data_size, "safetensors", show(at) + " bytes of tensors", data_size);
}

/// @param text  what follows the length  @param data_size  the bytes that follow it
/// @throws format_error
inline tensor_header read_header(span<const unsigned char> text, std::size_t data_size) {
  require<format_error>(!text.empty() && text[0] == '{', "safetensors: header", "JSON that begins with {",
                        "something else");
  header_parser parser;
  const char* first = reinterpret_cast<const char*>(text.data());
  if (!nlohmann::json::sax_parse(first, first + text.size(), &parser)) throw format_error(parser.fault());
  tensor_header header = parser.take();
  check_places(header, data_size);
  return header;
}

/// All names and texts must be UTF-8.
inline std::string write_header(const tensor_header& header) {
  std::string text = "{";
  if (!header.metadata.empty()) {
    text += "\"__metadata__\":";
    char before = '{';
    for (const auto& [key, value] : header.metadata) {
      text.append(1, before).append(*json_text(key)).append(1, ':').append(*json_text(value));
      before = ',';
    }
    text += '}';
  }
  for (const auto& [name, place] : header.tensors) {
    if (text.size() > 1) text += ',';
    text += *json_text(name) + ":{\"dtype\":\"" + place.dtype + "\",\"shape\":[" + show_list(place.shape) +
            "],\"data_offsets\":[" + show(place.begin) + ',' + show(place.end) + "]}";
  }
  return text + '}';
}

}  // namespace detail
}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
