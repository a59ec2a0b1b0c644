// SPDX-License-Identifier: BSD-3-Clause
// What every model promises (scorer.hpp, recommend.hpp), asked of each of models.hpp in float and double. The
// checkerboard is that of implicit's RecommenderBaseTestMixin: the answer for every user is the one item of their
// colour that was withheld.
#include "models.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "support/explanations.hpp"
#include "support/ratings.hpp"

namespace {

using namespace conformance;
using tailor::item_index;
using tailor::span;
using tailor::user_index;

template <class T>
using matrix = data::csr_matrix<T>;
template <class T>
using any_scorer = rec::basic_any_scorer<T>;

/// n × n: a user has every item of the same colour but the one of the same number.
template <class T>
matrix<T> checkerboard(std::uint32_t n) {
  std::vector<std::uint64_t> pointers{0};
  std::vector<std::uint32_t> columns;
  for (std::uint32_t u = 0; u < n; ++u) {
    for (std::uint32_t i = u % 2; i < n; i += 2)
      if (i != u) columns.push_back(i);
    pointers.push_back(columns.size());
  }
  const std::vector<T> ones(columns.size(), T{1});
  return {n, n, pointers, columns, ones};
}

template <class T>
any_scorer<T> fitted(const entry<T>& model, const matrix<T>& user_items, const tailor::run_options& run = {}) {
  const auto made = model.make();
  made->fit(user_items, run);
  return made->scorer();
}

rec::recommend_options best(std::size_t n) {
  rec::recommend_options options;
  options.n = n;
  return options;
}

template <class T>
std::vector<std::vector<T>> all_scores(const any_scorer<T>& model) {
  std::vector<std::vector<T>> scores;
  for (std::size_t u = 0; u < model.n_users(); ++u) scores.push_back(support::scores(model, user_index(u)));
  return scores;
}

template <class T>
bool are_numbers_or_unscored(const std::vector<T>& scores) {
  return std::all_of(scores.begin(), scores.end(),
                     [](T score) { return std::isfinite(score) || support::is_unscored(score); });
}

/// Whether every score of every user, and of somebody without history, is a number or `unscored`, and no list holds
/// more.
template <class T>
std::string complaint_about_numbers(const subject<T>& asked) {
  const auto model = asked.scorer();
  std::vector<std::vector<T>> scores = all_scores(model);
  scores.push_back(support::scores(model, data::row_view<T>{}));
  for (const auto& row : scores)
    if (!are_numbers_or_unscored(row)) return "a score that is no number";
  for (const auto& list : rec::recommend_all(model))
    for (const auto& pick : list)
      if (!std::isfinite(pick.score)) return "a pick that is no number";
  if (asked.predicts())
    for (std::size_t u = 0; u < model.n_users(); ++u)
      for (const T rating : support::predictions(model, user_index(u)))
        if (!std::isfinite(rating)) return "a prediction that is no number";
  return asked.explains() ? support::complaint_about_explanations(model, sizeof(T) == 4 ? 1e-4 : 1e-12) : "";
}

}  // namespace

TEST_CASE_TEMPLATE("every model finds the item that a checkerboard withholds", T, float, double) {
  const auto board = checkerboard<T>(20);
  for (const auto& model : every_model<T>()) {
    if (!model.associates) continue;
    CAPTURE(model.name);
    const auto scorer = fitted(model, board);
    if (scorer.recommends_seen()) continue;
    for (std::uint32_t u = 0; u < 20; ++u) {
      CAPTURE(u);
      const auto picks = rec::recommend(scorer, user_index(u), best(1));
      REQUIRE(picks.size() == 1);
      CHECK(picks[0].item == item_index(u));
      auto all = best(10);
      all.hide_seen = false;  // the ten of the user's colour, of which one was withheld
      for (const auto& pick : rec::recommend(scorer, user_index(u), all)) CHECK(pick.item.value() % 2 == u % 2);
    }
  }
}

// The sizes of the next two are such that threads do start (parallel.hpp: two million steps).

