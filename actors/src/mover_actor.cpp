// SPDX-License-Identifier: Apache-2.0
#include "mover_actor.h"

#include <troupe/cluster/topic_kind.h>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// A batch that is moved holds about as much, and not more records.
constexpr size_t moved_bytes_max = 1 << 20;
constexpr size_t moved_records_max = 1'000;
/// One read of a log.
constexpr uint32_t read_bytes_max = 1 << 20;
/// Times that a slice is brought into memory before the run is given up.
constexpr int cold_attempts_max = 8;
/// Positions are looked for, and the inbox deleted below them, so often.
constexpr int64_t position_interval_ms = 5'000;
/// The wall clock may jump: it is looked at so often.
constexpr int64_t nap_ms_max = 10'000;
constexpr std::chrono::minutes delete_timeout{1};
constexpr int16_t acks_all = -1;
/// Of batches that the partition took.
constexpr auto decompressed_bytes_max =
    static_cast<size_t>(storage::log_config{}.decompressed_bytes_max);

} // namespace

mover_actor::behavior_type mover(mover_pointer self, mover_config config) {
  auto& state = self->state;
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.end();
    self->quit(x.reason);
  });
  state.open(std::move(config));
  return {
      [&state](append_finished& x) { state.on_append_finished(x); },
      [&state](read_finished& x) { state.on_read_finished(x); },
      [&state](const records_available& x) { state.on_records_available(x); },
      [&state](const begin_moving&) { state.on_begin_moving(); },
      [&state](const stop_moving&) { state.on_stop_moving(); },
      [&state](const mover_due& x) { state.on_mover_due(x); },
      [&state](const inbox_read_in& x) { state.on_inbox_read_in(x); },
  };
}

void mover_state::open(mover_config config) {
  config_ = std::move(config);
  inbox_name_ = cluster::companion_name(config_.name.topic,
                                        cluster::companion_role::inbox);
  retry_ = {config_.pause_ms, config_.pause_ms_max};
  random_.seed(static_cast<std::minstd_rand::result_type>(config_.seed));
}

void mover_state::on_begin_moving() {
  rest();
  retry_.succeeded();
  start();
}

void mover_state::on_stop_moving() {
  rest();
}

void mover_state::end() {
  rest();
  config_.partition = nullptr;
}

void mover_state::rest() {
  ++run_;
  ++ticket_;
  ++watch_ticket_;
  step_ = step::resting;
  core_.reset();
  slice_.reset();
  due_.clear();
  missing_.clear();
  gathered_.clear();
  armed_for_ms_.reset();
  at_end_ = false;
  largest_record_bytes_ = 1;
  if (config_.partition != nullptr)
    self->send(config_.partition, unwatch_records{self});
  if (inbox_ != nullptr)
    self->send(std::exchange(inbox_, nullptr), unwatch_records{self});
}

/// Nothing that happened is trusted: the logs say what did.
void mover_state::again(const problem& why) {
  if (core_)
    spdlog::warn("mover.begins_again tp={} reason=\"{}\"",
                 to_string(config_.name), why.message);
  rest();
  self->delayed_send(self,
                     std::chrono::milliseconds(retry_.after_failure(random_())),
                     mover_due{run_});
}

void mover_state::on_mover_due(const mover_due& x) {
  if (x.run != run_)
    return;
  armed_for_ms_.reset();
  if (step_ == step::resting)
    start();
  else if (step_ == step::waiting)
    turn();
}

void mover_state::on_records_available(const records_available& x) {
  if (x.ticket != watch_ticket_)
    return;
  at_end_ = false;
  if (step_ == step::settling)
    ask(config_.partition, &mover_state::topic_described);
  else if (step_ == step::waiting)
    turn();
}

size_t mover_state::count_max() const noexcept {
  return std::clamp<size_t>(moved_bytes_max / largest_record_bytes_, 1,
                            moved_records_max);
}

void mover_state::turn() {
  due_ = core_->release(config_.now(), count_max());
  if (!due_.empty()) {
    missing_ = {due_.begin(), due_.end()};
    return gather_on();
  }
  if (core_->wants_more() && !at_end_)
    return read(step::reading, inbox_, core_->read_end());
  wait();
}

void mover_state::wait() {
  step_ = step::waiting;
  auto at = core_->next_wake();
  auto now = config_.now();
  if (!at || *at > now + nap_ms_max)
    at = core_->pending() > 0 ? std::optional{now + nap_ms_max} : std::nullopt;
  if (!at || (armed_for_ms_ && *armed_for_ms_ <= *at))
    return;
  armed_for_ms_ = at;
  self->delayed_send(self,
                     std::chrono::milliseconds(std::max<int64_t>(*at - now, 1)),
                     mover_due{run_});
}

void mover_state::read(step next, const partition_actor& from,
                       storage::offset_t at) {
  step_ = next;
  read_records question;
  question.ticket = ++ticket_;
  question.from = at;
  question.bytes_max = read_bytes_max;
  question.client = self;
  self->send(from, std::move(question));
}

