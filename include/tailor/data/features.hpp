// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_FEATURES_HPP
#define TAILOR_DATA_FEATURES_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "column_summary.hpp"
#include "csv_number.hpp"
#include "encoding.hpp"
#include "imputation.hpp"
#include "scaling.hpp"
#include "table.hpp"
#include "target_encoding.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

enum class feature_scaling { none, standard, minmax };
constexpr std::array<std::string_view, 3> enum_names(feature_scaling) { return {"none", "standard", "minmax"}; }

/// How a table becomes a matrix.
struct feature_options {
  std::string target;    ///< the column that is to be foretold; empty: there is none
  std::string positive;  ///< which of its two values is 1; empty: the larger number or the later text ("yes", not "no")
  std::vector<std::string> categorical;  ///< columns of numbers that are names: a zone, a product group
  imputation missing = imputation::median;
  feature_scaling scaling = feature_scaling::standard;
  std::size_t one_hot_levels = 20;  ///< a column of more levels is encoded by the target
  std::size_t min_frequency = 5;    ///< texts of fewer training rows, and unknown ones, share a column
  target_encoder_options target_encoding;

  template <class A>
  void archive(A& a) {
    a("target", target);
    a("positive", positive);
    a("categorical", categorical);
    a("missing", missing);
    a("scaling", scaling);
    a("one_hot_levels", one_hot_levels);
    a("min_frequency", min_frequency);
    a("target_encoding", target_encoding);
  }
};

/// Turns a table of mixed columns into a matrix [n, d], by what it learnt of training rows:
///   numbers and dates     missing ones replaced, with an indicator for columns where one was missing in training;
///   scaled texts of few levels   one column of 0 and 1 a level (`one_hot_encoder`); missing is a level if it was in
///   training texts of many levels  the mean of the target (`target_encoder`), scaled; without a target the most
///   frequent levels
///                         have columns of their own, the others share one
/// A row with a text that was not in training has a 1 in the column of rare ones, or zeros when there is none, or the
/// mean of the target. Left out is what can say nothing: columns that are all missing or all the same, and texts of
/// many levels that never come twice (an id).
///
///     feature_encoder encoder(options);              // options.target = "churn"
///     auto X = encoder.fit_transform<float>(train);  // and encoder.labels<float>(train)
///     auto p = model.predict(encoder.transform<float>(test));
class feature_encoder {
 public:
  /// @throws value_error for options that no data could make right
  explicit feature_encoder(feature_options options = {});

  const feature_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return !names_.empty(); }
  std::size_t n_features() const noexcept { return names_.size(); }
  /// Of the columns of the matrix: `age`, `age=(missing)`, `city`, `plan=basic`, …
  const std::vector<std::string>& names() const noexcept { return names_; }
  /// The column of the table that each of them is made of: features of one column stand side by side but for the
  /// indicator of missing ones.
  const std::vector<std::string>& sources() const noexcept { return sources_; }
  /// The columns of the table that no feature is made of.
  const std::vector<std::string>& left_out() const noexcept { return left_out_; }
  /// The values of the target that are 1 and 0; empty without a target.
  const std::string& positive() const noexcept { return positive_; }
  const std::string& negative() const noexcept { return negative_; }

  /// A failed fit changes nothing.
  /// @throws value_error for no rows, a target that is missing somewhere or has not two values, a column that is named
  ///         and not there, or a table of which no feature can be made
  feature_encoder& fit(const table& training, const run_options& run = {}) {
    fit_transform<double>(training, run);
    return *this;
  }

  /// As `fit`, and the matrix of the training rows, in which no row's own target is (`target_encoder::fit_transform`):
  /// what a model is to be fitted on.
  /// @return [n, d]
  template <class T = double>
  dense_matrix<T> fit_transform(const table& training, const run_options& run = {});

  /// @param rows  with the columns that features are made of; others, the target too, are not looked at
  /// @return [n, d]
  /// @throws not_fitted_error, value_error for a column that is not there or of another kind, or a number too large for
  /// T
  template <class T = double>
  dense_matrix<T> transform(const table& rows, const run_options& run = {}) const;

  /// The target as 0 and 1.
  /// @return [n]
  /// @throws not_fitted_error, value_error without a target, or when it is missing or of a third value somewhere
  template <class T = double>
  dense_vector<T> labels(const table& rows) const;

  static constexpr const char* saved_as = "tailor.data.feature_encoder";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("numbers", numbers_);
    a("imputer", imputer_);
    a("one_hot", one_hot_);
    a("target_encoder", by_target_);
    a("scaler", scaler_);
    a("positive", positive_);
    a("negative", negative_);
    a("names", names_);
    a("sources", sources_);
    a("left_out", left_out_);
  }
  void loaded() const {
    using tailor::detail::require_loaded;
    require_loaded(imputer_.fill(), numbers_.size(), "imputer/fill");
    const std::size_t n = numbers_.size() + imputer_.indicated().size() + by_target_.n_features();
    if (scaler_.is_fitted()) require_loaded(scaler_.scale(), n, "scaler/scale");
    require_loaded(names_, n + one_hot_.names().size(), "names");
    require_loaded(sources_, names_.size(), "sources");
  }

 private:
  struct column_plan {
    std::vector<std::string> one_hot, by_target;
  };

  void learn_target(const table& training);
  template <class T>
  dense_vector<T> label_numbers(const table& rows) const;
  column_plan choose_columns(const table& training);
  dense_matrix<double> numbers_beside(const table& rows, const dense_matrix<double>& by_target) const;
  template <class T>
  dense_matrix<T> assemble(const table& rows, const dense_matrix<double>& numbers, const run_options& run) const;

  feature_options options_;
  std::vector<std::string> numbers_;  // columns of numbers and dates
  simple_imputer imputer_;
  one_hot_encoder one_hot_;
  target_encoder by_target_;
  detail::column_scaler scaler_;
  std::string positive_, negative_;
  std::vector<std::string> names_, sources_, left_out_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Writes `from` into the columns of `to` that start at `first`.
