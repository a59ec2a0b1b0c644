// SPDX-License-Identifier: BSD-3-Clause
// Expected: optima of closed-form objectives; grids and rounds by hand (27, 9, 3, 1 is the example of Li et al.,
// Hyperband, 2018, table 1, its first bracket); shares of a distribution by its formula.
#include "tailor/evaluation/search.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace eval = tailor::evaluation;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

enum class shape { round, square, flat };
constexpr std::array<std::string_view, 3> enum_names(shape) { return {"round", "square", "flat"}; }
enum class unnamed : unsigned char { a = 3, b = 7 };

struct colour {
  int rgb = 0;
};

struct options {
  std::size_t k = 1;
  double x = 0;
  float y = 0.5f;
  bool on = false;
  shape form = shape::flat;
  unnamed other = unnamed::a;
  std::string name = "none";
  colour paint;
  struct {
    double depth = 9;
  } nested;
};

using space = eval::search_space<options>;
using result = eval::search_result<options>;

space plane() {
  space out;
  out.uniform("x", &options::x, -1, 3).uniform("y", &options::y, 0, 1);
  return out;
}

/// 0 at (1, ¼), below it everywhere else.
double hill(const options& o) { return -std::pow(o.x - 1, 2) - std::pow(static_cast<double>(o.y) - 0.25, 2); }

eval::random_search_options random_options(std::size_t trials, std::uint64_t seed = 0) {
  eval::random_search_options out;
  out.trials = trials;
  out.seed = seed;
  return out;
}

eval::halving_options halving(std::size_t trials, std::size_t factor, double min_resource = 0) {
  eval::halving_options out;
  out.trials = trials;
  out.factor = factor;
  out.min_resource = min_resource;
  return out;
}

std::string text(const eval::trial<options>& one) {
  std::string out;
  for (const auto& [name, value] : one.settings) out += (out.empty() ? "" : " ") + name + "=" + value;
  return out;
}

std::vector<std::string> texts(const result& found) {
  std::vector<std::string> out;
  for (const auto& one : found.trials) out.push_back(text(one));
  return out;
}

std::size_t n_different(const std::vector<std::string>& all) {
  return std::set<std::string>(all.begin(), all.end()).size();
}

std::string failure_of(double score) {
  space one;
  one.choice("k", &options::k, {1, 2});
  return eval::grid_search(one, [&](const options& o) { return o.k == 1 ? 0 : score; }).trials[1].failure;
}

}  // namespace

TEST_CASE("grid_search: every combination, the last dimension changing fastest, and everything else as it was") {
  options start;
  start.y = 7;
  space s(start);
  s.choice("form", &options::form, {shape::square, shape::round}).integer("k", &options::k, 3, 5);
  s.choice("deep", [](options& o, double v) { o.nested.depth = v; }, {1, 2});
  CHECK(s.size() == 12);
  std::size_t calls = 0;
  const result found = eval::grid_search(s, [&](const options& o) {
    CHECK(o.y == 7);
    CHECK(o.x == 0);
    ++calls;
    return static_cast<double>(o.k) * (o.form == shape::round ? 2 : 1) - o.nested.depth;
  });
  CHECK(calls == 12);
  REQUIRE(found.trials.size() == 12);
  const auto all = texts(found);
  CHECK(all[0] == "form=square k=3 deep=1");
  CHECK(all[1] == "form=square k=3 deep=2");
  CHECK(all[2] == "form=square k=4 deep=1");
  CHECK(all[6] == "form=round k=3 deep=1");
  CHECK(all[11] == "form=round k=5 deep=2");
  CHECK(found.best_trial == 10);
  CHECK(found.best_score == 9);
  CHECK(found.best.form == shape::round);
  CHECK(found.best.k == 5);
  CHECK(found.best.nested.depth == 1);
  CHECK(found.trials[10].score == 9);
  CHECK(found.trials[10].resource == 1);
  CHECK_FALSE(found.trials[10].failed());
}

