// SPDX-License-Identifier: BSD-3-Clause
// What is expected here comes from the promises in id_map.hpp and from std::unordered_map as a twin.
#include "tailor/data/id_map.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using tailor::data::id_map;
using maybe = std::optional<std::uint32_t>;

template <class F>
std::string complaint(F&& call) {
  try {
    call();
  } catch (const tailor::value_error& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::vector<std::string> all(const id_map& map) { return {map.begin(), map.end()}; }

/// Undoes detail::mix64, to make ids that collide on purpose: the inverses of its two odd factors modulo 2^64.
std::uint64_t unmix64(std::uint64_t h) {
  h = (h ^ (h >> 33)) * 0x9cb4b2f8129337dbu;
  h = (h ^ (h >> 33)) * 0x4f74430c22a54005u;
  return h ^ (h >> 33);
}

}  // namespace

TEST_CASE("id_map: ids get the indices 0, 1, 2 … in the order they come") {
  id_map map;
  CHECK(map.empty());
  CHECK(map.insert("anna") == 0);
  CHECK(map.insert("ben") == 1);
  CHECK(map.insert("anna") == 0);
  CHECK(map.insert("") == 2);
  CHECK(map.size() == 3);
  CHECK(map.find("ben") == maybe(1));
  CHECK(map.find("") == maybe(2));
  CHECK(!map.find("cleo"));
  CHECK(map.contains("anna"));
  CHECK(map.at("ben") == 1);
  CHECK(map[0] == "anna");
  CHECK(map.id(2) == "");
  CHECK(all(map) == std::vector<std::string>{"anna", "ben", ""});
}

TEST_CASE("id_map: an integer is the id that its decimal text spells") {
  id_map map;
  CHECK(map.insert(196) == 0);
  CHECK(map.insert("196") == 0);
  CHECK(map.insert("007") == 1);
  CHECK(map.insert(7) == 2);
  CHECK(map.insert(-7) == 3);
  CHECK(map.insert(0) == 4);
  CHECK(map.insert((std::numeric_limits<std::int64_t>::min)()) == 5);
  CHECK(map.insert((std::numeric_limits<std::uint64_t>::max)()) == 6);
  CHECK(map[5] == "-9223372036854775808");
  CHECK(map[6] == "18446744073709551615");
  CHECK(map.find(std::uint8_t{196}) == maybe(0));
  CHECK(map.at(7L) == 2);
  CHECK(map.contains(-7));
  CHECK(!map.contains(8));
}

TEST_CASE("id_map: bytes are bytes, of any length") {
  id_map map;
  std::vector<std::string> ids;
  for (std::size_t length = 0; length < 40; ++length)
    for (const char fill : {'\0', 'x', '\xff'}) {
      ids.emplace_back(length, fill);
      if (length > 1) ids.back().back() = '1';
      if (length == 0) break;
    }
  for (std::size_t i = 0; i < ids.size(); ++i) CHECK(map.insert(ids[i]) == i);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CHECK(map.find(ids[i]) == maybe(static_cast<std::uint32_t>(i)));
    CHECK(map[i] == ids[i]);
  }
}

TEST_CASE("id_map: agrees with a twin on random ids") {
  std::mt19937 random(1);
  id_map map;
  std::unordered_map<std::string, std::uint32_t> twin;
  for (int i = 0; i < 100000; ++i) {
    std::string id = std::to_string(random() % 30000);
    if (i % 3 == 0) id = "customer-" + std::string(random() % 12, '0') + id;
    const auto [place, fresh] = twin.emplace(id, static_cast<std::uint32_t>(twin.size()));
    REQUIRE(map.find(id) == (fresh ? maybe() : maybe(place->second)));
    REQUIRE(map.insert(id) == place->second);
    REQUIRE(map[place->second] == id);
  }
  CHECK(map.size() == twin.size());
}

TEST_CASE("id_map: what is unknown or out of range is an error that names it") {
  id_map map({"anna", "ben"});
  CHECK(complaint([&] { (void)map.at("cleo"); }) == "id_map: expected one of its 2 ids, found \"cleo\"");
  CHECK(contains(complaint([&] { (void)map.at(42); }), "\"42\""));
  CHECK(complaint([&] { (void)map.at(std::string(1000000, 'x')); }).size() < 200);
  CHECK(contains(complaint([&] { (void)map.id(2); }), "an index below 2, found 2"));
  CHECK_THROWS_AS((void)map[7], tailor::value_error);
  CHECK_THROWS_AS((void)id_map().at("x"), tailor::value_error);
  CHECK_THROWS_AS((void)id_map()[0], tailor::value_error);
  CHECK(!id_map().find("x"));
  CHECK_THROWS_AS(map.reserve(std::size_t{1} << 32), tailor::value_error);
}

TEST_CASE("id_map: there is room for 4294967295 ids and not for one more") {
  CHECK(tailor::data::detail::next_id_index(4294967294u) == 4294967294u);
  CHECK_THROWS_AS((void)tailor::data::detail::next_id_index(4294967295u), tailor::value_error);
}

TEST_CASE("id_map: is made from a list of ids, which must differ") {
  CHECK(all(id_map({"b", "a"})) == std::vector<std::string>{"b", "a"});
  CHECK(all(id_map(std::vector<std::string>{"b", "a"})) == std::vector<std::string>{"b", "a"});
  CHECK(all(id_map(std::vector<std::string_view>{"b"})) == std::vector<std::string>{"b"});
  CHECK(all(id_map(std::vector<int>{5, 3})) == std::vector<std::string>{"5", "3"});
  CHECK(id_map(std::vector<int>{}).empty());
  CHECK(contains(complaint([] { id_map(std::vector<std::string>{"x", "y", "x"}); }), "\"x\" twice"));
  CHECK(contains(complaint([] { id_map(std::vector<int>{3, 3}); }), "\"3\" twice"));
}

