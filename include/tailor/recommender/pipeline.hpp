// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_PIPELINE_HPP
#define TAILOR_RECOMMENDER_PIPELINE_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/index.hpp"
#include "../data/id_map.hpp"
#include "../data/interactions.hpp"
#include "recommend.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// One thing that a customer did, in external ids: for histories of customers the model has not seen.
struct action {
  std::string item;
  double value = 1;
};

/// `recommend_options` in external ids.
struct pipeline_options {
  std::size_t n = 10;
  bool hide_seen = true;           ///< leave out the user's history, unless that is what a model is about
  std::vector<std::string> block;  ///< never these; ids that the model does not know are let pass
  std::optional<std::vector<std::string>> allow;  ///< only these, when given; the same
  std::function<bool(std::string_view)> keep;     ///< only items it answers true for; asked about few, on any thread
  double minimum_score = -std::numeric_limits<double>::infinity();
};

/// A model together with the ids of its users and items: what an application fits, asks and serves. Everything goes in
/// and comes out in external ids, as text; an integer id is its decimal text.
template <class Model>
class pipeline {
 public:
  using value_type = typename Model::value_type;
  using item_list = recommendation_list<std::string, value_type>;

  /// With the model's default options.
  pipeline() = default;
  /// @param options  the model's options, or a model
  template <class Options, class = std::enable_if_t<!std::is_same_v<std::decay_t<Options>, pipeline> &&
                                                    std::is_constructible_v<Model, Options&&>>>
  explicit pipeline(Options&& options) : model_(std::forward<Options>(options)) {}

  /// A model that was fitted elsewhere, with the ids of its users and items (`interactions::shared_users`); it may be
  /// an any_scorer.
  /// @throws not_fitted_error, shape_error when there are fewer or more ids than the model has users and items
  pipeline(Model model, std::shared_ptr<const data::id_map> users, std::shared_ptr<const data::id_map> items)
      : model_(std::move(model)), users_(std::move(users)), items_(std::move(items)) {
    check_ids();
  }

  /// Learns from a log, whose ids it keeps. A failed fit changes nothing.
  pipeline& fit(const data::interactions& log, const run_options& run = {}) {
    model_.fit(log, run);
    users_ = log.shared_users();
    items_ = log.shared_items();
    return *this;
  }

  /// Whether it has a fitted model and the ids that go with it. Made from a fitted model alone it is not: it knows no
  /// ids.
  bool is_fitted() const noexcept { return users_ && items_ && model_.is_fitted(); }
  const Model& model() const noexcept { return model_; }
  /// @throws not_fitted_error
  const data::id_map& users() const {
    check_fitted();
    return *users_;
  }
  const data::id_map& items() const {
    check_fitted();
    return *items_;
  }
  static constexpr const char* saved_as = "tailor.recommender.pipeline";
  template <class A>
  void archive(A& a) {
    a("model", model_);
    a("users", users_);
    a("items", items_);
  }
  void loaded() const {
    if (users_ || items_) check_ids();
  }

  bool knows_user(std::string_view user) const { return is_fitted() && users_->contains(user); }
  bool knows_item(std::string_view item) const { return is_fitted() && items_->contains(item); }

  /// The best items for a user of the log.
  /// @throws value_error naming an id that the log does not have, not_fitted_error
  item_list recommend(std::string_view user, std::size_t n = 10) const { return recommend(user, just(n)); }
  item_list recommend(std::string_view user, const pipeline_options& options) const {
    check_fitted();
    return outward(recommender::recommend(model_, user_of(user), inward(options)));
  }

  /// The best items for anybody who did this; nothing is refitted. Several actions on an item become one as in `fit`;
  /// items that the model does not know tell it nothing and are skipped.
  item_list recommend_for(const std::vector<action>& history, std::size_t n = 10) const {
    return recommend_for(history, just(n));
  }
  item_list recommend_for(const std::vector<action>& history, const pipeline_options& options) const {
    check_fitted();
    return outward(recommender::recommend(model_, history_of(history).view(), inward(options)));
  }

