// SPDX-License-Identifier: BSD-3-Clause
// The format as its README and its reference implementation have it (huggingface/safetensors): what they refuse is
// refused. Files are read and written by Python's struct, json, zlib and numpy in python_twin.py where there is numpy.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <tailor/io/safetensors.hpp>
#include <vector>

#include "hostile.hpp"

namespace io = tailor::io;
using hostile::file_of;
using hostile::temporary_path;

namespace {

struct record {
  std::uint32_t index;
  float score;
};

void describe(io::tensor_writer& out) {
  static const std::vector<record> records = {{1, 0.5f}, {2, 0.25f}, {7, -1}};
  const std::vector<double> wide = {1, 2, 3, 4, 5, 6};
  const std::vector<std::int64_t> large = {-1, std::int64_t{1} << 62};
  out.set("name", "caf\xc3\xa9 \"quoted\"\n");
  out.set("empty", "");
  out.add("flags", {true, false, true});
  out.add("wide", {2, 3}, wide.data());
  out.add("score", {3}, &records[0].score, sizeof(record));
  out.add("large", {2}, large.data());
  out.add("nothing", {0, 4}, wide.data());
  out.add("scalar", {}, wide.data());
}

io::tensor_view view_of(const std::string& bytes) {
  return io::tensor_view({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::string complaint(const std::string& bytes) {
  try {
    view_of(bytes);
  } catch (const tailor::format_error& fault) {
    return fault.what();
  }
  return "";
}

/// Whether Debian's python3 runs, with numpy.
bool has_numpy() {
  static const bool has = std::system("/usr/bin/python3 -c 'import numpy' > /dev/null 2>&1") == 0;
  return has;
}
int python(const std::string& arguments) {
  return std::system(("/usr/bin/python3 " TAILOR_TESTS_DIR "/io/python_twin.py " + arguments).c_str());
}

}  // namespace

TEST_CASE("safetensors: what is written is read, where it lies") {
  const std::string bytes = io::tensors_to_bytes(describe);
  CHECK(bytes.size() % 8 == 7);  // 8 + header, then 8 · (6 + 2 + 1), 4 · 3 and 3 bytes
  const io::tensor_view file = view_of(bytes);
  file.verify();
  CHECK(file.metadata().at("name") == "caf\xc3\xa9 \"quoted\"\n");
  CHECK(file.metadata().at("empty").empty());
  CHECK(file.tensors().size() == 6);
  CHECK(file.tensor("wide").shape == std::vector<std::size_t>{2, 3});
  CHECK(file.tensor("wide").dtype == "F64");
  CHECK(file.tensor("nothing").shape == std::vector<std::size_t>{0, 4});
  CHECK(file.values<double>("nothing").empty());
  const auto wide = file.values<double>("wide");
  CHECK(std::vector<double>(wide.begin(), wide.end()) == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(reinterpret_cast<const char*>(wide.data()) > bytes.data());
  CHECK(reinterpret_cast<const char*>(wide.data()) < bytes.data() + bytes.size());
  const auto scores = file.values<float>("score");
  CHECK(std::vector<float>(scores.begin(), scores.end()) == std::vector<float>{0.5f, 0.25f, -1});
  CHECK(file.values<bool>("flags")[2]);
  CHECK(file.values<std::int64_t>("large")[1] == std::int64_t{1} << 62);
  CHECK(file.values<double>("scalar").size() == 1);
  CHECK_THROWS_WITH_AS(file.values<float>("wide"), "wide: expected F32, found F64", tailor::format_error);
  CHECK_THROWS_WITH_AS(file.values<float>("none"), "none: expected a tensor of this name, found none",
                       tailor::format_error);
  CHECK(io::tensors_to_bytes([](io::tensor_writer&) {}, false) == file_of("{}      "));
}

TEST_CASE("safetensors: names are given once, in UTF-8") {
  const double x = 1;
  CHECK_THROWS_AS(io::tensors_to_bytes([&](io::tensor_writer& out) {
                    out.add("a", {1}, &x);
                    out.add("a", {1}, &x);
                  }),
                  tailor::value_error);
  CHECK_THROWS_AS(io::tensors_to_bytes([](io::tensor_writer& out) {
                    out.set("a", "");
                    out.set("a", "");
                  }),
                  tailor::value_error);
  CHECK_THROWS_AS(io::tensors_to_bytes([](io::tensor_writer& out) { out.set("a", "\xff"); }), tailor::value_error);
  CHECK_THROWS_AS(io::tensors_to_bytes([&](io::tensor_writer& out) { out.add("\xff", {1}, &x); }), tailor::value_error);
  CHECK_THROWS_AS(io::tensors_to_bytes([&](io::tensor_writer& out) { out.add("__metadata__", {1}, &x); }),
                  tailor::value_error);
}

TEST_CASE("safetensors: a damaged file is told by its checksum, wherever the damage is") {
  const std::string bytes = io::tensors_to_bytes(describe);
  std::string damaged = bytes;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  CHECK_THROWS_AS(view_of(damaged).verify(), tailor::format_error);
  damaged = bytes;
  damaged.replace(damaged.find("caf"), 3, "Caf");
  CHECK_THROWS_AS(view_of(damaged).verify(), tailor::format_error);
  CHECK_NOTHROW(view_of(hostile::without_checksum(bytes)).verify());
}

TEST_CASE("safetensors: what the format does not allow is refused") {
  const auto tensor = [](const std::string& rest) { return "{\"a\":{" + rest + "}}"; };
  const std::string good = "\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]";
  REQUIRE(complaint(file_of(tensor(good), 2)).empty());
  CHECK(complaint(file_of(tensor(good) + "   ", 2)).empty());
  CHECK(complaint(file_of(tensor("\"data_offsets\":[0,2],\"shape\":[2,1],\"dtype\":\"BOOL\""), 2)).empty());

  CHECK(complaint("") == "safetensors: expected at least 8 bytes, found 0");
  CHECK(complaint(std::string("\x03\0\0\0\0\0\0\0{}", 10)) ==
        "safetensors: length of the header: expected at most 2, found 3");
  CHECK(complaint(std::string(8, '\xff') + "{}").find("18446744073709551615") != std::string::npos);
  CHECK(complaint(file_of("")) == "safetensors: header: expected JSON that begins with {, found something else");

  const std::string two63 = "9223372036854775808", two64 = "18446744073709551616", two62 = "4611686018427387904";
  for (const std::string& header :
       {std::string(" {}"),
        std::string("[]"),
        std::string("{"),
        std::string("{}}"),
        std::string("{} x"),
        std::string("{\"a\":1}"),
        std::string("{\"a\":\"b\"}"),
        std::string("{\"a\":null}"),
        std::string("{\"a\":[]}"),
        std::string("{\"a\":{}}"),
        std::string("{\"__metadata__\":{\"a\":1}}"),
        std::string("{\"__metadata__\":[]}"),
        std::string("{\"__metadata__\":{\"a\":{}}}"),
        std::string("{\"__metadata__\":{},\"__metadata__\":{}}"),
        std::string("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"),
        std::string("{\"\xff\":{}}"),
        std::string(100000, '{'),
        "{\"a\":" + std::string(100000, '[') + "}",
        "{/**/}" + std::string(),
        "{" + tensor(good).substr(1, tensor(good).size() - 2) + "," + tensor(good).substr(1),  // twice
        tensor(good + ",\"dtype\":\"U8\""),
        tensor(good + ",\"more\":\"U8\""),
        tensor("\"dtype\":\"U8\""),
        tensor("\"dtype\":\"X8\",\"shape\":[2],\"data_offsets\":[0,2]"),
        tensor("\"dtype\":8,\"shape\":[2],\"data_offsets\":[0,2]"),
        tensor("\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,2]"),
        tensor("\"dtype\":\"U16\",\"shape\":[2],\"data_offsets\":[0,2]"),
        tensor("\"dtype\":\"U8\",\"shape\":[-2],\"data_offsets\":[0,2]"),
        tensor("\"dtype\":\"U8\",\"shape\":[2.0],\"data_offsets\":[0,2]"),
        tensor("\"dtype\":\"U8\",\"shape\":[[2]],\"data_offsets\":[0,2]"),
        tensor("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,0]"),
        tensor("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0]"),
        tensor("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2,4]"),
        tensor("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]"),  // a byte too many
        tensor("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]"),  // a gap
        tensor("\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]"),  // beyond the end
        tensor("\"dtype\":\"U8\",\"shape\":[" + two63 + ",2],\"data_offsets\":[0,0]"),
        tensor("\"dtype\":\"U8\",\"shape\":[" + two62 + ",8],\"data_offsets\":[0,0]"),
        tensor("\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]"),  // 2⁶⁴ bytes
        tensor("\"dtype\":\"U8\",\"shape\":[" + two64 + "],\"data_offsets\":[0,2]"),
        tensor("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0," + two64 + "]"),
        tensor("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[" + two63 + "," + two63 + "]"),
        "{\"a\":{" + good + "},\"b\":{" + good + "}}",  // the same place twice
        "{\"a\":{" + good + "},\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}"}) {
    CAPTURE(header.substr(0, 200));
    CHECK(!complaint(file_of(header, 2)).empty());
  }
}

TEST_CASE("safetensors: numbers at an odd place are refused as numbers and given as bytes") {
  const std::string bytes = file_of("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8);
  alignas(8) char memory[128] = {};
  for (std::size_t shift = 0; shift < 8; ++shift) {
    bytes.copy(memory + shift, bytes.size());
    const io::tensor_view file({reinterpret_cast<const unsigned char*>(memory) + shift, bytes.size()});
    CHECK(file.bytes(file.tensor("a")).size() == 8);
    if ((shift + bytes.size()) % 8 == 0)
      CHECK(file.values<double>("a")[0] == 0);
    else
      CHECK_THROWS_AS(file.values<double>("a"), tailor::format_error);
  }
}

TEST_CASE("safetensors: a file is mapped, and replaced at once") {
  const temporary_path file("file");
  io::save_tensors(file.path(), describe);
  {
    const io::tensor_file old(file.path());
    io::save_tensors(file.path(), [](io::tensor_writer& out) { out.set("other", ""); });
    CHECK(old.view().values<double>("wide")[5] == 6);  // who has it open keeps it
  }
  CHECK(io::tensor_file(file.path()).view().metadata().count("other") == 1);
  CHECK_THROWS_AS(io::save_tensors(file.path(), [](io::tensor_writer& out) { out.set("a", "\xff"); }),
                  tailor::value_error);
  CHECK(io::tensor_file(file.path()).view().metadata().count("other") == 1);
  CHECK_THROWS_AS(io::save_tensors("no_such_folder/file", describe), tailor::data_error);
  CHECK_THROWS_AS(io::save_tensors(".", describe), tailor::data_error);
  CHECK_THROWS_AS(io::tensor_file("no_such_file"), tailor::data_error);
  CHECK_THROWS_AS(io::tensor_file("."), tailor::data_error);
}

TEST_CASE("safetensors: Python reads what is written, and its files are read") {
  if (!has_numpy()) {
    MESSAGE("skipped: no /usr/bin/python3 with numpy");
    return;
  }
  const temporary_path ours("ours"), theirs("theirs");
  io::save_tensors(ours.path(), describe);
  CHECK(python("check " + ours.path()) == 0);
  CHECK(python("write " + theirs.path()) == 0);
  const io::tensor_file file(theirs.path());
  file.view().verify();
  CHECK(file.view().metadata().at("made_by") == "numpy");
  CHECK(file.view().tensor("matrix").shape == std::vector<std::size_t>{3, 2});
  CHECK(file.view().values<float>("matrix")[5] == 5);
  CHECK(file.view().values<std::int64_t>("ids")[0] == -4);
}
