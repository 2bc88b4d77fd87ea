// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/interfaces.h>
#include <troupe/storage/file_system.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <vector>

namespace troupe::actors {

struct disk_sync_state {
  static inline const char* name = "disk_sync";

  explicit disk_sync_state(disk_sync_actor::pointer self) : self(self) {}

  void on_sync_files(sync_files& x);
  /// Syncs every file of the group once and answers all who wait.
  void on_sync_pending();

  disk_sync_actor::pointer self;
  storage::file_system* fs = nullptr;

private:
  /// At most one entry per partition: each keeps one sync in flight.
  std::vector<sync_files> group_;
};

/// `fs` outlives the actor system.
disk_sync_actor::behavior_type
disk_sync(disk_sync_actor::stateful_pointer<disk_sync_state> self,
          storage::file_system* fs);

} // namespace troupe::actors
