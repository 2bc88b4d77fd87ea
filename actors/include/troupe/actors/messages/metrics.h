// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/membership.h>
#include <troupe/cluster/group_lag.h>
#include <troupe/cluster/group_record.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// Messages about the figures of a node. Local only.
namespace troupe::actors {

/// Which offsets are committed to the groups that this node coordinates? A few
/// groups at a time, so that members do not wait for it; it begins with the
/// first group of the first offsets partition.
struct list_commits {
  size_t offsets_partition = 0;
  /// The groups that follow this one; none: all of that partition.
  std::optional<std::string> after_group;
};

/// One piece of the answer; ask on with `next`.
struct commits_listed {
  std::vector<cluster::offset_commit> commits;
  /// What to ask next; none: that was all.
  std::optional<list_commits> next;
};

/// Somebody looks at the figures of this node.
struct collect_metrics {};

/// What took several actors to gather, at about the same time.
struct metrics_collected {
  std::vector<cluster::group_lag::series> lags;
  /// False: there are too many commits, or groups with impossible names, or
  /// nobody answered.
  bool lags_complete = false;
  /// Empty on a node that is alone.
  std::vector<peer_description> peers;
};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::list_commits)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::commits_listed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::collect_metrics)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::metrics_collected)
