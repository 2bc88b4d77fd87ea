// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/leader_replication.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;

TEST_CASE("leader replication: the high watermark follows the end of the log") {
  leader_replication x{3, 10, 10, false};
  CHECK(x.high_watermark() == 10);
  CHECK(x.appended(12));
  CHECK(x.high_watermark() == 12);
  CHECK_FALSE(x.appended(12));
  CHECK_FALSE(x.synced(12));
  CHECK(x.high_watermark() == 12);
}

TEST_CASE("leader replication: a sync cannot move it beyond the log") {
  leader_replication x{0, 0, 0, false};
  CHECK_FALSE(x.synced(100));
  CHECK(x.high_watermark() == 0);
}

TEST_CASE(
    "leader replication: when syncs count, an append alone moves nothing") {
  leader_replication x{0, 5, 5, true};
  CHECK(x.high_watermark() == 5);
  CHECK_FALSE(x.appended(9));
  CHECK(x.high_watermark() == 5);
  CHECK(x.synced(7));
  CHECK(x.high_watermark() == 7);
  CHECK(x.synced(9));
  CHECK(x.high_watermark() == 9);
}

TEST_CASE("leader replication: what was not synced does not count at first") {
  leader_replication x{0, 9, 5, true};
  CHECK(x.high_watermark() == 5);
  CHECK(x.synced(9));
  CHECK(x.high_watermark() == 9);
  CHECK(leader_replication{0, 9, 5, false}.high_watermark() == 9);
}

TEST_CASE(
    "leader replication: a late report of an older sync changes nothing") {
  leader_replication x{0, 0, 0, true};
  CHECK_FALSE(x.appended(9));
  CHECK(x.synced(9));
  CHECK_FALSE(x.synced(4));
  CHECK(x.high_watermark() == 9);
}

TEST_CASE("leader replication: a sync reported before its append counts then") {
  leader_replication x{0, 0, 0, true};
  CHECK_FALSE(x.synced(6));
  CHECK(x.appended(4));
  CHECK(x.high_watermark() == 4);
  CHECK(x.appended(8));
  CHECK(x.high_watermark() == 6);
}

TEST_CASE("leader replication: epochs are compared exactly") {
  leader_replication x{3, 0, 0, false};
  CHECK(x.check_epoch(-1) == epoch_check::ok);
  CHECK(x.check_epoch(3) == epoch_check::ok);
  CHECK(x.check_epoch(2) == epoch_check::fenced);
  CHECK(x.check_epoch(0) == epoch_check::fenced);
  CHECK(x.check_epoch(-2) == epoch_check::fenced);
  CHECK(x.check_epoch(4) == epoch_check::unknown);
  x.change_epoch(4);
  CHECK(x.epoch() == 4);
  CHECK(x.check_epoch(3) == epoch_check::fenced);
  CHECK(x.check_epoch(4) == epoch_check::ok);
}