TEST_CASE("grid_search: at equal scores the earliest, and the least when minimising") {
  space s;
  s.integer("k", &options::k, 0, 6);
  const auto far = [](const options& o) { return std::abs(static_cast<double>(o.k) - 3); };
  CHECK(eval::grid_search(s, far).best.k == 0);
  eval::grid_search_options least;
  least.minimise = true;
  CHECK(eval::grid_search(s, far, least).best.k == 3);
}

TEST_CASE("grid_search: points cut a range evenly, by logarithm where it says so, and never a choice") {
  space s;
  s.uniform("x", &options::x, -1, 1);
  eval::grid_search_options five;
  five.points = 5;
  std::vector<double> seen;
  const auto see = [&](const options& o) { return seen.push_back(o.x), 0.0; };
  eval::grid_search(s, see, five);
  CHECK(seen == std::vector<double>{-1, -0.5, 0, 0.5, 1});

  seen.clear();
  space powers;
  powers.log_uniform("x", &options::x, 0.01, 100);
  eval::grid_search(powers, see, five);
  REQUIRE(seen.size() == 5);
  CHECK(seen.front() == 0.01);
  CHECK(seen.back() == 100);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(seen[i] == doctest::Approx(std::pow(10, static_cast<double>(i) - 2)).epsilon(1e-14));

  std::vector<std::size_t> ks;
  const auto see_k = [&](const options& o) { return ks.push_back(o.k), 0.0; };
  space whole;
  whole.integer("k", &options::k, 0, 100);
  eval::grid_search(whole, see_k, five);
  CHECK(ks == std::vector<std::size_t>{0, 25, 50, 75, 100});
  ks.clear();
  space few;
  few.integer("k", &options::k, 4, 6);
  eval::grid_search(few, see_k, five);
  CHECK(ks == std::vector<std::size_t>{4, 5, 6});
  ks.clear();
  space merging;
  merging.log_integer("k", &options::k, 1, 6);  // 1, 6^¼ = 1.57, 2.45, 3.83, 6
  eval::grid_search(merging, see_k, five);
  CHECK(ks == std::vector<std::size_t>{1, 2, 4, 6});
  ks.clear();
  space listed;
  listed.choice("k", &options::k, {9, 8, 7, 6, 5, 4, 3}).uniform("x", &options::x, 2, 2);
  eval::grid_search(listed, see_k, five);
  CHECK(ks == std::vector<std::size_t>{9, 8, 7, 6, 5, 4, 3});
}

TEST_CASE("grid_search: what is continuous needs points, and what is too much is refused before it begins") {
  const auto never = [](const options&) -> double { throw std::logic_error("called"); };
  CHECK_THROWS_WITH_AS(eval::grid_search(plane(), never),
                       "grid_search_options::points: expected at least 2, since x is continuous, found 0",
                       tailor::value_error);
  eval::grid_search_options how;
  how.points = 1;
  CHECK_THROWS_AS(eval::grid_search(plane(), never, how), tailor::value_error);
  how.points = 32;
  CHECK_THROWS_WITH_AS(eval::grid_search(plane(), never, how),
                       "grid_search_options::max_trials: expected at least the 1024 combinations, found 1000",
                       tailor::value_error);
  how.points = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS(eval::grid_search(plane(), never, how), tailor::value_error);
  space huge;
  huge.integer("k", &options::k, 0, std::int64_t{1} << 53);
  CHECK_THROWS_AS(eval::grid_search(huge, never), tailor::value_error);
  how = {};
  how.max_trials = 0;
  space one;
  one.choice("k", &options::k, {1});
  CHECK_THROWS_AS(eval::grid_search(one, never, how), tailor::value_error);
  CHECK_THROWS_AS(eval::grid_search(space(), never), tailor::value_error);
}

TEST_CASE("random_search: comes near a known optimum, in both directions") {
  const result found = eval::random_search(plane(), hill, random_options(500, 1));
  CHECK(found.best.x == doctest::Approx(1).epsilon(0.15));
  CHECK(std::abs(found.best.y - 0.25f) < 0.15f);
  CHECK(found.best_score == hill(found.best));
  auto how = random_options(500, 1);
  how.minimise = true;
  const result worst = eval::random_search(plane(), hill, how);
  CHECK(std::abs(worst.best.x - 1) > 1.9);
  for (const auto& one : worst.trials) CHECK(one.score >= worst.best_score);
}

