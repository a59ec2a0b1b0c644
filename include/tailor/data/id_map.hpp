// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_ID_MAP_HPP
#define TAILOR_DATA_ID_MAP_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/huge_pages.hpp"
#include "../core/span.hpp"
#include "id_hash.hpp"

namespace tailor {
inline namespace v0 {
namespace data {
namespace detail {

/// The index of the id after `count` others.
std::uint32_t next_id_index(std::size_t count);

/// An id as a message shows it, cut when long.
inline std::string show_id(std::string_view id) {
  constexpr std::size_t most = 60;
  std::string text = "\"";
  text.append(id.substr(0, most)).append(id.size() > most ? "…\"" : "\"");
  return text;
}

}  // namespace detail

/// External ids ↔ dense indices 0, 1, 2, … in the order they were inserted.
///
/// An id is a string of bytes. An integer is the id that its decimal text spells: `196` and `"196"` are the same,
/// `"007"` is another than `7`. Inserting and finding are O(length); an id costs its bytes, 8 more, and 32 to 64 for
/// the table. Every member that changes the map leaves it as it was when it throws.
class id_map {
 public:
  class iterator;
  using const_iterator = iterator;
  using value_type = std::string_view;

  id_map() = default;

  /// The ids in their order. @throws value_error that names an id that comes twice
  explicit id_map(std::initializer_list<std::string_view> ids) { insert_all(ids); }
  template <class Id>
  explicit id_map(const std::vector<Id>& ids) {
    insert_all(ids);
  }

  /// From what bytes() and offsets() gave. @throws value_error when they do not belong together or an id comes twice
  id_map(std::vector<char> bytes, std::vector<std::uint64_t> offsets);

  std::size_t size() const noexcept { return offsets_.size(); }
  bool empty() const noexcept { return offsets_.empty(); }

  /// The index of the id, which is added if it is new. @throws value_error at 2³² - 1 ids
  std::uint32_t insert(std::string_view id) { return insert(id, detail::hash_id(id, seed_)); }
  template <class I, class = std::enable_if_t<detail::is_id_integer_v<I>>>
  std::uint32_t insert(I id) {
    const detail::decimal_id text(id);
    return insert(text.view(), text.hash(seed_));
  }

  std::optional<std::uint32_t> find(std::string_view id) const noexcept { return find(id, detail::hash_id(id, seed_)); }
  template <class I, class = std::enable_if_t<detail::is_id_integer_v<I>>>
  std::optional<std::uint32_t> find(I id) const noexcept {
    const detail::decimal_id text(id);
    return find(text.view(), text.hash(seed_));
  }

  template <class Id>
  bool contains(const Id& id) const noexcept {
    return find(id).has_value();
  }

  /// As find(). @throws value_error that names the id when it is unknown
  std::uint32_t at(std::string_view id) const { return known(id, find(id)); }
  template <class I, class = std::enable_if_t<detail::is_id_integer_v<I>>>
  std::uint32_t at(I id) const {
    const std::optional<std::uint32_t> index = find(id);
    return index ? *index : known(detail::decimal_id(id).view(), index);
  }

  /// The id at an index; valid until the next insertion. @throws value_error when there is none
  std::string_view id(std::size_t index) const {
    if (index >= size()) require(false, "id_map", "an index below " + std::to_string(size()), index);
    return view(index);
  }
  std::string_view operator[](std::size_t index) const { return id(index); }

  /// As insert() or find() of each in turn, but a map larger than the cache is asked for several at a time.
  /// @param ids  not pieces of the map's own bytes
  /// @param indices  as many as ids; `none` where find_many knows no such id
  void insert_many(span<const std::string_view> ids, std::uint32_t* indices);
  void find_many(span<const std::string_view> ids, std::uint32_t* indices) const noexcept;
  static constexpr std::uint32_t none = 0xffffffffu;

  /// The ids as std::string_view, by index.
  iterator begin() const noexcept;
  iterator end() const noexcept;

  /// Room for `ids` of them, of `bytes` bytes together, without growing on the way.
  void reserve(std::size_t ids, std::size_t bytes = 0);
  void clear() noexcept;

  /// All ids one after the other.
  const std::vector<char>& bytes() const noexcept { return bytes_; }
  /// Where each id ends in bytes(); it starts where the one before ends, the first at 0.
  const std::vector<std::uint64_t>& offsets() const noexcept { return offsets_; }

  static constexpr const char* saved_as = "tailor.data.id_map";
  template <class A>
  void archive(A& a) {
    a("bytes", bytes_);
    a("offsets", offsets_);
  }
  void loaded() { *this = id_map(std::move(bytes_), std::move(offsets_)); }

  /// The same ids at the same indices.
  friend bool operator==(const id_map& a, const id_map& b) noexcept {
    return a.offsets_ == b.offsets_ && a.bytes_ == b.bytes_;
  }
  friend bool operator!=(const id_map& a, const id_map& b) noexcept { return !(a == b); }

 private:
  static constexpr std::size_t long_probe = 256;

  // Linear probing over a power of two of slots, at most half of them taken. A slot has all of the hash: growing looks
  // at no id, and a short id is told by hash and length alone.
  struct slot {
    std::uint64_t hash = 0;
    std::uint32_t next = 0;    // the index plus one; 0: free
    std::uint32_t length = 0;  // of the id, cut to 32 bits
  };
  struct position {
    std::size_t at;
    std::uint32_t found;
    std::size_t probes;
  };

  std::string_view view(std::size_t index) const noexcept {
    const std::uint64_t begin = index == 0 ? 0 : offsets_[index - 1];
    return {bytes_.data() + begin, static_cast<std::size_t>(offsets_[index] - begin)};
  }
  std::optional<std::uint32_t> find(std::string_view id, std::uint64_t hash) const noexcept {
    const std::uint32_t index = lookup(id, hash).found;
    return index == none ? std::nullopt : std::optional<std::uint32_t>(index);
  }
  std::uint32_t known(std::string_view id, std::optional<std::uint32_t> index) const {
    if (!index) require(false, "id_map", "one of its " + std::to_string(size()) + " ids", detail::show_id(id));
    return *index;
  }
  template <class Then>
  void ask_many(span<const std::string_view> ids, Then&& then) const;
  std::uint32_t insert(std::string_view id, std::uint64_t hash);
  position lookup(std::string_view id, std::uint64_t hash) const noexcept;
  void rehash(std::size_t slots);
  void reseed();
  template <class Range>
  void insert_all(const Range& ids);
  template <class T>
  static void grow(std::vector<T>& v, std::size_t extra);

  std::vector<char> bytes_;
  std::vector<std::uint64_t> offsets_;
  std::vector<slot> table_;
  std::uint64_t seed_ = 0;
};

/// Goes over the ids of an id_map.
class id_map::iterator {
 public:
  using iterator_category = std::input_iterator_tag;  // because what it points to is a value
  using value_type = std::string_view;
  using difference_type = std::ptrdiff_t;
  using pointer = const std::string_view*;
  using reference = std::string_view;

  iterator() = default;
  std::string_view operator*() const noexcept { return map_->view(index_); }
  iterator& operator++() noexcept {
    ++index_;
    return *this;
  }
  iterator operator++(int) noexcept {
    iterator old = *this;
    ++index_;
    return old;
  }
  friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.index_ == b.index_; }
  friend bool operator!=(const iterator& a, const iterator& b) noexcept { return a.index_ != b.index_; }

 private:
  friend class id_map;
  iterator(const id_map& map, std::size_t index) noexcept : map_(&map), index_(index) {}
  const id_map* map_ = nullptr;
  std::size_t index_ = 0;
};

inline id_map::iterator id_map::begin() const noexcept { return {*this, 0}; }
inline id_map::iterator id_map::end() const noexcept { return {*this, size()}; }

namespace detail {

inline std::uint32_t next_id_index(std::size_t count) {
  constexpr std::uint32_t most = (std::numeric_limits<std::uint32_t>::max)();
  require(count < most, "id_map", "at most 4294967295 ids", count);
  return static_cast<std::uint32_t>(count);
}

}  // namespace detail

inline id_map::position id_map::lookup(std::string_view id, std::uint64_t hash) const noexcept {
  if (table_.empty()) return {0, none, 0};
  const std::size_t mask = table_.size() - 1;
  const auto length = static_cast<std::uint32_t>(id.size());
  std::size_t at = static_cast<std::size_t>(hash) & mask;
  for (std::size_t probes = 0;; at = (at + 1) & mask, ++probes) {
    const slot& s = table_[at];
    if (s.next == 0) return {at, none, probes};
    if (s.hash == hash && s.length == length && (id.size() <= 8 || view(s.next - 1) == id))
      return {at, s.next - 1, probes};
  }
}

inline std::uint32_t id_map::insert(std::string_view id, std::uint64_t hash) {
  position place = lookup(id, hash);
  if (place.found != none) return place.found;
  const std::uint32_t index = detail::next_id_index(size());

  // everything that may throw, then everything that may not
  if (table_.size() / 2 <= size()) {
    rehash(table_.empty() ? 16 : table_.size() * 2);
    place = lookup(id, hash);
  }
  if (place.probes > long_probe) {  // half full, chance does not do this: the ids were chosen to collide
    reseed();
    hash = detail::hash_id(id, seed_);
    place = lookup(id, hash);
  }
  grow(offsets_, 1);
  const std::less<const char*> before;
  const bool inside = !id.empty() && !bytes_.empty() && !before(id.data(), bytes_.data()) &&
                      before(id.data(), bytes_.data() + bytes_.size());
  const std::size_t from = inside ? static_cast<std::size_t>(id.data() - bytes_.data()) : 0;
  grow(bytes_, id.size());
  if (inside) id = {bytes_.data() + from, id.size()};  // a piece of one of ours, which moved

  bytes_.insert(bytes_.end(), id.begin(), id.end());
  offsets_.push_back(bytes_.size());
  table_[place.at] = {hash, index + 1, static_cast<std::uint32_t>(id.size())};
  return index;
}

/// Calls `then(i, hash)` for each id, when its place in the table is on its way already.
template <class Then>
void id_map::ask_many(span<const std::string_view> ids, Then&& then) const {
  constexpr std::size_t ahead = 64;
  std::uint64_t hashes[ahead];
  for (std::size_t begin = 0; begin < ids.size(); begin += ahead) {
    const std::size_t end = ids.size() - begin < ahead ? ids.size() : begin + ahead;
    const std::uint64_t seed = seed_;
    for (std::size_t i = begin; i < end; ++i) {
      hashes[i - begin] = detail::hash_id(ids[i], seed);
#if defined(__GNUC__)
      if (!table_.empty()) __builtin_prefetch(table_.data() + (hashes[i - begin] & (table_.size() - 1)));
#endif
    }
    for (std::size_t i = begin; i < end; ++i)
      then(i, seed == seed_ ? hashes[i - begin] : detail::hash_id(ids[i], seed_));  // insert() may have taken another
  }
}

inline void id_map::insert_many(span<const std::string_view> ids, std::uint32_t* indices) {
  ask_many(ids, [&](std::size_t i, std::uint64_t hash) { indices[i] = insert(ids[i], hash); });
}

inline void id_map::find_many(span<const std::string_view> ids, std::uint32_t* indices) const noexcept {
  ask_many(ids, [&](std::size_t i, std::uint64_t hash) { indices[i] = lookup(ids[i], hash).found; });
}

/// A seed under which ids made to collide under the one before do not. No index depends on it, so it takes what the
/// author of the ids cannot know: a place in memory and the time.
inline void id_map::reseed() {
  std::vector<slot> table(table_.size());
  const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  const auto place = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(table.data()));
  const std::uint64_t seed = detail::mix64(seed_ + detail::mix64(now ^ detail::mix64(place)));
  for (std::size_t i = 0; i < size(); ++i) {
    const std::uint64_t hash = detail::hash_id(view(i), seed);
    std::size_t at = static_cast<std::size_t>(hash) & (table.size() - 1);
    while (table[at].next != 0) at = (at + 1) & (table.size() - 1);
    table[at] = {hash, static_cast<std::uint32_t>(i + 1), static_cast<std::uint32_t>(view(i).size())};
  }
  table_ = std::move(table);
  seed_ = seed;
}

inline void id_map::rehash(std::size_t slots) {
  std::vector<slot> table;
  table.reserve(slots);
  advise_huge_pages(table.data(), slots * sizeof(slot));
  table.resize(slots);
  for (const slot& s : table_) {
    if (s.next == 0) continue;
    std::size_t at = static_cast<std::size_t>(s.hash) & (slots - 1);
    while (table[at].next != 0) at = (at + 1) & (slots - 1);
    table[at] = s;
  }
  table_ = std::move(table);
}

template <class T>
void id_map::grow(std::vector<T>& v, std::size_t extra) {
  if (v.capacity() - v.size() >= extra) return;
  std::vector<T> larger;
  const std::size_t doubled = v.capacity() * 2;
  const std::size_t wanted = v.size() + extra;
  larger.reserve(wanted > doubled ? wanted : doubled);
  advise_huge_pages(larger.data(), larger.capacity() * sizeof(T));
  larger.assign(v.begin(), v.end());
  v.swap(larger);
}

inline void id_map::reserve(std::size_t ids, std::size_t bytes) {
  constexpr std::size_t most = (std::numeric_limits<std::uint32_t>::max)();
  require(ids <= most, "id_map::reserve", "at most 4294967295 ids", ids);
  std::size_t slots = 16;
  while (slots / 2 < ids) slots *= 2;
  if (slots > table_.size()) rehash(slots);
  if (ids > offsets_.capacity()) grow(offsets_, ids - offsets_.size());
  if (bytes > bytes_.capacity()) grow(bytes_, bytes - bytes_.size());
}

inline void id_map::clear() noexcept {
  bytes_.clear();
  offsets_.clear();
  table_.clear();
  seed_ = 0;
}

template <class Range>
void id_map::insert_all(const Range& ids) {
  reserve(ids.size());
  for (const auto& id : ids) {
    const std::size_t before = size();
    const std::uint32_t index = insert(id);
    if (size() == before) require(false, "id_map", "ids that differ", detail::show_id(view(index)) + " twice");
  }
}

inline id_map::id_map(std::vector<char> bytes, std::vector<std::uint64_t> offsets) {
  std::uint64_t last = 0;
  for (const std::uint64_t end : offsets) {
    require(end >= last, "id_map: offsets", "numbers that never fall", end);
    last = end;
  }
  require(last == bytes.size(), "id_map: offsets", "a last one of " + std::to_string(bytes.size()), last);
  reserve(offsets.size(), bytes.size());
  std::uint64_t begin = 0;
  for (const std::uint64_t end : offsets) {
    const std::string_view id(bytes.data() + begin, static_cast<std::size_t>(end - begin));
    const std::size_t before = size();
    insert(id);
    if (size() == before) throw value_error(describe("id_map", "ids that differ", detail::show_id(id) + " twice"));
    begin = end;
  }
}

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
