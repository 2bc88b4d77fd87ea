// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

/// A group whose generation 1 waits for its leader's assignment.
struct joined_group {
  group_fixture x;
  std::string leader;
  std::string follower;

  explicit joined_group(group_config config = {}) : x(config) {
    leader = x.enter().first;
    follower = x.enter().first;
    x.pass(6000);
    CHECK(x.state() == group_state::completing_rebalance);
  }
};

sync_request sync_of(const std::string& member_id, int32_t generation) {
  sync_request x;
  x.group_id = "g";
  x.member_id = member_id;
  x.generation = generation;
  return x;
}

} // namespace

TEST_CASE("group: the leader's assignment answers everybody") {
  joined_group g;
  auto follower = g.x.sync(g.follower, 1);
  CHECK(g.x.waiting(follower));
  CHECK(g.x.records().empty());
  auto leader = g.x.sync(g.leader, 1,
                         {{g.leader, bytes_of("l")},
                          {g.follower, bytes_of("f")},
                          {"nobody", bytes_of("n")}});
  CHECK(g.x.synced(leader)
        == sync_answer{group_error::none, "consumer", "range", bytes_of("l")});
  CHECK(g.x.synced(follower).assignment == bytes_of("f"));
  CHECK(g.x.state() == group_state::stable);
  REQUIRE(g.x.records().size() == 1);
  const auto& record = std::get<group_metadata>(g.x.records()[0]);
  CHECK(record.generation == 1);
  CHECK(record.protocol == "range");
  CHECK(record.leader == g.leader);
  REQUIRE(record.members.size() == 2);
  for (const auto& member : record.members) {
    CHECK(member.subscription == subscription({"t"}));
    CHECK(member.assignment
          == bytes_of(member.member_id == g.leader ? "l" : "f"));
    CHECK(member.session_timeout_ms == session_ms);
    CHECK(member.rebalance_timeout_ms == rebalance_ms);
    CHECK(member.client_host == "/10.0.0.1");
  }
}

TEST_CASE("group: who syncs after the leader is answered at once") {
  joined_group g;
  g.x.sync(g.leader, 1, {{g.follower, bytes_of("f")}});
  auto follower = g.x.sync(g.follower, 1);
  CHECK(g.x.synced(follower).assignment == bytes_of("f"));
}

TEST_CASE("group: whom the leader forgot gets an empty assignment") {
  joined_group g;
  auto follower = g.x.sync(g.follower, 1);
  auto leader = g.x.sync(g.leader, 1, {{g.leader, bytes_of("all")}});
  CHECK(g.x.synced(leader).assignment == bytes_of("all"));
  CHECK(g.x.synced(follower).error == group_error::none);
  CHECK(g.x.synced(follower).assignment.empty());
}

TEST_CASE("group: a follower's assignments are ignored") {
  joined_group g;
  auto follower = g.x.sync(g.follower, 1, {{g.follower, bytes_of("mine")}});
  CHECK(g.x.waiting(follower));
  g.x.sync(g.leader, 1, {{g.follower, bytes_of("f")}});
  CHECK(g.x.synced(follower).assignment == bytes_of("f"));
}

TEST_CASE("group: a SyncGroup that does not fit is refused") {
  joined_group g;
  auto refused = [&](sync_request request) {
    return g.x.synced(g.x.sync(std::move(request))).error;
  };
  auto other_group = sync_of(g.leader, 1);
  other_group.group_id = "other";
  CHECK(refused(other_group) == group_error::unknown_member_id);
  other_group.group_id.clear();
  CHECK(refused(other_group) == group_error::invalid_group_id);
  CHECK(refused(sync_of("nobody", 1)) == group_error::unknown_member_id);
  CHECK(refused(sync_of(g.leader, 0)) == group_error::illegal_generation);
  CHECK(refused(sync_of(g.leader, 2)) == group_error::illegal_generation);
  auto other_type = sync_of(g.leader, 1);
  other_type.protocol_type = "connect";
  CHECK(refused(other_type) == group_error::inconsistent_group_protocol);
  auto other_name = sync_of(g.leader, 1);
  other_name.protocol_type = "consumer";
  other_name.protocol_name = "roundrobin";
  CHECK(refused(other_name) == group_error::inconsistent_group_protocol);
  auto instance = sync_of(g.leader, 1);
  instance.group_instance_id = "i";
  CHECK(refused(instance) == group_error::unknown_member_id);
  CHECK(g.x.state() == group_state::completing_rebalance);
}

