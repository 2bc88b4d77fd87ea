// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_coordinator_fixture.h>

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

constexpr int64_t day_ms = 24 * 60 * 60 * 1000;

size_t removals(const std::vector<group_record>& records) {
  return static_cast<size_t>(
      std::ranges::count_if(records, [](const auto& record) {
        const auto* x = std::get_if<consumer_group_record>(&record);
        return x != nullptr
               && std::holds_alternative<consumer_record_removal>(*x);
      }));
}

} // namespace

TEST_CASE("group: commits of consumers carry their epoch") {
  consumer_coordinator_fixture x;
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
  consumer_coordinator_fixture x;
  CHECK(x.core().check_fetch("g", "a", 1) == group_error::none);
  x.enter_as("a");
  CHECK(x.core().check_fetch("g", {}, -1) == group_error::none);
  CHECK(x.core().check_fetch("g", "a", 1) == group_error::none);
  CHECK(x.core().check_fetch("g", "a", 2) == group_error::stale_member_epoch);
  CHECK(x.core().check_fetch("g", "b", 1) == group_error::unknown_member_id);
}

TEST_CASE("group: offsets of topics that consumers read are not deleted") {
  consumer_coordinator_fixture x;
  x.enter_as("a");
  const troupe::storage::topic_partition both[] = {{"t", 0}, {"u", 0}};
  auto effects = x.core().delete_offsets(x.ticket(), "g", both);
  CHECK(std::get<delete_offsets_answer>(effects.answers[0].what).partitions
        == std::vector<group_error>{group_error::group_subscribed_to_topic,
                                    group_error::none});
  CHECK(effects.records.size() == 1);
}

TEST_CASE("group: offsets that no consumer reads expire after their commit") {
  consumer_coordinator_fixture x;
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
  consumer_coordinator_fixture x;
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
  consumer_coordinator_fixture x;
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

TEST_CASE("group: a consumer does not join members with bytes of their own") {
  consumer_coordinator_fixture x;
  auto members = x.stable_group(1);
  CHECK(x.enter_as("a").error == group_error::group_id_not_found);
  CHECK(x.heartbeat(members[0], 1) == group_error::none);
  CHECK(x.described().error == group_error::group_id_not_found);
}

TEST_CASE("group: an empty classic group becomes one of consumers") {
  consumer_coordinator_fixture x;
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
  consumer_coordinator_fixture x;
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
