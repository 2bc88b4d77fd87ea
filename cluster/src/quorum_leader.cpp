// SPDX-License-Identifier: Apache-2.0
#include <quorum_state.h>
#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::cluster {

void quorum::state::become_leader(quorum_time now) {
  role = quorum_role::leader;
  leader = config.self;
  votes.clear();
  in_flight.reset();
  download.reset();
  election_at_ms = never_ms;
  leader_missed_at_ms = never_ms;
  leads = office{storage.end_offset(), 0,
                 quorum_replicas{config.self, now.steady_ms}, 0, std::nullopt};
  effects.leadership_changed = true;
  auto began = storage.append_as_leader(leader_began{epoch, config.self}, epoch,
                                        now.wall_ms);
  if (!began) {
    give_up(began.error());
    if (alive())
      become_unattached(now);
    return;
  }
  announce(now);
  flush(now);
}

void quorum::state::leave_office() {
  if (!leads)
    return;
  auto former = std::exchange(leads, std::nullopt);
  for (const auto& [id, x] : former->replicas.all())
    if (x.parked)
      refuse(id, x.parked->id);
}

// -- fetches ------------------------------------------------------------------

void quorum::state::refuse(node_id to, uint64_t fetch_id) {
  send(to, quorum_fetched{fetch_id, epoch, leader, 0, fetch_refused{}});
}

bool quorum::state::admits(node_id replica) const {
  return is_voter(replica) || leads->replicas.find(replica)
         || leads->replicas.size()
                < config.observers_max + storage.voters().size();
}

void quorum::state::on(node_id from, const quorum_fetch& x, quorum_time now) {
  if (x.replica != from)
    return;
  if (x.epoch > epoch && !observe(x.epoch, no_node, now))
    return;
  if (!leads || x.epoch != epoch || !admits(from)) {
    refuse(from, x.fetch_id);
    return;
  }
  leads->replicas.unpark(from);
  if (begins_too_late_for(x) || !matches(x)) {
    correct(from, x, now);
    return;
  }
  auto& replica = leads->replicas.matched(from, x.fetch_offset,
                                          storage.end_offset(), now.steady_ms);
  replica.parked = parked_fetch{x.fetch_id, x.fetch_offset, x.high_watermark,
                                now.steady_ms + config.fetch_wait_ms_max};
  // The fetch is also an acknowledgement, which may be news to others.
  advance_high_watermark(now);
  answer_parked();
  hand_over_if_due(now);
}

bool quorum::state::begins_too_late_for(const quorum_fetch& x) const {
  auto start = storage.start_offset();
  // At the very start only the snapshot knows what came before.
  return x.fetch_offset < start
         || (x.fetch_offset == start && start > 0
             && x.last_fetched_epoch != storage.start_epoch());
}

bool quorum::state::matches(const quorum_fetch& x) const {
  if (x.fetch_offset == 0)
    return true;
  auto [known, end] = storage.end_offset_of_epoch(x.last_fetched_epoch);
  return known == x.last_fetched_epoch && x.fetch_offset <= end;
}

/// Such a replica is alive, but what it has does not count.
void quorum::state::correct(node_id to, const quorum_fetch& x,
                            quorum_time now) {
  leads->replicas.heard(to, now.steady_ms);
  quorum_fetched reply{x.fetch_id, epoch, leader, high_watermark,
                       fetch_refused{}};
  if (begins_too_late_for(x)) {
    auto newest = storage.newest_snapshot();
    ASSERT(newest);
    reply.what = snapshot_needed{*newest};
  } else {
    auto [known, end] = storage.end_offset_of_epoch(x.last_fetched_epoch);
    reply.what = log_diverged{known, end};
  }
  send(to, std::move(reply));
}

bool quorum::state::has_news(const parked_fetch& x) const {
  return x.fetch_offset < storage.end_offset()
         || x.high_watermark < high_watermark;
}

void quorum::state::answer(node_id to, const parked_fetch& x) {
  storage::buffer batches;
  if (x.fetch_offset < storage.end_offset()) {
    auto read = storage.read(x.fetch_offset, config.fetch_bytes_max);
    if (!read) {
      if (give_up(read.error()) == quorum_error::storage_unavailable)
        refuse(to, x.id);
      return;
    }
    batches = std::move(*read);
  }
  send(to, quorum_fetched{x.id, epoch, leader, high_watermark,
                          fetched_batches{std::move(batches)}});
}

