// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/consumer_group_heartbeat.h>
#include <troupe/cluster/group_error.h>
#include <troupe/cluster/group_record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// JoinGroup: the generation that the member belongs to, and for its leader who
/// the others are.
struct join_answer {
  /// One member and its metadata for the chosen protocol.
  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    opaque_bytes metadata;

    bool operator==(const member&) const = default;
  };
  group_error error = group_error::none;
  int32_t generation = -1;
  /// Absent with an error; below v7 the wire has "".
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  /// For the leader only.
  std::vector<member> members;

  bool operator==(const join_answer&) const = default;
};

/// SyncGroup: what the leader assigned to the member.
struct sync_answer {
  group_error error = group_error::none;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  opaque_bytes assignment;

  bool operator==(const sync_answer&) const = default;
};

/// Heartbeat: whether the member still belongs to the generation.
struct heartbeat_answer {
  group_error error = group_error::none;

  bool operator==(const heartbeat_answer&) const = default;
};

/// LeaveGroup, one verdict per member.
struct leave_answer {
  /// What became of one member of the request.
  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    group_error error = group_error::none;

    bool operator==(const member&) const = default;
  };
  /// Concerns the whole request; `members` is then empty.
  group_error error = group_error::none;
  /// In the order of the request. Below v3 the first one's error is the answer.
  std::vector<member> members;

  bool operator==(const leave_answer&) const = default;
};

/// OffsetCommit, one verdict per partition.
struct commit_answer {
  /// Concerns all partitions; `partitions` is then empty.
  group_error error = group_error::none;
  /// In the order of the request.
  std::vector<group_error> partitions;

  bool operator==(const commit_answer&) const = default;
};

/// OffsetDelete.
struct delete_offsets_answer {
  /// Concerns the whole request; `partitions` is then empty.
  group_error error = group_error::none;
  /// In the order of the request.
  std::vector<group_error> partitions;

  bool operator==(const delete_offsets_answer&) const = default;
};

/// DeleteGroups, one group.
struct delete_group_answer {
  group_error error = group_error::none;

  bool operator==(const delete_group_answer&) const = default;
};

/// The answer to the call that carried `ticket`.
struct group_answer {
  uint64_t ticket = 0;
  std::variant<join_answer, sync_answer, heartbeat_answer, leave_answer,
               commit_answer, delete_offsets_answer, delete_group_answer,
               consumer_heartbeat_answer>
      what;

  bool operator==(const group_answer&) const = default;
};

/// What one call did to one group. The records are appended to the offsets
/// partition as one batch before the answers leave; effects of one group leave
/// in the order of the calls.
struct group_effects {
  std::string group_id;
  std::vector<group_answer> answers;
  std::vector<group_record> records;

  /// Nothing to send and nothing to append.
  bool empty() const noexcept { return answers.empty() && records.empty(); }
  bool operator==(const group_effects&) const = default;
};

/// The same answer, had the call failed with `error` (an append that failed).
group_answer refused(const group_answer& x, group_error error);

} // namespace troupe::cluster

#pragma GCC visibility pop