TEST_CASE_TEMPLATE("every model fitted by 1, 2 or 4 threads has the same bits", T, float, double) {
  const auto data = support::random_ratings<T>(600, 60, 0.35, 20);
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto one = fitted(model, data, support::threads(1));
    for (const std::size_t n : {2U, 4U}) {
      const auto many = fitted(model, data, support::threads(n));
      std::size_t different = 0;
      for (std::size_t u = 0; u < 600; u += 60)
        different += support::scores(many, user_index(u)) == support::scores(one, user_index(u)) ? 0U : 1U;
      CHECK(different == 0);
    }
  }
}

TEST_CASE_TEMPLATE("every model gives many users what it gives each alone, with the same bits for 1 and 4 threads", T,
                   float, double) {
  const auto data = support::random_ratings<T>(256, 820, 0.02, 21);
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto scorer = fitted(model, data);
    const auto lists = rec::recommend_all(scorer, best(5), support::threads(1));
    CHECK(rec::recommend_all(scorer, best(5), support::threads(4)) == lists);
    std::size_t different = 0;
    for (std::size_t u = 0; u < 256; u += 7)
      different += lists[u] == rec::recommend(scorer, user_index(u), best(5)) ? 0U : 1U;
    CHECK(different == 0);
  }
}

TEST_CASE("every model says in float what it says in double") {
  const auto in_float = every_model<float>();
  const auto in_double = every_model<double>();
  REQUIRE(in_float.size() == in_double.size());
  for (std::size_t m = 0; m < in_float.size(); ++m) {
    CAPTURE(in_float[m].name);
    const auto a = all_scores(fitted(in_float[m], support::random_ratings<float>(18, 16, 0.4, 22)));
    const auto b = all_scores(fitted(in_double[m], support::random_ratings<double>(18, 16, 0.4, 22)));
    std::size_t different = 0;
    for (std::size_t u = 0; u < a.size(); ++u)
      for (std::size_t i = 0; i < a[u].size(); ++i)
        different += support::near(static_cast<double>(a[u][i]), b[u][i], 1e-4) ? 0U : 1U;
    CHECK(different == 0);
  }
}

TEST_CASE_TEMPLATE("every model scores with numbers or not at all, and explains what it scores", T, float, double) {
  const std::vector<matrix<T>> cases = {
      support::random_ratings<T>(40, 30, 0.25, 23),            // a user without history, an item without interactions
      support::random_ratings<T>(12, 9, 0.9, 24),              // everybody has nearly everything
      matrix<T>(1, 4, {0, 3}, {0, 1, 3}, {5, 3, 1}),           // one user
      matrix<T>(4, 1, {0, 1, 2, 2, 3}, {0, 0, 0}, {5, 3, 1}),  // one item
      matrix<T>(1, 1, {0, 1}, {0}, {2}),
      matrix<T>(2, 2, {0, 1, 2}, {0, 1}, {2, 4}),                             // nobody has anything in common
      matrix<T>(3, 3, {0, 2, 4, 6}, {0, 1, 0, 1, 0, 1}, {3, 3, 3, 3, 3, 3}),  // all the same
      matrix<T>(3, 3, {0, 2, 4, 6}, {0, 1, 1, 2, 0, 2}, {0, 0, 0, 1, 0, 0}),  // zeros that are stored
      checkerboard<T>(9),
  };
  for (const auto& model : every_model<T>())
    for (std::size_t c = 0; c < cases.size(); ++c) {
      CAPTURE(model.name);
      CAPTURE(c);
      const auto asked = model.make();
      asked->fit(cases[c]);
      CHECK(complaint_about_numbers(*asked) == "");
    }
}

