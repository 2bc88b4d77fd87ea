// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_pool.h"
#include "consumer_core.h"
#include "lane_hosted.h"
#include "published.h"
#include "routing.h"
#include "sequential_reads.h"

#include <troupe/actors/consumer_interfaces.h>
#include <troupe/actors/consumer_options.h>
#include <troupe/actors/interfaces.h>
#include <troupe/actors/messages/consume.h>
#include <troupe/transport/server.h>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// From callers that are no actors: `then` runs once on the consumer's lane;
/// never when the consumer ends before it answers.
struct subscribe_and_tell {
  subscribe what;
  std::function<void(const subscribed&)> then;
};

/// Likewise; `then` runs behind the last block of the partition.
struct unsubscribe_and_tell {
  unsubscribe what;
  std::function<void()> then;
};

/// From the member of a group that it reads for: no more of these.
struct give_up_partitions {
  std::vector<storage::topic_partition> what;
};
/// The blocks of them that were sent came before.
struct partitions_given_up {};

/// What was not in the page cache has been read in (the cold reader, through
/// the consumer itself).
struct slice_read_in {
  ticket_t ticket = 0;
};

/// There is more to read at once (the consumer to itself).
struct read_more {};
/// A pause may be over (the consumer to itself).
struct consumer_time {};

/// What a consumer is beside its public interface.
using consumer_body_actor = records_client_actor::extend<
    // consumer_actor
    replies_to<subscribe>::with<subscribed>, reacts_to<unsubscribe>,
    reacts_to<request_blocks>,
    // The same for threads.
    reacts_to<subscribe_and_tell>, reacts_to<unsubscribe_and_tell>,
    // For a member of a group.
    replies_to<give_up_partitions>::with<partitions_given_up>,
    // From the disk, and from itself.
    reacts_to<slice_read_in>, reacts_to<read_more>, reacts_to<consumer_time>>;

/// What a consumer is given at birth.
struct consumer_config {
  consumer_options options;
  cluster::node_id self = cluster::no_node;
  std::shared_ptr<published<routing>> routes;
  subscriber_actor subscriber;
  transport::read_in_handler read_in;
  /// One that never goes back.
  std::function<int64_t()> steady_now;
};

struct consumer_state;
using consumer_pointer = lane_pointer<consumer_body_actor, consumer_state>;

/// Everything but what the core decides: whom to read from, bytes, timers.
struct consumer_state {
  static inline const char* name = "consumer";

  explicit consumer_state(consumer_pointer self) : self(self) {}

  void open(consumer_config config);

  caf::result<subscribed> on_subscribe(const subscribe& x);
  void on_subscribe_and_tell(const subscribe_and_tell& x);
  void on_unsubscribe(const unsubscribe& x);
  void on_unsubscribe_and_tell(const unsubscribe_and_tell& x);
  partitions_given_up on_give_up_partitions(const give_up_partitions& x);
  void on_request_blocks(const request_blocks& x);
  void on_read_finished(read_finished& x);
  void on_records_available(const records_available& x);
  void on_slice_read_in(const slice_read_in& x);
  void on_read_more();
  void on_consumer_time();
  /// The subscriber hears of every partition.
  void end(const problem& why);

private:
  /// Found, and not in the page cache.
  struct cold_slice {
    read_finished found;
    int attempts = 0;
  };
  using teller = std::function<void(const subscribed&)>;

  void begin(const subscribe& x, teller tell);
  /// Asks the partition where it begins and ends.
  void
  place(const storage::topic_partition& what, const partition_actor& partition);
  void placed(const storage::topic_partition& what, const subscribed& answer);
  void turn();
  void start(const consumer_core::read_order& x);
  void take(ticket_t ticket, read_finished& x);
  void take_records(ticket_t ticket, cold_slice x);
  /// What subscribers see of the records is copied, or the records are.
  void view(ticket_t ticket, read_finished x, const view_desk_actor& views);
  void viewed(ticket_t ticket, read_finished x, slice_viewed& seen);
  void deliver(const consumer_core::read_order& order, const read_finished& x,
               storage::buffer batches);
  void failed(ticket_t ticket, problem why);
  void give_up(ticket_t ticket, problem why);
  void drop(const storage::topic_partition& what);
  void forget(const storage::topic_partition& what);
  void arm();

  consumer_pointer self;
  consumer_config config_;
  std::optional<consumer_core> core_;
  std::optional<block_pool> pool_;
  sequential_reads places_;
  /// Who waits to hear where a subscription begins.
  std::unordered_map<storage::topic_partition, teller> placing_;
  /// Whom each partition was read from last, and the views of its topic.
  struct source {
    partition_actor partition;
    view_desk_actor views;
  };
  std::unordered_map<storage::topic_partition, source> read_from_;
  std::unordered_map<ticket_t, cold_slice> cold_;
  size_t turn_bytes_ = 0;
  bool more_asked_ = false;
  bool armed_ = false;
};

consumer_body_actor::behavior_type
consumer(consumer_pointer self, consumer_config config);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::subscribe_and_tell)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::unsubscribe_and_tell)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::give_up_partitions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::partitions_given_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::slice_read_in)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::read_more)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::consumer_time)
