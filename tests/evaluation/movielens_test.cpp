// SPDX-License-Identifier: BSD-3-Clause
// MovieLens latest-small (as Debian's r-cran-dslabs has it), on the five folds of Surprise's KFold(5, random_state =
// 0): mean RMSE of Surprise 1.1.4 on the same folds with its defaults. Popularity's NDCG@10 on 75/25 is that of an
// independent program in numpy. Skipped where scripts/data could not bring the file.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <tailor/data/interactions_csv.hpp>
#include <tailor/evaluation.hpp>
#include <tailor/recommender/baseline.hpp>
#include <tailor/recommender/co_clustering.hpp>
#include <tailor/recommender/popularity.hpp>
#include <tailor/recommender/slope_one.hpp>
#include <utility>
#include <vector>

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
namespace recommender = tailor::recommender;

namespace {

data::interactions ratings() {
  const std::string path = TAILOR_TESTS_DIR "/../build/data/movielens-latest-small.csv";
  if (!std::ifstream(path).good()) return {};
  return data::read_interactions(path);
}

/// numpy.random.RandomState(seed).shuffle(arange(n)): Fisher–Yates from the end, bounded by masks and rejection.
std::vector<std::size_t> numpy_permutation(std::size_t n, std::uint32_t seed) {
  std::mt19937 draw(seed);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n - 1; i > 0; --i) {
    std::uint32_t mask = static_cast<std::uint32_t>(i);
    for (unsigned shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    auto j = draw() & mask;
    while (j > i) j = draw() & mask;
    std::swap(order[i], order[static_cast<std::size_t>(j)]);
  }
  return order;
}

/// Mean RMSE over the folds.
template <class Model>
double mean_rmse(const data::interactions& log, const Model& model) {
  const evaluation::fold_list folds(log, numpy_permutation(log.size(), 0), 5);
  const auto measure = [](const Model& fitted, const data::interactions& test) {
    return evaluation::evaluate_ratings(fitted, test).rmse;
  };
  return evaluation::cross_validate(model, folds, measure).mean([](double rmse) { return rmse; }).mean;
}

}  // namespace

TEST_CASE("MovieLens latest-small: rating models have Surprise's errors on Surprise's folds") {
  const data::interactions log = ratings();
  if (log.empty()) return;
  // numpy 1.24: RandomState(0).shuffle(arange(10))
  REQUIRE(numpy_permutation(10, 0) == std::vector<std::size_t>{2, 8, 4, 9, 1, 6, 7, 3, 0, 5});
  CHECK(mean_rmse(log, recommender::baseline()) == doctest::Approx(0.8930).epsilon(0.0005));
  CHECK(mean_rmse(log, recommender::baseline(recommender::baseline_options::sgd())) ==
        doctest::Approx(0.8900).epsilon(0.0005));
  // Surprise with `double` for the ratings that its SlopeOne cuts to whole numbers; as it is, see the next test.
  CHECK(mean_rmse(log, recommender::slope_one()) == doctest::Approx(0.9251188546).epsilon(1e-6));
  double mean = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    recommender::co_clustering_options options;
    options.seed = seed;
    mean += mean_rmse(log, recommender::co_clustering(options)) / 3;
  }
  CHECK(mean <= 0.969);
}

// Surprise's SlopeOne takes differences of ratings cut to whole numbers, and the user's mean of the ratings as they
// are: the deviations of a model fitted on cut ratings, asked about histories that are not.
TEST_CASE("MovieLens latest-small: Slope One of ratings cut to whole numbers is Surprise's as it is") {
  const data::interactions log = ratings();
  if (log.empty()) return;
  double mean = 0;
  for (const evaluation::split& fold : evaluation::fold_list(log, numpy_permutation(log.size(), 0), 5)) {
    auto cut = fold.train.matrix<float>(data::duplicates::last);
    const auto histories = cut;
    std::vector<float> whole(cut.values().begin(), cut.values().end());
    for (float& rating : whole) rating = std::floor(rating);
    recommender::slope_one model;
    model.fit(data::csr_matrix<float>(cut.n_rows(), cut.n_columns(),
                                      {cut.row_pointers().begin(), cut.row_pointers().end()},
                                      {cut.columns().begin(), cut.columns().end()}, whole));
    std::vector<bool> is_known(log.n_items(), false);
    double squares = 0, all = 0;
    for (const data::event& e : fold.train) {
      is_known[e.item.at()] = true;
      all += e.value / static_cast<double>(fold.train.size());
    }
    for (const data::event& e : fold.test) {
      float rating = static_cast<float>(all);  // of an item without ratings
      if (is_known[e.item.at()])
        model.predict(histories.row(e.user.at()), tailor::span<const tailor::item_index>(&e.item, 1),
                      tailor::span<float>(&rating, 1));
      squares += std::pow(std::max(0.5, static_cast<double>(rating)) - e.value, 2);
    }
    mean += std::sqrt(squares / static_cast<double>(fold.test.size())) / 5;
  }
  CHECK(mean == doctest::Approx(0.9295927742).epsilon(1e-5));
}

TEST_CASE("MovieLens latest-small: popularity by the stratified protocol") {
  const data::interactions log = ratings();
  if (log.empty()) return;
  double mean = 0;
  constexpr std::uint64_t seeds = 20;  // one split's is within .004 (standard deviation) of their mean
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    evaluation::stratified_options options;
    options.seed = seed;
    mean += evaluation::evaluate_stratified(recommender::popularity(), log, options).at(10).mean.ndcg / seeds;
  }
  CHECK(std::abs(mean - 0.203) < 0.005);
}
