// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_MODEL_HPP
#define TAILOR_MLP_MODEL_HPP

#include <memory>
#include <type_traits>
#include <utility>

#include "network.hpp"
#include "sequential.hpp"
#include "stack.hpp"
#include "training.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// A network whose layers its type does not name: a member of a service, or one of several chosen while the program
/// runs. It does all that a `sequential` does, at the cost of one indirect call a batch; copying it copies the weights.
template <class T>
class model : public network<T> {
 public:
  template <class... Layers>
  model(basic_sequential<T, Layers...> net) : network<T>(static_cast<network<T>&&>(net)), layers_(copy_of(net)) {}
  template <class... Layers, class S = T, class = std::enable_if_t<std::is_same_v<S, float>>>
  model(sequential<Layers...> net) : model(static_cast<basic_sequential<float, Layers...>&&>(net)) {}

  model(const model& other) : network<T>(other), layers_(other.layers_->clone()) {}
  model(model&&) = default;
  model& operator=(const model& other) { return *this = model(other); }
  model& operator=(model&&) = default;

  template <class A>
  void archive(A& a) {
    this->archive_weights(a);
  }

 protected:
  const detail::layer_stack<T>& stack() const override { return *layers_; }

 private:
  template <class... Layers>
  static std::unique_ptr<detail::layer_stack<T>> copy_of(const basic_sequential<T, Layers...>& net) {
    return std::apply(
        [](const auto&... layers) { return std::make_unique<detail::layer_tuple<T, Layers...>>(layers...); },
        net.layers());
  }

  std::unique_ptr<detail::layer_stack<T>> layers_;
};

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
