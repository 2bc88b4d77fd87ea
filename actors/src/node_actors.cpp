// SPDX-License-Identifier: Apache-2.0
// What each actor of a node is given at birth.
#include "node_clock.h"
#include "node_state.h"
#include "spawn.h"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace troupe {

namespace {

size_t lane_count(const cluster::broker_config& config) {
  if (config.lanes > 0)
    return static_cast<size_t>(config.lanes);
  return std::max<size_t>(1, std::thread::hardware_concurrency());
}

} // namespace

actors::routing_ptr node::state::no_routes() {
  auto nothing = std::make_shared<actors::routing>();
  nothing->image = nothing->applied =
      std::make_shared<cluster::metadata_image>();
  return nothing;
}

void node::state::spawn_lanes() {
  for (size_t i = 0; i < lane_count(options.config); ++i) {
    auto name = "lane-" + std::to_string(i);
    lanes.push_back(std::make_unique<transport::lane>(name.c_str()));
    units.push_back(std::make_unique<actors::lane_unit>(*system, *lanes[i]));
  }
}

void node::state::spawn_disks() {
  auto* fs = files.get();
  for (const auto& x : directories.all) {
    actors::log_keeper_config config{fs,      directories.offsets, x.path,
                                     x.clean, wall_clock_of(time), x.doomed};
    disks.push_back({x.path,
                     x.online,
                     actors::spawn_log_keeper(*system, std::move(config)),
                     actors::spawn_disk_sync(*system, fs),
                     {}});
    for (int i = 0; i < actors::cold_readers_per_directory; ++i)
      disks.back().cold_readers.push_back(actors::spawn_cold_reader(*system));
  }
}

void node::state::spawn_groups() {
  actors::group_coordinator_config config;
  config.broker = options.config;
  config.view = directories.views;
  config.routes = routes;
  config.seed = random_seed();
  config.now = both_clocks_of(time);
  groups = actors::spawn_group_coordinator(*system, std::move(config));
}

void node::state::spawn_cleaner() {
  const auto& settings = options.config.cleaner;
  cleaner_pace = std::make_shared<actors::io_pace>(settings.bytes_per_second);
  actors::log_cleaner_config config;
  config.fs = files.get();
  config.limits.cleaner_memory_bytes =
      static_cast<uint64_t>(settings.dedupe_buffer_bytes);
  config.limits.buffer_bytes = static_cast<uint64_t>(settings.io_buffer_bytes);
  config.limits.hash_key_low = random_seed();
  config.limits.hash_key_high = random_seed();
  config.pace = cleaner_pace;
  cleaner = actors::spawn_log_cleaner(*system, std::move(config));
}

void node::state::spawn_broker() {
  actors::broker_actor_config config;
  config.config = options.config;
  config.directories = disks;
  config.lanes = unit_pointers();
  config.routes = routes;
  config.groups = groups;
  config.consumption = groups;
  config.cleaner = cleaner;
  config.kinds = std::make_shared<const actors::partition_kinds>(options.kinds);
  config.open_stages = [this](const cluster::topic_image& topic) {
    return open_stages(topic);
  };
  config.open_views = [this](const cluster::topic_image& topic) {
    return open_views(topic);
  };
  config.found = std::move(directories.logs);
  config.known = known_metadata;
  config.seed = random_seed();
  config.now = wall_clock_of(time);
  config.steady_now = steady_clock_of(time);
  if (!alone()) {
    config.incarnation = incarnation;
    config.link_to = [peers = peers](cluster::node_id node) {
      auto table = peers->get();
      auto found = table->find(node);
      return found == nullptr ? actors::batch_source_actor{}
                              : actors::batch_source_actor{found->link};
    };
    judge = std::make_shared<actors::published<actors::isr_judge_actor>>(
        std::make_shared<actors::isr_judge_actor>());
    config.controller = [judge = judge] { return *judge->get(); };
  }
  broker = actors::spawn_broker(*system, std::move(config));
}

void node::state::spawn_controller() {
  actors::controller_config config;
  config.broker = options.config;
  config.quorum = quorum;
  config.follower = broker;
  config.membership = membership;
  config.controller_of = [peers = peers](cluster::node_id node) {
    auto table = peers == nullptr ? nullptr : peers->get();
    auto found = table == nullptr ? nullptr : table->find(node);
    return found == nullptr
               ? actors::remote_controller_actor{}
               : found->controller<actors::remote_controller_actor>();
  };
  config.seed = random_seed();
  config.now = steady_clock_of(time);
  config.leader = quorum_leader;
  config.placement = options.placement;
  controller = actors::spawn_controller(*system, std::move(config), leaving);
  if (judge != nullptr)
    judge->publish(std::make_shared<actors::isr_judge_actor>(
        caf::actor_cast<actors::isr_judge_actor>(controller)));
}

void node::state::spawn_lifecycle() {
  actors::broker_lifecycle_config config;
  config.broker = options.config;
  config.controller = controller;
  config.routes = routes;
  config.now = steady_clock_of(time);
  lifecycle = actors::spawn_broker_lifecycle(*system, std::move(config));
}

void node::state::spawn_disk_watch() {
  if (alone())
    return;
  actors::disk_watch_config config;
  config.self = options.config.id;
  for (const auto& x : disks)
    config.disks.push_back(x.keeper);
  config.controller = controller;
  config.routes = routes;
  disk_watch = actors::spawn_disk_watch(*system, std::move(config));
}

std::vector<actors::lane_unit*> node::state::unit_pointers() const {
  std::vector<actors::lane_unit*> xs;
  for (const auto& x : units)
    xs.push_back(x.get());
  return xs;
}

} // namespace troupe
