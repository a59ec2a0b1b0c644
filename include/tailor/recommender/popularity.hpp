// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_POPULARITY_HPP
#define TAILOR_RECOMMENDER_POPULARITY_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/loaded.hpp"
#include "../data/interactions.hpp"
#include "../fwd.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// What is counted, over which time. Window and half-life may be combined.
struct popularity_options {
  enum class count { events, values };

  count counted = count::events;  ///< how often an item was chosen, or the sum of the values (units, money)
  double window = std::numeric_limits<double>::infinity();  ///< seconds back from the last event; infinite = all time
  double half_life = std::numeric_limits<double>::infinity();  ///< seconds until an event counts half; infinite = never

  template <class A>
  void archive(A& a) {
    a("counted", counted);
    a("window", window);
    a("half_life", half_life);
  }
};

constexpr std::array<std::string_view, 2> enum_names(popularity_options::count) { return {"events", "values"}; }

/// The same list for everybody: what is chosen most. The yardstick that a personal model has to beat, and what serves a
/// customer of whom nothing is known. In a log every event counts, in a matrix every stored cell. An item that nobody
/// chose in the window, or whose values do not add up to more than 0, has no score.
template <class T>
class basic_popularity : public scorer_base<basic_popularity<T>, T> {
 public:
  /// @throws value_error for a window or half-life that is not above 0
  explicit basic_popularity(popularity_options options = {}) : options_(options) {
    require(options.window > 0, "popularity_options::window", "seconds above 0", options.window);
    require(options.half_life > 0, "popularity_options::half_life", "seconds above 0", options.half_life);
  }

  const popularity_options& options() const noexcept { return options_; }
  data::duplicates duplicate_policy() const noexcept { return data::duplicates::sum; }

  /// The weighted count of every item, n_items long.
  const std::vector<T>& counts() const noexcept { return counts_; }

  static constexpr const char* saved_as = "tailor.recommender.popularity";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_data(a);
    a("counts", counts_);
  }
  void loaded() const {
    scorer_base<basic_popularity, T>::loaded();
    tailor::detail::require_loaded(counts_, this->n_items(), "counts");
  }

 private:
  friend class scorer_base<basic_popularity<T>, T>;

  bool needs_times() const noexcept { return std::isfinite(options_.window) || std::isfinite(options_.half_life); }

  void learn(const run_options&) {
    if (needs_times())
      throw value_error(describe("popularity::fit", "a log with times, for a window or a half-life", "a matrix"));
    const auto& matrix = this->user_items();
    std::vector<double> counts(matrix.n_columns(), 0.0);
    for (std::size_t i = 0; i < matrix.nnz(); ++i) counts[matrix.columns()[i]] += weight(matrix.values()[i]);
    counts_.assign(counts.begin(), counts.end());
  }

  void learn_events(const data::interactions& log, const run_options&) {
    if (needs_times() && !log.has_times())
      throw value_error(describe("popularity::fit", "a log with times, for a window or a half-life", "one without"));
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    for (const data::event& e : log) last = (std::max)(last, e.time);
    std::vector<double> counts(log.n_items(), 0.0);
    for (const data::event& e : log) {
      const double age = static_cast<double>(last) - static_cast<double>(e.time);
      if (needs_times() && age > options_.window) continue;
      counts[e.item.at()] += weight(e.value) * std::exp2(-age / options_.half_life);
    }
    counts_.assign(counts.begin(), counts.end());
  }

  template <class V>
  double weight(V value) const noexcept {
    return options_.counted == popularity_options::count::events ? 1.0 : static_cast<double>(value);
  }

  void score_history(data::row_view<T>, span<T> out) const {
    std::transform(counts_.begin(), counts_.end(), out.begin(),
                   [](T count) { return count > T{} ? count : unscored<T>; });
  }

  popularity_options options_;
  std::vector<T> counts_;
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