/// Tells the news to whoever waits for some.
void quorum::state::answer_parked() {
  if (!leads)
    return;
  std::vector<std::pair<node_id, parked_fetch>> due;
  for (const auto& [id, x] : leads->replicas.all())
    if (x.parked && has_news(*x.parked))
      due.emplace_back(id, *x.parked);
  for (const auto& [id, x] : due) {
    if (!leads)
      return;
    leads->replicas.unpark(id);
    answer(id, x);
  }
}

void quorum::state::answer_overdue(quorum_time now) {
  std::vector<std::pair<node_id, parked_fetch>> due;
  for (const auto& [id, x] : leads->replicas.all())
    if (x.parked && now.steady_ms >= x.parked->deadline_ms)
      due.emplace_back(id, *x.parked);
  for (const auto& [id, x] : due) {
    if (!leads)
      return;
    leads->replicas.unpark(id);
    answer(id, x);
  }
}

// -- what is agreed on --------------------------------------------------------

void quorum::state::flush(quorum_time now) {
  effects.flush_wanted = false;
  if (!leads)
    return;
  if (auto ok = storage.sync(); !ok) {
    fail(ok.error());
    return;
  }
  leads->synced_end_offset = storage.end_offset();
  advance_high_watermark(now);
  answer_parked();
}

/// Counts copies only of entries of its own epoch; those before come with them
/// (Raft, section 5.4.2). What our own disk may yet lose is not shown, though a
/// majority of others would be enough: snapshots never go beyond the log.
void quorum::state::advance_high_watermark(quorum_time now) {
  auto target = leads->replicas.majority_end_offset(storage.voters(),
                                                    leads->synced_end_offset);
  target = std::min(target, leads->synced_end_offset);
  if (target <= leads->epoch_start_offset || target <= high_watermark)
    return;
  raise_high_watermark(target, now);
  if (leads && !is_voter() && storage.voters_offset() < high_watermark)
    step_down(successors(no_node), now);
}

// -- time ---------------------------------------------------------------------

/// To voters that may not know yet who leads.
void quorum::state::announce(quorum_time now) {
  auto interval = config.fetch_timeout_ms / 2;
  bool alone = is_voter() && storage.voters().size() == 1;
  leads->announce_ms = alone ? never_ms : now.steady_ms + interval;
  for (const auto& voter : storage.voters()) {
    const auto* known = leads->replicas.find(voter.id);
    bool silent = !known || !known->last_fetch_ms
                  || now.steady_ms - *known->last_fetch_ms >= interval;
    if (voter.id != config.self && silent)
      send(voter.id, epoch_begun{epoch, config.self});
  }
}

/// A leader that cannot hear a majority must not go on as if it could: others
/// may have elected another one (check-quorum).
int64_t quorum::state::majority_missed_at_ms() const {
  auto heard = leads->replicas.majority_heard_ms(storage.voters(), never_ms);
  return heard == never_ms ? never_ms : heard + config.fetch_timeout_ms * 3 / 2;
}

void quorum::state::tick_leader(quorum_time now) {
  if (now.steady_ms >= majority_missed_at_ms()) {
    step_down(successors(no_node), now);
    return;
  }
  auto& handing_over = leads->handing_over;
  if (handing_over && now.steady_ms >= handing_over->deadline_ms)
    handing_over.reset();
  leads->replicas.forget_observers(
      storage.voters(), now.steady_ms - config.observer_silence_ms_max);
  if (now.steady_ms >= leads->announce_ms)
    announce(now);
  answer_overdue(now);
}

int64_t quorum::state::leader_deadline_ms() const {
  auto next = std::min(majority_missed_at_ms(),
                       leads->replicas.next_parked_deadline_ms());
  // Who is alone has nobody to tell, and need not be woken up for it.
  if (storage.voters().size() > 1 || !is_voter())
    next = std::min(next, leads->announce_ms);
  if (leads->handing_over)
    next = std::min(next, leads->handing_over->deadline_ms);
  return next;
}

} // namespace troupe::cluster
