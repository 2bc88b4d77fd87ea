// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/partition.h>
#include <troupe/cluster/group_description.h>
#include <troupe/cluster/group_effects.h>
#include <troupe/cluster/group_requests.h>
#include <troupe/storage/types.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// Messages to and from the coordinator of groups. Local only.
namespace troupe::actors {

/// OffsetDelete.
struct delete_offsets {
  std::string group_id;
  std::vector<storage::topic_partition> partitions;
};

/// DeleteGroups, one group.
struct delete_group {
  std::string group_id;
};

/// Outcome of a `group_call`.
struct group_answered {
  ticket_t ticket = 0;
  cluster::group_answer answer;
};

/// OffsetFetch, one group. Without topics: all that the group has.
struct offsets_query {
  std::string group_id;
  std::optional<std::vector<storage::topic_partition>> partitions;
  /// A member of a KIP-848 group and its epoch, to be told when it was fenced.
  std::optional<std::string> member_id;
  int32_t member_epoch = -1;
};

/// What one group has committed, as many of the partitions as it has offsets
/// for and in the order asked.
struct offsets_found {
  cluster::group_error error = cluster::group_error::none;
  std::vector<cluster::offset_commit> commits;
};

/// Outcome of `fetch_offsets`: one element per query.
struct offsets_fetched {
  ticket_t ticket = 0;
  std::vector<offsets_found> groups;
};

/// DescribeGroups.
struct describe_groups {
  std::vector<std::string> group_ids;
};

/// In the order asked.
struct groups_described {
  std::vector<cluster::group_description> groups;
};

/// ConsumerGroupDescribe.
struct describe_consumer_groups {
  std::vector<std::string> group_ids;
};

/// In the order asked.
struct consumer_groups_described {
  std::vector<cluster::consumer_group_description> groups;
};

/// ListGroups.
struct list_groups {};

/// All groups that this node coordinates, of either protocol.
struct groups_listed {
  /// Some offsets partition is still being read: there may be more.
  bool loading = false;
  std::vector<cluster::group_listing> groups;
};

/// The broker actor published a newer `routing`.
struct routing_published {};

/// From the coordinator to itself: somebody's time is up.
struct group_deadline_due {};

/// From the coordinator to itself: bring what was committed into the view.
struct view_update_due {};

/// From the coordinator to itself: look which offsets have expired.
struct offsets_expiry_due {};

/// From the coordinator to itself: go on with that, a few groups at a time.
struct expire_some_groups {};

/// From the coordinator to itself: try once more to load what failed.
struct reload_due {};

/// Answer whoever waits, make the views durable, refuse from now on.
struct stop_groups {};

/// Everybody was answered; the problem is that of the views on disk.
struct groups_stopped {
  problem why;
};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::group_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::offsets_fetched)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::describe_groups)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::groups_described)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::describe_consumer_groups)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::consumer_groups_described)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::list_groups)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::groups_listed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::routing_published)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::group_deadline_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::view_update_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::offsets_expiry_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::expire_some_groups)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::reload_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stop_groups)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::groups_stopped)
