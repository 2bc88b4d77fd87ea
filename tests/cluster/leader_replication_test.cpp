// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/epoch_check.h>
#include <troupe/cluster/leader_replication.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;

namespace {

constexpr int64_t lag_max_ms = 1'000;
using nodes = std::vector<node_id>;

/// Node 1 leads in epoch 3.
partition_registration
registration(nodes replicas, nodes isr, int32_t partition_epoch = 7) {
  return {1, 3, std::move(replicas), std::move(isr), partition_epoch};
}

leader_replication
alone(offset_t end, offset_t synced, bool wait_for_sync = false) {
  return {1, wait_for_sync, registration({1}, {1}), {end, synced, 0}, 0};
}

/// A leader of three replicas with ten records, six of which were below the
/// high watermark when it began.
leader_replication of_three(nodes isr = {1, 2, 3}, bool wait_for_sync = false) {
  return {1,
          wait_for_sync,
          registration({2, 1, 3}, std::move(isr)),
          {10, 10, 6},
          0};
}

/// Both followers have everything.
leader_replication in_step() {
  auto x = of_three();
  x.follower_pulled(2, 10, 0);
  x.follower_pulled(3, 10, 0);
  return x;
}

} // namespace

TEST_CASE("leader replication: the high watermark follows the end of the log") {
  auto x = alone(10, 10);
  CHECK(x.high_watermark() == 10);
  CHECK(x.appended(12, 1));
  CHECK(x.high_watermark() == 12);
  CHECK_FALSE(x.appended(12, 1));
  CHECK_FALSE(x.synced(12));
  CHECK(x.high_watermark() == 12);
  CHECK_FALSE(x.has_followers());
  CHECK_FALSE(x.propose(1'000'000, lag_max_ms).has_value());
}

TEST_CASE("leader replication: a sync cannot move it beyond the log") {
  auto x = alone(0, 0);
  CHECK_FALSE(x.synced(100));
  CHECK(x.high_watermark() == 0);
}

TEST_CASE(
    "leader replication: when syncs count, an append alone moves nothing") {
  auto x = alone(5, 5, true);
  CHECK(x.high_watermark() == 5);
  CHECK_FALSE(x.appended(9, 1));
  CHECK(x.high_watermark() == 5);
  CHECK(x.synced(7));
  CHECK(x.high_watermark() == 7);
  CHECK(x.synced(9));
  CHECK(x.high_watermark() == 9);
}

TEST_CASE("leader replication: what was not synced does not count at first") {
  auto x = alone(9, 5, true);
  CHECK(x.high_watermark() == 5);
  CHECK(x.synced(9));
  CHECK(x.high_watermark() == 9);
  CHECK(alone(9, 5).high_watermark() == 9);
}

TEST_CASE(
    "leader replication: a late report of an older sync changes nothing") {
  auto x = alone(0, 0, true);
  CHECK_FALSE(x.appended(9, 1));
  CHECK(x.synced(9));
  CHECK_FALSE(x.synced(4));
  CHECK(x.high_watermark() == 9);
}

TEST_CASE("leader replication: a sync reported before its append counts then") {
  auto x = alone(0, 0, true);
  CHECK_FALSE(x.synced(6));
  CHECK(x.appended(4, 1));
  CHECK(x.high_watermark() == 4);
  CHECK(x.appended(8, 1));
  CHECK(x.high_watermark() == 6);
}

TEST_CASE("leader replication: epochs are compared exactly") {
  CHECK(check_epoch(-1, 3) == epoch_check::ok);
  CHECK(check_epoch(3, 3) == epoch_check::ok);
  CHECK(check_epoch(2, 3) == epoch_check::fenced);
  CHECK(check_epoch(0, 3) == epoch_check::fenced);
  CHECK(check_epoch(-2, 3) == epoch_check::fenced);
  CHECK(check_epoch(4, 3) == epoch_check::unknown);
}

TEST_CASE("leader replication: a new leader waits for every in-sync follower") {
  auto x = of_three();
  CHECK(x.high_watermark() == 6);
  CHECK(x.epoch_start() == 10);
  CHECK_FALSE(x.follower_pulled(2, 10, 1));
  CHECK(x.high_watermark() == 6);
  CHECK(x.follower_pulled(3, 8, 1));
  CHECK(x.high_watermark() == 8);
  CHECK(x.follower_pulled(3, 10, 2));
  CHECK(x.high_watermark() == 10);
}

