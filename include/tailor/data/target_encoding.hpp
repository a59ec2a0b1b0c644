// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_TARGET_ENCODING_HPP
#define TAILOR_DATA_TARGET_ENCODING_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/loaded.hpp"
#include "../core/random.hpp"
#include "../core/sampling.hpp"
#include "../core/span.hpp"
#include "levels.hpp"
#include "table.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

struct target_encoder_options {
  /// How many rows of the mean of all the prior weighs; below 0 each level has its own, by empirical Bayes (as
  /// scikit-learn's "auto").
  double smoothing = -1;
  std::size_t folds = 5;   ///< of `fit_transform`
  std::uint64_t seed = 0;  ///< of the folds

  template <class A>
  void archive(A& a) {
    a("smoothing", smoothing);
    a("folds", folds);
    a("seed", seed);
  }
};

/// One column for every attribute: the mean of the target over the rows of the same text, drawn to the mean of all
/// (Micci-Barreca: A preprocessing scheme for high-cardinality categorical attributes. SIGKDD Explorations 2001):
///   (Σ y + m ȳ) / (n + m)                                  with a smoothing of m, or
///   λ mean + (1 − λ) ȳ,  λ = n σ² / (n σ² + σ_level²)      with σ² the variance of y, over all and within the level
/// Missing is a level of its own; a text that `fit` did not see has the mean of all. As scikit-learn's TargetEncoder.
///
/// `fit_transform` gives each training row what the rows of the other folds say, so that no row's own target is in its
/// encoding, and a model does not learn to trust it too much: use it, not `fit` and `transform`, on the rows that a
/// model is then fitted on.
class target_encoder {
 public:
  /// @throws value_error for a smoothing that is not finite, or fewer than 2 folds
  explicit target_encoder(target_encoder_options options = {}) : options_(options) {
    require(std::isfinite(options.smoothing), "target_encoder_options::smoothing", "a finite number",
            options.smoothing);
    require(options.folds >= 2, "target_encoder_options::folds", "at least 2", options.folds);
  }

  const target_encoder_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return !attributes_.empty(); }
  /// How many columns `transform` makes.
  std::size_t n_features() const noexcept { return attributes_.size(); }
  /// The mean of the target.
  double prior() const noexcept { return prior_; }

  /// A failed fit changes nothing. O(n) a column.
  /// @param y  [n_rows]: 0 and 1, or any finite numbers
  /// @throws shape_error when y is not as long as the table; value_error for no rows, no columns, one that is not there
  ///         or of dates, or a y that is not finite
  target_encoder& fit(const table& rows, const std::vector<std::string>& columns, span<const double> y);

  /// @return [n_rows, columns]
  /// @throws not_fitted_error, value_error for a column that is not there or of dates
  template <class T = double>
  dense_matrix<T> transform(const table& rows) const;

  /// Fits on all rows and returns the encodings of each by the other folds. Folds are random and of the same mix of
  /// targets, the same for a seed. O(folds · n) a column.
  /// @return [n_rows, columns]
  /// @throws as `fit`; value_error for fewer rows than folds
  template <class T = double>
  dense_matrix<T> fit_transform(const table& rows, const std::vector<std::string>& columns, span<const double> y);

  static constexpr const char* saved_as = "tailor.data.target_encoder";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("prior", prior_);
    a("attributes", attributes_);
  }
  void loaded() const {
    require(std::isfinite(prior_), "prior", "a finite number", prior_);
    for (const attribute& known : attributes_)
      tailor::detail::require_loaded(known.encodings, known.levels.size() + 1, "encodings");
  }

 private:
  struct attribute {
    column_levels levels;
    std::vector<double> encodings;  // of each level, missing last

    template <class A>
    void archive(A& a) {
      a("levels", levels);
      a("encodings", encodings);
    }
  };

  template <class Use>
  std::vector<double> encode(const std::vector<std::uint32_t>& levels, std::size_t n_levels, span<const double> y,
                             Use use) const;
  std::vector<std::size_t> folds_of(span<const double> y) const;

  target_encoder_options options_;
  double prior_ = 0;
  std::vector<attribute> attributes_;
};

// ---------------------------------------------------------------------------------------------------------------------

