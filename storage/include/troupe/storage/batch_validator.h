// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log_config.h>
#include <troupe/storage/record_batch.h>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// A record that a client must not send, for `record_errors` in the answer.
struct record_failure {
  int32_t batch_index = 0;
  std::string message;
};

/// Checks the bytes of one partition's entry in a produce request before they
/// may touch the log: exactly one whole v2 batch, CRC, size limits, counts,
/// control bit, sequence, timestamps, and keys on compacted topics (the only
/// check that decodes records, bounded by `decompressed_bytes_max`).
/// `failures` receives the records at fault, where single records are.
result<batch_header> validate_batch(std::span<const std::byte> bytes,
                                    const log_config& config, timestamp_ms now,
                                    std::vector<record_failure>* failures
                                    = nullptr);

/// The same for a batch out of which stages took records: it may have fewer than
/// its last offset says, or none.
result<batch_header>
validate_staged_batch(std::span<const std::byte> bytes,
                      const log_config& config, timestamp_ms now,
                      std::vector<record_failure>* failures = nullptr);

} // namespace troupe::storage

#pragma GCC visibility pop
