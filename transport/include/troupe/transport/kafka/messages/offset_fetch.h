// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Asks how far groups have read: up to version 7 one group, named in the
/// message itself. Null topics are all that the group has committed.
struct offset_fetch_request {
  static constexpr api_key api = api_key::offset_fetch;

  struct topic {
    std::string name;
    std::vector<int32_t> partition_indexes;
  };

  struct group {
    std::string group_id;
    /// With its epoch: to be told when it was fenced (KIP-848).
    std::optional<std::string> member_id;
    int32_t member_epoch = -1;
    std::optional<std::vector<topic>> topics;
  };

  std::string group_id;
  std::optional<std::vector<topic>> topics;
  std::vector<group> groups;
  /// Offsets in open transactions are an error instead of being passed over.
  bool require_stable = false;
};

/// The committed offsets; -1 where there is none.
struct offset_fetch_response {
  static constexpr api_key api = api_key::offset_fetch;

  struct partition {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> metadata;
    int16_t error_code = 0;
  };

  struct topic {
    std::string name;
    std::vector<partition> partitions;
  };

  struct group {
    std::string group_id;
    std::vector<topic> topics;
    int16_t error_code = 0;
  };

  int32_t throttle_time_ms = 0;
  std::vector<topic> topics;
  int16_t error_code = 0;
  std::vector<group> groups;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
