// SPDX-License-Identifier: Apache-2.0
// What was decided is carried out: the records are gathered from the inbox,
// delivered to the topic or buried.
#include "mover_actor.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace troupe::actors {

namespace {

/// Of a batch that is moved.
constexpr size_t moved_records_max = 1'000;
/// What a mover adds to a record, about.
constexpr size_t added_bytes = 160;
/// Records that are due may lie far apart in the inbox.
constexpr uint32_t gather_bytes_max = 64 << 10;
/// Positions are looked for, and the inbox deleted below them, so often.
constexpr int64_t position_interval_ms = 5'000;
constexpr std::chrono::minutes delete_timeout{1};
constexpr int16_t acks_all = -1;

} // namespace

size_t mover_state::count_max() const noexcept {
  return std::clamp<size_t>(batch_bytes_max_
                                / (largest_record_bytes_ + added_bytes),
                            1, moved_records_max);
}

void mover_state::gather_on() {
  if (missing_.empty())
    return deliver();
  read(step::gathering, inbox_, *missing_.begin(), gather_bytes_max);
}

void mover_state::gather(std::span<const std::byte> batches) {
  auto first = *missing_.begin();
  auto visit = [this](const storage::record_view& record) {
    if (missing_.erase(record.offset) > 0)
      gathered_.emplace(record.offset,
                        copy_of(record, core_->fault_of(record)));
    return !missing_.empty();
  };
  auto walked =
      for_each_batch(batches, [&](const auto& header, const auto& batch) {
        auto next = missing_.lower_bound(header.base_offset);
        if (next == missing_.end())
          return false;
        if (*next < header.next_offset())
          walk(batch, "inbox", visit);
        return true;
      });
  if (!walked)
    return again(walked.error());
  if (missing_.contains(first))
    return again({errc::internal, "a record of the inbox is gone"});
  gather_on();
}

void mover_state::append(step next, const partition_actor& to,
                         storage::buffer batch) {
  step_ = next;
  appended_bytes_ = batch.size();
  self->send(to, append_records{++ticket_, std::move(batch), acks_all, self});
}

/// Segments may be smaller than the batches that are usual, and dead letters
/// have the bound that people set for their topic.
void mover_state::not_appended(const problem& why) {
  const auto* code = std::get_if<storage::errc>(&why.code);
  if (code != nullptr
      && (*code == storage::errc::records_too_large_for_segment
          || *code == storage::errc::batch_too_large))
    batch_bytes_max_ = appended_bytes_ / 2;
  again(why);
}

void mover_state::deliver() {
  std::vector<moved_record> records;
  records.reserve(steps_.size());
  for (const auto& x : steps_) {
    auto& record = gathered_.find(x.offset)->second;
    record.attempt = x.attempt;
    switch (x.what) {
    case cluster::queue_step::kind::deliver:
      records.push_back(std::move(record));
      break;
    case cluster::queue_step::kind::bury:
      record.fault = x.reason;
      dead_.push_back(std::move(record));
      break;
    }
  }
  steps_.clear();
  gathered_.clear();
  if (records.empty())
    return bury();
  if (auto now = config_.steady_now(); now >= position_due_ms_) {
    position_ = core_->position();
    position_due_ms_ = now + position_interval_ms;
  }
  append(step::appending, topic_.actor,
         build_moved(config_.name.partition, position_, records));
}

void mover_state::bury() {
  if (dead_.empty())
    return turn();
  append(step::burying, dead_letters_.actor,
         build_dead_letters(config_.name.partition, dead_));
}

/// Read back, it finishes them like any other acknowledgement.
void mover_state::accept() {
  append(step::accepting, acknowledgements_.actor,
         build_acceptances(config_.name.partition, config_.now(), dead_));
}

void mover_state::on_append_finished(append_finished& x) {
  if (x.ticket != ticket_)
    return;
  if (!x.why.ok())
    return not_appended(x.why);
  retry_.succeeded();
  switch (step_) {
  case step::appending:
    core_->appended(x.info.base_offset, config_.now());
    forget_finished();
    return bury();
  case step::burying:
    return accept();
  case step::accepting:
    dead_.clear();
    return turn();
  case step::resting:
  case step::asking:
  case step::settling:
  case step::finding:
  case step::acknowledging:
  case step::scanning:
  case step::reading:
  case step::gathering:
  case step::waiting:
    return;
  }
}

/// The position is in the topic and counts: what lies below it is not needed.
void mover_state::forget_finished() {
  config_.moving->needed_from = position_.topic;
  // A failure leaves more to read, and the next position tries again.
  auto forget = [this](const log_at_work& log, storage::offset_t end,
                       storage::offset_t& deleted_end) {
    if (end <= deleted_end)
      return;
    deleted_end = end;
    self->request(log.actor, delete_timeout, delete_records{end})
        .then([](const records_deleted&) {}, [](const caf::error&) {});
  };
  forget(inbox_, position_.inbox, deleted_.inbox);
  if (acknowledgements_.actor != nullptr)
    forget(acknowledgements_, position_.acknowledgements,
           deleted_.acknowledgements);
}

} // namespace troupe::actors
