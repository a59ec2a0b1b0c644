// SPDX-License-Identifier: BSD-3-Clause
// Where the numbers come from: of one process, the sum, the broadcast and the gathering of values are the values.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <tailor/core/communicator.hpp>
#include <tailor/core/expression.hpp>
#include <type_traits>
#include <vector>

#if TAILOR_XTENSOR_NESTED_HEADERS
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

namespace {

using tailor::is_communicator_v;
using tailor::self;

/// A user's own: two ranks that hold the same values.
class twins {
 public:
  std::size_t rank() const { return 0; }
  std::size_t size() const { return 2; }
  template <class C>
  void sum(C&& values) const {
    for (auto& value : tailor::span(values)) value += value;
  }
  template <class C>
  void broadcast(C&&, std::size_t = 0) const {}
  template <class C>
  auto gather(const C& values) const {
    const auto mine = tailor::span(values);
    std::vector<typename decltype(mine)::value_type> all(mine.begin(), mine.end());
    all.insert(all.end(), mine.begin(), mine.end());
    return all;
  }
};

struct cannot_gather {
  std::size_t rank() const { return 0; }
  std::size_t size() const { return 1; }
  template <class C>
  void sum(C&&) const {}
  template <class C>
  void broadcast(C&&, std::size_t = 0) const {}
};

/// What an algorithm over a communicator looks like: a mean over all ranks.
template <class Communicator = self>
double mean(const std::vector<double>& mine, const Communicator& ranks = {}) {
  static_assert(is_communicator_v<Communicator>);
  std::vector<double> totals = {0, static_cast<double>(mine.size())};
  for (const double value : mine) totals[0] += value;
  ranks.sum(totals);
  return totals[0] / totals[1];
}

}  // namespace

TEST_CASE("communicator: self is rank 0 of 1 and costs nothing") {
  static_assert(std::is_empty_v<self> && std::is_trivially_copyable_v<self>);
  const self one;
  CHECK(one.rank() == 0);
  CHECK(one.size() == 1);
}

TEST_CASE("communicator: of one process, everything is what it was") {
  const self one;
  std::vector<double> values = {1, 2, 3};
  one.sum(values);
  one.broadcast(values);
  CHECK(values == std::vector<double>{1, 2, 3});
  CHECK(one.gather(values) == values);

  const std::vector<std::uint32_t> constant = {4, 5};
  CHECK(one.gather(constant) == constant);
  CHECK(one.gather(std::vector<int>()).empty());

  std::array<float, 2> array = {1, 2};
  one.sum(array);
  one.sum(tailor::span<float>(array));
  one.broadcast(tailor::span<float>(array), 0);
  CHECK(one.gather(array) == std::vector<float>{1, 2});
}

TEST_CASE("communicator: xtensor containers of any rank travel in the order of their memory") {
  const self one;
  xt::xtensor<double, 2> matrix = {{1, 2}, {3, 4}};
  xt::xtensor<float, 3> cube = {{{1, 2}}, {{3, 4}}};
  one.sum(matrix);
  one.broadcast(cube);
  one.sum(xt::view(matrix, 1, xt::all()));
  CHECK(one.gather(matrix) == std::vector<double>{1, 2, 3, 4});
  CHECK(one.gather(cube) == std::vector<float>{1, 2, 3, 4});
  CHECK(one.gather(xt::view(matrix, 1, xt::all())) == std::vector<double>{3, 4});
}

TEST_CASE("communicator: there is no root but 0") {
  std::vector<int> values = {1};
  CHECK_THROWS_AS(self().broadcast(values, 1), tailor::value_error);
  CHECK_THROWS_WITH(self().broadcast(values, 7), "root: expected a rank below 1, found 7");
}

TEST_CASE("communicator: the trait knows what is one") {
  static_assert(is_communicator_v<self> && is_communicator_v<twins>);
  static_assert(!is_communicator_v<int> && !is_communicator_v<std::vector<double>> &&
                !is_communicator_v<cannot_gather>);
  static_assert(!is_communicator_v<void>);
  CHECK(mean({1, 2, 6}) == 3);
  CHECK(mean({1, 2, 6}, twins()) == 3);
  CHECK(twins().gather(std::vector<int>{1, 2}) == std::vector<int>{1, 2, 1, 2});
}
