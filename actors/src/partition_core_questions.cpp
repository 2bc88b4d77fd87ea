// SPDX-License-Identifier: Apache-2.0
#include "partition_core.h"

#include <tuple>
#include <utility>
#include <variant>

namespace troupe::actors {

partition_core::find_outcome partition_core::find(const find_offset& x) {
  constexpr storage::timestamp_ms latest = -1;
  constexpr storage::timestamp_ms earliest = -2;
  constexpr storage::timestamp_ms earliest_local = -4;
  find_outcome outcome;
  auto& answer = outcome.answer;
  answer.why = refuse(x.current_leader_epoch, read_source::leader);
  if (!answer.why.ok())
    return outcome;
  if (x.timestamp == latest) {
    // An offset from before the change of leaders may have been larger
    // (KIP-207).
    if (high_watermark() < leader()->epoch_start()) {
      answer.why = {errc::offset_not_available,
                    "the followers have not confirmed the new leader's log"};
      return outcome;
    }
    answer.value.offset = high_watermark();
    answer.value.leader_epoch = epoch();
    return outcome;
  }
  if (x.timestamp == earliest || x.timestamp == earliest_local) {
    answer.value.offset = log_->start_offset();
    answer.value.leader_epoch = log_->epoch_of(log_->start_offset());
    return outcome;
  }
  if (x.timestamp < 0 && x.timestamp != of_largest_timestamp)
    return outcome;
  auto search = log_->search_timestamps(high_watermark());
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
  answer.why = refuse(x.current_leader_epoch, read_source::leader);
  if (answer.why.ok())
    std::tie(answer.leader_epoch, answer.end_offset) =
        log_->end_offset_of_epoch(x.leader_epoch);
  return answer;
}

partition_description partition_core::describe() const {
  partition_description answer;
  answer.why = refuse();
  if (closed())
    return answer;
  answer.size_bytes = log_->size_bytes();
  answer.log_start_offset = log_->start_offset();
  answer.end_offset = log_->end_offset();
  answer.high_watermark = high_watermark();
  answer.page_cache_hits = log_->counters()->pages_hit;
  answer.page_cache_misses = log_->counters()->pages_missed;
  return answer;
}

producers_listed partition_core::producers() const {
  producers_listed answer;
  answer.why = refuse();
  if (!closed())
    answer.producers = log_->active_producers();
  return answer;
}

} // namespace troupe::actors
