// SPDX-License-Identifier: BSD-3-Clause
// Small matrices are written out by hand; random ones are compared with a map from (row, column) to the values given.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <tailor/core/random.hpp>
#include <tailor/data/csr_matrix.hpp>
#include <utility>
#include <vector>

namespace data = tailor::data;
using data::csr_matrix;
using indices = std::vector<std::uint32_t>;
using pointers = std::vector<std::uint64_t>;
using sizes = std::vector<std::size_t>;

namespace {

template <class F>
std::string what(F&& f) {
  try {
    f();
  } catch (const tailor::error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

struct triplets {
  std::size_t n_rows, n_columns;
  indices rows, columns;
  std::vector<double> values;
};

triplets random_triplets(std::size_t n_rows, std::size_t n_columns, std::size_t n, std::uint64_t seed) {
  tailor::random::generator draw(seed);
  triplets out{n_rows, n_columns, {}, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    out.rows.push_back(static_cast<std::uint32_t>(draw.uniform() * static_cast<double>(n_rows)));
    out.columns.push_back(static_cast<std::uint32_t>(draw.uniform() * static_cast<double>(n_columns)));
    out.values.push_back(std::floor(draw.uniform() * 100));
  }
  return out;
}

csr_matrix<double> build(const triplets& t, data::duplicates policy) {
  return csr_matrix<double>::from_triplets(t.n_rows, t.n_columns, t.rows, t.columns,
                                           tailor::span<const double>(t.values), policy);
}

}  // namespace

TEST_CASE("triplets in any order become rows of rising columns") {
  const auto m = csr_matrix<float>::from_triplets(3, 4, indices{2, 0, 2, 0}, indices{3, 1, 0, 0},
                                                  tailor::span<const float>(std::vector<float>{1, 2, 3, 4}));
  CHECK(m == csr_matrix<float>(3, 4, {0, 2, 2, 4}, {0, 1, 0, 3}, {4, 2, 3, 1}));
  CHECK(m.n_rows() == 3);
  CHECK(m.n_columns() == 4);
  CHECK(m.nnz() == 4);
  CHECK(m.row(1).empty());
  CHECK(m.row(2).size() == 2);
  CHECK(m.row(2).columns[1] == 3);
  CHECK(m.row(2).values[0] == 3.0F);
}

TEST_CASE("each duplicates policy keeps what it says") {
  for (const std::size_t n : sizes{0, 1, 50, 5000}) {
    const triplets t = random_triplets(30, 20, n, n);
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<double>> twin;
    for (std::size_t i = 0; i < n; ++i) twin[{t.rows[i], t.columns[i]}].push_back(t.values[i]);
    for (const auto policy : {data::duplicates::sum, data::duplicates::last, data::duplicates::mean}) {
      const auto m = build(t, policy);
      REQUIRE(m.nnz() == twin.size());
      std::size_t at = 0;
      bool same = true;
      for (const auto& [cell, values] : twin) {  // a map goes row by row, column by column
        double expected = values.back(), sum = 0;
        for (const double value : values) sum += value;
        if (policy == data::duplicates::sum) expected = sum;
        if (policy == data::duplicates::mean) expected = sum / static_cast<double>(values.size());
        same = same && m.columns()[at] == cell.second && m.values()[at] == expected &&
               m.row_pointers()[cell.first] <= at && at < m.row_pointers()[cell.first + 1];
        ++at;
      }
      CHECK(same);
      // What it gives is what it would accept.
      CHECK(csr_matrix<double>(m.n_rows(), m.n_columns(), m.row_pointers(), m.columns(), m.values()) == m);
    }
  }
  CHECK(what([] {
          build({2, 3, {1, 0, 1}, {2, 0, 2}, {1, 1, 1}}, data::duplicates::error);
        }) == "triplets(1, 2): expected one value for a cell (duplicates::error), found 2 values");
  CHECK(build({2, 3, {1, 0, 1}, {2, 0, 1}, {1, 1, 1}}, data::duplicates::error).nnz() == 3);
}

TEST_CASE("triplets outside the matrix or of different lengths are refused, naming the place") {
  const auto build_from = [](const indices& rows, const indices& columns, const std::vector<double>& values) {
    return what([&] { build({2, 3, rows, columns, values}, data::duplicates::sum); });
  };
  CHECK(build_from({0, 2}, {0, 0}, {1, 1}) == "rows[1]: expected below n_rows = 2, found 2");
  CHECK(build_from({0, 1}, {3, 0}, {1, 1}) == "columns[0]: expected below n_columns = 3, found 3");
  CHECK(build_from({0}, {0, 1}, {1, 1}) == "triplets: expected as many rows as columns and values, found 1, 2 and 2");
  CHECK(what([] {
          build({0, 0, {0}, {0}, {1}}, data::duplicates::sum);
        }) == "rows[0]: expected below n_rows = 0, found 0");
}

TEST_CASE("malformed arrays are refused, naming the array and the place") {
  const auto made_of = [](std::size_t n_rows, std::size_t n_columns, pointers p, indices c, std::vector<double> v) {
    return what([&] { csr_matrix<double>(n_rows, n_columns, std::move(p), std::move(c), std::move(v)); });
  };
  CHECK(made_of(2, 3, {0, 1, 2}, {0, 2}, {1, 1}) == "nothing was thrown");
  CHECK(made_of(2, 3, {0, 2}, {0, 2}, {1, 1}) == "row_pointers: expected n_rows + 1 = 3 numbers, found 2");
  CHECK(made_of(2, 3, {}, {}, {}) == "row_pointers: expected n_rows + 1 = 3 numbers, found 0");
  CHECK(made_of(2, 3, {0, 1, 2}, {0, 2}, {1}) == "values: expected 2, one a column, found 1");
  CHECK(made_of(2, 3, {1, 1, 2}, {0, 2}, {1, 1}) == "row_pointers[0]: expected 0, found 1");
  CHECK(made_of(2, 3, {0, 1, 3}, {0, 2}, {1, 1}) == "row_pointers[n_rows]: expected the number of cells, 2, found 3");
  CHECK(made_of(3, 3, {0, 2, 1, 2}, {0, 2}, {1, 1}) == "row_pointers[2]: expected from 2 to 2, found 1");
  CHECK(made_of(3, 3, {0, 9, 1, 2}, {0, 2}, {1, 1}) == "row_pointers[1]: expected from 0 to 2, found 9");
  CHECK(made_of(3, 3, {0, ~std::uint64_t{0}, 1, 2}, {0, 2}, {1, 1}) ==
        "row_pointers[1]: expected from 0 to 2, found 18446744073709551615");
  CHECK(made_of(2, 3, {0, 1, 2}, {0, 3}, {1, 1}) == "columns[1]: expected below n_columns = 3, found 3");
  CHECK(made_of(1, 3, {0, 2}, {2, 1}, {1, 1}) ==
        "columns[1]: expected above 2, the column before it in row 0, found 1");
  CHECK(made_of(1, 3, {0, 2}, {1, 1}, {1, 1}) ==
        "columns[1]: expected above 1, the column before it in row 0, found 1");
}

TEST_CASE("more rows or columns than 32 bits can name are refused before anything is allocated") {
  constexpr std::size_t many = std::size_t{1} << 40;
  CHECK_THROWS_AS(csr_matrix<float>(many, 1, {0}, {}, {}), tailor::value_error);
  CHECK_THROWS_AS(csr_matrix<float>(1, many, {0, 0}, {}, {}), tailor::value_error);
  CHECK_THROWS_AS(csr_matrix<float>(~std::size_t{0}, 1, {}, {}, {}), tailor::value_error);
  CHECK_THROWS_AS(csr_matrix<float>::from_triplets(many, 1, {}, {}, {}), tailor::value_error);
  CHECK_THROWS_AS(csr_matrix<float>::from_triplets(1, ~std::size_t{0}, {}, {}, {}), tailor::value_error);
}

TEST_CASE("from_dense takes any expression and keeps what is not zero") {
  const xt::xtensor<int, 2> R = {{5, 0, 3}, {0, 0, 0}, {0, 1, 0}};
  const csr_matrix<double> expected(3, 3, {0, 2, 2, 3}, {0, 2, 1}, {5, 3, 1});
  CHECK(csr_matrix<double>::from_dense(R) == expected);
  CHECK(csr_matrix<double>::from_dense(R + 0) == expected);
  CHECK(csr_matrix<int>::from_dense(R).values()[1] == 3);
  const auto empty = csr_matrix<double>::from_dense(tailor::make_matrix<double>(0, 5));
  CHECK(empty.n_columns() == 5);
  CHECK(empty.nnz() == 0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const xt::xtensor<double, 2> with_nan = {{0, nan}};
  const auto kept = csr_matrix<double>::from_dense(with_nan);
  CHECK(kept.nnz() == 1);
  CHECK(what([&] { data::require_finite(kept.view(), "R"); }) == "R(0, 1): expected a finite number, found NaN");
}

TEST_CASE("transpose is exact, its own inverse, and the same for any number of threads") {
  for (const auto& [n_rows, n_columns, n] : std::vector<std::array<std::size_t, 3>>{
           {1, 1, 0}, {5, 1, 3}, {1, 70, 30}, {300, 200, 20000}, {7, 5000, 900}, {3000, 500, 700000}}) {
    const auto m = build(random_triplets(n_rows, n_columns, n, n_rows), data::duplicates::last);
    tailor::run_options run;
    run.threads = 1;
    const auto t = data::transpose(m, run);
    CHECK(t.n_rows() == n_columns);
    CHECK(t.n_columns() == n_rows);
    CHECK(data::transpose(t, run) == m);
    bool same = true;
    std::vector<std::size_t> seen(n_columns, 0);
    for (std::size_t r = 0; r < n_rows; ++r)
      for (std::size_t i = 0; i < m.row(r).size(); ++i) {
        const std::uint32_t c = m.row(r).columns[i];
        const auto column = t.row(c);
        const std::size_t at = seen[c]++;
        same = same && at < column.size() && column.columns[at] == r && column.values[at] == m.row(r).values[i];
      }
    CHECK(same);
    for (const std::size_t threads : sizes{2, 4}) {
      run.threads = threads;
      CHECK(data::transpose(m, run) == t);
    }
  }
  const auto none = data::transpose(csr_matrix<double>());
  CHECK(none.n_rows() == 0);
  CHECK(none.nnz() == 0);
  CHECK(data::transpose(csr_matrix<double>(0, 3, {0}, {}, {})).n_rows() == 3);
}

TEST_CASE("an empty matrix and an empty view have no rows and no cells") {
  const csr_matrix<double> m;
  CHECK(m.n_rows() == 0);
  CHECK(m.nnz() == 0);
  CHECK(m.view().nnz() == 0);
  const data::csr_view<double> v;
  CHECK(v.nnz() == 0);
  CHECK(v.row_pointers().empty());
  CHECK(v.values().empty());
  CHECK(csr_matrix<double>(v).n_rows() == 0);
  CHECK(csr_matrix<double>(v) == m);
}

TEST_CASE("a matrix that was moved from may be asked and used again") {
  csr_matrix<double> a(1, 2, {0, 1}, {1}, {3});
  const csr_matrix<double> b = std::move(a);
  CHECK(b.nnz() == 1);
  CHECK(a.n_rows() == 0);  // NOLINT(bugprone-use-after-move)
  CHECK(a.nnz() == 0);
  CHECK(a.view().nnz() == 0);
  a = b;
  CHECK(a == b);
}

TEST_CASE("values may be changed in place, and cast keeps where they stand") {
  csr_matrix<double> m(2, 2, {0, 1, 2}, {1, 0}, {1.5, 2.5});
  for (double& value : m.values()) value *= 2;
  CHECK(m.row(0).values[0] == 3.0);
  const auto f = data::cast<float>(m);
  CHECK(f.row(1).values[0] == 5.0F);
  CHECK(data::cast<int>(m).columns() == m.columns());
}

TEST_CASE("an explicit zero stays stored") {
  const csr_matrix<double> m(1, 3, {0, 2}, {0, 2}, {0.0, 1.0});
  CHECK(m.nnz() == 2);
  CHECK(data::transpose(data::transpose(m)) == m);
  CHECK(build({1, 3, {0}, {1}, {0.0}}, data::duplicates::error).nnz() == 1);
}

TEST_CASE("a sparse_vector sorts and checks its cells") {
  const data::sparse_vector<float> v(10, indices{7, 2, 7}, tailor::span<const float>(std::vector<float>{1, 2, 3}));
  CHECK(v.size() == 2);
  CHECK(v.view().columns[0] == 2);
  CHECK(v.view().values[1] == 3.0F);  // the last one given
  CHECK(data::sparse_vector<float>().view().empty());
  const auto made_of = [](const indices& columns, const std::vector<float>& values, data::duplicates policy) {
    return what([&] { data::sparse_vector<float>(5, columns, tailor::span<const float>(values), policy); });
  };
  CHECK(made_of({5}, {1}, data::duplicates::last) == "columns[0]: expected below n_columns = 5, found 5");
  CHECK(made_of({1, 1}, {1, 1}, data::duplicates::error) != "nothing was thrown");
  CHECK(made_of({1}, {std::numeric_limits<float>::infinity()}, data::duplicates::last) ==
        "sparse_vector(0, 1): expected a finite number, found infinity");
}

TEST_CASE("csr_matrix: sums and means of repeated cells are taken in a wider type, and refused where they do not fit") {
  const auto merged = [](auto value, std::size_t n, data::duplicates policy) {
    using T = decltype(value);
    const std::vector<std::uint32_t> zeros(n, 0);
    const std::vector<T> values(n, value);
    return data::csr_matrix<T>::from_triplets(1, 1, zeros, zeros, tailor::span<const T>(values), policy).values()[0];
  };
  CHECK(merged(std::uint8_t{200}, 256, data::duplicates::mean) == 200);
  CHECK(merged(1000000000, 3, data::duplicates::mean) == 1000000000);
  CHECK(merged(1.0f, 20000000, data::duplicates::mean) == 1.0f);
  CHECK_THROWS_AS(merged(std::uint8_t{200}, 2, data::duplicates::sum), tailor::value_error);
  CHECK_THROWS_AS(merged(3e38f, 2, data::duplicates::sum), tailor::value_error);
  CHECK_THROWS_AS(merged(1e308, 2, data::duplicates::sum), tailor::value_error);
  CHECK_THROWS_AS(merged((std::numeric_limits<std::int64_t>::max)(), 2, data::duplicates::sum), tailor::value_error);
}
