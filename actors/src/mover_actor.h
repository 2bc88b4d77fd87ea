// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "built_in_kinds.h"
#include "lane_hosted.h"
#include "moved_records.h"
#include "mover_link.h"
#include "published.h"
#include "routing.h"

#include <troupe/actors/interfaces.h>
#include <troupe/actors/metrics_interfaces.h>
#include <troupe/cluster/retry_pause.h>

#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
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
  /// For when it was meant; nothing after a pause.
  std::optional<storage::timestamp_ms> at;
};
/// What was not in the page cache has been read in (the cold reader, through
/// the mover itself).
struct moved_slice_read_in {
  ticket_t ticket = 0;
};

/// Moves records from the inbox of one partition to the partition, while this
/// node leads both and what else belongs to them. On the partition's lane.
using mover_actor = records_client_actor::extend<
    // From the broker.
    reacts_to<begin_moving>, reacts_to<stop_moving>,
    // From itself, and from the disk.
    reacts_to<mover_due>, reacts_to<moved_slice_read_in>>;

/// What a mover is given at birth.
struct mover_config {
  storage::topic_partition name;
  storage::uuid topic_id;
  /// This node.
  cluster::node_id self = cluster::no_node;
  partition_actor partition;
  mover_link_ptr moving;
  std::shared_ptr<published<routing>> routes;
  cold_reader_actor cold_reader;
  /// Knows how far consumers have committed; null: nobody does.
  consumption_source_actor consumption;
  /// The program's own.
  std::shared_ptr<const partition_kinds> kinds;
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

/// One thing is under way at a time, beside a look at what consumers have
/// committed. What failed, or has an unknown outcome, ends the run: the next
/// one learns from the logs what became of it. What is decided is in
/// partition_kind.h.
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
  void on_slice_read_in(const moved_slice_read_in& x);
  /// Nobody shall wake it any more.
  void end();

  /// Begins again when `work` throws: what a kind of the program does.
  template <class F>
  void attempt(F work) {
    try {
      work();
    } catch (const std::exception& x) {
      again({errc::internal, std::string{"its kind threw: "} + x.what()});
    } catch (...) {
      again({errc::internal, "its kind threw"});
    }
  }

private:
  enum class step : uint8_t {
    /// Not the leader, or a pause after a failure.
    resting,
    /// Asks where the logs end.
    asking,
    /// Waits until all that the topic holds counts.
    settling,
    /// Reads the topic's last batch: the position.
    finding,
    /// Reads acknowledgements.
    acknowledging,
    /// Reads the topic's tail: what was moved.
    scanning,
    /// Reads the inbox for records to come.
    reading,
    /// Reads the inbox for records to move.
    gathering,
    /// Appends deliveries to the topic.
    appending,
    /// Appends dead letters, and then acknowledgements of them.
    burying,
    accepting,
    /// For a record to come, or to be due, or for consumers.
    waiting,
  };
  /// One of the logs that belong together.
  struct log_at_work {
    partition_actor actor;
    /// As it was at the start of the run.
    partition_description known;
    /// Of the watch; 0: there is none.
    ticket_t watch = 0;
    /// Nothing was there when it was read last.
    bool at_end = false;
  };
  struct slice_under_way {
    read_finished found;
    int attempts = 0;
  };
  using visit_record = std::function<bool(const storage::record_view&)>;

  // mover_actor.cpp
  void rest();
  void leave(log_at_work& x);
  void again(const problem& why);
  void turn();
  void wait();
  void look_at_commits();
  void committed(const found_commit& x);

  // mover_start.cpp
  void start();
  bool find_logs();
  void ask(log_at_work& whom, void (mover_state::*then)());
  void topic_described();
  void inbox_described();
  void ends_known();
  void find_position(std::span<const std::byte> batches);
  void begin_at(cluster::mover_position from);
  cluster::mover_position within_logs(cluster::mover_position x) const;
  void scan_on();
  void scan(std::span<const std::byte> batches);

  // mover_reading.cpp
  void read(step next, const log_at_work& from, storage::offset_t at,
            uint32_t bytes_max);
  void read_acknowledgements();
  void read_inbox();
  void found_nothing(storage::offset_t high_watermark);
  void watch(log_at_work& x, storage::offset_t above);
  void take_slice();
  void took(std::span<const std::byte> batches);
  void take_acknowledgements(std::span<const std::byte> batches);
  void take_inbox(std::span<const std::byte> batches);
  /// Each of them that can be read.
  void walk(std::span<const std::byte> batch, const char* what,
            const visit_record& visit) const;

  // mover_moving.cpp
  size_t count_max() const noexcept;
  void gather_on();
  void gather(std::span<const std::byte> batches);
  void append(step next, const partition_actor& to, storage::buffer batch);
  void not_appended(const problem& why);
  void deliver();
  void bury();
  void accept();
  void forget_finished();

  mover_pointer self;
  mover_config config_;
  cluster::config_map configs_;
  cluster::kind_config settings_;
  std::unique_ptr<partition_kind> core_;
  log_at_work topic_;
  log_at_work inbox_;
  /// Null handles where the kind has none.
  log_at_work acknowledgements_;
  log_at_work dead_letters_;
  step step_ = step::resting;
  /// Answers of an earlier run, and tickets before the last, mean nothing.
  uint64_t run_ = 0;
  ticket_t ticket_ = 0;
  ticket_t last_watch_ = 0;
  std::optional<slice_under_way> slice_;
  /// When the last slice was found.
  storage::offset_t high_watermark_ = 0;
  cluster::retry_pause retry_{0, 0};
  std::minstd_rand random_;
  /// About as much is moved at once.
  size_t batch_bytes_max_ = 0;
  // Of one run.
  storage::offset_t scanned_end_ = 0;
  /// The tail is known: from now on records are moved.
  bool moving_ = false;
  storage::offset_t acknowledgements_end_ = 0;
  size_t largest_record_bytes_ = 1;
  /// That the kind is missing is logged once.
  bool told_of_kind_ = false;
  size_t appended_bytes_ = 0;
  /// Decided; those of them that are not read yet; and the rest.
  std::vector<cluster::queue_step> steps_;
  std::set<storage::offset_t> missing_;
  std::map<storage::offset_t, moved_record> gathered_;
  std::vector<moved_record> dead_;
  /// As the next batch will say.
  cluster::mover_position position_;
  int64_t position_due_ms_ = 0;
  cluster::mover_position deleted_;
  /// A wake-up is on its way, for then; later ones do not count any more.
  std::optional<storage::timestamp_ms> armed_for_ms_;
  /// Until the next look at consumers; and one is under way.
  int64_t look_pause_ms_ = 0;
  bool looking_ = false;
  storage::offset_t committed_ = storage::no_offset;
};

mover_actor::behavior_type mover(mover_pointer self, mover_config config);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::begin_moving)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stop_moving)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::mover_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::moved_slice_read_in)
