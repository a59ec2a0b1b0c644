// SPDX-License-Identifier: BSD-3-Clause
// The literals are implicit 0.7.3's tfidf_weight(counts.T).T and bm25_weight(counts.T, K1, B).T, 17 digits, for the
// matrices A and C below; other numbers follow from the formulas by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tailor/data/csr_matrix.hpp>
#include <tailor/data/weighting.hpp>
#include <vector>

namespace data = tailor::data;
using data::count_weighting;
using data::csr_matrix;
using data::weighting;

namespace {

using table = xt::xtensor<double, 2>;

// Users × items. Users 0 and 5 of A have all items but one (idf 0); user 4 of C has all (idf < 0).
const table A = {{5, 3, 0, 1, 4}, {4, 0, 4, 1, 0}, {0, 1, 2, 0, 5}, {3, 3, 3, 0, 0}, {0, 0, 0, 4, 0}, {1, 4, 0, 5, 2}};
const table C = {{5, 3, 0, 1, 4}, {4, 0, 4, 1, 0}, {0, 1, 2, 0, 5}, {3, 3, 3, 0, 0}, {2, 1, 3, 4, 5}, {1, 4, 0, 5, 2}};

/// [n_items, n_users]: documents are items, as in implicit's item-item recommenders.
template <class T>
csr_matrix<T> by_item(const table& counts) {
  return data::transpose(data::cast<T>(csr_matrix<double>::from_dense(counts)));
}

template <class T>
void check_cells(const csr_matrix<T>& item_users, const table& expected, double tolerance) {
  for (std::size_t i = 0; i < item_users.n_rows(); ++i) {
    const auto row = item_users.row(i);
    for (std::size_t c = 0; c < row.size(); ++c) {
      CAPTURE(i);
      CAPTURE(row.columns[c]);
      const double wanted = expected(row.columns[c], i);
      CHECK(std::abs(static_cast<double>(row.values[c]) - wanted) <= tolerance * std::abs(wanted));
    }
  }
}

template <class Error, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("weighting: tfidf is implicit's tfidf_weight, also where idf is 0 or negative") {
  check_cells(data::tfidf_weight(by_item<double>(A)),
              {{0, 0, 0, 0, 0},
               {0.44628710262841942, 0, 0.44628710262841942, 0.22314355131420971, 0},
               {0, 0.22314355131420971, 0.31557263662465207, 0, 0.49896414947928547},
               {0.3864959682575641, 0.3864959682575641, 0.3864959682575641, 0, 0},
               {0, 0, 0, 1.83258146374831, 0},
               {0, 0, 0, 0, 0}},
              1e-12);
  check_cells(
      data::tfidf_weight(by_item<double>(C)),
      {{0, 0, 0, 0, 0},
       {0.44628710262841942, 0, 0.44628710262841942, 0.22314355131420971, 0},
       {0, 0.22314355131420971, 0.31557263662465207, 0, 0.49896414947928547},
       {0.3864959682575641, 0.3864959682575641, 0.3864959682575641, 0, 0},
       {-0.25784161833098723, -0.18232155679395468, -0.31579019968218408, -0.36464311358790935, -0.40768339475487131},
       {0, 0, 0, 0, 0}},
      1e-12);
}

TEST_CASE("weighting: bm25 is implicit's bm25_weight") {
  check_cells(data::bm25_weight(by_item<double>(A), 100, 0.8),
              {{0, 0, 0, 0, 0},
               {0.76046774696345698, 0, 1.007774331341817, 0.22314355131420971, 0},
               {0, 0.22314355131420971, 0.51541057278604363, 0, 1.0732142229873896},
               {0.57520298262201153, 0.65643200046801498, 0.76437559766727747, 0, 0},
               {0, 0, 0, 3.5594370738188328, 0},
               {0, 0, 0, 0, 0}},
              1e-12);
  const table with_defaults = {{0, 0, 0, 0, 0},
                               {0.36610670791890687, 0, 0.3898970355093051, 0.22314355131420971, 0},
                               {0, 0.22314355131420971, 0.32335772106610039, 0, 0.39589984910585591},
                               {0.33750462136274223, 0.35065415206518669, 0.3648698609326943, 0, 0},
                               {0, 0, 0, 1.5506458539408776, 0},
                               {0, 0, 0, 0, 0}};
  check_cells(data::bm25_weight(by_item<double>(A)), with_defaults, 1e-12);
  check_cells(data::bm25_weight(by_item<float>(A)), with_defaults, 1e-6);
  check_cells(
      data::bm25_weight(by_item<double>(C)),
      {{0, 0, 0, 0, 0},
       {0.36892050840675494, 0, 0.38366422321874777, 0.23947112823963976, 0},
       {0, 0.23176283012033802, 0.31487311614016766, 0, 0.3840735378238887},
       {0.34069867140718463, 0.3576207908479388, 0.3576207908479388, 0, 0},
       {-0.24143264976271975, -0.18936402036110317, -0.2921974618817022, -0.31770885144293098, -0.31381092990140141},
       {0, 0, 0, 0, 0}},
      1e-12);
}

TEST_CASE("weighting: rows and columns are what they are called, so that users may be the documents") {
  const auto users = csr_matrix<double>::from_dense(A);
  check_cells(data::transpose(data::tfidf_weight(users)),
              {{0.40768339475487131, 0.31579019968218408, 0, 0.18232155679395468, 0.81093021621632877},
               {0.36464311358790935, 0, 0.81093021621632877, 0.18232155679395468, 0},
               {0, 0.18232155679395468, 0.57341425495563925, 0, 0.90664754423415672},
               {0.31579019968218408, 0.31579019968218408, 0.70228616793974818, 0, 0},
               {0, 0, 0, 0.36464311358790935, 0},
               {0.18232155679395468, 0.36464311358790935, 0, 0.40768339475487131, 0.57341425495563925}},
              1e-12);
}

TEST_CASE("weighting: log is ln(1 + x) and none changes nothing, not even negative values") {
  const auto logs = data::log_weight(by_item<double>(A));
  check_cells(logs, table(xt::log1p(A)), 1e-15);
  const auto negative = csr_matrix<double>::from_dense(table{{-1, 2}});
  CHECK(count_weighting().apply(negative) == negative);
  CHECK(count_weighting(weighting::none).fit(negative.view()).apply(negative) == negative);
}

TEST_CASE("weighting: a stored zero stays a cell of weight 0, and counts as having the column") {
  const csr_matrix<double> counts(2, 2, {0, 2, 3}, {0, 1, 1}, {0, 3, 2});
  for (const auto kind : {weighting::log, weighting::tfidf, weighting::bm25}) {
    const auto weighted = count_weighting(kind, 0, 0).fit(counts.view()).apply(counts);  // k1 = 0: no 0 / 0
    CHECK(weighted.nnz() == 3);
    CHECK(weighted.values()[0] == 0);
  }
  // column 0: in one of two rows, ln 2 − ln 2 = 0; column 1: ln 2 − ln 3
  const auto weighted = data::tfidf_weight(counts);
  CHECK(weighted.values()[1] == doctest::Approx(std::sqrt(3.0) * std::log(2.0 / 3)).epsilon(1e-14));
}

TEST_CASE("weighting: bm25 takes empty rows and rows of zeros into the mean, and k1 = 0 leaves the idf") {
  const csr_matrix<double> counts(4, 1, {0, 1, 1, 2, 2}, {0, 0}, {2, 0});  // sums 2 0 0 0, mean 1/2
  const double idf = std::log(4.0 / 3);
  const auto weighted = data::bm25_weight(counts, 1, 1);
  CHECK(weighted.values()[0] == doctest::Approx(2 * 2 / (2 + 4.0) * idf).epsilon(1e-14));
  CHECK(weighted.values()[1] == 0);
  CHECK(data::bm25_weight(counts, 0, 0.5).values()[0] == doctest::Approx(idf).epsilon(1e-14));
}

TEST_CASE("weighting: what was fitted on one matrix weighs another") {
  const csr_matrix<double> counts(3, 3, {0, 2, 3, 4}, {0, 1, 0, 1}, {1, 2, 3, 6});  // sums 3 3 6, mean 4
  const csr_matrix<double> later(1, 3, {0, 2}, {1, 2}, {4, 4});                     // sum 8
  const auto tfidf = count_weighting(weighting::tfidf).fit(counts.view()).apply(later);
  CHECK(tfidf.values()[0] == 0);                                                  // ln 3 − ln(1 + 2)
  CHECK(tfidf.values()[1] == doctest::Approx(2 * std::log(3.0)).epsilon(1e-14));  // a column nobody had
  const auto bm25 = count_weighting(weighting::bm25, 1, 0.5).fit(counts.view()).apply(later);
  CHECK(bm25.values()[1] == doctest::Approx(4 * 2 / (4 + 1.5) * std::log(3.0)).epsilon(1e-14));
  CHECK(count_weighting(weighting::log).fit(counts.view()).kind() == weighting::log);
}

TEST_CASE("weighting: a matrix without rows, columns or cells is no trouble") {
  const csr_matrix<double> no_rows(0, 3, {0}, {}, {});
  const csr_matrix<double> no_cells(2, 3, {0, 0, 0}, {}, {});
  for (const auto kind : {weighting::log, weighting::tfidf, weighting::bm25}) {
    CHECK(count_weighting(kind).fit(no_rows.view()).apply(no_rows).nnz() == 0);
    CHECK(count_weighting(kind).fit(no_cells.view()).apply(no_cells).nnz() == 0);
    CHECK(count_weighting(kind).fit(csr_matrix<double>().view()).apply(csr_matrix<double>()).nnz() == 0);
    const csr_matrix<double> one(1, 3, {0, 1}, {2}, {4});
    CHECK(std::isfinite(count_weighting(kind).fit(no_rows.view()).apply(one).values()[0]));
    CHECK(std::isfinite(count_weighting(kind).fit(no_cells.view()).apply(one).values()[0]));
  }
}

TEST_CASE("weighting: says what is wrong") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const double k1 : {-0.1, nan, infinity})
    CHECK_THROWS_AS(count_weighting(weighting::bm25, k1), tailor::value_error);
  for (const double b : {-0.1, 1.1, nan}) CHECK_THROWS_AS(count_weighting(weighting::bm25, 1, b), tailor::value_error);

  for (const double bad : {-1.0, nan, infinity}) {
    const csr_matrix<double> counts(2, 3, {0, 1, 3}, {0, 0, 2}, {1, 1, bad});
    CHECK(message_of<tailor::value_error>([&] { data::tfidf_weight(counts); }) ==
          "counts(1, 2): expected a finite number from 0, found " + tailor::show(bad));
    CHECK_THROWS_AS(count_weighting(weighting::log).fit(counts.view()), tailor::value_error);
  }
  const csr_matrix<double> counts(1, 2, {0, 1}, {0}, {1});
  CHECK_THROWS_AS(count_weighting(weighting::tfidf).apply(counts), tailor::not_fitted_error);
  CHECK_THROWS_AS(count_weighting(weighting::tfidf).fit(by_item<double>(A).view()).apply(counts), tailor::shape_error);

  // a failed fit leaves what was learned
  count_weighting weigh(weighting::tfidf);
  weigh.fit(by_item<double>(A).view());
  CHECK_THROWS_AS(weigh.fit(csr_matrix<double>(1, 2, {0, 1}, {0}, {-1}).view()), tailor::value_error);
  CHECK(weigh.apply(by_item<double>(A)) == data::tfidf_weight(by_item<double>(A)));
}

TEST_CASE("weighting: counts whose sum overflows are refused, and the weighting stays as it was") {
  const data::csr_matrix<double> huge(1, 2, {0, 2}, {0, 1}, {1e308, 1e308});
  const data::csr_matrix<double> plain(1, 2, {0, 2}, {0, 1}, {1, 2});
  data::count_weighting weights(data::weighting::bm25);
  CHECK_THROWS_AS(weights.fit(huge.view()), tailor::value_error);
  weights.fit(plain.view());
  CHECK_THROWS_AS(weights.apply(huge), tailor::value_error);
}
