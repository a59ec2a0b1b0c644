// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_SEQUENTIAL_HPP
#define TAILOR_MLP_SEQUENTIAL_HPP

#include <utility>

#include "network.hpp"
#include "training.hpp"
#include "weights.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// Layers one after another, named by the type. What it does is said by `network`.
template <class T, class... Layers>
class basic_sequential : public network<T> {
  static_assert(sizeof...(Layers) >= 1, "tailor: a network needs a layer");

 public:
  explicit basic_sequential(Layers... layers) { (this->add_layer(std::move(layers)), ...); }
};

/// The same in float: `mlp::sequential net{mlp::dense{128, mlp::relu{}}, mlp::dense{1, mlp::sigmoid{}}};`
template <class... Layers>
class sequential : public basic_sequential<float, Layers...> {
 public:
  explicit sequential(Layers... layers) : basic_sequential<float, Layers...>(std::move(layers)...) {}
};
template <class... Layers>
sequential(Layers...) -> sequential<Layers...>;

/// `mlp::make_sequential<double>(mlp::dense{128, mlp::relu{}}, …)`
template <class T = float, class... Layers>
basic_sequential<T, Layers...> make_sequential(Layers... layers) {
  return basic_sequential<T, Layers...>(std::move(layers)...);
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
