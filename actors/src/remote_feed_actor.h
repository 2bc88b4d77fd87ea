// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "consumer_actor.h"
#include "lane_hosted.h"

#include <troupe/actors/consumer_interfaces.h>
#include <troupe/actors/remote_interfaces.h>

#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace troupe::actors {

/// What one consumer in another process may cost a node.
struct remote_feed_limits {
  /// Consumers of other processes at a time.
  size_t consumers_max = 100;
  /// Blocks that one has under way: with `block_bytes_max`, 16 MiB, unless its
  /// batches are larger.
  uint32_t blocks_ahead_max = 16;
  size_t block_bytes_max = 1 << 20;
  size_t partitions_max = 1'000;
};

/// Who reads for it (whoever made both).
struct feed_from {
  consumer_body_actor consumer;
};

/// What a remote feed is: the subscriber of a consumer on this node, and the
/// other process's end of it.
using remote_feed_actor = subscriber_actor::extend<
    replies_to<remote_subscribe>::with<remote_subscribed>,
    reacts_to<remote_unsubscribe>, reacts_to<remote_demand>,
    reacts_to<feed_from>>;

struct remote_feed_state;
using remote_feed_pointer = lane_pointer<remote_feed_actor, remote_feed_state>;

/// Sends on what its consumer reads, as far as the other end asked for it and
/// the limits allow.
struct remote_feed_state {
  static inline const char* name = "remote_feed";

  explicit remote_feed_state(remote_feed_pointer self) : self(self) {}

  void open(remote_sink_actor to, const remote_feed_limits& bounds);

  void on_records_block(const records_block& x);
  void on_subscription_ended(const subscription_ended& x);
  caf::result<remote_subscribed> on_remote_subscribe(const remote_subscribe& x);
  void on_remote_unsubscribe(const remote_unsubscribe& x);
  void on_remote_demand(const remote_demand& x);
  void on_feed_from(const feed_from& x);

  remote_feed_pointer self;

private:
  remote_sink_actor sink_;
  remote_feed_limits limits_;
  consumer_body_actor consumer_;
  /// What the other end calls its subscriptions.
  std::unordered_map<storage::topic_partition, uint64_t> numbers_;
  /// Blocks that were asked for and have not come.
  uint32_t under_way_ = 0;
};

remote_feed_actor::behavior_type remote_feed(remote_feed_pointer self,
                                             remote_sink_actor to,
                                             remote_feed_limits limits);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::feed_from)
