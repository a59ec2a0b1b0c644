// SPDX-License-Identifier: BSD-3-Clause
// Against three plain loops in double.
#include "tailor/mlp/product.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <tailor/core/random.hpp>
#include <vector>

namespace {

namespace detail = tailor::mlp::detail;

template <class T>
double worst_error(std::size_t m, std::size_t n, std::size_t k, bool a_transposed, bool b_transposed, bool with_bias) {
  tailor::random::generator g(m * 1000 + n * 10 + k);
  std::vector<T> a(m * k), b(k * n), bias(n), c(m * n), scratch(detail::product_scratch<T>(k));
  tailor::random::fill_normal(a, g);
  tailor::random::fill_normal(b, g);
  tailor::random::fill_normal(bias, g);
  for (std::size_t i = 0; i < a.size(); i += 3) a[i] = 0;  // rows that are skipped
  detail::multiply<T>(m, n, k, {a.data(), a_transposed ? m : k, a_transposed},
                      {b.data(), b_transposed ? k : n, b_transposed}, with_bias ? bias.data() : nullptr, c.data(),
                      scratch.data(), {});
  double worst = 0;
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = with_bias ? static_cast<double>(bias[j]) : 0, size = 1;
      for (std::size_t p = 0; p < k; ++p) {
        const double x = static_cast<double>(a_transposed ? a[p * m + i] : a[i * k + p]) *
                         static_cast<double>(b_transposed ? b[j * k + p] : b[p * n + j]);
        sum += x;
        size += std::abs(x);
      }
      worst = std::max(worst, std::abs(static_cast<double>(c[i * n + j]) - sum) / size);
    }
  return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("products: all shapes and ways to lie agree with plain loops", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 2e-6 : 4e-15;
  for (const std::size_t m : {1u, 2u, 7u, 12u, 53u})
    for (const std::size_t n : {1u, 3u, 16u, 17u, 64u, 75u})
      for (const std::size_t k : {1u, 2u, 9u, 70u, 300u})
        for (int way = 0; way < 8; ++way) {
          CAPTURE(m);
          CAPTURE(n);
          CAPTURE(k);
          CAPTURE(way);
          CHECK(worst_error<T>(m, n, k, way & 1, way & 2, way & 4) < tolerance);
        }
}

TEST_CASE("products: what is too large for the caches goes to BLAS") {
  CHECK(worst_error<float>(520, 500, 400, false, false, true) < 2e-6);
  CHECK(worst_error<float>(520, 500, 400, true, true, false) < 2e-6);
}

TEST_CASE("products: a row of a sparse matrix") {
  const std::vector<float> values = {2, -1, 0, 3}, b = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const std::vector<std::uint32_t> columns = {0, 2, 3, 4};
  std::vector<float> y = {100, 200};
  detail::add_row_product(tailor::span<const float>(values), columns.data(), 2, b.data(), 2, y.data());
  CHECK(y == std::vector<float>{100 + 2 - 5 + 27, 200 + 4 - 6 + 30});
}
