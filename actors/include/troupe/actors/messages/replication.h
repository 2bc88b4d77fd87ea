// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/file_slice.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <optional>

#pragma GCC visibility push(default)

/// How a follower pulls a partition's batches from its leader (ADR 0003): the
/// next pull acknowledges what the one before brought.
namespace troupe::actors {

/// From a follower to the partition's leader. Crosses nodes.
struct pull_batches {
  storage::topic_partition name;
  storage::uuid topic_id;
  /// Who pulls.
  cluster::node_id replica = cluster::no_node;
  /// The epoch that the follower believes to be the leader's.
  cluster::leader_epoch_t leader_epoch = -1;
  /// Everything below is in the follower's log.
  storage::offset_t fetch_offset = 0;
  /// Epoch of the follower's last batch; -1 when it has none. The leader
  /// compares it with its own history (KIP-595, KIP-320).
  cluster::leader_epoch_t last_epoch = -1;
  uint32_t bytes_max = 0;
  /// How long the leader may keep a pull that finds nothing.
  uint32_t wait_ms_max = 0;

  bool operator==(const pull_batches&) const = default;
};

/// The follower's history is not the leader's: the largest epoch that both may
/// share and its end on the leader. The follower cuts its log there.
struct diverging_epoch {
  cluster::leader_epoch_t epoch = -1;
  storage::offset_t end_offset = -1;

  bool operator==(const diverging_epoch&) const = default;
};

/// What a leader answers, beside the batches. Crosses nodes.
struct pull_outcome {
  storage::topic_partition name;
  storage::uuid topic_id;
  /// As in the pull: tells a late answer from the expected one.
  storage::offset_t fetch_offset = 0;
  problem why;
  cluster::leader_epoch_t leader_epoch = -1;
  storage::offset_t high_watermark = storage::no_offset;
  storage::offset_t log_start_offset = storage::no_offset;
  std::optional<diverging_epoch> diverging;
};

/// From the leading partition to the link that the pull came through. Holds a
/// file and stays in this process.
struct records_pulled {
  pull_outcome outcome;
  storage::file_slice records;
};

/// From the link on the follower's node to its replica; it came in pieces.
struct batches_pulled {
  pull_outcome outcome;
  /// Whole batches as they lie in the leader's log; may be empty.
  storage::buffer batches;
};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::records_pulled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::batches_pulled)
