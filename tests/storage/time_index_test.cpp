// SPDX-License-Identifier: Apache-2.0
#include "fault_file_system.h"

#include <time_index.h>

#include <doctest/doctest.h>

namespace troupe::storage::test {

namespace {

using entry = time_index::entry;

} // namespace

TEST_CASE("time_index: rows are Kafka's, and only larger timestamps enter") {
  fault_file_system fs;
  time_index x{fs, "/t", 100};
  x.add({258, 103});
  x.add({258, 104});
  x.add({200, 105});
  x.add({259, 106});
  REQUIRE(x.table().write_out());
  std::vector<std::byte> expected(24);
  expected[6] = expected[7 + 12 - 1] = std::byte{1};
  expected[7] = std::byte{2};
  expected[11] = std::byte{3};
  expected[19] = std::byte{3};
  expected[23] = std::byte{6};
  CHECK(fs.content("/t") == expected);
}

TEST_CASE("time_index: finds the last entry at or before a time") {
  fault_file_system fs;
  time_index x{fs, "/t", 0};
  x.add({10, 1});
  x.add({20, 5});
  REQUIRE(x.table().write_out());
  x.add({30, 6});
  REQUIRE(x.prepare());
  CHECK(x.floor(9).value() == std::nullopt);
  CHECK(x.floor(10).value() == entry{10, 1});
  CHECK(x.floor(29).value() == entry{20, 5});
  CHECK(x.floor(99).value() == entry{30, 6});
  REQUIRE(x.truncate_to(6));
  CHECK(x.last() == entry{20, 5});
  REQUIRE(x.truncate_to(1));
  CHECK(x.last() == std::nullopt);
}

TEST_CASE("time_index: a file is taken over with its last entry") {
  fault_file_system fs;
  {
    time_index x{fs, "/t", 50};
    x.add({10, 51});
    x.add({20, 55});
    REQUIRE(x.table().write_out());
  }
  time_index x{fs, "/t", 50};
  REQUIRE(x.attach(read_mode::blocking).value());
  CHECK(x.last() == entry{20, 55});
  x.add({20, 56});
  CHECK(x.table().rows() == 2);
  time_index missing{fs, "/none", 50};
  CHECK_FALSE(missing.attach(read_mode::blocking).value());
}

TEST_CASE("time_index: rows that do not ascend are refused") {
  fault_file_system fs;
  time_index x{fs, "/t", 0};
  auto rows = std::vector<std::byte>(24);
  rows[7] = rows[19] = std::byte{5};
  fs.put("/t", rows);
  REQUIRE(x.attach(read_mode::blocking).value());
  auto done = x.prepare();
  REQUIRE_FALSE(done);
  CHECK(done.error().code == errc::corrupt_log);
  fs.put("/t", std::vector<std::byte>(12, std::byte{0xff}));
  CHECK_FALSE(x.attach(read_mode::blocking).value());
}

} // namespace troupe::storage::test