TEST_CASE("leader replication: it begins not above the end of its own log") {
  leader_replication x{1, false, registration({1, 2}, {1, 2}), {4, 4, 9}, 0};
  CHECK(x.high_watermark() == 4);
}

TEST_CASE("leader replication: a follower that is not in sync holds nobody") {
  auto x = of_three({1, 2});
  CHECK(x.follower_pulled(2, 9, 1));
  CHECK(x.high_watermark() == 9);
  CHECK_FALSE(x.follower_pulled(3, 2, 1));
  CHECK(x.in_sync_count() == 2);
}

TEST_CASE("leader replication: the high watermark never goes back") {
  auto x = in_step();
  CHECK(x.high_watermark() == 10);
  CHECK_FALSE(x.follower_pulled(2, 3, 5));
  CHECK(x.high_watermark() == 10);
  CHECK_FALSE(x.appended(12, 5));
  CHECK_FALSE(x.follower_pulled(3, 12, 5));
  CHECK(x.high_watermark() == 10);
}

TEST_CASE("leader replication: own records wait for their sync") {
  auto x = of_three({1, 2, 3}, true);
  x.appended(12, 1);
  CHECK(x.own_end() == 10);
  x.follower_pulled(2, 12, 1);
  x.follower_pulled(3, 12, 1);
  CHECK(x.high_watermark() == 10);
  CHECK(x.synced(12));
  CHECK(x.high_watermark() == 12);
}

