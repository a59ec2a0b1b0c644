// SPDX-License-Identifier: BSD-3-Clause
// Expected: the promises in scorer.hpp, shown on a model that is as small as a model can be: an item scores what all
// users gave it, and to whoever has that item one more.
#include "tailor/recommender/scorer.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <tailor/recommender/any_scorer.hpp>
#include <tailor/recommender/popularity.hpp>
#include <utility>
#include <vector>

#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
using tailor::item_index;
using tailor::span;
using tailor::user_index;

struct sum_options {
  data::duplicates policy = data::duplicates::sum;
  bool fail = false;
};

template <class T>
class sums : public rec::scorer_base<sums<T>, T> {
  friend class rec::scorer_base<sums<T>, T>;

 public:
  explicit sums(sum_options options = {}) : options_(options) {}
  const sum_options& options() const noexcept { return options_; }
  data::duplicates duplicate_policy() const noexcept { return options_.policy; }
  void fail_from_now_on() { options_.fail = true; }

 private:
  void learn(const tailor::run_options& run) {
    const auto& matrix = this->user_items();
    sums_.assign(this->n_items(), T{});
    for (std::size_t i = 0; i < matrix.nnz(); ++i) sums_[matrix.columns()[i]] += matrix.values()[i];
    tailor::report_progress(run, "sums", 1, 1);
    if (options_.fail) throw std::runtime_error("no more");
  }
  void score_history(data::row_view<T> history, span<T> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = sums_[i];
    for (const std::uint32_t item : history.columns) out[item] += 1;
  }

  sum_options options_;
  std::vector<T> sums_;
};

struct no_history {
  using value_type = float;
  bool is_fitted() const { return true; }
  std::size_t n_users() const { return 1; }
  std::size_t n_items() const { return 1; }
  void score(user_index, span<float>) const {}
};

const std::vector<double> scores_of_user_0 = {14, 12, 9, 12, 12};

