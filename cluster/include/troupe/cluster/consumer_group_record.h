// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_protocol.h>
#include <troupe/cluster/partition_assignment.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// How far a member is with its target assignment; Kafka's numbers.
enum class member_state : int8_t {
  /// It has what it is to have.
  stable = 0,
  /// It still has to give something up.
  unrevoked_partitions = 1,
  /// Others still have something that it is to get.
  unreleased_partitions = 2,
};

/// The group exists and its members must reach `epoch`.
struct consumer_group_epoch {
  std::string group;
  int32_t epoch = 0;
  /// Of the subscribed topics at that epoch: tells after a restart whether they
  /// changed meanwhile. 0 is unknown.
  int64_t metadata_hash = 0;

  bool operator==(const consumer_group_epoch&) const = default;
};

/// What else a member said that speaks the classic protocol, in a group that is
/// on its way from one protocol to the other.
struct classic_member_metadata {
  int32_t session_timeout_ms = 0;
  std::vector<group_protocol> protocols;

  bool operator==(const classic_member_metadata&) const = default;
};

/// What a member said about itself.
struct consumer_member_metadata {
  std::string group;
  std::string member_id;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  std::vector<std::string> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex;
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> server_assignor;
  std::optional<classic_member_metadata> classic;

  bool operator==(const consumer_member_metadata&) const = default;
};

/// The epoch that the target assignment was made for.
struct consumer_target_epoch {
  std::string group;
  int32_t epoch = 0;

  bool operator==(const consumer_target_epoch&) const = default;
};

/// What a member is to have.
struct consumer_member_target {
  std::string group;
  std::string member_id;
  partition_assignment partitions;

  bool operator==(const consumer_member_target&) const = default;
};

/// What a member has.
struct consumer_member_current {
  std::string group;
  std::string member_id;
  int32_t epoch = 0;
  int32_t previous_epoch = 0;
  member_state state = member_state::stable;
  partition_assignment assigned;
  partition_assignment pending_revocation;

  bool operator==(const consumer_member_current&) const = default;
};

/// The kinds of records above, by the version of their keys.
enum class consumer_record_kind : int16_t {
  group_epoch = 3,
  member_metadata = 5,
  target_epoch = 6,
  member_target = 7,
  member_current = 8,
};

/// The tombstone of any of them; a group's own have no member.
struct consumer_record_removal {
  consumer_record_kind kind = consumer_record_kind::group_epoch;
  std::string group;
  std::string member_id;

  bool operator==(const consumer_record_removal&) const = default;
};

/// A record of `__consumer_offsets` that belongs to a KIP-848 group. One record
/// per key suffices to load a group, in any order.
using consumer_group_record =
    std::variant<consumer_group_epoch, consumer_member_metadata,
                 consumer_target_epoch, consumer_member_target,
                 consumer_member_current, consumer_record_removal>;

/// The group that `x` belongs to.
const std::string& group_of(const consumer_group_record& x);

} // namespace troupe::cluster

#pragma GCC visibility pop
