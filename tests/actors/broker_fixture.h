// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_fixture.h"
#include "broker_actor.h"
#include "cold_reader_actor.h"
#include "disk_sync_actor.h"
#include "log_keeper_actor.h"
#include "partition_fixture.h"
#include "routing_fixture.h"
#include "temporary_directory.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// A real broker with real keepers in temporary directories.
struct broker_fixture : actor_fixture {
  explicit broker_fixture(size_t directories = 1) : where(directories) {
    auto nothing = std::make_shared<routing>();
    nothing->image = nothing->applied =
        std::make_shared<cluster::metadata_image>();
    routes = std::make_shared<published<routing>>(nothing);
    config.config.id = this_node;
    config.lanes = {nullptr};
    config.routes = routes;
    config.now = [] { return storage::timestamp_ms{1000}; };
    config.steady_now = [] { return int64_t{0}; };
    auto& fs = storage::posix_file_system();
    for (const auto& directory : where) {
      log_keeper_config keeper{&fs, offsets, directory.path(), false,
                               config.now};
      config.directories.push_back({directory.path(),
                                    true,
                                    keep(system().spawn(log_keeper, keeper)),
                                    keep(system().spawn(disk_sync, &fs)),
                                    {keep(system().spawn(cold_reader))}});
    }
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

  cluster::image_ptr image(const std::map<std::string, topic>& topics) {
    routing_builder builder;
    for (const auto& [name, x] : topics)
      builder.topic(name, x.id, x.partitions, {}, x.configs);
    auto made =
        std::make_shared<cluster::metadata_image>(*builder.build()->image);
    made->cluster_id = "c";
    made->end_offset = ++images;
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
  storage::offset_t images = 0;
  records_client_actor client;
  broker_actor broker;
};

} // namespace troupe::actors
