// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_MATRIX_VIEW_HPP
#define TAILOR_CORE_MATRIX_VIEW_HPP

#include <cstddef>
#include <initializer_list>
#include <string>

#include "span.hpp"

namespace tailor {
inline namespace v0 {

/// A row-major matrix without gaps that somebody else owns: what everything behind the door works on.
template <class T>
struct matrix_view {
  const T* data = nullptr;
  std::size_t rows = 0, cols = 0;

  constexpr std::size_t size() const noexcept { return rows * cols; }
  constexpr bool empty() const noexcept { return rows == 0 || cols == 0; }
  constexpr const T* row(std::size_t i) const noexcept { return data + i * cols; }
  constexpr span<const T> row_span(std::size_t i) const noexcept { return {row(i), cols}; }
  /// All values, row after row.
  constexpr span<const T> values() const noexcept { return {data, size()}; }
  constexpr const T& operator()(std::size_t i, std::size_t j) const noexcept { return data[i * cols + j]; }
};

/// Extents as messages show them: `2 x 3 x 4`.
inline std::string show_shape(span<const std::size_t> extents) {
  std::string text;
  for (const std::size_t extent : extents) {
    if (!text.empty()) text += " x ";
    text += std::to_string(extent);
  }
  return text;
}
inline std::string show_shape(std::initializer_list<std::size_t> extents) {
  return show_shape(span<const std::size_t>(extents.begin(), extents.size()));
}

}  // namespace v0
}  // namespace tailor

#endif
