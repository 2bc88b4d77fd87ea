// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/consumer_group_description.h>
#include <troupe/cluster/group_error.h>
#include <troupe/cluster/group_record.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// States of a classic group. `dead` is what a group is that does not exist.
enum class group_state : uint8_t {
  empty,
  preparing_rebalance,
  completing_rebalance,
  stable,
  dead,
};

/// As Kafka prints it: `PreparingRebalance`.
std::string_view to_string(group_state x) noexcept;

/// DescribeGroups, one group. An unknown group is `dead` with
/// group_id_not_found, which DescribeGroups below v6 answers as no error.
struct group_description {
  /// One member, with what it subscribed to and got, in bytes of the clients.
  struct member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    /// Both only while the group is stable.
    opaque_bytes metadata;
    opaque_bytes assignment;

    bool operator==(const member&) const = default;
  };
  group_error error = group_error::none;
  std::string group_id;
  group_state state = group_state::dead;
  std::string protocol_type;
  std::string protocol_name;
  std::vector<member> members;

  bool operator==(const group_description&) const = default;
};

/// ListGroups, one group.
struct group_listing {
  std::string group_id;
  std::string protocol_type;
  /// Whose state it is tells the type of the group.
  std::variant<group_state, consumer_group_state> state = group_state::empty;

  bool operator==(const group_listing&) const = default;
};

/// "classic" or "consumer".
std::string_view type_of(const group_listing& x) noexcept;
/// As Kafka prints it, of either protocol.
std::string_view state_of(const group_listing& x) noexcept;

} // namespace troupe::cluster

#pragma GCC visibility pop
