// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker_actor.h"

#include <troupe/storage/file_system.h>
#include <troupe/storage/offset_store.h>
#include <troupe/storage/result.h>

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// What a node finds in its data directories before any actor runs.
struct opened_directories {
  std::vector<std::unique_ptr<storage::directory_lock>> locks;
  /// The node's RocksDB, in the first directory.
  std::shared_ptr<storage::offset_store> offsets;
  /// Per directory: it was closed properly. The marker is taken away.
  std::vector<bool> clean;
  /// Partition directories, as they lie there.
  std::vector<found_log> logs;
};

/// Creates, locks and reads the directories. Blocks.
result<opened_directories>
open_directories(storage::file_system& fs,
                 const std::vector<std::string>& paths);

} // namespace troupe::actors
