// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_MLP_BEHAVIOUR_HPP
#define TAILOR_MLP_BEHAVIOUR_HPP

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "../core/progress.hpp"
#include "layers.hpp"
#include "losses.hpp"
#include "metrics.hpp"
#include "optimizers.hpp"
#include "sequential.hpp"

namespace tailor {
inline namespace v0 {
namespace mlp {

/// The network of `build_model`.
using behaviour_model = sequential<dense<relu>, dense<relu>, dense<sigmoid>>;

/// How likely a customer is to act, from `n_features` numbers: layers of 128 and 64 with relu, and one sigmoid; built.
inline behaviour_model build_model(std::size_t n_features, std::uint64_t seed = 0) {
  behaviour_model net(dense{128, relu{}}, dense{64, relu{}}, dense{1, sigmoid{}});
  net.build(n_features, seed);
  return net;
}

namespace detail {
/// A parameter that is not deduced, so that anything that converts to it is taken.
template <class X>
using given = std::common_type_t<X>;
}  // namespace detail

/// Compiles a network with adam, binary cross-entropy and accuracy, and fits it.
/// @throws as `network::fit`
template <class T>
history train_model(network<T>& net, const detail::given<samples<T>>& x, const detail::given<targets<T>>& y,
                    std::size_t epochs = 10, const run_options& run = {});

// ---------------------------------------------------------------------------------------------------------------------

template <class T>
history train_model(network<T>& net, const detail::given<samples<T>>& x, const detail::given<targets<T>>& y,
                    std::size_t epochs, const run_options& run) {
  net.compile(binary_crossentropy{}, adam{}, accuracy{});
  basic_fit_options<T> options;
  options.epochs = epochs;
  return net.fit(x, y, options, run);
}

}  // namespace mlp
}  // namespace v0
}  // namespace tailor

#endif
