// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_topics.h>
#include <troupe/cluster/partition_assignment.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// How the broker spreads partitions over the members of a consumer group
/// (KIP-848).
enum class assignor : uint8_t {
  /// As evenly as subscriptions allow, moving as little as that needs.
  uniform,
  /// Topic by topic in ranges, so that a member has the same partitions of
  /// topics of the same size.
  range,
};

/// The name that clients use.
std::string_view to_string(assignor x) noexcept;
std::optional<assignor> parse_assignor(std::string_view name) noexcept;

/// A member as the assignors see it: views of what the group holds.
struct assignor_member {
  std::string_view id;
  /// Empty when the member is not static.
  std::string_view instance_id;
  /// The topics it subscribes to, ascending.
  std::span<const storage::uuid> topics;
  /// What it was to have until now; null is nothing.
  const partition_assignment* target = nullptr;
};

/// What each member is to have, in the order of `members`. Every partition of
/// a topic that exists and has a subscriber goes to exactly one subscriber.
/// The answer does not depend on the order of `members`.
std::vector<partition_assignment>
assign(assignor which, std::span<const assignor_member> members,
       const group_topics& topics);

std::vector<partition_assignment>
assign_range(std::span<const assignor_member> members,
             const group_topics& topics);

std::vector<partition_assignment>
assign_uniformly(std::span<const assignor_member> members,
                 const group_topics& topics);

} // namespace troupe::cluster
