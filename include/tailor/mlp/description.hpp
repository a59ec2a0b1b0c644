// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_DESCRIPTION_HPP
#define TAILOR_MLP_DESCRIPTION_HPP

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {
namespace detail {

template <class X>
std::string description(const X& x);

template <class X, class = void>
struct has_name : std::false_type {};
template <class X>
struct has_name<X, std::void_t<decltype(std::string(X::name))>> : std::true_type {};

/// An archive that writes options down: "units = 8, activation = relu". Those of a kind that it does not know are left
/// out.
class option_text {
 public:
  template <class V>
  void operator()(const char* option, V& value) {
    std::string text;
    if constexpr (std::is_same_v<V, bool>)
      text = value ? "true" : "false";
    else if constexpr (std::is_enum_v<V>)
      text = enum_names(value)[static_cast<std::size_t>(value)];
    else if constexpr (has_name<V>::value)
      text = description(value);
    else if constexpr (std::is_arithmetic_v<V>)
      text = show(value);
    else
      return;
    text_ += (text_.empty() ? "" : ", ") + std::string(option) + " = " + text;
  }

  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

template <class X, class = void>
struct has_options : std::false_type {};
template <class X>
struct has_options<X, std::void_t<decltype(std::declval<X&>().archive(std::declval<option_text&>()))>>
    : std::true_type {};

/// The name of a layer or an activation, with its options when it has an `archive` that names them:
/// "dense(units = 8, activation = relu, use_bias = true, kernel = glorot_uniform)".
template <class X>
std::string description(const X& x) {
  std::string text = X::name;
  if constexpr (has_options<X>::value) {
    X copy = x;  // `archive` is for reading too, and therefore not const
    option_text options;
    copy.archive(options);
    text += '(' + options.text() + ')';
  }
  return text;
}

}  // namespace detail
}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
