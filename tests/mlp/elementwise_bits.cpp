// SPDX-License-Identifier: BSD-3-Clause
// Prints one line: a hash of the bits that activations and optimisers give on fixed inputs. It is compiled with many
// flags and both compilers, and every line must be the same.
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <tailor/core/random.hpp>
#include <tailor/mlp/activations.hpp>
#include <tailor/mlp/optimizers.hpp>
#include <vector>

namespace {

/// FNV-1a.
class hash {
 public:
  template <class T>
  void add_all(const std::vector<T>& values) {
    for (const T value : values) {
      unsigned char bytes[sizeof value];
      std::memcpy(bytes, &value, sizeof value);
      for (const unsigned char byte : bytes) state_ = (state_ ^ byte) * 0x100000001b3;
    }
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325;
};

template <class T>
void add(hash& h) {
  namespace mlp = tailor::mlp;
  tailor::random::generator g(5);
  std::vector<T> z(1003), gradient(1003);
  tailor::random::fill_normal(z, g, T(0), T(6));
  tailor::random::fill_normal(gradient, g);
  const auto activation = [&](const auto& f) {
    std::vector<T> y = z, slope = gradient;
    f.forward(y.data(), 1, y.size());
    f.backward(y.data(), slope.data(), 1, y.size());
    h.add_all(y);
    h.add_all(slope);
  };
  activation(mlp::relu{});
  activation(mlp::leaky_relu{});
  activation(mlp::elu{});
  activation(mlp::tanh{});
  activation(mlp::sigmoid{});
  const auto optimizer = [&](const auto& o) {
    std::vector<T> w = z, slots(4 * z.size());
    for (std::size_t t = 1; t < 20; ++t) o.step(w.size(), w.data(), gradient.data(), slots.data(), t, 0.01);
    h.add_all(w);
  };
  optimizer(mlp::sgd{});
  mlp::sgd momentum;
  momentum.momentum = 0.9;
  momentum.nesterov = true;
  optimizer(momentum);
  optimizer(mlp::adam{});
  optimizer(mlp::rmsprop{});
  optimizer(mlp::adagrad{});
}

}  // namespace

int main() {
  hash h;
  add<float>(h);
  add<double>(h);
  std::printf("%016" PRIx64 "\n", h.value());
}
