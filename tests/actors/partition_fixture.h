// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_fixture.h"
#include "routing_fixture.h"

#include <tests/storage/log_fixture.h>
#include <troupe/actors/interfaces.h>
#include <troupe/cluster/broker_config.h>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <vector>

namespace troupe::actors {

/// What a reader or writer of records was told.
struct client_record {
  std::vector<append_finished> appends;
  std::vector<read_finished> reads;
  /// Tickets of watches.
  std::vector<ticket_t> available;
};

records_client_actor::behavior_type
recording_client(records_client_actor::pointer self, client_record* record);

/// One real partition on a log in memory; whom it asks is a dummy that keeps
/// the order until the test answers it.
class partition_fixture : public actor_fixture {
public:
  static constexpr cluster::leader_epoch_t epoch = 3;
  static constexpr int64_t lag_ms_max = 1'000;

  using configure = void (*)(storage::log_config&);

  explicit partition_fixture(
      cluster::durability level = cluster::durability::page_cache,
      configure change = nullptr);
  ~partition_fixture();

  /// A batch of one record at the current time.
  storage::buffer batch(size_t bytes = 100) const;
  void append(ticket_t ticket, int16_t acks = 1);
  void append(ticket_t ticket, storage::buffer batch, int16_t acks = 1);
  read_finished read(storage::offset_t from, uint32_t bytes_max = 1 << 20,
                     cluster::leader_epoch_t claimed = -1);
  void watch(ticket_t ticket, storage::offset_t offset);
  partition_description describe();
  partition_closed close(bool erase);
  found_offset
  find(storage::timestamp_ms timestamp, cluster::leader_epoch_t claimed = -1);
  std::vector<storage::offset_t> bases(const read_finished& x) const;

  /// The keeper answers the held checkpoint.
  void finish_checkpoint(problem why = {});

  /// The disk answers the oldest sync.
  void finish_sync(problem why = {});

  storage::test::log_fixture store;
  int64_t steady_ms = 0;
  client_record told;
  std::deque<sync_files> syncs;
  std::vector<save_checkpoint> checkpoints;
  std::vector<keep_checkpoint> kept;
  /// Set: checkpoints are answered by `finish_checkpoint`.
  bool hold_checkpoints = false;
  caf::typed_response_promise<checkpoint_saved> held;
  checkpoint_saved checkpoint_answer;
  std::vector<remove_files> removals;
  std::vector<read_in_slice> cold_reads;
  /// Times that were looked for, and what the next ones find.
  std::vector<storage::timestamp_ms> searches;
  std::deque<found_offset> search_answers;
  std::vector<compact_log> cleanings;
  std::vector<close_log> closings;
  std::vector<partition_failed> failures;
  std::vector<cluster::isr_alteration> proposals;
  /// What the controller says to them.
  problem judgement;

  log_keeper_actor keeper;
  isr_judge_actor judge;
  records_client_actor client;
  partition_actor partition;
};

} // namespace troupe::actors
