// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "handlers/handlers.h"

#include <troupe/transport/kafka/api_table.h>

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

/// How often a session with unanswered reads or appends looks for ones that
/// are overdue; nothing runs while none is out.
constexpr std::chrono::seconds sweep_interval{1};

/// A partition answers reads at once; this only ends waits for a dead disk.
constexpr std::chrono::seconds read_timeout{30};

} // namespace

session_actor::behavior_type
session(session_pointer self, services_ptr shared,
        std::shared_ptr<transport::connection> socket) {
  auto& state = self->state;
  state.open(std::move(shared), std::move(socket));
  return {
      [&state](append_finished& x) { state.on_append_finished(x); },
      [&state](read_finished& x) { state.on_read_finished(x); },
      [&state](const records_available& x) { state.on_records_available(x); },
      [&state](const group_answered& x) { state.on_group_answered(x); },
      [&state](const offsets_fetched& x) { state.on_offsets_fetched(x); },
      [&state](frame_received& x) { state.on_frame_received(x); },
      [&state](const connection_closed& x) { state.on_connection_closed(x); },
      [&state](const deadline_due&) { state.on_deadline_due(); },
  };
}

void session_state::open(services_ptr shared_services,
                         std::shared_ptr<transport::connection> to) {
  shared = std::move(shared_services);
  socket = std::move(to);
  spdlog::debug("session.opened peer={}", socket->peer());
}

session_state::~session_state() = default;

void session_state::on_frame_received(frame_received& x) {
  auto serving = std::make_shared<request>();
  serving->slot = x.slot;
  serving->frame = std::move(x.frame);
  auto header = kafka::parse_request_header(serving->frame, &serving->body);
  if (!header)
    return close("request header: " + header.error().message);
  serving->header = std::move(*header);
  serve(serving);
  // Handlers have decoded it: a request that waits must not keep a whole
  // receive block.
  serving->frame = {};
}

void session_state::serve(const request_ptr& x) {
  const auto& header = x->header;
  auto api = kafka::find_api(header.api_key);
  if (api == nullptr)
    return close("unknown api " + std::to_string(header.api_key));
  if (!api->serves(header.api_version)) {
    if (api->key == kafka::api_key::api_versions)
      return handlers::refuse_api_versions(*this, *x);
    return close(std::string(api->name) + " version "
                 + std::to_string(header.api_version) + " is not served");
  }
  auto handle = handlers::find(api->key);
  if (handle == nullptr)
    return close("no handler for " + std::string(api->name));
  if (auto served = handle(*this, x); !served)
    close(std::string(api->name) + ": " + served.error().message);
}

void session_state::on_connection_closed(const connection_closed& x) {
  spdlog::debug("session.closed peer={} reason=\"{}\"", socket->peer(), x.why);
  for (const auto& [id, watched] : watched_)
    self->send(watched.actor, unwatch_records{self});
  forget_groups();
  self->quit();
}

void session_state::append(const partition_actor& to, storage::buffer batch,
                           int16_t acks, std::chrono::milliseconds timeout,
                           std::function<void(append_finished&)> then) {
  auto ticket = await_append(timeout, std::move(then));
  self->send(to, append_records{ticket, std::move(batch), acks, self});
}

void session_state::append(const stage_desk_actor& through,
                           const storage::topic_partition& name,
                           const partition_actor& to, storage::buffer batch,
                           int16_t acks, std::chrono::milliseconds timeout,
                           std::function<void(append_finished&)> then) {
  auto ticket = await_append(timeout, std::move(then));
  self->send(through, append_through_stages{
                          name, to, {ticket, std::move(batch), acks, self}});
}

ticket_t
session_state::await_append(std::chrono::milliseconds timeout,
                            std::function<void(append_finished&)> then) {
  auto ticket = next_ticket_++;
  appends_.emplace(ticket, awaited_append{deadlines::clock::now() + timeout,
                                          std::move(then)});
  arm_sweep();
  return ticket;
}

void session_state::read(const partition_actor& from, read_records what,
                         std::function<void(read_finished&)> then) {
  auto ticket = next_ticket_++;
  reads_.emplace(ticket,
                 awaited_read{from.id(), deadlines::clock::now() + read_timeout,
                              std::move(then)});
  what.ticket = ticket;
  what.client = self;
  self->send(from, std::move(what));
  arm_sweep();
}

