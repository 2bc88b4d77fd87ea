// SPDX-License-Identifier: Apache-2.0
#include "space_reserve.h"

#include <doctest/doctest.h>
#include <tests/storage/fault_file_system.h>

#include <cerrno>
#include <string>

using namespace troupe;
using namespace troupe::actors;
using storage::test::fault_file_system;
using storage::test::operation;

namespace {

/// One data directory.
struct disk {
  fault_file_system fs;

  disk() { REQUIRE(fs.create_directories("/data")); }

  bool held() {
    return fs.exists("/data/" + std::string{space_reserve_name}).value();
  }
};

} // namespace

TEST_CASE("space reserve: a full disk gets its room back once") {
  disk x;
  REQUIRE(hold_space_reserve(x.fs, "/data"));
  REQUIRE(x.held());
  CHECK(x.fs.used_bytes() == space_reserve_bytes);
  CHECK_FALSE(spend_space_reserve(x.fs, "/data").value());
  CHECK(x.held());
  x.fs.set_space(2 * space_reserve_bytes - 1);
  CHECK(spend_space_reserve(x.fs, "/data").value());
  CHECK_FALSE(x.held());
  CHECK(x.fs.used_bytes() == 0);
  CHECK_FALSE(spend_space_reserve(x.fs, "/data").value());
}

TEST_CASE("space reserve: a small or nearly full disk holds nothing back") {
  disk x;
  x.fs.set_space(space_reserve_usable_bytes_min - 1);
  REQUIRE(hold_space_reserve(x.fs, "/data"));
  CHECK_FALSE(x.held());
  x.fs.set_space(space_reserve_usable_bytes_min);
  REQUIRE(hold_space_reserve(x.fs, "/data"));
  CHECK(x.held());
  // It is there already.
  REQUIRE(hold_space_reserve(x.fs, "/data"));
  CHECK(x.fs.used_bytes() == space_reserve_bytes);
}

TEST_CASE("space reserve: half a reserve is none") {
  disk x;
  x.fs.inject(operation::write, space_reserve_name, ENOSPC, 3);
  CHECK_FALSE(hold_space_reserve(x.fs, "/data"));
  CHECK_FALSE(x.held());
  REQUIRE(hold_space_reserve(x.fs, "/data"));
  CHECK(x.held());
}
