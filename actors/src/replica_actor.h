// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "copy_pace.h"
#include "lane_hosted.h"

#include <troupe/actors/partition_interfaces.h>
#include <troupe/actors/peer_interfaces.h>
#include <troupe/cluster/retry_pause.h>

#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>

namespace troupe::actors {

/// What a replica needs of a link.
using batch_source_actor =
    caf::typed_actor<reacts_to<request_batches>, reacts_to<forget_pull>>;

/// What a replica is given at birth.
struct replica_config {
  storage::topic_partition name;
  storage::uuid topic_id;
  /// This node.
  cluster::node_id self = cluster::no_node;
  partition_actor partition;
  /// This end of the link to a node; null when there is none.
  std::function<batch_source_actor(cluster::node_id)> link_to;
  uint32_t pull_bytes_max = 1 << 20;
  /// How long a leader may keep a pull. The more partitions idle, the more it
  /// matters that each asks seldom.
  uint32_t pull_wait_ms_max = 30'000;
  /// The first pause after a failure, and the longest.
  int64_t pause_ms = 100;
  int64_t pause_ms_max = 2'000;
  uint64_t seed = 0;
  /// Of a partition that moves to this node, shared with the others that do;
  /// null: nothing holds it up.
  std::shared_ptr<copy_pace> pace;
  /// A clock that never goes back, for the pace.
  std::function<int64_t()> steady_now;
};

struct replica_state;
using replica_pointer = lane_pointer<replica_actor, replica_state>;

struct replica_state {
  static inline const char* name = "replica";

  explicit replica_state(replica_pointer self) : self(self) {}

  void open(replica_config config);

  void on_follow_leader(const follow_leader& x);
  void on_stop_following();
  void on_batches_pulled(batches_pulled& x);
  void on_pull_applied(const pull_applied& x);
  void on_pull_due(const pull_due& x);

private:
  /// Asks the partition where its log ends; what comes next follows from that.
  void ask_position();
  void pull(const pull_position& from);
  /// Tells the link that nobody waits any more.
  void forget_pull_under_way();
  void pause(pull_pace pace);
  void ask_position_in(int64_t wait_ms);
  uint32_t wait_ms();

  replica_pointer self;
  replica_config config_;
  cluster::node_id leader_ = cluster::no_node;
  /// Where the pull under way, or the last one, went.
  batch_source_actor link_;
  bool pulling_ = false;
  storage::offset_t asked_offset_ = 0;
  /// Questions to the partition without an answer. Only the last answer counts:
  /// the ones before belong to another leader.
  size_t questions_ = 0;
  /// The last of them is about batches that a leader served.
  bool served_ = false;
  uint64_t pauses_ = 0;
  cluster::retry_pause retry_{0, 0};
  std::minstd_rand random_;
};

replica_actor::behavior_type
replica(replica_pointer self, replica_config config);

} // namespace troupe::actors
