// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/compaction_plan.h>
#include <troupe/storage/compactor.h>
#include <troupe/storage/file_system.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::storage {

/// Whole batches of a closed segment, front to back, each checked: header,
/// ascending offsets, CRC. Whatever cannot be right is corrupt_batch.
class batch_stream {
public:
  /// `window` is lent, so that one serves for many segments; it grows to the
  /// largest batch.
  batch_stream(std::shared_ptr<file> from, const compaction_source& of,
               std::vector<std::byte>& window, const compaction_pace& pace);

  struct streamed_batch {
    batch_header header;
    /// Valid until the next call.
    std::span<const std::byte> bytes;
    /// The last one of the segment.
    bool last = false;
  };

  /// None at the end of the segment. errc::closed when the pace said so.
  result<std::optional<streamed_batch>> next();

  uint64_t position() const noexcept { return position_; }

private:
  /// Bytes at the position, at least `wanted` of them.
  result<std::span<const std::byte>> view(size_t wanted);

  std::shared_ptr<file> from_;
  const compaction_source& of_;
  std::vector<std::byte>& window_;
  const compaction_pace& pace_;
  uint64_t position_ = 0;
  uint64_t window_position_ = 0;
  size_t window_bytes_ = 0;
  offset_t next_offset_;
};

} // namespace troupe::storage
