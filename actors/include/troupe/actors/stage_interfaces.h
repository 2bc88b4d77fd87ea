// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/stages.h>
#include <troupe/actors/partition_interfaces.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#pragma GCC visibility push(default)

namespace troupe::actors {

/// Whoever has batches staged.
using staged_client_actor = caf::typed_actor<
    // What became of one.
    reacts_to<batch_staged>>;

/// What becomes of one batch, as its producer sent it? Exactly one batch_staged
/// follows, in the order of the questions; none from a stage that hangs.
struct stage_batch {
  ticket_t ticket = 0;
  storage::topic_partition to;
  storage::buffer batch;
  staged_client_actor client;
};

/// The stages of one topic on one node, or its views: runs each batch through
/// them, one after the other. A thread of its own, for nobody knows what stages
/// do.
using stage_actor = caf::typed_actor<
    // What becomes of a batch?
    reacts_to<stage_batch>,
    // What is seen of a slice of a log? Reads it, from the disk if need be.
    replies_to<view_slice>::with<slice_viewed>>;

/// Append one batch when it has been through the topic's stages; exactly one
/// append_finished goes to the client of `what`.
struct append_through_stages {
  storage::topic_partition name;
  partition_actor to;
  append_records what;
};

/// In front of the partitions of a topic that has stages: keeps the batches
/// that wait, in order; watches over the `stage_actor` and makes another one
/// when it fails; appends to other topics what was routed there. On a lane,
/// where no stage ever runs.
using stage_desk_actor = staged_client_actor::extend<
    // From sessions and producers.
    reacts_to<append_through_stages>,
    // The topic's configuration has changed.
    reacts_to<reconfigure_stages>,
    // A pause after a failure is over (from itself).
    reacts_to<stage_pause_over>,
    // The stages may have exceeded their time (from itself).
    reacts_to<stage_deadline_due>>;

/// Behind the partitions of a topic that has views: keeps the fetches that
/// wait, in order; watches over the `stage_actor` as a desk of stages does. On
/// a lane, where no stage ever runs.
using view_desk_actor = caf::typed_actor<
    // From sessions and consumers; answered within `view_patience`.
    replies_to<view_slice>::with<slice_viewed>,
    // The topic's configuration has changed.
    reacts_to<reconfigure_stages>,
    // A pause after a failure is over (from itself).
    reacts_to<stage_pause_over>>;

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stage_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::append_through_stages)

#pragma GCC visibility pop
