// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_PCA_HPP
#define TAILOR_DATA_PCA_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/factorization.hpp"
#include "../core/linalg.hpp"
#include "../core/loaded.hpp"
#include "../core/parallel.hpp"
#include "../fwd.hpp"
#include "column_summary.hpp"
#include "data_matrix.hpp"
#include "randomized_svd.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

struct pca_options {
  std::size_t n_components = 0;  ///< at most so many; 0 = min(n, d)
  double variance = 1;           ///< and no more than explain a larger share of the variance than this
  bool whiten = false;           ///< transformed training samples have variance 1 in every component

  template <class A>
  void archive(A& a) {
    a("n_components", n_components);
    a("variance", variance);
    a("whiten", whiten);
  }
};

/// Principal components of dense samples [n, d]: the directions of largest variance around the mean. As scikit-learn's
/// PCA with svd_solver "full", exact: by LAPACK's gesdd on the centred samples, or, where n >= 10 d and d <= 1000, by
/// syevd on their covariance, which is summed in double. There the error of a singular value s is about ε s₁² / s: one
/// below 1e-8 of the first, s₁, is not to be told from 0. Signs are those of scikit-learn from 1.5, the entry of
/// largest magnitude in a component being positive. For a few components of many columns `truncated_svd` is faster.
template <class T>
class basic_pca {
 public:
  using value_type = T;

  /// @throws value_error for a variance that is not a share above 0
  explicit basic_pca(pca_options options = {}) : options_(options) {
    require(options.variance > 0 && options.variance <= 1, "pca_options::variance", "a share above 0, at most 1",
            options.variance);
  }

  const pca_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return components_.shape()[0] != 0; }
  /// d
  std::size_t n_features() const noexcept { return components_.shape()[1]; }
  /// k, after `fit`.
  std::size_t n_components() const noexcept { return components_.shape()[0]; }
  /// `[k, d]`, orthonormal rows, the one of largest variance first.
  const dense_matrix<T>& components() const noexcept { return components_; }
  /// `[d]`: the means of the training samples.
  const std::vector<double>& mean() const noexcept { return mean_; }
  /// `[k]`: the singular values of the centred training samples, descending.
  const std::vector<double>& singular_values() const noexcept { return singular_values_; }
  /// `[k]`: variances over n − 1.
  const std::vector<double>& explained_variance() const noexcept { return explained_variance_; }
  /// `[k]`: shares of the variance of all columns, 0 when these are constant.
  const std::vector<double>& explained_variance_ratio() const noexcept { return explained_variance_ratio_; }

  /// A failed fit changes nothing. O(n d min(n, d)), with the same bits for any number of threads.
  /// @param X  [n, d]: any xtensor expression of numbers
  /// @throws value_error for values that are not finite, less than 2 rows, no columns, more components than min(n, d)
  template <class E>
  basic_pca& fit(const E& X, const run_options& run = {}) {
    const auto samples = as_matrix<T>(X, "X");
    learn(samples.view(), run);
    return *this;
  }

  template <class E>
  dense_matrix<T> fit_transform(const E& X, const run_options& run = {}) {
    return fit(X, run).transform(X, run);
  }

  /// Samples in the components' directions, (X − mean)·componentsᵀ, divided by their deviations when whitened.
  /// @return [n, k]
  /// @throws not_fitted_error, shape_error for other columns than `fit` saw, value_error for values that are not finite
  template <class E>
  dense_matrix<T> transform(const E& X, const run_options& run = {}) const {
    if (!is_fitted()) throw not_fitted_error("pca: expected fit before transform, found no data");
    const auto samples = as_matrix<T>(X, "X");
    require<shape_error>(samples.cols() == n_features(), "X", show(n_features()) + " columns, as fit saw",
                         samples.cols());
    tailor::require_finite(samples.view(), "X");
    const dense_matrix<T> centred = centre<T>(samples.view(), mean_, run);
    dense_matrix<T> scores = make_matrix<T>(samples.rows(), n_components());
    linalg::gemm(T{1}, detail::view_of(centred), linalg::transposed(detail::view_of(components_)), T{0}, scores.data(),
                 run);
    if (options_.whiten) scale_columns(scores, false);
    return scores;
  }

  /// What transformed samples [n, k] stand for.
  /// @return [n, d]
  /// @throws not_fitted_error, shape_error for other columns than there are components, value_error for values that are
  /// not finite
  template <class E>
  dense_matrix<T> inverse_transform(const E& Z, const run_options& run = {}) const {
    if (!is_fitted()) throw not_fitted_error("pca: expected fit before inverse_transform, found no data");
    const auto given = as_matrix<T>(Z, "Z");
    require<shape_error>(given.cols() == n_components(), "Z", show(n_components()) + " columns, one a component",
                         given.cols());
    tailor::require_finite(given.view(), "Z");
    dense_matrix<T> scores = make_matrix<T>(given.rows(), given.cols());
    std::copy(given.data(), given.data() + scores.size(), scores.data());
    if (options_.whiten) scale_columns(scores, true);
    dense_matrix<T> samples = make_matrix<T>(given.rows(), n_features());
    for (std::size_t i = 0; i < given.rows(); ++i)
      for (std::size_t j = 0; j < n_features(); ++j) samples(i, j) = static_cast<T>(mean_[j]);
    linalg::gemm(T{1}, detail::view_of(scores), detail::view_of(components_), T{1}, samples.data(), run);
    return samples;
  }

  static constexpr const char* saved_as = "tailor.data.pca";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("mean", mean_);
    a("components", components_);
    a("singular_values", singular_values_);
    a("explained_variance", explained_variance_);
    a("explained_variance_ratio", explained_variance_ratio_);
  }
  void loaded() const {
    using tailor::detail::require_loaded;
    require_loaded(mean_, n_features(), "mean");
    require_loaded(components_, components_.size(), "components");
    require_loaded(singular_values_, n_components(), "singular_values");
    require_loaded(explained_variance_, n_components(), "explained_variance");
    require_loaded(explained_variance_ratio_, n_components(), "explained_variance_ratio");
    for (const double x : explained_variance_) require(x >= 0, "explained_variance", "numbers from 0", x);
  }

 private:
  void learn(matrix_view<T> X, const run_options& run);

  /// X − mean, in `To`.
  template <class To>
  static dense_matrix<To> centre(matrix_view<T> X, const std::vector<double>& mean, const run_options& run) {
    dense_matrix<To> out = make_matrix<To>(X.rows, X.cols);
    To* const to = out.data();
    parallel_blocks({X.rows, 1024}, run, {static_cast<double>(X.size())},
                    [&](std::size_t, std::size_t, std::size_t begin, std::size_t end) {
                      for (std::size_t i = begin; i < end; ++i)
                        for (std::size_t j = 0; j < X.cols; ++j)
                          to[i * X.cols + j] = static_cast<To>(static_cast<double>(X(i, j)) - mean[j]);
                    });
    return out;
  }

  /// By the components' deviations or their inverses; one that is 0 but for rounding leaves its column alone.
  void scale_columns(dense_matrix<T>& scores, bool back) const {
    const std::size_t k = n_components();
    const double least = std::sqrt(explained_variance_[0]) * std::numeric_limits<T>::epsilon() *
                         static_cast<double>((std::max)(k, n_features()));
    for (std::size_t c = 0; c < k; ++c) {
      const double deviation = std::sqrt(explained_variance_[c]);
      if (deviation <= least) continue;
      const double factor = back ? deviation : 1 / deviation;
      for (std::size_t i = 0; i < scores.shape()[0]; ++i)
        scores(i, c) = static_cast<T>(static_cast<double>(scores(i, c)) * factor);
    }
  }

  pca_options options_;
  std::vector<double> mean_;
  dense_matrix<T> components_;
  std::vector<double> singular_values_, explained_variance_, explained_variance_ratio_;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
