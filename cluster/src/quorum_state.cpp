// SPDX-License-Identifier: Apache-2.0
#include <quorum_state.h>
#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

/// Nothing was changed, and the same call may succeed later.
bool passes(storage::errc code) {
  return code == storage::errc::disk_full || code == storage::errc::read_only
         || code == storage::errc::busy;
}

/// A fetch that finds no news must be answered, and one that was lost sent
/// again, before anybody misses the leader.
quorum_config consistent(quorum_config x) {
  x.request_timeout_ms = std::min(x.request_timeout_ms, x.fetch_timeout_ms / 2);
  x.fetch_wait_ms_max = std::min(x.fetch_wait_ms_max, x.request_timeout_ms / 2);
  return x;
}

} // namespace

quorum::state::state(quorum_config config_, quorum_storage& storage_,
                     uint64_t seed)
    : config(consistent(std::move(config_))), storage(storage_), random(seed),
      last_fetch_id(random()), retry_ms(config.retry_ms) {
  ASSERT(config.self != no_node);
  ASSERT(!config.founder || config.founder->id == config.self);
}

bool quorum::state::is_voter(node_id id) const {
  return contains(storage.voters(), id);
}

bool quorum::state::is_voter() const {
  return is_voter(config.self);
}

/// Also a node whose removal is not agreed on yet: when nobody else has that
/// entry, its own log is the longest and it votes for nobody else (Raft's
/// dissertation, section 4.2.2). Then the others elect it, and it finishes the
/// removal without a vote of its own.
bool quorum::state::may_stand() const {
  return is_voter()
         || (storage.voters_offset() >= high_watermark
             && contains(storage.voters_before(), config.self));
}

bool quorum::state::ready() const noexcept {
  return leads && high_watermark > leads->epoch_start_offset;
}

/// In [1, bound_ms].
int64_t quorum::state::random_below(int64_t bound_ms) {
  return 1
         + static_cast<int64_t>(
             random() % static_cast<uint64_t>(std::max<int64_t>(bound_ms, 1)));
}

void quorum::state::send(node_id to, quorum_message x) {
  effects.messages.push_back({to, std::move(x)});
}

void quorum::state::send_to_other_voters(const quorum_message& x) {
  for (const auto& voter : storage.voters())
    if (voter.id != config.self)
      send(voter.id, x);
}

bool quorum::state::save_election(leader_epoch_t next_epoch, node_id vote) {
  ASSERT(next_epoch >= epoch);
  auto saved = storage.save_election({next_epoch, vote});
  if (!saved) {
    give_up(saved.error());
    return false;
  }
  epoch = next_epoch;
  voted_for = vote;
  return true;
}

/// What every message tells: that there is an epoch, and maybe its leader.
/// False when the message is of the past, or cannot be believed.
bool quorum::state::observe(leader_epoch_t seen_epoch, node_id seen_leader,
                            quorum_time now) {
  if (seen_epoch > epoch) {
    if (!save_election(seen_epoch, no_node))
      return false;
    become_unattached(now);
  }
  if (seen_epoch < epoch)
    return false;
  // Who is told that it leads, but does not, has lost its memory or its office.
  if (seen_leader == no_node || seen_leader == config.self)
    return true;
  if (leader == no_node)
    follow(seen_leader, now);
  return leader == seen_leader;
}

void quorum::state::become_unattached(int64_t election_at, quorum_time now) {
  role = quorum_role::unattached;
  leader = no_node;
  leave_office();
  votes.clear();
  election_at_ms = election_at;
  leader_missed_at_ms = never_ms;
  leader_trusted = false;
  download.reset();
  retry_ms = config.retry_ms;
  fetch_again(0, now);
  effects.leadership_changed = true;
}

void quorum::state::become_unattached(quorum_time now) {
  become_unattached(election_timeout(now), now);
}

void quorum::state::follow(node_id new_leader, quorum_time now) {
  ASSERT(new_leader != config.self);
  ASSERT(!leads);
  role = quorum_role::follower;
  leader = new_leader;
  votes.clear();
  election_at_ms = never_ms;
  leader_missed_at_ms = now.steady_ms + config.fetch_timeout_ms;
  leader_trusted = false;
  download.reset();
  retry_ms = config.retry_ms;
  fetch_again(0, now);
  effects.leadership_changed = true;
}

void quorum::state::raise_high_watermark(offset_t target, quorum_time now) {
  if (target <= high_watermark)
    return;
  ASSERT(target <= storage.end_offset());
  if (auto ok = storage.commit(target, now.wall_ms); !ok) {
    give_up(ok.error());
    return;
  }
  high_watermark = target;
  effects.high_watermark_moved = true;
}

int64_t quorum::state::next_deadline_ms() const noexcept {
  if (!alive())
    return never_ms;
  if (leads)
    return leader_deadline_ms();
  auto next = std::min(election_at_ms, leader_missed_at_ms);
  if (fetches())
    next = std::min(next, in_flight ? in_flight->deadline_ms : fetch_at_ms);
  return next;
}

/// The log changed: did the voters?
void quorum::state::compare_voters() {
  if (storage.voters() == voters_seen)
    return;
  voters_seen = storage.voters();
  effects.voters_changed = true;
  if (leads)
    leads->announce_ms = 0;
}

quorum_error quorum::state::give_up(const storage::error& x) {
  if (passes(x.code))
    return quorum_error::storage_unavailable;
  fail(x);
  return quorum_error::storage_failed;
}

/// What is on the disk is not known any more, so nothing may be promised.
void quorum::state::fail(const storage::error& x) {
  if (!alive())
    return;
  role = quorum_role::failed;
  storage_error = x;
  leader = no_node;
  leads.reset();
  in_flight.reset();
  download.reset();
  effects.leadership_changed = true;
}

} // namespace troupe::cluster
