// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lane_hosted.h"
#include "partition_core.h"

#include <troupe/actors/interfaces.h>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

namespace troupe::actors {

/// What a partition is given at birth.
struct partition_config {
  storage::topic_partition name;
  log_box log;
  cluster::leader_epoch_t leader_epoch = 0;
  cluster::durability level = cluster::durability::page_cache;
  /// Interval durability: how long records may stay unsynced.
  std::chrono::milliseconds flush_interval{1000};
  log_keeper_actor keeper;
  disk_sync_actor sync;
  cold_reader_actor cold_reader;
  /// Null: nothing is compacted.
  log_cleaner_actor cleaner;
  /// Told when the disk fails.
  std::function<void(partition_failed)> report_failure;
  /// The wall clock.
  std::function<storage::timestamp_ms()> now;
};

struct partition_state;
using partition_pointer = lane_pointer<partition_actor, partition_state>;

struct partition_state {
  static inline const char* name = "partition";

  explicit partition_state(partition_pointer self) : self(self) {}

  void open(partition_config config);

  void on_append_records(append_records& x);
  void on_read_records(read_records& x);
  void on_watch_records(watch_records& x);
  void on_unwatch_records(const unwatch_records& x);
  caf::result<found_offset> on_find_offset(const find_offset& x);
  found_epoch_end on_find_epoch_end(const find_epoch_end& x);
  caf::result<records_deleted> on_delete_records(const delete_records& x);
  partition_description on_describe_partition();
  producers_listed on_list_producers();
  void on_reconfigure_log(const reconfigure_log& x);
  void on_become_leader(const become_leader& x);
  void on_housekeep();
  void on_flush_now();
  void on_files_synced(const files_synced& x);
  void on_consider_compaction();
  void on_swap_segment(const swap_segment& x);
  void on_compaction_finished(const compaction_finished& x);
  caf::result<partition_closed> on_close_partition(const close_partition& x);

private:
  struct parked_append {
    append_finished answer;
    records_client_actor client;
  };
  struct watcher {
    ticket_t ticket = 0;
    storage::offset_t offset = 0;
    records_client_actor client;
  };

  using offset_promise = caf::typed_response_promise<found_offset>;
  void search(const find_offset& x, offset_promise promise, int32_t attempt);

  /// Answers parked appends and watchers that the high watermark has reached.
  void high_watermark_moved();
  /// Everybody who waits gets `why`.
  void answer_all(const problem& why);
  void start_sync();
  /// Tells the keeper how far the log is synced, once that is worth it.
  void keep_checkpoint_if_due();
  void keep_checkpoint_now();
  void arm_flush();
  /// Looks whether the core has just lost its disk, and says so once.
  void check_failure();
  void remove(storage::removed_files files);
  /// How well the page cache serves this partition, when it was used.
  void tell_page_cache();

  partition_pointer self;
  partition_config config_;
  std::optional<partition_core> core_;
  /// Appends that are written but not acknowledged yet, by offset. Bounded by
  /// what the sessions may have in flight.
  std::deque<parked_append> parked_;
  /// One per client.
  std::unordered_map<caf::actor_id, watcher> watchers_;
  bool syncing_ = false;
  bool sync_again_ = false;
  bool flush_armed_ = false;
  /// The cleaner works for this log.
  bool compacting_ = false;
  bool swap_refused_ = false;
  bool failure_reported_ = false;
  int32_t segments_ = 0;
  /// Pages looked for in the page cache when it was last told.
  uint64_t pages_told_ = 0;
  /// Recovery point that the keeper was told, with how many segments and when.
  storage::offset_t kept_point_ = 0;
  int32_t kept_segments_ = 0;
  storage::timestamp_ms kept_at_ = 0;
};

partition_actor::behavior_type partition(partition_pointer self,
                                         partition_config config);

} // namespace troupe::actors