template <class S, class T>
void copy_columns(const dense_matrix<S>& from, dense_matrix<T>& to, std::size_t first) {
  const std::size_t rows = from.shape()[0], cols = from.shape()[1], width = to.shape()[1];
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < cols; ++j) to.data()[i * width + first + j] = static_cast<T>(from.data()[i * cols + j]);
}

/// Numbers by their value, other texts by their bytes.
inline bool label_before(std::string_view a, std::string_view b) {
  double x = 0, y = 0;
  if (parse_number(a, x) == number_fault::none && parse_number(b, y) == number_fault::none && x != y) return x < y;
  return a < b;
}

}  // namespace detail

inline feature_encoder::feature_encoder(feature_options options)
    : options_(std::move(options)), by_target_(options_.target_encoding) {
  require(options_.missing != imputation::constant, "feature_options::missing", "mean, median or most_frequent",
          "constant");
  require(options_.one_hot_levels >= 2, "feature_options::one_hot_levels", "at least 2", options_.one_hot_levels);
  require(options_.positive.empty() || !options_.target.empty(), "feature_options::positive", "a target besides",
          "none");
  imputer_options numbers;
  numbers.strategy = options_.missing;
  numbers.indicators = true;
  imputer_ = simple_imputer(numbers);
  one_hot_options texts;
  texts.unknown = unknown_level::rare;
  texts.min_frequency = options_.min_frequency;
  texts.max_columns = options_.one_hot_levels;
  one_hot_ = one_hot_encoder(texts);
}

inline void feature_encoder::learn_target(const table& training) {
  if (options_.target.empty()) return;
  const column_levels levels(training.column(options_.target));
  require(levels.size() == 2, options_.target, "two classes", levels.size());
  negative_ = levels.text(0);
  positive_ = levels.text(1);
  const bool swapped =
      options_.positive.empty() ? detail::label_before(positive_, negative_) : options_.positive == negative_;
  if (swapped) std::swap(positive_, negative_);
  require(options_.positive.empty() || options_.positive == positive_, "feature_options::positive",
          detail::show_id(negative_) + " or " + detail::show_id(positive_), detail::show_id(options_.positive));
}

/// Which columns become what. Sets `numbers_` and `left_out_`.
inline feature_encoder::column_plan feature_encoder::choose_columns(const table& training) {
  column_plan plan;
  for (const std::string& name : options_.categorical) training.column(name);
  for (const table_column& column : training.columns()) {
    if (column.name() == options_.target) continue;
    const bool named = std::find(options_.categorical.begin(), options_.categorical.end(), column.name()) !=
                       options_.categorical.end();
    if (column.kind() != column_kind::text && !named) {
      const std::vector<double>& numbers = column.numbers();
      const bool varies = std::any_of(numbers.begin(), numbers.end(), [&](double x) { return x == x; }) &&
                          std::any_of(numbers.begin(), numbers.end(), [&](double x) { return x != numbers.front(); });
      (varies ? numbers_ : left_out_).push_back(column.name());
      continue;
    }
    const column_levels levels(column);
    const bool many = levels.n_levels() > options_.one_hot_levels;
    const bool repeats =
        std::any_of(levels.counts().begin(), levels.counts().end() - 1, [](std::uint64_t count) { return count > 1; });
    if (levels.n_levels() < 2 || (many && !repeats))
      left_out_.push_back(column.name());
    else
      (many && !options_.target.empty() ? plan.by_target : plan.one_hot).push_back(column.name());
  }
  return plan;
}

