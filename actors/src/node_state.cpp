// SPDX-License-Identifier: Apache-2.0
#include "node_state.h"

#include "descriptor_limit.h"
#include "spawn.h"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

namespace troupe {

namespace {

/// Pooled actors only: the broker. Everything hot lives on lanes, everything
/// that blocks has a thread of its own.
constexpr size_t scheduler_threads = 1;

storage::timestamp_ms wall_clock() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
      .count();
}

int64_t steady_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch())
      .count();
}

uint64_t random_seed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

storage::uuid random_uuid() {
  std::mt19937_64 random(random_seed());
  storage::uuid x;
  for (auto& byte : x.bytes)
    byte = static_cast<uint8_t>(random());
  return x;
}

size_t lane_count(const cluster::broker_config& config) {
  if (config.lanes > 0)
    return static_cast<size_t>(config.lanes);
  return std::max<size_t>(1, std::thread::hardware_concurrency());
}

/// Whether clients elsewhere cannot connect to what is listened on.
bool every_interface(const std::string& host) {
  return host.empty() || host == "*" || host == "0.0.0.0" || host == "::";
}

/// More connections or partitions than there are descriptors would only fail
/// later, and in the middle of something.
void fit_to_descriptors(cluster::broker_config& config) {
  auto limit = actors::raise_descriptor_limit();
  auto shares = actors::share_descriptors(limit);
  if (config.max_connections <= shares.connections_max
      && config.partitions_max <= shares.partitions_max)
    return;
  config.max_connections =
      std::min(config.max_connections, shares.connections_max);
  config.partitions_max =
      std::min(config.partitions_max, shares.partitions_max);
  spdlog::warn("node.few_descriptors limit={} max.connections={} "
               "troupe.partitions.max={} action=\"raise the hard limit of open "
               "files (ulimit -Hn)\"",
               limit, config.max_connections, config.partitions_max);
}

} // namespace

node::state::state(node_options x)
    : options(std::move(x)), actor_config(scheduler_threads) {}

node::state::~state() = default;

result<void> node::state::start() {
  const auto& told = options.advertised.host.empty() ? options.listen.host
                                                     : options.advertised.host;
  if (every_interface(told))
    return failure(storage::errc::invalid_argument,
                   "clients cannot connect to '" + told
                     + "', which means every interface: an advertised address "
                       "is needed beside " + to_string(options.listen));
  fit_to_descriptors(options.config);
  auto opened = actors::open_directories(storage::posix_file_system(),
                                         options.data_directories);
  if (!opened)
    return failure(opened.error());
  directories = std::move(*opened);
  auto log = open_metadata();
  if (!log)
    return failure(log.error());
  const auto& known = *(*log)->image();
  if (auto claimed =
          actors::claim_directories(storage::posix_file_system(), directories,
                                    known.cluster_id, options.config.id);
      !claimed)
    return claimed;
  actors::set_strays_aside(storage::posix_file_system(), directories, known);
  if (auto taken = actors::take_clean_markers(storage::posix_file_system(),
                                              directories);
      !taken)
    return taken;
  actors::hold_space_reserves(storage::posix_file_system(), directories);
  system = std::make_unique<caf::actor_system>(actor_config);
  for (size_t i = 0; i < lane_count(options.config); ++i) {
    auto name = "lane-" + std::to_string(i);
    lanes.push_back(std::make_unique<transport::lane>(name.c_str()));
    units.push_back(std::make_unique<actors::lane_unit>(*system, *lanes[i]));
  }
  spawn_disks();
  spawn_groups();
  if (options.config.cleaner.enabled)
    spawn_cleaner();
  spawn_broker();
  auto image = (*log)->image();
  spawn_controller(std::move(*log));
  if (auto applied = apply(std::move(image)); !applied)
    return applied;
  return listen();
}

result<std::unique_ptr<cluster::metadata_log>> node::state::open_metadata() {
  cluster::metadata_log_options where;
  where.directory = directories.home_path();
  where.now = wall_clock();
  auto log = cluster::metadata_log::open(storage::posix_file_system(), where);
  if (!log || !(*log)->image()->cluster_id.empty())
    return log;
  cluster::metadata_delta birth{
      cluster::cluster_created{to_string(random_uuid())}};
  if (auto done = (*log)->append(birth, wall_clock()); !done)
    return failure(done.error());
  return log;
}

void node::state::spawn_disks() {
  auto& fs = storage::posix_file_system();
  for (const auto& x : directories.all) {
    actors::log_keeper_config config{
      &fs, directories.offsets, x.path, x.clean, wall_clock, x.doomed};
    disks.push_back({x.path,
                     x.online,
                     actors::spawn_log_keeper(*system, std::move(config)),
                     actors::spawn_disk_sync(*system, &fs),
                     {}});
    for (int i = 0; i < actors::cold_readers_per_directory; ++i)
      disks.back().cold_readers.push_back(actors::spawn_cold_reader(*system));
  }
}

void node::state::spawn_groups() {
  auto nothing = std::make_shared<actors::routing>();
  nothing->image = std::make_shared<cluster::metadata_image>();
  routes = std::make_shared<actors::published<actors::routing>>(nothing);
  actors::group_coordinator_config config;
  config.broker = options.config;
  config.view = directories.views;
  config.routes = routes;
  config.seed = random_seed();
  config.now = [] {
    return cluster::group_time{steady_clock_ms(), wall_clock()};
  };
  groups = actors::spawn_group_coordinator(*system, std::move(config));
}

void node::state::spawn_cleaner() {
  const auto& settings = options.config.cleaner;
  cleaner_pace = std::make_shared<actors::io_pace>(settings.bytes_per_second);
  actors::log_cleaner_config config;
  config.fs = &storage::posix_file_system();
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
  config.cleaner = cleaner;
  config.found = std::move(directories.logs);
  config.now = wall_clock;
  broker = actors::spawn_broker(*system, std::move(config));
}

void node::state::spawn_controller(std::unique_ptr<cluster::metadata_log> log) {
  actors::controller_config config;
  config.broker = options.config;
  config.log =
      std::make_shared<std::unique_ptr<cluster::metadata_log>>(std::move(log));
  config.follower = broker;
  config.seed = random_seed();
  config.now = wall_clock;
  controller = actors::spawn_controller(*system, std::move(config));
}

result<void> node::state::apply(cluster::image_ptr image) {
  result<void> done;
  caf::scoped_actor self{*system};
  self->request(broker, std::chrono::minutes(60),
                actors::apply_metadata{std::move(image)})
      .receive([](const actors::metadata_applied&) {},
               [&](const caf::error& x) {
                 done = failure(storage::errc::closed,
                                "opening the partitions failed: "
                                    + actors::to_problem(x).message);
               });
  return done;
}

std::vector<actors::lane_unit*> node::state::unit_pointers() const {
  std::vector<actors::lane_unit*> xs;
  for (const auto& x : units)
    xs.push_back(x.get());
  return xs;
}

} // namespace troupe
