// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_cluster.h"
#include "bench_driver.h"
#include "bench_options.h"
#include "bench_produce.h"
#include "bench_report.h"
#include "bench_socket.h"

#include <troupe/storage/result.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::bench {

/// A connection with what it says; runs on a thread of its own.
struct worker {
  worker(frame_socket connected, std::unique_ptr<request_source> says)
      : socket(std::move(connected)), source(std::move(says)) {}

  frame_socket socket;
  std::unique_ptr<request_source> source;
  drive_plan plan;
  drive_stats stats;
  /// Counted in the report's throughput and latency.
  bool counted = true;
  result<void> outcome;
};

using crew = std::vector<std::unique_ptr<worker>>;

/// The partitions of one connection; all have the same leader.
struct connection_share {
  address leader;
  std::vector<bench_partition> partitions;
};

/// Deals partitions out to connections. Where a connection's partitions have
/// several leaders it becomes several connections.
std::vector<connection_share>
share_partitions(const std::vector<bench_partition>& partitions,
                 int32_t connections);

result<frame_socket>
connect(const address& leader, const bench_options& options);

/// Requests per second of the whole bench for `--rate`; 0: no limit.
result<double>
request_rate(const bench_options& options, const amount& per_request);

/// What each of `connections` may send of --bytes and --records.
quota share_of_limits(const bench_options& options, size_t connections);

/// Start, beginning of the measured time, last moment to send.
struct timeline {
  nanoseconds start = 0;
  nanoseconds measure_from = 0;
  nanoseconds stop_at = 0;
};

timeline plan_timeline(const bench_options& options);

/// Sets the plan of every worker; `rate` in requests per second is divided
/// among them, and their requests are spread evenly over time.
void plan_workers(crew& workers, const timeline& times, double rate,
                  int32_t pipeline);

/// Runs all workers to their end with a progress line each second, and fills
/// the report. The first failure ends the others.
result<void> run_crew(crew& workers, const timeline& times,
                      const bench_options& options, bench_report& report);

} // namespace troupe::bench
