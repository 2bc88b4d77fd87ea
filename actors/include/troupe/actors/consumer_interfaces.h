// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/consumer_options.h>
#include <troupe/actors/messages/consume.h>
#include <troupe/actors/node.h>
#include <troupe/storage/result.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#pragma GCC visibility push(default)

namespace troupe::actors {

/// Whoever reads. Each block answers a piece of demand.
using subscriber_actor = caf::typed_actor<
    // Records; those of one partition come in order.
    caf::reacts_to<records_block>,
    // No more of one partition.
    caf::reacts_to<subscription_ended>>;

/// Reads partitions of which this node has a replica, without a socket, up to
/// the high watermark that it knows; nothing polls. Works for one subscriber,
/// and ends with it; with its node it ends after a subscription_ended for each
/// partition.
using consumer_actor = caf::typed_actor<
    // Which partitions.
    caf::replies_to<subscribe>::with<subscribed>, caf::reacts_to<unsubscribe>,
    // How much.
    caf::reacts_to<request_blocks>>;

/// A consumer that runs on one of the node's lanes. The subscriber may be an
/// actor of any actor system of the process, whose end is the consumer's.
/// Fails when the node has stopped or the options make no sense. Thread safe.
result<consumer_actor> spawn_consumer(node& home, consumer_options options,
                                      subscriber_actor subscriber);

} // namespace troupe::actors

#pragma GCC visibility pop
