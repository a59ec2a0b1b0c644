// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EXAMPLES_SUPPORT_SET_OPTION_HPP
#define TAILOR_EXAMPLES_SUPPORT_SET_OPTION_HPP

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "program.hpp"

// `--set NAME=VALUE` for any option aggregate of the library: they name their fields in `archive`.

namespace program {

namespace detail {

/// Looks for one field by its name, "biases.epochs" for one of an aggregate inside, and sets it.
class field_setter {
 public:
  field_setter(std::string_view name, std::string_view text) : name_(name), text_(text) {}

  template <class V>
  void operator()(const char* field, V& value) {
    const std::string path = prefix_ + field;
    if constexpr (std::is_arithmetic_v<V> || std::is_enum_v<V>) {
      known_ += (known_.empty() ? "" : ", ") + path;
      if (path == name_) {
        found_ = true;
        set(value);
      }
    } else if constexpr (has_fields<V>::value) {
      const std::string outer = std::exchange(prefix_, path + '.');
      value.archive(*this);
      prefix_ = outer;
    }
  }

  void check() const {
    if (!found_)
      throw usage_error("--set: expected one of " + (known_.empty() ? "nothing: it has no options" : known_) +
                        ", found " + std::string(name_));
  }

 private:
  template <class V, class = void>
  struct has_fields : std::false_type {};
  template <class V>
  struct has_fields<V, std::void_t<decltype(std::declval<V&>().archive(std::declval<field_setter&>()))>>
      : std::true_type {};

  template <class V>
  void set(V& value) const {
    if constexpr (std::is_enum_v<V>) {
      std::string choices;
      const auto names = enum_names(value);
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text_) {
          value = static_cast<V>(i);
          return;
        }
        choices += (i == 0 ? "" : ", ") + std::string(names[i]);
      }
      refuse("one of " + choices);
    } else if constexpr (std::is_same_v<V, bool>) {
      if (text_ != "true" && text_ != "false") refuse("true or false");
      value = text_ == "true";
    } else {
      const char* const end = text_.data() + text_.size();
      const auto [rest, fault] = std::from_chars(text_.data(), end, value);
      if (fault != std::errc() || rest != end) refuse(std::is_integral_v<V> ? "a whole number" : "a number");
    }
  }

  [[noreturn]] void refuse(const std::string& expected) const {
    throw usage_error("--set " + std::string(name_) + ": expected " + expected + ", found " + std::string(text_));
  }

  std::string_view name_, text_;
  std::string prefix_, known_;
  bool found_ = false;
};

}  // namespace detail

/// Sets each "name=value".
template <class Options>
void set_options(Options& options, const std::vector<std::string>& assignments) {
  for (const std::string& one : assignments) {
    const std::size_t equals = one.find('=');
    if (equals == one.npos && one != "?") throw usage_error("--set: expected NAME=VALUE, found " + one);
    const std::string_view name = std::string_view(one).substr(0, equals);
    detail::field_setter setter(name, std::string_view(one).substr((std::min)(name.size() + 1, one.size())));
    options.archive(setter);
    setter.check();
  }
}

}  // namespace program

#endif
