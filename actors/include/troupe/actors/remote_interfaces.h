// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/remote_consume.h>

#include <caf/meta/type_name.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Who talks to whom between a node and a consumer in another process:
///
///   subscriber ── remote_consumer ══ remote_demand ══> remote_feed ── consumer
///   subscriber <─ remote_consumer <═ remote_block ════ remote_feed <─ consumer
namespace troupe::actors {

/// On the node: what the other process may send to what reads for it.
using remote_source_actor =
    caf::typed_actor<caf::replies_to<remote_subscribe>::with<remote_subscribed>,
                     caf::reacts_to<remote_unsubscribe>,
                     caf::reacts_to<remote_demand>>;

/// In the other process: where blocks go.
using remote_sink_actor =
    caf::typed_actor<caf::reacts_to<remote_block>,
                     caf::reacts_to<remote_subscription_ended>>;

/// Make a consumer that sends to `sink` and ends with it.
struct open_remote_consumer {
  /// Versions of remote_consume.h that the asker speaks.
  int32_t version_min = remote_consume_version_min;
  int32_t version_max = remote_consume_version_max;
  remote_sink_actor sink;
  /// As in consumer_options.
  uint64_t block_bytes_max = 0;
  /// offset_reset as a number.
  uint8_t reset = 0;
  int64_t retry_backoff_ms = 0;
};

/// Answer to open_remote_consumer.
struct remote_consumer_opened {
  problem why;
  int32_t version = 0;
  remote_source_actor source;
  /// No more blocks are under way, whatever is asked for.
  uint32_t blocks_ahead_max = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, open_remote_consumer& x) {
  return f(caf::meta::type_name("open_remote_consumer"), x.version_min,
           x.version_max, x.sink, x.block_bytes_max, x.reset,
           x.retry_backoff_ms);
}

template <class Inspector>
typename Inspector::result_type
inspect(Inspector& f, remote_consumer_opened& x) {
  return f(caf::meta::type_name("remote_consumer_opened"), x.why, x.version,
           x.source, x.blocks_ahead_max);
}

/// What a node's cluster port offers to other processes.
using remote_gate_actor = caf::typed_actor<
    caf::replies_to<open_remote_consumer>::with<remote_consumer_opened>>;

} // namespace troupe::actors

#pragma GCC visibility pop
