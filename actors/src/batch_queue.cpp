// SPDX-License-Identifier: Apache-2.0
#include "batch_queue.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

bool may_pass(errc x) noexcept {
  switch (x) {
  case errc::unknown_partition:
  case errc::fenced_leader_epoch:
  case errc::unknown_leader_epoch:
  case errc::timed_out:
  case errc::not_leader:
  case errc::not_enough_replicas:
  case errc::not_enough_replicas_after_append:
  case errc::offset_not_available:
    return true;
  case errc::unknown_topic_id:
  case errc::partition_offline:
  case errc::stopping:
  case errc::internal:
    return false;
  }
  return false;
}

bool wrong_number(const problem& x) noexcept {
  const auto* code = std::get_if<storage::errc>(&x.code);
  return code != nullptr
         && (*code == storage::errc::out_of_order_sequence
             || *code == storage::errc::invalid_producer_epoch);
}

bool too_large(const problem& x) noexcept {
  const auto* code = std::get_if<storage::errc>(&x.code);
  return code != nullptr
         && (*code == storage::errc::batch_too_large
             || *code == storage::errc::records_too_large_for_segment);
}

int32_t advanced(int32_t sequence, int32_t count) noexcept {
  // Wraps from 2147483647 to 0.
  auto next = static_cast<uint32_t>(sequence) + static_cast<uint32_t>(count);
  return static_cast<int32_t>(
      next & static_cast<uint32_t>(std::numeric_limits<int32_t>::max()));
}

} // namespace

bool may_pass(const problem& x) noexcept {
  if (const auto* code = std::get_if<errc>(&x.code))
    return may_pass(*code);
  const auto* code = std::get_if<storage::errc>(&x.code);
  return code != nullptr
         && (*code == storage::errc::busy || *code == storage::errc::disk_full);
}

void batch_queue::add(ticket_t asked, const outgoing_record& x,
                      storage::timestamp_ms timestamp, size_t bytes,
                      int64_t now_ms) {
  if (batches_.empty() || !fits(batches_.back(), bytes)) {
    if (!batches_.empty())
      batches_.back().sealed = true;
    auto& fresh = begin(now_ms);
    fresh.records.emplace();
    fresh.lingers_until_ms = now_ms + options_->linger.count();
  }
  auto& to = batches_.back();
  std::vector<storage::record_field> headers;
  headers.reserve(x.headers.size());
  for (const auto& [key, value] : x.headers)
    headers.push_back({key, value});
  to.records->add(timestamp, x.key, x.value, headers);
  to.asked.push_back(asked);
  to.record_bytes.push_back(bytes);
  to.credit_bytes += bytes;
  to.sealed = to.credit_bytes >= options_->batch_bytes_max;
}

void batch_queue::add(ticket_t asked, storage::buffer batch, int64_t now_ms) {
  if (!batches_.empty())
    batches_.back().sealed = true;
  auto& x = begin(now_ms);
  x.credit_bytes = batch.size();
  x.bytes = std::move(batch);
  x.asked.push_back(asked);
  x.sealed = true;
}

batch_queue::pending_batch& batch_queue::begin(int64_t now_ms) {
  auto& x = batches_.emplace_back();
  x.deadline_ms = now_ms + options_->delivery_timeout.count();
  return x;
}

bool batch_queue::fits(const pending_batch& x, size_t bytes) const noexcept {
  return !x.sealed && x.records
         && x.credit_bytes + bytes <= options_->batch_bytes_max;
}

std::deque<batch_queue::pending_batch>::const_iterator
batch_queue::ready(int64_t now_ms) const {
  auto i = std::ranges::find(batches_, ticket_t{0}, &pending_batch::ticket);
  if (i == batches_.end())
    return i;
  // Everything in front of it is under way.
  auto in_flight = i - batches_.begin();
  bool its_turn =
      in_flight < options_->batches_in_flight_max
      && !(i->alone && in_flight > 0)
      && std::none_of(batches_.begin(), i, &batch_queue::goes_alone);
  bool lingers = !i->sealed && i->lingers_until_ms > now_ms;
  return its_turn && !lingers && i->retry_at_ms <= now_ms ? i : batches_.end();
}

std::deque<batch_queue::pending_batch>::iterator
batch_queue::ready(int64_t now_ms) {
  auto i = std::as_const(*this).ready(now_ms);
  return batches_.begin() + (i - batches_.cbegin());
}

bool batch_queue::goes_alone(const pending_batch& x) noexcept {
  return x.alone || (x.stamped && x.stamped->sequence == 0);
}

bool batch_queue::needs_stamp(const pending_batch& x) const noexcept {
  return options_->idempotent && x.records && !x.stamped;
}

bool batch_queue::may_stamp() const noexcept {
  return std::ranges::all_of(batches_, [&](const pending_batch& x) {
    return x.ticket == 0 || !x.stamped || x.stamped->id == next_stamp_->id;
  });
}

bool batch_queue::wants_id(int64_t now_ms) const {
  auto i = ready(now_ms);
  return i != batches_.end() && needs_stamp(*i) && !next_stamp_;
}

void batch_queue::give_id(storage::producer_id_t id) noexcept {
  if (!next_stamp_)
    next_stamp_ = stamp{id, 0};
}

void batch_queue::put_stamp(pending_batch& x) {
  x.stamped = next_stamp_;
  x.records->producer(next_stamp_->id, 0, next_stamp_->sequence);
  next_stamp_->sequence =
      advanced(next_stamp_->sequence, x.records->records_count());
}

