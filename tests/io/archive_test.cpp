// SPDX-License-Identifier: BSD-3-Clause
// Every kind of thing that an archive takes, in types of the test's own: what is read must be what was written.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <tailor/core/expression.hpp>
#include <tailor/io/model_file.hpp>
#include <variant>
#include <vector>

#include "hostile.hpp"

namespace io = tailor::io;

namespace {

enum class colour { red, green };
constexpr std::array<std::string_view, 2> enum_names(colour) { return {"red", "green"}; }

struct circle {
  static constexpr const char* name = "circle";
};
struct box {
  static constexpr const char* name = "box";
  double width = 1, height = 2;
  template <class A>
  void archive(A& a) {
    a("width", width);
    a("height", height);
  }
  void loaded() const { tailor::require(width > 0, "box::width", "a number above 0", width); }
};

struct point {
  float x = 0;
  std::int64_t y = 0;
  template <class A>
  void archive(A& a) {
    a("x", x);
    a("y", y);
  }
};

struct part {
  std::string label;
  std::vector<double> sizes;
  template <class A>
  void archive(A& a) {
    a("label", label);
    a("sizes", sizes);
  }
};

struct everything {
  static constexpr const char* saved_as = "test.everything";
  bool yes = false;
  std::int32_t low = 0;
  std::uint64_t high = 0;
  float small = 0;
  double large = 0, tiny = 0, endless = 0, none = 0;
  colour shade = colour::red;
  std::string text, bytes, empty = "not";
  std::variant<circle, box> shape;
  std::vector<bool> flags;
  std::vector<std::uint32_t> numbers;
  std::vector<std::string> texts;
  std::vector<point> points;
  std::vector<part> parts;
  std::vector<colour> shades;
  tailor::dense_matrix<float> matrix;
  tailor::dense_vector<double> vector;
  std::shared_ptr<const part> shared, absent = std::make_shared<part>();

