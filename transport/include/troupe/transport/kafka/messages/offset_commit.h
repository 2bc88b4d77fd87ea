// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Stores how far a group has read. Without a member (admin tools, assigned
/// consumers) the generation is -1 and the member's id empty.
struct offset_commit_request {
  static constexpr api_key api = api_key::offset_commit;

  struct partition {
    int32_t partition_index = 0;
    /// Of the next record to read.
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    /// Version 1 only; -1 is the time of the commit.
    int64_t commit_timestamp = -1;
    std::optional<std::string> committed_metadata;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  std::string group_id;
  /// The member's epoch in a group of KIP-848.
  int32_t generation_id_or_member_epoch = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  /// Versions 2 to 4; -1 is what the broker is configured to.
  int64_t retention_time_ms = -1;
  std::vector<topic> topics;
};

/// What became of each offset.
struct offset_commit_response {
  static constexpr api_key api = api_key::offset_commit;

  struct partition {
    int32_t partition_index = 0;
    int16_t error_code = 0;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
