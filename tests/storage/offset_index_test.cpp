// SPDX-License-Identifier: Apache-2.0
#include "fault_file_system.h"

#include <offset_index.h>

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

using entry = offset_index::entry;

std::vector<std::byte> raw(std::initializer_list<int> x) {
  std::vector<std::byte> bytes;
  for (auto each : x)
    bytes.push_back(static_cast<std::byte>(each));
  return bytes;
}

offset_index three_entries(fault_file_system& fs) {
  offset_index x{fs, "/i", 1000};
  x.add(1004, 100);
  x.add(1009, 300);
  x.add(1020, 700);
  return x;
}

} // namespace

TEST_CASE("offset_index: rows are Kafka's, big-endian and relative") {
  fault_file_system fs;
  auto x = three_entries(fs);
  REQUIRE(x.table().write_out());
  CHECK(fs.content("/i") == raw({0, 0, 0, 4,  0, 0, 0, 100, 0, 0, 0, 9,
                                 0, 0, 1, 44, 0, 0, 0, 20,  0, 0, 2, 188}));
}

TEST_CASE("offset_index: finds neighbours in memory and on disk") {
  fault_file_system fs;
  auto x = three_entries(fs);
  for (auto written : {false, true}) {
    CAPTURE(written);
    if (written)
      REQUIRE(x.table().write_out());
    REQUIRE(x.prepare(1000));
    CHECK(x.floor(1003) == std::nullopt);
    CHECK(x.floor(1004) == entry{1004, 100});
    CHECK(x.floor(5000) == entry{1020, 700});
    CHECK(x.ceiling(1005) == entry{1009, 300});
    CHECK(x.ceiling(1009) == entry{1009, 300});
    CHECK(x.ceiling(1021) == std::nullopt);
    CHECK(x.floor_position(99) == std::nullopt);
    CHECK(x.floor_position(300) == entry{1009, 300});
    CHECK(x.above_position(300) == entry{1020, 700});
    CHECK(x.above_position(700) == std::nullopt);
    CHECK(x.last().value() == entry{1020, 700});
  }
}

TEST_CASE("offset_index: rows on disk and rows in memory are one table") {
  fault_file_system fs;
  auto x = three_entries(fs);
  REQUIRE(x.table().write_out());
  x.add(1030, 900);
  REQUIRE(x.prepare(1000));
  CHECK(x.table().rows() == 4);
  CHECK(x.at(2) == entry{1020, 700});
  CHECK(x.at(3) == entry{1030, 900});
  REQUIRE(x.table().write_out());
  CHECK(fs.content("/i").size() == 32);
  REQUIRE(x.prepare(1000));
  x.truncate_to(1020);
  REQUIRE(x.table().write_out());
  CHECK(fs.content("/i").size() == 16);
}

TEST_CASE("offset_index: of each stretch the last position is known") {
  fault_file_system fs;
  offset_index x{fs, "/i", 0};
  x.reset();
  using positions = std::vector<uint64_t>;
  CHECK(x.positions_between(0, 1000, 100) == positions{});
  for (int i = 0; i < 40; ++i)
    x.add(i, static_cast<uint64_t>(i) * 30);
  REQUIRE(x.table().write_out());
  for (int i = 40; i < 100; ++i)
    x.add(i, static_cast<uint64_t>(i) * 30);
  REQUIRE(x.prepare(3000));
  CHECK(x.positions_between(0, 300, 100) == positions{90, 180, 300});
  CHECK(x.positions_between(0, 250, 100) == positions{90, 180, 240});
  CHECK(x.positions_between(1190, 1260, 30) == positions{1200, 1230, 1260});
  CHECK(x.positions_between(30, 60, 1) == positions{60});
  CHECK(x.positions_between(2970, 5000, 100) == positions{});
  CHECK(x.positions_between(0, 3000, 3000) == positions{2970});
  CHECK(x.positions_between(60, 60, 10) == positions{});
}

TEST_CASE("offset_index: attach refuses what is missing or cut") {
  fault_file_system fs;
  offset_index x{fs, "/i", 0};
  CHECK_FALSE(x.attach().value());
  fs.put("/i", raw({0, 0, 0, 4, 0, 0, 0}));
  CHECK_FALSE(x.attach().value());
  fs.put("/i", {});
  CHECK(x.attach().value());
  CHECK(x.last().value() == std::nullopt);
}

TEST_CASE("offset_index: prepare refuses rows that cannot be right") {
  fault_file_system fs;
  offset_index x{fs, "/i", 0};
  auto refused = [&](std::vector<std::byte> rows) {
    fs.put("/i", std::move(rows));
    REQUIRE(x.attach().value());
    auto done = x.prepare(50);
    return !done && done.error().code == errc::corrupt_log;
  };
  CHECK(refused(raw({0, 0, 0, 4, 0, 0, 0, 9, 0, 0, 0, 4, 0, 0, 0, 20})));
  CHECK(refused(raw({0, 0, 0, 4, 0, 0, 0, 9, 0, 0, 0, 5, 0, 0, 0, 9})));
  CHECK(refused(raw({0, 0, 0, 4, 0, 0, 0, 50})));
  CHECK(refused(raw({0, 0, 0, 4, 255, 0, 0, 9})));
  CHECK(refused(raw({255, 0, 0, 4, 0, 0, 0, 9})));
  CHECK(refused(std::vector<std::byte>(16)));
  CHECK_FALSE(refused(raw({0, 0, 0, 4, 0, 0, 0, 9, 0, 0, 0, 5, 0, 0, 0, 49})));
}

TEST_CASE("offset_index: rows survive a failed write-out") {
  fault_file_system fs;
  auto x = three_entries(fs);
  fs.set_space(10);
  CHECK_FALSE(x.table().write_out());
  REQUIRE(x.prepare(1000));
  CHECK(x.at(2) == entry{1020, 700});
  fs.set_space(std::nullopt);
  REQUIRE(x.table().write_out());
  CHECK(fs.content("/i").size() == 24);
  CHECK(x.table().unsynced() != nullptr);
}

} // namespace troupe::storage::test
