// SPDX-License-Identifier: BSD-3-Clause
#include <tailor/data.hpp>
#include <tailor/evaluation.hpp>
#include <tailor/recommender.hpp>

#include <iostream>

namespace evaluation = tailor::evaluation;
namespace recommender = tailor::recommender;
using tailor::metrics::ranking_scores;

int main() {
  const auto log = tailor::data::read_interactions("ratings.csv");

  // A published protocol: 75/25 of each user's events, every list scored, all items competing.
  const auto mine = evaluation::evaluate_stratified(recommender::rp3beta(), log).at(10);
  const auto popular = evaluation::evaluate_stratified(recommender::popularity(), log).at(10);
  const auto ndcg = mine.estimate(&ranking_scores::ndcg);
  std::cout << "NDCG@10 " << ndcg.mean << ", 95 %: " << ndcg.interval.lower << " to " << ndcg.interval.upper << '\n';

  // Is that more than chance? The same users, user by user.
  const auto difference = evaluation::compare(mine, popular, &ranking_scores::ndcg);
  std::cout << "above popularity by " << difference.difference << ", p " << difference.randomization_p_value << '\n';

  // Better options, found on a part of the training data; the test part is not looked at.
  const auto test = evaluation::stratified_split(log, 0.25, 0);
  const auto validation = evaluation::stratified_split(test.train, 0.25, 1);
  evaluation::search_space<recommender::rp3beta_options> space;
  space.uniform("alpha", &recommender::rp3beta_options::alpha, 0.3, 1.2)
      .uniform("beta", &recommender::rp3beta_options::beta, 0.0, 0.9)
      .choice("k", &recommender::rp3beta_options::k, {20, 50, 100});
  evaluation::random_search_options search;
  search.trials = 20;
  const auto found = evaluation::tune<recommender::rp3beta>(
      space, validation.train, validation.test,
      [](const recommender::rp3beta& model, const tailor::data::interactions& held_back) {
        return evaluation::evaluate_ranking(model, held_back, 10).mean.ndcg;
      },
      search);
  std::cout << "alpha " << found.best.alpha << ", beta " << found.best.beta << ", k " << found.best.k << '\n';

  // Ratings: the error of five folds.
  const auto folds = evaluation::cross_validate_ratings(recommender::baseline(), log);
  std::cout << "RMSE " << folds.mean(&evaluation::rating_result::rmse).mean << '\n';
}
