// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/consumer_group_record.h>
#include <troupe/cluster/group_protocol.h>
#include <troupe/storage/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// "Generation 3 of `group` may go on from `offset`."
struct offset_commit {
  std::string group;
  storage::topic_partition partition;
  storage::offset_t offset = 0;
  storage::leader_epoch_t leader_epoch = storage::no_leader_epoch;
  std::string metadata;
  storage::timestamp_ms commit_timestamp = storage::no_timestamp;
  /// Only for OffsetCommit v2-v4 with an explicit retention.
  storage::timestamp_ms expire_timestamp = storage::no_timestamp;

  bool operator==(const offset_commit&) const = default;
};

/// The tombstone of an `offset_commit`.
struct offset_removal {
  std::string group;
  storage::topic_partition partition;

  bool operator==(const offset_removal&) const = default;
};

/// A member as its group's record remembers it.
struct member_metadata {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string client_id;
  std::string client_host;
  int32_t rebalance_timeout_ms = 0;
  int32_t session_timeout_ms = 0;
  /// For the protocol of the generation.
  opaque_bytes subscription;
  opaque_bytes assignment;

  bool operator==(const member_metadata&) const = default;
};

/// One generation of a classic group; written when it became stable, when the
/// group became empty and when a static member was replaced. An empty
/// `protocol_type` is a group that nobody ever joined: it only commits.
struct group_metadata {
  std::string group;
  std::string protocol_type;
  int32_t generation = 0;
  std::optional<std::string> protocol;
  std::optional<std::string> leader;
  storage::timestamp_ms current_state_timestamp = storage::no_timestamp;
  std::vector<member_metadata> members;

  bool operator==(const group_metadata&) const = default;
};

/// The tombstone of a `group_metadata`.
struct group_removal {
  std::string group;

  bool operator==(const group_removal&) const = default;
};

/// A record of `__consumer_offsets`.
using group_record = std::variant<offset_commit, offset_removal, group_metadata,
                                  group_removal, consumer_group_record>;

} // namespace troupe::cluster

#pragma GCC visibility pop
