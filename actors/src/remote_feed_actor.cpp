// SPDX-License-Identifier: Apache-2.0
#include "remote_feed_actor.h"

#include "error_map.h"

#include <caf/system_messages.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// The consumer itself gives up before.
constexpr std::chrono::seconds subscribe_timeout{60};

} // namespace

remote_feed_actor::behavior_type remote_feed(remote_feed_pointer self,
                                             remote_sink_actor to,
                                             remote_feed_limits limits) {
  auto& state = self->state;
  self->monitor(to);
  // The consumer ends with its subscriber.
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  state.open(std::move(to), limits);
  return {
      [&state](const records_block& x) { state.on_records_block(x); },
      [&state](const subscription_ended& x) { state.on_subscription_ended(x); },
      [&state](const remote_subscribe& x) {
        return state.on_remote_subscribe(x);
      },
      [&state](const remote_unsubscribe& x) { state.on_remote_unsubscribe(x); },
      [&state](const remote_demand& x) { state.on_remote_demand(x); },
      [&state](const feed_from& x) { state.on_feed_from(x); },
  };
}

void remote_feed_state::open(remote_sink_actor to,
                             const remote_feed_limits& bounds) {
  sink_ = std::move(to);
  limits_ = bounds;
}

void remote_feed_state::on_feed_from(const feed_from& x) {
  consumer_ = x.consumer;
}

void remote_feed_state::on_records_block(const records_block& x) {
  auto known = numbers_.find(x.from);
  if (known == numbers_.end()) {
    // Unsubscribed meanwhile; another one may come in its place.
    self->send(consumer_, request_blocks{1});
    return;
  }
  under_way_ -= std::min<uint32_t>(under_way_, 1);
  self->send(sink_, remote_block{known->second, x.batches, x.begin_offset,
                                 x.end_offset, x.high_watermark});
}

void remote_feed_state::on_subscription_ended(const subscription_ended& x) {
  auto known = numbers_.extract(x.what);
  if (!known.empty())
    self->send(sink_,
               remote_subscription_ended{known.mapped(), x.why, x.position});
}

caf::result<remote_subscribed>
remote_feed_state::on_remote_subscribe(const remote_subscribe& x) {
  auto reply = self->make_response_promise<remote_subscribed>();
  if (consumer_ == nullptr)
    return remote_subscribed{{errc::internal, "nobody reads yet"}};
  self->request(consumer_, subscribe_timeout, subscribe{x.what, x.from})
      .then(
          [this, x, reply](const subscribed& y) mutable {
            // Blocks before belong to an earlier subscription.
            if (y.why.ok())
              numbers_[x.what] = x.number;
            reply.deliver(remote_subscribed{y.why, y.position});
          },
          [reply](const caf::error& e) mutable {
            reply.deliver(remote_subscribed{to_problem(e)});
          });
  return reply;
}

void remote_feed_state::on_remote_unsubscribe(const remote_unsubscribe& x) {
  numbers_.erase(x.what);
  self->send(consumer_, unsubscribe{x.what});
}

void remote_feed_state::on_remote_demand(const remote_demand& x) {
  auto blocks = std::min(x.blocks, limits_.blocks_ahead_max - under_way_);
  if (blocks == 0)
    return;
  under_way_ += blocks;
  self->send(consumer_, request_blocks{blocks});
}

} // namespace troupe::actors
