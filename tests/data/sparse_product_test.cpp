// SPDX-License-Identifier: BSD-3-Clause
// Products against loops in double over the dense matrix.
#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <tailor/data/csr_matrix.hpp>
#include <tailor/data/sparse_product.hpp>
#include <vector>

#include "formulas.hpp"

namespace data = tailor::data;

TEST_CASE_TEMPLATE("multiply: as loops over the dense matrix, for every width", T, float, double) {
  const auto a = formulas::with_zeros<T>(9, 14);
  const auto sparse = data::csr_matrix<T>::from_dense(a);
  for (std::size_t width = 0; width < 70; ++width) {
    CAPTURE(width);
    const auto b = formulas::random<T>(14, width, width);
    const auto c = data::multiply(sparse.view(), {b.data(), 14, width});
    CHECK(c.shape()[0] == 9);
    CHECK(formulas::distance(c, formulas::product(a, b)) < (sizeof(T) == 8 ? 1e-13 : 1e-4));
  }
}

TEST_CASE("multiply: a column's bits do not depend on its neighbours, nor on the number of threads") {
  const std::size_t n = 4000, m = 500, width = 101;
  std::vector<std::uint64_t> ends{0};
  std::vector<std::uint32_t> columns;
  std::vector<double> values;
  tailor::random::generator draw(1);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = draw.below(10); j < m; j += 1 + draw.below(19)) {
      columns.push_back(static_cast<std::uint32_t>(j));
      values.push_back(draw.normal());
    }
    ends.push_back(columns.size());
  }
  const data::csr_matrix<double> a(n, m, ends, columns, values);
  const auto b = formulas::random<double>(m, width, 2);
  const auto one = data::multiply(a.view(), {b.data(), m, width}, {1, {}});
  CHECK(one == data::multiply(a.view(), {b.data(), m, width}, {4, {}}));
  auto last = tailor::make_matrix<double>(m, 1);
  for (std::size_t i = 0; i < m; ++i) last(i, 0) = b(i, width - 1);
  const auto alone = data::multiply(a.view(), {last.data(), m, 1});
  bool same = true;
  for (std::size_t i = 0; i < n; ++i) same = same && alone(i, 0) == one(i, width - 1);
  CHECK(same);
}

TEST_CASE("multiply: empty matrices, and shapes that do not fit") {
  const data::csr_matrix<double> none(0, 3, {0}, {}, {}), zero(2, 3, {0, 0, 0}, {}, {});
  const auto b = formulas::full<double>(3, 5);
  CHECK(data::multiply(none.view(), {b.data(), 3, 5}).size() == 0);
  for (const double x : data::multiply(zero.view(), {b.data(), 3, 5})) CHECK(x == 0);
  CHECK_THROWS_WITH_AS(data::multiply(zero.view(), {b.data(), 5, 3}),
                       "A * B: expected as many columns of A as rows of B, found 2 x 3 and 5 x 3", tailor::shape_error);
}
