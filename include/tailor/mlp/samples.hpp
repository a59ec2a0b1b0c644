// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_SAMPLES_HPP
#define TAILOR_MLP_SAMPLES_HPP

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/expression.hpp"
#include "../core/span.hpp"
#include "../data/csr_view.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// The rows that a network is given, dense or sparse: an xtensor expression of two dimensions or a matrix_view,
/// borrowed where the door can, or a `data::csr_view` or `csr_matrix`. Made of an lvalue or a view, it lives no longer
/// than that.
template <class T>
class samples {
 public:
  template <class X, class = std::enable_if_t<!std::is_same_v<std::decay_t<X>, samples>>>
  samples(X&& x);

  std::size_t rows() const noexcept { return is_sparse_ ? sparse_.n_rows() : dense_.rows(); }
  std::size_t cols() const noexcept { return is_sparse_ ? sparse_.n_columns() : dense_.cols(); }
  bool is_sparse() const noexcept { return is_sparse_; }
  matrix_view<T> dense() const noexcept { return dense_.view(); }
  data::csr_view<T> sparse() const noexcept { return sparse_; }
  /// @throws value_error that names the first number that is NaN or infinite
  void require_finite(std::string_view name) const {
    if (is_sparse_)
      data::require_finite(sparse_, name);
    else
      tailor::require_finite(dense_.view(), name);
  }

 private:
  matrix_argument<T> dense_;
  data::csr_view<T> sparse_;
  std::shared_ptr<const void> owner_;  // of a sparse matrix that was a temporary
  bool is_sparse_ = false;
};

/// What a network shall say: numbers of any kind, [n] or [n, columns]: a vector, array or span, or an xtensor
/// expression. Its own copy, in T.
template <class T>
class targets {
 public:
  template <class Y, class = std::enable_if_t<!std::is_same_v<std::decay_t<Y>, targets>>>
  targets(const Y& y);

  std::size_t rows() const noexcept { return rows_; }
  std::size_t cols() const noexcept { return cols_; }
  matrix_view<T> view() const noexcept { return {values_.data(), rows_, cols_}; }

 private:
  void take(matrix_view<T> y) {
    values_.assign(y.data, y.data + y.size());
    rows_ = y.rows;
    cols_ = y.cols;
  }

  std::vector<T> values_;
  std::size_t rows_ = 0, cols_ = 1;
};

/// Rows and what they shall give: `fit_options::validation_data = {X, y}`.
template <class T>
struct labelled {
  samples<T> x;
  targets<T> y;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

template <class X>
struct is_matrix_view : std::false_type {};
template <class T>
struct is_matrix_view<matrix_view<T>> : std::true_type {};
template <class X, class T, class = void>
struct is_sparse_of : std::is_same<X, data::csr_view<T>> {};
template <class X, class T>
struct is_sparse_of<X, T, std::void_t<decltype(std::declval<const X&>().view().row_pointers())>>
    : std::is_same<decltype(std::declval<const X&>().view()), data::csr_view<T>> {};

}  // namespace detail

template <class T>
template <class X, class>
samples<T>::samples(X&& x) {
  using plain = std::decay_t<X>;
  using other = std::conditional_t<std::is_same_v<T, float>, double, float>;
  static_assert(
      !detail::is_sparse_of<plain, other>::value,
      "tailor::mlp: expected a sparse matrix of the network's own scalar (float, or double if it was made so)");
  if constexpr (detail::is_sparse_of<plain, T>::value) {
    is_sparse_ = true;
    if constexpr (std::is_same_v<plain, data::csr_view<T>>) {
      sparse_ = x;
    } else if constexpr (std::is_lvalue_reference_v<X>) {
      sparse_ = x.view();
    } else {
      const auto owned = std::make_shared<const plain>(std::forward<X>(x));
      sparse_ = owned->view();
      owner_ = owned;
    }
  } else if constexpr (detail::is_matrix_view<plain>::value) {
    static_assert(
        std::is_same_v<plain, matrix_view<T>>,
        "tailor::mlp: expected a matrix_view of the network's own scalar (float, or double if it was made so)");
    dense_ = matrix_argument<T>(x);
  } else {
    dense_ = as_matrix<T>(std::forward<X>(x), "X");
  }
}

template <class T>
template <class Y, class>
targets<T>::targets(const Y& y) {
  if constexpr (std::is_same_v<Y, matrix_view<T>>) {
    take(y);
  } else if constexpr (is_expression_v<Y>) {
    using D = tailor::detail::derived_expression_t<Y>;
    constexpr std::size_t rank = tailor::detail::rank_of_shape<std::decay_t<typename D::shape_type>>::value;
    bool is_vector = rank == 1;
    if constexpr (rank == tailor::detail::dynamic_rank) is_vector = tailor::detail::as_derived<D>(y).dimension() == 1;
    if constexpr (rank == 1 || rank == tailor::detail::dynamic_rank)
      if (is_vector) {
        const auto values = as_vector<T>(y, "y");
        take({values.data(), values.size(), 1});
      }
    if constexpr (rank != 1)
      if (!is_vector) take(as_matrix<T>(y, "y").view());
  } else {
    const span<const typename Y::value_type> values(y);
    rows_ = values.size();
    values_.reserve(rows_);
    for (const auto value : values) values_.push_back(static_cast<T>(value));
  }
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