TEST_CASE_TEMPLATE(
    "every model recommends only what was not seen, or only what was, and says how many are missing when there are few",
    T, float, double) {
  const auto data = support::random_ratings<T>(40, 30, 0.25, 25);
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto scorer = fitted(model, data);
    const bool wanted = scorer.recommends_seen();
    std::size_t unwanted = 0, wrong = 0;
    for (std::size_t u = 0; u < 40; ++u) {
      const auto picks = rec::recommend(scorer, user_index(u), best(1000));
      const auto scores = support::scores(scorer, user_index(u));
      std::size_t available = 0;
      for (std::uint32_t i = 0; i < 30; ++i)
        available +=
            !support::is_unscored(scores[i]) && support::value_in(data.row(u), i).has_value() == wanted ? 1U : 0U;
      wrong += picks.size() == available && picks.missing() == 1000 - available ? 0U : 1U;
      for (const auto& pick : picks)
        unwanted += support::value_in(data.row(u), pick.item.value()).has_value() == wanted ? 0U : 1U;
    }
    CHECK(unwanted == 0);
    CHECK(wrong == 0);
  }
}

TEST_CASE_TEMPLATE("every model refuses users and items that it does not know", T, float, double) {
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto scorer = fitted(model, support::peers_csr<T>());
    CHECK_THROWS_AS(rec::recommend(scorer, user_index(6)), tailor::value_error);
    CHECK_THROWS_AS(scorer.history(user_index(6)), tailor::value_error);
    CHECK_THROWS_AS(support::scores(scorer, support::history<T>(9, {{2, T{1}}, {5, T{1}}}).view()),
                    tailor::value_error);
    std::vector<T> out(4);
    CHECK_THROWS_AS(scorer.score(user_index(0), span<T>(out)), tailor::shape_error);
  }
}

TEST_CASE_TEMPLATE("every model serves somebody who was not in the data, whatever they did", T, float, double) {
  const auto history = support::history<T>(5, {{0, T{4}}, {3, T{2}}});
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto scorer = fitted(model, support::peers_csr<T>());
    const auto picks = rec::recommend(scorer, history.view());
    CHECK(!picks.empty());
    for (const auto& pick : picks)
      CHECK((pick.item.value() == 0U || pick.item.value() == 3U) == scorer.recommends_seen());
    CHECK(are_numbers_or_unscored(support::scores(scorer, data::row_view<T>{})));
  }
}

TEST_CASE_TEMPLATE("every model fitted twice is as one fitted once, from a matrix or the log of its cells", T, float,
                   double) {
  const auto data = support::random_ratings<T>(30, 20, 0.3, 26);
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto expected = all_scores(fitted(model, data));
    const auto twice = model.make();
    twice->fit(support::peers_csr<T>());
    twice->fit(data);
    CHECK(all_scores(twice->scorer()) == expected);
    twice->fit(data);
    CHECK(all_scores(twice->scorer()) == expected);
    const auto logged = model.make();
    logged->fit(data::interactions(data));
    const auto scorer = logged->scorer();
    CHECK(all_scores(scorer) == expected);
    std::size_t different = 0;
    for (std::size_t u = 0; u < 30; ++u) {
      const auto columns = scorer.history(user_index(u)).columns, cells = data.row(u).columns;
      different += std::equal(columns.begin(), columns.end(), cells.begin(), cells.end()) ? 0U : 1U;
    }
    CHECK(different == 0);
  }
}

TEST_CASE_TEMPLATE("every model that fails to fit, or is stopped, stays what it was", T, float, double) {
  const auto none = matrix<T>(2, 2, {0, 0, 0}, {}, {});
  const auto bad = matrix<T>(1, 2, {0, 2}, {0, 1}, {T{1}, static_cast<T>(support::nan)});
  const auto endless = matrix<T>(1, 1, {0, 1}, {0}, {static_cast<T>(support::infinity)});
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto asked = model.make();
    for (const auto& refused : {none, bad, endless}) CHECK_THROWS_AS(asked->fit(refused), tailor::value_error);
    CHECK_THROWS_AS(asked->fit(data::interactions()), tailor::value_error);
    CHECK(!asked->scorer().is_fitted());
    asked->fit(support::peers_csr<T>());
    const auto before = all_scores(asked->scorer());
    for (const auto& refused : {none, bad, endless}) CHECK_THROWS_AS(asked->fit(refused), tailor::value_error);
    bool stopped = false;
    try {
      asked->fit(support::random_ratings<T>(30, 20, 0.3, 27), support::cancelled());
    } catch (const tailor::cancelled_error&) {
      stopped = true;
    }
    // A model that has nothing long to do does not ask whether to go on.
    CHECK(asked->scorer().n_users() == (stopped ? 6U : 30U));
    if (stopped) CHECK(all_scores(asked->scorer()) == before);
  }
}

