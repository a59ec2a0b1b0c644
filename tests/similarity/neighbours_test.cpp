// SPDX-License-Identifier: BSD-3-Clause
// Expected: the k best of each row of twins.hpp's brute force over every pair (the formulas over plain rows), in a full
// sort by (similarity descending, index ascending).
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tailor/similarity.hpp>
#include <vector>

#include "twins.hpp"

namespace sim = tailor::similarity;
namespace data = tailor::data;
using sizes = std::vector<std::size_t>;

namespace {

tailor::run_options threads(std::size_t n) {
  tailor::run_options run;
  run.threads = n;
  return run;
}

/// The first row whose list is not the k best that the twin finds, or "". Neighbours whose similarities differ by less
/// than rounding may change places.
template <class T>
std::string first_difference(const sim::neighbour_lists<T>& found, const sim::any_measure& measure,
                             const twins::table& x, std::size_t k) {
  constexpr double tolerance = twins::tolerance<T>;
  if (found.size() != x.size()) return "size";
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> all;
    for (std::size_t j = 0; j < x.size(); ++j) all.push_back(j == i ? 0 : twins::similarity(measure, x[i], x[j], x));
    std::vector<double> best;
    std::size_t certain = 0;  // the rest is 0 but for rounding and may be there or not
    for (const double s : all) {
      if (s > -tolerance) best.push_back(s);
      certain += s > tolerance ? 1 : 0;
    }
    std::sort(best.begin(), best.end(), std::greater<>());
    best.resize((std::min)(k, best.size()));
    const auto list = found[i];
    if (list.size() < (std::min)(k, certain) || list.size() > best.size())
      return "row " + std::to_string(i) + ": length " + std::to_string(list.size());
    for (std::size_t p = 0; p < list.size(); ++p) {
      const auto score = static_cast<double>(list[p].score);
      const bool ordered = p == 0 || tailor::ranks_before{}(list[p - 1], list[p]);
      if (!ordered || !twins::near(score, best[p], tolerance) || !twins::near(score, all[list[p].index], tolerance))
        return "row " + std::to_string(i) + ", place " + std::to_string(p);
    }
  }
  return "";
}

}  // namespace

TEST_CASE_TEMPLATE("neighbours are the k best of all pairs for every measure, dense and sparse, full and mostly empty",
                   T, float, double) {
  for (const double density : {0.9, 0.3, 0.04})
    for (const std::size_t k : sizes{1, 5, 500}) {
      constexpr std::size_t columns = 40;
      const auto x = twins::random_table(110, columns, density, 7);
      const auto sparse = twins::sparse<T>(x, columns);
      const auto dense = twins::dense<T>(x, columns);
      for (const auto& measure : twins::every_measure()) {
        CAPTURE(density);
        CAPTURE(k);
        CAPTURE(measure.index());
        CHECK(first_difference(sim::neighbours(sparse, measure, k), measure, x, k) == "");
        CHECK(first_difference(sim::neighbours(dense, measure, k), measure, x, k) == "");
        const auto transposed = data::transpose(sparse);
        CHECK(sim::neighbours(sparse.view(), transposed.view(), measure, k) == sim::neighbours(sparse, measure, k));
      }
    }
}

TEST_CASE_TEMPLATE("neighbours of many rows that share columns have the same bits row by row and pair by pair", T,
                   float, double) {
  // 700 rows: several blocks and locks; dense enough that pairs are taken once.
  constexpr std::size_t columns = 150, k = 20;
  const auto x = twins::sparse<T>(twins::random_table(700, columns, 0.4, 8), columns);
  const auto transposed = data::transpose(x);
  for (const auto& any : twins::every_measure())
    sim::visit_measure(any, [&](const auto& measure) {
      using search_type = sim::row_search<T, std::decay_t<decltype(measure)>>;
      const auto known = sim::summarise(x.view(), transposed.view(), measure);
      const search_type search(transposed.view(), known, measure, x.view());
      typename search_type::scratch memory;
      const auto found = sim::neighbours(x, measure, k);
      bool same = true;
      for (std::size_t r = 0; r < x.n_rows(); ++r) {
        tailor::top_k_selector<T> best(k);
        search.each(x.row(r), memory, [&](std::uint32_t other, T similarity) {
          if (other != r && similarity > T{}) best.offer(other, similarity);
        });
        const auto expected = best.sorted();
        const auto list = found[r];
        same = same && list.size() == expected.size() && std::equal(list.begin(), list.end(), expected.begin());
      }
      CAPTURE(any.index());
      CHECK(same);
    });
}

