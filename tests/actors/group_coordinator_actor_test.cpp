// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_fixture.h"
#include "routing_fixture.h"

#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

using cluster::group_error;

struct synced_group_fixture : group_coordinator_fixture {
  synced_group_fixture()
      : group_coordinator_fixture(cluster::durability::fsync) {}
};

} // namespace

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: a commit is found again") {
  commit(5, "g", 42);
  REQUIRE(heard.answers.size() == 1);
  CHECK(heard.answers[0].ticket == 5);
  auto answer = newest_as<cluster::commit_answer>();
  REQUIRE(answer.partitions.size() == 1);
  CHECK(answer.partitions[0] == group_error::none);
  CHECK(committed("g") == 42);
  CHECK(committed("other") == -1);
}

TEST_CASE_FIXTURE(synced_group_fixture, "group coordinator: a commit is "
                                        "answered when its record is durable") {
  commit(5, "g", 42);
  CHECK(heard.answers.empty());
  CHECK(committed("g") == -1);
  commit(6, "g", 43);
  finish_sync();
  CHECK(heard.answers.size() == 1);
  CHECK(committed("g") == 42);
  finish_sync();
  CHECK(heard.answers.size() == 2);
  CHECK(committed("g") == 43);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: another one goes on from the log") {
  commit(5, "g", 42);
  join(6, "members");
  commit(7, "g", 43);
  SUBCASE("the view is old") {}
  SUBCASE("the view is new") {
    fire_timers();
  }
  SUBCASE("the view is lost") {
    view = storage::make_memory_log_view();
  }
  restart();
  CHECK(committed("g") == 43);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: a first member waits for others, then "
                  "for nobody") {
  join(5, "g");
  CHECK(heard.answers.empty());
  now.steady_ms += 3000;
  fire_timers();
  REQUIRE(heard.answers.size() == 1);
  auto answer = newest_as<cluster::join_answer>();
  CHECK(answer.error == group_error::none);
  CHECK(answer.generation == 1);
  CHECK(answer.leader == answer.member_id);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: a client that went is not answered") {
  join(5, "g");
  tell(coordinator, forget_group_calls{caller});
  now.steady_ms += 3000;
  fire_timers();
  CHECK(heard.answers.empty());
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: without its topic there is none") {
  publish(routing_builder().topic("orders", 2, 3, partition).build());
  commit(5, "g", 42);
  CHECK(newest_as<cluster::commit_answer>().error
        == group_error::coordinator_not_available);
  publish(all_topics());
  commit(6, "g", 42);
  CHECK(committed("g") == 42);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: who is parked hears that it stops") {
  commit(4, "g", 42);
  join(5, "g");
  auto stopped = ask<groups_stopped>(coordinator, stop_groups{});
  CHECK(stopped.why.ok());
  CHECK(heard.answers.back().ticket == 5);
  CHECK(newest_as<cluster::join_answer>().error
        == group_error::not_coordinator);
  commit(6, "g", 43);
  CHECK(newest_as<cluster::commit_answer>().error
        == group_error::not_coordinator);
  restart();
  CHECK(committed("g") == 42);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: an append that fails is told, and the "
                  "partition is loaded again") {
  commit(4, "g", 42);
  CHECK(close(false).why.ok());
  commit(5, "g", 43);
  auto answer = newest_as<cluster::commit_answer>();
  CHECK(answer.error == group_error::coordinator_not_available);
  commit(6, "g", 44);
  CHECK(newest_as<cluster::commit_answer>().error
        == group_error::coordinator_load_in_progress);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: offsets go with their topic") {
  // Also within a millisecond.
  commit(5, "g", 42);
  publish(
      routing_builder().topic("__consumer_offsets", 1, 1, partition).build());
  CHECK(committed("g") == -1);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: what is committed after a topic was "
                  "deleted is another topic's, and stays") {
  commit(5, "g", 42);
  now.wall_ms += 1;
  // Groups are looked at after both.
  routes->publish(
      routing_builder().topic("__consumer_offsets", 1, 1, partition).build());
  caf::anon_send(coordinator, routing_published{});
  cluster::commit_request later;
  later.group_id = "g";
  later.offsets.emplace_back().partition = {"orders", 0};
  later.offsets.back().offset = 7;
  caf::anon_send(coordinator, commit_call{6, std::move(later), caller});
  step();
  now.wall_ms += 1;
  run();
  CHECK(committed("g") == 7);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: groups are listed and described") {
  commit(5, "g", 42);
  auto listed = ask<groups_listed>(coordinator, list_groups{});
  CHECK_FALSE(listed.loading);
  REQUIRE(listed.groups.size() == 1);
  CHECK(listed.groups[0].group_id == "g");
  auto described =
      ask<groups_described>(coordinator, describe_groups{{"g", "nope"}});
  REQUIRE(described.groups.size() == 2);
  CHECK(described.groups[0].state == cluster::group_state::empty);
  CHECK(described.groups[1].error == group_error::group_id_not_found);
}

} // namespace troupe::actors
