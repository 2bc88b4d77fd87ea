// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/peer_liveness.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace std::chrono_literals;

TEST_CASE("peer liveness: the first heartbeat goes at once, then in steps") {
  peer_liveness x({200ms, 1000ms}, 5s);
  CHECK(x.next_heartbeat(5s) == 1u);
  CHECK_FALSE(x.next_heartbeat(5s + 199ms));
  CHECK(x.next_heartbeat(5s + 200ms) == 2u);
}

TEST_CASE("peer liveness: the round trip of the newest heartbeat is measured") {
  peer_liveness x({200ms, 1000ms}, 0s);
  REQUIRE(x.next_heartbeat(0s) == 1u);
  CHECK(x.answered(1, 3ms) == 3ms);
  CHECK_FALSE(x.answered(1, 4ms));
  REQUIRE(x.next_heartbeat(200ms) == 2u);
  REQUIRE(x.next_heartbeat(400ms) == 3u);
  CHECK_FALSE(x.answered(2, 410ms));
  CHECK(x.answered(3, 420ms) == 20ms);
}

TEST_CASE("peer liveness: silence loses the peer, any word keeps it") {
  peer_liveness x({200ms, 1000ms}, 0s);
  CHECK_FALSE(x.lost(1000ms));
  CHECK(x.lost(1001ms));
  x.heard(900ms);
  CHECK_FALSE(x.lost(1900ms));
  static_cast<void>(x.next_heartbeat(1900ms));
  static_cast<void>(x.answered(1, 1950ms));
  CHECK_FALSE(x.lost(2950ms));
  CHECK(x.lost(2951ms));
}
