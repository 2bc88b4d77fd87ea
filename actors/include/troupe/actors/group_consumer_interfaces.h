// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/consumer_interfaces.h>
#include <troupe/actors/consumer_options.h>
#include <troupe/actors/messages/consume.h>
#include <troupe/actors/messages/consume_group.h>
#include <troupe/actors/node.h>
#include <troupe/storage/result.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#pragma GCC visibility push(default)

namespace troupe::actors {

/// Whoever reads as a member of a group.
using group_subscriber_actor = subscriber_actor::extend<
    // Partitions come and go. Each revocation wants a release_partitions.
    caf::reacts_to<partitions_assigned>, caf::reacts_to<partitions_revoked>,
    caf::reacts_to<partitions_lost>,
    // No more of anything.
    caf::reacts_to<group_left>>;

/// A member of a consumer group, without a socket. It reads partitions of which
/// this node has a replica, and the group must be coordinated by this node;
/// where it finds otherwise it leaves and says so. Works for one subscriber: it
/// leaves when that ends, and with its node. Blocks, and subscription_ended, come
/// from the consumer inside it; everything else from this actor, and demand
/// belongs here.
using group_consumer_actor = caf::typed_actor<
    // How much, of whichever partitions.
    caf::reacts_to<request_blocks>,
    // What is done, and may be committed.
    caf::reacts_to<records_processed>, caf::reacts_to<release_partitions>,
    caf::replies_to<commit_offsets>::with<offsets_committed>,
    // The end.
    caf::replies_to<leave_group>::with<group_left>>;

/// A member on one of the node's lanes, as consumer_options::group says, with
/// the consumer that reads for it. The subscriber may be an actor of any actor
/// system of the process. Fails when the node has stopped or the options make
/// no sense. Thread safe.
result<group_consumer_actor>
spawn_group_consumer(node& home, consumer_options options,
                     group_subscriber_actor subscriber);

} // namespace troupe::actors

#pragma GCC visibility pop