TEST_CASE_TEMPLATE("every model says that it is not fitted before it is", T, float, double) {
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto scorer = model.make()->scorer();
    std::vector<T> out;
    CHECK(!scorer.is_fitted());
    CHECK_THROWS_AS(rec::recommend(scorer, user_index(0)), tailor::not_fitted_error);
    CHECK_THROWS_AS(scorer.history(user_index(0)), tailor::not_fitted_error);
    CHECK_THROWS_AS(scorer.score(user_index(0), span<T>(out)), tailor::not_fitted_error);
    CHECK_THROWS_AS(scorer.score(data::row_view<T>{}, span<T>(out)), tailor::not_fitted_error);
  }
}

TEST_CASE_TEMPLATE("every model that was saved and loaded says the same to the bit", T, float, double) {
  const auto data = support::random_ratings<T>(30, 20, 0.3, 29);
  const auto same = [](const rec::explanation<T>& a, const rec::explanation<T>& b) {
    return a.score == b.score && a.base == b.base && a.reasons_are == b.reasons_are &&
           std::equal(a.reasons.begin(), a.reasons.end(), b.reasons.begin(), b.reasons.end(),
                      [](const rec::reason<T>& x, const rec::reason<T>& y) {
                        return x.index == y.index && x.similarity == y.similarity && x.value == y.value &&
                               x.contribution == y.contribution;
                      });
  };
  const auto stranger = support::history<T>(20, {{0, T{4}}, {3, T{2}}, {11, T{1}}});
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto asked = model.make();
    if (const auto unfitted = asked->reloaded()) CHECK(!unfitted->scorer().is_fitted());
    asked->fit(data);
    const auto loaded = asked->reloaded();
    if (!loaded) return;  // built without io
    const auto before = asked->scorer(), after = loaded->scorer();
    CHECK(all_scores(after) == all_scores(before));
    CHECK(support::scores(after, stranger.view()) == support::scores(before, stranger.view()));
    std::size_t different = 0;
    for (std::size_t u = 0; u < 30; ++u) {
      if (asked->predicts())
        different +=
            support::predictions(after, user_index(u)) == support::predictions(before, user_index(u)) ? 0U : 1U;
      for (std::size_t i = 0; asked->explains() && i < 20; ++i)
        different +=
            same(after.explain(user_index(u), item_index(i)), before.explain(user_index(u), item_index(i))) ? 0U : 1U;
    }
    CHECK(different == 0);
    loaded->fit(support::peers_csr<T>());  // with the options that it was saved with
    asked->fit(support::peers_csr<T>());
    CHECK(all_scores(loaded->scorer()) == all_scores(asked->scorer()));
  }
}

TEST_CASE_TEMPLATE("every model may be asked from many threads, and its copies are independent of it", T, float,
                   double) {
  const auto data = support::random_ratings<T>(60, 40, 0.3, 28);
  for (const auto& model : every_model<T>()) {
    CAPTURE(model.name);
    const auto asked = model.make();
    asked->fit(data);
    const auto copy = asked->scorer();
    const auto expected = all_scores(copy);
    std::vector<std::vector<std::vector<T>>> answers(4);
    std::vector<std::thread> threads;
    for (auto& answer : answers) threads.emplace_back([&copy, &answer] { answer = all_scores(copy); });
    for (auto& thread : threads) thread.join();
    for (const auto& answer : answers) CHECK(answer == expected);
    asked->fit(support::peers_csr<T>());
    CHECK(all_scores(copy) == expected);
  }
}
