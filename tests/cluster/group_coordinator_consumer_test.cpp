// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_group_fixture.h>
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

constexpr int64_t day_ms = 24 * 60 * 60 * 1000;
constexpr int32_t consumer_session_ms = 45000;

/// A coordinator that knows topics "t" with 4 partitions and "u" with 2.
struct consumer_fixture : group_fixture {
  explicit consumer_fixture(group_config config = {})
      : group_fixture(std::move(config)) {
    tell_topics();
  }

  void tell_topics() {
    std::vector<group_topic> all{{"t", id_of("t"), 4}, {"u", id_of("u"), 2}};
    core().know_topics(std::make_shared<const group_topics>(std::move(all), 1));
  }

  consumer_heartbeat_answer send(consumer_heartbeat_request x) {
    auto asked = ticket();
    take(core().consumer_heartbeat(asked, std::move(x), now()));
    return answer<consumer_heartbeat_answer>(asked);
  }

  consumer_heartbeat_answer enter_as(const std::string& member) {
    return send(join_as(member, {"t"}));
  }

  consumer_heartbeat_answer beat(const std::string& member, int32_t epoch) {
    consumer_heartbeat_request x;
    x.group_id = "g";
    x.member_id = member;
    x.client_id = "client";
    x.client_host = "/127.0.0.1";
    x.member_epoch = epoch;
    return send(std::move(x));
  }

  void come_back() {
    restart();
    tell_topics();
  }

  consumer_group_description described() {
    return core().consumer_describe("g");
  }
};

size_t removals(const std::vector<group_record>& records) {
  return static_cast<size_t>(
      std::ranges::count_if(records, [](const auto& record) {
        const auto* x = std::get_if<consumer_group_record>(&record);
        return x != nullptr
               && std::holds_alternative<consumer_record_removal>(*x);
      }));
}

} // namespace

TEST_CASE("group: the first consumer makes a group of KIP-848") {
  consumer_fixture x;
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
  consumer_fixture x;
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
  consumer_fixture x{config};
  CHECK(x.enter_as("a").error == group_error::none);
  auto other = join_as("a", {"t"});
  other.group_id = "other";
  CHECK(x.send(other).error == group_error::coordinator_not_available);
}

TEST_CASE("group: older consumers are given a member id") {
  consumer_fixture x;
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
  consumer_fixture x{config};
  auto join = join_as("a", {"t"});
  join.server_assignor = "uniform";
  CHECK(x.send(join).error == group_error::unsupported_assignor);
  CHECK(x.enter_as("a").error == group_error::none);
  CHECK(x.described().assignor_name == "range");
}

