// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_ENCODING_HPP
#define TAILOR_DATA_ENCODING_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/loaded.hpp"
#include "levels.hpp"
#include "table.hpp"

// Texts as numbers (and numbers that are names, by their texts). `fit` looks at the columns that are named; `transform`
// finds them by name in any table.

namespace tailor {
inline namespace v0 {
namespace data {

/// What is done about a text that `fit` did not see: an error, zeros in all columns, or the column of the rare ones
/// (zeros when there is none). scikit-learn's `handle_unknown`.
enum class unknown_level { error, zeros, rare };
constexpr std::array<std::string_view, 3> enum_names(unknown_level) { return {"error", "zeros", "rare"}; }

struct one_hot_options {
  unknown_level unknown = unknown_level::error;
  std::size_t min_frequency = 1;  ///< levels seen in fewer rows share one column, the rare ones
  std::size_t max_columns = 0;    ///< of one attribute: the least frequent levels become rare beyond it; 0 = no limit
  bool drop_first = false;        ///< leaves out the first column of each attribute, which the others tell

  template <class A>
  void archive(A& a) {
    a("unknown", unknown);
    a("min_frequency", min_frequency);
    a("max_columns", max_columns);
    a("drop_first", drop_first);
  }
};

/// One column of 0 and 1 for every level of every attribute: the texts sorted, then missing (when `fit` saw one
/// missing; else it counts as unknown), then the rare ones together. As scikit-learn's OneHotEncoder.
class one_hot_encoder {
 public:
  /// @throws value_error for a min_frequency of 0
  explicit one_hot_encoder(one_hot_options options = {}) : options_(options) {
    require(options.min_frequency >= 1, "one_hot_options::min_frequency", "at least 1", options.min_frequency);
  }

  const one_hot_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return fitted_; }
  /// Of what `transform` returns: `plan=basic`, …, `plan=(missing)`, `plan=(rare)`.
  const std::vector<std::string>& names() const noexcept { return names_; }
  /// The attribute that each of them is of.
  const std::vector<std::string>& sources() const noexcept { return sources_; }

  /// A failed fit changes nothing. O(n) a column.
  /// @throws value_error for no rows, or a column that is not there or of dates
  one_hot_encoder& fit(const table& rows, const std::vector<std::string>& columns);

  /// @return [n_rows, names]
  /// @throws not_fitted_error, value_error for a column that is not there or of dates; for an unknown text when
  ///         the options say so
  template <class T = double>
  dense_matrix<T> transform(const table& rows) const;

  template <class T = double>
  dense_matrix<T> fit_transform(const table& rows, const std::vector<std::string>& columns) {
    return fit(rows, columns).transform<T>(rows);
  }

  static constexpr const char* saved_as = "tailor.data.one_hot_encoder";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("fitted", fitted_);
    a("attributes", attributes_);
    a("names", names_);
    a("sources", sources_);
  }
  void loaded() const {
    tailor::detail::require_loaded(sources_, names_.size(), "sources");
    for (const attribute& known : attributes_) {
      tailor::detail::require_loaded(known.columns, known.levels.size() + 2, "columns");
      for (const std::uint32_t column : known.columns)
        require(column < names_.size() || column == nowhere, "columns", "indices below " + show(names_.size()), column);
    }
  }

 private:
  static constexpr std::uint32_t nowhere = 0xffffffffu;

  struct attribute {
    column_levels levels;
    std::vector<std::uint32_t> columns;  // of each level, missing last, then of unknown ones

    template <class A>
    void archive(A& a) {
      a("levels", levels);
      a("columns", columns);
    }
  };

  std::vector<bool> rare_levels(const column_levels& levels) const;

  one_hot_options options_;
  bool fitted_ = false;
  std::vector<attribute> attributes_;
  std::vector<std::string> names_, sources_;
};

/// The order of an attribute's texts: `{"size", {"S", "M", "L"}}`.
struct level_order {
  std::string column;
  std::vector<std::string> texts;

