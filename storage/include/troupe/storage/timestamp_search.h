// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log.h>
#include <troupe/storage/result.h>

#include <memory>
#include <optional>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// Looks for records by their time in a log as it was when its owner made this
/// (`log::search_timestamps`), beside the owner and on file handles of its own:
/// it reads indexes and batch headers, and unpacks records. Blocks; one thread
/// at a time, any thread.
///
/// errc::not_found when retention or compaction took a segment away meanwhile:
/// ask the log for another one.
class timestamp_search {
public:
  struct state;
  /// For the log, which makes them.
  explicit timestamp_search(std::unique_ptr<state> state);
  ~timestamp_search();
  timestamp_search(const timestamp_search&) = delete;
  timestamp_search& operator=(const timestamp_search&) = delete;

  /// First record with timestamp >= `from`; none: empty. Of a batch whose
  /// records cannot be unpacked it is the first offset, with the batch's
  /// largest timestamp.
  result<std::optional<found_offset>> find(timestamp_ms from);

  /// The record with the largest timestamp; none when there are no records.
  result<std::optional<found_offset>> find_largest();

private:
  std::unique_ptr<state> state_;
};

} // namespace troupe::storage

#pragma GCC visibility pop
