// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker_actor.h"
#include "broker_lifecycle_actor.h"
#include "cluster_network.h"
#include "cold_reader_actor.h"
#include "controller_actor.h"
#include "departures.h"
#include "dialer_actor.h"
#include "disk_sync_actor.h"
#include "disk_watch_actor.h"
#include "error_map.h"
#include "group_coordinator_actor.h"
#include "log_cleaner_actor.h"
#include "log_keeper_actor.h"
#include "membership_actor.h"
#include "metrics_actor.h"
#include "peer_link_actor.h"
#include "quorum_actor.h"
#include "transport_actor.h"

#include <caf/fwd.hpp>

/// Who runs where: the one place that decides about threads (ADR 0007).
///
///   on a lane     session, partition,     (spawn_on, beside their sockets)
///                 replica, producer,
///                 consumer, group_member,
///                 remote_feed, stage_desk,
///                 view_desk
///   pooled        broker, broker_lifecycle, controller, disk_watch,
///                 membership, cluster_port, metrics   (never block)
///   own thread    quorum                  (syncs the metadata log)
///                 group_coordinator       (RocksDB stalls now and then)
///                 log_keeper, disk_sync   (one each per data directory)
///                 cold_reader             (four per data directory)
///                 log_cleaner             (reads and writes for minutes)
///                 transport               (waits for connections to end)
///                 peer_link               (reads slices; must not be late)
///                 dialer                  (one per dial: waits for the
///                 network)
///                 stage_worker            (one per topic with stages, one with
///                 views: foreign code; see stage_host)
namespace troupe::actors {

/// Disks serve a few reads at once better than one after the other.
inline constexpr int cold_readers_per_directory = 4;

broker_actor spawn_broker(caf::actor_system& system, broker_actor_config x);
broker_lifecycle_actor
spawn_broker_lifecycle(caf::actor_system& system, broker_lifecycle_config x);
/// `leaving` is of those whom other nodes may watch.
quorum_actor spawn_quorum(caf::actor_system& system, quorum_actor_config x,
                          departures& leaving);
controller_actor spawn_controller(caf::actor_system& system,
                                  controller_config x, departures& leaving);
listing_coordinator_actor
spawn_group_coordinator(caf::actor_system& system, group_coordinator_config x);
log_keeper_actor
spawn_log_keeper(caf::actor_system& system, log_keeper_config x);
disk_watch_actor
spawn_disk_watch(caf::actor_system& system, disk_watch_config x);
disk_sync_actor
spawn_disk_sync(caf::actor_system& system, storage::file_system* fs);
log_cleaner_actor
spawn_log_cleaner(caf::actor_system& system, log_cleaner_config x);
cold_reader_actor spawn_cold_reader(caf::actor_system& system);
transport_actor spawn_transport(caf::actor_system& system,
                                std::shared_ptr<transport::server> server);
metrics_actor spawn_metrics(caf::actor_system& system, metrics_config x);
/// Fills in how the membership makes links and dialers.
membership_actor spawn_membership(caf::actor_system& system,
                                  membership_config x, bool tls,
                                  departures& leaving);

} // namespace troupe::actors