  /// The same for many users of the log, in parallel, in the order given.
  std::vector<item_list> recommend_many(const std::vector<std::string>& users, const pipeline_options& options = {},
                                        const run_options& run = {}) const {
    check_fitted();
    std::vector<user_index> who;
    who.reserve(users.size());
    for (const std::string& user : users) who.push_back(user_of(user));
    std::vector<item_list> lists;
    lists.reserve(users.size());
    for (const auto& list : recommender::recommend(model_, span<const user_index>(who), inward(options), run))
      lists.push_back(outward(list));
    return lists;
  }

  /// Why `item` scores what it scores for `user`; the indices in it are those of `items()` or `users()`.
  explanation<value_type> explain(std::string_view user, std::string_view item) const {
    return model_.explain(user_of(user), item_of(item));
  }

  /// The rating that `user` would give `item`, within the range of those seen; for models that predict ratings.
  value_type predict(std::string_view user, std::string_view item) const {
    const item_index wanted = item_of(item);
    value_type rating;
    model_.predict(user_of(user), span<const item_index>(&wanted, 1), span<value_type>(&rating, 1));
    return rating;
  }

  item_list similar_items(std::string_view item, std::size_t n = 10) const {
    return outward(model_.similar_items(item_of(item), n));
  }
  item_list similar_users(std::string_view user, std::size_t n = 10) const {
    std::vector<recommendation<std::string, value_type>> picks;
    for (const auto& one : model_.similar_users(user_of(user), n))
      picks.push_back({std::string((*users_)[one.item.value()]), one.score});
    return {std::move(picks), n};
  }

 private:
  void check_ids() const {
    if (!model_.is_fitted()) throw not_fitted_error("pipeline: expected a fitted model, found one without data");
    require<shape_error>(users_ && users_->size() == model_.n_users(), "users", show(model_.n_users()) + " ids",
                         users_ ? users_->size() : 0);
    require<shape_error>(items_ && items_->size() == model_.n_items(), "items", show(model_.n_items()) + " ids",
                         items_ ? items_->size() : 0);
  }

  static pipeline_options just(std::size_t n) {
    pipeline_options options;
    options.n = n;
    return options;
  }

  user_index user_of(std::string_view user) const { return user_index(at(users_, user, "user")); }
  item_index item_of(std::string_view item) const { return item_index(at(items_, item, "item")); }
  void check_fitted() const {
    if (!is_fitted()) throw not_fitted_error("pipeline: expected to be fitted before it is asked, found no data");
  }
  std::uint32_t at(const std::shared_ptr<const data::id_map>& ids, std::string_view id, const char* what) const {
    check_fitted();
    if (const auto index = ids->find(id)) return *index;
    throw value_error(describe(what, "an id of the data it was fitted with", '"' + std::string(id) + '"'));
  }

  std::vector<item_index> known(const std::vector<std::string>& items) const {
    std::vector<item_index> indices;
    for (const std::string& item : items)
      if (const auto index = items_->find(item)) indices.push_back(item_index(*index));
    return indices;
  }

  recommend_options inward(const pipeline_options& options) const {
    recommend_options inner;
    inner.n = options.n;
    inner.hide_seen = options.hide_seen;
    inner.block = known(options.block);
    if (options.allow) inner.allow = known(*options.allow);
    if (options.keep) inner.keep = [this, &options](item_index item) { return options.keep((*items_)[item.value()]); };
    inner.minimum_score = options.minimum_score;
    return inner;
  }

  item_list outward(const recommendation_list<item_index, value_type>& list) const {
    std::vector<recommendation<std::string, value_type>> picks;
    picks.reserve(list.size());
    for (const auto& one : list) picks.push_back({std::string((*items_)[one.item.value()]), one.score});
    return {std::move(picks), list.requested()};
  }

  data::sparse_vector<value_type> history_of(const std::vector<action>& history) const {
    std::vector<std::uint32_t> columns;
    std::vector<value_type> values;
    for (const action& one : history)
      if (const auto index = items_->find(one.item)) {
        columns.push_back(*index);
        values.push_back(static_cast<value_type>(one.value));
      }
    return data::sparse_vector<value_type>(items_->size(), columns, span<const value_type>(values),
                                           model_.duplicate_policy());
  }

  Model model_;
  std::shared_ptr<const data::id_map> users_, items_;  // null until fitted
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
