// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker_actor.h"

#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/file_system.h>
#include <troupe/storage/log_view.h>
#include <troupe/storage/offset_store.h>
#include <troupe/storage/result.h>

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// One data directory as it was found.
struct opened_directory {
  std::string path;
  std::unique_ptr<storage::directory_lock> lock;
  /// It could be read and locked. If not, its partitions are offline.
  bool online = false;
  /// It was closed properly: the marker is there.
  bool clean = false;
  /// Paths of deleted logs that are not removed yet.
  std::vector<std::string> doomed;
};

/// What a node finds in its data directories before any actor runs.
struct opened_directories {
  std::vector<opened_directory> all;
  /// Which one holds the metadata log and the database.
  size_t home = 0;
  std::shared_ptr<storage::offset_store> offsets;
  /// What follows from logs.
  std::shared_ptr<storage::log_view> views;
  /// Partition directories, as they lie there.
  std::vector<found_log> logs;

  const std::string& home_path() const { return all[home].path; }
};

/// What a node brings itself instead of its database; null: nothing.
struct own_stores {
  std::shared_ptr<storage::offset_store> offsets;
  std::shared_ptr<storage::log_view> views;
};

/// Creates, locks and reads the directories. One that fails is left out, if
/// the metadata log is in another. Refuses directories that hold partitions
/// while none holds the metadata log: they belong to something that is not
/// here. Blocks.
result<opened_directories>
open_directories(storage::file_system& fs,
                 const std::vector<std::string>& paths, own_stores own);

/// Which cluster and node the directories belong to.
struct directories_identity {
  std::string cluster_id;
  cluster::node_id node = cluster::no_node;
};

/// From Kafka's `meta.properties` in the first directory that has one; no_node
/// when none has. A file that does not say both is an error.
result<directories_identity>
read_identity(storage::file_system& fs, const opened_directories& x);

/// Writes Kafka's `meta.properties` (cluster.id, node.id) where it is missing
/// and refuses directories of another cluster or node.
result<void>
claim_directories(storage::file_system& fs, const opened_directories& x,
                  const std::string& cluster_id, cluster::node_id node);

/// Takes the clean-shutdown markers away: from here on a crash is a crash. The
/// last step before logs are opened, so that a start that was refused costs
/// the next one nothing. A directory that keeps its marker goes offline.
result<void>
take_clean_markers(storage::file_system& fs, opened_directories& x);

/// Holds some space of each directory back for a start when it is full. One
/// where that fails goes without.
void hold_space_reserves(storage::file_system& fs, const opened_directories& x);

} // namespace troupe::actors
