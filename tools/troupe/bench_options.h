// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/record_batch.h>

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::bench {

/// What a consumer does when it has read a partition to its end.
enum class at_end : uint8_t {
  /// Reads the same records again.
  wrap,
  /// Waits for new records, as a tail reader.
  wait,
  /// Asks no more.
  stop,
};

/// What the command line says; sizes in bytes, times in seconds unless named.
struct bench_options {
  std::string bootstrap;
  std::string topic = "troupe-bench";
  /// Partitions used, and created with a new topic; 0: all of them, or one.
  int32_t partitions = 0;
  int16_t replication_factor = 1;
  /// `key=value`, for a topic that is created.
  std::vector<std::string> topic_configs;
  bool delete_topic = false;
  /// Asks the broker nothing: partitions 0.. are led by the bootstrap address
  /// and end at `end_offset`. For servers that are only a loop.
  bool no_setup = false;
  int64_t end_offset = 0;

  int32_t connections = 1;
  int32_t pipeline = 1;
  double duration_s = 10;
  double warmup_s = 0;
  double timeout_s = 30;
  /// Stop after so much; 0 is no limit.
  uint64_t bytes = 0;
  uint64_t records = 0;
  /// "200000" records per second or "50MB" per second; empty: no limit.
  std::string rate;

  uint64_t batch_bytes = 16384;
  uint64_t record_bytes = 100;
  bool compressible = false;
  bool keyed = false;
  storage::codec codec = storage::codec::none;
  int16_t acks = 1;
  bool idempotent = false;

  uint64_t fetch_bytes = 1048576;
  int32_t max_wait_ms = 500;
  int32_t min_bytes = 1;
  bool from_end = false;
  at_end then = at_end::wrap;

  /// Ids of groups begin with it.
  std::string group = "troupe-bench";
  int32_t groups = 1;
  /// Of each group.
  int32_t members = 100;
  int32_t session_timeout_ms = 45000;
  int32_t heartbeat_interval_ms = 3000;

  /// File for the report, "-" for stdout.
  std::string json;
  /// The broker's process on this machine; 0: unknown.
  int64_t pid = 0;
  bool quiet = false;
};

} // namespace troupe::bench
