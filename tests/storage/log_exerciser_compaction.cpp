// SPDX-License-Identifier: Apache-2.0
#include "log_exerciser.h"

#include <troupe/storage/compactor.h>

#include <algorithm>
#include <cerrno>

namespace troupe::storage::test {

std::string log_exerciser::adopt() {
  auto forever = options_.config.delete_retention_ms == log_config::unlimited;
  return model_.adopt(*log_, forever);
}

/// Plans and cleans while the log goes on, then swaps one segment after the
/// other on a disk that may fail.
std::string log_exerciser::compact() {
  if (one_in(2))
    if (auto wrong = sync(); !wrong.empty())
      return wrong;
  auto plan = log_->plan_compaction(now_, any_offset());
  if (!plan)
    return "plan: " + to_string(plan.error());
  if (!plan->segments.empty())
    committed_ = std::max(committed_, plan->segments.back().end_offset);
  compaction_limits limits;
  limits.cleaner_memory_bytes = one_in(4) ? 1 : 1 << 20;
  limits.buffer_bytes = 100 + below(3000);
  limits.hash_key_low = random_();
  compactor cleaner{fs_, *plan, limits, {}};
  auto done = cleaner.read_dirty();
  if (!done)
    return "read dirty: " + to_string(done.error());
  while (one_in(2))
    if (auto wrong = append(); !wrong.empty())
      return wrong;
  if (one_in(10))
    if (auto wrong = one_in(2) ? truncate() : delete_records(); !wrong.empty())
      return wrong;
  for (;;) {
    auto next = cleaner.clean_next();
    // Segments may have left the log meanwhile.
    if (!next && next.error().code == errc::not_found)
      return {};
    if (!next)
      return "clean: " + to_string(next.error());
    if (!*next)
      break;
    if (auto wrong = swap(**next); !wrong.empty() || swap_failed_)
      return wrong;
  }
  if (!cleaner.report().notes.empty())
    return "compaction found damage: " + cleaner.report().notes.front();
  log_->finish_compaction(plan->generation,
                          cleaner.report().first_dirty_offset);
  if (one_in(2))
    saved_ = log_->checkpoint(log_->end_offset());
  return model_.check_content(*log_, 3000);
}

std::string log_exerciser::swap(const cleaned_segment& x) {
  swap_failed_ = false;
  auto faulty = one_in(8);
  if (faulty)
    fs_.inject(static_cast<operation>(below(9)), "", EIO,
               static_cast<int>(below(15)), static_cast<int>(1 + below(3)));
  auto removed = log_->swap_segments(x);
  fs_.clear_faults();
  swap_failed_ = !removed;
  if (!removed && removed.error().code == errc::invalid_argument)
    return {}; // truncated or deleted meanwhile
  if (!removed && !faulty)
    return "swap: " + to_string(removed.error());
  if (!removed || one_in(15)) {
    swap_failed_ = true;
    return crash();
  }
  sweep(*removed);
  auto wrong = adopt();
  return wrong.empty() ? "" : "after swap: " + wrong;
}

} // namespace troupe::storage::test
