// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("group: a new member makes everybody rejoin") {
  group_fixture x;
  auto members = x.stable_group(2);
  auto [id, ticket] = x.enter();
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.heartbeat(members[0], 1) == group_error::rebalance_in_progress);
  auto first = x.join(joiner(members[0]));
  CHECK(x.waiting(ticket));
  auto second = x.join(joiner(members[1]));
  // All known members are here: nobody waits for the timeout.
  CHECK(x.joined(ticket).generation == 2);
  CHECK(x.joined(first).members.size() == 3);
  CHECK(x.joined(second).leader == members[0]);
  CHECK(x.state() == group_state::completing_rebalance);
}

TEST_CASE("group: members that do not rejoin in time are removed") {
  group_fixture x;
  auto members = x.stable_group(3);
  auto leader = x.join(joiner(members[0]));
  auto follower = x.join(joiner(members[1]));
  for (int i = 0; i < rebalance_ms / 5000 - 1; ++i) {
    x.pass(5000);
    CHECK(x.heartbeat(members[2], 1) == group_error::rebalance_in_progress);
  }
  CHECK(x.waiting(leader));
  x.pass(5000);
  CHECK(x.joined(leader).members.size() == 2);
  CHECK(x.joined(follower).generation == 2);
  CHECK(x.heartbeat(members[2], 1) == group_error::unknown_member_id);
}

TEST_CASE("group: the longest rebalance timeout counts") {
  group_fixture x;
  auto quick = static_joiner("quick");
  quick.rebalance_timeout_ms = 7000;
  auto slow = static_joiner("slow");
  slow.rebalance_timeout_ms = 20000;
  auto quick_ticket = x.join(quick);
  auto slow_ticket = x.join(slow);
  x.pass(6000);
  quick.member_id = x.joined(quick_ticket).member_id;
  slow.member_id = x.joined(slow_ticket).member_id;
  x.sync_all({quick.member_id, slow.member_id}, 1);
  auto again = x.join(quick);
  for (int i = 0; i < 3; ++i) {
    x.pass(6500);
    CHECK(x.waiting(again));
    x.heartbeat(slow.member_id, 1);
  }
  x.pass(500);
  CHECK(x.joined(again).generation == 2);
}

TEST_CASE("group: the leader rejoins to assign anew, a follower in vain") {
  group_fixture x;
  auto members = x.stable_group(2);
  auto follower = x.joined(x.join(joiner(members[1])));
  CHECK(follower.error == group_error::none);
  CHECK(follower.generation == 1);
  CHECK(follower.leader == members[0]);
  CHECK(follower.members.empty());
  CHECK(x.state() == group_state::stable);
  CHECK(x.waiting(x.join(joiner(members[0]))));
  CHECK(x.state() == group_state::preparing_rebalance);
}

TEST_CASE("group: a follower with another subscription makes all rejoin") {
  group_fixture x;
  auto members = x.stable_group(2);
  auto changed = joiner(members[1]);
  changed.protocols[0].metadata = subscription({"t", "u"});
  auto ticket = x.join(changed);
  CHECK(x.waiting(ticket));
  auto leader = x.join(joiner(members[0]));
  CHECK(x.joined(ticket).generation == 2);
  REQUIRE(x.joined(leader).members.size() == 2);
  for (const auto& member : x.joined(leader).members)
    CHECK(member.metadata
          == (member.member_id == members[1] ? subscription({"t", "u"})
                                             : subscription({"t"})));
}

TEST_CASE("group: who lost its JoinGroup answer gets it again") {
  group_fixture x;
  auto [leader, leader_ticket] = x.enter();
  auto [follower, follower_ticket] = x.enter();
  x.pass(6000);
  CHECK(x.state() == group_state::completing_rebalance);
  CHECK(x.joined(x.join(joiner(leader))) == x.joined(leader_ticket));
  CHECK(x.joined(x.join(joiner(follower))) == x.joined(follower_ticket));
  CHECK(x.state() == group_state::completing_rebalance);
}

TEST_CASE("group: another subscription before the assignment starts anew") {
  group_fixture x;
  auto [leader, leader_ticket] = x.enter();
  auto [follower, follower_ticket] = x.enter();
  x.pass(6000);
  auto parked = x.sync(follower, 1);
  auto changed = joiner(follower);
  changed.protocols[0].metadata = subscription({"u"});
  auto again = x.join(changed);
  CHECK(x.synced(parked).error == group_error::rebalance_in_progress);
  CHECK(x.waiting(again));
  CHECK(x.state() == group_state::preparing_rebalance);
}

TEST_CASE("group: without its leader the next one that joined leads") {
  group_fixture x;
  auto members = x.stable_group(2);
  auto follower = joiner(members[1]);
  follower.protocols[0].metadata = subscription({"u"});
  auto ticket = x.join(follower);
  x.pass(session_ms);
  CHECK(x.joined(ticket).leader == members[1]);
  CHECK(x.joined(ticket).members.size() == 1);
}

TEST_CASE("group: a second JoinGroup of a member answers the first") {
  group_fixture x;
  auto [id, first] = x.enter();
  auto second = x.join(joiner(id));
  CHECK(x.joined(first).error == group_error::rebalance_in_progress);
  CHECK(x.joined(first).member_id == id);
  x.pass(3000);
  CHECK(x.joined(second).error == group_error::none);
}

TEST_CASE("group: when everybody is gone it is empty, and a record says so") {
  group_fixture x;
  auto members = x.stable_group(2);
  x.records().clear();
  x.pass(session_ms);
  CHECK(x.state() == group_state::empty);
  REQUIRE(x.records().size() == 1);
  const auto& record = std::get<group_metadata>(x.records()[0]);
  CHECK(record.generation == 2);
  CHECK(record.members.empty());
  CHECK(record.protocol_type == "consumer");
  CHECK_FALSE(record.protocol);
  CHECK(record.current_state_timestamp == x.now().wall_ms);
  CHECK_FALSE(x.core().next_deadline_ms());
  CHECK(x.heartbeat(members[0], 1) == group_error::unknown_member_id);
}

TEST_CASE("group: an empty group takes members of another protocol type") {
  group_fixture x;
  x.stable_group(1);
  x.pass(session_ms);
  auto worker = joiner();
  worker.protocol_type = "connect";
  worker.knows_member_id_required = false;
  auto ticket = x.join(worker);
  x.pass(3000);
  CHECK(x.joined(ticket).generation == 3);
  CHECK(x.joined(ticket).protocol_type == "connect");
}

TEST_CASE("group: a new member that is never answered is given up at last") {
  group_fixture x;
  auto members = x.stable_group(1);
  // Somebody keeps the join phase open with a rebalance timeout of an hour.
  auto request = joiner(members[0]);
  request.rebalance_timeout_ms = 3600000;
  x.join(request);
  x.sync(members[0], 2);
  x.sync(members[0], 2, {});
  auto old = joiner();
  old.knows_member_id_required = false;
  auto ticket = x.join(old);
  for (int i = 0; i < 299; ++i) {
    x.pass(1000);
    x.heartbeat(members[0], 2);
  }
  CHECK(x.waiting(ticket));
  x.pass(1000);
  CHECK(x.joined(ticket).error == group_error::unknown_member_id);
  CHECK(x.joined(ticket).member_id.empty());
}
