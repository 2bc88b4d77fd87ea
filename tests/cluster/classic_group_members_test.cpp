// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("group: a heartbeat is answered by what the group does") {
  group_fixture x;
  CHECK(x.heartbeat("m", 1) == group_error::unknown_member_id);
  auto [leader, leader_ticket] = x.enter();
  auto [follower, follower_ticket] = x.enter();
  CHECK(x.heartbeat(leader, 0) == group_error::rebalance_in_progress);
  x.pass(6000);
  // Waiting for the leader: nothing to do but to wait.
  CHECK(x.state() == group_state::completing_rebalance);
  CHECK(x.heartbeat(follower, 1) == group_error::none);
  x.sync_all({leader, follower}, 1);
  CHECK(x.heartbeat(leader, 1) == group_error::none);
  CHECK(x.heartbeat(leader, 0) == group_error::illegal_generation);
  CHECK(x.heartbeat(leader, 2) == group_error::illegal_generation);
  CHECK(x.heartbeat("nobody", 1) == group_error::unknown_member_id);
  CHECK(x.heartbeat(leader, 1, "i") == group_error::unknown_member_id);
  x.join(joiner(leader));
  CHECK(x.heartbeat(follower, 1) == group_error::rebalance_in_progress);
}

TEST_CASE("group: a heartbeat without a group id is refused") {
  group_fixture x;
  auto ticket = x.ticket();
  x.take(x.core().heartbeat(ticket, {}, x.now()));
  CHECK(x.answer<heartbeat_answer>(ticket).error
        == group_error::invalid_group_id);
}

TEST_CASE("group: who is silent for a session is removed") {
  group_fixture x;
  auto members = x.stable_group(2);
  x.pass(session_ms - 1);
  CHECK(x.heartbeat(members[0], 1) == group_error::none);
  CHECK(x.state() == group_state::stable);
  x.pass(1);
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.heartbeat(members[1], 1) == group_error::unknown_member_id);
  CHECK(x.heartbeat(members[0], 1) == group_error::rebalance_in_progress);
}

TEST_CASE("group: a rejoin and a commit count as signs of life") {
  group_fixture x;
  auto members = x.stable_group(2);
  x.pass(session_ms - 1);
  CHECK(x.joined(x.join(joiner(members[1]))).error == group_error::none);
  CHECK(x.commit(members[0], 1) == group_error::none);
  x.pass(session_ms - 1);
  CHECK(x.synced(x.sync(members[1], 1)).error == group_error::none);
  CHECK(x.heartbeat(members[0], 1) == group_error::none);
  x.pass(session_ms - 1);
  CHECK(x.state() == group_state::stable);
}

TEST_CASE("group: a parked JoinGroup keeps its member alive") {
  group_fixture x;
  auto members = x.stable_group(2);
  auto leader = x.join(joiner(members[0]));
  for (int i = 0; i < 5; ++i) {
    x.pass(9000);
    CHECK(x.heartbeat(members[1], 1) == group_error::rebalance_in_progress);
    CHECK(x.waiting(leader));
  }
  CHECK(x.joined(x.join(joiner(members[1]))).generation == 2);
  CHECK(x.joined(leader).generation == 2);
  x.pass(session_ms - 1);
  CHECK(x.heartbeat(members[0], 2) == group_error::none);
}

TEST_CASE("group: idle members cause no wake-up before a session is over") {
  group_fixture x;
  auto members = x.stable_group(50);
  auto deadline = x.core().next_deadline_ms();
  REQUIRE(deadline);
  for (int second = 1; second < session_ms / 1000; ++second) {
    x.pass(1000);
    for (const auto& member : members)
      x.heartbeat(member, 1);
    CHECK(x.core().next_deadline_ms() == deadline);
  }
}

TEST_CASE("group: a shorter session after a rejoin is not missed") {
  group_fixture x;
  auto request = static_joiner("1");
  request.session_timeout_ms = 1800000;
  auto ticket = x.join(request);
  x.pass(3000);
  request.member_id = x.joined(ticket).member_id;
  x.sync_all({request.member_id}, 1);
  x.pass(100000);
  request.session_timeout_ms = 6000;
  ticket = x.join(request);
  CHECK(x.joined(ticket).generation == 2);
  x.pass(5999);
  CHECK(x.heartbeat(request.member_id, 2) == group_error::none);
  x.pass(6000);
  CHECK(x.heartbeat(request.member_id, 2) == group_error::unknown_member_id);
}

