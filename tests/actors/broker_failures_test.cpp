// SPDX-License-Identifier: Apache-2.0
#include "broker_fixture.h"
#include "partition_directory.h"

#include <filesystem>
#include <fstream>

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("broker: a log that cannot be opened is offline, others are not") {
  broker_fixture x;
  std::ofstream(x.where[0] / "a-0") << "in the way";
  x.start();
  x.apply({{"a", {1, 2}}});
  CHECK_FALSE(x.route("a", 0).online());
  CHECK(x.route("a", 1).online());
  // What was not recovered must not count as closed.
  CHECK_FALSE(x.stop().why.ok());
  CHECK_FALSE(x.where[0].has(clean_shutdown_marker));
}

TEST_CASE("broker: a log that could not be opened is tried again") {
  broker_fixture x;
  std::ofstream(x.where[0] / "a-0") << "in the way";
  x.start();
  x.apply({{"a", {1, 2}}});
  REQUIRE_FALSE(x.route("a", 0).online());
  x.fire_timers();
  CHECK_FALSE(x.route("a", 0).online());
  std::filesystem::remove(x.where[0] / "a-0");
  x.fire_timers();
  CHECK(x.route("a", 0).online());
  CHECK(x.append(x.route("a", 0).actor).ok());
  CHECK(x.stop().why.ok());
  CHECK(x.where[0].has(clean_shutdown_marker));
}

TEST_CASE("broker: a damaged or foreign log is not tried again") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {1}}});
  x.stop();
  x.start();
  x.apply({{"a", {2}}});
  REQUIRE_FALSE(x.route("a").online());
  std::filesystem::remove_all(x.where[0] / "a-0");
  x.fire_timers();
  CHECK_FALSE(x.route("a").online());
}

TEST_CASE("broker: new topics are not born where no disk is") {
  broker_fixture x(2);
  x.config.directories[1].online = false;
  x.config.found.push_back({{"a", 0}, id_of(1), 0});
  x.config.known = x.image({{"a", {1}}});
  x.start();
  x.apply({{"a", {1}}});
  x.tell(x.broker, partition_failed{{"a", 0}, "smoke"});
  x.apply({{"a", {1}}, {"b", {2}}});
  CHECK(x.route("b").online());
}

TEST_CASE("broker: a deleted offline topic can be created again") {
  broker_fixture x;
  std::ofstream(x.where[0] / "a-0") << "in the way";
  x.start();
  x.apply({{"a", {1}}});
  REQUIRE_FALSE(x.route("a").online());
  x.apply({});
  CHECK_FALSE(x.where[0].has("a-0"));
  x.apply({{"a", {2}}});
  CHECK(x.route("a").online());
}

TEST_CASE("broker: the partitions of a failed directory are offline") {
  broker_fixture x(2);
  x.config.directories[1].online = false;
  x.config.found.push_back({{"a", 0}, id_of(1), 0});
  x.config.known = x.image({{"a", {1, 2}}});
  x.start();
  x.apply({{"a", {1, 2}}});
  CHECK(x.route("a", 0).online());
  // Found nowhere: it lies in the failed directory.
  CHECK_FALSE(x.route("a", 1).online());
  CHECK_FALSE(x.where[0].has("a-1"));
  // What is new goes where there is a disk.
  x.apply({{"a", {1, 2}}, {"b", {2, 2}}});
  CHECK(x.route("b", 0).online());
  CHECK(x.route("b", 1).online());
}

TEST_CASE("broker: a partition whose disk failed goes offline") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {1, 2}}});
  x.tell(x.broker, partition_failed{{"a", 1}, "smoke"});
  CHECK(x.route("a", 0).online());
  CHECK_FALSE(x.route("a", 1).online());
  x.tell(x.broker, partition_failed{{"nope", 0}, "smoke"});
  CHECK_FALSE(x.stop().why.ok());
  CHECK_FALSE(x.where[0].has(clean_shutdown_marker));
}

TEST_CASE("broker: only the directory that failed is left unmarked") {
  broker_fixture x(2);
  x.start();
  x.apply({{"a", {1, 2}}});
  auto failed = x.route("a", 0).directory;
  x.tell(x.broker, partition_failed{{"a", 0}, "smoke"});
  CHECK_FALSE(x.stop().why.ok());
  CHECK_FALSE(x.where[failed].has(clean_shutdown_marker));
  CHECK(x.where[1 - failed].has(clean_shutdown_marker));
}

TEST_CASE("broker: a log of a topic that was deleted meanwhile is erased") {
  broker_fixture x;
  std::filesystem::create_directories(x.where[0] / "a-0");
  x.config.found.push_back({{"a", 0}, id_of(1), 0});
  x.config.known = x.image({{"a", {1}}});
  x.start();
  x.apply({{"b", {2}}});
  CHECK_FALSE(x.where[0].has("a-0"));
  CHECK_FALSE(x.where[0].has(stray_directory_name({"a", 0}, id_of(1))));
  CHECK(x.route("b").online());
}

TEST_CASE("broker: a topic that was made again meanwhile gets a new log") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {1}}});
  CHECK(x.append(x.route("a").actor).ok());
  x.stop();
  x.config.found.push_back({{"a", 0}, id_of(1), 0});
  x.config.known = x.image({{"a", {1}}});
  x.start();
  x.apply({{"a", {2}}});
  REQUIRE(x.route("a").online());
  CHECK(x.end_offset(x.route("a").actor) == 0);
}

TEST_CASE("broker: a log that the metadata never knew is set aside") {
  broker_fixture x;
  std::filesystem::create_directories(x.where[0] / "a-0");
  x.config.found.push_back({{"a", 0}, id_of(1), 0});
  x.start();
  x.apply({{"b", {2}}});
  CHECK_FALSE(x.where[0].has("a-0"));
  CHECK(x.where[0].has(stray_directory_name({"a", 0}, id_of(1))));
}

TEST_CASE("broker: what failed is told to whoever beats for the node") {
  broker_fixture x;
  x.start();
  x.apply({{"a", {1, 2}}});
  CHECK(x.routes->get()->failed.empty());
  x.tell(x.broker, partition_failed{{"a", 1}, "smoke"});
  CHECK(x.routes->get()->failed
        == std::vector{cluster::failed_replica{id_of(1), 1}});
}
