// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Enters a group, or takes part in its next generation. Answered when all
/// members have come.
struct join_group_request {
  static constexpr api_key api = api_key::join_group;

  /// A way to assign partitions, with what the member has to say for it.
  struct protocol {
    std::string name;
    /// Opaque to the broker; a slice of the request frame.
    storage::buffer metadata;
  };

  std::string group_id;
  int32_t session_timeout_ms = 0;
  /// -1 where the version lacks it: then the session's holds.
  int32_t rebalance_timeout_ms = -1;
  /// Empty for who is new.
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  /// The preferred ones first.
  std::vector<protocol> protocols;
  /// Why it joins again (KIP-800).
  std::optional<std::string> reason;
};

/// The new generation. Only its leader is told the members.
struct join_group_response {
  static constexpr api_key api = api_key::join_group;

  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    storage::buffer metadata;
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int32_t generation_id = -1;
  std::optional<std::string> protocol_type;
  /// Null becomes empty below version 7.
  std::optional<std::string> protocol_name;
  std::string leader;
  /// The leader came back, its former assignment holds (KIP-814).
  bool skip_assignment = false;
  std::string member_id;
  std::vector<member> members;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
