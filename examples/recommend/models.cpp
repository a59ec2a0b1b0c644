// SPDX-License-Identifier: BSD-3-Clause
// The models that `recommend` knows by name, and what their flags mean to them.
#include "models.hpp"

#include <tailor/recommender.hpp>
#include <type_traits>

#include "support/set_option.hpp"

namespace {

namespace data = tailor::data;
namespace recommender = tailor::recommender;
namespace similarity = tailor::similarity;

similarity::any_measure measure_named(const std::string& name) {
  if (name == "corated_cosine") return similarity::corated_cosine{};
  if (name == "adjusted_cosine") return similarity::adjusted_cosine{};
  if (name == "pearson") return similarity::pearson{};
  if (name == "msd") return similarity::msd{};
  if (name == "jaccard") return similarity::jaccard{};
  if (name == "dice") return similarity::dice{};
  if (name == "tversky") return similarity::tversky{};
  if (name == "asymmetric_cosine") return similarity::asymmetric_cosine{};
  if (name == "euclidean") return similarity::euclidean{};
  if (name == "dot") return similarity::dot{};
  return similarity::cosine{};
}

recommender::knn_options knn_options_of(const settings& s) {
  for (const std::string& one : s.set)
    if (one.rfind("mode=", 0) == 0) throw program::usage_error("--set mode: that is what --mode is for");
  recommender::knn_options options = s.rates() ? recommender::knn_options::ratings() : recommender::knn_options();
  if (s.weighting == "log") options.weight = data::weighting::log;
  if (s.weighting == "tfidf") options = recommender::knn_options::tfidf();
  if (s.weighting == "bm25") options = recommender::knn_options::bm25();
  if (s.centring == "mean") options.centre = recommender::centring::mean;
  if (s.centring == "zscore") options.centre = recommender::centring::zscore;
  if (s.centring == "baseline") options.centre = recommender::centring::baseline;
  if (!s.measure.empty()) options.measure = measure_named(s.measure);
  if (s.k != 0 && !s.ranks_lists()) options.k = s.k;
  if (s.neighbours != 0) options.k = s.neighbours;
  options.min_support = s.min_support;
  options.shrinkage = s.shrinkage;
  options.biases.seed = s.seed;
  return options;
}

/// A `Model` with these options, as `--set` changes them.
template <class Model, class Options>
chosen_model chosen(Options options, const settings& s) {
  program::set_options(options, s.set);
  const Model unfitted = [&] {
    try {
      return Model(options);
    } catch (const tailor::value_error& fault) {
      throw program::usage_error(fault.what());
    }
  }();
  return chosen_model([unfitted](const data::interactions& log, const tailor::run_options& run) {
    Model model = unfitted;
    model.fit(log, run);
    return recommender::any_scorer(std::move(model));
  });
}

template <class Options, class = void>
constexpr bool has_seed = false;
template <class Options>
constexpr bool has_seed<Options, std::void_t<decltype(Options::seed)>> = true;

/// The same where the options need no other flags than `--set` and, if they have a seed, `--seed`.
template <class Model, class Options>
std::function<chosen_model(const settings&)> plain() {
  return [](const settings& s) {
    Options options;
    if constexpr (has_seed<Options>) options.seed = s.seed;
    return chosen<Model>(options, s);
  };
}

}  // namespace

std::vector<model_kind> all_models() {
  constexpr bool yes = true, no = false;
  const auto item_knn = [](const settings& s) { return chosen<recommender::item_knn>(knn_options_of(s), s); };
  const auto user_knn = [](const settings& s) { return chosen<recommender::user_knn>(knn_options_of(s), s); };
  //   name           rates explains repeats
  return {
      {"item_knn", yes, yes, no, "similar", "similar items", item_knn},
      {"user_knn", yes, yes, no, "similar", "similar users", user_knn},
      {"rp3beta", no, yes, no, "weight", "random walks over users, popular items held back",
       plain<recommender::rp3beta, recommender::rp3beta_options>()},
      {"buy_again", no, no, yes, "", "what they have chosen most and lately",
       plain<recommender::buy_again, recommender::buy_again_options>()},
      {"popularity", no, no, no, "", "the same for everybody",
       plain<recommender::popularity, recommender::popularity_options>()},
      {"baseline", yes, no, no, "", "how strict the user is and how liked the item",
       plain<recommender::baseline, recommender::baseline_options>()},
      {"slope_one", yes, yes, no, "weight", "mean differences between items",
       plain<recommender::slope_one, recommender::slope_one_options>()},
      {"co_clustering", yes, no, no, "", "groups of users by groups of items",
       plain<recommender::co_clustering, recommender::co_clustering_options>()},
      {"random", yes, no, no, "", "chance, which all others must beat",
       plain<recommender::random_baseline, recommender::random_baseline_options>()},
  };
}

model_kind model_named(const std::string& name) {
  std::string known;
  for (model_kind& kind : all_models()) {
    if (kind.name == name) return kind;
    known += (known.empty() ? "" : ", ") + kind.name;
  }
  throw program::usage_error("--model: expected one of " + known + ", found " + name);
}
