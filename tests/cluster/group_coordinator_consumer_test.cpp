// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_coordinator_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("group: the first consumer makes a group of KIP-848") {
  consumer_coordinator_fixture x;
  auto answer = x.enter_as("a");
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_epoch == 1);
  CHECK(answer.assignment == all_of("t", 4));
  auto group = x.described();
  CHECK(group.error == group_error::none);
  CHECK(group.state == consumer_group_state::stable);
  CHECK(group.members.size() == 1);
  CHECK(x.core().describe("g").error == group_error::group_id_not_found);
  CHECK(x.core().list()
        == std::vector<group_listing>{
            {"g", "consumer", consumer_group_state::stable}});
  CHECK(type_of(x.core().list()[0]) == "consumer");
  CHECK(state_of(x.core().list()[0]) == "Stable");
}

TEST_CASE("group: only who joins makes a group, and only when let in") {
  consumer_coordinator_fixture x;
  for (auto epoch : {1, leaving_epoch})
    CHECK(x.beat("a", epoch).error == group_error::group_id_not_found);
  auto bad = join_as("a", {"t"});
  bad.subscribed_topic_regex = "(";
  CHECK(x.send(bad).error == group_error::invalid_regular_expression);
  bad = join_as("a", {"t"});
  bad.rebalance_timeout_ms = -1;
  CHECK(x.send(bad).error == group_error::invalid_request);
  CHECK(x.core().group_count() == 0);
  CHECK(x.records().empty());
  CHECK(x.described().error == group_error::group_id_not_found);
}

TEST_CASE("group: there are never more groups than allowed, of either type") {
  group_config config;
  config.groups_max = 1;
  consumer_coordinator_fixture x{config};
  CHECK(x.enter_as("a").error == group_error::none);
  auto other = join_as("a", {"t"});
  other.group_id = "other";
  CHECK(x.send(other).error == group_error::coordinator_not_available);
}

TEST_CASE("group: older consumers are given a member id") {
  consumer_coordinator_fixture x;
  auto join = join_as("", {"t"});
  join.makes_member_id = false;
  auto answer = x.send(join);
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_id.starts_with("client-"));
  CHECK(x.beat(answer.member_id, 1).error == group_error::none);
}

TEST_CASE("group: assignors that are not configured are refused") {
  group_config config;
  config.consumer.assignors = {"range"};
  consumer_coordinator_fixture x{config};
  auto join = join_as("a", {"t"});
  join.server_assignor = "uniform";
  CHECK(x.send(join).error == group_error::unsupported_assignor);
  CHECK(x.enter_as("a").error == group_error::none);
  CHECK(x.described().assignor_name == "range");
}

TEST_CASE("group: what a consumer says it owns may be in any order") {
  consumer_coordinator_fixture x;
  x.enter_as("a");
  auto claim = join_as("a", {"t"});
  claim.member_epoch = 1;
  claim.topic_partitions =
      partition_assignment{{id_of("t"), {3, 0, 0, 1, 2}}, {id_of("u"), {}}};
  auto answer = x.send(claim);
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_epoch == 1);
}

TEST_CASE("group: a consumer that is silent is removed in its time") {
  consumer_coordinator_fixture x;
  x.enter_as("a");
  x.pass(consumer_session_ms - 1);
  CHECK(x.described().members.size() == 1);
  CHECK(x.beat("a", 1).error == group_error::none);
  x.pass(consumer_session_ms - 1);
  CHECK(x.described().members.size() == 1);
  x.pass(1);
  CHECK(x.described().state == consumer_group_state::empty);
  CHECK(x.beat("a", 1).error == group_error::unknown_member_id);
}

TEST_CASE("group: consumers keep their epochs when the broker restarts") {
  consumer_coordinator_fixture x;
  x.enter_as("a");
  x.enter_as("b");
  auto before = x.described();
  x.come_back();
  CHECK(x.described() == before);
  x.pass(consumer_session_ms - 1);
  auto answer = x.beat("b", 2);
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_epoch == 2);
  CHECK(x.described().members.size() == 2);
}

TEST_CASE("group: a consumer that came back at once has no old assignment") {
  group_coordinator core{{}, 1};
  auto load = [&](consumer_group_record record) { core.load(record); };
  consumer_member_metadata said;
  said.group = "g";
  said.member_id = "a";
  said.rebalance_timeout_ms = 1000;
  load(said);
  load(consumer_member_target{"g", "a", all_of("t", 2)});
  load(consumer_member_current{
      "g", "a", 4, 3, member_state::stable, all_of("t", 2), {}});
  // Of a batch that removed it and took it in again, the last of each key.
  load(consumer_record_removal{consumer_record_kind::member_target, "g", "a"});
  load(said);
  load(consumer_group_epoch{"g", 6, 1});
  load(consumer_member_current{"g", "a", 6, 0, member_state::stable, {}, {}});
  core.loaded({});
  std::vector<group_topic> topics{{"t", id_of("t"), 4}};
  core.know_topics(std::make_shared<const group_topics>(topics, 1));
  auto group = core.consumer_describe("g");
  REQUIRE(group.members.size() == 1);
  CHECK(group.members[0].target_assignment.empty());
  CHECK(group.members[0].assignment.empty());
}
