// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// How partitions are copied between nodes.
struct replication_config {
  /// A follower that did not reach its leader's end for so long leaves the ISR.
  int64_t lag_time_ms_max = 30000;
  /// Batches in one answer to a follower; a larger batch goes alone.
  int32_t fetch_bytes_max = 1048576;
  /// Between a pull that failed and the next. Kafka waits 1000.
  int32_t fetch_backoff_ms = 100;
  /// A consumer that says its rack is sent to the replica there (KIP-392).
  bool rack_aware_reads = false;
  /// What replicas that are moving may copy to one node; 0 for no bound.
  int64_t moving_bytes_per_second = 52428800;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
