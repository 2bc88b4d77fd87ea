// SPDX-License-Identifier: Apache-2.0
#include "record_partitioner.h"

#include <troupe/storage/assert.h>

namespace troupe::actors {

namespace {

constexpr uint32_t kafka_seed = 0x9747b28c;
constexpr uint32_t multiplier = 0x5bd1e995;
constexpr int shift = 24;

uint32_t byte_at(std::string_view text, size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

} // namespace

uint32_t murmur2(std::string_view key) noexcept {
  auto hash = kafka_seed ^ static_cast<uint32_t>(key.size());
  size_t at = 0;
  for (; at + 4 <= key.size(); at += 4) {
    // Little-endian on every machine.
    auto word = byte_at(key, at) | byte_at(key, at + 1) << 8
                | byte_at(key, at + 2) << 16 | byte_at(key, at + 3) << 24;
    word *= multiplier;
    word ^= word >> shift;
    word *= multiplier;
    hash *= multiplier;
    hash ^= word;
  }
  if (at < key.size()) {
    for (auto rest = key.size(); rest > at; --rest)
      hash ^= byte_at(key, rest - 1) << (8 * (rest - 1 - at));
    hash *= multiplier;
  }
  hash ^= hash >> 13;
  hash *= multiplier;
  hash ^= hash >> 15;
  return hash;
}

int32_t partition_of_key(std::string_view key, int32_t partitions) noexcept {
  ASSERT(partitions > 0);
  // Kafka makes the hash positive by taking its sign away.
  auto positive = static_cast<int32_t>(murmur2(key) & 0x7fffffffu);
  return positive % partitions;
}

int32_t sticky_turns::next(const std::string& topic, int32_t partitions,
                           size_t record_bytes) {
  ASSERT(partitions > 0);
  if (turns_.size() >= topics_max && !turns_.contains(topic))
    turns_.clear();
  auto& turn = turns_.try_emplace(topic, seed_, size_t{0}).first->second;
  if (turn.bytes >= turn_bytes_) {
    ++turn.number;
    turn.bytes = 0;
  }
  turn.bytes += record_bytes;
  return static_cast<int32_t>(turn.number % static_cast<uint64_t>(partitions));
}

} // namespace troupe::actors
