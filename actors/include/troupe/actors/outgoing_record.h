// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe {

/// A record on its way to a topic: what a program gives to a producer.
struct outgoing_record {
  std::string topic;
  /// None: by the key, as Kafka's clients do (murmur2); without a key batches
  /// take turns among the partitions.
  std::optional<int32_t> partition = {};
  std::optional<std::string> key = {};
  /// None is a tombstone for compacted topics.
  std::optional<std::string> value = {};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
  /// Milliseconds since 1970; none: when the producer takes it.
  std::optional<storage::timestamp_ms> timestamp = {};
};

} // namespace troupe

#pragma GCC visibility pop