TEST_CASE(
    "random_search: the same seed gives the same trials, a longer search begins with them, another seed does not") {
  space s = plane();
  s.log_integer("k", &options::k, 1, 1000).choice("form", &options::form, {shape::round, shape::flat});
  const auto run = [&](std::size_t trials, std::uint64_t seed) {
    std::vector<std::vector<double>> out;
    for (const auto& one : eval::random_search(s, hill, random_options(trials, seed)).trials)
      out.push_back({one.options.x, static_cast<double>(one.options.y), static_cast<double>(one.options.k),
                     static_cast<double>(one.options.form), one.score});
    return out;
  };
  const auto ten = run(10, 5), twenty = run(20, 5);
  CHECK(run(10, 5) == ten);
  CHECK(std::equal(ten.begin(), ten.end(), twenty.begin()));
  for (const auto& one : run(20, 6)) CHECK(std::count(twenty.begin(), twenty.end(), one) == 0);
}

TEST_CASE("random_search: no options twice, and a discrete space ends when all were tried") {
  space s;
  s.choice("k", &options::k, {10, 20, 30})
      .log_integer(
          "deep", [](options& o, int v) { o.nested.depth = v; }, 1, 40);
  CHECK(s.size() == 120);
  const auto score = [](const options& o) { return o.nested.depth; };
  const auto most = texts(eval::random_search(s, score, random_options(100)));
  const auto all = texts(eval::random_search(s, score, random_options(100000)));
  CHECK(all.size() == 120);
  CHECK(n_different(all) == 120);
  REQUIRE(most.size() == 100);
  CHECK(std::equal(most.begin(), most.end(), all.begin()));
}

TEST_CASE("random_search: what is left over and too rare to be drawn is tried nevertheless") {
  space s;
  s.log_integer(
       "a", [](options& o, int v) { o.k = static_cast<std::size_t>(v); }, 1, 30)
      .log_integer(
          "b", [](options& o, int v) { o.x = v; }, 1, 30)
      .integer(
          "c", [](options& o, int v) { o.nested.depth = v; }, -1, 1);
  const auto all = texts(eval::random_search(
      s, [](const options& o) { return o.x; }, random_options(5000)));
  CHECK(n_different(all) == 2700);
}

TEST_CASE("search_space: numbers come with the shares that their distribution gives") {
  constexpr std::size_t n = 20000;
  // Within 5 standard deviations.
  const auto near = [](std::size_t count, double p) {
    return std::abs(static_cast<double>(count) - n * p) < 5 * std::sqrt(n * p * (1 - p));
  };
  space s;
  s.uniform("x", &options::x, -2, 6).log_uniform("y", &options::y, 0.001, 10);
  s.integer(
      "k", [](options& o, std::int64_t v) { o.k = static_cast<std::size_t>(v + 3); }, -3, 4);
  s.log_integer(
      "deep", [](options& o, std::int64_t v) { o.nested.depth = static_cast<double>(v); }, 2, 9);
  std::size_t low_x = 0, low_y = 0;
  std::map<std::size_t, std::size_t> ks;
  std::map<double, std::size_t> deeps;
  eval::random_search(
      s,
      [&](const options& o) {
        CHECK_UNARY(o.x >= -2 && o.x < 6 && o.y >= 0.001f && o.y <= 10);
        low_x += o.x < 0;
        low_y += o.y < 0.1f;
        ++ks[o.k];
        ++deeps[o.nested.depth];
        return 0.0;
      },
      random_options(n));
  CHECK(near(low_x, 0.25));
  CHECK(near(low_y, 0.5));
  CHECK(ks.size() == 8);
  for (const auto& [k, count] : ks) CHECK(near(count, 1.0 / 8));
  CHECK(deeps.size() == 8);
  for (const auto& [deep, count] : deeps)
    CHECK(near(count, std::log((deep + 0.5) / (deep - 0.5)) / std::log(9.5 / 1.5)));
}