TEST_CASE_TEMPLATE("neighbours have the same bits for 1, 2 and 4 threads", T, float, double) {
  for (const double density : {0.4, 0.02}) {
    const auto rows = twins::random_table(600, 120, density, 12);
    const auto sparse = twins::sparse<T>(rows, 120);
    const auto dense = twins::dense<T>(rows, 120);
    for (const auto& measure : twins::every_measure()) {
      const auto a = sim::neighbours(sparse, measure, 15, threads(1)),
                 b = sim::neighbours(dense, measure, 15, threads(1));
      for (const std::size_t n : sizes{2, 4}) {
        CHECK(sim::neighbours(sparse, measure, 15, threads(n)) == a);
        CHECK(sim::neighbours(dense, measure, 15, threads(n)) == b);
      }
    }
  }
}

TEST_CASE("values that are all 1 give what counting gives, to the bit") {
  auto ones = twins::random_table(300, 80, 0.5, 13), twos = ones;
  for (std::size_t r = 0; r < ones.size(); ++r)
    for (std::size_t c = 0; c < 80; ++c)
      if (!std::isnan(ones[r][c])) ones[r][c] = 1, twos[r][c] = 2;
  // Products of twos are four times as large and as exact, but are not counted.
  CHECK(sim::neighbours(twins::sparse<float>(ones, 80), sim::cosine{}, 30) ==
        sim::neighbours(twins::sparse<float>(twos, 80), sim::cosine{}, 30));
  CHECK(sim::neighbours(twins::sparse<double>(ones, 80), sim::jaccard{}, 30) ==
        sim::neighbours(twins::sparse<double>(twos, 80), sim::jaccard{}, 30));
}

TEST_CASE("ties go to the lower index, a row is never its own neighbour, and only similarities above 0 count") {
  const xt::xtensor<double, 2> x = {{1, 0}, {1, 0}, {2, 0}, {-1, 0}, {0, 1}, {1, 0}};
  for (const auto& lists : {sim::neighbours(x, sim::cosine{}, 2),
                            sim::neighbours(data::csr_matrix<double>::from_dense(x), sim::cosine{}, 2)}) {
    REQUIRE(lists.size() == 6);
    CHECK(lists[0].size() == 2);
    CHECK(lists[0][0] == tailor::scored<double>{1, 1.0});
    CHECK(lists[0][1] == tailor::scored<double>{2, 1.0});
    CHECK(lists[5][0].index == 0);
    CHECK(lists[5][1].index == 1);
    CHECK(lists[3].empty());
    CHECK(lists[4].empty());
  }
}

TEST_CASE("all pairs count for euclidean, also those with nothing in common") {
  const data::csr_matrix<double> x(3, 4, {0, 1, 2, 2}, {0, 3}, {1.0, 2.0});
  const auto lists = sim::neighbours(x, sim::euclidean{}, 5);
  REQUIRE(lists[2].size() == 2);
  CHECK(lists[2][0] == tailor::scored<double>{0, 0.5});
  CHECK(lists[2][1].score == doctest::Approx(1.0 / 3).epsilon(1e-15));
  CHECK(lists[0][1].score == doctest::Approx(1 / (1 + std::sqrt(5.0))).epsilon(1e-15));
}

TEST_CASE("a hundred thousand rows of which few meet take neither time nor memory for all pairs") {
  // Row r has columns r and r + 1: its neighbours are the rows before and after it. n² floats would be 40 GB.
  constexpr std::uint32_t n = 100000;
  std::vector<std::uint64_t> pointers{0};
  std::vector<std::uint32_t> columns;
  for (std::uint32_t r = 0; r < n; ++r) {
    columns.push_back(r);
    columns.push_back(r + 1);
    pointers.push_back(columns.size());
  }
  const std::vector<float> ones(columns.size(), 1.0F);
  const auto lists = sim::neighbours(data::csr_matrix<float>(n, n + 1, pointers, columns, ones), sim::jaccard{}, 10);
  REQUIRE(lists.size() == n);
  CHECK(lists.entries().size() == 2 * n - 2);
  CHECK(lists[77][0] == tailor::scored<float>{76, 1.0F / 3});
  CHECK(lists[77][1] == tailor::scored<float>{78, 1.0F / 3});
}

