// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_BUY_AGAIN_HPP
#define TAILOR_RECOMMENDER_BUY_AGAIN_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/loaded.hpp"
#include "../data/interactions.hpp"
#include "../fwd.hpp"
#include "popularity.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// What is counted, and how fast it is forgotten.
struct buy_again_options {
  using count = popularity_options::count;

  count counted = count::events;  ///< how often an item was chosen, or the sum of the values (units, money)
  /// Seconds until an event counts half, infinite = never. A quarter of a year at first: of what was chosen equally
  /// often the latest wins.
  double half_life = 90.0 * 24 * 3600;

  template <class A>
  void archive(A& a) {
    a("counted", counted);
    a("half_life", half_life);
  }
};

/// What a customer chose before, most often and lately: the groceries of last week, the track on repeat. It recommends
/// what other models hide: `recommend` leaves in what was seen, and somebody without a history gets nothing.
///
/// score(i) = Σ 2^(−age / half_life) over the user's events of i, each times its value if values are counted, with ages
/// back from the user's own last event: any other day would order their items alike, but leave little to compare of
/// somebody who was away for long. Without a half-life, the personal top frequency of the next-basket literature (Li et
/// al. 2023). A log without times counts as one of a single moment; so does a matrix, and a history that is not the
/// log's: there an item scores its value. An item whose values do not add up to more than 0 has no score; a sum outside
/// the numbers of T counts as the smallest or the largest of them.
template <class T>
class basic_buy_again : public scorer_base<basic_buy_again<T>, T> {
 public:
  /// @throws value_error for a half-life that is not above 0
  explicit basic_buy_again(buy_again_options options = {}) : options_(options) {
    require(options.half_life > 0, "buy_again_options::half_life", "seconds above 0", options.half_life);
  }

  const buy_again_options& options() const noexcept { return options_; }
  data::duplicates duplicate_policy() const noexcept { return data::duplicates::sum; }
  bool recommends_seen() const noexcept { return true; }

  static constexpr const char* saved_as = "tailor.recommender.buy_again";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_data(a);
    a("counts", counts_);
  }
  void loaded() const {
    scorer_base<basic_buy_again, T>::loaded();
    tailor::detail::require_loaded(counts_, this->user_items().nnz(), "counts");
  }

 private:
  friend class scorer_base<basic_buy_again<T>, T>;

  void learn(const run_options&) { counts_ = this->user_items().values(); }

  void learn_events(const data::interactions& log, const run_options&) {
    std::vector<std::int64_t> last(this->n_users(), std::numeric_limits<std::int64_t>::min());
    for (const data::event& e : log) last[e.user.at()] = (std::max)(last[e.user.at()], e.time);
    std::vector<double> counts(this->user_items().nnz(), 0.0);
    for (const data::event& e : log) {
      const double age = static_cast<double>(last[e.user.at()]) - static_cast<double>(e.time);
      // However old, an event never counts nothing.
      const double decay = std::exp2((std::max)(-age / options_.half_life, -1000.0));
      const data::row_view<T> row = this->user_items().row(e.user.at());
      const auto cell = std::lower_bound(row.columns.begin(), row.columns.end(), e.item.value());
      counts[static_cast<std::size_t>(this->user_items().row_pointers()[e.user.at()]) +
             static_cast<std::size_t>(cell - row.columns.begin())] +=
          options_.counted == buy_again_options::count::events ? decay : e.value * decay;
    }
    counts_.resize(counts.size());
    constexpr double least = (std::numeric_limits<T>::min)(), most = (std::numeric_limits<T>::max)();
    std::transform(counts.begin(), counts.end(), counts_.begin(), [=](double count) {
      return count > 0 ? static_cast<T>((std::min)((std::max)(count, least), most)) : T{};
    });
  }

  void score_user(user_index user, span<T> out) const {
    const auto begin = static_cast<std::size_t>(this->user_items().row_pointers()[user.at()]);
    const span<const std::uint32_t> items = this->user_items().row(user.at()).columns;
    score_history({items, span<const T>(counts_.data() + begin, items.size())}, out);
  }

  void score_history(data::row_view<T> history, span<T> out) const {
    std::fill(out.begin(), out.end(), unscored<T>);
    for (std::size_t i = 0; i < history.size(); ++i)
      if (history.values[i] > T{}) out[history.columns[i]] = history.values[i];
  }

  buy_again_options options_;
  std::vector<T> counts_;  // one a cell of user_items()
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
