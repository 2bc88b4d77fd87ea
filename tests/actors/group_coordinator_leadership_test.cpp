// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_fixture.h"
#include "routing_fixture.h"

#include <doctest/doctest.h>

#include <chrono>

namespace troupe::actors {

namespace {

using cluster::group_error;

constexpr cluster::node_id other_node = 2;

struct replicated_group_fixture : group_coordinator_fixture {
  replicated_group_fixture()
      : group_coordinator_fixture(cluster::durability::fsync) {}

  group_error newest_commit_error() const {
    auto answer = newest_as<cluster::commit_answer>();
    return answer.partitions.empty() ? answer.error : answer.partitions[0];
  }
};

} // namespace

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: groups of another leader are not ours") {
  join(4, "g");
  publish(offsets_led_by(other_node, 4));
  CHECK(newest_as<cluster::join_answer>().error
        == group_error::not_coordinator);
  commit(5, "g", 42);
  CHECK(newest_as<cluster::commit_answer>().error
        == group_error::not_coordinator);
  CHECK(ask<groups_listed>(coordinator, list_groups{}).groups.empty());
  CHECK(describe().end_offset == 0);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: without a leader there is none") {
  publish(offsets_led_by(cluster::no_node, 4));
  commit(5, "g", 42);
  CHECK(newest_as<cluster::commit_answer>().error
        == group_error::not_coordinator);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: the view keeps abreast of another "
                  "leader's log, and taking over reads nothing again") {
  commit(4, "g", 42);
  publish(offsets_led_by(other_node, 4));
  replicate_commit("g", 43);
  replicate_commit("late", 7);
  fire_timers();
  CHECK(view_end() == describe().high_watermark);
  publish(offsets_led_by(this_node, 5));
  CHECK(committed("g") == 43);
  CHECK(committed("late") == 7);
  commit(8, "g", 44);
  CHECK(committed("g") == 44);
}

TEST_CASE_FIXTURE(replicated_group_fixture,
                  "group coordinator: the view never goes beyond the high "
                  "watermark") {
  publish(offsets_led_by(other_node, 4));
  replicate_commit("g", 43);
  fire_timers();
  CHECK(describe().end_offset == 1);
  CHECK(view_end() == 0);
  finish_sync();
  fire_timers();
  CHECK(view_end() == 1);
}

TEST_CASE_FIXTURE(replicated_group_fixture,
                  "group coordinator: who leads anew answers when all that it "
                  "found is committed") {
  publish(offsets_led_by(other_node, 4));
  replicate_commit("g", 43);
  publish(offsets_led_by(this_node, 5));
  commit(5, "g", 44);
  CHECK(newest_commit_error() == group_error::coordinator_load_in_progress);
  finish_sync();
  CHECK(committed("g") == 43);
}

TEST_CASE_FIXTURE(replicated_group_fixture,
                  "group coordinator: a commit on its way is not acknowledged "
                  "when another node leads") {
  commit(5, "g", 42);
  publish(offsets_led_by(other_node, 4));
  CHECK(newest_commit_error() == group_error::not_coordinator);
  finish_sync();
  CHECK(heard.answers.size() == 1);
}

TEST_CASE_FIXTURE(replicated_group_fixture,
                  "group coordinator: an append that its log refuses is told "
                  "as another coordinator's") {
  commit(5, "g", 42);
  CHECK(close(false).why.ok());
  CHECK(newest_commit_error() == group_error::not_coordinator);
}

TEST_CASE_FIXTURE(replicated_group_fixture,
                  "group coordinator: an append that replicas do not take in "
                  "time is not acknowledged, and counts once it is known") {
  commit(5, "g", 42);
  now.steady_ms += 5000;
  fire_timers();
  CHECK(newest_commit_error() == group_error::coordinator_not_available);
  CHECK(committed("g") == -1);
  finish_sync();
  CHECK(committed("g") == 42);
  CHECK(heard.answers.size() == 1);
}

TEST_CASE_FIXTURE(replicated_group_fixture,
                  "group coordinator: while an append takes long its groups "
                  "are served, and who comes is told in time") {
  commit(5, "g", 42);
  now.steady_ms += 5000;
  fire_timers();
  CHECK_FALSE(ask<groups_listed>(coordinator, list_groups{}).loading);
  commit(6, "g", 43);
  CHECK(heard.answers.size() == 1);
  now.steady_ms += 5000;
  fire_timers();
  REQUIRE(heard.answers.size() == 2);
  CHECK(newest().ticket == 6);
  CHECK(newest_commit_error() == group_error::coordinator_not_available);
  finish_sync();
  CHECK(committed("g") == 42);
  finish_sync();
  CHECK(committed("g") == 43);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: what was given up is loaded again soon") {
  using namespace std::chrono_literals;
  tell(partition, reconfigure_log{store.options.config, 2});
  commit(5, "g", 42);
  CHECK(newest_as<cluster::commit_answer>().error
        == group_error::coordinator_not_available);
  tell(partition, reconfigure_log{store.options.config, 1});
  commit(6, "g", 43);
  CHECK(newest_as<cluster::commit_answer>().error
        == group_error::coordinator_load_in_progress);
  now.steady_ms += 100;
  pass(100ms);
  commit(7, "g", 44);
  CHECK(committed("g") == 44);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: a view goes with the replica") {
  commit(4, "g", 42);
  publish(routing_builder()
              .topic("__consumer_offsets", 1, 1)
              .led_by("__consumer_offsets", cluster::no_node, 4)
              .build());
  CHECK(view_end() == describe().high_watermark);
  publish(routing_builder()
              .topic("__consumer_offsets", 1, 1)
              .replicated_by("__consumer_offsets", {other_node})
              .build());
  auto position = view->position({"__consumer_offsets", 0});
  REQUIRE(position.has_value());
  CHECK_FALSE(position->has_value());
}

} // namespace troupe::actors
