// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <array>
#include <cstdint>

namespace troupe::storage {

/// Could a log hold a batch with this header? Keeps damaged bytes away from
/// arithmetic that would overflow.
bool is_plausible(const batch_header& x) noexcept;

/// Reads batch headers of one segment file, several with one read where
/// batches are small. Lives on the stack of one lookup.
class header_reader {
public:
  /// Batches end at or before `end` in `source`, which must outlive this.
  header_reader(file& source, uint64_t end, read_mode mode)
      : source_(source), end_(end), mode_(mode) {}

  struct header_read {
    batch_header header;
    /// Only in `read_mode::nowait`: the header is not in memory.
    bool cold = false;
  };

  /// The header at `position`; corrupt_log when there cannot be a batch.
  result<header_read> at(uint64_t position);

  read_mode mode() const noexcept { return mode_; }

private:
  result<bool> fill(uint64_t position);

  file& source_;
  uint64_t end_;
  read_mode mode_;
  bool first_ = true;
  uint64_t chunk_position_ = 0;
  size_t chunk_bytes_ = 0;
  std::array<std::byte, 4096> chunk_;
};

} // namespace troupe::storage
