// SPDX-License-Identifier: Apache-2.0
#include "node_state.h"

#include "descriptor_limit.h"
#include "node_clock.h"
#include "peer_sockets.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>

namespace troupe {

namespace {

/// Pooled actors only: broker, controller, broker_lifecycle, disk_watch,
/// membership, metrics. Everything hot lives on lanes, everything that blocks
/// has a thread of its own.
constexpr size_t scheduler_threads = 1;

storage::uuid random_uuid() {
  std::mt19937_64 random(random_seed());
  storage::uuid x;
  for (auto& byte : x.bytes)
    byte = static_cast<uint8_t>(random());
  return x;
}

/// Such a node must not found its cluster a second time.
std::string metadata_missing(const actors::directories_identity& x) {
  return "the data directories belong to node " + std::to_string(x.node)
         + " of cluster " + x.cluster_id
         + ", but hold none of its metadata: start it with --join HOST:PORT of "
           "another node, or with all of its directories";
}

/// Lives as long as the process: nobody has to own it.
std::shared_ptr<storage::file_system> usual_files() {
  return {std::shared_ptr<void>(), &storage::posix_file_system()};
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
    : options(std::move(x)),
      time(options.time != nullptr ? options.time : system_time()),
      files(options.files != nullptr ? options.files : usual_files()),
      actor_config(scheduler_threads) {}

node::state::~state() = default;

result<void> node::state::start() {
  const auto& told = options.advertised.host.empty() ? options.listen.host
                                                     : options.advertised.host;
  if (actors::is_every_interface(told))
    return failure(
        storage::errc::invalid_argument,
        "clients cannot connect to '" + told
            + "', which means every interface: an advertised address "
              "is needed beside "
            + to_string(options.listen));
  if (options.temporary) {
    auto made = actors::temporary_home::make();
    if (!made)
      return failure(made.error());
    temporary.emplace(std::move(*made));
    options.data_directories = {temporary->path()};
  }
  fit_to_descriptors(options.config);
  auto opened = actors::open_directories(
      *files, options.data_directories,
      {options.checkpoints, options.committed_offsets});
  if (!opened)
    return failure(opened.error());
  directories = std::move(*opened);
  auto log = open_metadata();
  if (!log)
    return failure(log.error());
  if (auto found = find_identity(**log); !found)
    return found;
  if (!alone())
    if (auto ready = open_network(); !ready)
      return ready;
  routes = std::make_shared<actors::published<actors::routing>>(no_routes());
  system = std::make_unique<caf::actor_system>(actor_config);
  if (!alone())
    if (auto met = meet_others(); !met)
      return met;
  if (joiner && identity.node == cluster::no_node)
    if (auto joined = join(); !joined)
      return joined;
  options.config.id = identity.node;
  if (auto claimed = claim(); !claimed)
    return claimed;
  spawn_lanes();
  spawn_disks();
  spawn_groups();
  if (options.config.cleaner.enabled)
    spawn_cleaner();
  stages = std::make_unique<actors::stage_host>(options.stages);
  spawn_broker();
  spawn_quorum(std::move(*log));
  spawn_controller();
  spawn_lifecycle();
  spawn_disk_watch();
  if (auto listening = listen(); !listening)
    return listening;
  if (auto exposed = expose_metrics(); !exposed)
    return exposed;
  take_part();
  return serve();
}

result<std::unique_ptr<cluster::metadata_log>> node::state::open_metadata() {
  cluster::metadata_log_options where;
  where.directory = directories.home_path();
  where.now = time->wall_ms();
  return cluster::metadata_log::open(*files, where);
}

result<void> node::state::find_identity(cluster::metadata_log& log) {
  incarnation = random_uuid();
  auto known = actors::read_identity(*files, directories);
  if (!known)
    return failure(known.error());
  joiner = !options.config.cluster.bootstrap_servers.empty();
  known_metadata = log.latest_image();
  if (known->node != cluster::no_node) {
    bool told = options.config.values.contains("node.id")
                || options.config.values.contains("broker.id")
                || options.config.id != cluster::broker_config{}.id;
    if (told && options.config.id != known->node)
      return failure(storage::errc::invalid_argument,
                     "the data directories belong to node "
                         + std::to_string(known->node) + ", not to node "
                         + std::to_string(options.config.id));
    if (!joiner && known_metadata->cluster_id.empty())
      return failure(storage::errc::invalid_argument, metadata_missing(*known));
    identity = {known->cluster_id, known->node};
  } else if (!joiner) {
    identity.node = options.config.id;
    identity.cluster_id = known_metadata->cluster_id;
  }
  if (joiner || !known_metadata->cluster_id.empty())
    return {};
  if (identity.cluster_id.empty())
    identity.cluster_id = to_string(random_uuid());
  // Nobody else can know of this log: what it begins with is agreed on.
  cluster::metadata_delta birth{cluster::cluster_created{identity.cluster_id}};
  if (auto done = log.append(birth, time->wall_ms()); !done)
    return failure(done.error());
  known_metadata = log.latest_image();
  return {};
}

result<void> node::state::claim() {
  if (auto claimed = actors::claim_directories(
          *files, directories, identity.cluster_id, identity.node);
      !claimed)
    return claimed;
  if (auto taken = actors::take_clean_markers(*files, directories); !taken)
    return taken;
  actors::hold_space_reserves(*files, directories);
  return {};
}

} // namespace troupe
