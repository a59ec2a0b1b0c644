// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_LOADED_HPP
#define TAILOR_CORE_LOADED_HPP

#include <cmath>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "error.hpp"
#include "span.hpp"

namespace tailor {
inline namespace v0 {
namespace detail {

/// What most objects ask of an array that comes from a file: so many values, all of them finite.
/// @throws shape_error, value_error
template <class C>
void require_loaded(const C& values, std::size_t size, std::string_view name) {
  require<shape_error>(values.size() == size, name, show(size) + " values", values.size());
  if constexpr (std::is_floating_point_v<typename C::value_type>)
    for (std::size_t i = 0; i < size; ++i)
      if (!std::isfinite(values.data()[i])) require(false, name, "finite numbers", values.data()[i]);
}

/// The same of indices, each below `limit`.
template <class C>
void require_loaded_below(const C& indices, std::size_t size, std::size_t limit, std::string_view name) {
  require<shape_error>(indices.size() == size, name, show(size) + " values", indices.size());
  for (const auto index : indices)
    if (index >= limit) require(false, name, "indices below " + show(limit), index);
}

}  // namespace detail
}  // namespace v0
}  // namespace tailor

#endif
