// SPDX-License-Identifier: BSD-3-Clause
// The matrices are Surprise 1.1.4's `compute similarities` for the ratings below (KNNBasic(...).sim, its ids mapped
// back); its diagonal, which it sets to 1 by hand, is not compared. Other numbers follow from the formulas by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <tailor/similarity.hpp>
#include <vector>

namespace sim = tailor::similarity;
namespace data = tailor::data;

namespace {

// Users × items, 0 = not rated. User 3 rates all alike, user 4 once; user 5 is the opposite of user 0.
const xt::xtensor<double, 2> ratings = {{5, 3, 0, 1, 4}, {4, 0, 4, 1, 0}, {0, 1, 2, 0, 5},
                                        {3, 3, 3, 0, 0}, {0, 0, 0, 4, 0}, {1, 4, 0, 5, 2}};
const xt::xtensor<double, 2> by_item = {
    {5, 4, 0, 3, 0, 1}, {3, 0, 1, 3, 0, 4}, {0, 4, 2, 3, 0, 0}, {1, 1, 0, 0, 4, 5}, {4, 0, 5, 0, 0, 2}};

template <class Measure>
void check_like_surprise(const xt::xtensor<double, 2>& rows, const Measure& measure,
                         const xt::xtensor<double, 2>& expected) {
  for (const auto& found :
       {sim::pairwise(rows, measure), sim::pairwise(data::csr_matrix<double>::from_dense(rows), measure)})
    for (std::size_t i = 0; i < rows.shape()[0]; ++i)
      for (std::size_t j = 0; j < rows.shape()[0]; ++j)
        if (i != j) CHECK(std::abs(found(i, j) - expected(i, j)) <= 1e-14);
}

}  // namespace

TEST_CASE("corated_cosine is Surprise's cosine") {
  check_like_surprise(ratings, sim::corated_cosine{},
                      {{1, 0.9988681377244375, 0.90213422163564649, 0.97014250014533199, 1, 0.61938010426150047},
                       {0.9988681377244375, 1, 1, 1, 1, 0.42808634473904467},
                       {0.90213422163564649, 1, 1, 0.94868329805051377, 0, 0.61394061351492046},
                       {0.97014250014533199, 1, 0.94868329805051377, 1, 0, 0.85749292571254421},
                       {1, 1, 0, 0, 1, 1},
                       {0.61938010426150047, 0.42808634473904467, 0.61394061351492046, 0.85749292571254421, 1, 1}});
  check_like_surprise(by_item, sim::corated_cosine{},
                      {{1, 0.81167944991342778, 1, 0.41573970964154905, 0.96476382123773219},
                       {0.81167944991342778, 1, 0.96476382123773219, 0.90213422163564649, 0.73088168275585763},
                       {1, 0.96476382123773219, 1, 1, 1},
                       {0.41573970964154905, 0.90213422163564649, 1, 1, 0.61394061351492046},
                       {0.96476382123773219, 0.73088168275585763, 1, 0.61394061351492046, 1}});
}

TEST_CASE("msd is Surprise's msd") {
  check_like_surprise(
      ratings, sim::msd{},
      {{1, 0.66666666666666663, 0.2857142857142857, 0.33333333333333331, 0.10000000000000001, 0.097560975609756101},
       {0.66666666666666663, 1, 0.20000000000000001, 0.5, 0.10000000000000001, 0.07407407407407407},
       {0.2857142857142857, 0.20000000000000001, 1, 0.2857142857142857, 0, 0.10000000000000001},
       {0.33333333333333331, 0.5, 0.2857142857142857, 1, 0, 0.2857142857142857},
       {0.10000000000000001, 0.10000000000000001, 0, 0, 1, 0.5},
       {0.097560975609756101, 0.07407407407407407, 0.10000000000000001, 0.2857142857142857, 0.5, 1}});
}

TEST_CASE("pearson is Surprise's pearson") {
  check_like_surprise(ratings, sim::pearson{},
                      {{1, 1, 1, 0, 0, -0.96214047088472776},
                       {1, 1, 0, 0, 0, -1},
                       {1, 0, 1, 0, 0, -1},
                       {0, 0, 0, 1, 0, 0},
                       {0, 0, 0, 0, 1, 0},
                       {-0.96214047088472776, -1, -1, 0, 0, 1}});
  check_like_surprise(by_item, sim::pearson{},
                      {{1, -0.86602540378443871, 1, -0.97072534339415106, 1},
                       {-0.86602540378443871, 1, 1, 1, -0.9285714285714286},
                       {1, 1, 1, 0, 0},
                       {-0.97072534339415106, 1, 0, 1, -1},
                       {1, -0.9285714285714286, 0, -1, 1}});
}

