// SPDX-License-Identifier: Apache-2.0
#include "sequential_reads.h"

#include <atomic>
#include <utility>

namespace troupe::actors {

std::optional<read_finished>
sequential_reads::find(caf::actor_id partition, storage::offset_t from,
                       uint32_t bytes_max, cluster::leader_epoch_t claimed) {
  auto found = places_.find(partition);
  if (found == places_.end())
    return std::nullopt;
  auto& [ahead, position] = found->second;
  auto order = std::memory_order_acquire;
  auto log_start = ahead.live->log_start_offset.load(order);
  auto known_epoch =
      claimed == storage::no_leader_epoch || claimed == ahead.leader_epoch;
  if (ahead.live->reign.load(order) != ahead.reign || !known_epoch
      || from < log_start)
    return std::nullopt;
  auto slice = storage::read_range(*ahead.range, from, position, bytes_max);
  if (!slice)
    return std::nullopt;
  position += slice->records.size;
  read_finished x;
  x.records = std::move(slice->records);
  x.first_batch_bytes = slice->first_batch_bytes;
  x.high_watermark = ahead.live->high_watermark.load(order);
  x.last_stable_offset = x.high_watermark;
  x.log_start_offset = log_start;
  x.more = true;
  return x;
}

void sequential_reads::remember(caf::actor_id partition, read_finished& x) {
  if (x.ahead.range == nullptr) {
    places_.erase(partition);
    return;
  }
  if (places_.size() >= partitions_max && !places_.contains(partition))
    return;
  auto position = x.ahead.range->position_begin;
  places_[partition] = {std::move(x.ahead), position};
}

} // namespace troupe::actors
