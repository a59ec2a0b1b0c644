// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_SUPPORT_REMEMBERED_HPP
#define TAILOR_TESTS_SUPPORT_REMEMBERED_HPP

#include <any>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

/// An archive in memory: what `archive` names is written down value by value, then read back in that order. Types with
/// an `archive` of their own, and vectors of such, are taken apart, and told by `loaded()` when they are read.
class remembered {
 public:
  template <class T>
  void operator()(const char*, T& value) {
    visit(value);
  }

  /// A default-constructed `T` with the state of `from`.
  template <class T>
  static T copy(T& from) {
    remembered archive;
    archive.visit(from);
    archive.loading_ = true;
    T to;
    archive.visit(to);
    return to;
  }

 private:
  template <class T, class = void>
  struct has_archive : std::false_type {};
  template <class T>
  struct has_archive<T, std::void_t<decltype(std::declval<T&>().archive(std::declval<remembered&>()))>>
      : std::true_type {};

  template <class T, class = void>
  struct has_loaded : std::false_type {};
  template <class T>
  struct has_loaded<T, std::void_t<decltype(std::declval<T&>().loaded())>> : std::true_type {};

  template <class T>
  void visit(T& value) {
    if constexpr (has_archive<T>::value) {
      value.archive(*this);
      if constexpr (has_loaded<T>::value)
        if (loading_) value.loaded();
    } else if (loading_) {
      value = std::any_cast<T>(values_[next_++]);
    } else {
      values_.emplace_back(value);
    }
  }
  template <class T>
  void visit(std::vector<T>& list) {
    if constexpr (has_archive<T>::value) {
      std::size_t size = list.size();
      visit(size);
      list.resize(size);
      for (T& value : list) visit(value);
    } else if (loading_) {
      list = std::any_cast<std::vector<T>>(values_[next_++]);
    } else {
      values_.emplace_back(list);
    }
  }

  std::vector<std::any> values_;
  std::size_t next_ = 0;
  bool loading_ = false;
};

#endif
