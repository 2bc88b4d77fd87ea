// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_group_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

partition_assignment
some_of(const std::string& topic, std::vector<int32_t> partitions) {
  return {{id_of(topic), std::move(partitions)}};
}

/// Two members that share four partitions, in epoch 2 and stable: "a" has 0
/// and 1, "b" has 2 and 3.
consumer_group_fixture two_members() {
  consumer_group_fixture x{{{"t", 4}}};
  REQUIRE(x.join("a", {"t"}).assignment == all_of("t", 4));
  REQUIRE(x.join("b", {"t"}).assignment == partition_assignment{});
  REQUIRE(x.beat("a", 1).assignment == some_of("t", {0, 1}));
  REQUIRE(x.beat("a", 1, some_of("t", {0, 1})).member_epoch == 2);
  REQUIRE(x.beat("b", 2).assignment == some_of("t", {2, 3}));
  REQUIRE(x.state() == "Stable");
  return x;
}

} // namespace

TEST_CASE("consumer group: the first member gets everything at once") {
  consumer_group_fixture x{{{"t", 3}}};
  CHECK(x.state() == "Empty");
  auto answer = x.join("a", {"t"});
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_id == "a");
  CHECK(answer.member_epoch == 1);
  CHECK(answer.heartbeat_interval_ms == 5000);
  CHECK(answer.assignment == all_of("t", 3));
  CHECK(x.state() == "Stable");
}

TEST_CASE("consumer group: a heartbeat that changes nothing writes nothing") {
  auto x = two_members();
  auto before = x.log.size();
  auto answer = x.beat("a", 2);
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_epoch == 2);
  CHECK_FALSE(answer.assignment);
  CHECK(x.log.size() == before);
}

TEST_CASE("consumer group: a full heartbeat is told its assignment again") {
  auto x = two_members();
  auto full = join_as("a", {"t"});
  full.member_epoch = 2;
  full.topic_partitions = some_of("t", {0, 1});
  CHECK(x.send(full).assignment == some_of("t", {0, 1}));
}

TEST_CASE("consumer group: a partition moves only when it was given up") {
  consumer_group_fixture x{{{"t", 2}}};
  x.join("a", {"t"});
  auto answer = x.join("b", {"t"});
  CHECK(answer.member_epoch == 2);
  CHECK(answer.assignment == partition_assignment{});
  CHECK(x.state() == "Reconciling");
  // "a" is asked to give up partition 1 and stays in its epoch meanwhile.
  answer = x.beat("a", 1);
  CHECK(answer.member_epoch == 1);
  CHECK(answer.assignment == some_of("t", {0}));
  // It does not say what it owns, or owns it still: "b" must wait.
  CHECK_FALSE(x.beat("a", 1).assignment);
  CHECK_FALSE(x.beat("b", 2).assignment);
  CHECK_FALSE(x.beat("a", 1, all_of("t", 2)).assignment);
  CHECK_FALSE(x.beat("b", 2).assignment);
  answer = x.beat("a", 1, some_of("t", {0}));
  CHECK(answer.member_epoch == 2);
  CHECK_FALSE(answer.assignment);
  CHECK(x.state() == "Reconciling");
  CHECK(x.beat("b", 2).assignment == some_of("t", {1}));
  CHECK(x.state() == "Stable");
}

TEST_CASE("consumer group: a member that owns less already need not revoke") {
  consumer_group_fixture x{{{"t", 2}}};
  x.join("a", {"t"});
  x.join("b", {"t"});
  auto answer = x.beat("a", 1, some_of("t", {0}));
  CHECK(answer.member_epoch == 2);
  CHECK(answer.assignment == some_of("t", {0}));
  CHECK(x.beat("b", 2).assignment == some_of("t", {1}));
}

TEST_CASE("consumer group: a target that moves on is followed") {
  consumer_group_fixture x{{{"t", 4}}};
  x.join("a", {"t"});
  x.join("b", {"t"});
  CHECK(x.beat("a", 1).assignment == some_of("t", {0, 1}));
  x.leave("b");
  CHECK(x.state() == "Assigning");
  // All of them are its own again, whether it gave them up or not.
  auto answer = x.beat("a", 1, some_of("t", {0, 1}));
  CHECK(answer.member_epoch == 3);
  CHECK(answer.assignment == all_of("t", 4));
  CHECK(x.state() == "Stable");
}

TEST_CASE("consumer group: who leaves frees its partitions") {
  auto x = two_members();
  auto answer = x.leave("b");
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_epoch == leaving_epoch);
  CHECK(x.group->member_count() == 1);
  answer = x.beat("a", 2);
  CHECK(answer.member_epoch == 3);
  CHECK(answer.assignment == all_of("t", 4));
  CHECK(x.leave("b").error == group_error::unknown_member_id);
  x.leave("a");
  CHECK(x.state() == "Empty");
  CHECK_FALSE(x.group->next_deadline_ms());
}

