// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Identity, timeouts and bounds of a node's part in the metadata quorum.
struct quorum_config {
  /// This node.
  node_id self = no_node;
  /// Candidates of another cluster are not heeded.
  std::string cluster_id;
  /// When nobody ever voted in this log: found a quorum of this voter, which is
  /// the node itself. A node that joins a cluster leaves it empty.
  std::optional<quorum_voter> founder;

  /// A follower that got no answer from its leader for so long stands for
  /// election; a leader that a majority did not ask for so long steps down.
  int64_t fetch_timeout_ms = 1000;
  /// At least so long, at most twice, a voter waits for somebody to win an
  /// election; a candidate is less patient.
  int64_t election_timeout_ms = 500;
  /// A follower whose connection to the leader broke waits at most so long
  /// before it asks the others whether they miss the leader too.
  int64_t suspicion_delay_ms_max = 50;
  /// A fetch without news is answered after so long; at most half of the next.
  int64_t fetch_wait_ms_max = 250;
  /// A fetch that was not answered after so long is given up; at most half of
  /// `fetch_timeout_ms`.
  int64_t request_timeout_ms = 500;
  /// Between attempts that failed.
  int64_t retry_ms = 50;
  /// Leadership that is handed over waits so long for its successor.
  int64_t transfer_timeout_ms = 2000;

  /// Batches in one answer; a larger batch goes alone.
  uint32_t fetch_bytes_max = 1 << 20;
  /// Bytes of a snapshot in one answer.
  uint32_t snapshot_chunk_bytes_max = 1 << 20;
  /// A snapshot is taken in as a whole.
  uint64_t snapshot_bytes_max = 1 << 30;
  /// Nodes that follow without a vote; more are refused.
  size_t observers_max = 1000;
  /// One that was not heard of for so long is forgotten.
  int64_t observer_silence_ms_max = 60000;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