TEST_CASE("search_space: the ends of the widest ranges are held") {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  space s;
  s.integer(
      "a", [](options& o, std::int64_t v) { o.x = static_cast<double>(v); }, -most, most);
  s.log_integer("k", &options::k, 1, most);
  s.uniform(
      "b", [](options& o, double v) { o.nested.depth = v; }, -1.7e308, 1.7e308);
  s.log_uniform("y", &options::y, 1e-37, 3e38);
  const auto in = [](const options& o) {
    CHECK_UNARY(std::abs(o.x) <= static_cast<double>(most) && o.k >= 1 && o.k <= std::size_t{most});
    CHECK_UNARY(std::isfinite(o.nested.depth) && std::isfinite(o.y));
    return 0.0;
  };
  CHECK(s.size() == std::numeric_limits<std::size_t>::max());
  eval::random_search(s, in, random_options(200));
  eval::grid_search_options three;
  three.points = 3;
  const result found = eval::grid_search(s, in, three);
  REQUIRE(found.trials.size() == 81);
  CHECK(found.trials[0].options.x == -9007199254740992.0);
  CHECK(text(found.trials[40]) ==  // the middle of each: sqrt(2^53) = 94906265.6, sqrt(1e-37 3e38) = sqrt(30)
        "a=0 k=94906266 b=0 y=5.47723");
  CHECK(found.trials[80].options.k == 9007199254740992u);
}

TEST_CASE("search_space: values of every kind have a text") {
  space s;
  s.choice("on", &options::on, {true});
  s.choice("form", &options::form, {shape::square});
  s.choice("other", &options::other, {unnamed::b});
  s.choice("name", &options::name, {"some"});
  s.choice("y", &options::y, {0.25f});
  s.choice("limit", &options::x, {infinity});
  s.choice("paint", &options::paint, {colour{255}}, {"blue"});
  s.choice("both", [](options& o, std::size_t k) { o.k = k; }, std::vector<std::size_t>{4}, {"four"});
  const result found = eval::random_search(s, [](const options& o) { return o.x > 1e300 ? 1.0 : 0.0; });
  REQUIRE(found.trials.size() == 1);
  CHECK(text(found.trials[0]) == "on=true form=square other=7 name=some y=0.25 limit=infinity paint=blue both=four");
  CHECK(found.best.on);
  CHECK(found.best.other == unnamed::b);
  CHECK(found.best.name == "some");
  CHECK(found.best.paint.rgb == 255);
  CHECK(found.best.k == 4);
  CHECK(found.best_score == 1);
}

