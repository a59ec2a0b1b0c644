// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_MODEL_HPP
#define TAILOR_MLP_MODEL_HPP

#include <type_traits>
#include <utility>

#include "network.hpp"
#include "training.hpp"
#include "weights.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// A network whose layers its type does not name: a member of a service, or one put together while the program runs.
///
///     mlp::model<float> net;
///     for (std::size_t units : {128, 64}) net.add(mlp::dense{units, mlp::relu{}});
///     net.add(mlp::dense{1, mlp::sigmoid{}});
///
/// It holds any `sequential` of its scalar too, with its weights. What it does is said by `network`.
template <class T>
class model : public network<T> {
 public:
  model() = default;
  template <class Net, class = std::enable_if_t<std::is_base_of_v<network<T>, std::decay_t<Net>> &&
                                                !std::is_base_of_v<model, std::decay_t<Net>>>>
  model(Net&& net) : network<T>(std::forward<Net>(net)) {}

  /// Puts a layer on top of the others.
  /// @throws value_error once the network is built
  template <class Layer>
  model& add(Layer layer) {
    this->add_layer(std::move(layer));
    return *this;
  }
};

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
