// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// What a topic's configuration says about its logs. Names and defaults are
/// Kafka's topic configs; times in milliseconds, sizes in bytes.
struct log_config {
  /// No bound.
  static constexpr int64_t unlimited = std::numeric_limits<int64_t>::max();

  /// A segment is rolled before it would grow beyond this.
  int64_t segment_bytes = 1 << 30;
  /// A segment is rolled when its first record is older than this.
  int64_t segment_ms = 604800000;
  /// Bound of `.index` and of `.timeindex`; a full index rolls the segment.
  int64_t segment_index_bytes = 10485760;
  /// Bytes of log between two index entries.
  int64_t index_interval_bytes = 4096;
  /// Whole closed segments older than this go; -1 keeps them forever.
  int64_t retention_ms = 604800000;
  /// Oldest segments go while the log is larger than this; -1 is no bound.
  int64_t retention_bytes = -1;
  /// `cleanup.policy` contains "delete".
  bool cleanup_delete = true;
  /// `cleanup.policy` contains "compact".
  bool cleanup_compact = false;
  /// Part of the log that must be dirty before it is compacted.
  double min_cleanable_dirty_ratio = 0.5;
  /// Tombstones stay this long after they were first compacted.
  int64_t delete_retention_ms = 86400000;
  /// Records younger than this are not compacted.
  int64_t min_compaction_lag_ms = 0;
  /// Records older than this make the log due, however clean it is.
  int64_t max_compaction_lag_ms = unlimited;
  /// Largest batch, with its 12-byte prefix, as it lies on disk.
  int64_t max_message_bytes = 1048588;
  /// `message.timestamp.type` is LogAppendTime.
  bool log_append_time = false;
  /// Records whose time lies further back are refused.
  int64_t timestamp_before_max_ms = unlimited;
  /// Records whose time lies further ahead are refused.
  int64_t timestamp_after_max_ms = 3600000;
  /// Records after which the log asks to be synced.
  int64_t flush_messages = unlimited;
  /// Time after which unsynced records ask to be synced.
  int64_t flush_ms = unlimited;
  /// Removed files stay this long under a `.deleted` name.
  int64_t file_delete_delay_ms = 60000;
  /// Idle producers are forgotten after this (`producer.id.expiration.ms`).
  int64_t producer_id_expiration_ms = 86400000;
  /// Producers remembered per partition; the idlest goes first.
  int64_t producers_max = 100000;
  /// Bound for records areas that must be decompressed to be checked.
  int64_t decompressed_bytes_max = 64 << 20;

  bool operator==(const log_config&) const = default;
};

} // namespace troupe::storage

#pragma GCC visibility pop