TEST_CASE("consumer group: a member without heartbeats is removed") {
  auto x = two_members();
  x.pass(44999);
  x.beat("a", 2);
  CHECK(x.group->member_count() == 2);
  auto records = x.pass(1);
  CHECK(x.group->member_count() == 1);
  // Three tombstones and the group's new epoch.
  CHECK(records.size() == 4);
  CHECK(x.beat("b", 2).error == group_error::unknown_member_id);
  CHECK(x.beat("a", 2).assignment == all_of("t", 4));
}

TEST_CASE("consumer group: next_deadline is when the first session ends") {
  consumer_group_fixture x{{{"t", 2}}};
  CHECK_FALSE(x.group->next_deadline_ms());
  x.join("a", {"t"});
  CHECK(x.group->next_deadline_ms() == x.now.steady_ms + 45000);
  x.pass(1000);
  x.join("b", {"t"});
  CHECK(x.group->next_deadline_ms() == x.now.steady_ms + 44000);
  x.beat("a", 1, all_of("t", 1));
  CHECK(x.group->next_deadline_ms() == x.now.steady_ms + 45000);
}

TEST_CASE("consumer group: a member that does not revoke in time is removed") {
  consumer_group_fixture x{{{"t", 2}}};
  auto slow = join_as("a", {"t"});
  slow.rebalance_timeout_ms = 20000;
  x.send(slow);
  x.join("b", {"t"});
  x.beat("a", 1);
  x.pass(15000);
  x.beat("a", 1, all_of("t", 2));
  CHECK(x.pass(4999).empty());
  CHECK(x.pass(1).size() == 4);
  CHECK(x.beat("a", 1).error == group_error::unknown_member_id);
  CHECK(x.beat("b", 2).assignment == all_of("t", 2));
}

TEST_CASE(
    "consumer group: who revoked in time has no deadline but its session") {
  consumer_group_fixture x{{{"t", 2}}};
  auto quick = join_as("a", {"t"});
  quick.rebalance_timeout_ms = 10000;
  x.send(quick);
  x.join("b", {"t"});
  x.beat("a", 1);
  CHECK(x.group->next_deadline_ms() == x.now.steady_ms + 10000);
  x.beat("a", 1, some_of("t", {0}));
  CHECK(x.group->next_deadline_ms() == x.now.steady_ms + 45000);
  CHECK(x.pass(10000).empty());
}

TEST_CASE("consumer group: only the current epoch and the last one are fine") {
  auto x = two_members();
  CHECK(x.beat("a", 3).error == group_error::fenced_member_epoch);
  CHECK(x.beat("a", 0x7fffffff).error == group_error::fenced_member_epoch);
  // The answer with epoch 2 may have been lost; what it owns must be its own.
  CHECK(x.beat("a", 1).error == group_error::fenced_member_epoch);
  CHECK(x.beat("a", 1, some_of("t", {0, 2})).error
        == group_error::fenced_member_epoch);
  CHECK(x.beat("a", 1, some_of("t", {0})).member_epoch == 2);
  CHECK(x.beat("a", 1, {}).member_epoch == 2);
}

TEST_CASE("consumer group: a join is repeated when its answer was lost") {
  consumer_group_fixture x{{{"t", 2}}};
  auto first = x.join("a", {"t"});
  auto again = x.join("a", {"t"});
  CHECK(first == again);
  x.join("b", {"t"});
  x.beat("a", 1, all_of("t", 1));
  // By now it had an answer.
  CHECK(x.join("a", {"t"}).error == group_error::fenced_member_epoch);
}

TEST_CASE("consumer group: a new subscription moves the group on") {
  consumer_group_fixture x{{{"t", 2}, {"u", 2}}};
  x.join("a", {"t"});
  auto change = join_as("a", {"u"});
  change.member_epoch = 1;
  change.topic_partitions = all_of("t", 2);
  // "t" is to be given up before "u" is had.
  CHECK(x.send(change).assignment == partition_assignment{});
  auto answer = x.beat("a", 1, {});
  CHECK(answer.member_epoch == 2);
  CHECK(answer.assignment == all_of("u", 2));
  CHECK_FALSE(x.group->subscribes_to("t", x.topics()));
  CHECK(x.group->subscribes_to("u", x.topics()));
}

