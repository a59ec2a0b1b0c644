// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_NMF_HPP
#define TAILOR_DATA_NMF_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/loaded.hpp"
#include "../core/random.hpp"
#include "../fwd.hpp"
#include "data_matrix.hpp"
#include "nmf_solver.hpp"
#include "randomized_svd.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// What the factors start from: the leading singular vectors' parts above or below 0 (Boutsidis, Gallopoulos: SVD based
/// initialization. Pattern Recognition 2008), the same with zeros replaced with the mean of X, or random numbers.
/// `automatic` is nndsvda where n_components <= min(n, d), else random.
enum class nmf_start { automatic, nndsvd, nndsvda, random };
constexpr std::array<std::string_view, 4> enum_names(nmf_start) { return {"automatic", "nndsvd", "nndsvda", "random"}; }

/// The defaults are scikit-learn's.
struct nmf_options {
  std::size_t n_components = 0;  ///< 0 = d
  nmf_loss loss = nmf_loss::frobenius;
  nmf_solver solver = nmf_solver::coordinate_descent;  ///< Kullback–Leibler has the multiplicative one only
  nmf_start start = nmf_start::automatic;              ///< with nndsvd the multiplicative solver keeps all zeros
  double tolerance = 1e-4;
  std::size_t max_iter = 200;
  double alpha_w = 0;   ///< weight of the penalty on W, times d
  double alpha_h = 0;   ///< weight of the penalty on H, times n
  double l1_ratio = 0;  ///< share of the penalty that is on Σ |w|, the rest on Σ w² / 2
  std::uint64_t seed = 0;

  template <class A>
  void archive(A& a) {
    a("n_components", n_components);
    a("loss", loss);
    a("solver", solver);
    a("start", start);
    a("tolerance", tolerance);
    a("max_iter", max_iter);
    a("alpha_w", alpha_w);
    a("alpha_h", alpha_h);
    a("l1_ratio", l1_ratio);
    a("seed", seed);
  }
};

/// Samples [n, d] of numbers from 0, dense or sparse, as the product W·H of two such factors of few components: topics,
/// parts. As scikit-learn's NMF, same steps from the same start; but `transform` solves for every row alone, so that
/// its result does not depend on what other rows come with it.
template <class T>
class basic_nmf {
 public:
  using value_type = T;

  /// @throws value_error for options without sense, and for coordinate descent on the Kullback–Leibler loss
  explicit basic_nmf(nmf_options options = {}) : options_(options) {
    const auto from_zero = [](double x, std::string_view name) {
      require(std::isfinite(x) && x >= 0, name, "a number from 0", x);
    };
    from_zero(options.tolerance, "nmf_options::tolerance");
    from_zero(options.alpha_w, "nmf_options::alpha_w");
    from_zero(options.alpha_h, "nmf_options::alpha_h");
    require(options.l1_ratio >= 0 && options.l1_ratio <= 1, "nmf_options::l1_ratio", "a number from 0 to 1",
            options.l1_ratio);
    require(options.max_iter >= 1, "nmf_options::max_iter", "at least 1", options.max_iter);
    require(options.loss == nmf_loss::frobenius || options.solver == nmf_solver::multiplicative, "nmf_options::solver",
            "multiplicative for the Kullback-Leibler loss", "coordinate_descent");
  }

  const nmf_options& options() const noexcept { return options_; }
  bool is_fitted() const noexcept { return components_.shape()[0] != 0; }
  /// d
  std::size_t n_features() const noexcept { return components_.shape()[1]; }
  /// H `[k, d]`
  const dense_matrix<T>& components() const noexcept { return components_; }
  /// Of the training samples: ‖X − W·H‖ or √(2 KL(X, W·H)), without penalties.
  double reconstruction_error() const noexcept { return reconstruction_error_; }
  /// How many iterations `fit` took; options().max_iter when it did not reach the tolerance.
  std::size_t n_iter() const noexcept { return n_iter_; }

  /// A failed fit changes nothing. O((nnz + (n + d) k) k) an iteration (n d k for dense samples under the Frobenius
  /// loss), with the same bits for any number of threads.
  /// @param X  any xtensor expression of numbers, csr_matrix or csr_view
  /// @throws value_error for values below 0 or not finite, no rows or columns, and for the nndsvd starts with more
  /// components than min(n, d)
  template <class E>
  basic_nmf& fit(const E& X, const run_options& run = {}) {
    fit_transform(X, run);
    return *this;
  }

