// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_TESTS_SUPPORT_EXPLANATIONS_HPP
#define TAILOR_TESTS_SUPPORT_EXPLANATIONS_HPP

// What must hold of every explanation, whatever the model.

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <tailor/recommender/scorer.hpp>
#include <vector>

#include "ratings.hpp"

namespace support {

template <class T>
std::optional<T> value_in(tailor::data::row_view<T> row, std::uint32_t item) {
  for (std::size_t i = 0; i < row.size(); ++i)
    if (row.columns[i] == item) return row.values[i];
  return std::nullopt;
}

/// What is wrong with the explanation of what `item` scores for `who`, whose history is given: "" when nothing is.
template <class Model, class Who, class T = typename Model::value_type>
std::string complaint_about_reasons(const Model& model, const Who& who, tailor::data::row_view<T> history,
                                    std::uint32_t item, T score, double tolerance) {
  using tailor::recommender::explanation;
  const auto why = model.explain(who, tailor::item_index(item));
  if (why.score != score) return "another score";
  if (is_unscored(score)) return why.reasons.empty() && why.base == T{} ? "" : "reasons for no score";
  if (why.reasons.empty()) return "a score without reasons";
  double sum = static_cast<double>(why.base);
  for (std::size_t i = 0; i < why.reasons.size(); ++i) {
    const auto& one = why.reasons[i];
    sum += static_cast<double>(one.contribution);
    if (!(one.similarity > T{})) return "a similarity that is not above 0";
    if (i > 0 && one.contribution > why.reasons[i - 1].contribution) return "not the largest contribution first";
    std::optional<T> value;
    if (why.reasons_are == explanation<T>::kind::items) {
      if (one.index == item) return "the item itself as a reason";
      value = value_in(history, one.index);
    } else {
      value = value_in(model.history(tailor::user_index(one.index)), item);
    }
    if (!value || *value != one.value) return "a value that nobody gave";
  }
  return near(sum, static_cast<double>(score), tolerance) ? "" : "contributions that do not add up";
}

/// The first complaint about any item of any user, asked for by index and by history.
template <class Model>
std::string complaint_about_explanations(const Model& model, double tolerance) {
  for (std::size_t u = 0; u < model.n_users(); ++u) {
    const tailor::user_index user(u);
    const auto history = model.history(user);
    const auto known = scores(model, user), unknown = scores(model, history);
    for (std::uint32_t i = 0; i < model.n_items(); ++i) {
      std::string complaint = complaint_about_reasons(model, user, history, i, known[i], tolerance);
      if (complaint.empty()) complaint = complaint_about_reasons(model, history, history, i, unknown[i], tolerance);
      if (!complaint.empty()) return "user " + std::to_string(u) + ", item " + std::to_string(i) + ": " + complaint;
    }
  }
  return "";
}

}  // namespace support

#endif
