// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_KNN_OPTIONS_HPP
#define TAILOR_RECOMMENDER_KNN_OPTIONS_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"
#include "../data/csr_matrix.hpp"
#include "../data/weighting.hpp"
#include "../fwd.hpp"
#include "../similarity/any_measure.hpp"
#include "../similarity/measures.hpp"
#include "biases.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// What a k-NN model is asked for: to rank items by what is done (any interaction counts), or to predict ratings.
enum class knn_mode { top_n, ratings };
constexpr std::array<std::string_view, 2> enum_names(knn_mode) { return {"top_n", "ratings"}; }

constexpr std::array<std::string_view, 4> enum_names(centring) { return {"none", "mean", "zscore", "baseline"}; }

/// The options of `user_knn` and `item_knn`. The defaults are those of implicit's CosineRecommender; `ratings()`,
/// `tfidf()` and `bm25()` give those of the other well-known ones.
template <class Measure = similarity::any_measure>
struct basic_knn_options {
  knn_mode mode = knn_mode::top_n;
  Measure measure{};
  std::size_t k = 20;           ///< neighbours; a row is never its own (implicit counts it as one of its K)
  std::size_t min_support = 1;  ///< fewer common columns than this: similarity 0
  double shrinkage = 0;         ///< similarity · n / (n + shrinkage) for n common columns

  // to rank
  data::weighting weight = data::weighting::none;  ///< of the counts, before they are compared
  double bm25_k1 = 1.2, bm25_b = 0.75;

  // to predict ratings
  centring centre = centring::none;
  std::size_t min_k = 1;     ///< fewer similar neighbours than this: no prediction of their own
  bias_options biases = {};  ///< for `centring::baseline`

  template <class A>
  void archive(A& a) {
    a("mode", mode);
    a("measure", measure);
    a("k", k);
    a("min_support", min_support);
    a("shrinkage", shrinkage);
    a("weight", weight);
    a("bm25_k1", bm25_k1);
    a("bm25_b", bm25_b);
    a("centre", centre);
    a("min_k", min_k);
    a("biases", biases);
  }

  /// Surprise's KNNBasic: mean squared difference, 40 neighbours; set `centre` for the other three.
  static basic_knn_options ratings() {
    basic_knn_options options;
    options.mode = knn_mode::ratings;
    options.measure = similarity::msd{};
    options.k = 40;
    return options;
  }
  /// implicit's TFIDFRecommender.
  static basic_knn_options tfidf() {
    basic_knn_options options;
    options.weight = data::weighting::tfidf;
    return options;
  }
  /// implicit's BM25Recommender: the dot product of weighted counts, not their cosine.
  static basic_knn_options bm25() {
    basic_knn_options options;
    options.weight = data::weighting::bm25;
    options.measure = similarity::dot{};
    return options;
  }
};

using knn_options = basic_knn_options<>;
using user_knn_options = knn_options;
using item_knn_options = knn_options;

namespace detail {

/// @throws value_error for what no data could make right
template <class Measure>
void check(const basic_knn_options<Measure>& options) {
  require(options.k >= 1, "knn_options::k", "at least 1", options.k);
  require(options.min_k >= 1, "knn_options::min_k", "at least 1", options.min_k);
  require(options.min_k <= options.k, "knn_options::min_k", "at most k = " + show(options.k), options.min_k);
  require(std::isfinite(options.shrinkage) && options.shrinkage >= 0, "knn_options::shrinkage", "a number from 0",
          options.shrinkage);
  if (options.mode == knn_mode::ratings && options.weight != data::weighting::none)
    throw value_error(describe("knn_options::weight", "none in ratings mode", "log, tfidf or bm25"));
  data::count_weighting(options.weight, options.bm25_k1, options.bm25_b);
  check(options.biases);
  if (options.mode == knn_mode::top_n && options.centre != centring::none)
    throw value_error(describe("knn_options::centre", "none in top-N mode", "mean, zscore or baseline"));
}

/// Calls `f` with the measure that the options ask for, support and shrinkage included.
template <class Measure, class F>
decltype(auto) visit_measure(const basic_knn_options<Measure>& options, F&& f) {
  const bool plain = options.min_support <= 1 && options.shrinkage == 0;
  if (plain) return similarity::visit_measure(options.measure, f);
  if constexpr (std::is_same_v<Measure, similarity::any_measure>) {
    if (const auto* euclidean = std::get_if<similarity::euclidean>(&options.measure))
      return f(similarity::supported(*euclidean, options.min_support, options.shrinkage));
    return f(similarity::supported(similarity::held_measure(options.measure), options.min_support, options.shrinkage));
  } else {
    return f(similarity::supported(options.measure, options.min_support, options.shrinkage));
  }
}

}  // namespace detail

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
