// SPDX-License-Identifier: Apache-2.0
#include "fault_file_system.h"

#include <offset_index.h>

#include <doctest/doctest.h>

#include <cerrno>

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
    REQUIRE(x.prepare(1000, read_mode::blocking));
    CHECK(x.floor(1003).value() == std::nullopt);
    CHECK(x.floor(1004).value() == entry{1004, 100});
    CHECK(x.floor(5000).value() == entry{1020, 700});
    CHECK(x.ceiling(1005).value() == entry{1009, 300});
    CHECK(x.ceiling(1009).value() == entry{1009, 300});
    CHECK(x.ceiling(1021).value() == std::nullopt);
    CHECK(x.floor_position(99).value() == std::nullopt);
    CHECK(x.floor_position(300).value() == entry{1009, 300});
    CHECK(x.above_position(300).value() == entry{1020, 700});
    CHECK(x.above_position(700).value() == std::nullopt);
    CHECK(x.last().value() == entry{1020, 700});
  }
}

TEST_CASE("offset_index: rows on disk and rows in memory are one table") {
  fault_file_system fs;
  auto x = three_entries(fs);
  REQUIRE(x.table().write_out());
  x.add(1030, 900);
  REQUIRE(x.prepare(1000, read_mode::blocking));
  CHECK(x.table().rows() == 4);
  CHECK(x.at(2).value() == entry{1020, 700});
  CHECK(x.at(3).value() == entry{1030, 900});
  REQUIRE(x.table().write_out());
  CHECK(fs.content("/i").size() == 32);
  REQUIRE(x.prepare(1000, read_mode::blocking));
  REQUIRE(x.truncate_to(1020));
  REQUIRE(x.table().write_out());
  CHECK(fs.content("/i").size() == 16);
}

TEST_CASE("offset_index: of each stretch the last position is known") {
  fault_file_system fs;
  offset_index x{fs, "/i", 0};
  x.reset();
  using positions = std::vector<uint64_t>;
  CHECK(x.positions_between(0, 1000, 100).value() == positions{});
  for (int i = 0; i < 40; ++i)
    x.add(i, static_cast<uint64_t>(i) * 30);
  REQUIRE(x.table().write_out());
  for (int i = 40; i < 100; ++i)
    x.add(i, static_cast<uint64_t>(i) * 30);
  REQUIRE(x.prepare(3000, read_mode::blocking));
  CHECK(x.positions_between(0, 300, 100).value() == positions{90, 180, 300});
  CHECK(x.positions_between(0, 250, 100).value() == positions{90, 180, 240});
  CHECK(x.positions_between(1190, 1260, 30).value()
        == positions{1200, 1230, 1260});
  CHECK(x.positions_between(30, 60, 1).value() == positions{60});
  CHECK(x.positions_between(2970, 5000, 100).value() == positions{});
  CHECK(x.positions_between(0, 3000, 3000).value() == positions{2970});
  CHECK(x.positions_between(60, 60, 10).value() == positions{});
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
    auto done = x.prepare(50, read_mode::blocking);
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
  REQUIRE(x.prepare(1000, read_mode::blocking));
  CHECK(x.at(2).value() == entry{1020, 700});
  fs.set_space(std::nullopt);
  REQUIRE(x.table().write_out());
  CHECK(fs.content("/i").size() == 24);
  CHECK(x.table().unsynced() != nullptr);
}

namespace {

/// Enough rows for several pages; the last ones wait in memory.
offset_index many_entries(fault_file_system& fs, int written, int waiting) {
  offset_index x{fs, "/i", 0};
  for (int i = 0; i < written; ++i)
    x.add(i * 2 + 1, static_cast<uint64_t>(i) * 10);
  REQUIRE(x.table().write_out());
  for (int i = written; i < written + waiting; ++i)
    x.add(i * 2 + 1, static_cast<uint64_t>(i) * 10);
  return x;
}

} // namespace

TEST_CASE("offset_index: every row of every page is found") {
  fault_file_system fs;
  for (auto written : {511, 512, 513, 1500, 2048}) {
    CAPTURE(written);
    auto x = many_entries(fs, written, 40);
    auto rows = written + 40;
    REQUIRE(x.prepare(1 << 20, read_mode::nowait));
    for (int i = 0; i < rows; ++i) {
      entry expected{i * 2 + 1, static_cast<uint64_t>(i) * 10};
      REQUIRE(x.at(static_cast<size_t>(i)).value() == expected);
      REQUIRE(x.floor(i * 2 + 2).value() == expected);
      REQUIRE(x.ceiling(i * 2).value() == expected);
      REQUIRE(x.floor_position(static_cast<uint64_t>(i) * 10 + 9).value()
              == expected);
    }
    CHECK(x.above_position(static_cast<uint64_t>(rows) * 10).value()
          == std::nullopt);
  }
}

TEST_CASE("offset_index: a look-up reads one page") {
  fault_file_system fs;
  auto x = many_entries(fs, 5000, 0);
  REQUIRE(x.prepare(1 << 20, read_mode::blocking));
  auto before = fs.bytes_read();
  CHECK(x.floor(1000).value() == entry{999, 4990});
  CHECK(x.floor(1010).value() == entry{1009, 5040});
  CHECK(fs.bytes_read() - before == 4096);
}

TEST_CASE(
    "offset_index: rows that are not in memory are named, not waited for") {
  fault_file_system fs;
  auto x = many_entries(fs, 600, 0);
  fs.set_cold(true);
  auto done = x.prepare(1 << 20, read_mode::nowait);
  REQUIRE_FALSE(done);
  CHECK(would_wait(done.error()));
  CHECK(x.table().missing().source->path() == "/i");
  CHECK(x.table().missing().position == 0);
  CHECK(x.table().missing().size == 4800);
  fs.set_cold(false);
  REQUIRE(x.prepare(1 << 20, read_mode::nowait));
  fs.set_cold(true);
  auto found = x.floor(3);
  REQUIRE_FALSE(found);
  CHECK(would_wait(found.error()));
  REQUIRE(x.prepare(1 << 20, read_mode::blocking));
  CHECK(x.floor(3).value() == entry{3, 10});
}

TEST_CASE("offset_index: a disk that fails or a short file is an error") {
  fault_file_system fs;
  auto x = many_entries(fs, 600, 0);
  fs.inject(operation::read, "/i", EIO);
  auto done = x.prepare(1 << 20, read_mode::blocking);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == errc::io);
  REQUIRE(x.prepare(1 << 20, read_mode::blocking));
  fs.inject(operation::read, "/i", EIO);
  auto found = x.floor(3);
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::io);
  fs.put("/i", {});
  x.table().release();
  auto late = x.floor(3);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::corrupt_log);
}

} // namespace troupe::storage::test
