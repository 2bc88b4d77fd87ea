// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace troupe::actors {

/// MurmurHash2 of 32 bits with the seed of Kafka's clients.
uint32_t murmur2(std::string_view key) noexcept;

/// The partition in which Kafka's default partitioner looks for `key`.
/// `partitions` is at least 1.
int32_t partition_of_key(std::string_view key, int32_t partitions) noexcept;

/// Spreads records without a key: one partition of a topic gets them until it
/// has a batch full, then the next one (as KIP-794 does).
class sticky_turns {
public:
  sticky_turns(size_t turn_bytes, uint64_t seed)
      : turn_bytes_(turn_bytes), seed_(seed) {}

  /// Where a record of so many bytes goes. `partitions` is at least 1.
  int32_t
  next(const std::string& topic, int32_t partitions, size_t record_bytes);

private:
  struct turn {
    uint64_t number = 0;
    size_t bytes = 0;
  };

  /// Topics of which it is remembered whose turn it is; beyond them all turns
  /// begin anew.
  static constexpr size_t topics_max = 10'000;

  size_t turn_bytes_;
  uint64_t seed_;
  std::unordered_map<std::string, turn> turns_;
};

} // namespace troupe::actors
