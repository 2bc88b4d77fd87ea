// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/group_migration_policy.h>

namespace troupe::cluster {

std::string_view to_string(group_migration_policy x) noexcept {
  switch (x) {
  case group_migration_policy::bidirectional:
    return "bidirectional";
  case group_migration_policy::upgrade:
    return "upgrade";
  case group_migration_policy::downgrade:
    return "downgrade";
  case group_migration_policy::disabled:
    return "disabled";
  }
  return "unknown";
}

std::optional<group_migration_policy>
parse_group_migration_policy(std::string_view name) noexcept {
  using enum group_migration_policy;
  for (auto x : {bidirectional, upgrade, downgrade, disabled})
    if (name == to_string(x))
      return x;
  return std::nullopt;
}

} // namespace troupe::cluster
