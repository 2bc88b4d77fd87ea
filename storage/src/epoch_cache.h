// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/offset_store.h>
#include <troupe/storage/types.h>

#include <utility>
#include <vector>

namespace troupe::storage {

/// Which leader wrote which offsets of one log (KIP-101, KIP-320): the first
/// offset of every leader epoch that has records here. Truncation compares
/// epochs, never high watermarks. Entries ascend strictly, by epoch and by
/// offset, and none lies before the log start.
class epoch_cache {
public:
  epoch_cache() = default;

  /// Rebuilds the cache from stored `entries`; what goes back is left out.
  static epoch_cache from(const std::vector<epoch_start>& entries);

  /// Leader `e` begins at `start`. Ignored unless `e` is newer than all that
  /// is known; leaders without a record before `start` vanish.
  void assign(leader_epoch_t e, offset_t start);

  /// The largest known epoch <= `requested` and the offset where it ended.
  /// Below the first known epoch the answer is (`requested`, first start):
  /// those records are gone, and whoever has read them continues there.
  /// Nothing known: (-1, -1).
  std::pair<leader_epoch_t, offset_t>
  end_offset_of(leader_epoch_t requested, offset_t log_end) const;

  /// Epoch of the leader that wrote (or will write) `offset`; -1 if unknown.
  leader_epoch_t epoch_of(offset_t offset) const;

  /// The log now ends at `end`.
  void truncate_to(offset_t end);

  /// The log now starts at `start`.
  void advance_start(offset_t start);

  const std::vector<epoch_start>& entries() const noexcept { return entries_; }

private:
  std::vector<epoch_start> entries_;
};

} // namespace troupe::storage
