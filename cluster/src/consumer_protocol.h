// SPDX-License-Identifier: Apache-2.0
// What consumers of the classic protocol put into the bytes that the protocol
// itself leaves alone. All integers are big-endian, lengths of strings have 16
// bits, those of bytes and arrays 32.
//
//   subscription   version i16, topics [string], user_data bytes?
//                  1+: owned partitions
//                  2+: generation i32
//                  3+: rack_id string?
//   assignment     version i16, partitions, user_data bytes?
//
//   partitions     [topic string, [partition i32]]
#pragma once

#include <troupe/cluster/group_protocol.h>
#include <troupe/cluster/group_topics.h>
#include <troupe/cluster/partition_assignment.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// Protocol type of consumers: the only one whose bytes we understand.
inline constexpr std::string_view consumer_protocol_type = "consumer";

/// A consumer's metadata in JoinGroup. Topics that do not exist are left out of
/// what it owns.
struct consumer_subscription {
  int16_t version = 0;
  std::vector<std::string> topics;
  partition_assignment owned;
  std::optional<std::string> rack_id;

  bool operator==(const consumer_subscription&) const = default;
};

/// A consumer's part of what the leader sends with SyncGroup.
struct consumer_assignment {
  partition_assignment partitions;
  /// Its assignor told it more than partitions.
  bool has_user_data = false;

  bool operator==(const consumer_assignment&) const = default;
};

/// Nothing when the bytes are not one: they come from a client and may be
/// anything.
std::optional<consumer_subscription>
parse_subscription(std::span<const std::byte> bytes,
                   const group_topics& topics);
std::optional<consumer_assignment>
parse_assignment(std::span<const std::byte> bytes, const group_topics& topics);

/// `version` is that of the member's subscription: it reads that one.
opaque_bytes encode_assignment(int16_t version, const partition_assignment& x,
                               const group_topics& topics);

} // namespace troupe::cluster
