// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_INTERACTIONS_HPP
#define TAILOR_DATA_INTERACTIONS_HPP

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/index.hpp"
#include "../core/span.hpp"
#include "csr_matrix.hpp"
#include "id_map.hpp"

namespace tailor {
inline namespace v0 {
namespace data {

/// Who did what, how much, when.
struct event {
  user_index user;
  item_index item;
  double value;       ///< a rating, a quantity, 1 for a mere visit
  std::int64_t time;  ///< seconds since 1970 (UTC); 0 in a log without times
};

namespace detail {

/// Ids that the parts of a log share until one of them adds to them: who ever handed its map on, or was handed it,
/// makes a copy before it writes.
class shared_ids {
 public:
  shared_ids() : ids_(std::make_shared<id_map>()), is_shared_(false) {}
  explicit shared_ids(id_map&& ids) : ids_(std::make_shared<id_map>(std::move(ids))), is_shared_(false) {}
  shared_ids(const shared_ids& other) noexcept : ids_(other.share()), is_shared_(true) {}
  shared_ids& operator=(const shared_ids& other) noexcept {
    ids_ = other.share();
    is_shared_.store(true, std::memory_order_relaxed);
    return *this;
  }
  ~shared_ids() = default;

  const id_map& get() const noexcept { return *ids_; }
  std::shared_ptr<id_map> share() const noexcept {
    is_shared_.store(true, std::memory_order_relaxed);
    return ids_;
  }
  id_map& writable() {
    if (is_shared_.load(std::memory_order_relaxed)) {
      ids_ = std::make_shared<id_map>(*ids_);
      is_shared_.store(false, std::memory_order_relaxed);
    }
    return *ids_;
  }

 private:
  std::shared_ptr<id_map> ids_;
  mutable std::atomic<bool> is_shared_;  // set by whoever copies, maybe from many threads
};

}  // namespace detail

/// A log of events in the order it was written. External ids become dense indices once, here; from here on everything
/// speaks of indices, and `users()` / `items()` turn them back. Parts of a log (`select`, `filter`, a split) share its
/// ids, so that an index means the same customer in all of them.
class interactions {
 public:
  interactions() = default;
  interactions(const interactions&) = default;
  interactions& operator=(const interactions&) = default;
  /// A log that was moved from is empty and still knows its ids.
  interactions(interactions&& other) noexcept
      : users_(other.users_),
        items_(other.items_),
        events_(std::exchange(other.events_, {})),
        has_times_(other.has_times_) {}
  interactions& operator=(interactions&& other) noexcept {
    users_ = other.users_;
    items_ = other.items_;
    if (this != &other) events_ = std::exchange(other.events_, {});
    has_times_ = other.has_times_;
    return *this;
  }
  ~interactions() = default;

  /// Every stored cell of a users × items matrix as one event; the ids are the positions, "0", "1", ….
  template <class T>
  explicit interactions(csr_view<T> matrix);
  template <class T>
  explicit interactions(const csr_matrix<T>& matrix) : interactions(matrix.view()) {}

  /// Appends one event; ids not seen before get the next index. Text and integers are the same ids: "196" is 196.
  /// @throws value_error when `value` is not finite, or when some events of the log have a time and others have none
  template <class UserId, class ItemId>
  void add(const UserId& user, const ItemId& item, double value = 1, std::optional<std::int64_t> time = {});

  std::size_t size() const noexcept { return events_.size(); }
  bool empty() const noexcept { return events_.empty(); }
  std::size_t n_users() const noexcept { return users().size(); }
  std::size_t n_items() const noexcept { return items().size(); }
  bool has_times() const noexcept { return has_times_; }

  const event& operator[](std::size_t i) const noexcept { return events_[i]; }
  auto begin() const noexcept { return events_.begin(); }
  auto end() const noexcept { return events_.end(); }

  /// The ids by index; valid until the next `add`.
  const id_map& users() const noexcept { return users_.get(); }
  const id_map& items() const noexcept { return items_.get(); }
  /// The id maps to share with whoever outlives the log.
  std::shared_ptr<const id_map> shared_users() const noexcept { return users_.share(); }
  std::shared_ptr<const id_map> shared_items() const noexcept { return items_.share(); }

  /// The matrix `[n_users, n_items]` of float or double that models learn from; several events of one cell become one
  /// value.
  /// @throws value_error for a repeated cell under `duplicates::error`
  template <class T>
  csr_matrix<T> matrix(duplicates policy) const;

  /// The events at these positions, in this order, with the same ids. A position may come more than once.
  /// @throws value_error for a position past the end
  interactions select(span<const std::size_t> positions) const;

  /// The events that `keep(event)` answers true for, with the same ids.
  template <class Keep>
  interactions filter(Keep&& keep) const;

  /// The events of at least this value, each with value 1: from ratings to "liked it".
  /// @throws value_error when `at_least` is NaN
  interactions binarise(double at_least) const;

  /// Without the users of fewer than `min_user_events` and the items of fewer than `min_item_events`, again and again
  /// until every one left has enough; ids without events are gone from the result. O(size).
  interactions k_core(std::size_t min_user_events, std::size_t min_item_events) const;

  /// The same events with new ids, without those that no event has; they keep their order.
  interactions compact() const;

 private:
  detail::shared_ids users_, items_;
  std::vector<event> events_;
  bool has_times_ = false;
};

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
interactions::interactions(csr_view<T> matrix) {
  data::require_finite(matrix, "matrix");
  for (std::size_t u = 0; u < matrix.n_rows(); ++u) users_.writable().insert(u);
  for (std::size_t i = 0; i < matrix.n_columns(); ++i) items_.writable().insert(i);
  events_.reserve(matrix.nnz());
  for (std::size_t u = 0; u < matrix.n_rows(); ++u) {
    const row_view<T> row = matrix.row(u);
    for (std::size_t i = 0; i < row.size(); ++i)
      events_.push_back({user_index(u), item_index(row.columns[i]), static_cast<double>(row.values[i]), 0});
  }
}

template <class UserId, class ItemId>
void interactions::add(const UserId& user, const ItemId& item, double value, std::optional<std::int64_t> time) {
  require(std::isfinite(value), "value", "a finite number", value);
  if (!empty() && time.has_value() != has_times_)
    throw value_error(describe("time", "a time for all events of a log or for none",
                               time ? "the first event with a time" : "an event without"));
  const user_index u(users_.writable().insert(user));
  const item_index i(items_.writable().insert(item));
  events_.push_back({u, i, value, time.value_or(0)});
  has_times_ = time.has_value();
}

template <class T>
csr_matrix<T> interactions::matrix(duplicates policy) const {
  static_assert(std::is_floating_point_v<T>, "tailor: the matrix of a log holds float or double: a rating may be 3.5");
  std::vector<std::uint32_t> rows, columns;
  std::vector<T> values;
  rows.reserve(size());
  columns.reserve(size());
  values.reserve(size());
  for (const event& e : events_) {
    if (std::abs(e.value) > static_cast<double>((std::numeric_limits<T>::max)()))
      throw value_error(describe("value", "a number that the matrix's type holds", show(e.value)));
    rows.push_back(e.user.value());
    columns.push_back(e.item.value());
    values.push_back(static_cast<T>(e.value));
  }
  return csr_matrix<T>::from_triplets(n_users(), n_items(), rows, columns, span<const T>(values), policy);
}

inline interactions interactions::select(span<const std::size_t> positions) const {
  interactions part;
  part.users_ = users_;
  part.items_ = items_;
  part.has_times_ = has_times_;
  part.events_.reserve(positions.size());
  for (const std::size_t i : positions) {
    if (i >= size())
      throw value_error(describe("positions", "below " + show(size()) + ", the size of the log", show(i)));
    part.events_.push_back(events_[i]);
  }
  return part;
}

template <class Keep>
interactions interactions::filter(Keep&& keep) const {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < size(); ++i)
    if (keep(events_[i])) kept.push_back(i);
  return select(kept);
}

inline interactions interactions::binarise(double at_least) const {
  require(!std::isnan(at_least), "at_least", "a number", at_least);
  interactions liked = filter([at_least](const event& e) { return e.value >= at_least; });
  for (event& e : liked.events_) e.value = 1;
  return liked;
}

inline interactions interactions::k_core(std::size_t min_user_events, std::size_t min_item_events) const {
  // The events of every user and of every item; whoever has too few left takes theirs away, from others too.
  std::vector<std::vector<std::size_t>> of_user(n_users()), of_item(n_items());
  for (std::size_t i = 0; i < size(); ++i) {
    of_user[events_[i].user.at()].push_back(i);
    of_item[events_[i].item.at()].push_back(i);
  }
  std::vector<std::size_t> user_left, item_left;
  for (const auto& mine : of_user) user_left.push_back(mine.size());
  for (const auto& mine : of_item) item_left.push_back(mine.size());

  std::vector<bool> gone(size(), false);
  std::vector<const std::vector<std::size_t>*> to_remove;
  for (std::size_t u = 0; u < n_users(); ++u)
    if (user_left[u] < min_user_events) to_remove.push_back(&of_user[u]);
  for (std::size_t i = 0; i < n_items(); ++i)
    if (item_left[i] < min_item_events) to_remove.push_back(&of_item[i]);
  while (!to_remove.empty()) {
    const std::vector<std::size_t>& events = *to_remove.back();
    to_remove.pop_back();
    for (const std::size_t e : events) {
      if (gone[e]) continue;
      gone[e] = true;
      const std::size_t user = events_[e].user.at(), item = events_[e].item.at();
      if (user_left[user]-- == min_user_events) to_remove.push_back(&of_user[user]);
      if (item_left[item]-- == min_item_events) to_remove.push_back(&of_item[item]);
    }
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < size(); ++i)
    if (!gone[i]) kept.push_back(i);
  return select(kept).compact();
}

inline interactions interactions::compact() const {
  // The ids that are used, in their old order, and for each old index its new one.
  const auto renumber = [this](const id_map& ids, auto&& index_of) {
    std::vector<bool> used(ids.size(), false);
    for (const event& e : events_) used[index_of(e)] = true;
    std::pair<id_map, std::vector<std::uint32_t>> kept;
    kept.second.assign(ids.size(), 0);
    for (std::uint32_t old = 0; old < ids.size(); ++old)
      if (used[old]) kept.second[old] = kept.first.insert(ids[old]);
    return kept;
  };
  auto [users, new_user] = renumber(this->users(), [](const event& e) { return e.user.at(); });
  auto [items, new_item] = renumber(this->items(), [](const event& e) { return e.item.at(); });

  interactions out = *this;
  out.users_ = detail::shared_ids(std::move(users));
  out.items_ = detail::shared_ids(std::move(items));
  for (event& e : out.events_) {
    e.user = user_index(new_user[e.user.at()]);
    e.item = item_index(new_item[e.item.at()]);
  }
  return out;
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
