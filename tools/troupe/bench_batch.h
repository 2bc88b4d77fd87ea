// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.h"

#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::bench {

/// One batch, built before the clock starts and sent again and again.
struct batch_template {
  std::vector<std::byte> bytes;
  int32_t records = 0;
  /// Where the first record's value begins; only without compression and keys.
  size_t value_position = 0;
};

/// Fills a batch with records of `record_bytes` values; without compression it
/// is exactly `batch_bytes` long (the last record is stretched), so that round
/// fetch sizes hold whole batches. `producer` is -1 unless idempotent.
result<batch_template> make_batch(const bench_options& options, uint64_t seed,
                                  storage::timestamp_ms now,
                                  storage::producer_id_t producer);

/// Writes the sequence number of an idempotent producer and the new CRC.
void patch_sequence(std::span<std::byte> batch, int32_t base_sequence);

/// Writes `stamp` over the first bytes of the first value, and the new CRC.
void patch_stamp(std::span<std::byte> batch, size_t value_position,
                 std::span<const std::byte> stamp);

} // namespace troupe::bench
