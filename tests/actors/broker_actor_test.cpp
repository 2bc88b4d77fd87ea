// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "broker_actor.h"
#include "cold_reader_actor.h"
#include "disk_sync_actor.h"
#include "log_keeper_actor.h"
#include "partition_fixture.h"
#include "routing_fixture.h"
#include "temporary_directory.h"

#include <fstream>
#include <map>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// A real broker with real keepers in temporary directories.
struct broker_fixture : actor_fixture {
  explicit broker_fixture(size_t directories = 1) : where(directories) {
    auto nothing = std::make_shared<routing>();
    nothing->image = std::make_shared<cluster::metadata_image>();
    routes = std::make_shared<published<routing>>(nothing);
    config.config.id = this_node;
    config.lanes = {nullptr};
    config.routes = routes;
    config.now = [] { return storage::timestamp_ms{1000}; };
    auto& fs = storage::posix_file_system();
    for (const auto& directory : where) {
      log_keeper_config keeper{&fs, offsets, directory.path(), false,
                               config.now};
      config.directories.push_back({directory.path(), true,
                                    keep(system().spawn(log_keeper, keeper)),
                                    keep(system().spawn(disk_sync, &fs))});
    }
    config.cold_readers = {keep(system().spawn(cold_reader))};
    client = keep(system().spawn(recording_client, &told));
  }

  ~broker_fixture() {
    routes.reset();
    config = {};
    end_actors();
  }

  void start() {
    broker = keep(system().spawn(actors::broker, config));
    run();
  }

  /// Topics with their ids; the same name with another id is another topic.
  struct topic {
    uint8_t id = 1;
    int partitions = 1;
    cluster::config_map configs = {};
  };

  static cluster::image_ptr image(const std::map<std::string, topic>& topics) {
    routing_builder builder;
    for (const auto& [name, x] : topics)
      builder.topic(name, x.id, x.partitions, {}, x.configs);
    auto made =
        std::make_shared<cluster::metadata_image>(*builder.build()->image);
    made->cluster_id = "c";
    return made;
  }

  void apply(const std::map<std::string, topic>& topics) {
    ask<metadata_applied>(broker, apply_metadata{image(topics)});
  }

  broker_stopped stop() { return ask<broker_stopped>(broker, stop_broker{}); }

  partition_route route(const std::string& name, size_t partition = 0) {
    auto found = routes->get()->find(name);
    REQUIRE(found != nullptr);
    return found->partitions.at(partition);
  }

  /// The end offset, after an append if possible.
  problem append(const partition_actor& to, size_t bytes = 10) {
    auto batch = storage::test::log_fixture::batch(1, bytes, 1000);
    auto before = told.appends.size();
    tell(to, append_records{1, batch, 1, client});
    REQUIRE(told.appends.size() == before + 1);
    return told.appends.back().why;
  }

  storage::offset_t end_offset(const partition_actor& of) {
    return ask<partition_description>(of, describe_partition{}).end_offset;
  }

  std::vector<temporary_directory> where;
  std::shared_ptr<storage::offset_store> offsets =
      storage::make_memory_offset_store();
  std::shared_ptr<published<routing>> routes;
  broker_actor_config config;
  client_record told;
  records_client_actor client;
  broker_actor broker;
};

} // namespace

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
  x.start();
  x.apply({{"a", {}}});
  CHECK(x.route("a").directory == 1);
  CHECK(x.where[1].has("a-0"));
}

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

TEST_CASE("broker: after the stop no image is served") {
  broker_fixture x;
  x.start();
  CHECK(x.stop().why.ok());
  auto refused =
      x.ask<metadata_applied>(x.broker, apply_metadata{x.image({{"a", {}}})});
  CHECK(is(refused.why, actors::errc::stopping));
  CHECK_FALSE(x.where[0].has("a-0"));
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
