// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EXAMPLES_PROPENSITY_CUSTOMERS_HPP
#define TAILOR_EXAMPLES_PROPENSITY_CUSTOMERS_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <tailor/core/random.hpp>
#include <tailor/core/sampling.hpp>
#include <tailor/data.hpp>
#include <utility>
#include <vector>

// The customers, and which of them are held back.

namespace propensity {

namespace data = tailor::data;

struct customer_data {
  data::table rows;
  std::string target, positive;  ///< as `feature_options` has them
  std::string source;            ///< for the reader
};

/// A made-up bank: 2,000 customers, of whom some took a card when it was offered. Who has money and uses the app does,
/// between 30 and 55 more than before and after; the region says nothing.
inline customer_data generate_customers(std::uint64_t seed) {
  constexpr std::size_t n = 2000;
  tailor::random::generator g(seed, 1);
  const std::vector<std::string> plans = {"basic", "plus", "premium"}, regions = {"north", "east", "south", "west"};
  std::vector<double> age, balance, visits;
  std::vector<std::string> plan, region, took;
  for (std::size_t i = 0; i < n; ++i) {
    age.push_back(std::floor(g.uniform(18.0, 80.0)));
    balance.push_back(std::round(std::exp(7 + g.normal<double>())));
    visits.push_back(std::floor(6 * g.exponential()));
    const std::size_t p = g.below(3);
    plan.push_back(plans[p]);
    region.push_back(regions[g.below(4)]);
    const double middle = age.back() > 30 && age.back() < 55 ? 1 : 0;
    const double logit =
        -4 + 1.2 * middle + 0.5 * (std::log(balance.back()) - 7) + 0.12 * visits.back() + 0.8 * static_cast<double>(p);
    took.push_back(g.uniform<double>() < 1 / (1 + std::exp(-logit)) ? "yes" : "no");
    if (g.below(20) == 0) balance.back() = std::nan("");
  }
  customer_data made;
  made.rows =
      data::table({data::table_column::of_numbers("age", age), data::table_column::of_numbers("balance", balance),
                   data::table_column::of_numbers("visits", visits), data::table_column::of_texts("plan", plan),
                   data::table_column::of_texts("region", region), data::table_column::of_texts("took_card", took)});
  made.target = "took_card";
  made.positive = "yes";
  made.source = "a generated bank (seed " + std::to_string(seed) + ')';
  return made;
}

/// Rows to learn from and rows to be measured on, rising.
struct row_split {
  std::vector<std::size_t> train, test;
};

/// Rows of each class in random order, cut into parts of `test_size`: part `which` is held back. The same seed cuts
/// them in the same way, so that parts 0, 1, … have no row in common.
inline row_split stratified_part(const std::vector<int>& labels, double test_size, std::size_t which,
                                 std::uint64_t seed) {
  row_split parts;
  for (int label = 0; label < 2; ++label) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (labels[i] == label) rows.push_back(i);
    tailor::random::generator g(seed, static_cast<std::uint64_t>(label));
    tailor::random::shuffle(rows.begin(), rows.end(), g);
    const auto edge = [&](std::size_t part) {
      return static_cast<std::size_t>(
          std::llround(static_cast<double>(rows.size()) * (std::min)(1.0, test_size * static_cast<double>(part))));
    };
    for (std::size_t i = 0; i < rows.size(); ++i)
      (i >= edge(which) && i < edge(which + 1) ? parts.test : parts.train).push_back(rows[i]);
  }
  std::sort(parts.train.begin(), parts.train.end());
  std::sort(parts.test.begin(), parts.test.end());
  return parts;
}

/// The latest rows by a column of dates or numbers are held back, rows of one time together: so many that at least
/// `test_size` of them all are.
/// @throws value_error when a time is missing, or all are the same
inline row_split latest_part(const data::table_column& times, double test_size) {
  const std::vector<double>& at = times.numbers();
  std::vector<double> sorted = at;
  for (const double time : sorted) tailor::require(!std::isnan(time), times.name(), "a time in every row", time);
  std::sort(sorted.begin(), sorted.end());
  const auto stay = static_cast<std::size_t>(static_cast<double>(sorted.size()) * (1 - test_size));
  const double border = sorted[(std::min)(stay, sorted.size() - 1)];
  row_split parts;
  for (std::size_t i = 0; i < at.size(); ++i) (at[i] >= border ? parts.test : parts.train).push_back(i);
  tailor::require(!parts.train.empty(), times.name(), "different times", "one for most rows");
  return parts;
}

}  // namespace propensity

#endif
