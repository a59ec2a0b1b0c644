// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_LEVELS_HPP
#define TAILOR_DATA_LEVELS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/loaded.hpp"
#include "id_map.hpp"
#include "table.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// The texts that a column of the training rows had, which is what every encoder of texts knows of it. A level is an
/// index from 0 into the texts sorted by their bytes, so that no result depends on the order of the rows; size() stands
/// for a missing text.
class column_levels {
 public:
  /// What `find` says of a text that was not there.
  static constexpr std::uint32_t unknown = 0xffffffffu;

  column_levels() = default;

  /// Of the rows in the column, not of those it is a part of; numbers by their texts. O(n + levels · log levels)
  /// @throws value_error for a column of dates
  explicit column_levels(const table_column& texts_or_numbers) : name_(texts_or_numbers.name()) {
    const table_column column = texts_or_numbers.as_text();
    std::vector<std::uint64_t> counts(column.levels().size() + 1);
    for (const std::uint32_t code : column.codes()) ++counts[(std::min<std::size_t>)(code, counts.size() - 1)];
    std::vector<std::uint32_t> present;
    for (std::uint32_t code = 0; code + 1 < counts.size(); ++code)
      if (counts[code] != 0) present.push_back(code);
    std::sort(present.begin(), present.end(),
              [&](std::uint32_t a, std::uint32_t b) { return column.levels().id(a) < column.levels().id(b); });
    for (const std::uint32_t code : present) {
      texts_.insert(column.levels().id(code));
      counts_.push_back(counts[code]);
    }
    counts_.push_back(counts.back());
  }

  /// Texts in an order that is given, none of them seen yet. @throws value_error for a text that comes twice
  column_levels(std::string name, const std::vector<std::string>& texts)
      : name_(std::move(name)), texts_(texts), counts_(texts.size() + 1) {}

  const std::string& name() const noexcept { return name_; }
  /// How many texts there are; also the level of a missing one.
  std::size_t size() const noexcept { return texts_.size(); }
  /// size() and one for missing, when it occurred.
  std::size_t n_levels() const noexcept { return size() + (has_missing() ? 1 : 0); }
  bool has_missing() const noexcept { return !counts_.empty() && counts_.back() != 0; }
  /// In how many rows each level occurred, missing last.
  const std::vector<std::uint64_t>& counts() const noexcept { return counts_; }

  /// The text of a level, `(missing)` for size().
  std::string_view text(std::size_t level) const { return level == size() ? "(missing)" : texts_.id(level); }

  /// The column of this name: the level of every row, size() where missing, `unknown` where the text is.
  /// @throws value_error when the table has no such column, or one of dates. O(n + levels)
  std::vector<std::uint32_t> find(const table& rows) const {
    const table_column column = rows.column(name_).as_text();
    const std::size_t missing = column.levels().size();
    std::vector<std::uint32_t> levels(missing + 1, static_cast<std::uint32_t>(size()));
    for (std::size_t code = 0; code < missing; ++code)
      levels[code] = texts_.find(column.levels().id(code)).value_or(unknown);
    std::vector<std::uint32_t> found;
    found.reserve(column.size());
    for (const std::uint32_t code : column.codes()) found.push_back(levels[(std::min<std::size_t>)(code, missing)]);
    return found;
  }

  /// What to throw about a row of which find() says nothing good.
  value_error unknown_level(const table& rows, std::size_t row) const {
    const table_column column = rows.column(name_).as_text();
    const std::string_view text = column.text(row);
    return value_error(describe(name_ + '(' + show(row) + ')',
                                "one of the " + show(n_levels()) + " levels that fit saw",
                                text.empty() ? "a missing one" : detail::show_id(text)));
  }

  template <class A>
  void archive(A& a) {
    a("name", name_);
    a("texts", texts_);
    a("counts", counts_);
  }
  void loaded() const {
    if (!texts_.empty() || !counts_.empty()) tailor::detail::require_loaded(counts_, texts_.size() + 1, "counts");
  }

 private:
  std::string name_;
  id_map texts_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
