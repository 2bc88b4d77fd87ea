// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::bench {

/// What the whole batches in fetched bytes come to.
struct walked_records {
  uint64_t bytes = 0;
  uint64_t records = 0;
  /// Where to go on reading; `from` when there was no whole batch.
  storage::offset_t next_offset = 0;
};

/// Goes from batch header to batch header, as every consumer must to know its
/// next offset, and shows each whole batch to `visit(header, bytes)`. Ends
/// at a batch that was cut off by the fetch limit.
template <class Visit>
result<walked_records> walk_batches(std::span<const std::byte> records,
                                    storage::offset_t from, Visit visit) {
  walked_records sum{0, 0, from};
  while (records.size() >= storage::batch_header_bytes) {
    auto header = storage::parse_batch_header(records);
    if (!header)
      return tl::unexpected(header.error());
    if (header->size_bytes() > records.size())
      break;
    visit(*header, records.first(header->size_bytes()));
    sum.bytes += header->size_bytes();
    sum.records += static_cast<uint64_t>(header->records_count);
    sum.next_offset = header->next_offset();
    records = records.subspan(header->size_bytes());
  }
  return sum;
}

} // namespace troupe::bench