TEST_CASE("supported with min_support 2 is Surprise's min_support=2") {
  check_like_surprise(by_item, sim::supported(sim::msd{}, 2),
                      {{1, 0.1875, 1, 0.068181818181818191, 0.5},
                       {0.1875, 1, 0.66666666666666663, 0.2857142857142857, 0.125},
                       {1, 0.66666666666666663, 1, 0, 0},
                       {0.068181818181818191, 0.2857142857142857, 0, 1, 0.10000000000000001},
                       {0.5, 0.125, 0, 0.10000000000000001, 1}});
  check_like_surprise(ratings, sim::supported(sim::corated_cosine{}, 2),
                      {{1, 0.9988681377244375, 0.90213422163564649, 0.97014250014533199, 0, 0.61938010426150047},
                       {0.9988681377244375, 1, 0, 1, 0, 0.42808634473904467},
                       {0.90213422163564649, 0, 1, 0.94868329805051377, 0, 0.61394061351492046},
                       {0.97014250014533199, 1, 0.94868329805051377, 1, 0, 0.85749292571254421},
                       {0, 0, 0, 0, 1, 0},
                       {0.61938010426150047, 0.42808634473904467, 0.61394061351492046, 0.85749292571254421, 0, 1}});
}

TEST_CASE("supported shrinks by n / (n + shrinkage), whatever it wraps") {
  const auto plain = sim::pairwise(ratings, sim::msd{}),
             shrunk = sim::pairwise(ratings, sim::supported(sim::msd{}, 1, 10));
  CHECK(shrunk(0, 5) == doctest::Approx(plain(0, 5) * 4 / 14).epsilon(1e-15));  // users 0 and 5 share four items
  CHECK(shrunk(0, 4) == doctest::Approx(plain(0, 4) * 1 / 11).epsilon(1e-15));
  CHECK(shrunk(2, 4) == 0.0);
  const auto cosine = sim::pairwise(ratings, sim::cosine{}),
             trusted = sim::pairwise(ratings, sim::supported(sim::cosine{}, 3));
  CHECK(trusted(0, 5) == doctest::Approx(cosine(0, 5)).epsilon(1e-15));
  CHECK(trusted(0, 3) == 0.0);
  const auto near = sim::pairwise(ratings, sim::supported(sim::euclidean{}, 1));
  CHECK(near(0, 5) == doctest::Approx(1 / (1 + std::sqrt(16.0 + 1 + 16 + 4))).epsilon(1e-15));
  CHECK(near(2, 4) == 0.0);  // nothing in common, nothing to trust
  const auto lists = sim::neighbours(ratings, sim::supported(sim::pearson{}, 2, 1), 2);
  CHECK(lists[0][0].index == 1);
  CHECK(lists[0][0].score == doctest::Approx(2.0 / 3).epsilon(1e-15));
}

TEST_CASE("adjusted cosine takes off the means of the columns") {
  // Items × users: user 0 rates 5 and 1 (mean 3), user 1 rates 4 and 2 (mean 3): the items are opposites.
  const xt::xtensor<double, 2> x = {{5, 4}, {1, 2}};
  CHECK(sim::pairwise(x, sim::adjusted_cosine{})(0, 1) == doctest::Approx(-1.0).epsilon(1e-15));
  // A third row with a rating at each mean: nothing is left of it.
  const xt::xtensor<double, 2> y = {{5, 4}, {1, 2}, {3, 3}};
  CHECK(sim::pairwise(y, sim::adjusted_cosine{})(0, 2) == 0.0);
}

