// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// `group.consumer.migration.policy`: between which protocols a group with
/// members may change (KIP-848). An empty one always may.
enum class group_migration_policy : uint8_t {
  bidirectional,
  /// From the classic protocol to the new one.
  upgrade,
  /// From the new protocol to the classic one.
  downgrade,
  disabled,
};

/// The name that the configuration uses.
std::string_view to_string(group_migration_policy x) noexcept;
/// The reverse; none when there is no such name.
std::optional<group_migration_policy>
parse_group_migration_policy(std::string_view name) noexcept;

/// Members of the new protocol may change a classic group.
inline bool allows_upgrade(group_migration_policy x) noexcept {
  return x == group_migration_policy::bidirectional
         || x == group_migration_policy::upgrade;
}

/// A group goes back when its last member of the new protocol leaves.
inline bool allows_downgrade(group_migration_policy x) noexcept {
  return x == group_migration_policy::bidirectional
         || x == group_migration_policy::downgrade;
}

} // namespace troupe::cluster

#pragma GCC visibility pop
