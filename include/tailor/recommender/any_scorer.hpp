// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_ANY_SCORER_HPP
#define TAILOR_RECOMMENDER_ANY_SCORER_HPP

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "../core/error.hpp"
#include "../core/index.hpp"
#include "../fwd.hpp"
#include "recommend.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// Any fitted model, chosen while the program runs. It is a scorer itself, so everything that takes a model takes it.
/// Copies share the model, which nobody can change any more.
template <class T>
class basic_any_scorer {
 public:
  using value_type = T;

  /// Holds nothing; `is_fitted()` is false.
  basic_any_scorer() = default;

  template <class Model, class = std::enable_if_t<!std::is_same_v<std::decay_t<Model>, basic_any_scorer> &&
                                                  std::is_class_v<std::decay_t<Model>>>>
  basic_any_scorer(Model&& model)
      : model_(std::make_shared<const holder<std::decay_t<Model>>>(std::forward<Model>(model))) {}

  bool is_fitted() const noexcept { return model_ && model_->is_fitted(); }
  std::size_t n_users() const noexcept { return model_ ? model_->n_users() : 0; }
  std::size_t n_items() const noexcept { return model_ ? model_->n_items() : 0; }
  data::duplicates duplicate_policy() const { return held().duplicate_policy(); }
  bool recommends_seen() const { return held().recommends_seen(); }
  data::row_view<T> history(user_index user) const { return held().history(user); }
  void score(user_index user, span<T> out) const { held().score(user, out); }
  void score(data::row_view<T> history, span<T> out) const { held().score(history, out); }

  /// @throws value_error when the model does not explain
  explanation<T> explain(user_index user, item_index item) const { return held().explain(user, item); }
  explanation<T> explain(data::row_view<T> history, item_index item) const { return held().explain(history, item); }

  /// @throws value_error when the model does not predict ratings
  void predict(user_index user, span<const item_index> items, span<T> out) const { held().predict(user, items, out); }
  void predict(data::row_view<T> history, span<const item_index> items, span<T> out) const {
    held().predict(history, items, out);
  }

  /// @throws value_error when the model compares no items, or no users
  recommendation_list<item_index, T> similar_items(item_index item, std::size_t n = 10) const {
    return held().similar_items(item, n);
  }
  recommendation_list<user_index, T> similar_users(user_index user, std::size_t n = 10) const {
    return held().similar_users(user, n);
  }

  /// The model itself, when it is a `Model`; null otherwise.
  template <class Model>
  const Model* target() const noexcept {
    const auto* held = dynamic_cast<const holder<Model>*>(model_.get());
    return held ? &held->model : nullptr;
  }

 private:
  struct interface {
    virtual ~interface() = default;
    virtual bool is_fitted() const noexcept = 0;
    virtual std::size_t n_users() const noexcept = 0;
    virtual std::size_t n_items() const noexcept = 0;
    virtual data::duplicates duplicate_policy() const = 0;
    virtual bool recommends_seen() const = 0;
    virtual data::row_view<T> history(user_index user) const = 0;
    virtual void score(user_index user, span<T> out) const = 0;
    virtual void score(data::row_view<T> history, span<T> out) const = 0;
    virtual explanation<T> explain(user_index user, item_index item) const = 0;
    virtual explanation<T> explain(data::row_view<T> history, item_index item) const = 0;
    virtual void predict(user_index user, span<const item_index> items, span<T> out) const = 0;
    virtual void predict(data::row_view<T> history, span<const item_index> items, span<T> out) const = 0;
    virtual recommendation_list<item_index, T> similar_items(item_index item, std::size_t n) const = 0;
    virtual recommendation_list<user_index, T> similar_users(user_index user, std::size_t n) const = 0;
  };

  template <class Model>
  struct holder final : interface {
    static_assert(is_scorer_v<Model>, "tailor: any_scorer holds scorers; recommender/scorer.hpp says what that is");
    static_assert(std::is_same_v<detail::scalar_of_t<Model>, T>,
                  "tailor: any_scorer and its model must compute in the same type");

    explicit holder(const Model& m) : model(m) {}
    explicit holder(Model&& m) : model(std::move(m)) {}

    bool is_fitted() const noexcept override { return model.is_fitted(); }
    std::size_t n_users() const noexcept override { return model.n_users(); }
    std::size_t n_items() const noexcept override { return model.n_items(); }
    data::duplicates duplicate_policy() const override { return model.duplicate_policy(); }
    bool recommends_seen() const override { return recommender::recommends_seen(model); }
    data::row_view<T> history(user_index user) const override { return model.history(user); }
    void score(user_index user, span<T> out) const override { model.score(user, out); }
    void score(data::row_view<T> history, span<T> out) const override { model.score(history, out); }
    explanation<T> explain(user_index user, item_index item) const override { return why(user, item); }
    explanation<T> explain(data::row_view<T> history, item_index item) const override { return why(history, item); }
    void predict(user_index user, span<const item_index> items, span<T> out) const override {
      ratings(user, items, out);
    }
    void predict(data::row_view<T> history, span<const item_index> items, span<T> out) const override {
      ratings(history, items, out);
    }

    recommendation_list<item_index, T> similar_items(item_index item, std::size_t n) const override {
      if constexpr (compares_items_v<Model>)
        return model.similar_items(item, n);
      else
        throw value_error(describe("similar_items", "a model that compares items", "one that does not"));
    }
    recommendation_list<user_index, T> similar_users(user_index user, std::size_t n) const override {
      if constexpr (compares_users_v<Model>)
        return model.similar_users(user, n);
      else
        throw value_error(describe("similar_users", "a model that compares users", "one that does not"));
    }

    template <class Who>
    explanation<T> why(const Who& who, item_index item) const {
      if constexpr (explains_v<Model>)
        return model.explain(who, item);
      else
        throw value_error(describe("explain", "a model that explains itself", "one that does not"));
    }
    template <class Who>
    void ratings(const Who& who, span<const item_index> items, span<T> out) const {
      if constexpr (predicts_v<Model>)
        model.predict(who, items, out);
      else
        throw value_error(describe("predict", "a model that predicts ratings", "one that does not"));
    }

    Model model;
  };

  const interface& held() const {
    if (!model_) throw not_fitted_error("any_scorer: expected a model, found none");
    return *model_;
  }

  std::shared_ptr<const interface> model_;
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
