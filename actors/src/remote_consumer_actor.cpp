// SPDX-License-Identifier: Apache-2.0
#include "remote_consumer_actor.h"

#include "error_map.h"

#include <caf/system_messages.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// The node itself gives up before.
constexpr std::chrono::seconds subscribe_timeout{70};

} // namespace

remote_consumer_actor::behavior_type remote_consumer(
    remote_consumer_actor::stateful_pointer<remote_consumer_state> self,
    subscriber_actor subscriber) {
  auto& state = self->state;
  self->set_down_handler(
      [self](const caf::down_msg& x) { self->state.on_down(x.source); });
  state.open(std::move(subscriber));
  return {
      [&state](const subscribe& x) { return state.on_subscribe(x); },
      [&state](const unsubscribe& x) { state.on_unsubscribe(x); },
      [&state](const request_blocks& x) { state.on_request_blocks(x); },
      [&state](const remote_block& x) { state.on_remote_block(x); },
      [&state](const remote_subscription_ended& x) {
        state.on_remote_subscription_ended(x);
      },
      [&state](const begin_remote_consumer& x) {
        state.on_begin_remote_consumer(x);
      },
  };
}

void remote_consumer_state::open(subscriber_actor to) {
  subscriber_ = std::move(to);
  self->monitor(subscriber_);
}

void remote_consumer_state::on_begin_remote_consumer(
    const begin_remote_consumer& x) {
  source_ = x.source;
  self->monitor(source_);
  window_.open(x.blocks_ahead_max);
}

caf::result<subscribed>
remote_consumer_state::on_subscribe(const subscribe& x) {
  if (numbers_.contains(x.what))
    return subscribed{
        storage::error{storage::errc::invalid_argument,
                       "already subscribed to " + to_string(x.what)}};
  auto number = next_number_++;
  numbers_[x.what] = number;
  by_number_[number] = {x.what, x.from, false};
  auto reply = self->make_response_promise<subscribed>();
  auto answer = [this, number, reply](const problem& why,
                                      storage::offset_t position) mutable {
    auto known = by_number_.find(number);
    if (known == by_number_.end()) {
      reply.deliver(
          subscribed{{errc::unknown_partition, "not subscribed any more"}});
      return;
    }
    if (why.ok()) {
      known->second.position = position;
      known->second.begun = true;
    } else {
      numbers_.erase(known->second.what);
      by_number_.erase(known);
    }
    reply.deliver(subscribed{why, position});
  };
  self->request(source_, subscribe_timeout,
                remote_subscribe{number, x.what, x.from})
      .then(
          [answer](const remote_subscribed& y) mutable {
            answer(y.why, y.position);
          },
          [answer](const caf::error& e) mutable {
            answer(to_problem(e), storage::no_offset);
          });
  return reply;
}

void remote_consumer_state::on_unsubscribe(const unsubscribe& x) {
  auto known = numbers_.extract(x.what);
  if (known.empty())
    return;
  by_number_.erase(known.mapped());
  self->send(source_, remote_unsubscribe{x.what});
}

void remote_consumer_state::demand(uint32_t blocks) {
  if (blocks > 0)
    self->send(source_, remote_demand{blocks});
}

void remote_consumer_state::on_request_blocks(const request_blocks& x) {
  demand(window_.wanted(x.count));
}

void remote_consumer_state::on_remote_block(const remote_block& x) {
  auto known = by_number_.find(x.number);
  if (known == by_number_.end())
    return demand(window_.dropped());
  known->second.position = x.end_offset;
  self->send(subscriber_,
             records_block{known->second.what, x.batches, x.begin_offset,
                           x.end_offset, x.high_watermark});
  demand(window_.arrived());
}

void remote_consumer_state::on_remote_subscription_ended(
    const remote_subscription_ended& x) {
  auto known = by_number_.extract(x.number);
  if (known.empty())
    return;
  numbers_.erase(known.mapped().what);
  self->send(subscriber_,
             subscription_ended{known.mapped().what, x.why, x.position});
}

void remote_consumer_state::on_down(const caf::actor_addr& who) {
  if (who == source_.address())
    for (const auto& [number, x] : by_number_)
      // The others hear it as the answer to their question.
      if (x.begun)
        self->send(subscriber_,
                   subscription_ended{
                       x.what,
                       {errc::stopping,
                        "the node has stopped or cannot be reached any more"},
                       x.position});
  self->quit();
}

} // namespace troupe::actors
