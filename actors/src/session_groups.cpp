// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

/// How often a session looks for group calls that are overdue. The coordinator
/// ends what it parks by itself and this only ends waits for one that is stuck,
/// so it is rare: ten thousand idle members send heartbeats.
constexpr std::chrono::seconds group_sweep_interval{30};

template <class Map>
std::vector<ticket_t>
overdue(const Map& waiting, deadlines::clock::time_point now) {
  std::vector<ticket_t> tickets;
  for (const auto& [ticket, x] : waiting)
    if (x.deadline <= now)
      tickets.push_back(ticket);
  return tickets;
}

} // namespace

ticket_t
session_state::await_group(std::chrono::milliseconds patience,
                           std::function<void(const group_answered*)> then) {
  auto ticket = next_ticket_++;
  auto deadline = deadlines::clock::now() + patience;
  group_calls_.emplace(ticket, awaited_group{deadline, std::move(then)});
  arm_group_sweep();
  return ticket;
}

void session_state::fetch_offsets(
    std::vector<offsets_query> x,
    std::function<void(const offsets_fetched&)> then) {
  auto ticket = next_ticket_++;
  auto deadline = deadlines::clock::now() + admin_timeout;
  offset_fetches_.emplace(ticket,
                          awaited_offsets{deadline, x.size(), std::move(then)});
  self->send(shared->groups, actors::fetch_offsets{ticket, std::move(x), self});
  arm_group_sweep();
}

void session_state::on_group_answered(const group_answered& x) {
  auto entry = group_calls_.extract(x.ticket);
  if (!entry.empty())
    entry.mapped().then(&x);
}

void session_state::on_offsets_fetched(const offsets_fetched& x) {
  auto entry = offset_fetches_.extract(x.ticket);
  if (!entry.empty())
    entry.mapped().then(x);
}

void session_state::arm_group_sweep() {
  if (std::exchange(sweeping_groups_, true))
    return;
  deadlines_.add(deadlines::clock::now() + group_sweep_interval,
                 group_sweep_ticket);
  arm();
}

void session_state::sweep_groups(deadlines::clock::time_point now) {
  sweeping_groups_ = false;
  for (auto ticket : overdue(group_calls_, now))
    group_calls_.extract(ticket).mapped().then(nullptr);
  for (auto ticket : overdue(offset_fetches_, now)) {
    auto entry = offset_fetches_.extract(ticket);
    offsets_fetched late;
    late.groups.resize(entry.mapped().groups,
                       {cluster::group_error::coordinator_not_available, {}});
    entry.mapped().then(late);
  }
  if (!group_calls_.empty() || !offset_fetches_.empty())
    arm_group_sweep();
}

void session_state::forget_groups() {
  if (!group_calls_.empty())
    self->send(shared->groups, forget_group_calls{self});
}

} // namespace troupe::actors
