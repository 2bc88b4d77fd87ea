// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/snapshot_id.h>
#include <troupe/storage/buffer.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

// What quorums say to each other. Each message goes one way; it may be lost,
// doubled or late. They cross nodes: a published struct is never changed.

/// Whether a vote counts, or only tells how one would end.
enum class vote_kind : uint8_t {
  /// Would you vote for me? Changes nothing (KIP-996).
  pre_vote,
  vote,
};

/// A candidate asks for a vote; its log has to be as new as the voter's.
struct vote_request {
  std::string cluster_id;
  vote_kind kind = vote_kind::pre_vote;
  leader_epoch_t epoch = 0;
  node_id candidate = no_node;
  /// Where the candidate's log ends.
  leader_epoch_t last_epoch = storage::no_leader_epoch;
  offset_t end_offset = 0;

  bool operator==(const vote_request&) const = default;
};

/// The answer to a vote_request, with the epoch that the voter knows.
struct vote_answer {
  vote_kind kind = vote_kind::pre_vote;
  leader_epoch_t epoch = 0;
  /// no_node when the voter knows none.
  node_id leader = no_node;
  bool granted = false;

  bool operator==(const vote_answer&) const = default;
};

/// The leader of `epoch` says so to voters that have not fetched from it yet.
struct epoch_begun {
  leader_epoch_t epoch = 0;
  node_id leader = no_node;

  bool operator==(const epoch_begun&) const = default;
};

/// The leader of `epoch` steps down.
struct epoch_ended {
  leader_epoch_t epoch = 0;
  node_id leader = no_node;
  /// Voters in the order in which they should stand for election.
  std::vector<node_id> successors;

  bool operator==(const epoch_ended&) const = default;
};

/// To somebody who spoke for an older epoch.
struct epoch_outdated {
  leader_epoch_t epoch = 0;
  node_id leader = no_node;

  bool operator==(const epoch_outdated&) const = default;
};

/// Asks for what follows `fetch_offset`, and says that the sender has
/// everything below on disk. Parked by the leader while there is no news.
struct quorum_fetch {
  /// Comes back in the answer.
  uint64_t fetch_id = 0;
  leader_epoch_t epoch = 0;
  node_id replica = no_node;
  offset_t fetch_offset = 0;
  /// Epoch of the entry just below `fetch_offset`.
  leader_epoch_t last_fetched_epoch = storage::no_leader_epoch;
  /// As far as the sender knows; a higher one is news.
  offset_t high_watermark = 0;

  bool operator==(const quorum_fetch&) const = default;
};

/// Not the leader of that epoch: the answer's leader and epoch say who is.
struct fetch_refused {
  bool operator==(const fetch_refused&) const = default;
};

/// Whole batches as they lie in the leader's log; maybe none.
struct fetched_batches {
  storage::buffer batches;

  bool operator==(const fetched_batches& x) const;
};

/// The logs differ: in the leader's, `epoch` ends at `end_offset` (KIP-595).
struct log_diverged {
  leader_epoch_t epoch = storage::no_leader_epoch;
  offset_t end_offset = 0;

  bool operator==(const log_diverged&) const = default;
};

/// The leader's log begins later: go on from this snapshot (KIP-630).
struct snapshot_needed {
  snapshot_id snapshot;

  bool operator==(const snapshot_needed&) const = default;
};

/// The answer to a quorum_fetch.
struct quorum_fetched {
  uint64_t fetch_id = 0;
  leader_epoch_t epoch = 0;
  node_id leader = no_node;
  offset_t high_watermark = 0;
  std::variant<fetch_refused, fetched_batches, log_diverged, snapshot_needed>
      what;

  bool operator==(const quorum_fetched&) const = default;
};

/// Asks for bytes of a snapshot from `position` on, as much as the leader
/// likes.
struct snapshot_fetch {
  /// Comes back in the answer.
  uint64_t fetch_id = 0;
  leader_epoch_t epoch = 0;
  node_id replica = no_node;
  snapshot_id snapshot;
  uint64_t position = 0;

  bool operator==(const snapshot_fetch&) const = default;
};

/// Bytes of the snapshot from the position that was asked for.
struct snapshot_chunk {
  uint64_t size_bytes = 0;
  storage::buffer bytes;

  bool operator==(const snapshot_chunk& x) const;
};

/// The snapshot was replaced by a newer one: begin again with a fetch.
struct snapshot_gone {
  bool operator==(const snapshot_gone&) const = default;
};

/// The answer to a snapshot_fetch.
struct snapshot_fetched {
  uint64_t fetch_id = 0;
  leader_epoch_t epoch = 0;
  node_id leader = no_node;
  std::variant<fetch_refused, snapshot_chunk, snapshot_gone> what;

  bool operator==(const snapshot_fetched&) const = default;
};

/// Any of them.
using quorum_message =
    std::variant<vote_request, vote_answer, epoch_begun, epoch_ended,
                 epoch_outdated, quorum_fetch, quorum_fetched, snapshot_fetch,
                 snapshot_fetched>;

} // namespace troupe::cluster

#pragma GCC visibility pop