  template <class A>
  void archive(A& a) {
    a("column", column);
    a("texts", texts);
  }
};

struct ordinal_options {
  std::vector<level_order> orders;  ///< of columns that are not named here, the order of the bytes
  bool allow_unknown = false;       ///< else a text that `fit` did not see, or that an order lacks, is an error
  double unknown_value = -1;
  double missing_value = std::numeric_limits<double>::quiet_NaN();

  template <class A>
  void archive(A& a) {
    a("orders", orders);
    a("allow_unknown", allow_unknown);
    a("unknown_value", unknown_value);
    a("missing_value", missing_value);
  }
};

/// One column for every attribute: 0, 1, 2, … for its texts in their order. As scikit-learn's OrdinalEncoder.
class ordinal_encoder {
 public:
  /// @throws value_error for an infinite value, an order that names a column or a text twice or has no texts
  explicit ordinal_encoder(ordinal_options options = {});

  const ordinal_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return !levels_.empty(); }
  /// Of the attributes, in the order that `fit` was given.
  const std::vector<column_levels>& levels() const noexcept { return levels_; }

  /// A failed fit changes nothing. O(n) a column.
  /// @throws value_error for no rows, no columns, one that is not there or of dates, an order for none of them, or a
  ///         text that its order lacks when that is an error
  ordinal_encoder& fit(const table& rows, const std::vector<std::string>& columns);

  /// @return [n_rows, columns]
  /// @throws not_fitted_error, value_error as `fit`
  template <class T = double>
  dense_matrix<T> transform(const table& rows) const;

  template <class T = double>
  dense_matrix<T> fit_transform(const table& rows, const std::vector<std::string>& columns) {
    return fit(rows, columns).transform<T>(rows);
  }

  static constexpr const char* saved_as = "tailor.data.ordinal_encoder";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("levels", levels_);
  }

 private:
  std::vector<std::uint32_t> find(const column_levels& levels, const table& rows) const;

  ordinal_options options_;
  std::vector<column_levels> levels_;
};

// ---------------------------------------------------------------------------------------------------------------------

inline std::vector<bool> one_hot_encoder::rare_levels(const column_levels& levels) const {
  std::vector<bool> rare(levels.n_levels());
  std::size_t kept = 0;
  for (std::size_t l = 0; l < rare.size(); ++l) {
    rare[l] = levels.counts()[l] < options_.min_frequency;
    if (!rare[l]) ++kept;
  }
  const std::size_t columns = kept + (kept < rare.size() ? 1 : 0);
  if (options_.max_columns == 0 || columns <= options_.max_columns) return rare;
  std::vector<std::size_t> order(rare.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return levels.counts()[a] < levels.counts()[b]; });
  for (std::size_t i = 0; i + (options_.max_columns - 1) < order.size(); ++i) rare[order[i]] = true;
  return rare;
}

inline one_hot_encoder& one_hot_encoder::fit(const table& rows, const std::vector<std::string>& columns) {
  require(rows.n_rows() != 0, "one_hot_encoder: rows", "at least one", rows.n_rows());
  std::vector<attribute> attributes;
  std::vector<std::string> names, sources;
  for (const std::string& name : columns) {
    attribute known{column_levels(rows.column(name)), {}};
    const std::vector<bool> rare = rare_levels(known.levels);
    known.columns.assign(known.levels.size() + 2, nowhere);
    bool first = true;
    const auto add_column = [&](std::string_view level) {
      if (std::exchange(first, false) && options_.drop_first) return nowhere;
      names.push_back(name + '=' + std::string(level));
      sources.push_back(name);
      return static_cast<std::uint32_t>(names.size() - 1);
    };
    for (std::size_t l = 0; l < rare.size(); ++l)
      if (!rare[l]) known.columns[l] = add_column(known.levels.text(l));
    if (std::find(rare.begin(), rare.end(), true) != rare.end()) {
      const std::uint32_t shared = add_column("(rare)");
      for (std::size_t l = 0; l < rare.size(); ++l)
        if (rare[l]) known.columns[l] = shared;
      if (options_.unknown == unknown_level::rare) known.columns.back() = shared;
    }
    if (!known.levels.has_missing()) known.columns[known.levels.size()] = known.columns.back();
    attributes.push_back(std::move(known));
  }
  attributes_ = std::move(attributes);
  names_ = std::move(names);
  sources_ = std::move(sources);
  fitted_ = true;
  return *this;
}

