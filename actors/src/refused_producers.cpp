// SPDX-License-Identifier: Apache-2.0
#include "refused_producers.h"

namespace troupe::actors {

namespace {

/// Of two sequences, which wrap from 2147483647 to 0.
bool comes_after(int32_t x, int32_t y) {
  constexpr uint32_t range = uint32_t{1} << 31;
  auto distance = (static_cast<uint32_t>(x) - static_cast<uint32_t>(y)) % range;
  return distance != 0 && distance < range / 2;
}

} // namespace

void refused_producers::note(const storage::batch_header& batch,
                             const problem& why, int64_t now_ms) {
  if (!batch.has_producer() || batch.base_sequence < 0)
    return;
  auto found = by_id_.find(batch.producer_id);
  if (found == by_id_.end() && by_id_.size() >= refused_producers_max) {
    std::erase_if(by_id_,
                  [=](const auto& x) { return x.second.until_ms < now_ms; });
    if (by_id_.size() >= refused_producers_max)
      return;
  }
  by_id_[batch.producer_id] = {batch.producer_epoch, batch.base_sequence, why,
                               now_ms + refusal_kept_ms};
}

problem
refused_producers::judge(const storage::batch_header& batch, int64_t now_ms) {
  auto found = by_id_.find(batch.producer_id);
  if (found == by_id_.end())
    return {};
  const auto& x = found->second;
  if (x.epoch != batch.producer_epoch || x.until_ms < now_ms
      || x.sequence == batch.base_sequence) {
    by_id_.erase(found);
    return {};
  }
  if (!comes_after(batch.base_sequence, x.sequence))
    return {};
  return x.why;
}

} // namespace troupe::actors
