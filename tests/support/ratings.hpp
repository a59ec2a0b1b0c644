// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_SUPPORT_RATINGS_HPP
#define TAILOR_TESTS_SUPPORT_RATINGS_HPP

// The small matrices that the peers' numbers are of, a random one, and what tests of recommenders ask again and again.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <tailor/core/expression.hpp>
#include <tailor/core/index.hpp>
#include <tailor/core/progress.hpp>
#include <tailor/core/random.hpp>
#include <tailor/data/csr_matrix.hpp>
#include <tailor/recommender/scorer.hpp>
#include <utility>
#include <vector>

namespace support {

/// The documents' ratings (REFERENCES.md).
inline xt::xtensor<int, 2> documents() { return {{5, 3, 0, 2}, {0, 1, 1, 0}, {4, 0, 0, 1}, {3, 2, 0, 3}}; }

/// The matrix of which Surprise 1.1.4 and implicit 0.7.3 were asked; 18 ratings.
inline constexpr std::size_t n_users = 6, n_items = 5;
inline xt::xtensor<int, 2> peers() {
  return {{5, 3, 0, 1, 4}, {4, 0, 4, 1, 0}, {0, 1, 2, 0, 5}, {3, 3, 3, 0, 0}, {0, 0, 0, 4, 0}, {1, 4, 0, 5, 2}};
}
template <class T>
tailor::data::csr_matrix<T> peers_csr() {
  return tailor::data::csr_matrix<T>::from_dense(peers());
}

/// Ratings of ½ … 5 in halves, each there with probability `density`. User 0 has none, user 1 gives 3 to all, user 2
/// has one, the last two are alike; the last item has no rating.
template <class T>
tailor::data::csr_matrix<T> random_ratings(std::size_t users, std::size_t items, double density, std::uint64_t seed) {
  tailor::random::generator draw(seed);
  std::vector<std::uint64_t> pointers{0};
  std::vector<std::uint32_t> columns;
  std::vector<T> values;
  for (std::size_t u = 0; u < users; ++u) {
    const auto before = static_cast<std::size_t>(pointers.back());
    for (std::uint32_t i = 0; i + 1 < items; ++i) {
      const bool there = draw.uniform() < density;
      const double rating = (1 + std::floor(draw.uniform() * 10)) / 2;
      if (u == 0 || (u == 2 ? i != items / 2 : !there)) continue;
      columns.push_back(i);
      values.push_back(static_cast<T>(u == 1 ? 3 : rating));
    }
    if (u > 3 && u + 1 == users) {  // the same again
      const auto previous = static_cast<std::size_t>(pointers[u - 1]);
      columns.resize(before);
      values.resize(before);
      for (std::size_t at = previous; at < before; ++at) {
        columns.push_back(columns[at]);
        values.push_back(values[at]);
      }
    }
    pointers.push_back(columns.size());
  }
  return {users, items, pointers, columns, values};
}

/// A history that owns its cells: `history<float>(5, {{0, 4}, {2, 1}})`.
template <class T>
tailor::data::sparse_vector<T> history(std::size_t items, const std::vector<std::pair<std::uint32_t, T>>& cells) {
  std::vector<std::uint32_t> columns;
  std::vector<T> values;
  for (const auto& [item, value] : cells) {
    columns.push_back(item);
    values.push_back(value);
  }
  return {items, columns, tailor::span<const T>(values), tailor::data::duplicates::error};
}

template <class Model, class Who>
std::vector<typename Model::value_type> scores(const Model& model, const Who& who) {
  std::vector<typename Model::value_type> out(model.n_items());
  model.score(who, tailor::span<typename Model::value_type>(out));
  return out;
}

template <class Model, class Who>
std::vector<typename Model::value_type> predictions(const Model& model, const Who& who) {
  std::vector<tailor::item_index> items;
  for (std::size_t i = 0; i < model.n_items(); ++i) items.emplace_back(i);
  std::vector<typename Model::value_type> out(items.size());
  model.predict(who, tailor::span<const tailor::item_index>(items), tailor::span<typename Model::value_type>(out));
  return out;
}

template <class T>
bool is_unscored(T score) {
  return score == tailor::recommender::unscored<T>;
}

/// Relative to the larger of 1 and the expected value.
inline bool near(double a, double b, double tolerance) {
  return a == b || std::abs(a - b) <= tolerance * (std::max)(1.0, std::abs(b));
}

inline tailor::run_options threads(std::size_t n) {
  tailor::run_options run;
  run.threads = n;
  return run;
}

/// Stops at the first report.
inline tailor::run_options cancelled() {
  tailor::run_options run;
  run.progress = [](const tailor::progress_report&) { return false; };
  return run;
}

inline const double nan = std::numeric_limits<double>::quiet_NaN();
inline const double infinity = std::numeric_limits<double>::infinity();

}  // namespace support

#endif