/// The encoding of each level, missing last, by the rows for which `use(row)`; of a level without any, their mean.
template <class Use>
std::vector<double> target_encoder::encode(const std::vector<std::uint32_t>& levels, std::size_t n_levels,
                                           span<const double> y, Use use) const {
  std::vector<double> counts(n_levels), means(n_levels), squares(n_levels);
  double n = 0, mean = 0, variance = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!use(i)) continue;
    n += 1;
    mean += y[i];
    counts[levels[i]] += 1;
    means[levels[i]] += y[i];
  }
  mean /= n;
  for (std::size_t l = 0; l < n_levels; ++l)
    if (counts[l] > 0) means[l] /= counts[l];
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!use(i)) continue;
    variance += (y[i] - mean) * (y[i] - mean) / n;
    squares[levels[i]] += (y[i] - means[levels[i]]) * (y[i] - means[levels[i]]);
  }
  std::vector<double> encodings(n_levels, mean);
  for (std::size_t l = 0; l < n_levels; ++l) {
    if (counts[l] == 0 || variance == 0) continue;
    const double own = options_.smoothing >= 0 ? counts[l] / (counts[l] + options_.smoothing)
                                               : counts[l] * variance / (counts[l] * variance + squares[l] / counts[l]);
    encodings[l] = own * means[l] + (1 - own) * mean;
  }
  return encodings;
}

/// Rows in random order, sorted by target, are dealt to the folds one by one.
inline std::vector<std::size_t> target_encoder::folds_of(span<const double> y) const {
  std::vector<std::size_t> order(y.size()), folds(y.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  random::generator g(options_.seed);
  random::shuffle(order.begin(), order.end(), g);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return y[a] < y[b]; });
  for (std::size_t i = 0; i < order.size(); ++i) folds[order[i]] = i % options_.folds;
  return folds;
}

inline target_encoder& target_encoder::fit(const table& rows, const std::vector<std::string>& columns,
                                           span<const double> y) {
  require(rows.n_rows() != 0, "target_encoder: rows", "at least one", rows.n_rows());
  require(!columns.empty(), "target_encoder: columns", "at least one", columns.size());
  require<shape_error>(y.size() == rows.n_rows(), "y", "as many as rows, " + show(rows.n_rows()), y.size());
  require_finite(y, "y");
  const double prior = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
  std::vector<attribute> attributes;
  for (const std::string& name : columns) {
    attribute known{column_levels(rows.column(name)), {}};
    known.encodings = encode(known.levels.find(rows), known.levels.size() + 1, y, [](std::size_t) { return true; });
    for (const double encoding : known.encodings)
      require(std::isfinite(encoding), "y", "numbers that can be squared and added up", "a mean of " + show(encoding));
    attributes.push_back(std::move(known));
  }
  prior_ = prior;
  attributes_ = std::move(attributes);
  return *this;
}

template <class T>
dense_matrix<T> target_encoder::transform(const table& rows) const {
  if (!is_fitted()) throw not_fitted_error("target_encoder: expected fit before transform, found no data");
  dense_matrix<T> matrix = make_matrix<T>(rows.n_rows(), attributes_.size());
  for (std::size_t j = 0; j < attributes_.size(); ++j) {
    const attribute& known = attributes_[j];
    const std::vector<std::uint32_t> levels = known.levels.find(rows);
    for (std::size_t i = 0; i < levels.size(); ++i)
      matrix(i, j) = static_cast<T>(levels[i] == column_levels::unknown ? prior_ : known.encodings[levels[i]]);
  }
  return matrix;
}

template <class T>
dense_matrix<T> target_encoder::fit_transform(const table& rows, const std::vector<std::string>& columns,
                                              span<const double> y) {
  require(rows.n_rows() >= options_.folds, "target_encoder: rows", "at least as many as folds, " + show(options_.folds),
          rows.n_rows());
  fit(rows, columns, y);
  const std::vector<std::size_t> folds = folds_of(y);
  dense_matrix<T> matrix = make_matrix<T>(rows.n_rows(), attributes_.size());
  for (std::size_t j = 0; j < attributes_.size(); ++j) {
    const column_levels& known = attributes_[j].levels;
    const std::vector<std::uint32_t> levels = known.find(rows);
    for (std::size_t fold = 0; fold < options_.folds; ++fold) {
      const std::vector<double> encodings =
          encode(levels, known.size() + 1, y, [&](std::size_t i) { return folds[i] != fold; });
      for (std::size_t i = 0; i < levels.size(); ++i)
        if (folds[i] == fold) matrix(i, j) = static_cast<T>(encodings[levels[i]]);
    }
  }
  return matrix;
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
