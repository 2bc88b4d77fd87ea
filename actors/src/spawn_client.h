// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "consumer_actor.h"
#include "group_member_actor.h"
#include "producer_actor.h"

#include <troupe/actors/node.h>
#include <troupe/storage/result.h>

#include <caf/fwd.hpp>

#include <algorithm>
#include <chrono>
#include <functional>

namespace troupe::actors {

/// What a thread waits at most: the clock does not overflow.
inline std::chrono::milliseconds bounded(std::chrono::milliseconds x) {
  return std::min<std::chrono::milliseconds>(x, std::chrono::hours(24 * 365));
}

/// A producer on one of the node's lanes; see spawn_producer.
result<producer_body_actor>
spawn_producer_body(node& home, const producer_options& options);

/// Whether the options make sense.
result<void> check(const consumer_options& x);

/// A consumer on one of the node's lanes; see spawn_consumer. The subscriber is
/// what `subscriber_on` makes for that lane, or finds.
result<consumer_body_actor> spawn_consumer_body(
    node& home, const consumer_options& options,
    const std::function<subscriber_actor(caf::actor_system&, lane_unit*)>&
        subscriber_on);

/// A member of the group that the options name, for which `consumer` reads; see
/// spawn_group_consumer.
result<group_member_body_actor>
spawn_group_member_body(node& home, const consumer_options& options,
                        consumer_body_actor consumer,
                        group_subscriber_actor subscriber);

} // namespace troupe::actors