TEST_CASE("id_map: is rebuilt from its bytes and offsets, which are checked") {
  id_map map({"anna", "", "ben"});
  CHECK(map.bytes().size() == 7);
  CHECK(map.offsets() == std::vector<std::uint64_t>{4, 4, 7});
  const id_map again(map.bytes(), map.offsets());
  CHECK(again == map);
  CHECK(again.find("ben") == maybe(2));
  CHECK(id_map({}, std::vector<std::uint64_t>{}).empty());
  const auto rebuild = [](std::string_view bytes, std::vector<std::uint64_t> offsets) {
    return complaint([&] { id_map({bytes.begin(), bytes.end()}, std::move(offsets)); });
  };
  CHECK(rebuild("abc", {1, 3}) == "");
  CHECK(contains(rebuild("abc", {1, 2}), "a last one of 3, found 2"));
  CHECK(contains(rebuild("abc", {1, 4}), "a last one of 3"));
  CHECK(contains(rebuild("abc", {2, 1, 3}), "never fall"));
  CHECK(contains(rebuild("abc", {}), "a last one of 3"));
  CHECK(contains(rebuild("", {1}), "a last one of 0"));
  CHECK(contains(rebuild("abc", {0xffffffffffffffffu, 3}), "never fall"));
  CHECK(contains(rebuild("abab", {2, 4}), "\"ab\" twice"));
}

TEST_CASE("id_map: copies are equal and apart, moved-from maps are empty and usable") {
  id_map map({"a", "b"});
  id_map copy = map;
  CHECK(copy == map);
  copy.insert("c");
  CHECK(copy != map);
  CHECK(map.size() == 2);
  CHECK(id_map({"a", "b"}) != id_map({"b", "a"}));
  CHECK(id_map({"ab", "c"}) != id_map({"a", "bc"}));
  id_map moved = std::move(map);
  CHECK(moved.at("b") == 1);
  CHECK(map.empty());  // NOLINT: that is the promise
  CHECK(map.insert("z") == 0);
  static_assert(std::is_nothrow_move_constructible_v<id_map>);
  static_assert(std::is_nothrow_move_assignable_v<id_map>);
  moved.clear();
  CHECK(moved.empty());
  CHECK(!moved.contains("a"));
  CHECK(moved.insert("b") == 0);
  CHECK(moved.begin() != moved.end());
}

TEST_CASE("id_map: a piece of one of its own ids can be inserted") {
  id_map map;
  map.insert("0123456789");
  for (std::size_t i = 0; i < 10; ++i) {
    const std::string expected(map[i].substr(1));
    REQUIRE(map.insert(map[i].substr(1)) == i + 1);
    REQUIRE(map[i + 1] == expected);
  }
  map.insert(std::string(100000, 'y'));
  for (std::size_t n = 99999; n > 99000; --n) {
    const std::uint32_t index = map.insert(map[11].substr(0, n));
    REQUIRE(map[index].size() == n);
  }
  CHECK(map[100] == std::string(99911, 'y'));
}

TEST_CASE("id_map: reserving changes nothing") {
  id_map map({"a"});
  map.reserve(1000, 8000);
  CHECK(map.at("a") == 0);
  const char* const before = map.bytes().data();
  for (int i = 0; i < 900; ++i) map.insert(i);
  CHECK(map.bytes().data() == before);
  map.reserve(0);
  CHECK(map.size() == 901);
}

TEST_CASE("id_map: a million ids that differ little do not cluster, nor do ids made to collide") {
  for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{1024}, std::uint64_t{1000000007}}) {
    id_map map;
    for (std::uint64_t i = 0; i < 200000; ++i) REQUIRE(map.insert(i * step) == i);
  }
  // 20,000 ids of eight bytes with the same lower half of the hash: without another seed each would walk past all
  // before
  id_map map;
  std::vector<std::string> ids;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::uint64_t hash = (i << 32) | 12345;
    std::uint64_t packed = unmix64(hash) ^ (8 * 0x9e3779b97f4a7c15u);
    std::string id(8, '\0');
    for (char& byte : id) {
      byte = static_cast<char>(packed & 0xff);
      packed >>= 8;
    }
    ids.push_back(id);
    REQUIRE((tailor::data::detail::hash_id(id, 0) & 0xffffffffu) == 12345);
    REQUIRE(map.insert(id) == i);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) REQUIRE(map.at(ids[i]) == i);
  CHECK(map == id_map(ids));
}

TEST_CASE("id_map: many at once are the same as one after another") {
  std::mt19937 draw(17);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 1000; ++i) texts.push_back("id " + std::to_string(draw() % 400));
  const std::vector<std::string_view> ids(texts.begin(), texts.end());
  id_map one, many;
  std::vector<std::uint32_t> expected, found(ids.size());
  for (const std::string_view id : ids) expected.push_back(one.insert(id));
  many.insert_many(ids, found.data());
  CHECK(found == expected);
  CHECK(many == one);

  std::vector<std::string_view> asked(ids.begin(), ids.begin() + 200);
  asked.insert(asked.begin() + 70, "nobody");
  std::vector<std::uint32_t> answers(asked.size());
  many.find_many(asked, answers.data());
  for (std::size_t i = 0; i < asked.size(); ++i) CHECK(answers[i] == one.find(asked[i]).value_or(id_map::none));
  id_map empty;
  empty.find_many(asked, answers.data());
  for (const std::uint32_t answer : answers) CHECK(answer == id_map::none);
  many.insert_many({}, nullptr);
  CHECK(many == one);
}
