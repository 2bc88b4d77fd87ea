// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io_pace.h"

#include <troupe/actors/interfaces.h>
#include <troupe/storage/compactor.h>
#include <troupe/storage/file_system.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>

namespace troupe::actors {

struct log_cleaner_config {
  storage::file_system* fs = nullptr;
  storage::compaction_limits limits;
  /// Shared with whoever stops the node: a compaction may take long.
  std::shared_ptr<io_pace> pace;
  /// Runs once on the cleaner's own thread; may be empty.
  std::function<void()> begin_thread;
};

struct log_cleaner_state {
  static inline const char* name = "log_cleaner";

  explicit log_cleaner_state(log_cleaner_actor::pointer self) : self(self) {}

  void on_compact_log(compact_log& x);

  log_cleaner_actor::pointer self;
  log_cleaner_config config;

private:
  /// Sends each finished segment to its partition.
  result<void> clean(storage::compactor& work, const partition_actor& owner);
};

log_cleaner_actor::behavior_type
log_cleaner(log_cleaner_actor::stateful_pointer<log_cleaner_state> self,
            log_cleaner_config config);

} // namespace troupe::actors