void basic_pca<T>::learn(matrix_view<T> X, const run_options& run) {
  require(X.rows >= 2, "X", "at least 2 rows", X.rows);
  require(X.cols >= 1, "X", "at least 1 column", X.cols);
  const std::size_t shorter = (std::min)(X.rows, X.cols);
  require(options_.n_components <= shorter, "pca_options::n_components", "at most min(n, d), which is " + show(shorter),
          options_.n_components);
  tailor::require_finite(X, "X");
  std::vector<double> mean;
  for (const column_summary& column : detail::summarise(X, run))
    mean.push_back(column.min == column.max ? column.min : column.mean);  // a constant column leaves nothing

  // All squared singular values, descending, and as many directions.
  std::vector<double> squares(shorter);
  dense_matrix<T> directions;
  if (X.rows / 10 >= X.cols && X.cols <= 1000) {
    dense_matrix<double> gram = make_matrix<double>(X.cols, X.cols);
    const dense_matrix<double> centred = centre<double>(X, mean, run);
    linalg::syrk(1.0, linalg::transposed(detail::view_of(centred)), 0.0, gram.data(), run, linalg::triangle::lower);
    const auto eigen = linalg::symmetric_eigen(std::move(gram), "X");
    directions = make_matrix<T>(shorter, X.cols);
    for (std::size_t c = 0; c < shorter; ++c) {
      squares[c] = (std::max)(eigen.values(shorter - 1 - c), 0.0);
      for (std::size_t j = 0; j < X.cols; ++j) directions(c, j) = static_cast<T>(eigen.vectors(j, shorter - 1 - c));
    }
  } else {
    auto svd = linalg::thin_svd(centre<T>(X, mean, run), "X");
    for (std::size_t c = 0; c < shorter; ++c)
      squares[c] = static_cast<double>(svd.values(c)) * static_cast<double>(svd.values(c));
    directions = std::move(svd.vt);
  }

  double total = 0;
  for (const double square : squares) total += square;
  std::size_t k = options_.n_components == 0 ? shorter : options_.n_components;
  double share = 0;
  for (std::size_t c = 0; c < k && options_.variance < 1 && total > 0; ++c) {
    share += squares[c] / total;
    if (share > options_.variance) k = c + 1;
  }
  std::vector<double> singular_values, variance, ratio;
  for (std::size_t c = 0; c < k; ++c) {
    singular_values.push_back(std::sqrt(squares[c]));
    variance.push_back(squares[c] / static_cast<double>(X.rows - 1));
    ratio.push_back(total > 0 ? squares[c] / total : 0);
  }
  dense_matrix<T> components = make_matrix<T>(k, X.cols);
  std::copy(directions.data(), directions.data() + components.size(), components.data());
  detail::fix_signs<T>(nullptr, 0, components);

  mean_ = std::move(mean);
  components_ = std::move(components);
  singular_values_ = std::move(singular_values);
  explained_variance_ = std::move(variance);
  explained_variance_ratio_ = std::move(ratio);
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