std::optional<storage::buffer>
batch_queue::send_next(ticket_t ticket, int64_t now_ms) {
  ASSERT(ticket != 0);
  auto i = ready(now_ms);
  if (i == batches_.end())
    return std::nullopt;
  if (needs_stamp(*i)) {
    if (!next_stamp_ || !may_stamp())
      return std::nullopt;
    put_stamp(*i);
  }
  i->sealed = true;
  i->ticket = ticket;
  if (i->bytes.empty())
    i->bytes = i->records->build();
  return i->bytes;
}

std::optional<settled_batch>
batch_queue::answered(ticket_t ticket, append_finished& x, int64_t now_ms) {
  auto i = std::ranges::find(batches_, ticket, &pending_batch::ticket);
  if (i == batches_.end())
    return std::nullopt;
  if (x.why.ok()) {
    auto done = settle(i, {});
    done.base_offset = x.info.base_offset;
    done.log_append_time = x.info.log_append_time;
    return done;
  }
  if (too_large(x.why) && divisible(*i) && split(i))
    return std::nullopt;
  bool again = may_pass(x.why);
  if (i->stamped && wrong_number(x.why)) {
    again = true;
    out_of_order(i);
  }
  if (!again)
    return settle(i, std::move(x.why));
  i->ticket = 0;
  i->retry_at_ms = now_ms + options_->retry_backoff.count();
  return std::nullopt;
}

bool batch_queue::divisible(const pending_batch& x) noexcept {
  return x.records && x.asked.size() > 1;
}

bool batch_queue::split(std::deque<pending_batch>::iterator i) {
  pending_batch halves[2];
  auto count = i->asked.size();
  auto first_count = count / 2;
  size_t next = 0;
  auto read = storage::for_each_record(
      i->bytes.bytes(), i->bytes.size(), [&](const storage::record_view& x) {
        if (next == count)
          return false;
        auto& half = halves[next < first_count ? 0 : 1];
        if (!half.records)
          half.records.emplace();
        half.records->add(x.timestamp, x.key, x.value, x.headers);
        half.asked.push_back(i->asked[next]);
        half.record_bytes.push_back(i->record_bytes[next]);
        half.credit_bytes += i->record_bytes[next];
        ++next;
        return true;
      });
  if (!read || next != count)
    return false;
  auto stamped = i->stamped;
  for (auto& half : halves) {
    half.deadline_ms = i->deadline_ms;
    half.sealed = true;
    half.alone = true;
    half.stamped = stamped;
    if (!stamped)
      continue;
    half.records->producer(stamped->id, 0, stamped->sequence);
    stamped->sequence =
        advanced(stamped->sequence, half.records->records_count());
  }
  *i = std::move(halves[0]);
  batches_.insert(i + 1, std::move(halves[1]));
  return true;
}

void batch_queue::out_of_order(std::deque<pending_batch>::iterator i) {
  bool current = next_stamp_ && next_stamp_->id == i->stamped->id;
  // One before it is still on its way, and the number fits when that is there.
  if (current && i != batches_.begin())
    return;
  if (current)
    next_stamp_.reset();
  i->stamped.reset();
  i->bytes = {};
}

std::optional<settled_batch>
batch_queue::refuse_next(const problem& why, int64_t now_ms) {
  auto i = ready(now_ms);
  if (i == batches_.end())
    return std::nullopt;
  return settle(i, why);
}

void batch_queue::postpone_next(int64_t now_ms) {
  auto i = ready(now_ms);
  if (i == batches_.end())
    return;
  i->sealed = true;
  i->retry_at_ms = now_ms + options_->retry_backoff.count();
}

settled_batch
batch_queue::settle(std::deque<pending_batch>::iterator i, problem why) {
  settled_batch x;
  x.asked = std::move(i->asked);
  x.bytes = i->credit_bytes;
  // Nobody knows whether it is in the log: a later number might leave a gap.
  if (!why.ok() && i->stamped && next_stamp_
      && next_stamp_->id == i->stamped->id)
    next_stamp_.reset();
  x.why = std::move(why);
  batches_.erase(i);
  return x;
}

std::vector<settled_batch> batch_queue::expire(int64_t now_ms) {
  std::vector<settled_batch> late;
  while (!batches_.empty() && batches_.front().deadline_ms <= now_ms)
    late.push_back(
        settle(batches_.begin(),
               {errc::timed_out, "the records were not acknowledged in time"}));
  return late;
}

std::vector<settled_batch> batch_queue::end(const problem& why) {
  std::vector<settled_batch> all;
  while (!batches_.empty())
    all.push_back(settle(batches_.begin(), why));
  return all;
}

void batch_queue::flush() noexcept {
  if (!batches_.empty())
    batches_.back().sealed = true;
}

std::optional<int64_t> batch_queue::wake_at_ms(int64_t now_ms) const {
  std::optional<int64_t> first;
  auto consider = [&](int64_t at) {
    if (at > now_ms)
      first = first ? std::min(*first, at) : at;
  };
  // Also one that has passed: only `expire` settles it.
  if (!batches_.empty())
    first = std::max(batches_.front().deadline_ms, now_ms);
  auto i = std::ranges::find(batches_, ticket_t{0}, &pending_batch::ticket);
  if (i != batches_.end()) {
    consider(i->retry_at_ms);
    if (!i->sealed)
      consider(i->lingers_until_ms);
  }
  return first;
}

} // namespace troupe::actors
