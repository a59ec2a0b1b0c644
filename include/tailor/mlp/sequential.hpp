// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_SEQUENTIAL_HPP
#define TAILOR_MLP_SEQUENTIAL_HPP

#include <tuple>
#include <utility>

#include "network.hpp"
#include "stack.hpp"
#include "training.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// Layers one after another, composed at compile time. What it does is said by `network`.
template <class T, class... Layers>
class basic_sequential : public network<T> {
 public:
  explicit basic_sequential(Layers... layers) : layers_(std::move(layers)...) {}

  const std::tuple<Layers...>& layers() const noexcept { return layers_.layers(); }

  template <class A>
  void archive(A& a) {
    this->archive_weights(a);
  }

 protected:
  const detail::layer_stack<T>& stack() const override { return layers_; }

 private:
  detail::layer_tuple<T, Layers...> layers_;
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
