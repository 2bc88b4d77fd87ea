// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/consumer_group_options.h>
#include <troupe/storage/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#pragma GCC visibility push(default)

namespace troupe {

/// Instead of an offset to begin at: behind the newest record.
inline constexpr storage::offset_t from_latest = -1;
/// Instead of an offset to begin at: with the oldest record.
inline constexpr storage::offset_t from_earliest = -2;

/// What happens when retention or DeleteRecords has taken what a consumer
/// wanted next; Kafka's auto.offset.reset.
enum class offset_reset : uint8_t {
  /// The subscription ends with storage::errc::offset_out_of_range.
  none,
  earliest,
  latest,
};

/// How a consumer inside the process works.
struct consumer_options {
  /// A block is not larger, unless a single batch is: those may be as large as
  /// the topic's max.message.bytes.
  size_t block_bytes_max = 1 << 20;
  /// For troupe::consumer: blocks that wait for `poll`, 1 to 1,000.
  uint32_t blocks_ahead = 4;
  /// Where a subscription goes on whose records are gone; in a group also where
  /// a partition begins of which nothing is committed (with `none` its
  /// subscription ends).
  offset_reset reset = offset_reset::none;
  /// Partitions that one consumer may have.
  size_t partitions_max = 10'000;
  /// Pause before a partition that could not be read is tried again.
  std::chrono::milliseconds retry_backoff{100};
  /// Partitions come from the group instead of `subscribe`.
  std::optional<consumer_group_options> group;
};

} // namespace troupe

#pragma GCC visibility pop