  /// @return W `[n, k]` of the fit itself
  template <class E>
  dense_matrix<T> fit_transform(const E& X, const run_options& run = {}) {
    detail::data_matrix<T> samples(X, "X");
    return learn(samples, run);
  }

  /// The W of other samples for the components as they are, each row by at most max_iter steps of the solver.
  /// @return [n, k]
  /// @throws not_fitted_error, shape_error for other columns than `fit` saw, value_error for values below 0 or not
  /// finite
  template <class E>
  dense_matrix<T> transform(const E& X, const run_options& run = {}) const {
    if (!is_fitted()) throw not_fitted_error("nmf: expected fit before transform, found no data");
    detail::data_matrix<T> samples(X, "X");
    require<shape_error>(samples.cols() == n_features(), "X", show(n_features()) + " columns, as fit saw",
                         samples.cols());
    check(samples);
    const dense_matrix<T> ht = detail::transposed_copy(components_);
    return solver().solve(samples, ht, penalty_on_w(n_features()), options_.tolerance, options_.max_iter, run);
  }

  /// What transformed samples stand for, W·H.
  /// @return `[n, d]`
  /// @throws not_fitted_error, shape_error for other columns than there are components
  template <class E>
  dense_matrix<T> inverse_transform(const E& W, const run_options& run = {}) const {
    if (!is_fitted()) throw not_fitted_error("nmf: expected fit before inverse_transform, found no data");
    const detail::data_matrix<T> weights(W, "W");
    require<shape_error>(weights.cols() == components_.shape()[0], "W",
                         show(components_.shape()[0]) + " columns, one a component", weights.cols());
    return weights.times(detail::view_of(components_), run);
  }

  static constexpr const char* saved_as = "tailor.data.nmf";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    a("components", components_);
    a("reconstruction_error", reconstruction_error_);
    a("n_iter", n_iter_);
  }
  void loaded() const {
    tailor::detail::require_loaded(components_, components_.size(), "components");
    for (const T x : components_) require(x >= T{0}, "components", "numbers from 0", x);
    require(reconstruction_error_ >= 0, "reconstruction_error", "a number from 0", reconstruction_error_);
  }

 private:
  detail::nmf_steps<T> solver() const noexcept { return {options_.loss, options_.solver}; }
  detail::nmf_penalty penalty_on_w(std::size_t d) const noexcept {
    const double scale = options_.alpha_w * static_cast<double>(d);
    return {scale * options_.l1_ratio, scale * (1 - options_.l1_ratio)};
  }
  detail::nmf_penalty penalty_on_h(std::size_t n) const noexcept {
    const double scale = options_.alpha_h * static_cast<double>(n);
    return {scale * options_.l1_ratio, scale * (1 - options_.l1_ratio)};
  }

  /// Kullback–Leibler looks at what is not zero only, so its samples are sparse.
  void check(detail::data_matrix<T>& samples) const {
    for (const T x : samples.values())
      if (x < T{0}) throw value_error(describe("X", "no value below 0", show(x)));
    if (options_.loss == nmf_loss::kullback_leibler) samples.make_sparse();
  }

  dense_matrix<T> learn(detail::data_matrix<T>& samples, const run_options& run);
  void start(const detail::data_matrix<T>& samples, dense_matrix<T>& w, dense_matrix<T>& ht,
             const run_options& run) const;

  nmf_options options_;
  dense_matrix<T> components_;
  double reconstruction_error_ = 0;
  std::size_t n_iter_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
