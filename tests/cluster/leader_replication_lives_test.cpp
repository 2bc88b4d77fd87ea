// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/leader_replication.h>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace troupe::cluster;

namespace {

constexpr int64_t lag_max_ms = 1'000;
using nodes = std::vector<node_id>;

/// Node 1 leads in epoch 3.
partition_registration
registration(nodes replicas, nodes isr, int32_t partition_epoch = 7) {
  return {1, 3, std::move(replicas), std::move(isr), partition_epoch};
}

/// A leader of three replicas with ten records, six of which were below the
/// high watermark when it began.
leader_replication of_three(nodes isr = {1, 2, 3}) {
  return {1, false, registration({2, 1, 3}, std::move(isr)), {10, 10, 6}, 0};
}

/// Both followers have everything.
leader_replication in_step() {
  auto x = of_three();
  x.follower_pulled(2, 10, 0);
  x.follower_pulled(3, 10, 0);
  return x;
}

} // namespace

TEST_CASE("leader replication: who left joins again only after a new pull") {
  auto x = in_step();
  // The controller fenced it, and nothing was written since.
  x.registration_changed(registration({2, 1, 3}, {2, 1}, 8), 100);
  CHECK(x.awaits_pull(3));
  CHECK_FALSE(x.propose(200, lag_max_ms).has_value());
  x.follower_pulled(3, 10, 300);
  CHECK_FALSE(x.awaits_pull(3));
  auto asked = x.propose(300, lag_max_ms);
  REQUIRE(asked.has_value());
  CHECK(asked->isr == nodes{1, 2, 3});
}

TEST_CASE("leader replication: only who may be in sync is proposed") {
  const troupe::storage::uuid life{{1}}, next_life{{2}};
  auto x = of_three({2, 1});
  x.lives_changed({{1, life}, {2, life}});
  x.follower_pulled(2, 10, 0);
  x.follower_pulled(3, 10, 0);
  CHECK_FALSE(x.propose(0, lag_max_ms).has_value());
  // It comes back into service: what it pulled before says nothing.
  x.lives_changed({{1, life}, {2, life}, {3, next_life}});
  CHECK(x.awaits_pull(3));
  CHECK_FALSE(x.propose(0, lag_max_ms).has_value());
  x.follower_pulled(3, 10, 1);
  auto asked = x.propose(1, lag_max_ms);
  REQUIRE(asked.has_value());
  CHECK(*asked == isr_proposal{3, 7, {1, 2, 3}, {life, life, next_life}});
}

TEST_CASE(
    "leader replication: a proposal keeps naming the lives it was made of") {
  const troupe::storage::uuid life{{1}}, next_life{{2}};
  auto x = of_three({2, 1});
  x.lives_changed({{1, life}, {2, life}, {3, life}});
  x.follower_pulled(3, 10, 0);
  auto asked = x.propose(0, lag_max_ms);
  REQUIRE(asked.has_value());
  // It may have been accepted: another one must not take its place.
  x.proposal_answered(isr_answer::unknown, 1);
  x.lives_changed({{1, life}, {2, life}, {3, next_life}});
  CHECK(x.propose(1'000, lag_max_ms) == asked);
}
