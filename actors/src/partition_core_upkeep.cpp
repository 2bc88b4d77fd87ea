// SPDX-License-Identifier: Apache-2.0
#include "partition_core.h"

#include <algorithm>
#include <utility>

namespace troupe::actors {

partition_core::delete_outcome
partition_core::delete_before(storage::offset_t offset) {
  constexpr storage::offset_t up_to_high_watermark = -1;
  delete_outcome outcome;
  auto& answer = outcome.answer;
  answer.why = refuse(storage::no_leader_epoch, read_source::leader);
  if (!answer.why.ok())
    return outcome;
  if (offset == up_to_high_watermark)
    offset = high_watermark();
  if (offset < 0 || offset > high_watermark()) {
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

storage::removed_files
partition_core::apply_retention(timestamp_ms now,
                                storage::offset_t needed_from) {
  if (closed() || failed_)
    return {};
  auto removed =
      log_->apply_retention(now, std::min(high_watermark(), needed_from));
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
  auto plan = log_->plan_compaction(now, high_watermark());
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

void partition_core::reconfigure(const storage::log_config& x,
                                 int32_t min_insync_replicas) {
  config_.min_insync_replicas = min_insync_replicas;
  if (!closed())
    log_->reconfigure(x);
}

void partition_core::synced(storage::offset_t offset) {
  if (closed() || failed_)
    return;
  log_->synced_up_to(offset);
  if (leads())
    leader()->synced(log_->recovery_point());
  show_offsets();
}

} // namespace troupe::actors
