// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_RANDOM_BASELINE_HPP
#define TAILOR_RECOMMENDER_RANDOM_BASELINE_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../core/random.hpp"
#include "../data/csr_matrix.hpp"
#include "../fwd.hpp"
#include "rating_model.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

struct random_baseline_options {
  std::uint64_t seed = 0;

  template <class A>
  void archive(A& a) {
    a("seed", seed);
  }
};

/// The yardstick that every model has to beat: standard normal numbers as scores, all items alike. `predict` draws from
/// the normal distribution of the ratings seen (their mean, their deviation over n), within their range: Surprise's
/// NormalPredictor.
///
/// What somebody is told depends on the seed and their history alone: it does not change from call to call, is the same
/// for a known user and a stranger who did the same, and does not depend on the number of threads. O(n_items) a list.
template <class T>
class basic_random_baseline : public detail::rating_model<basic_random_baseline<T>, T> {
  friend scorer_base<basic_random_baseline<T>, T>;
  friend detail::rating_model<basic_random_baseline<T>, T>;

 public:
  explicit basic_random_baseline(random_baseline_options options = {}) : options_(options) {}

  const random_baseline_options& options() const noexcept { return options_; }

  static constexpr const char* saved_as = "tailor.recommender.random_baseline";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_ratings(a);
    a("deviation", deviation_);
  }
  void loaded() const {
    detail::rating_model<basic_random_baseline, T>::loaded();
    require(std::isfinite(deviation_) && deviation_ >= 0, "deviation", "a finite number from 0", deviation_);
  }

 private:
  void train(const run_options&) {
    double squares = 0;
    for (const T rating : this->user_items().values()) {
      const double distance = static_cast<double>(rating) - this->mean_;
      squares += distance * distance;
    }
    deviation_ = std::sqrt(squares / static_cast<double>(this->user_items().nnz()));
  }

  using numbers = random::generator;

  numbers somebody(user_index user) const { return somebody(this->user_items().row(user.at())); }
  numbers somebody(data::row_view<T> history) const {
    std::uint64_t key = history.size();
    for (std::size_t i = 0; i < history.size(); ++i) {
      const double value = static_cast<double>(history.values[i]);
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value, sizeof bits);
      key = random::derived_seed(random::derived_seed(key, history.columns[i]), bits);
    }
    return numbers(options_.seed, key);
  }

  // A number takes two words, so that of an item is found without those before it.
  T rating(numbers draw, std::uint32_t item) const {
    draw.seek(2 * std::uint64_t{item});
    return static_cast<T>(this->mean_ + deviation_ * draw.template normal<double>());
  }
  void score_somebody(numbers draw, span<T> out) const {
    std::vector<double> drawn(out.size());
    random::fill_normal(drawn, draw);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<T>(drawn[i]);
  }

  random_baseline_options options_;
  double deviation_ = 0;
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
