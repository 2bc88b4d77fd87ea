// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/interfaces.h>
#include <troupe/storage/file_system.h>
#include <troupe/storage/offset_store.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

/// Left in a data directory whose logs were all closed properly.
inline constexpr const char* clean_shutdown_marker = ".clean_shutdown";

struct log_keeper_config {
  storage::file_system* fs = nullptr;
  std::shared_ptr<storage::offset_store> offsets;
  std::string directory;
  /// The marker was there when the node started.
  bool clean_shutdown = false;
  std::function<storage::timestamp_ms()> now;
  /// Paths of deleted logs that an earlier run did not remove any more.
  std::vector<std::string> doomed = {};
};

struct log_keeper_state {
  static inline const char* name = "log_keeper";

  explicit log_keeper_state(log_keeper_actor::pointer self) : self(self) {}

  log_opened on_open_log(const open_log& x);
  log_closed on_close_log(close_log& x);
  void on_erase_log(const erase_log& x);
  void on_set_log_aside(const set_log_aside& x);
  checkpoint_saved on_save_checkpoint(const save_checkpoint& x);
  void on_keep_checkpoint(const keep_checkpoint& x);
  void on_remove_files(remove_files& x);
  void on_remove_files_now(remove_files_now& x);
  log_closed on_mark_clean_shutdown();
  directory_description on_describe_directory();

  log_keeper_actor::pointer self;
  log_keeper_config config;

  /// Removes a directory bit by bit, between other orders.
  void remove_slowly(std::string directory);

private:
  /// After a scan: makes what it found durable and replaces the checkpoint.
  result<void> settle(storage::log& log, storage::offset_t high_watermark);
  result<void>
  erase(const storage::topic_partition& tp, const storage::uuid& topic_id);
};

log_keeper_actor::behavior_type
log_keeper(log_keeper_actor::stateful_pointer<log_keeper_state> self,
           log_keeper_config config);

} // namespace troupe::actors
