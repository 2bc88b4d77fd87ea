// SPDX-License-Identifier: Apache-2.0
#include <quorum_state.h>

#include <algorithm>
#include <set>

namespace troupe::cluster {

std::optional<quorum_error> quorum::state::not_leading() const {
  if (!alive())
    return quorum_error::storage_failed;
  if (!leads)
    return quorum_error::not_leader;
  if (!ready())
    return quorum_error::not_ready;
  if (leads->handing_over)
    return quorum_error::handing_over;
  return std::nullopt;
}

result<offset_t, quorum_error>
quorum::state::append(const quorum_entry& what, quorum_time now) {
  auto end = storage.append_as_leader(what, epoch, now.wall_ms);
  if (!end && end.error().code == storage::errc::invalid_argument)
    return tl::unexpected{quorum_error::invalid_delta};
  if (!end)
    return tl::unexpected{give_up(end.error())};
  effects.flush_wanted = true;
  compare_voters();
  // Followers may write it while we do.
  answer_parked();
  return *end;
}

result<offset_t, quorum_error>
quorum::state::propose(const metadata_delta& delta,
                       offset_t expected_end_offset, quorum_time now) {
  if (auto no = not_leading())
    return tl::unexpected{*no};
  if (expected_end_offset != storage::no_offset
      && expected_end_offset != storage.end_offset())
    return tl::unexpected{quorum_error::log_moved_on};
  if (delta.empty())
    return storage.end_offset();
  return append(delta, now);
}

// -- voters -------------------------------------------------------------------

/// One change at a time, and only by a leader that has committed in its epoch:
/// then any two majorities meet (KIP-853).
std::optional<quorum_error> quorum::state::voters_fixed() const {
  if (auto no = not_leading())
    return no;
  if (storage.voters_offset() >= high_watermark)
    return quorum_error::voters_changing;
  return std::nullopt;
}

result<offset_t, quorum_error>
quorum::state::add_voter(const quorum_voter& voter, quorum_time now) {
  if (auto no = voters_fixed())
    return tl::unexpected{*no};
  auto voters = storage.voters();
  auto same =
      std::find_if(voters.begin(), voters.end(),
                   [&](const quorum_voter& x) { return x.id == voter.id; });
  if (same != voters.end() && *same == voter)
    return tl::unexpected{quorum_error::already_a_voter};
  if (same != voters.end()) {
    *same = voter;
    return append(voters_replaced{std::move(voters)}, now);
  }
  const auto* known = leads->replicas.find(voter.id);
  if (!known || !known->caught_up_ms
      || now.steady_ms - *known->caught_up_ms > config.fetch_timeout_ms)
    return tl::unexpected{quorum_error::lagging};
  voters.push_back(voter);
  return append(voters_replaced{std::move(voters)}, now);
}

result<offset_t, quorum_error>
quorum::state::remove_voter(node_id id, quorum_time now) {
  if (auto no = voters_fixed())
    return tl::unexpected{*no};
  auto voters = storage.voters();
  if (std::erase_if(voters, [id](const quorum_voter& x) { return x.id == id; })
      == 0)
    return tl::unexpected{quorum_error::not_a_voter};
  if (voters.empty())
    return tl::unexpected{quorum_error::last_voter};
  return append(voters_replaced{std::move(voters)}, now);
}

// -- making way ---------------------------------------------------------------

result<void, quorum_error>
quorum::state::transfer_leadership(node_id successor, quorum_time now) {
  if (auto no = not_leading())
    return tl::unexpected{*no};
  if (successor == config.self)
    return {};
  if (!is_voter(successor))
    return tl::unexpected{quorum_error::not_a_voter};
  leads->handing_over =
      handover{successor, now.steady_ms + config.transfer_timeout_ms};
  hand_over_if_due(now);
  return {};
}

void quorum::state::hand_over_if_due(quorum_time now) {
  if (!leads || !leads->handing_over)
    return;
  auto next = leads->handing_over->successor;
  const auto* known = leads->replicas.find(next);
  if (known && known->end_offset == storage.end_offset())
    step_down(successors(next), now);
}

/// The other voters, those with the longest log first, but `first` before all.
std::vector<node_id> quorum::state::successors(node_id first) const {
  std::vector<std::pair<offset_t, node_id>> order;
  for (const auto& voter : storage.voters()) {
    const auto* known = leads->replicas.find(voter.id);
    auto end = known ? known->end_offset : storage::no_offset;
    if (voter.id == first)
      end = std::numeric_limits<offset_t>::max();
    if (voter.id != config.self)
      order.emplace_back(-end, voter.id);
  }
  std::sort(order.begin(), order.end());
  std::vector<node_id> next;
  for (const auto& [end, id] : order)
    next.push_back(id);
  return next;
}

void quorum::state::step_down(std::vector<node_id> next, quorum_time now) {
  send_to_other_voters(epoch_ended{epoch, config.self, std::move(next)});
  become_unattached(election_timeout(now) + config.election_timeout_ms, now);
}

// -- for people ---------------------------------------------------------------

quorum_description quorum::state::describe(quorum_time now) const {
  quorum_description x{config.self,
                       role,
                       epoch,
                       leader,
                       high_watermark,
                       storage.end_offset(),
                       storage.voters(),
                       {}};
  if (!leads)
    return x;
  auto add = [&](node_id id, bool voter) {
    quorum_description::replica y{id, voter, storage.end_offset(), 0, 0};
    if (id != config.self) {
      const auto* known = leads->replicas.find(id);
      auto since = [&](const std::optional<int64_t>& then) {
        return then ? std::optional{now.steady_ms - *then} : std::nullopt;
      };
      y.end_offset = known ? known->end_offset : storage::no_offset;
      y.silent_ms = known ? since(known->last_fetch_ms) : std::nullopt;
      y.behind_ms = known ? since(known->caught_up_ms) : std::nullopt;
    }
    x.replicas.push_back(y);
  };
  for (const auto& voter : x.voters)
    add(voter.id, true);
  for (const auto& [id, known] : leads->replicas.all())
    if (!is_voter(id))
      add(id, false);
  return x;
}

} // namespace troupe::cluster
