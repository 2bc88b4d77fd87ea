// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Messages between a partition that follows, the replica that pulls for it,
/// and the broker that tells both whom to follow. Local only.
namespace troupe::actors {

/// What a follower's next pull names.
struct pull_position {
  cluster::leader_epoch_t leader_epoch = -1;
  storage::offset_t fetch_offset = 0;
  cluster::leader_epoch_t last_epoch = -1;

  bool operator==(const pull_position&) const = default;
};

/// When a follower's next pull is worth it.
enum class pull_pace : uint8_t {
  at_once,
  /// The leader could not serve this one.
  after_pause,
  /// There is nothing to be had in this leader epoch.
  after_longest_pause,
};

/// From a partition to its replica: what was pulled is dealt with.
struct pull_applied {
  pull_position next;
  pull_pace pace = pull_pace::at_once;
};

/// From the broker to a replica: pull from there.
struct follow_leader {
  cluster::node_id leader = cluster::no_node;
};

/// Pull nothing any more, and end.
struct stop_following {};

/// From a replica to itself: the pause is over.
struct pull_due {
  /// Of the pause: another one may have begun.
  uint64_t number = 0;
};

/// Time to look for followers that lag behind, and for pulls that have waited
/// long enough.
struct check_replicas {};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::pull_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::follow_leader)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stop_following)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::pull_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::check_replicas)
