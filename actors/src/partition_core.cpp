// SPDX-License-Identifier: Apache-2.0
#include "partition_core.h"

#include <troupe/storage/assert.h>

#include <utility>
#include <variant>

namespace troupe::actors {

partition_core::partition_core(std::unique_ptr<storage::log> log,
                               cluster::leader_epoch_t epoch,
                               cluster::durability level)
  : log_(std::move(log)),
    leader_(epoch, log_->end_offset(), log_->recovery_point(),
            level == cluster::durability::fsync),
    level_(level) {
  show_offsets();
}

problem partition_core::refuse(cluster::leader_epoch_t claimed) const {
  if (closed())
    return {errc::unknown_partition, "the partition is closed"};
  if (failed_)
    return {errc::partition_offline, reason_};
  switch (leader_.check_epoch(claimed)) {
    case cluster::epoch_check::ok:
      return {};
    case cluster::epoch_check::fenced:
      return {errc::fenced_leader_epoch, "the leader epoch is out of date"};
    case cluster::epoch_check::unknown:
      return {errc::unknown_leader_epoch, "the leader epoch is not known yet"};
  }
  return {errc::internal, "an epoch check without a case"};
}

problem partition_core::note(storage::error x) {
  if (x.code == storage::errc::io || x.code == storage::errc::poisoned)
    fail(to_string(x));
  return problem{std::move(x)};
}

void partition_core::show_offsets() {
  auto order = std::memory_order_release;
  live_->high_watermark.store(leader_.high_watermark(), order);
  live_->log_start_offset.store(log_->start_offset(), order);
}

void partition_core::begin_reign() {
  live_->reign.fetch_add(1, std::memory_order_release);
}

append_finished partition_core::append(const storage::buffer& batch,
                                       timestamp_ms now) {
  append_finished answer;
  answer.why = refuse(storage::no_leader_epoch);
  if (!answer.why.ok())
    return answer;
  storage::append_options how{.leader_epoch = leader_.epoch(),
                              .now = now,
                              .origin = storage::append_origin::client};
  auto appended = log_->append(batch, how, &answer.failures);
  if (!appended) {
    answer.why = note(std::move(appended.error()));
    return answer;
  }
  answer.info = *appended;
  answer.log_start_offset = log_->start_offset();
  leader_.appended(log_->end_offset());
  show_offsets();
  return answer;
}

partition_core::read_outcome
partition_core::read(storage::offset_t from, uint32_t bytes_max,
                     cluster::leader_epoch_t claimed) {
  read_outcome outcome;
  auto& answer = outcome.answer;
  answer.why = refuse(claimed);
  if (!answer.why.ok())
    return outcome;
  auto found = log_->read(from, bytes_max, leader_.high_watermark(),
                          storage::read_mode::nowait);
  if (!found) {
    answer.why = note(std::move(found.error()));
    return outcome;
  }
  answer.records = std::move(found->records);
  answer.first_batch_bytes = found->first_batch_bytes;
  answer.high_watermark = leader_.high_watermark();
  answer.last_stable_offset = leader_.high_watermark();
  answer.log_start_offset = log_->start_offset();
  answer.more = found->more;
  if (found->ahead != nullptr)
    answer.ahead = {std::move(found->ahead), live_, live_->reign,
                    leader_.epoch()};
  outcome.cold = found->cold;
  return outcome;
}

partition_core::find_outcome partition_core::find(const find_offset& x) {
  constexpr storage::timestamp_ms latest = -1;
  constexpr storage::timestamp_ms earliest = -2;
  constexpr storage::timestamp_ms earliest_local = -4;
  find_outcome outcome;
  auto& answer = outcome.answer;
  answer.why = refuse(x.current_leader_epoch);
  if (!answer.why.ok())
    return outcome;
  if (x.timestamp == latest) {
    answer.value.offset = leader_.high_watermark();
    answer.value.leader_epoch = leader_.epoch();
    return outcome;
  }
  if (x.timestamp == earliest || x.timestamp == earliest_local) {
    answer.value.offset = log_->start_offset();
    answer.value.leader_epoch = log_->epoch_of(log_->start_offset());
    return outcome;
  }
  if (x.timestamp < 0 && x.timestamp != of_largest_timestamp)
    return outcome;
  auto search = log_->search_timestamps(leader_.high_watermark());
  if (!search)
    answer.why = note(std::move(search.error()));
  else
    outcome.search = std::move(*search);
  return outcome;
}

bool partition_core::searched(const found_offset& x) {
  auto* why = std::get_if<storage::errc>(&x.why.code);
  if (why == nullptr)
    return false;
  if (*why == storage::errc::io)
    fail(x.why.message);
  return *why == storage::errc::not_found;
}

found_epoch_end partition_core::find(const find_epoch_end& x) const {
  found_epoch_end answer;
  answer.why = refuse(x.current_leader_epoch);
  if (answer.why.ok())
    std::tie(answer.leader_epoch, answer.end_offset)
      = log_->end_offset_of_epoch(x.leader_epoch);
  return answer;
}

partition_core::delete_outcome
partition_core::delete_before(storage::offset_t offset) {
  constexpr storage::offset_t up_to_high_watermark = -1;
  delete_outcome outcome;
  auto& answer = outcome.answer;
  answer.why = refuse(storage::no_leader_epoch);
  if (!answer.why.ok())
    return outcome;
  if (offset == up_to_high_watermark)
    offset = leader_.high_watermark();
  if (offset < 0 || offset > leader_.high_watermark()) {
    answer.why = storage::error{storage::errc::offset_out_of_range,
                                "the offset lies beyond the high watermark"};
    return outcome;
  }
  if (offset > log_->start_offset()) {
    auto removed = log_->delete_records_before(offset);
    if (!removed) {
      answer.why = note(std::move(removed.error()));
      return outcome;
    }
    outcome.removed = std::move(*removed);
    show_offsets();
  }
  answer.low_watermark = log_->start_offset();
  return outcome;
}

storage::removed_files partition_core::apply_retention(timestamp_ms now) {
  if (closed() || failed_)
    return {};
  auto removed = log_->apply_retention(now, leader_.high_watermark());
  if (!removed) {
    note(std::move(removed.error()));
    return {};
  }
  show_offsets();
  return std::move(*removed);
}

std::optional<storage::compaction_plan>
partition_core::plan_compaction(timestamp_ms now) {
  if (closed() || failed_)
    return std::nullopt;
  auto plan = log_->plan_compaction(now, leader_.high_watermark());
  if (!plan) {
    note(std::move(plan.error()));
    return std::nullopt;
  }
  return plan->due() ? std::optional{std::move(*plan)} : std::nullopt;
}

result<storage::removed_files>
partition_core::swap_segments(const storage::cleaned_segment& cleaned) {
  if (closed() || failed_)
    return failure(storage::errc::closed, "the partition is closed");
  auto removed = log_->swap_segments(cleaned);
  if (!removed) {
    auto error = removed.error();
    note(error);
  }
  return removed;
}

partition_description partition_core::describe() const {
  partition_description answer;
  answer.why = refuse(storage::no_leader_epoch);
  if (closed())
    return answer;
  answer.size_bytes = log_->size_bytes();
  answer.log_start_offset = log_->start_offset();
  answer.end_offset = log_->end_offset();
  answer.high_watermark = leader_.high_watermark();
  answer.page_cache_hits = log_->counters()->pages_hit;
  answer.page_cache_misses = log_->counters()->pages_missed;
  return answer;
}

producers_listed partition_core::producers() const {
  producers_listed answer;
  answer.why = refuse(storage::no_leader_epoch);
  if (!closed())
    answer.producers = log_->active_producers();
  return answer;
}

void partition_core::reconfigure(const storage::log_config& x) {
  if (!closed())
    log_->reconfigure(x);
}

void partition_core::become_leader(cluster::leader_epoch_t epoch) {
  leader_.change_epoch(epoch);
  begin_reign();
}

void partition_core::synced(storage::offset_t offset) {
  if (closed() || failed_)
    return;
  log_->synced_up_to(offset);
  leader_.synced(offset);
  show_offsets();
}

void partition_core::fail(std::string reason) {
  if (failed_)
    return;
  failed_ = true;
  reason_ = std::move(reason);
  begin_reign();
  if (!closed())
    log_->poison();
}

std::unique_ptr<storage::log> partition_core::release() {
  begin_reign();
  return std::move(log_);
}

} // namespace troupe::actors
