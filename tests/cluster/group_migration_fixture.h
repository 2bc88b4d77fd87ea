// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <consumer_protocol.h>
#include <tests/cluster/consumer_coordinator_fixture.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

/// A consumer's subscription, version 1, that tells what it owns.
opaque_bytes subscription(const std::vector<std::string>& topics,
                          const partition_assignment& owned,
                          const group_topics& of);

/// A coordinator whose group "g" changes its protocol under its members.
struct group_migration_fixture : consumer_coordinator_fixture {
  /// What a classic member was told.
  struct membership {
    group_error error = group_error::none;
    std::string member_id;
    int32_t generation = -1;
    partition_assignment assigned;
  };

  explicit group_migration_fixture(group_config config = {})
      : consumer_coordinator_fixture(std::move(config)) {}

  /// JoinGroup and SyncGroup to a group of the new protocol.
  membership join_mixed(const std::string& member_id,
                        const partition_assignment& owned = {});
  /// A new dynamic member, which is told its id first.
  membership enter_mixed();
  partition_assignment assigned(const sync_answer& x) const;
  /// A stable classic group that shares topic "t": half of it each.
  std::vector<std::string> classic_pair();
  /// A classic pair that a consumer joined.
  std::vector<std::string> mixed_group();
  std::string state_of_consumers() {
    return std::string{to_string(described().state)};
  }

  const group_topics topics{{{"t", id_of("t"), 4}, {"u", id_of("u"), 2}}, 1};
};

} // namespace troupe::cluster::test
