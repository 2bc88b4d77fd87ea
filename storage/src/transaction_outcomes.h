// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/record_batch.h>

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

namespace troupe::storage {

/// How the transactions in a part of a log ended, from its markers. Aborted
/// records must not stand for the last value of their key, and those that may
/// still be aborted neither.
class transaction_outcomes {
public:
  enum class outcome : uint8_t { committed, aborted, open };

  /// Batches in the order of their offsets; `batch` is whole if it is a control
  /// batch.
  void note(const batch_header& header, std::span<const std::byte> batch);

  /// Of a batch that is no control batch. Batches of no transaction, and of
  /// transactions that were not noted, count as committed.
  outcome of(const batch_header& x) const;

private:
  struct span_of_offsets {
    offset_t begin = 0;
    offset_t end = 0;
  };
  struct producer {
    offset_t open_since = no_offset;
    /// Ascending.
    std::vector<span_of_offsets> aborted;
  };
  std::unordered_map<producer_id_t, producer> producers_;
};

} // namespace troupe::storage
