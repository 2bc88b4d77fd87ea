// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/quorum_config.h>
#include <troupe/cluster/quorum_description.h>
#include <troupe/cluster/quorum_effects.h>
#include <troupe/cluster/quorum_error.h>
#include <troupe/cluster/quorum_messages.h>
#include <troupe/cluster/quorum_role.h>
#include <troupe/cluster/quorum_storage.h>
#include <troupe/cluster/quorum_time.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// One node's part in the metadata quorum: Raft in which followers pull
/// (KIP-595), with pre-vote (KIP-996), check-quorum, snapshots (KIP-630) and
/// voters that change one at a time (KIP-853). Nodes that do not vote follow
/// the same log as observers.
///
///              timeout              majority says yes
///   unattached ───────► prospective ─────────────────► candidate
///      ▲  │ ▲             ▲    │ majority says no          │ majority
///      │  │ └─────────────┼────┘ or a leader is known      ▼ votes
///      │  └► follower ────┘ silence, suspicion           leader
///      └──────────── a higher epoch, stepping down ────────┘
///
/// A pure state machine but for `storage`, which it calls before it says
/// anything that must be durable. Used by one thread, which after each call
/// takes the effects, and calls `tick` at `next_deadline_ms` at the latest.
class quorum {
public:
  /// `storage` must outlive the quorum; `seed` feeds random delays.
  quorum(quorum_config config, quorum_storage& storage, uint64_t seed);
  ~quorum();
  /// Of the one moved from only the destructor may be called.
  quorum(quorum&&) noexcept;
  /// Likewise.
  quorum& operator=(quorum&&) noexcept;

  // -- what happens -----------------------------------------------------------

  /// Once, before everything but `set_contacts`. A voter that is alone leads
  /// when it returns.
  void start(quorum_time now);
  /// `from` says that it sent `x`: nodes of a cluster take each other's word.
  void receive(node_id from, const quorum_message& x, quorum_time now);
  /// Time has passed: call it at `next_deadline_ms`, or earlier.
  void tick(quorum_time now);
  /// The connection to `node` broke, or it is said to be down: a hint.
  void suspect(node_id node, quorum_time now);
  /// Nodes that may know a leader, to be asked besides the voters in the log.
  void set_contacts(std::vector<node_id> contacts, quorum_time now);

  // -- what the leader is asked -----------------------------------------------

  /// Appends `delta` and answers the end offset after it. It is agreed on once
  /// the high watermark is there, also when somebody else leads by then, but
  /// for what `quorum_effects::truncated_to` says. Refused unless the log ends
  /// at `expected_end_offset`, where no_offset stands for any.
  result<offset_t, quorum_error> propose(const metadata_delta& delta,
                                         offset_t expected_end_offset,
                                         quorum_time now);
  /// Makes what was appended durable, so that the leader's own copy counts. To
  /// be called soon after effects wanted it; many proposals share one.
  void flush(quorum_time now);
  /// An observer that has caught up becomes a voter, or a voter gets another
  /// address. Answers as `propose`.
  result<offset_t, quorum_error>
  add_voter(const quorum_voter& voter, quorum_time now);
  /// The leader may remove itself: it steps down once that is agreed on.
  result<offset_t, quorum_error> remove_voter(node_id id, quorum_time now);
  /// Accepts no proposals until `successor` has the whole log, then makes way
  /// for it. Leads on if that takes too long.
  result<void, quorum_error>
  transfer_leadership(node_id successor, quorum_time now);
  /// Makes way for whoever has most of the log, at once: before a stop.
  void resign(quorum_time now);

  // -- what there is to know --------------------------------------------------

  /// What this node is just now.
  quorum_role role() const noexcept;
  /// Leads, and its log says so to a majority: its image is the newest, and it
  /// accepts proposals unless it hands over.
  bool ready() const noexcept;
  /// Of the current epoch; no_node while it is not known.
  node_id leader() const noexcept;
  /// The highest epoch that was heard of; never goes back.
  leader_epoch_t epoch() const noexcept;
  /// By the newest voters in the log, agreed on or not.
  bool is_voter() const;
  /// Everything below is agreed on, as far as this node knows.
  offset_t high_watermark() const noexcept;
  /// Of the steady clock.
  int64_t next_deadline_ms() const noexcept;
  /// DescribeQuorum, as this node sees it.
  quorum_description describe(quorum_time now) const;
  /// Why the quorum stopped on this node; then its role is `failed`.
  const std::optional<storage::error>& storage_error() const noexcept;

  /// What is to be done since the last call.
  quorum_effects take_effects();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
