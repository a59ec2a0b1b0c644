// SPDX-License-Identifier: BSD-3-Clause
// Prints one line: a hash of the bits that kernels and random numbers give on fixed inputs. It is compiled with many
// flags and both compilers, and every line must be the same.
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <tailor/core/kernels.hpp>
#include <tailor/core/random.hpp>
#include <tailor/core/sampling.hpp>
#include <vector>

namespace {

/// FNV-1a.
class hash {
 public:
  template <class T>
  void add(T value) {
    unsigned char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    for (const unsigned char byte : bytes) state_ = (state_ ^ byte) * 0x100000001b3;
  }
  template <class T>
  void add_all(const std::vector<T>& values) {
    for (const T value : values) add(value);
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325;
};

template <class T>
void add_kernels(hash& h) {
  namespace kernels = tailor::kernels;
  tailor::random::generator g(20240601);
  std::vector<T> a(3000), b(3000);
  tailor::random::fill_normal(a, g);
  tailor::random::fill_normal(b, g, T(1.5), T(0.3));
  for (std::size_t n = 0; n <= 3000; n += n < 300 ? 1 : 271)
    for (std::size_t shift = 0; shift < 3 && n + shift <= 3000; ++shift) {
      h.add(kernels::dot(a.data() + shift, b.data(), n));
      h.add(kernels::squared_distance(a.data() + shift, b.data(), n));
      h.add(kernels::manhattan(a.data(), b.data() + shift, n));
      h.add(kernels::sum(a.data() + shift, n));
      h.add(kernels::sum_of_squares(b.data() + shift, n));
      h.add(kernels::all_finite(a.data() + shift, n));
    }
}

template <class T>
void add_random(hash& h) {
  namespace random = tailor::random;
  random::generator g(7, 11);
  for (int i = 0; i < 20000; ++i) {
    h.add(g.uniform<T>());
    h.add(g.uniform(T(-0.1), T(2.7)));
    h.add(g.normal<T>());
    h.add(g.normal(T(3.1), T(0.7)));
    h.add(g.exponential<T>());
  }
  std::vector<T> x(5000);
  random::fill_uniform(x, g);
  h.add_all(x);
  random::fill_uniform(x, g, T(0.1), T(0.3));
  h.add_all(x);
  random::fill_normal(x, g);
  h.add_all(x);
}

}  // namespace

int main() {
  namespace random = tailor::random;
  hash h;
  add_kernels<float>(h);
  add_kernels<double>(h);
  add_random<float>(h);
  add_random<double>(h);

  random::generator g(1, 2);
  for (std::uint64_t n = 1; n != 0 && n < std::uint64_t{1} << 63; n = n * 3 + 1) h.add(g.below(n));
  for (int i = 0; i < 1000; ++i) h.add(g.bernoulli(0.3));
  std::vector<std::size_t> order(1000);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  random::shuffle(order.begin(), order.end(), g);
  h.add_all(order);
  h.add_all(random::sample(100000, 100, g));
  h.add_all(random::sample(1000, 400, g));
  std::vector<double> weights(300);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = g.exponential();
  const random::alias_table table(weights);
  for (int i = 0; i < 5000; ++i) h.add(table(g));
  for (int i = 1; i < 1000; ++i) h.add(random::normal_quantile(i * 0.001));
  h.add(random::derived_seed(3, 4));
  std::printf("%016" PRIx64 "\n", h.value());
}
