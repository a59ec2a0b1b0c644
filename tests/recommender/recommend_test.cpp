// SPDX-License-Identifier: BSD-3-Clause
// Expected: the promises in recommend.hpp, on a scorer of the test's own (a table of scores, nothing inherited),
// against a full sort where there are many items.
#include "tailor/recommender/recommend.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
using tailor::item_index;
using tailor::span;
using tailor::user_index;
using indices = std::vector<item_index>;
using sizes = std::vector<std::size_t>;

constexpr double none = rec::unscored<double>;

/// Scores as given, a row a user, the same for every history: that of user 0.
template <class T>
struct scoreboard {
  using value_type = T;

  std::vector<std::vector<T>> rows;
  data::csr_matrix<T> seen;

  bool is_fitted() const { return !rows.empty(); }
  std::size_t n_users() const { return rows.size(); }
  std::size_t n_items() const { return rows.empty() ? 0 : rows[0].size(); }
  data::duplicates duplicate_policy() const { return data::duplicates::last; }
  data::row_view<T> history(user_index user) const {
    if (user.at() >= n_users()) throw tailor::value_error("no such user");
    return seen.row(user.at());
  }
  void score(user_index user, span<T> out) const {
    if (user.at() >= n_users()) throw tailor::value_error("no such user");
    std::copy(rows[user.at()].begin(), rows[user.at()].end(), out.begin());
  }
  void score(data::row_view<T>, span<T> out) const { score(user_index(0), out); }
};

/// User 0 saw item 1, the best; items 2 and 5 tie; item 4 has no score.
scoreboard<double> small() {
  return {{{1, 9, 3, -2, none, 3, 0}, {5, 4, 3, 2, 1, 0, -1}}, {2, 7, {0, 1, 1}, {1}, {1.0}}};
}

template <class T>
scoreboard<T> large(std::size_t users, std::size_t items) {
  scoreboard<T> board;
  board.seen = support::random_ratings<T>(users, items, 0.1, 3);
  tailor::random::generator draw(4);
  for (std::size_t u = 0; u < users; ++u) {
    board.rows.emplace_back(items);
    for (T& score : board.rows.back()) {
      score = static_cast<T>(static_cast<int>(draw.uniform() * 300)) - 20;  // many ties
      if (score > 250) score = rec::unscored<T>;
    }
  }
  return board;
}

template <class List>
std::vector<std::uint32_t> items_of(const List& picks) {
  std::vector<std::uint32_t> out;
  for (const auto& pick : picks) out.push_back(pick.item.value());
  return out;
}
using list = std::vector<std::uint32_t>;

rec::recommend_options best(std::size_t n) {
  rec::recommend_options options;
  options.n = n;
  return options;
}

list ask(const rec::recommend_options& options) { return items_of(rec::recommend(small(), user_index(0), options)); }

}  // namespace