TEST_CASE("search_space: bad dimensions are refused and leave it as it was") {
  space s;
  s.choice("k", &options::k, {1, 2});
  const auto ignore = [](options&, double) {};
  CHECK_THROWS_WITH_AS(s.choice("k", &options::k, {3}), "search_space: name: expected each name once, found k twice",
                       tailor::value_error);
  CHECK_THROWS_AS(s.uniform("k", ignore, 0, 1), tailor::value_error);
  CHECK_THROWS_AS(s.uniform("", ignore, 0, 1), tailor::value_error);
  CHECK_THROWS_WITH_AS(s.choice("form", &options::form, {}),
                       "search_space: form: expected at least one value, found none", tailor::value_error);
  CHECK_THROWS_AS(s.choice("v", ignore, std::vector<double>{}), tailor::value_error);
  CHECK_THROWS_WITH_AS(s.choice("form", &options::form, {shape::flat, shape::round, shape::flat}),
                       "search_space: form: expected no value twice, found flat", tailor::value_error);
  CHECK_THROWS_AS(s.choice("x", &options::x, {1, not_a_number}), tailor::value_error);
  CHECK_THROWS_WITH_AS(s.choice("paint", &options::paint, {colour{}, colour{}}),
                       "search_space: paint: labels: expected one for each of 2 values, found 0", tailor::value_error);
  CHECK_THROWS_AS(s.choice("paint", &options::paint, {colour{}, colour{}}, {"a", "a"}), tailor::value_error);
  CHECK_THROWS_AS(s.choice("v", ignore, {1, 2}, {"one"}), tailor::value_error);
  CHECK_THROWS_WITH_AS(s.uniform("x", &options::x, 2, 1),
                       "search_space: x: high: expected at least low, which is 2, found 1", tailor::value_error);
  for (const double bad : {not_a_number, infinity, -infinity}) {
    CHECK_THROWS_AS(s.uniform("v", ignore, bad, 1), tailor::value_error);
    CHECK_THROWS_AS(s.uniform("v", ignore, 0, bad), tailor::value_error);
    CHECK_THROWS_AS(s.log_uniform("v", ignore, 1, bad), tailor::value_error);
  }
  for (const double bad : {0.0, -1.0, not_a_number})
    CHECK_THROWS_AS(s.log_uniform("v", ignore, bad, 1), tailor::value_error);
  CHECK_THROWS_AS(s.uniform("y", &options::y, 0, 1e39), tailor::value_error);  // no float
  CHECK_THROWS_AS(s.integer("i", &options::k, -1, 3), tailor::value_error);    // no std::size_t
  CHECK_THROWS_AS(s.integer("i", ignore, 4, 3), tailor::value_error);
  CHECK_THROWS_AS(s.log_integer("i", ignore, 0, 3), tailor::value_error);
  CHECK_THROWS_AS(s.integer("i", ignore, 0, std::numeric_limits<std::int64_t>::max()), tailor::value_error);
  CHECK_THROWS_AS(s.integer("i", ignore, std::numeric_limits<std::int64_t>::min(), 0), tailor::value_error);
  CHECK(s.dimensions().size() == 1);
  CHECK(s.size() == 2);
}

TEST_CASE("random_search: stops after trials in a row without an improvement of more than min_delta") {
  // Scores 0, 1, 1, 1.5, 1.5, 1.5, …: without a min_delta the last improvement is trial 3, with .6 it is trial 1.
  const std::vector<double> scores{0, 1, 1, 1.5};
  const auto trials = [&](std::size_t patience, double min_delta, bool minimise) {
    std::size_t calls = 0;
    auto how = random_options(50);
    how.patience = patience;
    how.min_delta = min_delta;
    how.minimise = minimise;
    const auto score = [&](const options&) {
      return scores[(std::min)(calls++, scores.size() - 1)] * (minimise ? -1 : 1);
    };
    const result found = eval::random_search(plane(), score, how);
    CHECK(calls == found.trials.size());
    CHECK(found.best_trial == (found.trials.size() > 3 ? 3 : 1));
    return calls;
  };
  for (const bool minimise : {false, true}) {
    CHECK(trials(0, 0, minimise) == 50);
    CHECK(trials(1, 0, minimise) == 3);
    CHECK(trials(4, 0, minimise) == 8);
    CHECK(trials(4, 0.6, minimise) == 6);
    CHECK(trials(4, 0.5, minimise) == 6);
    CHECK(trials(4, 0.4, minimise) == 8);
  }
}

TEST_CASE("random_search: a trial that does not converge, or has no finite score, has failed, and the search goes on") {
  const result found = eval::random_search(
      plane(),
      [](const options& o) {
        if (o.x < 0) throw tailor::convergence_error("diverged");
        return o.x > 2 ? not_a_number : o.x;
      },
      random_options(100));
  CHECK(found.trials.size() == 100);
  std::size_t failed = 0;
  for (const auto& one : found.trials) {
    CHECK(one.failed() == (one.options.x < 0 || one.options.x > 2));
    CHECK(std::isnan(one.score) == one.failed());
    if (one.failed())
      CHECK(one.failure == (one.options.x < 0 ? "diverged" : "score: expected a finite number, found NaN"));
    failed += one.failed();
  }
  CHECK(failed > 20);
  CHECK(found.best_score <= 2);
  CHECK(found.best_score > 1.8);
  CHECK(failure_of(infinity) == "score: expected a finite number, found infinity");
  CHECK(failure_of(-infinity) == "score: expected a finite number, found -infinity");
  CHECK(failure_of(1e308).empty());
}