  template <class A>
  void archive(A& a) {
    a("yes", yes);
    a("low", low);
    a("high", high);
    a("small", small);
    a("large", large);
    a("tiny", tiny);
    a("endless", endless);
    a("none", none);
    a("shade", shade);
    a("text", text);
    a("bytes", bytes);
    a("empty", empty);
    a("shape", shape);
    a("flags", flags);
    a("numbers", numbers);
    a("texts", texts);
    a("points", points);
    a("parts", parts);
    a("shades", shades);
    a("matrix", matrix);
    a("vector", vector);
    a("shared", shared);
    a("absent", absent);
  }
};

everything sample() {
  everything all;
  all.yes = true;
  all.low = std::numeric_limits<std::int32_t>::min();
  all.high = std::numeric_limits<std::uint64_t>::max();
  all.small = 0.1f;
  all.large = std::numeric_limits<double>::max();
  all.tiny = std::numeric_limits<double>::denorm_min();
  all.endless = -std::numeric_limits<double>::infinity();
  all.none = std::numeric_limits<double>::quiet_NaN();
  all.shade = colour::green;
  all.text = "\"\xc3\xa9\"\\\n";
  all.bytes = std::string("\xff\0\xfe", 3);
  all.empty.clear();
  box b;
  b.width = 3;
  all.shape = b;
  all.flags = {true, false, true, true};
  all.numbers = {1, 2, 4294967295u};
  all.texts = {"", "a", std::string("b\0c", 3), "\xff"};
  all.points = {{1.5f, -1}, {2.5f, 2}, {-0.0f, std::int64_t{1} << 60}};
  all.parts = {{"one", {1, 2}}, {"", {}}};
  all.shades = {colour::green, colour::red};
  all.matrix = {{1, 2, 3}, {4, 5, 6}};
  all.vector = {0.1, 0.2};
  all.shared = std::make_shared<part>(part{"shared", {7}});
  all.absent = nullptr;
  return all;
}

/// What used to be `everything`, and what it is now.
struct old_options {
  static constexpr const char* saved_as = "test.options";
  double rate = 0;
  template <class A>
  void archive(A& a) {
    a("rate", rate);
  }
};
struct new_options {
  static constexpr const char* saved_as = "test.options";
  static constexpr int saved_schema = 2;
  double rate = 0;
  std::string method = "default";
  std::vector<double> weights = {1, 2};
  template <class A>
  void archive(A& a) {
    a("rate", rate);
    a("method", method);
    a("weights", weights);
  }
};

template <class T>
struct scaled {
  static constexpr const char* saved_as = "test.scaled";
  using value_type = T;
  struct options_type {
    double rate = 1;
    template <class A>
    void archive(A& a) {
      a("rate", rate);
    }
  };
  explicit scaled(options_type o = {}) : options_(o) {
    tailor::require(o.rate > 0, "rate", "a number above 0", o.rate);
  }
  const options_type& options() const { return options_; }
  template <class A>
  void archive(A& a) {
    a("options", options_);
  }
  options_type options_;
};

std::string replaced(std::string bytes, const std::string& from, const std::string& to) {
  bytes = hostile::without_checksum(bytes);
  const std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(from.size() == to.size());
  return bytes.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("archive: everything that can be named comes back") {
  const everything all = sample();
  const auto back = io::from_bytes<everything>(io::to_bytes(all));
  CHECK(back.yes);
  CHECK(back.low == all.low);
  CHECK(back.high == all.high);
  CHECK(back.small == all.small);
  CHECK(back.large == all.large);
  CHECK(back.tiny == all.tiny);
  CHECK(back.endless == all.endless);
  CHECK(std::isnan(back.none));
  CHECK(back.shade == colour::green);
  CHECK(back.text == all.text);
  CHECK(back.bytes == all.bytes);
  CHECK(back.empty.empty());
  REQUIRE(std::holds_alternative<box>(back.shape));
  CHECK(std::get<box>(back.shape).width == 3);
  CHECK(back.flags == all.flags);
  CHECK(back.numbers == all.numbers);
  CHECK(back.texts == all.texts);
  REQUIRE(back.points.size() == 3);
  CHECK(back.points[1].x == 2.5f);
  CHECK(std::signbit(back.points[2].x));
  CHECK(back.points[2].y == std::int64_t{1} << 60);
  REQUIRE(back.parts.size() == 2);
  CHECK(back.parts[0].label == "one");
  CHECK(back.parts[0].sizes == std::vector<double>{1, 2});
  CHECK(back.shades == all.shades);
  CHECK(back.matrix == all.matrix);
  CHECK(back.vector == all.vector);
  REQUIRE(back.shared);
  CHECK(back.shared->label == "shared");
  CHECK(!back.absent);
  CHECK(io::to_bytes(back) == io::to_bytes(all));
}

TEST_CASE("archive: a hostile file is refused, or is something that can be saved") { hostile::attack(sample()); }

TEST_CASE("archive: another kind, a newer schema and another scalar are refused by name") {
  const std::string old = io::to_bytes(old_options());
  CHECK_THROWS_WITH_AS(io::from_bytes<everything>(old), "kind: expected test.everything, found test.options",
                       tailor::format_error);
  CHECK_THROWS_WITH_AS(io::from_bytes<old_options>(io::to_bytes(new_options())),
                       "schema: expected at most 1 of test.options, by this version, found 2", tailor::format_error);
  CHECK_THROWS_WITH_AS(io::from_bytes<scaled<double>>(io::to_bytes(scaled<float>())),
                       "kind: expected test.scaled<double>, found test.scaled<float>", tailor::format_error);
  for (const char* schema : {"0", "-", "x"})
    CHECK_THROWS_AS(
        io::from_bytes<old_options>(replaced(old, "\"schema\":\"1\"", "\"schema\":\"" + std::string(schema) + '"')),
        tailor::format_error);
}

TEST_CASE("archive: an older schema keeps loading, with defaults for what is new") {
  old_options old;
  old.rate = 5;
  const auto loaded = io::from_bytes<new_options>(io::to_bytes(old));
  CHECK(loaded.rate == 5);
  CHECK(loaded.method == "default");
  CHECK(loaded.weights == std::vector<double>{1, 2});
  // of the present schema nothing may be missing
  const std::string now = io::to_bytes(new_options());
  CHECK_THROWS_AS(io::from_bytes<new_options>(replaced(now, "\"method\"", "\"methud\"")), tailor::format_error);
  CHECK_THROWS_AS(io::from_bytes<new_options>(replaced(now, "\"weights\"", "\"weighty\"")), tailor::format_error);
}

TEST_CASE("archive: what an object refuses of its options or members is a format error, and nothing changes") {
  scaled<float> model;
  model.options_.rate = 4;
  const std::string bytes = io::to_bytes(model);
  for (const char* rate : {"0", "-", "x", "e", " "}) {
    scaled<float> before;
    before.options_.rate = 9;
    CHECK_THROWS_AS(io::from_bytes(replaced(bytes, "rate\":\"4\"", "rate\":\"" + std::string(rate) + '"'), before),
                    tailor::format_error);
    CHECK(before.options_.rate == 9);
  }
  CHECK_THROWS_WITH_AS(io::from_bytes<scaled<float>>(replaced(bytes, "rate\":\"4\"", "rate\":\"0\"")),
                       "rate: expected a number above 0, found 0", tailor::format_error);
  const std::string all = io::to_bytes(sample());
  CHECK_THROWS_WITH_AS(io::from_bytes<everything>(replaced(all, "width\":\"3\"", "width\":\"0\"")),
                       "box::width: expected a number above 0, found 0", tailor::format_error);
  CHECK_THROWS_WITH_AS(io::from_bytes<everything>(replaced(all, "shade\":\"green\"", "shade\":\"greed\"")),
                       "shade: expected one of red, green, found \"greed\"", tailor::format_error);
  CHECK_THROWS_AS(io::from_bytes<everything>(replaced(all, "\"box\"", "\"fox\"")), tailor::format_error);
  CHECK_THROWS_AS(io::from_bytes<everything>(replaced(all, "\"parts\":\"2\"", "\"parts\":\"3\"")),
                  tailor::format_error);
  CHECK_THROWS_AS(
      io::from_bytes<everything>(replaced(all, "\"F32\",\"shape\":[2,3]", "\"F32\",\"shape\":[3,2]").substr(1)),
      tailor::format_error);
}
