// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lane_hosted.h"
#include "moved_records.h"
#include "published.h"
#include "routing.h"

#include <troupe/actors/interfaces.h>
#include <troupe/cluster/delayed_kind.h>
#include <troupe/cluster/retry_pause.h>

#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace troupe::actors {

/// This node leads the partition from now on, in a new epoch or with other
/// settings: begin anew.
struct begin_moving {};
/// It does not lead any more.
struct stop_moving {};

/// A pause is over, or something is due (the mover to itself).
struct mover_due {
  uint64_t run = 0;
};
/// What was not in the page cache has been read in (the cold reader, through
/// the mover itself).
struct inbox_read_in {
  ticket_t ticket = 0;
};

/// Moves records from the inbox of one partition to the partition, while this
/// node leads both. On the partition's lane.
using mover_actor = records_client_actor::extend<
    // From the broker.
    reacts_to<begin_moving>, reacts_to<stop_moving>,
    // From itself, and from the disk.
    reacts_to<mover_due>, reacts_to<inbox_read_in>>;

/// From where on a partition's records are still needed by its mover. Written
/// by the mover, read by the partition when it looks at retention: both are on
/// one lane, and the atomic is for tests that have none.
using retention_hold = std::shared_ptr<std::atomic<storage::offset_t>>;

/// What a mover is given at birth.
struct mover_config {
  storage::topic_partition name;
  storage::uuid topic_id;
  /// This node.
  cluster::node_id self = cluster::no_node;
  partition_actor partition;
  retention_hold hold;
  std::shared_ptr<published<routing>> routes;
  cold_reader_actor cold_reader;
  /// The first pause after a failure, and the longest.
  int64_t pause_ms = 100;
  int64_t pause_ms_max = 2'000;
  uint64_t seed = 0;
  /// The wall clock.
  std::function<storage::timestamp_ms()> now;
  /// One that never goes back.
  std::function<int64_t()> steady_now;
};

struct mover_state;
using mover_pointer = lane_pointer<mover_actor, mover_state>;

/// One thing is under way at a time. What failed, or has an unknown outcome,
/// ends the run: the next one learns from the logs what became of it. The
/// functions are in mover_actor.cpp and, up to the first move, mover_start.cpp.
struct mover_state {
  static inline const char* name = "mover";

  explicit mover_state(mover_pointer self) : self(self) {}

  void open(mover_config config);

  void on_begin_moving();
  void on_stop_moving();
  void on_append_finished(append_finished& x);
  void on_read_finished(read_finished& x);
  void on_records_available(const records_available& x);
  void on_mover_due(const mover_due& x);
  void on_inbox_read_in(const inbox_read_in& x);
  /// Nobody shall wake it any more.
  void end();

private:
  enum class step : uint8_t {
    /// Not the leader, or a pause after a failure.
    resting,
    /// Asks where the topic and the inbox end.
    asking,
    /// Waits until all that the topic holds counts.
    settling,
    /// Reads the topic's last batch: the position.
    finding,
    /// Reads the topic's tail: what was moved.
    scanning,
    /// Reads the inbox for records to come.
    reading,
    /// Reads the inbox for records that are due.
    gathering,
    appending,
    /// For a record to come, or to be due.
    waiting,
  };
  struct slice_under_way {
    read_finished found;
    int attempts = 0;
  };

  void rest();
  void again(const problem& why);
  // mover_start.cpp
  void start();
  void ask(const partition_actor& whom,
           void (mover_state::*then)(const partition_description&));
  void topic_described(const partition_description& x);
  void inbox_described(const partition_description& x);
  void find_position(std::span<const std::byte> batches);
  void begin_at(cluster::mover_position from);
  void scan_on();
  void scan(std::span<const std::byte> batches);

  void turn();
  void read(step next, const partition_actor& from, storage::offset_t at);
  void take_slice();
  void took(std::span<const std::byte> batches);
  void take(std::span<const std::byte> batches);
  void gather_on();
  void gather(std::span<const std::byte> batches);
  void append();
  void forget_finished();
  void wait();
  size_t count_max() const noexcept;

  mover_pointer self;
  mover_config config_;
  std::string inbox_name_;
  partition_actor inbox_;
  cluster::delayed_config settings_;
  std::optional<cluster::delayed_kind> core_;
  step step_ = step::resting;
  /// Answers of an earlier run, and tickets before the last, mean nothing.
  uint64_t run_ = 0;
  ticket_t ticket_ = 0;
  ticket_t watch_ticket_ = 0;
  std::optional<slice_under_way> slice_;
  cluster::retry_pause retry_{0, 0};
  std::minstd_rand random_;
  // Of one run.
  partition_description topic_;
  storage::offset_t inbox_start_ = 0;
  storage::offset_t inbox_high_watermark_ = 0;
  storage::offset_t inbox_end_ = 0;
  storage::offset_t scanned_end_ = 0;
  /// Nothing was there when the inbox was read last.
  bool at_end_ = false;
  size_t largest_record_bytes_ = 1;
  /// Due, in this order; those of them that are not read yet; and the rest.
  std::vector<storage::offset_t> due_;
  std::set<storage::offset_t> missing_;
  std::map<storage::offset_t, moved_record> gathered_;
  /// As the next batch will say.
  cluster::mover_position position_;
  int64_t position_due_ms_ = 0;
  storage::offset_t deleted_end_ = 0;
  /// A wake-up is on its way, for then.
  std::optional<storage::timestamp_ms> armed_for_ms_;
};

mover_actor::behavior_type mover(mover_pointer self, mover_config config);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::begin_moving)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stop_moving)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::mover_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::inbox_read_in)
