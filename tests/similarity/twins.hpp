// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_SIMILARITY_TWINS_HPP
#define TAILOR_TESTS_SIMILARITY_TWINS_HPP

// Every measure written from its formula, over plain rows in double where NaN stands for "absent", and random matrices
// to compare on.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tailor/core/random.hpp>
#include <tailor/similarity.hpp>
#include <variant>
#include <vector>

namespace twins {

namespace sim = tailor::similarity;
using row = std::vector<double>;
using table = std::vector<row>;

inline const double absent = std::numeric_limits<double>::quiet_NaN();

/// One of each measure, those with parameters away from their defaults.
inline std::vector<sim::any_measure> every_measure() {
  return {sim::cosine{},  sim::corated_cosine{}, sim::adjusted_cosine{}, sim::pearson{},   sim::msd{},
          sim::jaccard{}, sim::dice{},           sim::tversky(0.3, 1.5), sim::euclidean{}, sim::asymmetric_cosine(0.3),
          sim::dot{}};
}

inline double column_mean(const table& among, std::size_t c) {
  double sum = 0, n = 0;
  for (const row& r : among)
    if (!std::isnan(r[c])) sum += r[c], n += 1;
  return n > 0 ? sum / n : 0;
}

/// @param among  the rows searched among: adjusted cosine takes its means from them
inline double similarity(const sim::any_measure& measure, const row& x, const row& y, const table& among) {
  double xy = 0, xx = 0, yy = 0, size_x = 0, size_y = 0, distance = 0;                              // all values
  double n = 0, cx = 0, cy = 0, cxy = 0, cxx = 0, cyy = 0, squares = 0, axy = 0, axx = 0, ayy = 0;  // common ones
  for (std::size_t c = 0; c < x.size(); ++c) {
    const bool in_x = !std::isnan(x[c]), in_y = !std::isnan(y[c]);
    const double a = in_x ? x[c] : 0, b = in_y ? y[c] : 0;
    xy += a * b, xx += a * a, yy += b * b, distance += (a - b) * (a - b);
    size_x += in_x ? 1 : 0, size_y += in_y ? 1 : 0;
    if (!in_x || !in_y) continue;
    n += 1, cx += a, cy += b, squares += (a - b) * (a - b);
    const double m = column_mean(among, c);
    axy += (a - m) * (b - m), axx += (a - m) * (a - m), ayy += (b - m) * (b - m);
  }
  for (std::size_t c = 0; c < x.size(); ++c) {
    if (std::isnan(x[c]) || std::isnan(y[c])) continue;
    const double a = x[c] - cx / n, b = y[c] - cy / n;  // two passes, unlike the library
    cxy += a * b, cxx += a * a, cyy += b * b;
  }
  double rxy = 0, rxx = 0, ryy = 0;
  for (std::size_t c = 0; c < x.size(); ++c)
    if (!std::isnan(x[c]) && !std::isnan(y[c])) rxy += x[c] * y[c], rxx += x[c] * x[c], ryy += y[c] * y[c];
  const auto ratio = [](double top, double bottom) { return bottom > 1e-12 ? top / bottom : 0; };

  struct {
    double operator()(const sim::cosine&) const { return v[0]; }
    double operator()(const sim::corated_cosine&) const { return v[1]; }
    double operator()(const sim::adjusted_cosine&) const { return v[2]; }
    double operator()(const sim::pearson&) const { return v[3]; }
    double operator()(const sim::msd&) const { return v[4]; }
    double operator()(const sim::jaccard&) const { return v[5]; }
    double operator()(const sim::dice&) const { return v[6]; }
    double operator()(const sim::tversky& m) const {
      return v[7] > 0 ? v[7] / (v[7] + m.alpha * (v[8] - v[7]) + m.beta * (v[9] - v[7])) : 0;
    }
    double operator()(const sim::asymmetric_cosine& m) const {
      return v[11] > 0 && v[12] > 0 ? v[10] / (std::pow(v[11], m.alpha) * std::pow(v[12], 1 - m.alpha)) : 0;
    }
    double operator()(const sim::euclidean&) const { return 1 / (1 + std::sqrt(v[13])); }
    double operator()(const sim::dot&) const { return v[10]; }
    double v[14];
  } pick{{ratio(xy, std::sqrt(xx * yy)), ratio(rxy, std::sqrt(rxx * ryy)), ratio(axy, std::sqrt(axx * ayy)),
          ratio(cxy, std::sqrt(cxx * cyy)), n > 0 ? 1 / (1 + squares / n) : 0, ratio(n, size_x + size_y - n),
          ratio(2 * n, size_x + size_y), n, size_x, size_y, xy, xx, yy, distance}};
  return std::visit(pick, measure);
}

/// `n` × `columns` values of 1 … 5 in halves, each there with probability `density`; row 0 is empty, row 1 constant,
/// row 2 has one value, the last two rows are equal.
inline table random_table(std::size_t n, std::size_t columns, double density, std::uint64_t seed) {
  tailor::random::generator draw(seed);
  table out(n, row(columns, absent));
  for (std::size_t r = 1; r < n; ++r)
    for (double& value : out[r]) {
      const bool there = draw.uniform() < density;
      const double rating = 1 + std::floor(draw.uniform() * 9) / 2;
      if (there) value = r == 1 ? 3 : rating;
    }
  if (n > 2) {
    out[2].assign(columns, absent);
    if (columns != 0) out[2][columns / 2] = 4;
  }
  if (n > 4) out[n - 1] = out[n - 2];
  return out;
}

template <class T>
tailor::data::csr_matrix<T> sparse(const table& rows, std::size_t columns) {
  std::vector<std::uint64_t> pointers{0};
  std::vector<std::uint32_t> where;
  std::vector<T> values;
  for (const row& r : rows) {
    for (std::size_t c = 0; c < columns; ++c)
      if (!std::isnan(r[c])) where.push_back(static_cast<std::uint32_t>(c)), values.push_back(static_cast<T>(r[c]));
    pointers.push_back(where.size());
  }
  return {rows.size(), columns, pointers, where, values};
}

template <class T>
tailor::dense_matrix<T> dense(const table& rows, std::size_t columns) {
  auto out = tailor::make_matrix<T>(rows.size(), columns);
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c) out(r, c) = std::isnan(rows[r][c]) ? T{} : static_cast<T>(rows[r][c]);
  return out;
}

/// Relative to the larger of 1 and the expected value.
template <class T>
inline constexpr double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-11;

inline bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * (std::max)(1.0, std::abs(b));
}

}  // namespace twins

#endif