TEST_CASE("neighbours refuse k = 0, values that are not finite or too large, and a transpose of another shape") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const xt::xtensor<double, 2> good = {{1, 2}, {3, 4}}, bad = {{1, 2}, {3, nan}}, huge = {{1e200, 1}, {1, 1}};
  const auto sparse = data::csr_matrix<double>::from_dense(good);
  for (const auto& measure : twins::every_measure()) {
    CHECK_THROWS_WITH_AS(sim::neighbours(good, measure, 0), "neighbours: k: expected at least 1, found 0",
                         tailor::value_error);
    CHECK_THROWS_AS(sim::neighbours(sparse, measure, 0), tailor::value_error);
    CHECK_THROWS_WITH_AS(sim::neighbours(bad, measure, 1), "rows(1, 1): expected a finite number, found NaN",
                         tailor::value_error);
    CHECK_THROWS_AS(sim::neighbours(data::csr_matrix<double>::from_dense(bad), measure, 1), tailor::value_error);
  }
  CHECK_THROWS_AS(sim::neighbours(huge, sim::cosine{}, 1), tailor::value_error);
  CHECK_THROWS_AS(sim::neighbours(data::csr_matrix<double>::from_dense(huge), sim::pearson{}, 1), tailor::value_error);
  const data::csr_matrix<double> other(3, 2, {0, 0, 0, 0}, {}, {});
  CHECK_THROWS_AS(sim::neighbours(sparse.view(), other.view(), sim::cosine{}, 1), tailor::shape_error);
}

TEST_CASE("no rows, no columns and one row have empty lists") {
  for (const auto& measure : twins::every_measure()) {
    CHECK(sim::neighbours(data::csr_matrix<double>(), measure, 3).size() == 0);
    CHECK(sim::neighbours(tailor::make_matrix<double>(0, 4), measure, 3).size() == 0);
    const xt::xtensor<double, 2> one = {{1, 2}};
    const auto lists = sim::neighbours(one, measure, 3);
    REQUIRE(lists.size() == 1);
    CHECK(lists[0].empty());
    const data::csr_matrix<double> no_columns(3, 0, {0, 0, 0, 0}, {}, {});
    CHECK(sim::neighbours(no_columns, measure, 3).size() == 3);
  }
}

TEST_CASE("a long comparison reports its progress and can be stopped") {
  const auto x = twins::sparse<float>(twins::random_table(400, 200, 0.5, 14), 200);
  tailor::run_options run;
  run.threads = 2;
  std::size_t last = 0, total = 0;
  run.progress = [&](const tailor::progress_report& report) {
    last = report.done;
    total = report.total;
    return true;
  };
  (void)sim::neighbours(x, sim::cosine{}, 5, run);
  CHECK(total > 0);
  CHECK(last == total);
  run.progress = [](const tailor::progress_report&) { return false; };
  CHECK_THROWS_AS(sim::neighbours(x, sim::cosine{}, 5, run), tailor::cancelled_error);
}

namespace {

/// Symmetric, but what is common goes with its own row's summary: half of x's total that is common, and half of y's.
struct shared_half : sim::measure_defaults {
  template <class T>
  struct overlap {
    T x{}, y{};
    void add(T value_x, T value_y) { x += value_x, y += value_y; }
  };
  template <class T>
  T summary(tailor::data::row_view<T> row) const {
    T sum{};
    for (const T value : row.values) sum += value;
    return sum;
  }
  template <class T>
  T operator()(const overlap<T>& o, T total_x, T total_y) const {
    return total_x > 0 && total_y > 0 ? (o.x / total_x + o.y / total_y) / 2 : T{};
  }
};

}  // namespace

TEST_CASE("neighbours: a symmetric measure of one's own gets each row's summary with that row's values") {
  const tailor::dense_matrix<double> x = {{1, 0, 2, 4}, {3, 1, 0, 1}, {0, 5, 1, 1}, {2, 2, 2, 2}};
  const auto rows = tailor::data::csr_matrix<double>::from_dense(x);
  const auto all = sim::pairwise(rows, shared_half{});
  const auto lists = sim::neighbours(rows, shared_half{}, 3);
  for (std::size_t r = 0; r < 4; ++r)
    for (const auto& one : lists[r]) CHECK(one.score == doctest::Approx(all(r, one.index)).epsilon(1e-15));
}

TEST_CASE("neighbours: near rows keep their digits, also with support asked for") {
  const tailor::dense_matrix<float> x = {{1000.1F, 999.3F, 1002.7F}, {1000.2F, 999.3F, 1002.7F}, {1, 2, 3}};
  const auto rows = tailor::data::csr_matrix<float>::from_dense(x);
  const sim::supported<sim::euclidean> measure(sim::euclidean{}, 2);
  const auto lists = sim::neighbours(rows, measure, 1);
  const double apart = static_cast<double>(1000.2F) - static_cast<double>(1000.1F);
  CHECK(lists[0][0].score == doctest::Approx(1 / (1 + apart)).epsilon(1e-6));
}
