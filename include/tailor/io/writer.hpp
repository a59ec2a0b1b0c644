// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_WRITER_HPP
#define TAILOR_IO_WRITER_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "archive.hpp"
#include "safetensors.hpp"
#include "text.hpp"

namespace tailor {
inline namespace v0 {
namespace io {

/// Names what an object is made of to a tensor_writer.
class writer {
 public:
  explicit writer(tensor_writer& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view name, T& value) {
    const detail::path::step step(path_, name);
    write(value);
  }

  /// An object, with its kind and schema if it has them.
  template <class T>
  void object(T& value) {
    if constexpr (detail::has_kind<T>::value) {
      out_.set(path_.of("kind"), detail::kind_of<T>());
      out_.set(path_.of("schema"), std::to_string(detail::schema_of<T>()));
    }
    value.archive(*this);
  }

 private:
  template <class T>
  void write(T& value) {
    if constexpr (detail::is_text_v<T>)
      out_.set(path_.text(), detail::text_of(value));
    else if constexpr (std::is_same_v<T, std::string>)
      text(value);
    else if constexpr (detail::is_variant<T>::value)
      std::visit([this](auto& held) { this->write(held); }, value);
    else if constexpr (detail::is_pointer<T>::value)
      pointer(value);
    else if constexpr (detail::is_vector<T>::value)
      list(value);
    else if constexpr (detail::is_tensor<T>::value)
      out_.add(path_.text(), {value.shape().begin(), value.shape().end()}, value.data());
    else
      structure(value);
  }

  template <class T>
  void structure(T& value) {
    static_assert(detail::has_archive<T>::value || (detail::has_name<T>::value && std::is_empty_v<T>),
                  "tailor: what is saved needs an archive; io/archive.hpp says how");
    if constexpr (detail::has_name<T>::value) out_.set(path_.text(), std::string(std::string_view(T::name)));
    if constexpr (detail::has_archive<T>::value) object(value);
  }

  void text(const std::string& value) {
    if (detail::json_text(value))
      out_.set(path_.text(), value);
    else
      out_.add(path_.text(), {value.size()}, value.data());
  }

  template <class P>
  void pointer(P& value) {
    if (value == nullptr) return out_.set(path_.text(), "none");
    using object_type = std::remove_const_t<typename P::element_type>;
    write(const_cast<object_type&>(*value));  // an archive that writes changes nothing
  }

  template <class V>
  void list(V& values) {
    using T = typename V::value_type;
    if constexpr (std::is_same_v<T, bool>) {
      out_.add(path_.text(), values);
    } else if constexpr (std::is_arithmetic_v<T>) {
      out_.add(path_.text(), {values.size()}, values.data());
    } else if constexpr (std::is_same_v<T, std::string>) {
      std::vector<char> bytes;
      std::vector<std::uint64_t> offsets;
      for (const std::string& one : values) {
        bytes.insert(bytes.end(), one.begin(), one.end());
        offsets.push_back(bytes.size());
      }
      (*this)("bytes", bytes);
      (*this)("offsets", offsets);
    } else if constexpr (detail::is_record_v<T>) {
      T first{};
      members<T> columns{*this, first, values};
      first.archive(columns);
    } else {
      out_.set(path_.text(), std::to_string(values.size()));
      for (std::size_t i = 0; i < values.size(); ++i) (*this)(std::to_string(i), values[i]);
    }
  }

  /// What a record's `archive` is given.
  template <class S>
  struct members {
    writer& to;
    const S& first;
    const std::vector<S>& values;
    template <class F>
    void operator()(std::string_view name, F& member) {
      const detail::path::step step(to.path_, name);
      const char* at = reinterpret_cast<const char*>(values.data());
      if (at != nullptr) at += detail::offset_in(first, member);
      to.out_.add(to.path_.text(), {values.size()}, reinterpret_cast<const F*>(at), sizeof(S));
    }
  };

  tensor_writer& out_;
  detail::path path_;
};

}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
