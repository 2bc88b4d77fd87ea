// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "follower_news.h"
#include "lane_hosted.h"
#include "partition_core.h"

#include <troupe/actors/interfaces.h>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// What a partition is given at birth.
struct partition_config {
  storage::topic_partition name;
  log_box log;
  /// Whether it leads or follows, and who else has it.
  cluster::partition_registration registration;
  /// The replicas that may come into sync.
  std::vector<cluster::replica_life> lives;
  partition_core_config core;
  /// A follower that did not reach the end of the log for so long leaves the
  /// ISR.
  int64_t lag_ms_max = 30'000;
  /// Interval durability: how long records may stay unsynced.
  std::chrono::milliseconds flush_interval{1000};
  log_keeper_actor keeper;
  disk_sync_actor sync;
  cold_reader_actor cold_reader;
  /// Null: nothing is compacted.
  log_cleaner_actor cleaner;
  /// From where on somebody beside its readers needs the records; null: nobody
  /// does.
  std::function<storage::offset_t()> needed_from;
  /// Told of each read that succeeded; may be null.
  std::function<void(const read_records&)> reader_seen;
  /// Told when the disk fails.
  std::function<void(partition_failed)> report_failure;
  /// The controller, once there is one; null on a node that is alone.
  std::function<isr_judge_actor()> controller;
  /// The wall clock.
  std::function<storage::timestamp_ms()> now;
  /// One that never goes back.
  std::function<int64_t()> steady_now;
};

struct partition_state;
using partition_pointer = lane_pointer<partition_actor, partition_state>;

/// Its functions are in partition_actor.cpp, partition_leading.cpp,
/// partition_following.cpp, partition_questions.cpp and partition_upkeep.cpp.
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
  void on_become_follower(const become_follower& x);
  void on_pull_records(pull_records& x);
  void on_append_pulled(append_pulled& x);
  void on_find_pull_position(find_pull_position& x);
  void on_check_replicas();
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
  using parked_appends = std::deque<parked_append>;
  struct watcher {
    ticket_t ticket = 0;
    storage::offset_t offset = 0;
    records_client_actor client;
  };
  /// What a follower on another node was told, and its pull while that waits.
  struct remote_follower {
    follower_news news;
    std::optional<pull_records> pull;
    int64_t wait_until_ms = 0;
  };

  /// Deleted here, and not known to all followers in sync.
  struct parked_deletion {
    caf::typed_response_promise<records_deleted> promise;
    records_deleted answer;
    int64_t deadline_ms = 0;
  };

  using offset_promise = caf::typed_response_promise<found_offset>;
  void search(const find_offset& x, offset_promise promise, int32_t attempt);

  /// The new log start is durable here: waits for the followers.
  void park(parked_deletion x);
  void answer_deletions();
  bool followers_know(storage::offset_t log_start) const;

  partition_time time() const { return {config_.now(), config_.steady_now()}; }

  /// Answers whoever waits for what the high watermark has reached.
  void high_watermark_moved();
  void answer_appends(parked_appends& parked, storage::offset_t end,
                      const problem& why);
  /// Everybody who waits gets `why`.
  void answer_all(const problem& why);

  /// Followers for which there are records or news.
  void answer_pulls();
  void serve_pulls(const std::function<bool(const remote_follower&)>& due);
  /// Those whose time is over.
  void serve_due_pulls();
  /// Followers that must learn that nothing comes any more.
  void end_pulls();
  void serve_pull(pull_records& x);
  void answer_pull(const pull_records& x, records_pulled answer);
  void propose_if_due();
  void isr_judged_as(const cluster::isr_proposal& asked, const problem& why);

  void change_role(const cluster::partition_registration& x);
  /// Makes the checkpoint of a cut log durable; until then it is not touched.
  void settle();
  void save_cut();
  void cut_not_saved(const caf::error& x);
  void settled(const problem& why);
  /// Tells a replica to go on, once the log is as durable as it must be.
  void continue_pulling(replica_actor replica);
  void answer_replicas();
  /// With fsync a pull acknowledges what is on the disk.
  bool must_sync_first() const;

  void start_sync();
  /// After an append.
  void sync_if_due();
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
  /// Appends that are written but not acknowledged yet, by offset: those that
  /// wait for this node's disk, and those that wait for all replicas. Bounded
  /// by what the sessions may have in flight.
  parked_appends parked_;
  parked_appends parked_for_all_;
  /// Bounded likewise.
  std::vector<parked_deletion> deletions_;
  /// One per client.
  std::unordered_map<caf::actor_id, watcher> watchers_;
  std::map<cluster::node_id, remote_follower> followers_;
  /// Replicas of this node that wait to be told to go on; one, but for moments
  /// in which the broker replaces it.
  std::vector<replica_actor> waiting_replicas_;
  /// Why the last pull's batches were not taken; empty when they were.
  std::string pull_refusal_;
  /// The checkpoint after a cut is not durable yet.
  bool settling_ = false;
  /// Came meanwhile.
  std::optional<cluster::partition_registration> next_role_;
  bool syncing_ = false;
  bool sync_again_ = false;
  /// The log was cut since the running sync was planned.
  bool sync_void_ = false;
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

partition_actor::behavior_type
partition(partition_pointer self, partition_config config);

} // namespace troupe::actors
