// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log.h>

#include <string_view>
#include <vector>

namespace troupe::storage {

/// What lies in the directory of a log.
struct log_directory {
  /// Base offsets of the `.log` files, ascending.
  std::vector<offset_t> segments;
  bool created = false;
  bool has_damaged_ranges = false;
  /// Compaction took batches away, here or where this was copied from.
  bool has_gaps = false;
};

/// An empty file that says so, wherever the checkpoint went.
inline constexpr std::string_view gaps_file_name = "compacted";

/// Makes the directory if need be, finishes a swap of compacted segments that a
/// crash interrupted, removes what a crash left behind (files of
/// half-done removals, indexes without a log) and compares the topic id with
/// `partition.metadata`, Kafka's file:
///
///   version: 0
///   topic_id: <22 characters>
///
/// Another id is invalid_argument: the directory belongs to an older topic of
/// the same name, and its records must not become those of the new one.
result<log_directory> open_log_directory(file_system& fs,
                                         const log_options& options,
                                         recovery_report& report);

} // namespace troupe::storage
