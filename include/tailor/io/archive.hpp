// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_ARCHIVE_HPP
#define TAILOR_IO_ARCHIVE_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// An object says what it is made of, once, and can be saved and loaded:
//
//   class my_model {
//    public:
//     static constexpr const char* saved_as = "my.model";   // the kind, for what is saved on its own
//     static constexpr int saved_schema = 2;                // 1 unless said: goes up when what is named below changes
//     template <class A> void archive(A& a) {
//       a("options", options_);
//       a("weights", weights_);
//     }
//     void loaded();                                        // after a load, see below
//   };
//
// What may be named: numbers, bools, enums with `enum_names`, strings, anything else with an `archive`, variants of
// types with a `name`, vectors of all of these, matrices of xtensor, `shared_ptr<const …>`. Small things become texts
// of the file's metadata, arrays become tensors, both named by their path: "model/user_items/columns". A vector of
// plain structs of numbers becomes a tensor for each of their members, any other vector of structs one entry an
// element. `save` calls `archive` twice, each time for the same names and values, and changes nothing.
//
// What is loaded may be anything. An object with `options()` is made of its options once, so that its constructor
// checks them; `loaded()` throws for members that do not belong together (value_error or shape_error, as a constructor
// does), and makes what is not saved. A member that a file of an older schema does not have keeps its default.

namespace tailor {
inline namespace v0 {
namespace io {

class writer;
class reader;

namespace detail {

template <class T, class = void>
struct has_archive : std::false_type {};
template <class T>
struct has_archive<T, std::void_t<decltype(std::declval<T&>().archive(std::declval<writer&>()))>> : std::true_type {};
template <class T, class = void>
struct has_loaded : std::false_type {};
template <class T>
struct has_loaded<T, std::void_t<decltype(std::declval<T&>().loaded())>> : std::true_type {};
template <class T, class = void>
struct is_made_of_options : std::false_type {};
template <class T>
struct is_made_of_options<T, std::void_t<decltype(std::declval<const T&>().options())>>
    : std::is_constructible<T, decltype(std::declval<const T&>().options())> {};

template <class T, class = void>
struct has_kind : std::false_type {};
template <class T>
struct has_kind<T, std::void_t<decltype(T::saved_as)>> : std::true_type {};
template <class T, class = void>
struct has_schema : std::false_type {};
template <class T>
struct has_schema<T, std::void_t<decltype(T::saved_schema)>> : std::true_type {};
template <class T, class = void>
struct has_value_type : std::false_type {};
template <class T>
struct has_value_type<T, std::void_t<typename T::value_type>> : std::true_type {};
template <class T, class = void>
struct has_name : std::false_type {};
template <class T>
struct has_name<T, std::void_t<decltype(std::string_view(T::name))>> : std::true_type {};

template <class T>
struct is_vector : std::false_type {};
template <class T, class A>
struct is_vector<std::vector<T, A>> : std::true_type {};
template <class T>
struct is_variant : std::false_type {};
template <class... T>
struct is_variant<std::variant<T...>> : std::true_type {};
template <class T, class = void>
struct is_tensor : std::false_type {};
template <class T>
struct is_tensor<T, std::void_t<typename T::shape_type, decltype(std::declval<T&>().data()),
                                decltype(std::declval<T&>().resize(std::declval<const typename T::shape_type&>()))>>
    : std::true_type {};
template <class T, class = void>
struct is_pointer : std::false_type {};  // shared_ptr<const U>
template <class T>
struct is_pointer<T, std::void_t<typename T::element_type, decltype(std::declval<T&>().use_count())>> : std::true_type {
};

/// Stored member by member, one tensor each.
template <class T>
inline constexpr bool is_record_v = has_archive<T>::value&& std::is_trivially_copyable_v<T>;
/// Stored as one text.
template <class T>
inline constexpr bool is_text_v = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T>
inline constexpr int schema_of() {
  if constexpr (has_schema<T>::value)
    return T::saved_schema;
  else
    return 1;
}

/// "tailor.recommender.item_knn<float>"
template <class T>
std::string kind_of() {
  std::string kind = T::saved_as;
  if constexpr (has_value_type<T>::value) {
    if constexpr (std::is_same_v<typename T::value_type, float>) kind += "<float>";
    if constexpr (std::is_same_v<typename T::value_type, double>) kind += "<double>";
  }
  return kind;
}

/// The path that an archive stands at.
class path {
 public:
  /// Goes into `name`, and back at the end of its life.
  class step {
   public:
    step(path& p, std::string_view name) : path_(p), before_(p.text_.size()) {
      if (before_ != 0) path_.text_ += '/';
      path_.text_ += name;
    }
    step(const step&) = delete;
    step& operator=(const step&) = delete;
    ~step() { path_.text_.resize(before_); }

   private:
    path& path_;
    std::size_t before_;
  };

  const std::string& text() const noexcept { return text_; }
  /// That of something in it.
  std::string of(std::string_view name) const {
    return text_.empty() ? std::string(name) : text_ + '/' + std::string(name);
  }

 private:
  std::string text_;
};

/// Where a member of a record lies in it.
template <class S, class F>
std::size_t offset_in(const S& record, const F& member) {
  return static_cast<std::size_t>(reinterpret_cast<const char*>(&member) - reinterpret_cast<const char*>(&record));
}

}  // namespace detail

}  // namespace io
}  // namespace v0
}  // namespace tailor

#endif