TEST_CASE("measures of sets by hand") {
  const xt::xtensor<int, 2> x = {{1, 1, 1, 0, 0}, {0, 1, 1, 1, 1}};  // 3 and 4 members, 2 common
  CHECK(sim::pairwise(x, sim::jaccard{})(0, 1) == doctest::Approx(2.0 / 5).epsilon(1e-15));
  CHECK(sim::pairwise(x, sim::dice{})(0, 1) == doctest::Approx(4.0 / 7).epsilon(1e-15));
  CHECK(sim::pairwise(x, sim::tversky(1, 0))(0, 1) == doctest::Approx(2.0 / 3).epsilon(1e-15));
  CHECK(sim::pairwise(x, sim::tversky(1, 0))(1, 0) == doctest::Approx(2.0 / 4).epsilon(1e-15));
  CHECK(sim::pairwise(x, sim::tversky{}) == sim::pairwise(x, sim::jaccard{}));
  CHECK(sim::pairwise(x, sim::tversky(0, 0))(0, 1) == 1.0);
}

TEST_CASE("asymmetric cosine of one half is the cosine, of one the share of x that is in y") {
  const auto a = sim::pairwise(ratings, sim::asymmetric_cosine{}), b = sim::pairwise(ratings, sim::cosine{});
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.data()[i] == doctest::Approx(b.data()[i]).epsilon(1e-14));
  const xt::xtensor<double, 2> x = {{1, 1, 0}, {1, 1, 1}};
  CHECK(sim::pairwise(x, sim::asymmetric_cosine(1))(0, 1) == 1.0);
  CHECK(sim::pairwise(x, sim::asymmetric_cosine(1))(1, 0) == doctest::Approx(2.0 / 3).epsilon(1e-15));
}

TEST_CASE("measures refuse parameters that mean nothing") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(sim::tversky(-1, 0), tailor::value_error);
  CHECK_THROWS_AS(sim::tversky(0, nan), tailor::value_error);
  CHECK_THROWS_AS(sim::asymmetric_cosine(1.5), tailor::value_error);
  CHECK_THROWS_AS(sim::asymmetric_cosine{nan}, tailor::value_error);
  CHECK_THROWS_AS(sim::supported(sim::cosine{}, 1, -1), tailor::value_error);
}

namespace {

/// Agreement: the share of common columns whose values are equal, of the columns of the shorter row. As a user would
/// write it, from the comment in measure.hpp.
struct agreement : sim::measure_defaults {
  template <class T>
  struct overlap {
    int equal = 0;
    void add(T x, T y) { equal += x == y ? 1 : 0; }
  };
  template <class T>
  T summary(data::row_view<T> row) const {
    return static_cast<T>(row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T size_x, T size_y) const {
    return o.equal == 0 ? T{} : static_cast<T>(o.equal) / (std::min)(size_x, size_y);
  }
};

/// A measure over products of one's own: it is computed from a Gram matrix where data are dense.
struct projection : sim::measure_defaults {
  static constexpr bool symmetric = false;
  template <class T>
  using overlap = sim::product_overlap<T>;
  template <class T>
  T summary(data::row_view<T> row) const {
    return static_cast<T>(row.size());
  }
  template <class T>
  T operator()(const overlap<T>& o, T size_x, T) const {
    return size_x > T{} ? o.sum / size_x : T{};
  }
};

}  // namespace

TEST_CASE("a measure of one's own works everywhere") {
  const auto sparse = data::csr_matrix<double>::from_dense(ratings);
  for (const auto& S : {sim::pairwise(ratings, agreement{}), sim::pairwise(sparse, agreement{})}) {
    CHECK(S(0, 1) == doctest::Approx(1.0 / 3).epsilon(1e-15));
    CHECK(S(0, 0) == 1.0);
    CHECK(S(2, 4) == 0.0);
  }
  const auto lists = sim::neighbours(sparse, agreement{}, 1);
  CHECK(lists[0][0] == tailor::scored<double>{1, 1.0 / 3});
  CHECK(sim::neighbours(ratings, agreement{}, 1) == lists);
  CHECK(sim::pairwise(ratings, sim::supported(agreement{}, 3))(0, 1) == 0.0);

  for (const auto& S : {sim::pairwise(ratings, projection{}), sim::pairwise(sparse, projection{})}) {
    CHECK(S(0, 4) == 1.0);
    CHECK(S(4, 0) == 4.0);
  }
  for (const auto& found : {sim::neighbours(ratings, projection{}, 1), sim::neighbours(sparse, projection{}, 1)}) {
    CHECK(found[4][0] == tailor::scored<double>{5, 20.0});
    CHECK(found[1][0] == tailor::scored<double>{3, 8.0});
  }
}
