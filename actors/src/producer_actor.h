// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lane_hosted.h"
#include "producer_core.h"
#include "published.h"
#include "record_partitioner.h"
#include "routing.h"

#include <troupe/actors/interfaces.h>
#include <troupe/actors/messages/produce.h>
#include <troupe/actors/producer_interfaces.h>
#include <troupe/actors/producer_options.h>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::actors {

/// From callers that are no actors: `then` runs once on the producer's lane;
/// never when the producer ends before it reads this.
template <class Message>
struct produce_and_tell {
  Message what;
  std::function<void(records_produced&)> then;
};

using produce_record_and_tell = produce_and_tell<produce_record>;
using produce_batch_and_tell = produce_and_tell<produce_batch>;

/// Send what has gathered (the producer to itself).
struct send_gathered {};
/// Something may be overdue (the producer to itself).
struct producer_time {
  /// When it was to come; only the last one that was armed counts.
  int64_t at_ms = 0;
};

/// What a producer is beside its public interface.
using producer_body_actor = records_client_actor::extend<
    // producer_actor
    replies_to<produce_record>::with<records_produced>,
    replies_to<produce_batch>::with<records_produced>,
    replies_to<await_credit>::with<credit_given>,
    replies_to<flush_producer>::with<producer_flushed>,
    // The same for threads.
    reacts_to<produce_record_and_tell>, reacts_to<produce_batch_and_tell>,
    // From itself.
    reacts_to<send_gathered>, reacts_to<producer_time>>;

/// What a producer is given at birth.
struct producer_config {
  producer_options options;
  cluster::node_id self = cluster::no_node;
  std::shared_ptr<published<routing>> routes;
  metadata_service_actor controller;
  /// What a topic's stages sent elsewhere meets no other stages.
  bool through_stages = true;
  uint64_t seed = 0;
  /// The wall clock.
  std::function<storage::timestamp_ms()> now;
  /// One that never goes back.
  std::function<int64_t()> steady_now;
};

struct producer_state;
using producer_pointer = lane_pointer<producer_body_actor, producer_state>;

/// Everything but what the core decides: who asked, whom to ask, timers.
struct producer_state {
  static inline const char* name = "producer";

  explicit producer_state(producer_pointer self) : self(self) {}

  void open(producer_config config);

  caf::result<records_produced> on_produce_record(produce_record& x);
  caf::result<records_produced> on_produce_batch(produce_batch& x);
  void on_produce_record_and_tell(produce_record_and_tell& x);
  void on_produce_batch_and_tell(produce_batch_and_tell& x);
  caf::result<credit_given> on_await_credit(const await_credit& x);
  caf::result<producer_flushed> on_flush_producer();
  void on_append_finished(append_finished& x);
  void on_send_gathered();
  void on_producer_time(const producer_time& x);
  /// Everybody who waits is told.
  void end(const problem& why);

private:
  using promise = caf::typed_response_promise<records_produced>;

  /// Whom to tell what came of one record or batch.
  struct asker {
    /// Invalid when `then` is set.
    promise reply;
    std::function<void(records_produced&)> then;
    ticket_t ticket = 0;
    int32_t partition = -1;
  };
  struct credit_waiter {
    size_t bytes = 0;
    caf::typed_response_promise<credit_given> reply;
  };
  struct flush_waiter {
    /// Everything below is to be settled.
    ticket_t before = 0;
    caf::typed_response_promise<producer_flushed> reply;
  };

  /// Hands it to the core; nothing, or why it was refused.
  problem take(produce_record& x, asker who);
  problem take(produce_batch& x, asker who);
  /// The topic's partition for the record.
  result<storage::topic_partition, problem>
  choose_partition(const outgoing_record& x);
  problem took(problem why, asker who);
  void turn();
  void ask_for_id();
  void tell(const settled_batch& x);
  void tell(const std::vector<settled_batch>& xs);
  void answer_waiters();
  void gather();
  void arm();

  producer_pointer self;
  producer_config config_;
  std::optional<producer_core> core_;
  std::optional<sticky_turns> turns_;
  /// By ticket: those that wait. The core's credit bounds them.
  std::map<ticket_t, asker> askers_;
  ticket_t next_asker_ = 0;
  std::deque<credit_waiter> credit_waiters_;
  std::vector<flush_waiter> flush_waiters_;
  bool gathering_ = false;
  bool asking_for_id_ = false;
  int64_t ask_again_at_ms_ = 0;
  std::optional<int64_t> armed_for_ms_;
};

producer_body_actor::behavior_type
producer(producer_pointer self, producer_config config);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::produce_record_and_tell)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::produce_batch_and_tell)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::send_gathered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_time)
