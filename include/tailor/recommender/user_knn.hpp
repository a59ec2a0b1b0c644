// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_RECOMMENDER_USER_KNN_HPP
#define TAILOR_RECOMMENDER_USER_KNN_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "../core/top_k.hpp"
#include "../data/csr_matrix.hpp"
#include "../fwd.hpp"
#include "../similarity/row_search.hpp"
#include "knn_options.hpp"
#include "rating_scale.hpp"
#include "recommend.hpp"
#include "scorer.hpp"

namespace tailor {
inline namespace v0 {
namespace recommender {

/// Customers like this one: items are scored by what the most similar users did.
///
/// To rank (`knn_mode::top_n`): score(u, i) = Σ sim(u, v) r_vi over the k most similar users v.
/// To predict (`knn_mode::ratings`): rating(u, i) = level of u + Σ sim(u, v) z_vi / Σ sim(u, v) over the k most similar
/// users v who rated i, z being v's rating in units of v's own level (`centring`); Surprise's four k-NN models. Only
/// similarities above 0 count. An item that no similar user rated, or whose parts add up to 0 to rank by, has no score;
/// `predict` falls back as Surprise does.
///
/// Similar users are looked up when they are asked for, so that `fit` costs a transpose, memory is that of the data,
/// and a user who was not in the data is served as well as any other: a known user with the same history is then one of
/// those most similar to them. A look-up costs O(Σ over the user's items of the users who have them).
template <class T, class Measure>
class basic_user_knn : public scorer_base<basic_user_knn<T, Measure>, T> {
  using base = scorer_base<basic_user_knn<T, Measure>, T>;
  friend base;

 public:
  using options_type = basic_knn_options<Measure>;

  /// @throws value_error when no data could make the options right
  explicit basic_user_knn(options_type options = {}) : options_(std::move(options)) { detail::check(options_); }

  const options_type& options() const noexcept { return options_; }
  data::duplicates duplicate_policy() const noexcept {
    return options_.mode == knn_mode::ratings ? data::duplicates::last : data::duplicates::sum;
  }

  /// Ratings within the range of those seen, one for each of `items`, whatever is known of them: without similar users
  /// the user's level, for an item or a history without ratings the mean of all.
  /// @param out  as long as `items`
  /// @throws value_error in top-N mode
  void predict(user_index user, span<const item_index> items, span<T> out) const {
    this->check_user(user);
    predict_for(this->user_items().row(user.at()), user.value(), items, out);
  }
  void predict(data::row_view<T> history, span<const item_index> items, span<T> out) const {
    this->check_history(history);
    predict_for(history, nobody, items, out);
  }
  T predict(user_index user, item_index item) const {
    T rating;
    predict(user, span<const item_index>(&item, 1), span<T>(&rating, 1));
    return rating;
  }

  /// The users whose ratings make up the score of `item`.
  explanation<T> explain(user_index user, item_index item) const {
    this->check_user(user);
    return explain_for(this->user_items().row(user.at()), user.value(), item);
  }
  explanation<T> explain(data::row_view<T> history, item_index item) const {
    this->check_history(history);
    return explain_for(history, nobody, item);
  }

  /// The `n` most similar users, best first, ties to the lower index; only similarities above 0.
  recommendation_list<user_index, T> similar_users(user_index user, std::size_t n = 10) const {
    this->check_user(user);
    return similar_to(this->user_items().row(user.at()), user.value(), n);
  }
  recommendation_list<user_index, T> similar_users(data::row_view<T> history, std::size_t n = 10) const {
    this->check_history(history);
    return similar_to(history, nobody, n);
  }

  /// Saved are the data and the levels of ratings; the rest is made again.
  static constexpr const char* saved_as = "tailor.recommender.user_knn";
  template <class A>
  void archive(A& a) {
    a("options", options_);
    this->archive_data(a);
    if (options_.mode == knn_mode::ratings) a("levels", levels_);
  }
  void loaded() {
    base::loaded();
    if (!this->is_fitted()) return;
    if (options_.mode == knn_mode::ratings)
      levels_.check_loaded(this->n_users(), this->n_items(), true, options_.centre);
    prepare({});
  }

 private:
  static constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();

  void learn(const run_options& run) {
    prepare(run);
    if (options_.mode == knn_mode::ratings)
      levels_ =
          detail::levels_of(this->user_items().view(), item_users_.view(), options_.centre, options_.biases, true, run);
  }

  /// What a look-up needs of the data.
  void prepare(const run_options& run) {
    item_users_ = data::transpose(this->user_items(), run);
    if (options_.weight != data::weighting::none) {
      weighting_ = data::count_weighting(options_.weight, options_.bm25_k1, options_.bm25_b);
      compared_ = weighting_.fit(this->user_items().view()).apply(this->user_items());
      compared_transposed_ = data::transpose(compared_, run);
    }
    detail::visit_measure(options_, [&](const auto& measure) {
      summaries_ = similarity::summarise(compared(), compared_transposed(), measure);
    });
  }

  // What is compared is the data themselves, unless they are weighted first.
  data::csr_view<T> compared() const { return compared_.nnz() == 0 ? this->user_items().view() : compared_.view(); }
  data::csr_view<T> compared_transposed() const {
    return compared_.nnz() == 0 ? item_users_.view() : compared_transposed_.view();
  }

  /// Every user of similarity above 0 to somebody with this history, but `self`.
  std::vector<scored<T>> similar(data::row_view<T> history, std::uint32_t self) const {
    const data::csr_matrix<T> weighted = weighting_.apply(data::single_row(history, this->n_items()));
    std::vector<scored<T>> found;
    detail::visit_measure(options_, [&](const auto& measure) {
      using search_type = similarity::row_search<T, std::decay_t<decltype(measure)>>;
      const search_type search(compared_transposed(), summaries_, measure, compared());
      typename search_type::scratch memory;
      search.each(weighted.row(0), memory, [&](std::uint32_t user, T similarity) {
        if (user != self && similarity > T{}) found.push_back({user, similarity});
      });
    });
    return found;
  }

  void score_user(user_index user, span<T> out) const {
    score_for(this->user_items().row(user.at()), user.value(), out);
  }
  void score_history(data::row_view<T> history, span<T> out) const { score_for(history, nobody, out); }

  void score_for(data::row_view<T> history, std::uint32_t self, span<T> out) const {
    if (options_.mode == knn_mode::ratings) {
      const detail::level<T> own = level_of(history, self);
      // The most similar come first, so the first k who rated an item are its voters.
      std::vector<detail::tally<T>> tallies(out.size());
      for (const scored<T>& one : nearest(history, self, this->n_users())) {
        const data::row_view<T> row = this->user_items().row(one.index);
        for (std::size_t i = 0; i < row.size(); ++i) {
          detail::tally<T>& of_item = tallies[row.columns[i]];
          if (of_item.votes < options_.k) of_item.add(one.score, levels_.z(one.index, row.columns[i], row.values[i]));
        }
      }
      for (std::uint32_t item = 0; item < out.size(); ++item)
        out[item] = tallies[item].votes < options_.min_k ? unscored<T> : rating(own, item, tallies[item]);
    } else {
      std::fill(out.begin(), out.end(), T{});
      for (const scored<T>& neighbour : nearest(history, self, options_.k)) {
        const data::row_view<T> row = this->user_items().row(neighbour.index);
        for (std::size_t i = 0; i < row.size(); ++i) out[row.columns[i]] += neighbour.score * row.values[i];
      }
      std::replace(out.begin(), out.end(), T{}, unscored<T>);
    }
  }

  std::vector<scored<T>> nearest(data::row_view<T> history, std::uint32_t self, std::size_t k) const {
    top_k_selector<T> best((std::min)(k, this->n_users()));
    for (const scored<T>& one : similar(history, self)) best.offer(one.index, one.score);
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  /// Who may say what an item is worth to somebody: the users who are similar to them.
  class voters {
   public:
    voters(const basic_user_knn& model, data::row_view<T> history, std::uint32_t self)
        : model_(model), similarities_(model.n_users()) {
      for (const scored<T>& one : model.similar(history, self)) similarities_[one.index] = one.score;
    }

    /// The k most similar users who rated `item`, best first.
    void gather(std::uint32_t item, std::vector<detail::vote<T>>& votes) {
      const data::row_view<T> raters = model_.item_users_.row(item);
      nearest_.reset(model_.options_.k);
      for (std::size_t i = 0; i < raters.size(); ++i) {
        const T similarity = similarities_[raters.columns[i]];
        if (similarity > T{}) nearest_.offer(static_cast<std::uint32_t>(i), similarity);
      }
      votes.clear();
      for (const scored<T>& one : nearest_.sorted()) {
        const std::uint32_t user = raters.columns[one.index];
        votes.push_back({one.score, model_.levels_.z(user, item, raters.values[one.index]), user});
      }
    }

   private:
    const basic_user_knn& model_;
    std::vector<T> similarities_;  // of every user, 0 for those who are not
    top_k_selector<T> nearest_{0};
  };

  detail::level<T> level_of(data::row_view<T> history, std::uint32_t self) const {
    if (self != nobody) return levels_.rows[self];
    if (options_.centre == centring::none) return {};
    if (options_.centre == centring::baseline)
      return {levels_.known.mean + user_bias(levels_.known, history, options_.biases), T{1}};
    return detail::level_of(history.values, options_.centre, levels_.all);
  }

  T rating(const detail::level<T>& own, std::uint32_t item, const detail::tally<T>& votes) const {
    return own.centre + levels_.column(item) + own.scale * votes.mean();
  }

  void check_ratings_mode() const {
    this->check_fitted();
    if (options_.mode != knn_mode::ratings)
      throw value_error(describe("user_knn::predict", "knn_mode::ratings", "knn_mode::top_n, which only ranks"));
  }

  void predict_for(data::row_view<T> history, std::uint32_t self, span<const item_index> items, span<T> out) const {
    check_ratings_mode();
    require<shape_error>(out.size() == items.size(), "out", show(items.size()) + " places, one an item", out.size());
    for (const item_index item : items) this->check_item(item);
    const detail::level<T> own = level_of(history, self);
    voters crowd(*this, history, self);
    std::vector<detail::vote<T>> votes;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::uint32_t item = items[i].value();
      crowd.gather(item, votes);
      if (votes.size() >= options_.min_k)
        out[i] = levels_.clipped(rating(own, item, detail::tally<T>(votes)));
      else
        out[i] = levels_.clipped(
            levels_.fallback(own, levels_.column(item), history.empty() || item_users_.row(item).empty()));
    }
  }

  explanation<T> explain_for(data::row_view<T> history, std::uint32_t self, item_index item) const {
    this->check_item(item);
    explanation<T> why;
    why.reasons_are = explanation<T>::kind::users;
    if (options_.mode == knn_mode::ratings) {
      std::vector<detail::vote<T>> votes;
      voters(*this, history, self).gather(item.value(), votes);
      if (votes.size() < options_.min_k) return why;
      const detail::level<T> own = level_of(history, self);
      const detail::tally<T> sum(votes);
      why.score = rating(own, item.value(), sum);
      why.base = own.centre + levels_.column(item.at());
      for (const detail::vote<T>& one : votes)
        why.reasons.push_back(
            {one.row, one.similarity, *find(item, one.row), own.scale * one.similarity * one.z / sum.similarity});
    } else {
      why.score = T{};
      for (const scored<T>& neighbour : nearest(history, self, options_.k))
        if (const auto value = find(item, neighbour.index)) {
          why.reasons.push_back({neighbour.index, neighbour.score, *value, neighbour.score * *value});
          why.score += neighbour.score * *value;
        }
      if (why.score == T{}) return {unscored<T>, T{}, why.reasons_are, {}};
    }
    detail::sort_reasons(why);
    return why;
  }

  /// What `user` gave `item`.
  std::optional<T> find(item_index item, std::uint32_t user) const {
    const data::row_view<T> row = this->user_items().row(user);
    const auto at = std::lower_bound(row.columns.begin(), row.columns.end(), item.value());
    if (at == row.columns.end() || *at != item.value()) return std::nullopt;
    return row.values[static_cast<std::size_t>(at - row.columns.begin())];
  }

  recommendation_list<user_index, T> similar_to(data::row_view<T> history, std::uint32_t self, std::size_t n) const {
    require(n >= 1, "similar_users: n", "at least 1", n);
    std::vector<recommendation<user_index, T>> picks;
    for (const scored<T>& one : nearest(history, self, n)) picks.push_back({user_index(one.index), one.score});
    return {std::move(picks), n};
  }

  options_type options_;
  data::csr_matrix<T> item_users_;
  data::count_weighting weighting_;
  data::csr_matrix<T> compared_, compared_transposed_;  // empty unless weighted
  similarity::row_summaries<T> summaries_;
  detail::rating_levels<T> levels_;
};

}  // namespace recommender
}  // namespace v0
}  // namespace tailor

#endif