std::optional<read_finished>
session_state::read_on(const partition_actor& from, const read_records& what) {
  return places_.find(from.id(), what.from, what.bytes_max,
                      what.current_leader_epoch);
}

void session_state::view(const view_desk_actor& through, view_slice what,
                         std::function<void(slice_viewed&)> then) {
  self->request(through, view_patience, std::move(what))
      .then([then](slice_viewed& x) { then(x); },
            [then](const caf::error& x) {
              slice_viewed none;
              none.why =
                  storage::error{storage::errc::busy, to_problem(x).message};
              then(none);
            });
}

ticket_t session_state::watch(const partition_actor& what,
                              storage::offset_t above,
                              std::function<void()> then) {
  auto ticket = next_ticket_++;
  auto [found, added] = watched_.try_emplace(what.id());
  auto& watched = found->second;
  watched.waiting.emplace(ticket, std::move(then));
  // An older promise does as well: it comes no later, and whoever waits looks
  // for himself whether it is enough.
  if (!added && watched.above <= above)
    return ticket;
  watched.actor = what;
  watched.above = above;
  self->send(what, watch_records{what.id(), above, self});
  return ticket;
}

void session_state::unwatch(const partition_actor& what, ticket_t watch) {
  auto found = watched_.find(what.id());
  if (found != watched_.end())
    found->second.waiting.erase(watch);
}

void session_state::on_append_finished(append_finished& x) {
  auto entry = appends_.extract(x.ticket);
  if (!entry.empty())
    entry.mapped().then(x);
}

void session_state::on_read_finished(read_finished& x) {
  auto entry = reads_.extract(x.ticket);
  if (entry.empty())
    return;
  places_.remember(entry.mapped().partition, x);
  entry.mapped().then(x);
}

void session_state::on_records_available(const records_available& x) {
  auto kept = watched_.extract(x.ticket);
  if (kept.empty())
    return;
  for (auto& [ticket, then] : kept.mapped().waiting)
    then();
}

ticket_t session_state::after(std::chrono::milliseconds delay,
                              std::function<void()> then) {
  auto ticket = next_ticket_++;
  auto when = deadlines::clock::now() + delay;
  timers_.emplace(ticket, awaited_time{when, std::move(then)});
  deadlines_.add(when, ticket);
  arm();
  return ticket;
}

void session_state::cancel(ticket_t timer) {
  auto entry = timers_.extract(timer);
  if (!entry.empty())
    deadlines_.remove(entry.mapped().when, timer);
}

void session_state::arm_sweep() {
  if (std::exchange(sweeping_, true))
    return;
  deadlines_.add(deadlines::clock::now() + sweep_interval, sweep_ticket);
  arm();
}

void session_state::arm() {
  auto when = deadlines_.to_arm();
  if (!when)
    return;
  deadlines_.armed(*when);
  auto delay = std::max(*when - deadlines::clock::now(),
                        deadlines::clock::duration::zero());
  // Rounded up, or the message would come just before its deadline.
  self->delayed_send(self, std::chrono::ceil<std::chrono::milliseconds>(delay),
                     deadline_due{});
}

void session_state::on_deadline_due() {
  deadlines_.fired();
  auto now = deadlines::clock::now();
  for (auto ticket : deadlines_.expired(now)) {
    if (ticket == sweep_ticket) {
      sweep(now);
      continue;
    }
    if (ticket == group_sweep_ticket) {
      sweep_groups(now);
      continue;
    }
    auto entry = timers_.extract(ticket);
    if (!entry.empty())
      entry.mapped().then();
  }
  arm();
}

void session_state::sweep(deadlines::clock::time_point now) {
  sweeping_ = false;
  problem late{errc::timed_out, "the partition did not answer in time"};
  std::vector<ticket_t> overdue;
  for (const auto& [ticket, x] : appends_) {
    if (x.deadline <= now)
      overdue.push_back(ticket);
  }
  for (auto ticket : overdue) {
    append_finished x;
    x.ticket = ticket;
    x.why = late;
    on_append_finished(x);
  }
  overdue.clear();
  for (const auto& [ticket, x] : reads_) {
    if (x.deadline <= now)
      overdue.push_back(ticket);
  }
  for (auto ticket : overdue) {
    read_finished x;
    x.ticket = ticket;
    x.why = late;
    on_read_finished(x);
  }
  if (!appends_.empty() || !reads_.empty())
    arm_sweep();
}

} // namespace troupe::actors
