// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_histogram.h"
#include "bench_options.h"

#include <troupe/storage/result.h>

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::bench {

/// What a run came to. Throughput counts record batches, not frames.
struct bench_report {
  std::string mode;
  double elapsed_s = 0;
  uint64_t requests = 0;
  uint64_t bytes = 0;
  uint64_t records = 0;
  int32_t connections = 0;
  int32_t partitions = 0;
  /// Nanoseconds.
  histogram latency;
  /// Latency is of requests, or end to end from record to record.
  std::string latency_of = "request";
  std::optional<double> broker_cpu_s;
  std::optional<uint64_t> broker_rss_bytes;
  double client_cpu_s = 0;
  /// From the first member's request to join until all groups were stable.
  std::optional<double> joined_s;
  /// Sum of the partitions' end offsets before the run.
  int64_t end_offsets = 0;
};

/// Prints the report for a person on stdout, and as JSON where asked.
result<void>
write_report(const bench_report& report, const bench_options& options);

} // namespace troupe::bench