TEST_CASE("searches: when every trial failed there is nothing to return") {
  const auto never = [](const options&) -> double { throw tailor::convergence_error("diverged"); };
  CHECK_THROWS_WITH_AS(eval::random_search(plane(), never, random_options(4)),
                       "random_search: expected a trial with a score, found 4 that failed, the first with \"diverged\"",
                       tailor::convergence_error);
  CHECK_THROWS_AS(eval::successive_halving(plane(), [](const options&, double) { return not_a_number; }),
                  tailor::convergence_error);
}

TEST_CASE("searches: another error goes through, with the trial that it came from where it is about values") {
  space s;
  s.choice("k", &options::k, {1, 2, 3}).choice("form", &options::form, {shape::round});
  const auto refuse = [](const options& o) -> double {
    if (o.k == 2) throw tailor::value_error("k: too even");
    return 0;
  };
  CHECK_THROWS_WITH_AS(eval::grid_search(s, refuse), "k: too even (grid_search, trial 1: k = 2, form = round)",
                       tailor::value_error);
  CHECK_THROWS_WITH_AS(eval::grid_search(s, [](const options&) -> double { throw tailor::shape_error("m"); }),
                       "m (grid_search, trial 0: k = 1, form = round)", tailor::shape_error);
  CHECK_THROWS_WITH_AS(eval::grid_search(s, [](const options&) -> double { throw std::out_of_range("far"); }), "far",
                       std::out_of_range);
}

TEST_CASE("successive_halving: 27 trials on 1/27, the best 9 on 1/9, 3 on 1/3, 1 on all") {
  std::vector<double> resources;
  const result found = eval::successive_halving(
      plane(),
      [&](const options& o, double resource) {
        resources.push_back(resource);
        return hill(o) * resource;
      },
      halving(27, 3));
  std::vector<double> expected(27, 1.0 / 27);
  expected.insert(expected.end(), 9, 1.0 / 9);
  expected.insert(expected.end(), 3, 1.0 / 3);
  expected.push_back(1);
  CHECK(resources == expected);
  REQUIRE(found.trials.size() == 40);
  // Without noise the best of the first round wins; each round holds the best of the one before, best first.
  const auto hill_at = [&](std::size_t t) { return hill(found.trials[t].options); };
  std::vector<double> first;
  for (std::size_t t = 0; t < 27; ++t) {
    CHECK(found.trials[t].resource == expected[t]);
    first.push_back(hill_at(t));
  }
  std::sort(first.rbegin(), first.rend());
  for (std::size_t i = 0; i < 9; ++i) CHECK(hill_at(27 + i) == first[i]);
  for (std::size_t i = 0; i < 3; ++i) CHECK(hill_at(36 + i) == first[i]);
  CHECK(found.best_trial == 39);
  CHECK(hill(found.best) == first[0]);
  CHECK(found.best_score == found.trials[39].score);
  // The trials are those of a random search.
  const result random = eval::random_search(plane(), hill, random_options(27));
  for (std::size_t t = 0; t < 27; ++t) CHECK(random.trials[t].options.x == found.trials[t].options.x);
}