std::string complaint_of(const sums<double>& model, data::row_view<double> history) {
  try {
    support::scores(model, history);
  } catch (const tailor::error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("scorer: the trait knows a scorer, an explainer and a predictor from what is none") {
  CHECK(rec::is_scorer_v<sums<float>>);
  CHECK(rec::is_scorer_v<rec::popularity>);
  CHECK(rec::is_scorer_v<rec::any_scorer>);
  CHECK(!rec::is_scorer_v<int>);
  CHECK(!rec::is_scorer_v<std::vector<float>>);
  CHECK(!rec::is_scorer_v<no_history>);
  CHECK(!rec::explains_v<sums<float>>);
  CHECK(!rec::explains_v<int>);
  CHECK(!rec::predicts_v<rec::popularity>);
  CHECK(rec::explains_v<rec::any_scorer>);
  CHECK(rec::predicts_v<rec::any_scorer>);
}

TEST_CASE_TEMPLATE("scorer: fit takes a csr_matrix, integers, an expression and a log alike, and returns the model", T,
                   float, double) {
  const auto dense = support::peers();
  sums<T> model;
  CHECK(!model.is_fitted());
  CHECK(model.n_users() == 0);
  CHECK(&model.fit(support::peers_csr<T>()) == &model);
  CHECK(model.is_fitted());
  CHECK(model.n_users() == 6);
  CHECK(model.n_items() == 5);
  CHECK(model.user_items() == support::peers_csr<T>());
  const auto expected = std::vector<T>(scores_of_user_0.begin(), scores_of_user_0.end());
  CHECK(support::scores(model, user_index(0)) == expected);
  CHECK(support::scores(sums<T>().fit(dense), user_index(0)) == expected);
  CHECK(support::scores(sums<T>().fit(dense * 1), user_index(0)) == expected);
  CHECK(support::scores(sums<T>().fit(data::interactions(support::peers_csr<T>())), user_index(0)) == expected);
  CHECK(support::scores(model, model.history(user_index(0))) == expected);
  CHECK(model.history(user_index(4)).size() == 1);
  CHECK(model.history(user_index(4)).values[0] == 4);
}

TEST_CASE("scorer: several events of one user and item become one by the model's own policy") {
  data::interactions log;
  for (const double value : {1.0, 2.0, 4.0}) log.add("anna", "tea", value);
  const auto value = [&](data::duplicates policy) {
    sum_options options;
    options.policy = policy;
    return sums<double>(options).fit(log).history(user_index(0)).values[0];
  };
  CHECK(value(data::duplicates::sum) == 7);
  CHECK(value(data::duplicates::last) == 4);
  CHECK_THROWS_AS(value(data::duplicates::error), tailor::value_error);
}

TEST_CASE("scorer: fit refuses what has no interaction, or one that is not finite") {
  sums<double> model;
  CHECK_THROWS_WITH_AS(model.fit(data::csr_matrix<double>(2, 3, {0, 0, 0}, {}, {})),
                       "user_items: expected at least one interaction, found none in 2 x 3", tailor::value_error);
  CHECK_THROWS_AS(model.fit(data::csr_matrix<double>()), tailor::value_error);
  CHECK_THROWS_AS(model.fit(data::interactions()), tailor::value_error);
  const xt::xtensor<double, 2> bad = {{1, 2}, {support::nan, 3}}, endless = {{1, support::infinity}};
  CHECK_THROWS_WITH_AS(model.fit(bad), "user_items(1, 0): expected a finite number, found NaN", tailor::value_error);
  CHECK_THROWS_AS(model.fit(endless), tailor::value_error);
  data::interactions huge;
  huge.add("anna", "tea", 1e300);
  CHECK_THROWS_AS(sums<float>().fit(huge), tailor::value_error);
  CHECK(!model.is_fitted());
}

TEST_CASE(
    "scorer: a fit that fails or is cancelled leaves the model as it was, a second one leaves nothing of the first") {
  const auto matrix = support::peers_csr<double>();
  const xt::xtensor<double, 2> bad = {{support::nan}}, other = {{0, 1}, {2, 0}, {0, 3}};
  sums<double> model;
  model.fit(matrix);
  const auto before = support::scores(model, user_index(3));
  const auto is_as_before = [&] {
    return model.is_fitted() && model.user_items() == matrix && support::scores(model, user_index(3)) == before;
  };
  CHECK_THROWS_AS(model.fit(bad), tailor::value_error);
  CHECK(is_as_before());
  CHECK_THROWS_AS(model.fit(data::interactions()), tailor::value_error);
  CHECK(is_as_before());
  CHECK_THROWS_AS(model.fit(other, support::cancelled()), tailor::cancelled_error);
  CHECK(is_as_before());
  model.fail_from_now_on();
  CHECK_THROWS_AS(model.fit(other), std::runtime_error);
  CHECK(is_as_before());

  sums<double> twice;
  twice.fit(matrix).fit(other);
  CHECK(twice.n_users() == 3);
  CHECK(twice.n_items() == 2);
  CHECK(support::scores(twice, user_index(0)) == std::vector<double>{2, 5});
}

TEST_CASE("scorer: copies are equal and independent, and a model that was moved from is not fitted") {
  sums<float> model;
  model.fit(support::peers_csr<float>());
  const sums<float> copy = model;
  const xt::xtensor<float, 2> other = {{1, 2}};
  model.fit(other);
  CHECK(model.n_users() == 1);
  CHECK(copy.n_users() == 6);
  CHECK(support::scores(copy, user_index(0)) == std::vector<float>{14, 12, 9, 12, 12});
  const sums<float> moved = std::move(model);
  CHECK(support::scores(moved, user_index(0)) == std::vector<float>{2, 3});
  CHECK(!model.is_fitted());
}

TEST_CASE("scorer: a model that is not fitted says so, whatever it is asked") {
  // Through any_scorer, since g++ 12 at -O3 warns of the very access beyond the end that the check prevents.
  const rec::basic_any_scorer<double> model = sums<double>();
  std::vector<double> none;
  CHECK_THROWS_WITH_AS(model.history(user_index(0)), "model: expected to be fitted before it is asked, found no data",
                       tailor::not_fitted_error);
  CHECK_THROWS_AS(model.score(user_index(0), span<double>(none)), tailor::not_fitted_error);
  CHECK_THROWS_AS(model.score(data::row_view<double>{}, span<double>(none)), tailor::not_fitted_error);
}

TEST_CASE("scorer: users that are not there and outputs of another length are refused by name") {
  sums<double> model;
  model.fit(support::peers_csr<double>());
  std::vector<double> out(5), small(4);
  CHECK_THROWS_WITH_AS(model.score(user_index(6), span<double>(out)),
                       "user: expected an index below n_users = 6, found 6", tailor::value_error);
  CHECK_THROWS_AS(model.history(user_index(4294967295U)), tailor::value_error);
  CHECK_THROWS_WITH_AS(model.score(user_index(0), span<double>(small)), "out: expected n_items = 5 places, found 4",
                       tailor::shape_error);
  CHECK_THROWS_AS(model.score(model.history(user_index(0)), span<double>(small)), tailor::shape_error);
}

TEST_CASE(
    "scorer: a history with items that are not there, in disorder, twice, or with values that are no numbers is "
    "refused") {
  sums<double> model;
  model.fit(support::peers_csr<double>());
  const std::vector<std::uint32_t> good = {1, 3}, beyond = {1, 5}, hidden = {7, 2}, fallen = {3, 1}, twice = {2, 2};
  const std::vector<double> values = {4, 2}, bad = {1, support::nan}, one = {1};
  CHECK(complaint_of(model, {good, values}) == "");
  CHECK(complaint_of(model, {}) == "");
  CHECK(complaint_of(model, {beyond, values}) == "history: expected items below n_items = 5, found 5");
  CHECK(complaint_of(model, {hidden, values}) == "history: expected items below n_items = 5, found 7");
  CHECK(complaint_of(model, {fallen, values}) == "history: expected rising items, each once, found 1 after 3");
  CHECK(complaint_of(model, {twice, values}) == "history: expected rising items, each once, found 2 after 2");
  CHECK(complaint_of(model, {good, bad}) == "history: value of item 3: expected a finite number, found NaN");
  CHECK(complaint_of(model, {good, one}) == "history: expected 2 values, one an item, found 1");
}
