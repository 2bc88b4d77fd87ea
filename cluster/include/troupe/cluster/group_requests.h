// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_protocol.h>
#include <troupe/cluster/group_record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// JoinGroup.
struct join_request {
  std::string group_id;
  /// Empty: a new member.
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string client_id;
  std::string client_host;
  int32_t session_timeout_ms = 0;
  /// v0 has none: the session timeout.
  int32_t rebalance_timeout_ms = 0;
  std::string protocol_type;
  std::vector<group_protocol> protocols;
  /// v4 and above: a new dynamic member must come back with its id (KIP-394).
  bool knows_member_id_required = true;
  /// v9 and above: the leader can be told not to assign (KIP-814).
  bool knows_skip_assignment = true;
};

/// SyncGroup.
struct sync_request {
  /// One member's share, in bytes of the clients.
  struct assignment {
    std::string member_id;
    opaque_bytes bytes;
  };
  std::string group_id;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  int32_t generation = -1;
  /// v5 and above.
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  /// From the leader only; others' are ignored.
  std::vector<assignment> assignments;
};

/// Heartbeat.
struct heartbeat_request {
  std::string group_id;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  int32_t generation = -1;
};

/// LeaveGroup; below v3 one member.
struct leave_request {
  /// Who leaves.
  struct member {
    /// Empty: whoever has the instance id (an operator removes it).
    std::string member_id;
    std::optional<std::string> group_instance_id;
  };
  std::string group_id;
  std::vector<member> members;
};

/// OffsetCommit. `group`, `commit_timestamp` and `expire_timestamp` of the
/// offsets are filled in by the coordinator, except a commit timestamp of v1.
struct commit_request {
  std::string group_id;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  /// -1: not from a member. The member's epoch in a KIP-848 group.
  int32_t generation = -1;
  /// v2-v4; -1 is the broker's.
  int64_t retention_ms = -1;
  std::vector<offset_commit> offsets;
  /// v9 and above: members of KIP-848 groups may commit.
  bool knows_member_epoch = true;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
