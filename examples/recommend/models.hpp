// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EXAMPLES_RECOMMEND_MODELS_HPP
#define TAILOR_EXAMPLES_RECOMMEND_MODELS_HPP

#include <functional>
#include <string>
#include <tailor/data/interactions.hpp>
#include <tailor/recommender/any_scorer.hpp>
#include <utility>
#include <vector>

#include "settings.hpp"

/// A model chosen by its name: any_scorer, which is what a fitted one is, and how to get there.
class chosen_model : public tailor::recommender::any_scorer {
 public:
  using any_scorer = tailor::recommender::any_scorer;
  using learn_function = std::function<any_scorer(const tailor::data::interactions&, const tailor::run_options&)>;

  explicit chosen_model(learn_function learn) : learn_(std::move(learn)) {}

  chosen_model& fit(const tailor::data::interactions& log, const tailor::run_options& run = {}) {
    static_cast<any_scorer&>(*this) = learn_(log, run);
    return *this;
  }

 private:
  learn_function learn_;
};

/// A model that `--model` knows. A new one is a new line of `all_models`.
struct model_kind {
  std::string name;
  bool rates;  ///< goes with --mode ratings, as all do with --mode topn
  bool explains;
  bool repeats;           ///< recommends what people had before
  std::string closeness;  ///< what the number beside a reason is
  std::string about;      ///< for --help
  std::function<chosen_model(const settings&)> make;
};

std::vector<model_kind> all_models();

/// @throws usage_error
model_kind model_named(const std::string& name);

#endif
