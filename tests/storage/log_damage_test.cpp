// SPDX-License-Identifier: Apache-2.0
#include "log_recovery_fixture.h"
#include "timestamps.h"

#include <doctest/doctest.h>

namespace troupe::storage::test {

TEST_CASE("log: damage beyond the recovery point ends the log there") {
  recovery_fixture x;
  x.checkpoint_at(2);
  x.damage(0, 3);
  x.kill_and_open();
  CHECK(x->end_offset() == 3);
  CHECK(x->segment_base_offsets() == offsets{0});
  CHECK(x.report.bytes_truncated == 9 * batch_bytes());
  CHECK_FALSE(x.fs.exists(x.path(5, ".log")).value());
  CHECK_FALSE(x.fs.exists(x.path(5, ".index")).value());
  CHECK(x.append() == 4);
  x.kill_and_open();
  CHECK(x->end_offset() == 4);
  CHECK(x.report.notes.empty());
}

TEST_CASE("log: damage below the recovery point is fenced, not served") {
  recovery_fixture x;
  x.checkpoint_at(12);
  x.damage(10, 0);
  x.kill_and_open();
  CHECK(mentions(x.report, "offsets 10 to 11 are damaged"));
  CHECK(x->end_offset() == 12);
  CHECK(x.code_at(10) == errc::corrupt_log);
  CHECK(x.read_bases(9) == offsets{9});
  CHECK(x.read_bases(11) == offsets{11});
  CHECK(x.append() == 13);
  // A clean start does not scan, and must not forget.
  x.restart();
  CHECK_FALSE(x.report.scanned);
  CHECK(x.code_at(10) == errc::corrupt_log);
  CHECK(x.read_bases(11) == offsets{11, 12});
  CHECK(find_timestamp(*x, 0, 100).value()->offset == 0);
  // Once its segment has left the log, it is no damage any more.
  REQUIRE(x->delete_records_before(13));
  while (x->segment_count() == 1)
    x.append();
  REQUIRE(x->delete_records_before(x->end_offset()));
  CHECK_FALSE(
      x.fs.exists(std::string{x.directory} + "/damaged-ranges").value());
}

TEST_CASE("log: fenced bytes are never inside a slice") {
  recovery_fixture x;
  x.checkpoint_at(12);
  x.saved->offsets.recovery_point = 10; // the scan begins with segment 5
  x.damage(5, 1);
  x.damage(5, 2);
  x.kill_and_open();
  CHECK(x.read_bases(5) == offsets{5});
  CHECK(x.code_at(6) == errc::corrupt_log);
  CHECK(x.code_at(7) == errc::corrupt_log);
  CHECK(x.read_bases(8) == offsets{8, 9});
  CHECK(x.read_bases(10) == offsets{10, 11});
}

TEST_CASE("log: damage at the end of a synced segment is fenced too") {
  recovery_fixture x;
  x.checkpoint_at(11);
  x.saved->offsets.recovery_point = 10;
  x.damage(5, 4);
  x.kill_and_open();
  CHECK(x->end_offset() == 12);
  CHECK(x.read_bases(5) == offsets{5, 6, 7, 8});
  CHECK(x.code_at(9) == errc::corrupt_log);
  CHECK(x.read_bases(10) == offsets{10, 11});
}

TEST_CASE("log: truncation takes damage at the new end with it") {
  recovery_fixture x;
  x.checkpoint_at(12);
  x.damage(10, 0);
  x.kill_and_open();
  REQUIRE(x->truncate_to(11));
  CHECK(x->end_offset() == 10);
  CHECK(x.append() == 11);
  CHECK(x.read_bases(10) == offsets{10});
}

TEST_CASE("log: a missing segment beyond the recovery point ends the log") {
  recovery_fixture x;
  x.checkpoint_at(4);
  REQUIRE(x.fs.remove(x.path(5, ".log")));
  x.kill_and_open();
  CHECK(x->end_offset() == 5);
  CHECK(x->segment_base_offsets() == offsets{0});
  CHECK(mentions(x.report, "segment 10 does not continue at offset 5"));
}

TEST_CASE("log: a missing segment below the recovery point is fenced") {
  recovery_fixture x;
  x.checkpoint_at(10);
  REQUIRE(x.fs.remove(x.path(5, ".log")));
  x.kill_and_open();
  CHECK(x->end_offset() == 12);
  for (offset_t gone = 5; gone < 10; ++gone)
    CHECK(x.code_at(gone) == errc::corrupt_log);
  CHECK(x.read_bases(0) == offsets{0, 1, 2, 3, 4});
  CHECK(x.read_bases(10) == offsets{10, 11});
}

TEST_CASE("log: known damage ends no log, also without a checkpoint") {
  recovery_fixture x;
  x.checkpoint_at(12);
  x.saved->offsets.recovery_point = 10;
  x.damage(5, 1);
  x.kill_and_open();
  REQUIRE(mentions(x.report, "offsets 6 to 7 are damaged"));
  x.saved.reset();
  x.kill_and_open();
  CHECK(x.report.notes.empty());
  CHECK(x->end_offset() == 12);
  CHECK(x.code_at(6) == errc::corrupt_log);
  CHECK(x.read_bases(7) == offsets{7, 8, 9});
}

} // namespace troupe::storage::test
