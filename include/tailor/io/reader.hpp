// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_READER_HPP
#define TAILOR_IO_READER_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "../core/error.hpp"
#include "../core/span.hpp"
#include "archive.hpp"
#include "safetensors.hpp"
#include "text.hpp"

namespace tailor {
inline namespace v0 {
namespace io {

/// Fills an object with what a file says of it. Every array is as long as the file says and the file as long as that.
class reader {
 public:
  explicit reader(const tensor_view& file) : file_(file) {}

  template <class T>
  void operator()(std::string_view name, T& value) {
    const detail::path::step step(path_, name);
    read(value);
  }

  /// An object, of the kind and schema that it is to be if it has them.
  /// @throws error of any kind for what does not fit
  template <class T>
  void object(T& value) {
    const bool older = older_;
    if constexpr (detail::has_kind<T>::value) {
      const std::string expected = detail::kind_of<T>(), schema = std::to_string(detail::schema_of<T>());
      const std::string* kind = find(path_.of("kind"));
      require<format_error>(kind != nullptr && *kind == expected, path_.of("kind"), expected,
                            kind != nullptr ? *kind : "none");
      int found = 0;
      const std::string* text = find(path_.of("schema"));
      if (text == nullptr || !detail::parse_text(*text, found) || found < 1 || found > detail::schema_of<T>())
        throw format_error(describe(path_.of("schema"), "at most " + schema + " of " + expected + ", by this version",
                                    text == nullptr ? "none" : *text));
      older_ = found < detail::schema_of<T>();
    }
    value.archive(*this);
    if constexpr (detail::is_made_of_options<T>::value) (void)T(std::as_const(value).options());
    if constexpr (detail::has_loaded<T>::value) value.loaded();
    older_ = older;
  }

 private:
  const std::string* find(const std::string& key) const {
    const auto found = file_.metadata().find(key);
    return found == file_.metadata().end() ? nullptr : &found->second;
  }
  [[noreturn]] void refuse(std::string_view expected, std::string_view found) const {
    throw format_error(describe(path_.text(), expected, found));
  }
  /// The text at the path. @throws format_error when there is none; null then in a file of an older schema
  const std::string* text_here() const {
    const std::string* text = find(path_.text());
    if (text == nullptr && !older_) refuse("a text in the metadata", "none");
    return text;
  }
  /// The tensor at the path, of one dimension unless `rank` says other; the same.
  template <class T>
  const tensor_place* tensor_here(std::size_t rank = 1) const {
    if (older_ && !file_.contains(path_.text())) return nullptr;
    const tensor_place& place = file_.tensor(path_.text());
    if (place.dtype != detail::dtype_of<T>()) refuse(detail::dtype_of<T>(), place.dtype);
    if (place.shape.size() != rank) refuse(show(rank) + " extents", show(place.shape.size()));
    return &place;
  }

  template <class T>
  void read(T& value) {
    if constexpr (detail::is_text_v<T>) {
      if (const std::string* text = text_here())
        if (!detail::parse_text(*text, value)) refuse(detail::values_of<T>(), '"' + text->substr(0, 60) + '"');
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (file_.contains(path_.text()))
        numbers(*tensor_here<char>(), value);
      else if (const std::string* text = text_here())
        value = *text;
    } else if constexpr (detail::is_variant<T>::value) {
      alternative(value, std::make_index_sequence<std::variant_size_v<T>>());
    } else if constexpr (detail::is_pointer<T>::value) {
      pointer(value);
    } else if constexpr (detail::is_vector<T>::value) {
      list(value);
    } else if constexpr (detail::is_tensor<T>::value) {
      matrix(value);
    } else {
      if constexpr (detail::has_name<T>::value)
        if (const std::string* text = text_here(); text != nullptr && *text != T::name) refuse(T::name, *text);
      if constexpr (detail::has_archive<T>::value) object(value);
    }
  }

  template <class T, std::size_t... I>
  void alternative(T& value, std::index_sequence<I...>) {
    const std::string* text = text_here();
    if (text == nullptr) return;
    const bool known = (choose<std::variant_alternative_t<I, T>>(value, *text) || ...);
    if (!known) refuse("the name of a kind that there is", *text);
  }
  template <class Held, class T>
  bool choose(T& value, const std::string& name) {
    if (name != Held::name) return false;
    Held held{};
    read(held);
    value = std::move(held);
    return true;
  }

  template <class P>
  void pointer(P& value) {
    if (const std::string* text = find(path_.text()); text != nullptr && *text == "none") {
      value = nullptr;
      return;
    }
    std::remove_const_t<typename P::element_type> held;
    read(held);
    value = std::make_shared<typename P::element_type>(std::move(held));
  }

  template <class C>
  void numbers(const tensor_place& place, C& values) const {
    const span<const unsigned char> bytes = file_.bytes(place);
    values.resize(place.count());
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  }

  template <class V>
  void list(V& values) {
    using T = typename V::value_type;
    if constexpr (std::is_same_v<T, bool>) {
      const tensor_place* place = tensor_here<bool>();
      if (place == nullptr) return;
      const span<const unsigned char> bytes = file_.bytes(*place);
      for (const unsigned char byte : bytes)
        if (byte > 1) refuse("bytes of 0 and 1", show(static_cast<int>(byte)));
      values.assign(bytes.begin(), bytes.end());
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (const tensor_place* place = tensor_here<T>()) numbers(*place, values);
    } else if constexpr (std::is_same_v<T, std::string>) {
      strings(values);
    } else if constexpr (detail::is_record_v<T>) {
      T first{};
      members<T> columns{*this, first, values, false};
      first.archive(columns);
    } else {
      const std::string* text = text_here();
      if (text == nullptr) return;
      std::size_t size = 0;
      // Each element has at least one entry of its own, so there are no more than these.
      const std::size_t most = file_.metadata().size() + file_.tensors().size();
      if (!detail::parse_text(*text, size) || size > most) refuse("a number up to " + show(most), *text);
      values.clear();
      for (std::size_t i = 0; i < size; ++i) (*this)(std::to_string(i), values.emplace_back());
    }
  }

  void strings(std::vector<std::string>& values) {
    std::vector<char> bytes;
    std::vector<std::uint64_t> offsets;
    (*this)("bytes", bytes);
    (*this)("offsets", offsets);
    values.clear();
    std::uint64_t begin = 0;
    for (const std::uint64_t end : offsets) {
      if (end < begin || end > bytes.size()) refuse("offsets that rise to at most " + show(bytes.size()), show(end));
      values.emplace_back(bytes.data() + begin, static_cast<std::size_t>(end - begin));
      begin = end;
    }
    if (begin != bytes.size()) refuse("a last offset of " + show(bytes.size()), show(begin));
  }

  template <class X>
  void matrix(X& values) {
    typename X::shape_type shape{};
    const tensor_place* place = tensor_here<typename X::value_type>(shape.size());
    if (place == nullptr) return;
    for (std::size_t i = 0; i < shape.size(); ++i) shape[i] = place->shape[i];
    // An extent beside one of 0 is not bounded by the file.
    for (const std::size_t extent : place->shape)
      if (extent > 0xffffffffu) refuse("extents of 32 bits", show(extent));
    const span<const unsigned char> bytes = file_.bytes(*place);
    values.resize(shape);
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  }

  template <class S>
  struct members {
    reader& from;
    const S& first;
    std::vector<S>& values;
    bool sized;
    template <class F>
    void operator()(std::string_view name, F& member) {
      static_assert(std::is_arithmetic_v<F>, "tailor: a record is made of numbers");
      const detail::path::step step(from.path_, name);
      const tensor_place* place = from.template tensor_here<F>();
      if (place == nullptr) return;
      const std::size_t count = place->count();
      if (!std::exchange(sized, true)) values.assign(count, S{});
      if (count != values.size()) from.refuse(show(values.size()) + " values, as of the other members", show(count));
      if (count == 0) return;
      const unsigned char* data = from.file_.bytes(*place).data();
      char* to = reinterpret_cast<char*>(values.data()) + detail::offset_in(first, member);
      for (std::size_t i = 0; i < count; ++i) std::memcpy(to + i * sizeof(S), data + i * sizeof(F), sizeof(F));
    }
  };

  const tensor_view& file_;
  detail::path path_;
  bool older_ = false;  // whether the file is of an older schema than the object that is read
};

}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
