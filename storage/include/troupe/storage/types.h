// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// Position of a record in a partition. Ranges are half open: an "end offset"
/// is the next offset to be written.
using offset_t = int64_t;

/// Milliseconds since the Unix epoch, as in record batches.
using timestamp_ms = int64_t;

/// Counts leaders of a partition; -1 is "unknown".
using leader_epoch_t = int32_t;

using producer_id_t = int64_t;
using producer_epoch_t = int16_t;

inline constexpr offset_t no_offset = -1;
inline constexpr timestamp_ms no_timestamp = -1;
inline constexpr leader_epoch_t no_leader_epoch = -1;
inline constexpr producer_id_t no_producer_id = -1;

/// Names one partition of a topic; the directory of its log is
/// `<topic>-<partition>`.
struct topic_partition {
  std::string topic;
  int32_t partition = 0;

  auto operator<=>(const topic_partition&) const = default;
};

/// 128 random bits that name one incarnation of a topic (KIP-516); all zero
/// means "none".
struct uuid {
  std::array<uint8_t, 16> bytes{};

  auto operator<=>(const uuid&) const = default;
  /// All bytes are 0: stands for no id.
  bool is_nil() const noexcept { return *this == uuid{}; }
};

/// `topic-partition`, as the directory is called and as logs print it.
std::string to_string(const topic_partition& x);

/// URL-safe base64 without padding (22 characters), as Kafka prints ids.
std::string to_string(const uuid& x);

/// The reverse; nothing when `text` is not 22 such characters.
std::optional<uuid> parse_uuid(std::string_view text);

} // namespace troupe::storage

template <>
struct std::hash<troupe::storage::topic_partition> {
  size_t operator()(const troupe::storage::topic_partition& x) const noexcept {
    return std::hash<std::string>{}(x.topic) * 31
           + static_cast<size_t>(x.partition);
  }
};

template <>
struct std::hash<troupe::storage::uuid> {
  size_t operator()(const troupe::storage::uuid& x) const noexcept {
    size_t h = 0;
    for (auto byte : x.bytes)
      h = h * 131 + byte;
    return h;
  }
};

#pragma GCC visibility pop