dense_matrix<T> basic_nmf<T>::learn(detail::data_matrix<T>& samples, const run_options& run) {
  const std::size_t n = samples.rows(), d = samples.cols();
  const std::size_t k = options_.n_components == 0 ? d : options_.n_components;
  require(n >= 1, "X", "at least 1 row", n);
  require(d >= 1, "X", "at least 1 column", d);
  check(samples);
  samples.prepare_transpose(run);

  dense_matrix<T> w = make_matrix<T>(n, k), ht = make_matrix<T>(d, k);
  start(samples, w, ht, run);
  const detail::nmf_steps<T> steps = solver();
  const detail::nmf_penalty on_w = penalty_on_w(d), on_h = penalty_on_h(n);
  const bool descent = options_.solver == nmf_solver::coordinate_descent;
  const double first_error = descent ? 0 : steps.error(samples, w, ht, run);
  double first = 0, previous = first_error;
  std::size_t i = 0;
  for (bool rests = false; i < options_.max_iter && !rests; ++i) {
    double violation = steps.improve(samples, false, w, ht, on_w, run);
    violation += steps.improve(samples, true, ht, w, on_h, run);
    if (descent) {
      if (i == 0) first = violation;
      rests = !(violation > options_.tolerance * first);
    } else if ((i + 1) % detail::nmf_check_period == 0 && options_.tolerance > 0) {
      const double now = steps.error(samples, w, ht, run);
      rests = !(previous - now >= options_.tolerance * first_error) || first_error == 0;
      previous = now;
    }
    report_progress(run, "nmf", rests ? options_.max_iter : i + 1, options_.max_iter);
  }

  const double error = steps.error(samples, w, ht, run);
  tailor::require_finite(detail::view_of(w), "W");
  tailor::require_finite(detail::view_of(ht), "H");
  components_ = detail::transposed_copy(ht);
  reconstruction_error_ = error;
  n_iter_ = i;
  return w;
}

/// scikit-learn's _initialize_nmf.
template <class T>
void basic_nmf<T>::start(const detail::data_matrix<T>& samples, dense_matrix<T>& w, dense_matrix<T>& ht,
                         const run_options& run) const {
  const std::size_t n = samples.rows(), d = samples.cols(), k = w.shape()[1];
  nmf_start kind = options_.start;
  if (kind == nmf_start::automatic) kind = k <= (std::min)(n, d) ? nmf_start::nndsvda : nmf_start::random;
  double mean = 0;
  for (const T x : samples.values()) mean += static_cast<double>(x);
  mean /= static_cast<double>(n) * static_cast<double>(d);

  if (kind == nmf_start::random) {
    const T level = static_cast<T>(std::sqrt(mean / static_cast<double>(k)));
    random::generator draw(options_.seed);
    for (dense_matrix<T>* factor : {&ht, &w}) {
      random::fill_normal(*factor, draw);
      for (T& x : *factor) x = level * std::abs(x);
    }
    return;
  }

  require(k <= (std::min)(n, d), "nmf_options::n_components",
          "at most min(n, d), which is " + show((std::min)(n, d)) + ", for a start from singular vectors", k);
  randomized_svd_options search;
  search.seed = options_.seed;
  const auto svd = detail::leading_triplets(samples, k, search, "nmf: start", run);
  const T fill = kind == nmf_start::nndsvda ? static_cast<T>(mean) : T{0};
  for (std::size_t c = 0; c < k; ++c) {
    double above[2] = {}, below[2] = {};  // squares of the parts of u and v on either side of 0
    for (std::size_t i = 0; i < n; ++i)
      (svd.u(i, c) > T{0} ? above : below)[0] += double(svd.u(i, c)) * double(svd.u(i, c));
    for (std::size_t j = 0; j < d; ++j)
      (svd.vt(c, j) > T{0} ? above : below)[1] += double(svd.vt(c, j)) * double(svd.vt(c, j));
    const double of_above = std::sqrt(above[0] * above[1]), of_below = std::sqrt(below[0] * below[1]);
    const bool all = c == 0;  // those of the first triplet are of one sign
    const double sign = of_above > of_below ? 1 : -1;
    const double* norms = sign > 0 ? above : below;
    const double size = std::sqrt(static_cast<double>(svd.values(c)) * (all ? 1 : (std::max)(of_above, of_below)));
    const auto entry = [&](T x, double square) {
      const double part = all ? std::abs(double(x)) : (std::max)(sign * double(x), 0.0) / std::sqrt(square);
      const double value = part > 0 ? size * part : 0;
      return value < 1e-6 ? fill : static_cast<T>(value);
    };
    for (std::size_t i = 0; i < n; ++i) w(i, c) = entry(svd.u(i, c), norms[0]);
    for (std::size_t j = 0; j < d; ++j) ht(j, c) = entry(svd.vt(c, j), norms[1]);
  }
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
