// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/stages.h>
#include <troupe/actors/partition_interfaces.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#pragma GCC visibility push(default)

namespace troupe::actors {

/// The stages of one topic on one node: runs each batch through them, one after
/// the other. A thread of its own, for nobody knows what stages do.
using stage_actor = caf::typed_actor<
    // What becomes of a batch?
    replies_to<stage_batch>::with<batch_staged>>;

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
using stage_desk_actor = caf::typed_actor<
    // From sessions and producers.
    reacts_to<append_through_stages>,
    // The topic's configuration has changed.
    reacts_to<reconfigure_stages>,
    // A pause after a failure is over (from itself).
    reacts_to<stage_pause_over>>;

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::append_through_stages)

#pragma GCC visibility pop
