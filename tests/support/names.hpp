// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_SUPPORT_NAMES_HPP
#define TAILOR_TESTS_SUPPORT_NAMES_HPP

// What options say of themselves.

#include <string>
#include <type_traits>
#include <vector>

namespace support {

struct name_list {
  std::vector<std::string> names;

  template <class Field>
  void operator()(const char* name, Field&) {
    names.emplace_back(name);
  }
};

/// The fields of an options aggregate, as its `archive` names them.
template <class Options>
std::vector<std::string> names_of(Options options) {
  static_assert(std::is_aggregate_v<Options>);
  name_list list;
  options.archive(list);
  return list.names;
}

}  // namespace support

#endif
