// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.h"
#include "bench_socket.h"

#include <troupe/storage/result.h>
#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace troupe::bench {

/// A group that the bench works on, and the broker that decides for it.
struct bench_group {
  std::string id;
  address coordinator;
};

/// As many groups as `--groups`, with ids of the same length. Returns when
/// their coordinators have been found and have loaded what they keep; they
/// must serve these versions.
result<std::vector<bench_group>>
prepare_groups(const bench_options& options,
               const std::vector<std::pair<kafka::api_key, int16_t>>& needed);

/// Groups of one connection; all have the same coordinator.
struct group_share {
  address coordinator;
  std::vector<std::string> groups;
};

/// Deals groups out to connections; several connections share a group where
/// there are more of them. Where a connection's groups have several
/// coordinators it becomes several connections.
std::vector<group_share>
share_groups(const std::vector<bench_group>& groups, int32_t connections);

} // namespace troupe::bench
