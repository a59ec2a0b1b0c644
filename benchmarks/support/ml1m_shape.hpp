// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_BENCHMARKS_SUPPORT_ML1M_SHAPE_HPP
#define TAILOR_BENCHMARKS_SUPPORT_ML1M_SHAPE_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <tailor/core/random.hpp>
#include <tailor/core/sampling.hpp>
#include <tailor/data/csr_matrix.hpp>
#include <utility>
#include <vector>

namespace benchmarks {

/// Degrees along a log-normal curve, smallest first, that add up to `total`: exp(ln median + spread·z + bend·z²) +
/// shift, z the quantiles of a normal, between `low` and `high`. `spread` is found by bisection.
inline std::vector<double> degrees(std::size_t n, double total, double shift, double median, double bend, double low,
                                   double high) {
  const auto curve = [&](double spread) {
    std::vector<double> d(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double z = tailor::random::normal_quantile((static_cast<double>(i) + .5) / static_cast<double>(n));
      d[i] = std::clamp(shift + std::exp(std::log(median) + spread * z + bend * z * z), low, high);
    }
    return d;
  };
  double a = 0, b = 4;
  for (int step = 0; step < 50; ++step) {
    const auto d = curve((a + b) / 2);
    (std::accumulate(d.begin(), d.end(), 0.0) < total ? a : b) = (a + b) / 2;
  }
  return curve(a);
}

/// Feedback of MovieLens-1M's shape, `[6040 users, 3706 items]`, 999,503 cells: per user mean 165, median 96, from 20
/// to 2,314; per item median about 129; the top 10 % of items hold about 44.6 %. Each user draws their items without
/// replacement. Values are all 1, or ratings 1 … 5 as often as there. The same on every platform.
inline tailor::data::csr_matrix<float> ml1m_shape(bool all_ones) {
  constexpr std::size_t n_users = 6040, n_items = 3706, total = 999503;
  std::vector<std::size_t> sizes;
  for (const double d : degrees(n_users, total, 19, 77, 0, 20, 2314)) sizes.push_back(static_cast<std::size_t>(d));
  std::size_t sum = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  for (std::size_t i = n_users / 10; sum < total; i = (i + 1) % (n_users - 1), ++sum) ++sizes[i];

  double flat = -.3, steep = .1;
  std::vector<double> targets;
  for (int step = 0; step < 30; ++step) {
    const double bend = (flat + steep) / 2;
    targets = degrees(n_items, total, 0, 129, bend, 1, 5900);
    const double top = std::accumulate(targets.end() - n_items / 10, targets.end(), 0.0);
    (top < .446 * total ? flat : steep) = bend;
  }

  // Weights such that items are drawn as often as they should be: user u takes item i with probability 1 − exp(−t·w),
  // t found for each size so that the probabilities add up to it.
  std::map<std::size_t, std::pair<double, double>> by_size;  // size → number of users, t
  for (const std::size_t size : sizes)
    by_size[size].first += 1, by_size[size].second = static_cast<double>(size) / n_items;
  std::vector<double> weights(targets);
  for (double& w : weights) w *= static_cast<double>(n_items) / total;
  for (int round = 0; round < 10; ++round) {
    std::vector<double> expected(n_items, 0);
    for (auto& [size, users] : by_size) {
      double& t = users.second;
      for (int newton = 0; newton < 2; ++newton) {
        double taken = 0, slope = 0;
        for (const double w : weights) {
          const double left = std::exp(-t * w);
          taken += 1 - left;
          slope += left * w;
        }
        t = (std::max)(t - (taken - static_cast<double>(size)) / slope, t / 5);
      }
      for (std::size_t i = 0; i < n_items; ++i) expected[i] += users.first * (1 - std::exp(-t * weights[i]));
    }
    for (std::size_t i = 0; i < n_items; ++i) weights[i] *= (std::min)(targets[i] / expected[i], 3.0);
  }

  // Indices in no order of popularity or activity.
  tailor::random::generator order(1);
  const auto shuffled = [&](std::size_t n) {
    std::vector<std::uint32_t> names(n);
    std::iota(names.begin(), names.end(), std::uint32_t{0});
    for (std::size_t i = n - 1; i > 0; --i)
      std::swap(names[i], names[static_cast<std::size_t>(order.uniform() * static_cast<double>(i + 1))]);
    return names;
  };
  const auto user_names = shuffled(n_users), item_names = shuffled(n_items);
  std::vector<std::uint32_t> users, items;
  std::vector<float> values;
  std::vector<std::pair<double, std::uint32_t>> clocks(n_items);
  constexpr double shares[4] = {.056, .163, .424, .773};  // of ratings up to 1, 2, 3, 4
  for (std::size_t u = 0; u < n_users; ++u) {
    tailor::random::generator draw(2, u);
    for (std::size_t i = 0; i < n_items; ++i)
      clocks[i] = {-std::log1p(-draw.uniform()) / weights[i], static_cast<std::uint32_t>(i)};
    std::nth_element(clocks.begin(), clocks.begin() + static_cast<std::ptrdiff_t>(sizes[u] - 1), clocks.end());
    for (std::size_t i = 0; i < sizes[u]; ++i) {
      users.push_back(user_names[u]);
      items.push_back(item_names[clocks[i].second]);
      const double r = draw.uniform();
      const auto rating = 1 + (std::upper_bound(shares, shares + 4, r) - shares);
      values.push_back(all_ones ? 1.0F : static_cast<float>(rating));
    }
  }
  return tailor::data::csr_matrix<float>::from_triplets(n_users, n_items, users, items,
                                                        tailor::span<const float>(values));
}

}  // namespace benchmarks

#endif
