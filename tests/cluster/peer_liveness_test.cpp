// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/peer_liveness.h>

#include <doctest/doctest.h>

#include <optional>

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

namespace {

/// Looks as often as a link does. When it was lost; nothing: not until `end`.
std::optional<peer_liveness::time>
lost_at(peer_liveness& x, peer_liveness::time from, peer_liveness::time end) {
  for (auto now = from; now <= end; now += 1ms) {
    if (x.lost(now))
      return now;
  }
  return std::nullopt;
}

} // namespace

TEST_CASE("peer liveness: silence loses the peer, any word keeps it") {
  peer_liveness x({200ms, 1000ms}, 0s);
  CHECK_FALSE(lost_at(x, 0ms, 900ms));
  x.heard(900ms);
  CHECK_FALSE(lost_at(x, 900ms, 1900ms));
  static_cast<void>(x.next_heartbeat(1900ms));
  static_cast<void>(x.answered(1, 1900ms));
  CHECK(lost_at(x, 1900ms, 5000ms) == 2901ms);
}

TEST_CASE("peer liveness: who stood still itself gives the peer time") {
  peer_liveness x({200ms, 1000ms}, 0s);
  CHECK_FALSE(lost_at(x, 0ms, 500ms));
  // The answers of four seconds may wait to be read.
  CHECK_FALSE(x.lost(4500ms));
  CHECK(lost_at(x, 4500ms, 9000ms) == 5501ms);
}

TEST_CASE("peer liveness: looks that are a little late change nothing") {
  peer_liveness x({200ms, 1000ms}, 0s);
  CHECK_FALSE(x.lost(600ms));
  CHECK(x.lost(1200ms));
}
