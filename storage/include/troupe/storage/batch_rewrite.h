// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// A batch made anew of some records of another one, perhaps changed. What the
/// log and its producer go by stays as it was: base and last offset, producer,
/// epoch, sequence, codec; and the offset of each record. So offsets have holes
/// where records are missing, as after compaction, and a batch of which none is
/// left is a header.
class batch_rewriter {
public:
  /// Of a batch with that header; so far without records.
  explicit batch_rewriter(const batch_header& original) : header_(original) {}

  /// Records come in the order of their offsets, which lie in the batch.
  void add(const record_view& x);

  /// Records so far.
  int32_t records_count() const noexcept { return count_; }
  /// Bytes of them, before they are compressed.
  size_t records_bytes() const noexcept { return records_.size(); }

  /// Fails with batch_too_large beyond 2 GiB, or as `compress`.
  result<buffer> build() const;

private:
  batch_header header_;
  std::vector<std::byte> records_;
  int32_t count_ = 0;
  timestamp_ms largest_ = no_timestamp;
};

} // namespace troupe::storage

#pragma GCC visibility pop