TEST_CASE("group: a SyncGroup during a rebalance tells to rejoin") {
  group_fixture x;
  auto members = x.stable_group(2);
  x.join(joiner(members[0]));
  CHECK(x.synced(x.sync(members[1], 1)).error
        == group_error::rebalance_in_progress);
}

TEST_CASE("group: a parked SyncGroup ends with the next rebalance") {
  joined_group g;
  auto follower = g.x.sync(g.follower, 1);
  g.x.leave({{g.leader, {}}});
  CHECK(g.x.synced(follower).error == group_error::rebalance_in_progress);
  auto again = g.x.join(joiner(g.follower));
  CHECK(g.x.joined(again).generation == 2);
  CHECK(g.x.joined(again).leader == g.follower);
}

TEST_CASE("group: a second SyncGroup of a member answers the first") {
  joined_group g;
  auto first = g.x.sync(g.follower, 1);
  auto second = g.x.sync(g.follower, 1);
  CHECK(g.x.synced(first).error == group_error::rebalance_in_progress);
  g.x.sync(g.leader, 1, {});
  CHECK(g.x.synced(second).error == group_error::none);
}

TEST_CASE("group: a leader that never syncs is removed in time") {
  joined_group g;
  auto follower = g.x.sync(g.follower, 1);
  for (int i = 0; i < rebalance_ms / 5000 - 1; ++i) {
    g.x.pass(5000);
    CHECK(g.x.heartbeat(g.leader, 1) == group_error::none);
  }
  CHECK(g.x.waiting(follower));
  g.x.pass(5000);
  CHECK(g.x.synced(follower).error == group_error::rebalance_in_progress);
  CHECK(g.x.heartbeat(g.leader, 1) == group_error::unknown_member_id);
  CHECK(g.x.joined(g.x.join(joiner(g.follower))).leader == g.follower);
}

TEST_CASE("group: a follower that never syncs is removed from a stable group") {
  joined_group g;
  g.x.sync(g.leader, 1, {});
  for (int i = 0; i < rebalance_ms / 5000; ++i) {
    g.x.pass(5000);
    g.x.heartbeat(g.leader, 1);
    g.x.heartbeat(g.follower, 1);
  }
  CHECK(g.x.state() == group_state::preparing_rebalance);
  CHECK(g.x.heartbeat(g.leader, 1) == group_error::rebalance_in_progress);
  CHECK(g.x.heartbeat(g.follower, 1) == group_error::unknown_member_id);
}

TEST_CASE("group: once all have synced nobody is waited for") {
  joined_group g;
  g.x.sync(g.follower, 1);
  g.x.sync(g.leader, 1, {});
  for (int i = 0; i < 2 * rebalance_ms / 5000; ++i) {
    g.x.pass(5000);
    CHECK(g.x.heartbeat(g.leader, 1) == group_error::none);
    CHECK(g.x.heartbeat(g.follower, 1) == group_error::none);
  }
  CHECK(g.x.state() == group_state::stable);
}

TEST_CASE("group: a parked SyncGroup keeps its member alive") {
  joined_group g;
  auto follower = g.x.sync(g.follower, 1);
  for (int i = 0; i < 3; ++i) {
    g.x.pass(9000);
    g.x.heartbeat(g.leader, 1);
  }
  g.x.sync(g.leader, 1, {});
  CHECK(g.x.synced(follower).error == group_error::none);
  // From the answer on it must show itself again.
  g.x.pass(9000);
  g.x.heartbeat(g.leader, 1);
  CHECK(g.x.heartbeat(g.follower, 1) == group_error::none);
  g.x.pass(9000);
  g.x.heartbeat(g.leader, 1);
  g.x.pass(1000);
  CHECK(g.x.heartbeat(g.follower, 1) == group_error::unknown_member_id);
}

TEST_CASE("group: an assignment beyond its bound is refused, not the group") {
  group_config config;
  config.assignment_bytes_per_group_max = 10;
  joined_group g{config};
  auto follower = g.x.sync(g.follower, 1);
  auto leader = g.x.sync(g.leader, 1, {{g.leader, opaque_bytes(11)}});
  CHECK(g.x.synced(leader).error == group_error::invalid_request);
  CHECK(g.x.waiting(follower));
  leader = g.x.sync(g.leader, 1, {{g.leader, opaque_bytes(10)}});
  CHECK(g.x.synced(leader).error == group_error::none);
  CHECK(g.x.synced(follower).error == group_error::none);
}
