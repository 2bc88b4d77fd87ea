// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fenced_ranges.h"

#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace troupe::storage {

/// What reading a whole segment found.
struct scan_result {
  /// End of the last good batch.
  uint64_t end_position = 0;
  offset_t next_offset = 0;
  /// Damage that good batches follow.
  std::vector<damaged_range> damages;
  /// Why the scan ended before the end of the file; empty if it did not.
  std::string stopped_by;
};

/// One good batch; `after_damage` when the bytes before it are damaged.
struct scanned_batch {
  const batch_header& header;
  uint64_t position;
  bool after_damage;
};

/// Where a scan goes.
struct scan_bounds {
  offset_t base_offset = 0;
  uint64_t size = 0;
  /// Compaction may have taken batches away: offsets need not continue, but
  /// stay below this. no_offset: they continue.
  offset_t gaps_until = no_offset;
  /// What was synced ends here.
  offset_t resync_to = 0;
};

/// Reads `size` bytes of a segment and checks every batch: header, offsets
/// that continue each other, CRC. At a bad batch below `resync_to` it looks for
/// a good one whose base offset is at most that (what was synced once must not
/// be given up), or where `known` damage ends, and goes on there, else it
/// stops. Memory is bounded, whatever lengths the bytes claim.
result<scan_result>
scan_segment(file& source, const scan_bounds& bounds,
             const fenced_ranges& known,
             const std::function<void(const scanned_batch&)>& visit);

} // namespace troupe::storage
