// SPDX-License-Identifier: BSD-3-Clause
// A model that predicts the mean of what it saw, so that every fold's error can be written out; popularity for lists.
#include "tailor/evaluation/cross_validation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <tailor/recommender/popularity.hpp>
#include <utility>
#include <vector>

#include "planted.hpp"

namespace data = tailor::data;
namespace evaluation = tailor::evaluation;
using data::interactions;

namespace {

/// Predicts the mean of the training ratings.
class mean_model : public planted::told_scorer<double> {
 public:
  mean_model() : planted::told_scorer<double>(data::csr_matrix<double>(), {}) {}
  void fit(const interactions& log, const tailor::run_options& run = {}) {
    tailor::report_progress(run, "mean_model", 7, 7);
    mean_ = 0;
    for (const data::event& e : log) mean_ += e.value / static_cast<double>(log.size());
    static_cast<planted::told_scorer<double>&>(*this) = {log.matrix<double>(data::duplicates::last), {}};
  }
  void predict(tailor::user_index, tailor::span<const tailor::item_index> items, tailor::span<double> out) const {
    for (std::size_t i = 0; i < items.size(); ++i) out[i] = mean_;
  }
  void predict(data::row_view<double>, tailor::span<const tailor::item_index>, tailor::span<double>) const {}

 private:
  double mean_ = 0;
};

}  // namespace

TEST_CASE("cross_validate_ratings: every fold's error, their mean and its interval") {
  const interactions log = planted::random_log(9, 1000);
  evaluation::fold_options options;
  options.folds = 4;
  options.seed = 3;
  const auto found = evaluation::cross_validate_ratings(mean_model(), log, options);
  REQUIRE(found.folds.size() == 4);
  double sum = 0, squares = 0;
  std::size_t f = 0;
  for (const evaluation::split& fold : evaluation::k_fold(log, 4, 3)) {
    double mean = 0, error = 0;
    for (const data::event& e : fold.train) mean += e.value;
    mean /= static_cast<double>(fold.train.size());
    for (const data::event& e : fold.test) error += std::pow(e.value - mean, 2);
    const double rmse = std::sqrt(error / static_cast<double>(fold.test.size()));
    CHECK(found.folds[f++].rmse == doctest::Approx(rmse).epsilon(1e-13));
    sum += rmse;
    squares += rmse * rmse;
  }
  const auto rmse = found.mean(&evaluation::rating_result::rmse);
  CHECK(rmse.n == 4);
  CHECK(rmse.mean == doctest::Approx(sum / 4).epsilon(1e-13));
  const double error = std::sqrt((squares - sum * sum / 4) / 3 / 4);
  CHECK(rmse.standard_error == doctest::Approx(error).epsilon(1e-6));
  // scipy: t(.95, 3) = 2.3533634348018264
  const auto ninety = found.mean([](const evaluation::rating_result& fold) { return fold.rmse; }, 0.9);
  CHECK(ninety.interval.lower == doctest::Approx(sum / 4 - 2.3533634348018264 * error).epsilon(1e-8));
}

TEST_CASE("cross_validate_ranking: each fold is an evaluation of its own") {
  const interactions log = planted::random_log(10, 2000);
  evaluation::ranking_options lists;
  lists.cutoffs = {4};
  const auto found = evaluation::cross_validate_ranking(tailor::recommender::popularity(), log, lists);
  REQUIRE(found.folds.size() == 5);
  std::size_t f = 0;
  for (const evaluation::split& fold : evaluation::k_fold(log, 5, 0)) {
    tailor::recommender::popularity model;
    model.fit(fold.train);
    const auto alone = evaluation::evaluate_ranking(model, fold.test, 4);
    CHECK(found.folds[f].mean.ndcg == alone.mean.ndcg);
    CHECK(found.folds[f++].users == alone.users);
  }
  CHECK(found.mean([](const evaluation::ranking_result& fold) { return fold.mean.ndcg; }).n == 5);

  // nothing is measured of the other cutoffs
  std::size_t pairs = 0;
  lists.item_similarity = [&](tailor::item_index, tailor::item_index) { return static_cast<double>(++pairs % 2); };
  tailor::run_options serial;
  serial.threads = 1;
  const auto count = [&](std::vector<std::size_t> cutoffs) {
    lists.cutoffs = std::move(cutoffs);
    pairs = 0;
    evaluation::cross_validate_ranking(tailor::recommender::popularity(), log, lists, {}, serial);
    return pairs;
  };
  CHECK(count({4, 20}) == count({4}));
  CHECK_THROWS_WITH_AS(count({}), "ranking_options::cutoffs: expected at least one, found 0", tailor::value_error);
}

TEST_CASE("cross_validate: progress is of folds, whatever fits and measures report, and can stop within one") {
  const interactions log = planted::random_log(11, 500);
  tailor::run_options run;
  std::vector<std::size_t> told;
  std::size_t stop_after = 1000;
  run.progress = [&](const tailor::progress_report& report) {
    told.push_back(report.done);
    CHECK(report.task == "cross-validate");
    CHECK(report.total == 2);
    return told.size() < stop_after;
  };
  evaluation::fold_options two;
  two.folds = 2;
  evaluation::cross_validate_ratings(mean_model(), log, two, run);
  CHECK(std::count(told.begin(), told.end(), 0) >= 2);  // before the first fold, and from its fit
  CHECK(std::count(told.begin(), told.end(), 1) >= 2);
  CHECK(std::count(told.begin(), told.end(), 2) == 1);
  CHECK(std::is_sorted(told.begin(), told.end()));
  told.clear();
  evaluation::cross_validate_ranking(tailor::recommender::popularity(), log, {}, two, run);
  CHECK(std::is_sorted(told.begin(), told.end()));
  told.clear();
  stop_after = 2;
  CHECK_THROWS_AS(evaluation::cross_validate_ratings(mean_model(), log, two, run), tailor::cancelled_error);
  CHECK(told == std::vector<std::size_t>{0, 0});
}

TEST_CASE("cross_validate: measures what it is told, reports each fold, and can be stopped") {
  const interactions log = planted::random_log(11, 500);
  tailor::run_options run;
  std::vector<std::size_t> told;
  run.progress = [&](const tailor::progress_report& report) {
    told.push_back(report.done);
    CHECK(report.total == 3);
    return report.done < 2;
  };
  std::size_t asked = 0;
  const auto measure = [&](const mean_model&, const interactions& test) {
    ++asked;
    return test.size();
  };
  CHECK_THROWS_AS(evaluation::cross_validate(mean_model(), evaluation::k_fold(log, 3), measure, run),
                  tailor::cancelled_error);
  CHECK(told == std::vector<std::size_t>{0, 0, 1, 1, 2});
  CHECK(asked == 2);
  const auto all = evaluation::cross_validate(mean_model(), evaluation::k_fold(log, 3), measure);
  CHECK(all.folds == std::vector<std::size_t>{167, 167, 166});
  evaluation::fold_options options;
  options.folds = 1;
  CHECK_THROWS_AS(evaluation::cross_validate_ratings(mean_model(), log, options), tailor::value_error);
}
