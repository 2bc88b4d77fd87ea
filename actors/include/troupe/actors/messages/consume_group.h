// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/storage/types.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <vector>

#pragma GCC visibility push(default)

/// Messages between a member of a group inside the process and its subscriber.
/// Local only.
namespace troupe::actors {

/// Everything of the partition below `end` is done with: what a commit writes.
/// Says nothing about a partition that the member does not have.
struct records_processed {
  storage::topic_partition what;
  /// As in records_block::end_offset.
  storage::offset_t end = 0;
};

/// Write down now what was processed.
struct commit_offsets {};

/// Whether it is in the offsets topic.
struct offsets_committed {
  /// storage::errc::closed (not a member now: others have the partitions),
  /// errc::not_leader (another node coordinates the group), errc::timed_out,
  /// storage::errc::busy (1,000 commits wait already), errc::stopping.
  problem why;
};

/// The member has these partitions beside those that it had; their blocks
/// follow as demand allows.
struct partitions_assigned {
  std::vector<storage::topic_partition> what;
};

/// These partitions go to others. No block of theirs follows; answer with
/// release_partitions once nothing is done with the blocks before.
struct partitions_revoked {
  uint64_t round = 0;
  std::vector<storage::topic_partition> what;
};

/// The subscriber is done with what was revoked; what it said to be processed
/// is committed first, if commits are automatic.
struct release_partitions {
  /// As in partitions_revoked.
  uint64_t round = 0;
};

/// Others may have had these partitions for a while: the coordinator did not
/// hear of the member in time. It joins again.
struct partitions_lost {
  std::vector<storage::topic_partition> what;
};

/// Commit, if commits are automatic, and leave the group.
struct leave_group {
  /// What the subscriber is told; nothing when it is fine.
  problem why;
};

/// The member has left and ends. To the subscriber only when nobody there asked
/// for it: errc::not_leader (another node coordinates the group, or the group
/// gave it a partition of which this node has no replica), errc::stopping, or
/// why the coordinator does not want it.
struct group_left {
  problem why;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::records_processed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::commit_offsets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::offsets_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::partitions_assigned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::partitions_revoked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::release_partitions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::partitions_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::leave_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::group_left)

#pragma GCC visibility pop