void mover_state::on_read_finished(read_finished& x) {
  if (x.ticket != ticket_)
    return;
  if (!x.why.ok())
    return again(x.why);
  if (x.records.size > 0) {
    slice_ = {std::move(x)};
    return take_slice();
  }
  if (step_ != step::reading)
    return again({errc::internal, "what lies in the log was not found"});
  at_end_ = true;
  self->send(inbox_,
             watch_records{++watch_ticket_,
                           std::max(x.high_watermark, core_->read_end() - 1),
                           self});
  turn();
}

void mover_state::take_slice() {
  const auto& slice = slice_->found.records;
  std::vector<std::byte> bytes(slice.size);
  auto read = slice.source->read_nowait(slice.position, bytes);
  if (!read)
    return again(read.error());
  if (read->resident) {
    if (read->size < slice.size)
      return again(storage::error{storage::errc::corrupt_log,
                                  "the segment is too short"});
    slice_.reset();
    return took(bytes);
  }
  if (++slice_->attempts > cold_attempts_max)
    return again(storage::error{storage::errc::busy,
                                "what was read in did not stay in memory"});
  self->send(config_.cold_reader,
             read_in_slice{slice, [me = mover_actor{self}, ticket = ticket_] {
                             caf::anon_send(me, inbox_read_in{ticket});
                           }});
}

void mover_state::on_inbox_read_in(const inbox_read_in& x) {
  if (x.ticket == ticket_ && slice_)
    take_slice();
}

void mover_state::took(std::span<const std::byte> batches) {
  switch (step_) {
  case step::finding:
    return find_position(batches);
  case step::scanning:
    return scan(batches);
  case step::reading:
    return take(batches);
  case step::gathering:
    return gather(batches);
  case step::resting:
  case step::asking:
  case step::settling:
  case step::appending:
  case step::waiting:
    return;
  }
}

void mover_state::take(std::span<const std::byte> batches) {
  auto visit = [this](const storage::record_view& record) {
    if (record.offset < core_->read_end())
      return true;
    if (!core_->wants_more())
      return false;
    largest_record_bytes_ =
        std::max(largest_record_bytes_, content_bytes(record));
    core_->take(record);
    return true;
  };
  auto walked =
      for_each_batch(batches, [&](const auto& header, const auto& batch) {
        auto done =
            storage::for_each_record(batch, decompressed_bytes_max, visit);
        if (!done)
          spdlog::warn("mover.unreadable tp={} inbox={} reason=\"{}\"",
                       to_string(config_.name), header.base_offset,
                       done.error().message);
        if (!core_->wants_more())
          return false;
        core_->skip_to(header.next_offset());
        return true;
      });
  if (!walked)
    return again(walked.error());
  turn();
}

void mover_state::gather_on() {
  if (missing_.empty())
    return append();
  read(step::gathering, inbox_, *missing_.begin());
}

void mover_state::gather(std::span<const std::byte> batches) {
  auto first = *missing_.begin();
  auto visit = [this](const storage::record_view& record) {
    if (missing_.erase(record.offset) > 0) {
      auto due = cluster::due_of(record, settings_.delay_max_ms);
      gathered_.emplace(record.offset, copy_of(record, due.fault));
    }
    return !missing_.empty();
  };
  auto walked =
      for_each_batch(batches, [&](const auto& header, const auto& batch) {
        auto next = missing_.lower_bound(header.base_offset);
        if (next == missing_.end())
          return false;
        // One that cannot be read to its end was told when it was taken.
        if (*next < header.next_offset())
          static_cast<void>(
              storage::for_each_record(batch, decompressed_bytes_max, visit));
        return true;
      });
  if (!walked)
    return again(walked.error());
  if (missing_.contains(first))
    return again({errc::internal, "a record of the inbox is gone"});
  gather_on();
}

void mover_state::append() {
  if (auto now = config_.steady_now(); now >= position_due_ms_) {
    position_ = core_->position();
    position_due_ms_ = now + position_interval_ms;
  }
  std::vector<moved_record> records;
  records.reserve(due_.size());
  for (auto offset : due_)
    records.push_back(std::move(gathered_.find(offset)->second));
  gathered_.clear();
  due_.clear();
  step_ = step::appending;
  self->send(
      config_.partition,
      append_records{++ticket_,
                     build_moved(config_.name.partition, position_, records),
                     acks_all, self});
}

void mover_state::on_append_finished(append_finished& x) {
  if (x.ticket != ticket_ || step_ != step::appending)
    return;
  if (!x.why.ok())
    return again(x.why);
  core_->appended(x.info.base_offset);
  forget_finished();
  turn();
}

/// The position is in the topic and counts: what lies below it is not needed.
void mover_state::forget_finished() {
  config_.hold->store(position_.topic);
  if (position_.inbox <= deleted_end_)
    return;
  deleted_end_ = position_.inbox;
  // A failure leaves more to read, and the next position tries again.
  self->request(inbox_, delete_timeout, delete_records{deleted_end_})
      .then([](const records_deleted&) {}, [](const caf::error&) {});
}

} // namespace troupe::actors
