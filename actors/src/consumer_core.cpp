// SPDX-License-Identifier: Apache-2.0
#include "consumer_core.h"

#include "batch_queue.h"

#include <string>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

/// A partition answers at once; this only ends waits for a dead disk.
constexpr int64_t read_timeout_ms = 30'000;

bool out_of_range(const problem& x) noexcept {
  const auto* code = std::get_if<storage::errc>(&x.code);
  return code != nullptr && *code == storage::errc::offset_out_of_range;
}

} // namespace

problem consumer_core::subscribe(const storage::topic_partition& what,
                                 const storage::uuid& topic_id,
                                 storage::offset_t from) {
  if (from < from_earliest)
    return storage::error{storage::errc::invalid_argument,
                          "no such offset: " + std::to_string(from)};
  if (all_.contains(what))
    return storage::error{storage::errc::invalid_argument,
                          "already subscribed to " + to_string(what)};
  if (all_.size() >= options_.partitions_max)
    return storage::error{storage::errc::busy,
                          "a consumer has no more partitions than "
                              + std::to_string(options_.partitions_max)};
  subscription x;
  x.topic_id = topic_id;
  x.position = from;
  all_.emplace(what, x);
  return {};
}

bool consumer_core::unsubscribe(const storage::topic_partition& what) {
  auto i = all_.find(what);
  if (i == all_.end())
    return false;
  // Its block will not come: the demand is still there.
  if (i->second.now == phase::reading)
    ++demand_;
  tickets_.erase(i->second.ticket);
  if (is_timed(i->second.now))
    --timed_;
  all_.erase(i);
  return true;
}

subscribed consumer_core::place(const storage::topic_partition& what,
                                const partition_description& x,
                                int64_t now_ms) {
  auto i = all_.find(what);
  if (i == all_.end() || i->second.now != phase::placing)
    return {{errc::unknown_partition, "not subscribed any more"}};
  auto& to = i->second;
  auto why = x.why;
  if (why.ok() && to.position >= 0
      && (to.position < x.log_start_offset || to.position > x.end_offset))
    why = storage::error{storage::errc::offset_out_of_range,
                         "offset " + std::to_string(to.position)
                             + " is not between "
                             + std::to_string(x.log_start_offset) + " and "
                             + std::to_string(x.end_offset)};
  if (!why.ok() && to.placed) {
    to.until_ms = now_ms + options_.retry_backoff.count();
    enter(i, phase::pausing);
    return {std::move(why)};
  }
  if (!why.ok()) {
    all_.erase(i);
    return {std::move(why)};
  }
  if (to.position == from_earliest)
    to.position = x.log_start_offset;
  else if (to.position == from_latest)
    to.position = x.high_watermark;
  to.placed = true;
  enter(i, phase::ready);
  return {{}, to.position};
}

void consumer_core::enter(subscriptions::iterator i, phase next) {
  auto& x = i->second;
  if (is_timed(x.now))
    --timed_;
  if (is_timed(next))
    ++timed_;
  x.now = next;
  if (next != phase::reading && next != phase::watching) {
    tickets_.erase(x.ticket);
    x.ticket = 0;
  }
  if (next == phase::ready)
    turns_.push_back(i->first);
}

std::optional<consumer_core::read_order> consumer_core::next(int64_t now_ms) {
  while (demand_ > 0 && !turns_.empty()) {
    auto i = all_.find(turns_.front());
    turns_.pop_front();
    if (i == all_.end() || i->second.now != phase::ready)
      continue;
    auto& x = i->second;
    --demand_;
    x.ticket = next_ticket_++;
    x.until_ms = now_ms + read_timeout_ms;
    tickets_.emplace(x.ticket, i->first);
    enter(i, phase::reading);
    return read_order{i->first, x.topic_id, x.position, x.ticket};
  }
  return std::nullopt;
}

consumer_core::subscriptions::iterator
consumer_core::by_ticket(ticket_t ticket) {
  auto found = tickets_.find(ticket);
  return found == tickets_.end() ? all_.end() : all_.find(found->second);
}

std::optional<consumer_core::read_order>
consumer_core::find(ticket_t ticket) const {
  auto found = tickets_.find(ticket);
  if (found == tickets_.end())
    return std::nullopt;
  const auto& x = all_.at(found->second);
  if (x.now != phase::reading)
    return std::nullopt;
  return read_order{found->second, x.topic_id, x.position, ticket};
}

void consumer_core::found(ticket_t ticket, storage::offset_t end) {
  auto i = by_ticket(ticket);
  if (i == all_.end())
    return;
  i->second.position = end;
  enter(i, phase::ready);
}

void consumer_core::nothing_there(ticket_t ticket) {
  auto i = by_ticket(ticket);
  if (i == all_.end())
    return;
  ++demand_;
  enter(i, phase::watching);
}

void consumer_core::changed(ticket_t ticket) {
  auto i = by_ticket(ticket);
  if (i != all_.end() && i->second.now == phase::watching)
    enter(i, phase::ready);
}

void consumer_core::pause(ticket_t ticket, int64_t now_ms) {
  auto i = by_ticket(ticket);
  if (i == all_.end())
    return;
  ++demand_;
  i->second.until_ms = now_ms + options_.retry_backoff.count();
  enter(i, phase::pausing);
}

consumer_core::failed_read
consumer_core::failed(ticket_t ticket, const problem& why, int64_t now_ms) {
  if (may_pass(why)) {
    pause(ticket, now_ms);
    return failed_read::again;
  }
  auto i = by_ticket(ticket);
  if (i == all_.end() || !out_of_range(why)
      || options_.reset == offset_reset::none)
    return failed_read::over;
  ++demand_;
  i->second.position =
      options_.reset == offset_reset::earliest ? from_earliest : from_latest;
  enter(i, phase::placing);
  return failed_read::place;
}

subscription_ended consumer_core::give_up(ticket_t ticket, problem why) {
  auto i = by_ticket(ticket);
  if (i == all_.end())
    return {};
  subscription_ended x{i->first, std::move(why), i->second.position};
  unsubscribe(x.what);
  return x;
}

std::vector<subscription_ended> consumer_core::end(const problem& why) {
  std::vector<subscription_ended> ended;
  for (const auto& [what, x] : all_)
    // Those that were never placed hear it as the answer to their question.
    if (x.placed)
      ended.push_back({what, why, x.position});
  all_.clear();
  turns_.clear();
  tickets_.clear();
  timed_ = 0;
  return ended;
}

void consumer_core::tick(int64_t now_ms) {
  for (auto i = all_.begin(); i != all_.end(); ++i) {
    auto& x = i->second;
    if (!is_timed(x.now) || x.until_ms > now_ms)
      continue;
    if (x.now == phase::reading)
      ++demand_;
    enter(i, phase::ready);
  }
}

} // namespace troupe::actors
