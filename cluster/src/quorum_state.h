// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <quorum_replicas.h>
#include <snapshot_download.h>
#include <troupe/cluster/quorum.h>
#include <vote_tally.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::cluster {

inline constexpr int64_t never_ms = std::numeric_limits<int64_t>::max();

/// Everything a quorum knows, and its steps; one source file for each role.
struct quorum::state {
  /// The question that was asked last and is not answered.
  struct fetch_in_flight {
    uint64_t id = 0;
    node_id to = no_node;
    leader_epoch_t epoch = 0;
    int64_t deadline_ms = 0;
  };

  /// Leadership that waits for its successor to have the whole log.
  struct handover {
    node_id successor = no_node;
    int64_t deadline_ms = 0;
  };

  /// What only a leader knows.
  struct office {
    /// Of its `leader_began`: what is committed in this epoch lies behind it.
    offset_t epoch_start_offset = 0;
    /// Our own copy below it is on disk.
    offset_t synced_end_offset = 0;
    quorum_replicas replicas;
    int64_t announce_ms = 0;
    std::optional<handover> handing_over;
  };

  state(quorum_config config_, quorum_storage& storage_, uint64_t seed);

  // quorum_state.cpp: what all roles share
  bool alive() const noexcept { return role != quorum_role::failed; }
  bool is_voter(node_id id) const;
  bool is_voter() const;
  bool may_stand() const;
  bool ready() const noexcept;
  int64_t random_below(int64_t bound_ms);
  void send(node_id to, quorum_message x);
  void send_to_other_voters(const quorum_message& x);
  /// False when the disk did not take it: then nothing changed.
  bool save_election(leader_epoch_t next_epoch, node_id vote);
  bool observe(leader_epoch_t seen_epoch, node_id seen_leader, quorum_time now);
  void become_unattached(int64_t election_at_ms, quorum_time now);
  void become_unattached(quorum_time now);
  void follow(node_id new_leader, quorum_time now);
  void raise_high_watermark(offset_t target, quorum_time now);
  void compare_voters();
  int64_t next_deadline_ms() const noexcept;
  quorum_error give_up(const storage::error& x);
  void fail(const storage::error& x);

  // quorum_election.cpp
  int64_t election_timeout(quorum_time now);
  void start(quorum_time now);
  void found(quorum_time now);
  void stand(quorum_time now);
  void ask_for_votes(vote_kind kind, quorum_time now);
  void become_prospective(quorum_time now);
  void become_candidate(quorum_time now);
  void lose(quorum_time now);
  bool log_reaches(const vote_request& x) const;
  bool would_vote(const vote_request& x) const;
  void on(node_id from, const vote_request& x, quorum_time now);
  void on(node_id from, const vote_answer& x, quorum_time now);
  void on(node_id from, const epoch_begun& x, quorum_time now);
  void on(node_id from, const epoch_ended& x, quorum_time now);
  void on(node_id from, const epoch_outdated& x, quorum_time now);
  void tick_election(quorum_time now);

  // quorum_follower.cpp
  bool fetches() const noexcept;
  void fetch_again(int64_t delay_ms, quorum_time now);
  void fetch_later(quorum_time now);
  node_id somebody_to_ask();
  void send_fetch(quorum_time now);
  /// The question in flight, when `id` of `from` answers it.
  std::optional<fetch_in_flight> answered(node_id from, uint64_t id);
  bool comes_from_leader(const fetch_in_flight& asked, leader_epoch_t in_epoch,
                         node_id by, quorum_time now);
  void heard_from_leader(quorum_time now);
  void on(node_id from, const quorum_fetched& x, quorum_time now);
  void take(const fetched_batches& x, offset_t leader_high_watermark,
            quorum_time now);
  void take(const log_diverged& x, quorum_time now);
  void refused(const fetch_in_flight& asked, leader_epoch_t in_epoch,
               node_id by, quorum_time now);
  void not_taken(const storage::error& x, quorum_time now);
  void suspect(node_id node, quorum_time now);
  void tick_follower(quorum_time now);

  // quorum_snapshots.cpp
  void take(const snapshot_needed& x, quorum_time now);
  void on(node_id from, const snapshot_fetched& x, quorum_time now);
  void take(const snapshot_chunk& x, quorum_time now);
  void abandon_download(quorum_time now);
  void install(quorum_time now);
  void on(node_id from, const snapshot_fetch& x, quorum_time now);
  std::variant<fetch_refused, snapshot_chunk, snapshot_gone>
  read_snapshot(const snapshot_fetch& x);

  // quorum_leader.cpp
  void become_leader(quorum_time now);
  void leave_office();
  void on(node_id from, const quorum_fetch& x, quorum_time now);
  void refuse(node_id to, uint64_t fetch_id);
  bool admits(node_id replica) const;
  void correct(node_id to, const quorum_fetch& x, quorum_time now);
  /// Whether our log has what `x` says its sender has.
  bool matches(const quorum_fetch& x) const;
  bool begins_too_late_for(const quorum_fetch& x) const;
  bool has_news(const parked_fetch& x) const;
  void answer(node_id to, const parked_fetch& x);
  void answer_parked();
  void answer_overdue(quorum_time now);
  void flush(quorum_time now);
  void advance_high_watermark(quorum_time now);
  void announce(quorum_time now);
  void tick_leader(quorum_time now);
  int64_t majority_missed_at_ms() const;
  int64_t leader_deadline_ms() const;

  // quorum_membership.cpp
  std::optional<quorum_error> not_leading() const;
  result<offset_t, quorum_error>
  append(const quorum_entry& what, quorum_time now);
  result<offset_t, quorum_error> propose(const metadata_delta& delta,
                                         offset_t expected_end_offset,
                                         quorum_time now);
  std::optional<quorum_error> voters_fixed() const;
  result<offset_t, quorum_error>
  add_voter(const quorum_voter& voter, quorum_time now);
  result<offset_t, quorum_error> remove_voter(node_id id, quorum_time now);
  result<void, quorum_error>
  transfer_leadership(node_id successor, quorum_time now);
  void hand_over_if_due(quorum_time now);
  void step_down(std::vector<node_id> successors, quorum_time now);
  std::vector<node_id> successors(node_id first) const;
  quorum_description describe(quorum_time now) const;

  quorum_config config;
  quorum_storage& storage;
  std::mt19937_64 random;
  quorum_effects effects;
  std::optional<storage::error> storage_error;

  quorum_role role = quorum_role::unattached;
  leader_epoch_t epoch = 0;
  node_id voted_for = no_node;
  /// A prospective voter still knows the leader that it misses.
  node_id leader = no_node;
  offset_t high_watermark = 0;
  /// As of the last look, to notice a change.
  std::vector<quorum_voter> voters_seen;

  // unattached, prospective, candidate
  int64_t election_at_ms = never_ms;
  vote_tally votes;

  // follower
  int64_t leader_missed_at_ms = never_ms;
  /// It answered since we follow it, and nothing since spoke against it.
  bool leader_trusted = false;

  // whoever fetches
  bool started = false;
  std::vector<node_id> contacts;
  std::optional<fetch_in_flight> in_flight;
  uint64_t last_fetch_id = 0;
  int64_t fetch_at_ms = never_ms;
  int64_t retry_ms = 0;
  std::optional<snapshot_download> download;

  std::optional<office> leads;
};

} // namespace troupe::cluster
