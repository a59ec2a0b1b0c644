// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_SIMILARITY_ANY_MEASURE_HPP
#define TAILOR_SIMILARITY_ANY_MEASURE_HPP

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "../data/csr_view.hpp"
#include "../fwd.hpp"
#include "measures.hpp"

namespace tailor {
inline namespace v0 {
namespace similarity {

/// What an any_measure holds, as a measure itself. It gathers all that any of them needs, in double, so that one loop
/// serves them all: slower than the loop of the measure itself, and compiled once.
class held_measure : public measure_defaults {
 public:
  /// The one that is held may be neither of these.
  static constexpr bool symmetric = false;

  /// @param measure  not euclidean, which also compares rows with nothing in common
  explicit held_measure(const any_measure& measure) : held_(measure) {}

  template <class T>
  struct overlap : pearson::overlap<T> {
    double squares = 0;  // of the differences
    void add(T value_x, T value_y) noexcept {
      pearson::overlap<T>::add(value_x, value_y);
      const double difference = static_cast<double>(value_x) - static_cast<double>(value_y);
      squares += difference * difference;
    }
  };

  template <class T>
  T summary(data::row_view<T> row) const {
    return std::visit([&](const auto& measure) { return measure.template summary<T>(row); }, held_);
  }

  template <class T>
  T operator()(const overlap<T>& o, T summary_x, T summary_y) const {
    return std::visit(
        [&](const auto& measure) {
          using wanted = typename std::decay_t<decltype(measure)>::template overlap<T>;
          return measure(part_of(o, wanted{}), summary_x, summary_y);
        },
        held_);
  }

  /// Zeros but for adjusted cosine.
  template <class T>
  std::vector<T> column_offsets(data::csr_view<T> transposed) const {
    const auto* adjusted = std::get_if<adjusted_cosine>(&held_);
    return adjusted != nullptr ? adjusted->column_offsets(transposed) : std::vector<T>(transposed.n_rows());
  }

 private:
  // What each measure would have gathered itself.
  template <class T>
  static product_overlap<T> part_of(const overlap<T>& o, product_overlap<T>) {
    return {static_cast<T>(o.xy)};
  }
  template <class T>
  static count_overlap<T> part_of(const overlap<T>& o, count_overlap<T>) {
    return {static_cast<T>(o.n)};
  }
  template <class T>
  static corated_cosine::overlap<T> part_of(const overlap<T>& o, corated_cosine::overlap<T>) {
    return {o.xy, o.xx, o.yy};
  }
  template <class T>
  static pearson::overlap<T> part_of(const overlap<T>& o, pearson::overlap<T>) {
    return o;
  }
  template <class T>
  static msd::overlap<T> part_of(const overlap<T>& o, msd::overlap<T>) {
    return {o.n, o.squares};
  }

  any_measure held_;
};

/// Calls `f` with `measure`, or, of an any_measure, with what it holds. The measures that are asked for most come as
/// themselves and have loops of their own; the others come as a held_measure, so that a model whose measure is chosen
/// at run time compiles seven loops and not eleven.
template <class Measure, class F>
decltype(auto) visit_measure(const Measure& measure, F&& f) {
  if constexpr (std::is_same_v<Measure, any_measure>) {
    if (const auto* m = std::get_if<cosine>(&measure)) return f(*m);
    if (const auto* m = std::get_if<dot>(&measure)) return f(*m);
    if (const auto* m = std::get_if<jaccard>(&measure)) return f(*m);
    if (const auto* m = std::get_if<msd>(&measure)) return f(*m);
    if (const auto* m = std::get_if<pearson>(&measure)) return f(*m);
    if (const auto* m = std::get_if<euclidean>(&measure)) return f(*m);
    return f(held_measure(measure));
  } else {
    return f(measure);
  }
}

}  // namespace similarity
}  // namespace v0
}  // namespace tailor

#endif
