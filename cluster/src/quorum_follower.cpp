// SPDX-License-Identifier: Apache-2.0
#include <quorum_state.h>

#include <algorithm>

namespace troupe::cluster {

/// Who is unattached or prospective may learn of a leader this way.
bool quorum::state::fetches() const noexcept {
  switch (role) {
  case quorum_role::unattached:
  case quorum_role::follower:
  case quorum_role::prospective:
    return true;
  case quorum_role::candidate:
  case quorum_role::leader:
  case quorum_role::failed:
    return false;
  }
  return false;
}

/// An answer to what was asked before does not count any more.
void quorum::state::fetch_again(int64_t delay_ms, quorum_time now) {
  in_flight.reset();
  fetch_at_ms = now.steady_ms + delay_ms;
}

void quorum::state::fetch_later(quorum_time now) {
  fetch_again(retry_ms, now);
  retry_ms = std::min(retry_ms * 2, config.election_timeout_ms);
}

node_id quorum::state::somebody_to_ask() {
  if (leader != no_node)
    return leader;
  auto known = contacts;
  for (const auto& voter : storage.voters())
    known.push_back(voter.id);
  std::erase(known, config.self);
  return known.empty() ? no_node : known[random() % known.size()];
}

void quorum::state::send_fetch(quorum_time now) {
  if (!fetches() || in_flight || now.steady_ms < fetch_at_ms)
    return;
  auto to = somebody_to_ask();
  if (to == no_node) {
    fetch_at_ms = never_ms;
    return;
  }
  in_flight = fetch_in_flight{++last_fetch_id, to, epoch,
                              now.steady_ms + config.request_timeout_ms};
  if (download)
    send(to, snapshot_fetch{in_flight->id, epoch, config.self, download->id,
                            download->bytes.size()});
  else
    send(to,
         quorum_fetch{in_flight->id, epoch, config.self, storage.end_offset(),
                      storage.last_epoch(), high_watermark});
}

std::optional<quorum::state::fetch_in_flight>
quorum::state::answered(node_id from, uint64_t id) {
  if (!in_flight || in_flight->id != id || in_flight->to != from)
    return std::nullopt;
  return std::exchange(in_flight, std::nullopt);
}

/// Only the leader of the epoch in which we asked may tell what to write.
bool quorum::state::comes_from_leader(const fetch_in_flight& asked,
                                      leader_epoch_t in_epoch, node_id by,
                                      quorum_time now) {
  if (by == asked.to && in_epoch == asked.epoch && observe(in_epoch, by, now)) {
    heard_from_leader(now);
    return true;
  }
  if (alive())
    fetch_later(now);
  return false;
}

void quorum::state::heard_from_leader(quorum_time now) {
  if (role != quorum_role::follower)
    follow(leader, now);
  leader_missed_at_ms = now.steady_ms + config.fetch_timeout_ms;
  leader_trusted = true;
  retry_ms = config.retry_ms;
  fetch_again(0, now);
}

void quorum::state::refused(const fetch_in_flight& asked,
                            leader_epoch_t in_epoch, node_id by,
                            quorum_time now) {
  fetch_later(now);
  if (!observe(in_epoch, by, now))
    return;
  // Nobody leads an epoch again after leaving office.
  if (leader == asked.to && by != asked.to) {
    become_unattached(now.steady_ms + random_below(config.election_timeout_ms),
                      now);
    fetch_later(now);
  }
}

void quorum::state::on(node_id from, const quorum_fetched& x, quorum_time now) {
  auto asked = answered(from, x.fetch_id);
  if (!asked)
    return;
  if (std::holds_alternative<fetch_refused>(x.what))
    refused(*asked, x.epoch, x.leader, now);
  else if (!comes_from_leader(*asked, x.epoch, x.leader, now))
    return;
  else if (const auto* more = std::get_if<fetched_batches>(&x.what))
    take(*more, x.high_watermark, now);
  else if (const auto* cut = std::get_if<log_diverged>(&x.what))
    take(*cut, now);
  else if (const auto* reload = std::get_if<snapshot_needed>(&x.what))
    take(*reload, now);
}

void quorum::state::take(const fetched_batches& x,
                         offset_t leader_high_watermark, quorum_time now) {
  if (!x.batches.empty()) {
    auto appended = storage.append_as_follower(x.batches, now.wall_ms);
    if (!appended) {
      not_taken(appended.error(), now);
      return;
    }
    // The next fetch says that we have it.
    if (auto ok = storage.sync(); !ok) {
      fail(ok.error());
      return;
    }
    compare_voters();
  }
  raise_high_watermark(std::min(leader_high_watermark, storage.end_offset()),
                       now);
}

/// The disk or the bytes were not good: maybe next time.
void quorum::state::not_taken(const storage::error& x, quorum_time now) {
  bool refused = x.code == storage::errc::corrupt_batch
                 || x.code == storage::errc::corrupt_log
                 || x.code == storage::errc::invalid_argument;
  if (refused || give_up(x) == quorum_error::storage_unavailable)
    fetch_later(now);
}

/// Cuts our log where it and the leader's may still agree. Repeated until they
/// do: each answer takes at least one epoch away.
void quorum::state::take(const log_diverged& x, quorum_time now) {
  auto [local_epoch, local_end] = storage.end_offset_of_epoch(x.epoch);
  auto target =
      local_epoch == x.epoch ? std::min(local_end, x.end_offset) : local_end;
  if (target >= storage.end_offset()) {
    fetch_later(now);
    return;
  }
  if (target < high_watermark) {
    fail({storage::errc::corrupt_log,
          "cannot follow leader " + std::to_string(leader) + " in epoch "
              + std::to_string(epoch) + ": its log lacks offset "
              + std::to_string(target) + ", which was agreed on up to "
              + std::to_string(high_watermark)});
    return;
  }
  if (auto ok = storage.truncate_to(target); !ok) {
    not_taken(ok.error(), now);
    return;
  }
  effects.truncated_to =
      std::min(effects.truncated_to.value_or(target), target);
  compare_voters();
}

void quorum::state::suspect(node_id node, quorum_time now) {
  if (role != quorum_role::follower || node != leader)
    return;
  leader_trusted = false;
  leader_missed_at_ms =
      std::min(leader_missed_at_ms,
               now.steady_ms + random_below(config.suspicion_delay_ms_max));
  fetch_later(now);
}

void quorum::state::tick_follower(quorum_time now) {
  if (in_flight && now.steady_ms >= in_flight->deadline_ms)
    fetch_later(now);
  if (now.steady_ms < leader_missed_at_ms)
    return;
  if (may_stand())
    stand(now);
  else
    become_unattached(now);
}

} // namespace troupe::cluster
