// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/metadata_record.h>
#include <troupe/cluster/quorum_description.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Messages between the quorum's actor and the rest of its node. Local only.
namespace troupe::actors {

/// Agree on these changes; answered once they are, or will not be. Decided
/// against the image that ends at `expected_end_offset`.
struct propose_records {
  cluster::metadata_delta records;
  storage::offset_t expected_end_offset = storage::no_offset;
};

/// `image` is null when there is a problem. After errc::timed_out the changes
/// may still be agreed on.
struct records_committed {
  problem why;
  cluster::image_ptr image;
};

/// There is a newer image of what is agreed on.
struct image_committed {
  cluster::image_ptr image;
};

/// Another leader or epoch; or this node leads and now knows everything that
/// earlier leaders agreed on.
struct quorum_changed {
  cluster::node_id leader = cluster::no_node;
  cluster::leader_epoch_t epoch = 0;
  /// Proposals are taken here, and `image` has everything agreed on before.
  bool self_leads = false;
  cluster::image_ptr image;
};

/// Voters, observers, how far each is: `troupe cluster`, DescribeQuorum.
struct describe_quorum {};

/// The node shall not vote any more.
struct remove_voter {
  cluster::node_id node = cluster::no_node;
};

/// It does not vote any more; also when it never did.
struct voter_removed {
  problem why;
};

/// This node is about to stop: let somebody else lead.
struct resign_leadership {};

struct leadership_resigned {};

/// What was appended is to be made durable now (from itself): proposals that
/// came before share the sync.
struct flush_quorum {};

/// A deadline of the quorum (from itself). Only the newest number counts.
struct quorum_tick {
  uint64_t number = 0;
};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::propose_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::records_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::image_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::quorum_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::describe_quorum)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::quorum_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::remove_voter)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::voter_removed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::resign_leadership)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::leadership_resigned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::flush_quorum)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::quorum_tick)
