// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <functional>

#pragma GCC visibility push(default)

namespace troupe {

/// Records that a consumer inside the process is given: whole batches as they
/// are in the log, in memory that copies of the block share and nobody changes.
struct records_block {
  storage::topic_partition from;
  /// At least one batch.
  storage::buffer batches;
  /// The first batch may begin before it; those records are not wanted.
  storage::offset_t begin_offset = 0;
  /// Where the next block begins; larger than that of the last record when
  /// compaction took records away.
  storage::offset_t end_offset = 0;
  /// Of the partition when the block was read: the lag is its distance from
  /// `end_offset`.
  storage::offset_t high_watermark = 0;

  /// Bytes to which a batch may decompress.
  static constexpr size_t decompressed_bytes_max = 64 << 20;

  /// Calls `visit` with each record in order; it returns false to stop. Views
  /// point into the block and live as long as it, but those of compressed
  /// batches only until `visit` returns. Fails with corrupt_batch,
  /// batch_too_large (see decompressed_bytes_max) or unsupported_compression.
  result<void>
  for_each(const std::function<bool(const storage::record_view&)>& visit) const;
};

} // namespace troupe

#pragma GCC visibility pop