template <class T>
dense_matrix<T> one_hot_encoder::transform(const table& rows) const {
  if (!fitted_) throw not_fitted_error("one_hot_encoder: expected fit before transform, found no data");
  dense_matrix<T> matrix = make_matrix<T>(rows.n_rows(), names_.size());
  std::fill(matrix.data(), matrix.data() + matrix.size(), T{0});
  for (const attribute& known : attributes_) {
    const std::vector<std::uint32_t> levels = known.levels.find(rows);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const bool seen = levels[i] < known.levels.n_levels();
      if (!seen && options_.unknown == unknown_level::error) throw known.levels.unknown_level(rows, i);
      const std::uint32_t column = seen ? known.columns[levels[i]] : known.columns.back();
      if (column != nowhere) matrix(i, column) = T{1};
    }
  }
  return matrix;
}

inline ordinal_encoder::ordinal_encoder(ordinal_options options) : options_(std::move(options)) {
  require(!std::isinf(options_.unknown_value), "ordinal_options::unknown_value", "a finite number or NaN",
          options_.unknown_value);
  require(!std::isinf(options_.missing_value), "ordinal_options::missing_value", "a finite number or NaN",
          options_.missing_value);
  id_map named;
  for (const level_order& order : options_.orders) {
    require(!named.contains(order.column), "ordinal_options::orders", "each column once",
            detail::show_id(order.column));
    named.insert(order.column);
    require(!order.texts.empty(), "ordinal_options::orders", "texts of " + order.column, "none");
    column_levels(order.column, order.texts);  // says which text comes twice
  }
}

inline std::vector<std::uint32_t> ordinal_encoder::find(const column_levels& levels, const table& rows) const {
  std::vector<std::uint32_t> found = levels.find(rows);
  if (!options_.allow_unknown)
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i] == column_levels::unknown) throw levels.unknown_level(rows, i);
  return found;
}

inline ordinal_encoder& ordinal_encoder::fit(const table& rows, const std::vector<std::string>& columns) {
  require(rows.n_rows() != 0, "ordinal_encoder: rows", "at least one", rows.n_rows());
  require(!columns.empty(), "ordinal_encoder: columns", "at least one", columns.size());
  for (const level_order& order : options_.orders)
    require(std::find(columns.begin(), columns.end(), order.column) != columns.end(), "ordinal_options::orders",
            "columns that are encoded", detail::show_id(order.column));
  std::vector<column_levels> levels;
  for (const std::string& name : columns) {
    const auto order = std::find_if(options_.orders.begin(), options_.orders.end(),
                                    [&](const level_order& o) { return o.column == name; });
    levels.push_back(order == options_.orders.end() ? column_levels(rows.column(name))
                                                    : column_levels(name, order->texts));
    if (order != options_.orders.end()) find(levels.back(), rows);
  }
  levels_ = std::move(levels);
  return *this;
}

template <class T>
dense_matrix<T> ordinal_encoder::transform(const table& rows) const {
  if (!is_fitted()) throw not_fitted_error("ordinal_encoder: expected fit before transform, found no data");
  dense_matrix<T> matrix = make_matrix<T>(rows.n_rows(), levels_.size());
  for (std::size_t j = 0; j < levels_.size(); ++j) {
    const std::vector<std::uint32_t> found = find(levels_[j], rows);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const bool missing = found[i] == levels_[j].size(), unknown = found[i] == column_levels::unknown;
      matrix(i, j) = missing   ? static_cast<T>(options_.missing_value)
                     : unknown ? static_cast<T>(options_.unknown_value)
                               : static_cast<T>(found[i]);
    }
  }
  return matrix;
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
