// SPDX-License-Identifier: Apache-2.0
#include "broker_fixture.h"

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("broker: a new topic is served once its logs are open") {
  broker_fixture x;
  x.start();
  auto answer = x.start_asking<metadata_applied>(
      x.broker, apply_metadata{x.image({{"a", {1, 2}}})});
  CHECK(answer->has_value());
  CHECK(x.route("a", 0).online());
  CHECK(x.route("a", 1).online());
  CHECK(x.where[0].has("a-0"));
  CHECK(x.where[0].has("a-1"));
  CHECK(x.routes->get()->find(id_of(1)) == x.routes->get()->find("a"));
  CHECK(x.append(x.route("a").actor).ok());
}

TEST_CASE("broker: a deleted topic refuses and its files go") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {}}, {"b", {2}}});
  auto old = x.route("a").actor;
  x.apply({{"b", {2}}});
  CHECK(x.routes->get()->find("a") == nullptr);
  CHECK(x.route("b").online());
  CHECK_FALSE(x.where[0].has("a-0"));
  CHECK(x.where[0].has("b-0"));
  CHECK(is(x.append(old), actors::errc::unknown_partition));
}

TEST_CASE("broker: a topic created again under its name begins empty") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {1}}});
  REQUIRE(x.append(x.route("a").actor).ok());
  x.apply({});
  x.apply({{"a", {2}}});
  CHECK(x.end_offset(x.route("a").actor) == 0);
  CHECK(x.append(x.route("a").actor).ok());
}

TEST_CASE("broker: images that come at once are served in order") {
  broker_fixture x;
  x.start();
  caf::anon_send(x.broker, apply_metadata{x.image({{"a", {1}}})});
  caf::anon_send(x.broker, apply_metadata{x.image({})});
  caf::anon_send(x.broker, apply_metadata{x.image({{"a", {2}}})});
  x.run();
  REQUIRE(x.routes->get()->find("a") != nullptr);
  CHECK(x.routes->get()->find("a")->topic->id == id_of(2));
  CHECK(x.route("a").online());
  CHECK(x.where[0].has("a-0"));
}

TEST_CASE("broker: added partitions are opened, the others stay") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {1, 1}}});
  auto first = x.route("a").actor;
  x.apply({{"a", {1, 3}}});
  CHECK(x.route("a", 0).actor == first);
  CHECK(x.route("a", 2).online());
}

TEST_CASE("broker: new partitions go where the fewest are") {
  broker_fixture x(2);
  x.start();
  x.apply({{"a", {1, 4}}});
  std::vector<int> count(2);
  for (size_t i = 0; i < 4; ++i)
    ++count.at(x.route("a", i).directory);
  CHECK(count == std::vector<int>{2, 2});
}

TEST_CASE("broker: a log is opened where it was found") {
  broker_fixture x(2);
  x.config.found.push_back({{"a", 0}, id_of(1), 1});
  x.config.known = x.image({{"a", {}}});
  x.start();
  x.apply({{"a", {}}});
  CHECK(x.route("a").directory == 1);
  CHECK(x.where[1].has("a-0"));
}

TEST_CASE("broker: changed configs reach the partitions of that topic") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {1}}, {"b", {2}}});
  CHECK(x.append(x.route("a").actor, 500).ok());
  x.apply({{"a", {1, 1, {{"max.message.bytes", "100"}}}}, {"b", {2}}});
  CHECK(is(x.append(x.route("a").actor, 500), storage::errc::batch_too_large));
  CHECK(x.append(x.route("b").actor, 500).ok());
}

TEST_CASE("broker: a topic is opened with its configs") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {1, 1, {{"max.message.bytes", "100"}}}}});
  CHECK(is(x.append(x.route("a").actor, 500), storage::errc::batch_too_large));
}

TEST_CASE("broker: ticks run retention in partitions") {
  broker_fixture x;
  x.start();
  x.apply({{"a",
            {1, 1, {{"segment.bytes", "1048576"}, {"retention.bytes", "1"}}}}});
  auto a = x.route("a").actor;
  for (int i = 0; i < 3; ++i)
    REQUIRE(x.append(a, 700'000).ok());
  x.fire_timers();
  CHECK(x.ask<partition_description>(a, describe_partition{}).log_start_offset
        > 0);
}

TEST_CASE("broker: a stop closes all logs and leaves the marker") {
  broker_fixture x(2);
  x.start();
  x.apply({{"a", {1, 2}}});
  auto a = x.route("a").actor;
  REQUIRE(x.append(a).ok());
  CHECK(x.stop().why.ok());
  CHECK(x.where[0].has(clean_shutdown_marker));
  CHECK(x.where[1].has(clean_shutdown_marker));
  CHECK(x.offsets->load({"a", 0})->value().offsets.recovery_point == 1);
  CHECK(is(x.append(a), actors::errc::unknown_partition));
}

TEST_CASE("broker: a log that is being opened at the stop is closed well") {
  broker_fixture x;
  x.start();
  caf::anon_send(x.broker, apply_metadata{x.image({{"a", {}}})});
  // The image, then the order to open its log, which nobody has read yet.
  x.step();
  x.step();
  caf::anon_send(x.broker, stop_broker{});
  CHECK_FALSE(x.where[0].has("a-0"));
  x.run();
  CHECK(x.where[0].has("a-0"));
  CHECK(x.where[0].has(clean_shutdown_marker));
  auto saved = x.offsets->load({"a", 0});
  REQUIRE(saved);
  CHECK(saved->has_value());
}

TEST_CASE("broker: after the stop no image is served") {
  broker_fixture x;
  x.start();
  CHECK(x.stop().why.ok());
  auto refused =
      x.ask<metadata_applied>(x.broker, apply_metadata{x.image({{"a", {}}})});
  CHECK(is(refused.why, actors::errc::stopping));
  CHECK_FALSE(x.where[0].has("a-0"));
}
