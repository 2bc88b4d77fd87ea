// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "remote_demand_window.h"

#include <troupe/actors/consumer_interfaces.h>
#include <troupe/actors/interfaces.h>
#include <troupe/actors/remote_interfaces.h>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <unordered_map>

namespace troupe::actors {

/// The node has opened its end (whoever connects).
struct begin_remote_consumer {
  remote_source_actor source;
  uint32_t blocks_ahead_max = 0;
};

/// What a consumer that reads on another node is: a consumer for its
/// subscriber, and the end to which the node sends.
using remote_consumer_actor =
    consumer_actor::extend<reacts_to<remote_block>,
                           reacts_to<remote_subscription_ended>,
                           reacts_to<begin_remote_consumer>>;

struct remote_consumer_state {
  static inline const char* name = "remote_consumer";

  explicit remote_consumer_state(remote_consumer_actor::pointer self)
      : self(self) {}

  void open(subscriber_actor to);

  caf::result<subscribed> on_subscribe(const subscribe& x);
  void on_unsubscribe(const unsubscribe& x);
  void on_request_blocks(const request_blocks& x);
  void on_remote_block(const remote_block& x);
  void on_remote_subscription_ended(const remote_subscription_ended& x);
  void on_begin_remote_consumer(const begin_remote_consumer& x);
  /// The node, or the subscriber.
  void on_down(const caf::actor_addr& who);

  remote_consumer_actor::pointer self;

private:
  struct subscription {
    storage::topic_partition what;
    storage::offset_t position = storage::no_offset;
    /// The node has said so.
    bool begun = false;
  };

  void demand(uint32_t blocks);

  subscriber_actor subscriber_;
  remote_source_actor source_;
  remote_demand_window window_;
  uint64_t next_number_ = 1;
  std::unordered_map<uint64_t, subscription> by_number_;
  std::unordered_map<storage::topic_partition, uint64_t> numbers_;
};

remote_consumer_actor::behavior_type remote_consumer(
    remote_consumer_actor::stateful_pointer<remote_consumer_state> self,
    subscriber_actor subscriber);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::begin_remote_consumer)
