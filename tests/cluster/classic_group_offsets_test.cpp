// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

#include <limits>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

commit_request simple_commit(std::vector<offset_commit> offsets) {
  return {"g", {}, {}, -1, -1, std::move(offsets)};
}

} // namespace

TEST_CASE("group: a commit of a member becomes records") {
  group_fixture x;
  auto members = x.stable_group(1);
  x.records().clear();
  auto second = offset_at("u", 9);
  second.leader_epoch = 4;
  second.metadata = "note";
  auto answer =
      x.commit({"g", members[0], {}, 1, -1, {offset_at("t", 5), second}});
  CHECK(answer
        == commit_answer{group_error::none,
                         {group_error::none, group_error::none}});
  REQUIRE(x.records().size() == 2);
  const auto& record = std::get<offset_commit>(x.records()[1]);
  CHECK(record.group == "g");
  CHECK(record.partition == troupe::storage::topic_partition{"u", 0});
  CHECK(record.offset == 9);
  CHECK(record.leader_epoch == 4);
  CHECK(record.metadata == "note");
  CHECK(record.commit_timestamp == x.now().wall_ms);
  CHECK(record.expire_timestamp == -1);
}

TEST_CASE("group: a commit is checked against member and generation") {
  group_fixture x;
  auto members = x.stable_group(1);
  CHECK(x.commit("nobody", 1) == group_error::unknown_member_id);
  CHECK(x.commit(members[0], 0) == group_error::illegal_generation);
  CHECK(x.commit(members[0], 2) == group_error::illegal_generation);
  CHECK(x.commit(members[0], -1) == group_error::illegal_generation);
  CHECK(x.commit(members[0], 1, "i") == group_error::unknown_member_id);
  CHECK(x.commit("", -1) == group_error::unknown_member_id);
  CHECK(x.commit("", 1) == group_error::unknown_member_id);
  CHECK(x.commit(members[0], 1) == group_error::none);
}

TEST_CASE("group: commits are taken until the members have rejoined") {
  group_fixture x;
  auto members = x.stable_group(2);
  x.join(joiner(members[0]));
  CHECK(x.state() == group_state::preparing_rebalance);
  CHECK(x.commit(members[1], 1) == group_error::none);
  x.join(joiner(members[1]));
  CHECK(x.state() == group_state::completing_rebalance);
  CHECK(x.commit(members[1], 1) == group_error::illegal_generation);
  CHECK(x.commit(members[1], 2) == group_error::rebalance_in_progress);
  x.sync_all(members, 2);
  CHECK(x.commit(members[1], 2) == group_error::none);
}

TEST_CASE("group: a commit without membership makes a group") {
  group_fixture x;
  CHECK(x.commit("m", 1) == group_error::group_id_not_found);
  commit_request old{"g", "m", {}, 1, -1, {offset_at("t", 5)}};
  old.knows_member_epoch = false;
  CHECK(x.commit(old).error == group_error::illegal_generation);
  CHECK(x.core().group_count() == 0);
  CHECK(x.commit("", -1) == group_error::none);
  REQUIRE(x.records().size() == 2);
  const auto& group = std::get<group_metadata>(x.records()[0]);
  CHECK(group.protocol_type.empty());
  CHECK(group.generation == 0);
  CHECK(group.members.empty());
  CHECK(x.core().list()
        == std::vector<group_listing>{{"g", "", group_state::empty}});
  // The group is known now: the next commit brings only itself.
  CHECK(x.commit("", -1) == group_error::none);
  CHECK(x.records().size() == 3);
  x.restart();
  CHECK(x.state() == group_state::empty);
  CHECK(x.commit("", -1) == group_error::none);
}

TEST_CASE("group: even without a name there can be commits") {
  group_fixture x;
  auto request = simple_commit({offset_at("t", 1)});
  request.group_id.clear();
  CHECK(x.commit(request).error == group_error::none);
  request.group_id.assign(32768, 'x');
  CHECK(x.commit(request).error == group_error::invalid_group_id);
}

TEST_CASE("group: an operator commits when the members are gone") {
  group_fixture x;
  x.stable_group(1);
  CHECK(x.commit("", -1) == group_error::unknown_member_id);
  x.pass(session_ms);
  CHECK(x.state() == group_state::empty);
  CHECK(x.commit("", -1) == group_error::none);
  CHECK(x.commit("", 2) == group_error::unknown_member_id);
}

TEST_CASE("group: metadata beyond its bound concerns its partition only") {
  group_fixture x;
  auto fits = offset_at("t", 1);
  fits.metadata.assign(4096, 'm');
  auto too_large = offset_at("u", 1);
  too_large.metadata.assign(4097, 'm');
  auto answer = x.commit(simple_commit({too_large, fits}));
  CHECK(answer.partitions
        == std::vector<group_error>{group_error::offset_metadata_too_large,
                                    group_error::none});
  REQUIRE(x.commits().size() == 1);
  CHECK(x.commits()[0].partition.topic == "t");
}

TEST_CASE("group: a commit that stores nothing leaves no group") {
  group_fixture x;
  auto too_large = offset_at("u", 1);
  too_large.metadata.assign(4097, 'm');
  x.commit(simple_commit({too_large}));
  CHECK(x.records().empty());
  CHECK(x.core().group_count() == 0);
}

TEST_CASE("group: old clients name retention and time of their commits") {
  group_fixture x;
  auto offset = offset_at("t", 1);
  offset.commit_timestamp = 77;
  auto request = simple_commit({offset});
  request.retention_ms = 1000;
  x.commit(request);
  request.retention_ms = std::numeric_limits<int64_t>::max();
  x.commit(request);
  request.retention_ms = std::numeric_limits<int64_t>::min();
  x.commit(request);
  auto commits = x.commits();
  REQUIRE(commits.size() == 3);
  CHECK(commits[0].commit_timestamp == 77);
  CHECK(commits[0].expire_timestamp == x.now().wall_ms + 1000);
  CHECK(commits[1].expire_timestamp == std::numeric_limits<int64_t>::max());
  CHECK(commits[2].expire_timestamp == x.now().wall_ms);
}
