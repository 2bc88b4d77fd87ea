// SPDX-License-Identifier: Apache-2.0
#include "broker_lifecycle_fixture.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using cluster::refusal;

namespace {

cluster::decision refused(refusal why) {
  return {why, "no"};
}

} // namespace

TEST_CASE("broker_lifecycle: a node that is alone is registered, and no more") {
  lifecycle_fixture x;
  x.config.broker.cluster.listen.clear();
  auto started = x.start();
  REQUIRE(started->has_value());
  CHECK((*started)->why.ok());
  REQUIRE(x.registrations.size() == 1);
  CHECK(x.registrations[0] == this_registration());
  x.pass_ms(60'000);
  CHECK(x.beats.empty());
  CHECK(x.registrations.size() == 1);
  CHECK(x.stop()->has_value());
}

TEST_CASE("broker_lifecycle: a node is up once the controller lets it serve") {
  lifecycle_fixture x;
  auto started = x.start();
  REQUIRE(x.beats.size() == 1);
  CHECK(x.beats[0].node == this_node);
  CHECK(x.beats[0].incarnation == this_registration().incarnation);
  CHECK_FALSE(started->has_value());
  x.pass_interval();
  REQUIRE(x.beats.size() == 2);
  CHECK_FALSE(started->has_value());
  x.beat_answer.fenced = false;
  x.pass_interval();
  REQUIRE(started->has_value());
  CHECK((*started)->why.ok());
  x.pass_interval();
  CHECK(x.beats.size() == 4);
  CHECK(x.registrations.size() == 1);
}

TEST_CASE("broker_lifecycle: a heartbeat tells what the node serves") {
  lifecycle_fixture x;
  cluster::metadata_image before;
  auto fenced = before;
  fenced.end_offset = 12;
  fenced.nodes[this_node] = this_registration();
  fenced.nodes[this_node].fenced = true;
  x.config.routes->publish(x.routes_of(fenced, before));
  x.start();
  CHECK(x.beats.back().metadata_end_offset == 12);
  // Its logs are not open yet: it could not lead.
  CHECK_FALSE(x.beats.back().knows_fenced);
  x.config.routes->publish(x.routes_of(fenced, fenced));
  x.pass_interval();
  CHECK(x.beats.back().knows_fenced);
  // What is said of an earlier life does not count.
  fenced.nodes[this_node].incarnation = id_of(6);
  x.config.routes->publish(x.routes_of(fenced, fenced));
  x.pass_interval();
  CHECK_FALSE(x.beats.back().knows_fenced);
}

TEST_CASE("broker_lifecycle: without a controller registering goes on") {
  lifecycle_fixture x;
  x.registration = refused(refusal::not_controller);
  auto started = x.start(std::chrono::milliseconds(500));
  x.pass_ms(200);
  x.pass_ms(200);
  CHECK(x.registrations.size() == 3);
  CHECK_FALSE(started->has_value());
  // Whoever waits is told in time; the node has not given up.
  x.pass_ms(200);
  REQUIRE(started->has_value());
  CHECK(is((*started)->why, refusal::not_controller));
  x.registration = {};
  x.pass_ms(200);
  CHECK(x.registrations.size() == 5);
  CHECK(x.beats.size() == 1);
}

TEST_CASE("broker_lifecycle: an id that an earlier life holds is awaited") {
  lifecycle_fixture x;
  x.registration = refused(refusal::duplicate_node);
  SUBCASE("until its session is over") {
    auto started = x.start();
    CHECK_FALSE(started->has_value());
    x.registration = {};
    x.beat_answer.fenced = false;
    x.pass_ms(200);
    REQUIRE(started->has_value());
    CHECK((*started)->why.ok());
  }
  SUBCASE("or until there is no more time") {
    auto started = x.start(std::chrono::milliseconds(300));
    x.pass_ms(200);
    CHECK_FALSE(started->has_value());
    x.pass_ms(200);
    REQUIRE(started->has_value());
    CHECK(is((*started)->why, refusal::duplicate_node));
    x.pass_ms(60'000);
    CHECK(x.registrations.size() == 3);
  }
}

TEST_CASE("broker_lifecycle: a verdict on the registration is final") {
  lifecycle_fixture x;
  x.registration = refused(refusal::invalid_request);
  auto started = x.start();
  REQUIRE(started->has_value());
  CHECK(is((*started)->why, refusal::invalid_request));
  x.pass_ms(60'000);
  CHECK(x.registrations.size() == 1);
  CHECK(x.beats.empty());
}

TEST_CASE("broker_lifecycle: a node that was forgotten registers again") {
  lifecycle_fixture x;
  x.start_up();
  x.beat_answer.why = refused(refusal::stale_incarnation);
  x.registration = refused(refusal::not_controller);
  x.pass_interval();
  CHECK(x.registrations.size() == 2);
  x.registration = {};
  x.beat_answer.why = {};
  x.pass_ms(200);
  CHECK(x.registrations.size() == 3);
  CHECK(x.beats.size() == 3);
}

TEST_CASE("broker_lifecycle: that another node decides is no verdict") {
  lifecycle_fixture x;
  x.start_up();
  x.beat_answer.why = refused(refusal::not_controller);
  x.pass_interval();
  x.pass_interval();
  CHECK(x.beats.size() == 3);
  CHECK(x.registrations.size() == 1);
}

TEST_CASE("broker_lifecycle: a heartbeat that is lost is followed by another") {
  lifecycle_fixture x;
  x.start_up();
  x.silent = true;
  x.pass_interval();
  REQUIRE(x.beats.size() == 2);
  // One is under way at a time, for two intervals.
  x.pass_interval();
  CHECK(x.beats.size() == 2);
  x.pass_interval();
  x.pass_interval();
  CHECK(x.beats.size() == 3);
  CHECK(x.registrations.size() == 1);
}

TEST_CASE("broker_lifecycle: a stop waits until others lead") {
  lifecycle_fixture x;
  x.start_up();
  auto stopped = x.stop();
  CHECK(x.beats.back().wants_to_stop);
  CHECK_FALSE(stopped->has_value());
  // Partitions that nobody else can lead keep it from being fenced.
  x.pass_interval();
  CHECK_FALSE(stopped->has_value());
  x.beat_answer.may_stop = true;
  x.pass_interval();
  CHECK(stopped->has_value());
  auto told = x.beats.size();
  x.pass_ms(60'000);
  CHECK(x.beats.size() == told);
}

TEST_CASE("broker_lifecycle: a stop ends when its time is over") {
  lifecycle_fixture x;
  x.start_up();
  auto stopped = x.stop(std::chrono::milliseconds(300));
  x.pass_interval();
  CHECK_FALSE(stopped->has_value());
  x.pass_interval();
  CHECK(stopped->has_value());
}

TEST_CASE("broker_lifecycle: a stop waits for an election, not for ever") {
  lifecycle_fixture x;
  x.start_up();
  x.beat_answer.why = refused(refusal::not_controller);
  auto stopped = x.stop();
  auto session = x.config.broker.cluster.session_timeout_ms;
  while (x.now_ms < 2 * session)
    x.pass_interval();
  CHECK_FALSE(stopped->has_value());
  while (x.now_ms < 4 * session)
    x.pass_interval();
  CHECK(stopped->has_value());
}

TEST_CASE("broker_lifecycle: a node that was forgotten may stop") {
  lifecycle_fixture x;
  x.start_up();
  x.beat_answer.why = refused(refusal::unknown_node);
  CHECK(x.stop()->has_value());
  CHECK(x.registrations.size() == 1);
}

TEST_CASE("broker_lifecycle: leaderships are not moved where that is off") {
  lifecycle_fixture x;
  x.config.broker.cluster.controlled_shutdown = false;
  x.start_up();
  CHECK(x.stop()->has_value());
  CHECK(x.beats.size() == 1);
}

TEST_CASE("broker_lifecycle: failures are told while others are in sync") {
  constexpr int partitions = cluster::failed_replicas_per_heartbeat_max + 1;
  lifecycle_fixture x;
  auto publish = [&x](std::vector<cluster::node_id> isr) {
    auto built = routing_builder()
                     .topic("a", 1, partitions)
                     .replicated_by("a", std::move(isr))
                     .build();
    auto routes = std::make_shared<routing>(*built);
    routes->applied = routes->image;
    for (int32_t i = 0; i < partitions; ++i)
      routes->failed.push_back({id_of(1), i});
    // Deleted meanwhile.
    routes->failed.push_back({id_of(2), 0});
    x.config.routes->publish(routes);
  };
  publish({this_node, 2});
  x.start_up();
  // The others follow when these are out of their ISRs.
  CHECK(x.beats.back().failed.size()
        == cluster::failed_replicas_per_heartbeat_max);
  CHECK(x.beats.back().failed.front() == cluster::failed_replica{id_of(1), 0});
  publish({this_node});
  x.pass_interval();
  CHECK(x.beats.back().failed.empty());
  publish({2, 3});
  x.pass_interval();
  CHECK(x.beats.back().failed.empty());
}
