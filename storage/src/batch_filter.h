// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offset_map.h"

#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::storage {

/// What decides whether a record stays.
struct compaction_rules {
  const offset_map& latest;
  /// Records from here on are not in the map and stay.
  offset_t latest_end = 0;
  timestamp_ms now = 0;
  int64_t delete_retention_ms = 0;
  /// Something older could not be read: what deletes it must stay.
  bool keep_tombstones = false;
  size_t decompressed_bytes_max = 0;
};

/// What is done about a batch before its records are looked at.
enum class batch_fate : uint8_t {
  /// Record by record.
  filter,
  /// As it is: markers, and transactions that may still be aborted.
  keep,
  /// All records go: their transaction was aborted.
  discard,
};

struct filtered_batch {
  batch_header header;
  /// What was appended; the same bytes if nothing was removed. None: gone.
  size_t bytes = 0;
  int32_t records_removed = 0;
  /// Something differs from the original.
  bool changed = false;
};

/// Appends what stays of `batch`, a whole one with a good CRC, to `to`. Kafka's
/// rules (KIP-534): of each key the last record; a tombstone until its delete
/// horizon, which the first cleaning sets. A batch of which nothing stays
/// vanishes, or keeps its header if `keep_empty`. Base and last offset,
/// producer, sequence, epoch and codec remain.
result<filtered_batch>
filter_batch(std::span<const std::byte> batch, const batch_header& header,
             batch_fate fate, bool keep_empty, const compaction_rules& rules,
             std::vector<std::byte>& to);

/// The records of `batch`, unpacked into `unpacked` if they are compressed.
/// corrupt_batch, batch_too_large or unsupported_compression.
result<std::span<const std::byte>>
records_area(std::span<const std::byte> batch, const batch_header& header,
             size_t decompressed_bytes_max, std::vector<std::byte>& unpacked);

} // namespace troupe::storage
