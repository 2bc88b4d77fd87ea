// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_migration_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("group: classic calls of no member are refused in a consumer group") {
  group_migration_fixture x;
  x.enter_as("new");
  auto foreign = joiner();
  foreign.protocol_type = "connect";
  CHECK(x.joined(x.join(foreign)).error
        == group_error::inconsistent_group_protocol);
  auto garbage = joiner();
  garbage.protocols[0].metadata = bytes_of("garbage");
  CHECK(x.joined(x.join(garbage)).error
        == group_error::inconsistent_group_protocol);
  CHECK(x.joined(x.join(joiner("new"))).error
        == group_error::unknown_member_id);
  CHECK(x.heartbeat("new", 1) == group_error::unknown_member_id);
  CHECK(x.synced(x.sync("nobody", 1)).error == group_error::unknown_member_id);
  auto left = x.answer<leave_answer>(x.leave({{"new", {}}, {"nobody", {}}}));
  CHECK(left.members[0].error == group_error::unknown_member_id);
  CHECK(left.members[1].error == group_error::unknown_member_id);
  CHECK(x.described().members.size() == 1);
}

TEST_CASE("group: classic members of a consumer group share a protocol") {
  group_migration_fixture x;
  x.enter_as("new");
  auto classic = x.enter_mixed();
  auto other = joiner("other", {"sticky"});
  CHECK(x.joined(x.join(other)).error
        == group_error::inconsistent_group_protocol);
  CHECK(x.joined(x.join(joiner("other", {"sticky", "range"}))).error
        == group_error::none);
  auto sync =
      sync_request{"g",        classic.member_id, {}, classic.generation,
                   "consumer", "roundrobin",      {}};
  CHECK(x.synced(x.sync(sync)).error
        == group_error::inconsistent_group_protocol);
}

TEST_CASE("group: a classic member of a consumer group has generations") {
  group_migration_fixture x;
  auto members = x.mixed_group();
  auto classic = x.join_mixed(members[0]);
  CHECK(x.heartbeat(members[0], 1) == group_error::illegal_generation);
  CHECK(x.synced(x.sync(members[0], 1)).error
        == group_error::illegal_generation);
  CHECK(x.commit(members[0], 1) == group_error::illegal_generation);
  commit_request old{"g", members[0],         {}, classic.generation,
                     -1,  {offset_at("t", 5)}};
  old.knows_member_epoch = false;
  CHECK(x.commit(old).error == group_error::none);
  CHECK(x.beat(members[0], 2).error == group_error::unknown_member_id);
}

TEST_CASE("group: a silent classic member leaves a consumer group") {
  group_migration_fixture x;
  auto members = x.mixed_group();
  x.pass(session_ms);
  CHECK(x.described().members.size() == 1);
  CHECK(x.heartbeat(members[0], 1) == group_error::unknown_member_id);
}

TEST_CASE("group: a classic member that does not rejoin is removed") {
  group_migration_fixture x;
  auto members = x.mixed_group();
  int32_t epoch = 2;
  for (int64_t time = 0; time < rebalance_ms; time += 5000) {
    CHECK(x.heartbeat(members[0], 1) == group_error::rebalance_in_progress);
    epoch = x.beat("new", epoch).member_epoch;
    x.pass(5000);
  }
  CHECK(x.heartbeat(members[0], 1) == group_error::unknown_member_id);
}

TEST_CASE("group: a classic member that does not sync is removed") {
  group_migration_fixture x;
  x.enter_as("new");
  auto late = joiner("late");
  late.rebalance_timeout_ms = 2 * session_ms;
  auto answer = x.joined(x.join(std::move(late)));
  CHECK(answer.error == group_error::none);
  for (int64_t time = 0; time < 2 * session_ms; time += 5000) {
    CHECK(x.heartbeat("late", answer.generation) == group_error::none);
    x.pass(5000);
  }
  CHECK(x.heartbeat("late", answer.generation)
        == group_error::unknown_member_id);
}

TEST_CASE("group: a static member changes its protocol by coming back") {
  group_migration_fixture x;
  x.enter_as("new");
  auto classic = x.joined(x.join(static_joiner("i")));
  CHECK(classic.error == group_error::none);
  auto again = join_as("reborn", {"t"});
  again.instance_id = "i";
  CHECK(x.send(again).error == group_error::none);
  CHECK(x.heartbeat(classic.member_id, classic.generation, "i")
        == group_error::fenced_instance_id);
  CHECK(x.described().members.size() == 2);
  auto back = x.joined(x.join(static_joiner("i")));
  CHECK(back.error == group_error::none);
  CHECK(x.described().members.size() == 2);
  CHECK(x.joined(x.join(static_joiner("i", "reborn"))).error
        == group_error::fenced_instance_id);
  CHECK(x.joined(x.join(static_joiner("j", "nobody"))).error
        == group_error::unknown_member_id);
}

TEST_CASE("group: an operator removes static members of a consumer group") {
  group_migration_fixture x;
  for (const std::string name : {"a", "b"}) {
    auto join = join_as(name, {"t"});
    join.instance_id = "i-" + name;
    CHECK(x.send(join).error == group_error::none);
  }
  auto left = x.answer<leave_answer>(
      x.leave({{"", "i-a"}, {"a", "i-b"}, {"", "i-c"}, {"", {}}}));
  CHECK(left.members[0].error == group_error::none);
  CHECK(left.members[1].error == group_error::fenced_instance_id);
  CHECK(left.members[2].error == group_error::unknown_member_id);
  CHECK(left.members[3].error == group_error::unknown_member_id);
  auto described = x.described();
  REQUIRE(described.members.size() == 1);
  CHECK(described.members[0].member_id == "b");
  CHECK(described.group_epoch == 3);
  x.come_back();
  CHECK(x.described().members.size() == 1);
}
