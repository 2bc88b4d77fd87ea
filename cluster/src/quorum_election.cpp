// SPDX-License-Identifier: Apache-2.0
#include <quorum_state.h>

#include <algorithm>
#include <tuple>

namespace troupe::cluster {

/// Random, so that voters seldom stand at the same time.
int64_t quorum::state::election_timeout(quorum_time now) {
  return now.steady_ms + config.election_timeout_ms
         + random_below(config.election_timeout_ms);
}

void quorum::state::start(quorum_time now) {
  started = true;
  auto saved = storage.election();
  // A log may be older than elections.
  epoch = std::max(saved.epoch, storage.last_epoch());
  voted_for = saved.epoch == epoch ? saved.voted_for : no_node;
  if (auto snapshot = storage.newest_snapshot())
    high_watermark = snapshot->end_offset;
  voters_seen = storage.voters();
  become_unattached(now);
  if (voters_seen.empty() && config.founder)
    found(now);
  else if (is_voter() && voters_seen.size() == 1)
    become_candidate(now);
}

/// Its first entry makes this node the only voter; the same crash-proof way on
/// which voters change later.
void quorum::state::found(quorum_time now) {
  if (!save_election(epoch + 1, config.self))
    return;
  auto appended = storage.append_as_leader(voters_replaced{{*config.founder}},
                                           epoch, now.wall_ms);
  if (!appended) {
    give_up(appended.error());
    return;
  }
  compare_voters();
  become_leader(now);
}

/// The time has come to look for a leader.
void quorum::state::stand(quorum_time now) {
  if (!may_stand())
    election_at_ms = election_timeout(now);
  else if (is_voter() && storage.voters().size() == 1)
    become_candidate(now);
  else
    become_prospective(now);
}

void quorum::state::ask_for_votes(vote_kind kind, quorum_time now) {
  votes.clear();
  votes.count(config.self, true);
  // Two candidates that split the votes should not both wait for long.
  election_at_ms = now.steady_ms + config.election_timeout_ms / 4
                   + random_below(config.election_timeout_ms);
  send_to_other_voters(vote_request{config.cluster_id, kind, epoch, config.self,
                                    storage.last_epoch(),
                                    storage.end_offset()});
}

/// Goes on fetching meanwhile: an answer ends the doubt.
void quorum::state::become_prospective(quorum_time now) {
  role = quorum_role::prospective;
  leader_missed_at_ms = never_ms;
  leader_trusted = false;
  effects.leadership_changed = true;
  ask_for_votes(vote_kind::pre_vote, now);
}

void quorum::state::become_candidate(quorum_time now) {
  if (epoch == std::numeric_limits<leader_epoch_t>::max()
      || !save_election(epoch + 1, config.self)) {
    election_at_ms = election_timeout(now);
    return;
  }
  role = quorum_role::candidate;
  leader = no_node;
  leader_missed_at_ms = never_ms;
  in_flight.reset();
  download.reset();
  effects.leadership_changed = true;
  ask_for_votes(vote_kind::vote, now);
  if (votes.won(storage.voters()))
    become_leader(now);
}

/// Whoever is believed to lead gets a little more time; a lost election is
/// tried again soon, at random.
void quorum::state::lose(quorum_time now) {
  auto missed = leader;
  if (missed == no_node) {
    become_unattached(now.steady_ms + random_below(config.election_timeout_ms),
                      now);
    return;
  }
  follow(missed, now);
  leader_missed_at_ms = election_timeout(now);
}

/// Whether the candidate has everything that we have (Raft, section 5.4.1).
bool quorum::state::log_reaches(const vote_request& x) const {
  return std::tuple{x.last_epoch, x.end_offset}
         >= std::tuple{storage.last_epoch(), storage.end_offset()};
}

bool quorum::state::would_vote(const vote_request& x) const {
  // Who has not even the first voters may have lost its disk, and with it what
  // it helped to commit.
  if (storage.voters().empty() || !log_reaches(x) || leads)
    return false;
  switch (x.kind) {
  case vote_kind::pre_vote:
    return role != quorum_role::follower || !leader_trusted;
  case vote_kind::vote:
    return leader == no_node
           && (voted_for == no_node || voted_for == x.candidate);
  }
  return false;
}

void quorum::state::on(node_id from, const vote_request& x, quorum_time now) {
  if (x.cluster_id != config.cluster_id || x.candidate != from)
    return;
  if (x.epoch > epoch && !observe(x.epoch, no_node, now))
    return;
  bool granted = x.epoch == epoch && would_vote(x);
  if (granted && x.kind == vote_kind::vote) {
    if (voted_for != from && !save_election(epoch, from))
      return;
    if (role == quorum_role::prospective)
      become_unattached(now);
    else
      election_at_ms = election_timeout(now);
  }
  send(from, vote_answer{x.kind, epoch, leader, granted});
}

void quorum::state::on(node_id from, const vote_answer& x, quorum_time now) {
  if (!observe(x.epoch, x.leader, now) || !is_voter(from))
    return;
  if (role == quorum_role::prospective && x.kind == vote_kind::pre_vote) {
    votes.count(from, x.granted);
    if (votes.won(storage.voters()))
      become_candidate(now);
    else if (votes.lost(storage.voters()))
      lose(now);
  } else if (role == quorum_role::candidate && x.kind == vote_kind::vote) {
    votes.count(from, x.granted);
    if (votes.won(storage.voters()))
      become_leader(now);
    else if (votes.lost(storage.voters()))
      lose(now);
  }
}

void quorum::state::on(node_id from, const epoch_begun& x, quorum_time now) {
  if (x.leader != from)
    return;
  if (x.epoch < epoch)
    send(from, epoch_outdated{epoch, leader});
  else
    observe(x.epoch, x.leader, now);
}

void quorum::state::on(node_id from, const epoch_ended& x, quorum_time now) {
  if (x.leader != from || !observe(x.epoch, no_node, now))
    return;
  if (leads || (leader != no_node && leader != from))
    return;
  auto place = std::find(x.successors.begin(), x.successors.end(), config.self)
               - x.successors.begin();
  if (place == 0 && !x.successors.empty() && is_voter())
    // The others believed in this leader a moment ago and may not know yet:
    // they would say no to a pre-vote.
    become_candidate(now);
  else
    become_unattached(now.steady_ms + place * config.election_timeout_ms / 2
                          + random_below(config.election_timeout_ms),
                      now);
}

void quorum::state::on(node_id, const epoch_outdated& x, quorum_time now) {
  observe(x.epoch, x.leader, now);
}

void quorum::state::tick_election(quorum_time now) {
  if (now.steady_ms >= election_at_ms)
    stand(now);
}

} // namespace troupe::cluster
