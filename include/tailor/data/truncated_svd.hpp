// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_TRUNCATED_SVD_HPP
#define TAILOR_DATA_TRUNCATED_SVD_HPP

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/loaded.hpp"
#include "../fwd.hpp"
#include "column_summary.hpp"
#include "data_matrix.hpp"
#include "randomized_svd.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

struct truncated_svd_options {
  std::size_t n_components = 2;
  randomized_svd_options search = {};

  template <class A>
  void archive(A& a) {
    a("n_components", n_components);
    a("search", search);
  }
};

/// Samples [n, d], dense or sparse, in the k directions that hold most of them, without centring: latent semantic
/// analysis. As scikit-learn's TruncatedSVD, but that the number of power iterations is `randomized_svd`'s; signs are
/// those of scikit-learn from 1.5, the entry of largest magnitude in a component being positive.
template <class T>
class basic_truncated_svd {
 public:
  using value_type = T;

  /// @throws value_error for 0 components
  explicit basic_truncated_svd(truncated_svd_options options = {}) : options_(options) {
    require(options.n_components >= 1, "truncated_svd_options::n_components", "at least 1", options.n_components);
  }

  const truncated_svd_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return components_.shape()[0] != 0; }
  /// d
  std::size_t n_features() const noexcept { return components_.shape()[1]; }
  /// `[k, d]`, orthonormal rows, the leading one first.
  const dense_matrix<T>& components() const noexcept { return components_; }
  /// `[k]`, descending.
  const std::vector<double>& singular_values() const noexcept { return singular_values_; }
  /// `[k]`: the variance, over n, of each column of the transformed training samples.
  const std::vector<double>& explained_variance() const noexcept { return explained_variance_; }
  /// That as a share of the variances of all columns of the training samples, 0 when these are constant.
  const std::vector<double>& explained_variance_ratio() const noexcept { return explained_variance_ratio_; }

  /// A failed fit changes nothing. The cost is that of `randomized_svd`.
  /// @param X  any xtensor expression of numbers, csr_matrix or csr_view
  /// @throws value_error for values that are not finite and for more components than min(n, d)
  template <class E>
  basic_truncated_svd& fit(const E& X, const run_options& run = {}) {
    fit_transform(X, run);
    return *this;
  }

  /// As `fit`, then `transform`.
  template <class E>
  dense_matrix<T> fit_transform(const E& X, const run_options& run = {}) {
    detail::data_matrix<T> samples(X, "X");
    return learn(samples, run);
  }

  /// Samples in the components' directions, X·componentsᵀ.
  /// @return `[n, k]`
  /// @throws not_fitted_error, shape_error for other columns than `fit` saw, value_error for values that are not finite
  template <class E>
  dense_matrix<T> transform(const E& X, const run_options& run = {}) const {
    if (!is_fitted()) throw not_fitted_error("truncated_svd: expected fit before transform, found no data");
    const detail::data_matrix<T> samples(X, "X");
    require<shape_error>(samples.cols() == n_features(), "X", show(n_features()) + " columns, as fit saw",
                         samples.cols());
    return samples.times(detail::view_of(detail::transposed_copy(components_)), run);
  }

  /// What transformed samples [n, k] stand for, Z·components.
  /// @return `[n, d]`
  /// @throws not_fitted_error, shape_error for other columns than there are components
  template <class E>
  dense_matrix<T> inverse_transform(const E& Z, const run_options& run = {}) const {
    if (!is_fitted()) throw not_fitted_error("truncated_svd: expected fit before inverse_transform, found no data");
    const detail::data_matrix<T> scores(Z, "Z");
    require<shape_error>(scores.cols() == components_.shape()[0], "Z",
                         show(components_.shape()[0]) + " columns, one a component", scores.cols());
    return scores.times(detail::view_of(components_), run);
  }

  static constexpr const char* saved_as = "tailor.data.truncated_svd";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("components", components_);
    a("singular_values", singular_values_);
    a("explained_variance", explained_variance_);
    a("explained_variance_ratio", explained_variance_ratio_);
  }
  void loaded() const {
    using tailor::detail::require_loaded;
    const std::size_t k = components_.shape()[0];
    require_loaded(components_, components_.size(), "components");
    require_loaded(singular_values_, k, "singular_values");
    require_loaded(explained_variance_, k, "explained_variance");
    require_loaded(explained_variance_ratio_, k, "explained_variance_ratio");
  }

 private:
  dense_matrix<T> learn(detail::data_matrix<T>& samples, const run_options& run) {
    samples.prepare_transpose(run);
    linalg::singular_values<T> found =
        detail::leading_triplets(samples, options_.n_components, options_.search, "truncated_svd", run);
    dense_matrix<T> scores = samples.times(detail::view_of(detail::transposed_copy(found.vt)), run);
    const double total = samples.total_variance(run);
    std::vector<double> variance, ratio;
    for (const column_summary& column : detail::summarise(detail::view_of(scores), run)) {
      variance.push_back(column.variance());
      ratio.push_back(total > 0 ? column.variance() / total : 0);
    }
    components_ = std::move(found.vt);
    singular_values_.assign(found.values.begin(), found.values.end());
    explained_variance_ = std::move(variance);
    explained_variance_ratio_ = std::move(ratio);
    return scores;
  }

  truncated_svd_options options_;
  dense_matrix<T> components_;
  std::vector<double> singular_values_, explained_variance_, explained_variance_ratio_;
};

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
