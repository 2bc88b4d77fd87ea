// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_group_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

consumer_heartbeat_request
join_static(const std::string& member, const std::string& instance) {
  auto x = join_as(member, {"t"});
  x.instance_id = instance;
  return x;
}

consumer_heartbeat_request beat_static(const std::string& member,
                                       const std::string& instance,
                                       int32_t epoch) {
  consumer_heartbeat_request x;
  x.group_id = "g";
  x.member_id = member;
  x.client_id = "client";
  x.client_host = "/127.0.0.1";
  x.instance_id = instance;
  x.member_epoch = epoch;
  return x;
}

} // namespace

TEST_CASE("consumer group: a static member that returns moves nothing") {
  consumer_group_fixture x{{{"t", 4}}};
  x.send(join_static("a", "one"));
  x.join("b", {"t"});
  x.beat("a", 1, {});
  x.beat("b", 2);
  auto answer = x.send(beat_static("a", "one", leaving_for_a_while_epoch));
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_epoch == leaving_for_a_while_epoch);
  CHECK(x.group->member_count() == 2);
  CHECK(x.state() == "Reconciling");
  // Nobody gets what it had.
  CHECK_FALSE(x.beat("b", 2).assignment);
  x.pass(30000);
  x.beat("b", 2);
  answer = x.send(join_static("c", "one"));
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_epoch == 2);
  REQUIRE(answer.assignment);
  CHECK(partition_count(*answer.assignment) == 2);
  CHECK(x.state() == "Stable");
  CHECK(x.group->member_count() == 2);
  CHECK(x.group->describe(x.topics()).group_epoch == 2);
  // It has a session of its own now.
  CHECK(x.pass(44999).empty());
  CHECK(x.group->check_commit("a", 2) == group_error::unknown_member_id);
  CHECK(x.group->check_commit("c", 2) == group_error::none);
}

TEST_CASE("consumer group: a static member may return under its old id") {
  consumer_group_fixture x{{{"t", 2}}};
  x.send(join_static("a", "one"));
  x.send(beat_static("a", "one", leaving_for_a_while_epoch));
  auto answer = x.send(join_static("a", "one"));
  CHECK(answer.member_epoch == 1);
  CHECK(answer.assignment == all_of("t", 2));
  x.restart();
  CHECK(x.send(beat_static("a", "one", 1)).error == group_error::none);
}

TEST_CASE("consumer group: a static member that stays away is removed") {
  consumer_group_fixture x{{{"t", 2}}};
  x.send(join_static("a", "one"));
  x.pass(20000);
  x.send(beat_static("a", "one", leaving_for_a_while_epoch));
  CHECK(x.pass(24999).empty());
  CHECK(x.pass(1).size() == 4);
  CHECK(x.state() == "Empty");
  CHECK(x.send(join_static("b", "one")).member_epoch == 3);
}

TEST_CASE("consumer group: an instance id in use is not released") {
  consumer_group_fixture x{{{"t", 2}}};
  x.send(join_static("a", "one"));
  CHECK(x.send(join_static("b", "one")).error
        == group_error::unreleased_instance_id);
  // The same member that did not get its answer is not somebody else.
  CHECK(x.send(join_static("a", "one")).error == group_error::none);
}

TEST_CASE("consumer group: who was replaced is fenced by its instance id") {
  consumer_group_fixture x{{{"t", 2}}};
  x.send(join_static("a", "one"));
  x.send(beat_static("a", "one", leaving_for_a_while_epoch));
  x.send(join_static("b", "one"));
  for (auto epoch : {1, leaving_epoch, leaving_for_a_while_epoch})
    CHECK(x.send(beat_static("a", "one", epoch)).error
          == group_error::fenced_instance_id);
  CHECK(x.send(beat_static("b", "two", 1)).error
        == group_error::unknown_member_id);
  CHECK(x.send(beat_static("b", "one", 1)).error == group_error::none);
}

TEST_CASE("consumer group: a static member away answers to no epoch") {
  consumer_group_fixture x{{{"t", 2}}};
  x.send(join_static("a", "one"));
  x.send(beat_static("a", "one", leaving_for_a_while_epoch));
  CHECK(x.send(beat_static("a", "one", 1)).error
        == group_error::fenced_member_epoch);
  CHECK(x.group->check_commit("a", 1) == group_error::stale_member_epoch);
}

TEST_CASE("consumer group: a static member that leaves for good is gone") {
  consumer_group_fixture x{{{"t", 2}}};
  x.send(join_static("a", "one"));
  CHECK(x.send(beat_static("a", "one", leaving_epoch)).error
        == group_error::none);
  CHECK(x.state() == "Empty");
  CHECK(x.send(join_static("b", "one")).error == group_error::none);
}

TEST_CASE("consumer group: going away counts as revoking") {
  consumer_group_fixture x{{{"t", 2}}};
  x.send(join_static("a", "one"));
  x.join("b", {"t"});
  x.send(beat_static("a", "one", 1));
  CHECK_FALSE(x.beat("b", 2).assignment);
  x.send(beat_static("a", "one", leaving_for_a_while_epoch));
  auto answer = x.beat("b", 2);
  REQUIRE(answer.assignment);
  CHECK(partition_count(*answer.assignment) == 1);
}

TEST_CASE("consumer group: a return may not take another member's id") {
  consumer_group_fixture x{{{"t", 2}}};
  x.send(join_static("a", "one"));
  x.join("b", {"t"});
  x.send(beat_static("a", "one", leaving_for_a_while_epoch));
  CHECK(x.send(join_static("b", "one")).error == group_error::invalid_request);
  CHECK(x.group->member_count() == 2);
}
