// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace troupe::plan {

/// What `troupe plan` is asked: a cluster whose load is spread evenly. Every
/// field is an option of the command; `work_out` checks the ranges.
struct question {
  /// 1 to 100,000.
  int64_t brokers = 0;
  /// Records that one broker takes from producers in a second while it also
  /// copies what others lead; 1 to 1,000,000,000.
  int64_t messages_per_second = 0;
  /// Records that one broker delivers to consumers in a second, 1 to
  /// 1,000,000,000. Not given: each replica delivers every record once.
  std::optional<int64_t> reads_per_second;
  /// 1 to the number of brokers. Not given: 3, or as many as there are.
  std::optional<int64_t> replication_factor;
  /// A record's bytes on disk and on the wire, its share of the batch's header
  /// included; 1 to 1,000,000,000.
  int64_t record_bytes = 1024;
  /// 1 to 876,000, a hundred years.
  int64_t retention_hours = 168;
  /// Share of each disk that stays empty, 0 to 90.
  int64_t free_percent = 20;
  /// Share of the reads that shall find their record in memory, 1 to 100.
  double hit_rate_percent = 99;
  /// How old a record is on average when it is read, 0.001 to 1,000,000,000.
  double read_lag_s = 60;
};

} // namespace troupe::plan
