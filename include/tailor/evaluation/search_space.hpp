// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EVALUATION_SEARCH_SPACE_HPP
#define TAILOR_EVALUATION_SEARCH_SPACE_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/random.hpp"

namespace tailor {
inline namespace v0 {
namespace evaluation {

namespace detail {

/// The numbers that one dimension of a search space can take: those from `low` to `high`, all or only the whole ones,
/// spread evenly or by their logarithm. A choice is the range of its positions.
struct number_range {
  double low, high;
  bool is_whole, is_logarithmic;

  bool is_discrete() const noexcept { return is_whole || low == high; }
  /// How many there are, of a discrete range.
  std::size_t size() const noexcept { return static_cast<std::size_t>(high - low) + 1; }
  /// At most how many `cut(points)` gives.
  std::size_t size(std::size_t points) const noexcept {
    return is_discrete() && (points == 0 || size() <= points) ? size() : points;
  }
  /// The i-th of them. In whole numbers, since a double need not hold high - low.
  double at(std::uint64_t i) const noexcept {
    return i == 0 ? low : static_cast<double>(static_cast<std::int64_t>(low) + static_cast<std::int64_t>(i));
  }
  double draw(random::generator& g) const;
  /// `points` of them from end to end, as evenly as whole numbers allow, or all when they are fewer or points = 0.
  std::vector<double> cut(std::size_t points) const;
};

template <class Options>
struct dimension {
  std::string name;
  number_range range;
  std::vector<std::string> labels;  ///< of a choice, one a position
  std::function<void(Options&, double)> set;

  std::string text(double at) const {
    if (!labels.empty()) return labels[static_cast<std::size_t>(at)];
    return range.is_whole ? show(static_cast<std::int64_t>(at)) : show(at);
  }
};

/// How a choice is written when it has no label: numbers, bool, strings, and enums (by `enum_names`, else as numbers).
template <class V>
inline constexpr bool has_text_v =
    std::is_arithmetic_v<V> || std::is_enum_v<V> || std::is_convertible_v<const V&, std::string_view>;

template <class T>
using plain = std::remove_cv_t<std::remove_reference_t<T>>;

}  // namespace detail

/// What may be varied of an options struct: each dimension has a name, a target (a member, or a function that sets what
/// it likes: `[](auto& options, double value) { options.biases.user_regularization = value; }`), and values. Everything
/// else stays as in the options that it starts from. Targets are set in the order in which they were added.
///
///     search_space<item_knn_options> space;
///     space.log_integer("k", &item_knn_options::k, 5, 500).uniform("shrinkage", &item_knn_options::shrinkage, 0, 100);
///
/// Every adding member throws value_error for an empty name or one that is there already, and for values that are not
/// as it says.
template <class Options>
class search_space {
 public:
  explicit search_space(Options start = Options{}) : start_(std::move(start)) {}

  /// One of these values: at least one, none twice, none NaN. Values that are no numbers, strings or enums need labels,
  /// one each and all different; others may have them: `{0.0, infinity}, {"none", "all"}`.
  template <class M, class C>
  search_space& choice(std::string name, M C::*member, std::vector<detail::plain<M>> values,
                       std::vector<std::string> labels = {}) {
    return add_choice(std::move(name), member, std::move(values), std::move(labels));
  }
  template <class Setter, class V, class = std::enable_if_t<!std::is_member_pointer_v<Setter>>>
  search_space& choice(std::string name, Setter setter, std::vector<V> values, std::vector<std::string> labels = {}) {
    return add_choice(std::move(name), std::move(setter), std::move(values), std::move(labels));
  }
  template <class Setter, class V, class = std::enable_if_t<!std::is_member_pointer_v<Setter>>>
  search_space& choice(std::string name, Setter setter, std::initializer_list<V> values,
                       std::vector<std::string> labels = {}) {
    return add_choice(std::move(name), std::move(setter), std::vector<V>(values), std::move(labels));
  }

  /// Every number from `low` to `high` alike; a member must be a float or a double. Both finite, low <= high.
  template <class Target>
  search_space& uniform(std::string name, Target target, double low, double high) {
    return add_range<double>(std::move(name), std::move(target), {low, high, false, false});
  }
  /// Every order of magnitude alike, 1 to 10 as often as 10 to 100; for strengths of regularisation, learning rates and
  /// the like. 0 < low <= high, finite.
  template <class Target>
  search_space& log_uniform(std::string name, Target target, double low, double high) {
    return add_range<double>(std::move(name), std::move(target), {low, high, false, true});
  }
  /// Every whole number from `low` to `high`, both included, alike. low <= high, both within 2⁵³ of 0.
  template <class Target>
  search_space& integer(std::string name, Target target, std::int64_t low, std::int64_t high) {
    return add_integers(std::move(name), std::move(target), low, high, false);
  }
  /// The same by orders of magnitude, as Optuna's suggest_int with log=True. 1 <= low <= high <= 2⁵³.
  template <class Target>
  search_space& log_integer(std::string name, Target target, std::int64_t low, std::int64_t high) {
    return add_integers(std::move(name), std::move(target), low, high, true);
  }

  /// The options that it starts from.
  const Options& start() const noexcept { return start_; }
  const std::vector<detail::dimension<Options>>& dimensions() const noexcept { return dimensions_; }

  /// How many different options it holds; the greatest number when some dimension is continuous, or they are more.
  std::size_t size() const noexcept;

 private:
  search_space& add(detail::dimension<Options> added);
  template <class V, class Target>
  search_space& add_range(std::string name, Target target, detail::number_range range);
  template <class Target>
  search_space& add_integers(std::string name, Target target, std::int64_t low, std::int64_t high, bool by_logarithm);
  template <class Target, class V>
  search_space& add_choice(std::string name, Target target, std::vector<V> values, std::vector<std::string> labels);

  Options start_;
  std::vector<detail::dimension<Options>> dimensions_;
};

// ---------------------------------------------------------------------------------------------------------------------

namespace detail {

inline double number_range::draw(random::generator& g) const {
  if (!is_whole) {
    if (!is_logarithmic) return g.uniform(low, high);
    return std::clamp(std::exp(g.uniform(std::log(low), std::log(high))), low, high);
  }
  if (!is_logarithmic) return at(g.below(size()));
  // n has the share of [n − ½, n + ½), so that both ends get theirs.
  return std::clamp(std::round(std::exp(g.uniform(std::log(low - 0.5), std::log(high + 0.5)))), low, high);
}

inline std::vector<double> number_range::cut(std::size_t points) const {
  if (is_discrete() && size() == size(points)) {
    std::vector<double> all(size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = at(i);
    return all;
  }
  std::vector<double> some(points);
  for (std::size_t i = 0; i < points; ++i) {
    const double up = static_cast<double>(i) / static_cast<double>(points - 1), down = 1 - up;
    const double x = is_logarithmic ? std::exp(std::log(low) * down + std::log(high) * up) : low * down + high * up;
    some[i] = std::clamp(is_whole ? std::round(x) : x, low, high);
  }
  some.front() = low;
  some.back() = high;
  some.erase(std::unique(some.begin(), some.end()), some.end());  // small whole numbers by logarithm may meet
  return some;
}

template <class E, class = void>
inline constexpr bool is_named_enum_v = false;
template <class E>
inline constexpr bool is_named_enum_v<E, std::void_t<decltype(enum_names(std::declval<E>()))>> = std::is_enum_v<E>;

template <class V>
std::string text_of(const V& value) {
  if constexpr (std::is_same_v<V, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_arithmetic_v<V>) {
    return show(value);
  } else if constexpr (std::is_enum_v<V>) {
    const auto number = static_cast<std::underlying_type_t<V>>(value);
    if constexpr (is_named_enum_v<V>) {
      const auto names = enum_names(value);
      const auto position = static_cast<std::size_t>(number);
      if (position < names.size()) return std::string(names[position]);
    }
    return show(number);
  } else {
    return std::string(std::string_view(value));
  }
}

template <class V>
void require_different(const std::vector<V>& values, const std::string& name) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    bool is_new = true;
    for (std::size_t j = 0; j < i; ++j) is_new = is_new && values[i] != values[j];
    if constexpr (std::is_floating_point_v<V>)
      if (std::isnan(values[i])) throw value_error(describe("search_space: " + name, "numbers", "NaN"));
    if (!is_new) throw value_error(describe("search_space: " + name, "no value twice", text_of<V>(values[i])));
  }
}

inline void check_range(const std::string& name, const number_range& range, double least, double most) {
  const std::string argument = "search_space: " + name + ": ";
  require(range.low >= least && range.low <= most, argument + "low", "a number that its target can hold", range.low);
  require(range.high >= least && range.high <= most, argument + "high", "a number that its target can hold",
          range.high);
  require(range.low <= range.high, argument + "high", "at least low, which is " + show(range.low), range.high);
  require(!range.is_logarithmic || range.low > 0, argument + "low", "a number above 0", range.low);
}

inline number_range whole_range(const std::string& name, std::int64_t low, std::int64_t high, bool by_logarithm) {
  constexpr std::int64_t most = std::int64_t{1} << 53;  // up to here a double holds every whole number
  require(low >= -most && low <= most, "search_space: " + name + ": low", "a number within 2^53 of 0", low);
  require(high >= -most && high <= most, "search_space: " + name + ": high", "a number within 2^53 of 0", high);
  return {static_cast<double>(low), static_cast<double>(high), true, by_logarithm};
}

inline void check_labels(const std::string& name, const std::vector<std::string>& labels, std::size_t n_values) {
  require(n_values >= 1, "search_space: " + name, "at least one value", "none");
  require(labels.size() == n_values, "search_space: " + name + ": labels",
          "one for each of " + show(n_values) + " values", labels.size());
}

/// Sets a member, or lets a function set what it likes.
template <class Options, class Target, class V>
void assign(Options& options, const Target& target, const V& value) {
  if constexpr (std::is_member_object_pointer_v<Target>) {
    options.*target = static_cast<plain<decltype(options.*target)>>(value);
  } else {
    static_assert(std::is_invocable_v<const Target&, Options&, const V&>,
                  "tailor: a setter is called with the options, by reference, and the value");
    std::invoke(target, options, value);
  }
}

}  // namespace detail

template <class Options>
std::size_t search_space<Options>::size() const noexcept {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  std::size_t product = 1;
  for (const auto& one : dimensions_) {
    if (!one.range.is_discrete() || one.range.size() > most / product) return most;
    product *= one.range.size();
  }
  return product;
}

template <class Options>
search_space<Options>& search_space<Options>::add(detail::dimension<Options> added) {
  require(!added.name.empty(), "search_space: name", "at least one letter", "none");
  for (const auto& other : dimensions_)
    if (other.name == added.name)
      throw value_error(describe("search_space: name", "each name once", added.name + " twice"));
  dimensions_.push_back(std::move(added));
  return *this;
}

template <class Options>
template <class V, class Target>
search_space<Options>& search_space<Options>::add_range(std::string name, Target target, detail::number_range range) {
  double least = std::numeric_limits<double>::lowest(), most = std::numeric_limits<double>::max();
  if constexpr (std::is_member_object_pointer_v<Target>) {
    using member = detail::plain<decltype(start_.*target)>;
    static_assert(std::is_arithmetic_v<member> && !std::is_same_v<member, bool>,
                  "tailor: a range of numbers needs a member that is a number; use choice");
    static_assert(!std::is_integral_v<member> || std::is_integral_v<V>,
                  "tailor: uniform and log_uniform need a member that is a float or a double; use integer");
    least = static_cast<double>(std::numeric_limits<member>::lowest());
    most = static_cast<double>(std::numeric_limits<member>::max());
  }
  detail::check_range(name, range, least, most);
  const auto set = [target = std::move(target)](Options& options, double at) {
    detail::assign(options, target, static_cast<V>(at));
  };
  return add({std::move(name), range, {}, set});
}

template <class Options>
template <class Target>
search_space<Options>& search_space<Options>::add_integers(std::string name, Target target, std::int64_t low,
                                                           std::int64_t high, bool by_logarithm) {
  const detail::number_range range = detail::whole_range(name, low, high, by_logarithm);
  return add_range<std::int64_t>(std::move(name), std::move(target), range);
}

template <class Options>
template <class Target, class V>
search_space<Options>& search_space<Options>::add_choice(std::string name, Target target, std::vector<V> values,
                                                         std::vector<std::string> labels) {
  detail::require_different(labels, name + ": labels");
  if constexpr (detail::has_text_v<V>) {
    detail::require_different(values, name);
    if (labels.empty())
      for (const V& value : values) labels.push_back(detail::text_of(value));
  }
  detail::check_labels(name, labels, values.size());
  const detail::number_range positions{0, static_cast<double>(values.size() - 1), true, false};
  const auto set = [target = std::move(target), values = std::move(values)](Options& options, double at) {
    detail::assign<Options, Target, V>(options, target, values[static_cast<std::size_t>(at)]);
  };
  return add({std::move(name), positions, std::move(labels), set});
}

}  // namespace evaluation
}  // namespace v0
}  // namespace tailor

#endif
