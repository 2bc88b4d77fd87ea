// SPDX-License-Identifier: Apache-2.0
#include "producer_core.h"

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::actors {

namespace {

/// Lengths, times and offsets of a record, and of each of its headers.
constexpr size_t record_overhead_bytes = 32;
constexpr size_t header_overhead_bytes = 10;

size_t size_of(const std::optional<std::string>& x) noexcept {
  return x ? x->size() : 0;
}

} // namespace

size_t credit_bytes(const outgoing_record& x) noexcept {
  auto sum = record_overhead_bytes + size_of(x.key) + size_of(x.value);
  for (const auto& [key, value] : x.headers)
    sum += header_overhead_bytes + key.size() + size_of(value);
  return sum;
}

producer_core::producer_core(const producer_options& options)
    : options_(options) {}

bool producer_core::has_credit(size_t bytes) const noexcept {
  return bytes <= options_.bytes_in_flight_max
         && bytes_ <= options_.bytes_in_flight_max - bytes;
}

problem producer_core::admit(size_t bytes) const {
  if (bytes > options_.bytes_in_flight_max)
    return storage::error{storage::errc::batch_too_large,
                          "larger than all that a producer may have in flight: "
                              + std::to_string(bytes) + " bytes"};
  if (!has_credit(bytes))
    return storage::error{storage::errc::busy,
                          "the producer has too much in flight"};
  return {};
}

batch_queue& producer_core::queue_of(const storage::topic_partition& to) {
  auto i = queues_.try_emplace(to, options_).first;
  if (i->second.empty() && !std::ranges::count(active_, &*i))
    active_.push_back(&*i);
  return i->second;
}

problem producer_core::take(ticket_t asked, const storage::topic_partition& to,
                            const outgoing_record& x,
                            storage::timestamp_ms timestamp, int64_t now_ms) {
  auto bytes = credit_bytes(x);
  if (auto why = admit(bytes); !why.ok())
    return why;
  bytes_ += bytes;
  queue_of(to).add(asked, x, timestamp, bytes, now_ms);
  return {};
}

problem producer_core::take(ticket_t asked, const storage::topic_partition& to,
                            storage::buffer batch, int64_t now_ms) {
  auto header = storage::parse_batch_header(batch.bytes());
  if (!header)
    return std::move(header.error());
  if (auto why = admit(batch.size()); !why.ok())
    return why;
  bytes_ += batch.size();
  queue_of(to).add(asked, std::move(batch), now_ms);
  return {};
}

std::vector<settled_batch>
producer_core::send_due(int64_t now_ms, const outlet& to) {
  std::vector<settled_batch> refused;
  for (auto* x : active_) {
    auto& [partition, queue] = *x;
    while (queue.due(now_ms)) {
      if (auto refusal = to.check(partition)) {
        if (refusal->may_pass)
          queue.postpone_next(now_ms);
        else if (auto done = queue.refuse_next(refusal->why, now_ms)) {
          settled(*done);
          refused.push_back(std::move(*done));
        }
        continue;
      }
      auto batch = queue.send_next(next_ticket_, now_ms);
      if (!batch)
        break;
      sent_.emplace(next_ticket_, partition);
      to.send(partition, next_ticket_++, std::move(*batch));
    }
  }
  drop_idle();
  return refused;
}

void producer_core::drop_idle() {
  std::erase_if(active_, [](const auto* x) { return x->second.empty(); });
  if (queues_.size() - active_.size() > idle_queues_max)
    std::erase_if(queues_, [](const auto& x) { return x.second.empty(); });
}

bool producer_core::wants_id(int64_t now_ms) const {
  return std::ranges::any_of(
      active_, [&](const auto* x) { return x->second.wants_id(now_ms); });
}

void producer_core::give_id(storage::producer_id_t id, int64_t now_ms) {
  auto i = std::ranges::find_if(
      active_, [&](const auto* x) { return x->second.wants_id(now_ms); });
  if (i != active_.end())
    (*i)->second.give_id(id);
}

std::optional<settled_batch>
producer_core::answered(append_finished& x, int64_t now_ms) {
  auto place = sent_.extract(x.ticket);
  if (place.empty())
    return std::nullopt;
  auto queue = queues_.find(place.mapped());
  // Nobody waits for it any more.
  if (queue == queues_.end())
    return std::nullopt;
  auto done = queue->second.answered(x.ticket, x, now_ms);
  if (done)
    settled(*done);
  return done;
}

std::vector<settled_batch> producer_core::expire(int64_t now_ms) {
  std::vector<settled_batch> all;
  for (auto* x : active_)
    for (auto& done : x->second.expire(now_ms)) {
      settled(done);
      all.push_back(std::move(done));
    }
  return all;
}

std::vector<settled_batch> producer_core::end(const problem& why) {
  std::vector<settled_batch> all;
  for (auto* x : active_)
    for (auto& done : x->second.end(why)) {
      settled(done);
      all.push_back(std::move(done));
    }
  active_.clear();
  return all;
}

void producer_core::flush() noexcept {
  for (auto* x : active_)
    x->second.flush();
}

std::optional<int64_t> producer_core::wake_at_ms(int64_t now_ms) const {
  std::optional<int64_t> first;
  for (const auto* x : active_)
    if (auto at = x->second.wake_at_ms(now_ms))
      first = first ? std::min(*first, *at) : *at;
  return first;
}

void producer_core::settled(const settled_batch& x) noexcept {
  bytes_ -= x.bytes;
}

} // namespace troupe::actors