TEST_CASE("group: what a consumer says it owns may be in any order") {
  consumer_fixture x;
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
  consumer_fixture x;
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
  consumer_fixture x;
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

TEST_CASE("group: commits of consumers carry their epoch") {
  consumer_fixture x;
  x.enter_as("a");
  CHECK(x.commit("a", 1) == group_error::none);
  CHECK(x.commit("a", 0) == group_error::stale_member_epoch);
  CHECK(x.commit("a", 2) == group_error::stale_member_epoch);
  CHECK(x.commit("nobody", 1) == group_error::unknown_member_id);
  CHECK(x.commit("", -1) == group_error::unknown_member_id);
  commit_request old{"g", "a", {}, 1, -1, {offset_at("t", 5)}};
  old.knows_member_epoch = false;
  CHECK(x.commit(old).error == group_error::unsupported_version);
  CHECK(x.commits().size() == 1);
  x.beat("a", leaving_epoch);
  CHECK(x.commit("", -1) == group_error::none);
  old.member_id.clear();
  old.generation = -1;
  CHECK(x.commit(old).error == group_error::none);
}

TEST_CASE("group: offsets are told to consumers of this epoch and to tools") {
  consumer_fixture x;
  CHECK(x.core().check_fetch("g", "a", 1) == group_error::none);
  x.enter_as("a");
  CHECK(x.core().check_fetch("g", {}, -1) == group_error::none);
  CHECK(x.core().check_fetch("g", "a", 1) == group_error::none);
  CHECK(x.core().check_fetch("g", "a", 2) == group_error::stale_member_epoch);
  CHECK(x.core().check_fetch("g", "b", 1) == group_error::unknown_member_id);
}

TEST_CASE("group: offsets of topics that consumers read are not deleted") {
  consumer_fixture x;
  x.enter_as("a");
  const troupe::storage::topic_partition both[] = {{"t", 0}, {"u", 0}};
  auto effects = x.core().delete_offsets(x.ticket(), "g", both);
  CHECK(std::get<delete_offsets_answer>(effects.answers[0].what).partitions
        == std::vector<group_error>{group_error::group_subscribed_to_topic,
                                    group_error::none});
  CHECK(effects.records.size() == 1);
}

TEST_CASE("group: offsets that no consumer reads expire after their commit") {
  consumer_fixture x;
  x.enter_as("a");
  x.commit("a", 1);
  auto stored = x.commits();
  stored.push_back(stored[0]);
  stored[1].partition.topic = "u";
  x.pass(consumer_session_ms - 1);
  auto later = x.now();
  later.wall_ms += 8 * day_ms;
  auto effects = x.core().expire_offsets("g", stored, later);
  REQUIRE(effects.records.size() == 1);
  CHECK(std::get<offset_removal>(effects.records[0]).partition.topic == "u");
  x.pass(1);
  effects = x.core().expire_offsets("g", stored, later);
  CHECK(effects.records.size() == 4);
  CHECK(removals(effects.records) == 2);
  CHECK(x.core().group_count() == 0);
}

TEST_CASE("group: a regular expression keeps offsets before it is matched") {
  consumer_fixture x;
  auto join = join_as("a", {});
  join.subscribed_topic_regex = "t.*";
  CHECK(x.send(join).error == group_error::none);
  x.commit("a", 1);
  auto stored = x.commits();
  stored[0].partition.topic = "u";
  auto later = x.now();
  later.wall_ms += 8 * day_ms;
  x.come_back();
  CHECK(x.core().expire_offsets("g", stored, later).empty());
  x.beat("a", 1);
  CHECK_FALSE(x.core().expire_offsets("g", stored, later).empty());
}

TEST_CASE("group: a consumer group is deleted when its members are gone") {
  consumer_fixture x;
  x.enter_as("a");
  const troupe::storage::topic_partition stored[] = {{"t", 0}};
  auto remove = [&] {
    auto effects = x.core().delete_group(x.ticket(), "g", stored);
    auto error = std::get<delete_group_answer>(effects.answers[0].what).error;
    x.take(std::move(effects));
    return error;
  };
  CHECK(remove() == group_error::non_empty_group);
  x.beat("a", leaving_epoch);
  CHECK(remove() == group_error::none);
  CHECK(x.core().group_count() == 0);
  x.come_back();
  CHECK(x.core().group_count() == 0);
}

TEST_CASE("group: classic calls do not reach a group of consumers") {
  consumer_fixture x;
  x.enter_as("a");
  CHECK(x.joined(x.join(joiner())).error
        == group_error::inconsistent_group_protocol);
  CHECK(x.joined(x.join(joiner("a"))).error
        == group_error::inconsistent_group_protocol);
  CHECK(x.heartbeat("a", 1) == group_error::unknown_member_id);
  CHECK(x.synced(x.sync("a", 1)).error == group_error::unknown_member_id);
  auto left = x.answer<leave_answer>(x.leave({{"a", {}}}));
  CHECK(left.members[0].error == group_error::unknown_member_id);
  CHECK(x.described().members.size() == 1);
}

TEST_CASE("group: a consumer does not join classic members") {
  consumer_fixture x;
  auto members = x.stable_group(1);
  CHECK(x.enter_as("a").error == group_error::group_id_not_found);
  CHECK(x.heartbeat(members[0], 1) == group_error::none);
  CHECK(x.described().error == group_error::group_id_not_found);
}

TEST_CASE("group: an empty classic group becomes one of consumers") {
  consumer_fixture x;
  CHECK(x.commit("", -1) == group_error::none);
  auto before = x.records().size();
  auto refused = join_as("a", {});
  refused.subscribed_topic_regex = "(";
  CHECK(x.send(refused).error == group_error::invalid_regular_expression);
  CHECK(x.records().size() == before);
  CHECK(x.core().describe("g").error == group_error::none);
  CHECK(x.enter_as("a").error == group_error::none);
  CHECK(std::holds_alternative<group_removal>(x.records()[before]));
  x.come_back();
  CHECK(x.described().members.size() == 1);
  CHECK(x.core().describe("g").error == group_error::group_id_not_found);
}

TEST_CASE("group: an empty group of consumers becomes a classic one") {
  consumer_fixture x;
  x.enter_as("a");
  x.beat("a", leaving_epoch);
  auto before = x.records().size();
  CHECK(x.joined(x.join(joiner("a"))).error == group_error::unknown_member_id);
  auto misfit = joiner();
  misfit.protocols.clear();
  CHECK(x.joined(x.join(misfit)).error != group_error::none);
  CHECK(x.records().size() == before);
  auto members = x.stable_group(1);
  CHECK(removals(x.records()) >= 2);
  x.come_back();
  CHECK(x.state() == group_state::stable);
  CHECK(x.heartbeat(members[0], 1) == group_error::none);
  CHECK(x.described().error == group_error::group_id_not_found);
}
