// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "published.h"
#include "routing.h"

#include <troupe/actors/authoriser.h>
#include <troupe/actors/interfaces.h>
#include <troupe/actors/time_source.h>
#include <troupe/cluster/broker_config.h>
#include <troupe/transport/server.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// One data directory and the actors that may block on its disk.
struct data_directory {
  std::string path;
  /// False: its disk failed before the node started.
  bool online = true;
  log_keeper_actor keeper;
  disk_sync_actor sync;
  /// Its own, so that a disk that hangs delays nobody else's reads.
  std::vector<cold_reader_actor> cold_readers;
};

/// What every session of a node works with. Set up before the first session,
/// shared as `shared_ptr<const services>`; only `routes` and `quorum_leader`
/// move on.
struct services {
  cluster::broker_config config;
  metadata_service_actor controller;
  group_coordinator_actor groups;
  std::vector<data_directory> directories;
  std::shared_ptr<published<routing>> routes;
  /// Who decides about the metadata, no_node while nobody is known to; null on
  /// a node that is alone.
  std::shared_ptr<const std::atomic<cluster::node_id>> quorum_leader = {};
  /// What clients may do; null: everything.
  std::shared_ptr<authoriser> authorisation = {};
  std::shared_ptr<time_source> time = {};
};

using services_ptr = std::shared_ptr<const services>;

} // namespace troupe::actors
