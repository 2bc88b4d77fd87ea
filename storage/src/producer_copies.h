// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "producer_table.h"

#include <troupe/storage/types.h>

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace troupe::storage {

/// Encoded copies of a log's producers, each as they were when the log ended at
/// one offset. A log that is cut goes on from one of them: it need not be read
/// from its beginning while its partition waits.
///
/// Bounded: only the newest ones stay. Each is about as large as the table.
class producer_copies {
public:
  /// A cut that reaches back over more segments reads all of the log.
  static constexpr size_t copies_max = 3;

  struct copy {
    offset_t end = 0;
    /// Empty when there was no producer.
    std::vector<std::byte> table;
  };

  /// `end` does not descend, unless `truncate_to` came before.
  void keep(offset_t end, const producer_table& producers);
  /// The newest copy of `end` or less; null when there is none.
  const copy* newest_at(offset_t end) const;
  /// Drops what tells of more than lies below `end`.
  void truncate_to(offset_t end);
  void clear() noexcept { copies_.clear(); }

private:
  /// Ascending by end.
  std::deque<copy> copies_;
};

/// Bytes as a checkpoint keeps them: empty when there is no producer.
std::vector<std::byte> encode_if_any(const producer_table& producers);
/// Its inverse; fails as `producer_table::decode` does.
result<producer_table> decode_if_any(std::span<const std::byte> bytes);

} // namespace troupe::storage
