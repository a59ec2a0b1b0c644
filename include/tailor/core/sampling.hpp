// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_SAMPLING_HPP
#define TAILOR_CORE_SAMPLING_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <vector>

#include "error.hpp"
#include "random.hpp"
#include "span.hpp"

namespace tailor {
inline namespace v0 {
namespace random {

/// Puts [first, last) into random order, each of the n! equally likely (Fisher and Yates). Random access.
template <class Iterator>
void shuffle(Iterator first, Iterator last, generator& g);

/// k different numbers of 0, …, n − 1, each subset equally likely, in rising order (`shuffle` them for a random one).
/// O(k) memory; O(k) time when k is small beside n, else O(n).
/// @throws value_error when k > n
std::vector<std::size_t> sample(std::size_t n, std::size_t k, generator& g);

/// Draws 0, …, n − 1 with given probabilities, O(n) to build and O(1) a draw (Walker 1977, Vose 1991).
class alias_table {
 public:
  /// @param weights  contiguous container of numbers >= 0, not all 0; need not add up to 1
  /// @throws value_error when that does not hold, or for NaN or infinity
  template <class C>
  explicit alias_table(const C& weights);

  std::size_t size() const noexcept { return keep_.size(); }
  std::size_t operator()(generator& g) const;

 private:
  void build(std::vector<double> weights);

  std::vector<double> keep_;        // probability that slot i gives i …
  std::vector<std::size_t> other_;  // … and not other_[i]
};

// ---------------------------------------------------------------------------------------------------------------------

template <class Iterator>
void shuffle(Iterator first, Iterator last, generator& g) {
  using difference = typename std::iterator_traits<Iterator>::difference_type;
  for (auto n = static_cast<std::uint64_t>(last - first); n > 1; --n)
    std::iter_swap(first + static_cast<difference>(n - 1), first + static_cast<difference>(g.below(n)));
}

inline std::vector<std::size_t> sample(std::size_t n, std::size_t k, generator& g) {
  require(k <= n, "sample: k", "at most n, which is " + show(n), k);
  std::vector<std::size_t> chosen;
  chosen.reserve(k);
  if (k < n / 16) {  // Floyd (Bentley: A sample of brilliance. CACM 1987)
    std::unordered_set<std::size_t> seen(k);
    for (std::size_t last = n - k; last < n; ++last) {
      const auto i = static_cast<std::size_t>(g.below(last + 1));
      chosen.push_back(seen.insert(i).second ? i : *seen.insert(last).first);
    }
    std::sort(chosen.begin(), chosen.end());
  } else {  // Knuth's Algorithm S
    for (std::size_t i = 0; chosen.size() < k; ++i)
      if (g.below(n - i) < k - chosen.size()) chosen.push_back(i);
  }
  return chosen;
}

template <class C>
alias_table::alias_table(const C& weights) {
  const span<tailor::detail::element_of<const C>> given(weights);
  std::vector<double> copy;
  copy.reserve(given.size());
  for (const auto weight : given) copy.push_back(static_cast<double>(weight));
  build(std::move(copy));
}

inline void alias_table::build(std::vector<double> weights) {
  const std::size_t n = weights.size();
  require(n != 0, "alias_table: weights", "at least one", n);
  for (const double weight : weights)
    require(std::isfinite(weight) && weight >= 0, "alias_table: weights", "finite numbers >= 0", weight);
  const double most = *std::max_element(weights.begin(), weights.end());
  require(most > 0, "alias_table: weights", "one that is not 0", most);

  double total = 0;  // of weights by the heaviest, so that nothing overflows
  for (double& weight : weights) total += (weight /= most);
  for (double& weight : weights) weight = weight / total * static_cast<double>(n);

  keep_.assign(n, 1);
  other_.assign(n, 0);
  std::vector<std::size_t> poor, rich;
  for (std::size_t i = 0; i < n; ++i) (weights[i] < 1 ? poor : rich).push_back(i);
  while (!poor.empty() && !rich.empty()) {
    const std::size_t low = poor.back(), high = rich.back();
    poor.pop_back();
    keep_[low] = weights[low];
    other_[low] = high;
    weights[high] -= 1 - weights[low];
    if (weights[high] < 1) {
      rich.pop_back();
      poor.push_back(high);
    }
  }
  // Whoever is left over is 1 but for rounding, and always gives itself.
}

inline std::size_t alias_table::operator()(generator& g) const {
  const auto slot = static_cast<std::size_t>(g.below(keep_.size()));
  return g.uniform() < keep_[slot] ? slot : other_[slot];
}

}  // namespace random
}  // namespace v0
}  // namespace tailor

#endif