TEST_CASE("recommend: the best unseen items come first, ties by the lower index, and what has no score never") {
  const auto picks = rec::recommend(small(), user_index(0));
  CHECK(items_of(picks) == list{2, 5, 0, 6, 3});
  CHECK(picks.requested() == 10);
  CHECK(picks.missing() == 5);
  CHECK(picks.size() == 5);
  CHECK(!picks.empty());
  CHECK(picks.front().item == item_index(2));
  CHECK(picks[4].score == -2);
  CHECK(items_of(rec::recommend(small(), user_index(1))) == list{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("recommend: n cuts the list, and nothing is padded when there are fewer") {
  CHECK(ask(best(1)) == list{2});
  CHECK(ask(best(2)) == list{2, 5});
  CHECK(ask(best(5)) == list{2, 5, 0, 6, 3});
  const auto picks = rec::recommend(small(), user_index(0), best(1000000000000));
  CHECK(picks.size() == 5);
  CHECK(picks.missing() == 1000000000000 - 5);
}

TEST_CASE("recommend: what was seen is shown on request") {
  auto options = best(3);
  options.hide_seen = false;
  CHECK(ask(options) == list{1, 2, 5});
}

TEST_CASE("recommend: blocked items are never picked, seen or not, named twice or not") {
  auto options = best(3);
  options.block = indices{item_index(2), item_index(1), item_index(2)};
  CHECK(ask(options) == list{5, 0, 6});
  options.hide_seen = false;
  CHECK(ask(options) == list{5, 0, 6});
}

TEST_CASE("recommend: an allow list is all there is, an empty one is nothing, and duplicates count once") {
  auto options = best(3);
  options.allow = indices{item_index(3), item_index(5), item_index(3), item_index(1), item_index(4), item_index(5)};
  const auto picks = rec::recommend(small(), user_index(0), options);
  CHECK(items_of(picks) == list{5, 3});  // 1 was seen, 4 has no score
  CHECK(picks.missing() == 1);
  options.block = indices{item_index(5)};
  CHECK(ask(options) == list{3});
  options.block.clear();
  options.hide_seen = false;
  CHECK(ask(options) == list{1, 5, 3});
  options.allow = indices{};
  CHECK(ask(options).empty());
}

TEST_CASE("recommend: keep decides, and is asked about no more items than could still enter the list") {
  auto options = best(2);
  options.keep = [](item_index item) { return item.value() % 2 == 0; };
  CHECK(ask(options) == list{2, 0});
  options.keep = [](item_index) { return false; };
  CHECK(ask(options).empty());
  options.keep = [](item_index item) { return item.value() != 5; };
  options.allow = indices{item_index(0), item_index(5), item_index(6)};
  CHECK(ask(options) == list{0, 6});

  scoreboard<double> falling{{std::vector<double>(100000)}, {1, 100000, {0, 0}, {}, {}}};
  for (std::size_t i = 0; i < falling.rows[0].size(); ++i) falling.rows[0][i] = -static_cast<double>(i);
  std::size_t asked = 0;
  options = best(10);
  options.keep = [&](item_index) { return ++asked > 0; };
  CHECK(rec::recommend(falling, user_index(0), options).size() == 10);
  CHECK(asked < 200);
}

TEST_CASE("recommend: a minimum score is the least that counts") {
  auto options = best(10);
  options.minimum_score = 1;
  const auto picks = rec::recommend(small(), user_index(0), options);
  CHECK(items_of(picks) == list{2, 5, 0});
  CHECK(picks.missing() == 7);
  options.minimum_score = 1.5;
  CHECK(ask(options) == list{2, 5});
  options.minimum_score = 100;
  CHECK(ask(options).empty());
}

TEST_CASE("recommend: scores that are NaN or infinite downwards are left out") {
  const scoreboard<double> board{{{support::nan, 1, -support::infinity, 2}}, {1, 4, {0, 0}, {}, {}}};
  for (const bool with_keep : {false, true}) {
    rec::recommend_options options;
    if (with_keep) options.keep = [](item_index) { return true; };
    CHECK(items_of(rec::recommend(board, user_index(0), options)) == list{3, 1});
  }
}

TEST_CASE("recommend: anybody with a history is served, and what is in it is hidden") {
  const auto history = support::history<double>(7, {{2, 1.0}, {5, 4.0}});
  CHECK(items_of(rec::recommend(small(), history.view(), best(3))) == list{1, 0, 6});
  CHECK(items_of(rec::recommend(small(), data::row_view<double>{}, best(3))) == list{1, 2, 5});
}

TEST_CASE("recommend: bad options, users and histories are refused, and name what is wrong") {
  const auto board = small();
  CHECK_THROWS_WITH_AS(ask(best(0)), "recommend_options::n: expected at least 1, found 0", tailor::value_error);
  auto options = best(1);
  options.minimum_score = support::nan;
  CHECK_THROWS_AS(ask(options), tailor::value_error);
  options = best(1);
  options.block = indices{item_index(7)};
  CHECK_THROWS_WITH_AS(ask(options), "recommend_options::block: expected items below n_items = 7, found 7",
                       tailor::value_error);
  options = best(1);
  options.allow = indices{item_index(0), item_index(70)};
  CHECK_THROWS_WITH_AS(ask(options), "recommend_options::allow: expected items below n_items = 7, found 70",
                       tailor::value_error);
  CHECK_THROWS_AS(rec::recommend(board, user_index(2)), tailor::value_error);
  const std::vector<std::uint32_t> beyond = {8};
  const std::vector<double> value = {1};
  // The scorer above does not look at the history itself.
  CHECK_THROWS_WITH_AS(rec::recommend(board, data::row_view<double>{beyond, value}),
                       "history: expected items below n_items = 7, found 8", tailor::value_error);
  const std::vector<user_index> users = {user_index(0), user_index(9)};
  CHECK_THROWS_AS(rec::recommend(board, span<const user_index>(users)), tailor::value_error);
}

TEST_CASE("recommend: a model that is not fitted says so") {
  const scoreboard<double> empty;
  const std::vector<user_index> nobody;
  CHECK_THROWS_WITH_AS(rec::recommend(empty, user_index(0)),
                       "model: expected to be fitted before it is asked, found no data", tailor::not_fitted_error);
  CHECK_THROWS_AS(rec::recommend(empty, data::row_view<double>{}), tailor::not_fitted_error);
  CHECK_THROWS_AS(rec::recommend(empty, span<const user_index>(nobody)), tailor::not_fitted_error);
  CHECK_THROWS_AS(rec::recommend_all(empty), tailor::not_fitted_error);
}

TEST_CASE_TEMPLATE("recommend: lists are those of a full sort", T, float, double) {
  const auto board = large<T>(20, 500);
  for (const std::size_t n : sizes{1, 7, 100, 600})
    for (std::size_t u = 0; u < board.n_users(); ++u) {
      std::vector<std::pair<T, std::uint32_t>> all;
      const auto seen = board.seen.row(u).columns;
      for (std::uint32_t i = 0; i < board.n_items(); ++i)
        if (!support::is_unscored(board.rows[u][i]) && !std::binary_search(seen.begin(), seen.end(), i))
          all.emplace_back(-board.rows[u][i], i);
      std::sort(all.begin(), all.end());
      if (all.size() > n) all.resize(n);
      const auto picks = rec::recommend(board, user_index(u), best(n));
      bool same = picks.size() == all.size();
      for (std::size_t i = 0; same && i < all.size(); ++i)
        same = picks[i].item.value() == all[i].second && picks[i].score == -all[i].first;
      CHECK(same);
    }
}

TEST_CASE("recommend: many users get what each gets alone, in their order, with the same bits for 1, 2 and 4 threads") {
  const auto board = large<float>(700, 400);  // enough work for threads to start
  auto options = best(5);
  options.block = indices{item_index(3), item_index(44)};
  options.minimum_score = 200;
  std::vector<user_index> users;
  for (std::size_t u = 0; u < 2100; ++u) users.emplace_back((u * 37) % 700);  // each three times
  const auto one = rec::recommend(board, span<const user_index>(users), options, support::threads(1));
  REQUIRE(one.size() == users.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < users.size(); ++i)
    different += one[i] == rec::recommend(board, users[i], options) ? 0U : 1U;
  CHECK(different == 0);
  for (const std::size_t n : sizes{2, 4, 0})
    CHECK(rec::recommend(board, span<const user_index>(users), options, support::threads(n)) == one);
  CHECK(rec::recommend(board, span<const user_index>()).empty());
}

TEST_CASE("recommend_all: every user of the data, in order") {
  const auto board = large<double>(50, 30);
  const auto lists = rec::recommend_all(board, best(4));
  REQUIRE(lists.size() == 50);
  for (std::size_t u = 0; u < 50; ++u) CHECK(lists[u] == rec::recommend(board, user_index(u), best(4)));
}

TEST_CASE("recommend: lists for many users report their progress on the calling thread and can be stopped") {
  const auto board = large<float>(700, 400);
  for (const std::size_t n : sizes{1, 2}) {
    auto run = support::threads(n);
    const auto here = std::this_thread::get_id();
    std::size_t last = 0, total = 0;
    run.progress = [&](const tailor::progress_report& report) {
      CHECK(std::this_thread::get_id() == here);
      CHECK(report.task == "recommend");
      CHECK(report.done > last);
      last = report.done;
      total = report.total;
      return true;
    };
    (void)rec::recommend_all(board, best(3), run);
    CHECK(total == 22);  // blocks of 32 users
    CHECK(last == total);
    run.progress = [](const tailor::progress_report&) { return false; };
    CHECK_THROWS_AS(rec::recommend_all(board, best(3), run), tailor::cancelled_error);
  }
}

TEST_CASE("recommend: what keep throws arrives at the caller, from any thread") {
  const auto board = large<float>(700, 400);
  auto options = best(3);
  options.keep = [](item_index) -> bool { throw std::logic_error("no catalogue"); };
  for (const std::size_t n : sizes{1, 2})
    CHECK_THROWS_AS(rec::recommend_all(board, options, support::threads(n)), std::logic_error);
}

TEST_CASE("recommendation_list: an empty one misses nothing, and lists compare by what they hold") {
  const rec::recommendation_list<item_index, double> nothing;
  CHECK(nothing.empty());
  CHECK(nothing.missing() == 0);
  const rec::recommendation_list<item_index, double> a({{item_index(1), 2.0}}, 3), b({{item_index(1), 2.0}}, 4);
  CHECK(a == a);
  CHECK(a != b);
  CHECK(a[0] == b[0]);
  CHECK(a[0] != rec::recommendation<item_index, double>{item_index(1), 2.5});
}