/// [n, numbers | indicators | means of the target], before they are scaled.
inline dense_matrix<double> feature_encoder::numbers_beside(const table& rows,
                                                            const dense_matrix<double>& by_target) const {
  if (numbers_.empty()) return by_target;
  const dense_matrix<double> numbers = imputer_.transform(to_matrix(rows, numbers_));
  dense_matrix<double> both = make_matrix<double>(rows.n_rows(), numbers.shape()[1] + by_target.shape()[1]);
  detail::copy_columns(numbers, both, 0);
  detail::copy_columns(by_target, both, numbers.shape()[1]);
  return both;
}

template <class T>
dense_matrix<T> feature_encoder::assemble(const table& rows, const dense_matrix<double>& numbers,
                                          const run_options& run) const {
  dense_matrix<T> X = make_matrix<T>(rows.n_rows(), names_.size());
  if (scaler_.is_fitted())
    detail::copy_columns(scaler_.transform(numbers, run), X, 0);
  else
    detail::copy_columns(numbers, X, 0);
  detail::copy_columns(one_hot_.transform<T>(rows), X, numbers.shape()[1]);
  require_finite(matrix_view<T>{X.data(), rows.n_rows(), names_.size()}, "X");  // of numbers too large for T
  return X;
}

template <class T>
dense_matrix<T> feature_encoder::fit_transform(const table& training, const run_options& run) {
  require(training.n_rows() != 0, "training", "at least one row", training.n_rows());
  feature_encoder next(options_);
  next.learn_target(training);
  const column_plan plan = next.choose_columns(training);
  next.names_ = next.sources_ = next.numbers_;
  if (!next.numbers_.empty()) next.imputer_.fit(to_matrix(training, next.numbers_), run);
  for (const std::size_t j : next.imputer_.indicated()) {
    next.names_.push_back(next.numbers_[j] + "=(missing)");
    next.sources_.push_back(next.numbers_[j]);
  }
  dense_matrix<double> by_target = make_matrix<double>(training.n_rows(), 0);
  if (!plan.by_target.empty()) {
    for (auto* list : {&next.names_, &next.sources_})
      list->insert(list->end(), plan.by_target.begin(), plan.by_target.end());
    by_target = next.by_target_.fit_transform(training, plan.by_target, next.label_numbers<double>(training));
  }
  next.one_hot_.fit(training, plan.one_hot);
  next.names_.insert(next.names_.end(), next.one_hot_.names().begin(), next.one_hot_.names().end());
  next.sources_.insert(next.sources_.end(), next.one_hot_.sources().begin(), next.one_hot_.sources().end());
  require(!next.names_.empty(), "training", "a column besides the target that varies", "none");
  if (!options_.target.empty()) next.label_numbers<double>(training);  // none may be missing
  const dense_matrix<double> numbers = next.numbers_beside(training, by_target);
  if (numbers.shape()[1] != 0) {
    if (options_.scaling == feature_scaling::standard) next.scaler_ = standard_scaler().fit(numbers, run);
    if (options_.scaling == feature_scaling::minmax) next.scaler_ = minmax_scaler().fit(numbers, run);
  }
  dense_matrix<T> X = next.assemble<T>(training, numbers, run);
  *this = std::move(next);
  return X;
}

template <class T>
dense_matrix<T> feature_encoder::transform(const table& rows, const run_options& run) const {
  if (!is_fitted()) throw not_fitted_error("feature_encoder: expected fit before transform, found no data");
  const dense_matrix<double> by_target =
      by_target_.is_fitted() ? by_target_.transform(rows) : make_matrix<double>(rows.n_rows(), 0);
  return assemble<T>(rows, numbers_beside(rows, by_target), run);
}

template <class T>
dense_vector<T> feature_encoder::labels(const table& rows) const {
  if (!is_fitted()) throw not_fitted_error("feature_encoder: expected fit before labels, found no data");
  require(!options_.target.empty(), "feature_options::target", "a column", "none");
  return label_numbers<T>(rows);
}

template <class T>
dense_vector<T> feature_encoder::label_numbers(const table& rows) const {
  const table_column column = rows.column(options_.target).as_text();
  dense_vector<T> y = make_vector<T>(column.size());
  for (std::size_t i = 0; i < column.size(); ++i) {
    const std::string_view text = column.text(i);
    if (text != positive_ && text != negative_)
      throw value_error(describe(options_.target + '(' + show(i) + ')',
                                 detail::show_id(negative_) + " or " + detail::show_id(positive_),
                                 text.empty() ? "a missing one" : detail::show_id(text)));
    y(i) = text == positive_ ? T{1} : T{0};
  }
  return y;
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
