// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_CORE_TOP_K_HPP
#define TAILOR_CORE_TOP_K_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <type_traits>
#include <vector>

#include "span.hpp"

namespace tailor {
inline namespace v0 {

/// A position and what it scored.
template <class T>
struct scored {
  std::uint32_t index;
  T score;

  friend bool operator==(const scored& a, const scored& b) { return a.index == b.index && a.score == b.score; }
  friend bool operator!=(const scored& a, const scored& b) { return !(a == b); }

  template <class A>
  void archive(A& a) {
    a("index", index);
    a("score", score);
  }
};

/// The order of every ranking in tailor: the higher score first, among equal scores the lower index.
struct ranks_before {
  template <class T>
  constexpr bool operator()(const scored<T>& a, const scored<T>& b) const noexcept {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
  }
};

namespace detail {
template <class T>
struct rank_key;
}

/// Keeps the best `k` of what is offered, whatever the order of the offers. Scores of NaN and −infinity are never kept.
/// An offer costs one comparison once better ones have been seen, and amortised O(1) otherwise: candidates gather in a
/// buffer of some `3k` that is cut back to `k` by selection, not by a heap. The buffer grows as it fills.
template <class T>
class top_k_selector {
 public:
  explicit top_k_selector(std::size_t k) { reset(k); }

  /// Forgets everything and keeps the best `k` from now on. Keeps its memory.
  void reset(std::size_t k) {
    k_ = (std::min)(k, std::size_t{std::numeric_limits<std::uint32_t>::max()});
    kept_.clear();
    threshold_ = k == 0 ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
    worst_ = key::make(k == 0 ? 0 : std::numeric_limits<std::uint32_t>::max(), threshold_);
  }

  void offer(std::uint32_t index, T score) {
    if (!(score >= threshold_)) return;
    const auto candidate = key::make(index, score);
    if (beats_worst(candidate)) keep(candidate);
  }

  /// Offers `scores[i]` as `first_index + i`, for all i. Several are looked at together.
  void offer_all(span<const T> scores, std::uint32_t first_index = 0);

  /// No score below this is kept any more; it rises from the lowest finite number.
  T threshold() const noexcept { return threshold_; }

  /// The best ones so far, best first, `k` or as many as there were. The selector goes on with these.
  span<const scored<T>> sorted() {
    if (kept_.size() > k_) cut();
    std::sort(kept_.begin(), kept_.end(), typename key::better{});
    sorted_.clear();
    sorted_.reserve(kept_.size());
    for (const auto& k : kept_) sorted_.push_back(key::read(k));
    return {sorted_.data(), sorted_.size()};
  }

 private:
  using key = detail::rank_key<T>;

  bool beats_worst(const typename key::type& candidate) const { return typename key::better{}(candidate, worst_); }

  void keep(const typename key::type& candidate) {
    kept_.push_back(candidate);
    if (kept_.size() >= k_ + (std::max)(2 * k_, std::size_t{32})) cut();
  }

  void cut() {
    std::nth_element(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1), kept_.end(),
                     typename key::better{});
    kept_.resize(k_, worst_);
    worst_ = kept_.back();
    threshold_ = key::read(worst_).score;
  }

  std::size_t k_ = 0;
  T threshold_{};
  typename key::type worst_{};
  std::vector<typename key::type> kept_;
  std::vector<scored<T>> sorted_;
};

/// The `k` best positions of `scores`, best first; fewer when fewer are neither NaN nor −infinity. O(n) for small `k`.
/// For many calls in a row keep a `top_k_selector`: it keeps its memory.
template <class T>
std::vector<scored<T>> top_k(span<const T> scores, std::size_t k) {
  top_k_selector<T> best((std::min)(k, scores.size()));
  best.offer_all(scores);
  const auto sorted = best.sorted();
  return {sorted.begin(), sorted.end()};
}

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

/// A scored index in the form that is compared. This one is plain.
template <class T>
struct rank_key {
  using type = scored<T>;
  using better = ranks_before;
  static type make(std::uint32_t index, T score) noexcept { return {index, score}; }
  static scored<T> read(const type& key) noexcept { return key; }
};

/// A float's bits, made to rise with it, above the complement of the index: one integer comparison decides.
template <>
struct rank_key<float> {
  using type = std::uint64_t;
  using better = std::greater<>;

  static type make(std::uint32_t index, float score) noexcept {
    score += 0.0F;  // −0 is 0
    std::uint32_t bits;
    std::memcpy(&bits, &score, sizeof bits);
    bits ^= (bits & sign) != 0 ? ~std::uint32_t{0} : sign;
    return (std::uint64_t{bits} << 32) | static_cast<std::uint32_t>(~index);
  }
  static scored<float> read(type key) noexcept {
    auto bits = static_cast<std::uint32_t>(key >> 32);
    bits ^= (bits & sign) != 0 ? sign : ~std::uint32_t{0};
    float score;
    std::memcpy(&score, &bits, sizeof score);
    return {static_cast<std::uint32_t>(~key), score};
  }

 private:
  static constexpr std::uint32_t sign = std::uint32_t{1} << 31;
};

/// How many scores are compared together: 64 bytes of them.
template <class T>
inline constexpr std::size_t scores_at_once = 64 / sizeof(T);

/// Whether `Compare{}(score, threshold)` holds for any of `scores[0 … scores_at_once)`. `Step` 1: each has one of its
/// own; 0: all have the same.
template <std::size_t Step, class Compare, class T>
inline bool any_passes(const T* scores, const T* thresholds) noexcept {
  constexpr Compare compare{};
#if defined(__GNUC__)
  // Vectors of 16 bytes, which every x86-64 and aarch64 has.
  constexpr std::size_t width = 16 / sizeof(T);
  typedef T vector __attribute__((vector_size(16)));
  typedef std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t> mask __attribute__((vector_size(16)));
  mask passed = {};
  for (std::size_t i = 0; i < scores_at_once<T>; i += width) {
    vector s, t;
    std::memcpy(&s, scores + i, sizeof s);
    if constexpr (Step == 0)
      t = vector{} + thresholds[0];
    else
      std::memcpy(&t, thresholds + i, sizeof t);
    passed |= compare(s, t);
  }
  std::uint64_t halves[2];
  std::memcpy(halves, &passed, sizeof halves);
  return (halves[0] | halves[1]) != 0;
#else
  bool passed = false;
  for (std::size_t i = 0; i < scores_at_once<T>; ++i) passed |= compare(scores[i], thresholds[i * Step]);
  return passed;
#endif
}

}  // namespace detail

template <class T>
void top_k_selector<T>::offer_all(span<const T> scores, std::uint32_t first_index) {
  constexpr std::size_t together = detail::scores_at_once<T>;
  std::size_t i = 0;
  for (; i + together <= scores.size(); i += together) {
    // The worst that is kept wins a tie with what comes after it.
    const bool passes = key::read(worst_).index < first_index + i
                            ? detail::any_passes<0, std::greater<>>(scores.data() + i, &threshold_)
                            : detail::any_passes<0, std::greater_equal<>>(scores.data() + i, &threshold_);
    if (!passes) continue;
    for (std::size_t l = i; l < i + together; ++l) offer(first_index + static_cast<std::uint32_t>(l), scores[l]);
  }
  for (; i < scores.size(); ++i) offer(first_index + static_cast<std::uint32_t>(i), scores[i]);
}

}  // namespace v0
}  // namespace tailor

#endif
