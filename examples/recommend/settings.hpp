// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_EXAMPLES_RECOMMEND_SETTINGS_HPP
#define TAILOR_EXAMPLES_RECOMMEND_SETTINGS_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "support/program.hpp"

/// What the command line says.
struct settings : program::common_flags {
  std::string ratings, titles, separator;
  std::optional<std::string> user_column, item_column, value_column, time_column;
  bool skip_bad_rows = false;
  std::optional<double> binarise;

  std::string mode = "topn", model, measure, weighting = "none", centring = "none";
  std::size_t k = 0, neighbours = 0;  // 0 = the mode's own
  std::size_t min_support = 1;
  double shrinkage = 0;
  std::vector<std::string> set;

  std::optional<std::string> user;
  std::vector<std::string> history;
  std::size_t top = 10;
  bool repeats = false, explain = false, all = false;
  std::string out;

  std::string evaluate, split = "stratified";
  std::size_t folds = 5;
  double test_size = 0.25;

  bool rates() const { return mode == "ratings"; }
  bool ranks_lists() const { return evaluate == "topn"; }
  std::size_t list_length() const { return k == 0 ? 10 : k; }
  std::string model_name() const { return !model.empty() ? model : rates() ? "user_knn" : "item_knn"; }
};

#endif
