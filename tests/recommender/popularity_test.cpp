// SPDX-License-Identifier: BSD-3-Clause
// Expected: counts by hand.
#include "tailor/recommender/popularity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tailor/recommender/recommend.hpp>
#include <vector>

#include "support/names.hpp"
#include "support/ratings.hpp"

namespace {

namespace rec = tailor::recommender;
namespace data = tailor::data;
using tailor::user_index;
using model = rec::basic_popularity<double>;
using count = rec::popularity_options::count;
using numbers = std::vector<double>;

constexpr std::int64_t day = 86400;

/// Items: 0 tea, 1 cake, 2 milk, 3 jam. Values are units.
data::interactions shop() {
  data::interactions log;
  log.add("anna", "tea", 1, 0 * day);
  log.add("anna", "tea", 5, 1 * day);
  log.add("ben", "tea", 1, 2 * day);
  log.add("ben", "cake", 2, 8 * day);
  log.add("cleo", "milk", 3, 9 * day);
  log.add("cleo", "cake", 1, 10 * day);
  log.add("anna", "jam", -1, 10 * day);
  return log;
}

rec::popularity_options options(count counted, double window, double half_life) {
  rec::popularity_options out;
  out.counted = counted;
  if (window > 0) out.window = window;
  if (half_life > 0) out.half_life = half_life;
  return out;
}

numbers counts(const rec::popularity_options& how) { return model(how).fit(shop()).counts(); }

}  // namespace

TEST_CASE("popularity: of all time, every event counts one, or what it is worth") {
  CHECK(counts({}) == numbers{3, 2, 1, 1});
  CHECK(counts(options(count::values, 0, 0)) == numbers{7, 3, 3, -1});
}

TEST_CASE("popularity: a window counts what is as old as it or younger than it, from the last event back") {
  CHECK(counts(options(count::events, 2 * day, 0)) == numbers{0, 2, 1, 1});
  CHECK(counts(options(count::events, 2 * day - 1, 0)) == numbers{0, 1, 1, 1});
  CHECK(counts(options(count::values, 8 * day, 0)) == numbers{1, 3, 3, -1});
  CHECK(counts(options(count::events, 10 * day, 0)) == numbers{3, 2, 1, 1});
  CHECK(counts(options(count::events, 1e-9, 0)) == numbers{0, 1, 0, 1});
}

TEST_CASE("popularity: an event counts half after a half-life, together with a window or not") {
  const auto half = [](double days) { return std::pow(0.5, days / 2); };
  const numbers all = counts(options(count::events, 0, 2 * day));
  CHECK(all[0] == doctest::Approx(half(10) + half(9) + half(8)).epsilon(1e-14));
  CHECK(all[1] == doctest::Approx(half(2) + 1).epsilon(1e-14));
  CHECK(all[2] == doctest::Approx(half(1)).epsilon(1e-14));
  CHECK(all[3] == 1);
  const numbers recent = counts(options(count::values, 9 * day, 2 * day));
  CHECK(recent[0] == doctest::Approx(5 * half(9) + half(8)).epsilon(1e-14));
  CHECK(recent[1] == doctest::Approx(2 * half(2) + 1).epsilon(1e-14));
}

TEST_CASE("popularity: everybody has the same scores, an item of no count has none, and what was seen is hidden") {
  model windowed(options(count::values, 9 * day, 0));
  windowed.fit(shop());
  const auto anna = support::scores(windowed, user_index(0));
  CHECK(anna[0] == 6);
  CHECK(anna[1] == 3);
  CHECK(support::is_unscored(anna[3]));  // −1 jam
  CHECK(support::scores(windowed, user_index(2)) == anna);
  CHECK(support::scores(windowed, data::row_view<double>{}) == anna);
  const auto picks = rec::recommend(windowed, user_index(1));  // has tea and cake
  REQUIRE(picks.size() == 1);
  CHECK(picks[0].item.value() == 2);
  const auto of_nobody = rec::recommend(windowed, data::row_view<double>{});
  REQUIRE(of_nobody.size() == 3);
  CHECK(of_nobody[0].item.value() == 0);
  CHECK(of_nobody[1].item.value() == 1);  // a tie with milk
}

TEST_CASE("popularity: in a matrix every stored cell counts, also one that holds 0") {
  const data::csr_matrix<float> matrix(2, 3, {0, 2, 4}, {0, 1, 0, 2}, {5, 0, 2, 1});
  CHECK(rec::popularity().fit(matrix).counts() == std::vector<float>{2, 1, 1});
  CHECK(rec::popularity(options(count::values, 0, 0)).fit(matrix).counts() == std::vector<float>{7, 0, 1});
}

TEST_CASE("popularity: a log without times counts as one of a single moment, unless times are asked for") {
  data::interactions log;
  log.add("anna", "tea");
  log.add("anna", "tea");
  CHECK(model().fit(log).counts() == numbers{2});
  for (const auto& how : {options(count::events, day, 0), options(count::events, 0, day)}) {
    CHECK_THROWS_WITH_AS(model(how).fit(log),
                         "popularity::fit: expected a log with times, for a window or a half-life, found one without",
                         tailor::value_error);
    CHECK_THROWS_WITH_AS(model(how).fit(support::peers_csr<double>()),
                         "popularity::fit: expected a log with times, for a window or a half-life, found a matrix",
                         tailor::value_error);
  }
}

TEST_CASE("popularity: times from the beginning to the end of time do not overflow") {
  data::interactions log;
  log.add("anna", "tea", 1, std::numeric_limits<std::int64_t>::min());
  log.add("anna", "cake", 1, std::numeric_limits<std::int64_t>::max());
  CHECK(model(options(count::events, day, 0)).fit(log).counts() == numbers{0, 1});
  CHECK(model(options(count::events, 0, day)).fit(log).counts() == numbers{0, 1});
  CHECK(model().fit(log).counts() == numbers{1, 1});
}

TEST_CASE("popularity: a window or a half-life that is not above 0 is refused") {
  for (const double bad : {0.0, -1.0, support::nan, -support::infinity}) {
    rec::popularity_options window, half_life;
    window.window = bad;
    half_life.half_life = bad;
    CHECK_THROWS_AS(model{window}, tailor::value_error);
    CHECK_THROWS_AS(model{half_life}, tailor::value_error);
  }
}

TEST_CASE("popularity: options name all their fields, and what is counted its names") {
  CHECK(support::names_of(rec::popularity_options{}) == std::vector<std::string>{"counted", "window", "half_life"});
  CHECK(enum_names(count::values)[static_cast<std::size_t>(count::values)] == "values");
}