TEST_CASE("consumer group: topics that come, grow and go move the group on") {
  consumer_group_fixture x{{}};
  CHECK(x.join("a", {"t"}).assignment == partition_assignment{});
  x.set_topics({{"other", 9}});
  CHECK(x.beat("a", 1).member_epoch == 1);
  x.set_topics({{"t", 1}});
  auto answer = x.beat("a", 1);
  CHECK(answer.member_epoch == 2);
  CHECK(answer.assignment == all_of("t", 1));
  x.set_topics({{"t", 3}});
  answer = x.beat("a", 2);
  CHECK(answer.member_epoch == 3);
  CHECK(answer.assignment == all_of("t", 3));
  x.set_topics({});
  CHECK(x.beat("a", 3).assignment == partition_assignment{});
  CHECK(x.beat("a", 3, {}).member_epoch == 4);
  CHECK(x.group->subscribes_to("t", x.topics()));
}

TEST_CASE("consumer group: most votes choose the assignor") {
  consumer_group_fixture x{{{"t", 3}, {"u", 3}}};
  for (const auto* name : {"a", "b", "c"}) {
    auto join = join_as(name, {"t", "u"});
    if (name[0] != 'a')
      join.server_assignor = "range";
    x.send(join);
  }
  auto description = x.group->describe(x.topics());
  CHECK(description.assignor_name == "range");
  for (const auto& member : description.members)
    CHECK(member.target_assignment.size() == 2);
}

TEST_CASE("consumer group: a full group refuses newcomers only") {
  consumer_group_fixture x{{{"t", 2}}};
  x.config.members_per_group_max = 1;
  x.restart();
  x.join("a", {"t"});
  CHECK(x.join("b", {"t"}).error == group_error::group_max_size_reached);
  CHECK(x.join("a", {"t"}).error == group_error::none);
  CHECK(x.beat("a", 1).error == group_error::none);
}

TEST_CASE("consumer group: subscriptions have bounds") {
  consumer_group_fixture x{{{"t", 2}}};
  x.config.subscription_bytes_per_member_max = 10;
  x.config.subscription_bytes_per_group_max = 15;
  x.restart();
  CHECK(x.join("a", {"0123456789a"}).error == group_error::invalid_request);
  CHECK(x.join("a", {"0123456789"}).error == group_error::none);
  CHECK(x.join("b", {"0123456789"}).error
        == group_error::group_max_size_reached);
  x.leave("a");
  CHECK(x.join("b", {"0123456789"}).error == group_error::none);
}

TEST_CASE("consumer group: commits need the member's own epoch") {
  consumer_group_fixture x{{{"t", 4}}};
  CHECK(x.group->check_commit("", -1) == group_error::none);
  CHECK(x.group->check_commit("a", 1) == group_error::unknown_member_id);
  x.join("a", {"t"});
  CHECK(x.group->check_commit("a", 1) == group_error::none);
  CHECK(x.group->check_commit("a", 2) == group_error::stale_member_epoch);
  CHECK(x.group->check_commit("a", 0) == group_error::stale_member_epoch);
  CHECK(x.group->check_commit("", -1) == group_error::unknown_member_id);
  CHECK(x.group->check_fetch(std::nullopt, -1) == group_error::none);
  CHECK(x.group->check_fetch("a", 1) == group_error::none);
  CHECK(x.group->check_fetch("a", 2) == group_error::stale_member_epoch);
  CHECK(x.group->check_fetch("b", 1) == group_error::unknown_member_id);
}

TEST_CASE("consumer group: a description has all that was asked for") {
  auto x = two_members();
  auto description = x.group->describe(x.topics());
  CHECK(description.group_id == "g");
  CHECK(description.state == consumer_group_state::stable);
  CHECK(description.group_epoch == 2);
  CHECK(description.assignment_epoch == 2);
  CHECK(description.assignor_name == "uniform");
  REQUIRE(description.members.size() == 2);
  const auto& member = description.members[0];
  CHECK(member.member_id == "a");
  CHECK(member.member_epoch == 2);
  CHECK(member.client_id == "client");
  CHECK(member.client_host == "/127.0.0.1");
  CHECK(member.subscribed_topic_names == std::vector<std::string>{"t"});
  CHECK_FALSE(member.subscribed_topic_regex);
  REQUIRE(member.assignment.size() == 1);
  CHECK(member.assignment[0].topic_name == "t");
  CHECK(member.assignment[0].partitions == std::vector<int32_t>{0, 1});
  CHECK(member.assignment == member.target_assignment);
  x.set_topics({});
  CHECK(x.group->describe(x.topics()).members[0].assignment.empty());
}

TEST_CASE("consumer group: an empty group is removed by two tombstones") {
  auto x = two_members();
  x.leave("a");
  x.leave("b");
  auto records = x.group->removal();
  REQUIRE(records.size() == 2);
  for (const auto& record : records)
    CHECK(std::holds_alternative<consumer_record_removal>(record));
}