TEST_CASE("group: who leaves makes the others rejoin") {
  group_fixture x;
  auto members = x.stable_group(2);
  auto ticket = x.leave({{members[0], {}}});
  const auto& answer = x.answer<leave_answer>(ticket);
  CHECK(answer.error == group_error::none);
  REQUIRE(answer.members.size() == 1);
  CHECK(answer.members[0]
        == leave_answer::member{members[0], {}, group_error::none});
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.joined(x.join(joiner(members[1]))).leader == members[1]);
}

TEST_CASE("group: members leave in batches, each with its own answer") {
  group_fixture x;
  auto ticket = x.join(static_joiner("i"));
  x.join(static_joiner("j"));
  x.pass(6000);
  auto first = x.joined(ticket).member_id;
  auto pending = x.joined(x.join(joiner())).member_id;
  auto left = x.leave({{"", "i"},
                       {"", "unknown"},
                       {"", {}},
                       {"nobody", {}},
                       {"not j's", "j"},
                       {pending, {}},
                       {first, "i"}});
  const auto& members = x.answer<leave_answer>(left).members;
  REQUIRE(members.size() == 7);
  CHECK(members[0].error == group_error::none);
  CHECK(members[0].group_instance_id == "i");
  CHECK(members[1].error == group_error::unknown_member_id);
  CHECK(members[2].error == group_error::unknown_member_id);
  CHECK(members[3].error == group_error::unknown_member_id);
  CHECK(members[4].error == group_error::fenced_instance_id);
  CHECK(members[5].error == group_error::none);
  CHECK(members[6].error == group_error::unknown_member_id);
  CHECK(x.core().describe("g").members.size() == 1);
}

TEST_CASE("group: leaving a group that is not there is no error of the group") {
  group_fixture x;
  auto ticket = x.leave({{"m", {}}, {"", "i"}});
  const auto& answer = x.answer<leave_answer>(ticket);
  CHECK(answer.error == group_error::none);
  REQUIRE(answer.members.size() == 2);
  for (const auto& member : answer.members)
    CHECK(member.error == group_error::unknown_member_id);
  CHECK(x.core().group_count() == 0);
}

TEST_CASE("group: the last one that leaves empties the group") {
  group_fixture x;
  auto members = x.stable_group(1);
  x.leave({{members[0], {}}});
  CHECK(x.state() == group_state::empty);
  CHECK(std::get<group_metadata>(x.records().back()).members.empty());
}

TEST_CASE("group: who leaves with parked calls gets them answered") {
  group_fixture x;
  auto [leader, leader_ticket] = x.enter();
  auto [follower, follower_ticket] = x.enter();
  x.leave({{follower, {}}});
  CHECK(x.joined(follower_ticket).error == group_error::unknown_member_id);
  auto [third, third_ticket] = x.enter();
  x.pass(6000);
  auto parked = x.sync(third, 1);
  x.leave({{third, {}}});
  CHECK(x.synced(parked).error == group_error::unknown_member_id);
}

TEST_CASE("group: a forgotten call is not answered, its member stays") {
  group_fixture x;
  auto [leader, leader_ticket] = x.enter();
  auto [follower, follower_ticket] = x.enter();
  x.forget(follower_ticket);
  x.pass(6000);
  CHECK(x.waiting(follower_ticket));
  CHECK(x.joined(leader_ticket).members.size() == 2);
  auto parked = x.sync(follower, 1);
  x.forget(parked);
  x.sync(leader, 1, {});
  CHECK(x.waiting(parked));
  CHECK(x.heartbeat(follower, 1) == group_error::none);
}

TEST_CASE("group: a member whose id nobody learnt ends with its connection") {
  group_fixture x;
  auto old = joiner();
  old.knows_member_id_required = false;
  auto lost = x.join(old);
  auto kept = x.join(old);
  x.forget(lost);
  x.pass(6000);
  CHECK(x.waiting(lost));
  CHECK(x.joined(kept).members.size() == 1);
}

TEST_CASE("group: whoever resigns answers all that is parked") {
  group_fixture x;
  auto [first, first_ticket] = x.enter();
  auto [second, second_ticket] = x.enter();
  auto forgotten = x.join(joiner(second));
  x.forget(forgotten);
  auto answers = x.core().resign(group_error::not_coordinator);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].ticket == first_ticket);
  CHECK(std::get<join_answer>(answers[0].what).error
        == group_error::not_coordinator);
}