TEST_CASE("leader replication: who lags is to leave the ISR, once") {
  auto x = in_step();
  x.appended(20, 100);
  x.follower_pulled(2, 20, 200);
  CHECK_FALSE(x.propose(100 + lag_max_ms, lag_max_ms).has_value());
  auto asked = x.propose(101 + lag_max_ms, lag_max_ms);
  REQUIRE(asked.has_value());
  CHECK(*asked == isr_proposal{3, 7, {1, 2}, {{}, {}}});
  CHECK_FALSE(x.propose(6'000, lag_max_ms).has_value());
  // No answer at all: once more.
  CHECK(x.propose(7'000, lag_max_ms) == asked);
  // Not before it is in an image.
  CHECK(x.high_watermark() == 10);
  x.proposal_answered(isr_answer::accepted, 7'000);
  CHECK(x.high_watermark() == 10);
  CHECK_FALSE(x.propose(12'000, lag_max_ms).has_value());
  CHECK(x.registration_changed(registration({2, 1, 3}, {1, 2}, 8), 12'000));
  CHECK(x.high_watermark() == 20);
  CHECK(x.in_sync_count() == 2);
}

TEST_CASE("leader replication: an idle follower does not lag") {
  auto x = in_step();
  CHECK_FALSE(x.propose(1'000'000, lag_max_ms).has_value());
  // Its time begins with the append that it lacks.
  x.appended(11, 1'000'000);
  CHECK_FALSE(x.propose(1'000'000 + lag_max_ms, lag_max_ms).has_value());
  CHECK(x.propose(1'000'001 + lag_max_ms, lag_max_ms).has_value());
}

TEST_CASE("leader replication: one that never pulled leaves after its time") {
  auto x = of_three();
  x.follower_pulled(2, 10, 1);
  CHECK_FALSE(x.propose(lag_max_ms, lag_max_ms).has_value());
  auto asked = x.propose(lag_max_ms + 1, lag_max_ms);
  REQUIRE(asked.has_value());
  CHECK(asked->isr == nodes{1, 2});
}

TEST_CASE("leader replication: under constant load the last end is enough") {
  auto x = in_step();
  timestamp_ms now = 0;
  offset_t end = 10;
  for (int i = 0; i < 100; ++i) {
    now += 100;
    x.appended(end + 5, now);
    x.follower_pulled(2, end, now);
    x.follower_pulled(3, end, now);
    end += 5;
    CHECK_FALSE(x.propose(now + 50, 250).has_value());
  }
}

TEST_CASE("leader replication: who caught up joins, and counts at once") {
  auto x = of_three({1, 2});
  x.follower_pulled(2, 10, 1);
  x.follower_pulled(3, 9, 1);
  CHECK_FALSE(x.propose(1, lag_max_ms).has_value());
  x.follower_pulled(3, 10, 2);
  auto asked = x.propose(2, lag_max_ms);
  REQUIRE(asked.has_value());
  CHECK(*asked == isr_proposal{3, 7, {1, 2, 3}, {{}, {}, {}}});
  // It may be in the ISR from now on, for all that we know.
  x.appended(15, 3);
  CHECK_FALSE(x.follower_pulled(2, 15, 3));
  CHECK(x.follower_pulled(3, 12, 4));
  CHECK(x.high_watermark() == 12);
  CHECK(x.in_sync_count() == 2);
  x.registration_changed(registration({2, 1, 3}, {1, 2, 3}, 8), 5);
  CHECK(x.in_sync_count() == 3);
  CHECK(x.high_watermark() == 12);
}

TEST_CASE("leader replication: below the epoch's start nobody joins") {
  leader_replication x{
      1, false, registration({1, 2, 3}, {1, 2}), {10, 10, 4}, 0};
  x.follower_pulled(3, 5, 1);
  CHECK(x.high_watermark() == 4);
  CHECK_FALSE(x.propose(1, lag_max_ms).has_value());
  x.follower_pulled(3, 10, 2);
  CHECK(x.propose(2, lag_max_ms).has_value());
}

TEST_CASE("leader replication: a refusal ends the wait, and the next comes "
          "after a pause") {
  auto x = of_three({1, 2});
  x.follower_pulled(2, 10, 1);
  x.follower_pulled(3, 10, 1);
  REQUIRE(x.propose(1, lag_max_ms).has_value());
  x.appended(15, 2);
  x.follower_pulled(2, 15, 2);
  CHECK(x.high_watermark() == 10);
  CHECK(x.proposal_answered(isr_answer::refused, 2));
  CHECK(x.high_watermark() == 15);
  x.follower_pulled(3, 15, 3);
  CHECK_FALSE(x.propose(1'001, lag_max_ms).has_value());
  CHECK(x.propose(1'002, lag_max_ms).has_value());
}

TEST_CASE(
    "leader replication: an unanswered proposal is made again as it was") {
  auto x = of_three({1, 2});
  x.follower_pulled(3, 10, 1);
  auto first = x.propose(1, lag_max_ms);
  REQUIRE(first.has_value());
  x.proposal_answered(isr_answer::unknown, 2);
  x.follower_pulled(2, 10, 3);
  // Not with every pull.
  CHECK_FALSE(x.propose(201, lag_max_ms).has_value());
  CHECK(x.propose(202, lag_max_ms) == first);
  CHECK_FALSE(x.propose(203, lag_max_ms).has_value());
  // The first try was accepted: its image is on the way.
  x.proposal_answered(isr_answer::stale, 205);
  x.appended(12, 206);
  CHECK_FALSE(x.follower_pulled(2, 12, 206));
  CHECK(x.high_watermark() == 10);
  CHECK_FALSE(x.propose(5'202, lag_max_ms).has_value());
}

TEST_CASE("leader replication: who waits for an image in vain asks again") {
  auto x = of_three({1, 2});
  x.follower_pulled(3, 10, 1);
  auto first = x.propose(1, lag_max_ms);
  REQUIRE(first.has_value());
  // From a controller that has not heard of this epoch yet.
  x.proposal_answered(isr_answer::stale, 2);
  CHECK_FALSE(x.propose(5'001, lag_max_ms).has_value());
  CHECK(x.propose(5'002, lag_max_ms) == first);
}

TEST_CASE("leader replication: an answer that nobody waits for is nothing") {
  auto x = of_three({1, 2});
  CHECK_FALSE(x.proposal_answered(isr_answer::refused, 5));
  x.follower_pulled(3, 10, 6);
  CHECK(x.propose(6, lag_max_ms).has_value());
}

TEST_CASE("leader replication: an older registration changes nothing") {
  auto x = in_step();
  CHECK_FALSE(x.registration_changed(registration({1}, {1}, 7), 1));
  CHECK(x.in_sync_count() == 3);
  CHECK(x.is_follower(2));
  CHECK(x.partition_epoch() == 7);
}

TEST_CASE("leader replication: replicas come and go with the registration") {
  auto x = in_step();
  x.appended(12, 1);
  x.follower_pulled(2, 12, 1);
  CHECK(x.registration_changed(registration({1, 2, 4}, {1, 2}, 8), 5));
  CHECK(x.high_watermark() == 12);
  CHECK_FALSE(x.is_follower(3));
  CHECK(x.is_follower(4));
  x.follower_pulled(4, 12, 6);
  CHECK(x.propose(6, lag_max_ms)->isr == nodes{1, 2, 4});
}