TEST_CASE("successive_halving: other rounds by hand") {
  const auto rounds = [](space s, const eval::halving_options& how) {
    std::map<double, std::size_t> count;
    eval::successive_halving(
        s, [&](const options&, double resource) { return ++count[resource], 1.0; }, how);
    return count;
  };
  using counts = std::map<double, std::size_t>;
  CHECK(rounds(plane(), halving(1, 3)) == counts{{1, 1}});
  CHECK(rounds(plane(), halving(2, 3)) == counts{{1, 2}});
  CHECK(rounds(plane(), halving(10, 2)) == counts{{0.125, 10}, {0.25, 5}, {0.5, 2}, {1, 1}});
  CHECK(rounds(plane(), halving(27, 3, 1.0 / 9)) == counts{{1.0 / 9, 27}, {1.0 / 3, 9}, {1, 3}});
  CHECK(rounds(plane(), halving(27, 3, 0.112)) == counts{{1.0 / 3, 27}, {1, 9}});
  CHECK(rounds(plane(), halving(27, 3, 1)) == counts{{1, 27}});
  CHECK(rounds(plane(), halving(5, std::numeric_limits<std::size_t>::max())) == counts{{1, 5}});
  space four;
  four.choice("k", &options::k, {1, 2, 3, 4});
  CHECK(rounds(four, halving(27, 3)) == counts{{1.0 / 3, 4}, {1, 1}});
}

TEST_CASE("successive_halving: failed trials do not go on, and the best is of the last round that has a score") {
  space s;
  s.integer("k", &options::k, 0, 8);
  const auto only = [](std::size_t good, double most) {
    return [=](const options& o, double resource) {
      if (o.k < good && resource <= most) return 10 - static_cast<double>(o.k) - 5 * resource;
      throw tailor::convergence_error("diverged");
    };
  };
  const result two = eval::successive_halving(s, only(2, 1), halving(9, 3));
  CHECK(two.trials.size() == 9 + 2 + 1);
  CHECK(two.best.k == 0);
  CHECK(two.best_score == 5);
  const result early = eval::successive_halving(s, only(9, 0.5), halving(9, 3));
  CHECK(early.trials.size() == 9 + 3 + 1);
  CHECK(early.best.k == 0);
  CHECK(early.trials[early.best_trial].resource == 1.0 / 3);
}

TEST_CASE("searches: bad options") {
  const auto never = [](const options&) -> double { throw std::logic_error("called"); };
  const auto never_on = [](const options&, double) -> double { throw std::logic_error("called"); };
  CHECK_THROWS_AS(eval::random_search(plane(), never, random_options(0)), tailor::value_error);
  CHECK_THROWS_AS(eval::random_search(space(), never), tailor::value_error);
  for (const double bad : {-1.0, not_a_number, infinity}) {
    auto how = random_options(3);
    how.min_delta = bad;
    CHECK_THROWS_AS(eval::random_search(plane(), never, how), tailor::value_error);
  }
  CHECK_THROWS_AS(eval::successive_halving(space(), never_on), tailor::value_error);
  CHECK_THROWS_AS(eval::successive_halving(plane(), never_on, halving(0, 3)), tailor::value_error);
  CHECK_THROWS_AS(eval::successive_halving(plane(), never_on, halving(1000001, 3)), tailor::value_error);
  CHECK_THROWS_AS(eval::successive_halving(plane(), never_on, halving(27, 1)), tailor::value_error);
  for (const double bad : {-0.1, 1.1, not_a_number})
    CHECK_THROWS_AS(eval::successive_halving(plane(), never_on, halving(27, 3, bad)), tailor::value_error);
}

TEST_CASE("searches: progress goes from 0 to all, also when it ends early, and can stop") {
  std::vector<std::size_t> done;
  std::size_t total = 0;
  std::size_t stop_at = 1000;
  tailor::run_options run;
  run.progress = [&](const tailor::progress_report& report) {
    done.push_back(report.done);
    total = report.total;
    CHECK(report.task == "random_search");
    return report.done != stop_at;
  };
  auto how = random_options(5);
  eval::random_search(plane(), hill, how, run);
  CHECK(done == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
  CHECK(total == 5);
  done.clear();
  how.patience = 2;
  eval::random_search(
      plane(), [](const options&) { return 1.0; }, how, run);
  CHECK(done == std::vector<std::size_t>{0, 1, 2, 3, 5});
  for (stop_at = 0; stop_at <= 2; ++stop_at) {
    std::size_t calls = 0;
    CHECK_THROWS_AS(eval::random_search(
                        plane(), [&](const options&) { return static_cast<double>(++calls); }, how, run),
                    tailor::cancelled_error);
    CHECK(calls == stop_at);
  }
}
