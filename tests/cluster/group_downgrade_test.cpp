// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_migration_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("group: the last consumer leaves the group to classic members") {
  group_migration_fixture x;
  auto members = x.mixed_group();
  auto first = x.join_mixed(members[0]);
  auto second = x.join_mixed(members[1]);
  CHECK(x.beat("new", leaving_epoch).error == group_error::none);
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.described().error == group_error::group_id_not_found);
  CHECK(type_of(x.core().list().at(0)) == "classic");
  // Who is up to date learns of it in the usual way.
  for (const auto& member : {first, second})
    CHECK(x.heartbeat(member.member_id, member.generation)
          == group_error::rebalance_in_progress);
  auto leader = x.join(joiner(members[0]));
  auto follower = x.join(joiner(members[1]));
  CHECK(x.joined(leader).error == group_error::none);
  CHECK(x.joined(leader).generation > first.generation);
  CHECK(x.joined(follower).leader == x.joined(leader).leader);
  x.sync_all(x.joined(leader).leader == members[0]
                 ? members
                 : std::vector{members[1], members[0]},
             x.joined(leader).generation);
}

TEST_CASE("group: a consumer that dies leaves the group to classic members") {
  group_migration_fixture x;
  auto members = x.mixed_group();
  auto classic = x.join_mixed(members[0]);
  for (int64_t time = 0; time < consumer_session_ms; time += 5000) {
    x.heartbeat(members[0], classic.generation);
    x.pass(5000);
  }
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.core().describe("g").members.size() == 1);
}

TEST_CASE("group: an operator who removes the last consumer downgrades") {
  group_migration_fixture x;
  auto join = join_as("new", {"t"});
  join.instance_id = "i";
  x.send(join);
  x.enter_mixed();
  x.leave({{"", "i"}});
  CHECK(x.state() == group_state::preparing_rebalance);
}

TEST_CASE("group: a static member that turns classic may be the last one") {
  group_migration_fixture x;
  auto join = join_as("new", {"t"});
  join.instance_id = "i";
  x.send(join);
  auto answer = x.joined(x.join(static_joiner("i")));
  CHECK(answer.error == group_error::none);
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.heartbeat(answer.member_id, answer.generation, "i")
        == group_error::rebalance_in_progress);
  auto again = x.join(static_joiner("i", answer.member_id));
  CHECK(x.joined(again).generation > answer.generation);
}

TEST_CASE("group: the policy keeps classic members in a consumer group") {
  for (auto policy :
       {group_migration_policy::upgrade, group_migration_policy::disabled}) {
    group_config config;
    config.consumer.migration_policy = policy;
    group_migration_fixture x{config};
    x.enter_as("new");
    auto classic = x.enter_mixed();
    x.beat("new", leaving_epoch);
    CHECK(x.described().members.size() == 1);
    CHECK(x.heartbeat(classic.member_id, classic.generation)
          == group_error::rebalance_in_progress);
    classic = x.join_mixed(classic.member_id);
    CHECK(partition_count(classic.assigned) == 4);
  }
}

TEST_CASE("group: too many members for a classic group stay where they are") {
  group_config config;
  config.members_per_group_max = 1;
  group_migration_fixture x{config};
  x.enter_as("new");
  x.enter_mixed();
  x.enter_mixed();
  x.beat("new", leaving_epoch);
  CHECK(x.described().members.size() == 2);
}

TEST_CASE("group: a downgrade goes on after a crash") {
  group_migration_fixture x;
  auto members = x.mixed_group();
  auto classic = x.join_mixed(members[0]);
  x.beat("new", leaving_epoch);
  x.come_back();
  CHECK(x.described().error == group_error::group_id_not_found);
  // What the last consumer had is nobody's yet.
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.heartbeat(members[0], classic.generation)
        == group_error::rebalance_in_progress);
  // A consumer that comes now does not get what members still have.
  auto answer = x.enter_as("newer");
  CHECK(answer.error == group_error::none);
  CHECK_FALSE(contains(*answer.assignment, id_of("t"), 0));
  CHECK(x.described().members.size() == 3);
}
