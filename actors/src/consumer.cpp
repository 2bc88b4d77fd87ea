// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/consumer.h>

#include "consumer_actor.h"
#include "spawn_client.h"

#include <caf/actor_cast.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <variant>

namespace troupe {

namespace {

using actors::problem;

tl::unexpected<problem> fail(problem x) {
  return tl::unexpected<problem>(std::move(x));
}

problem node_gone() {
  return {actors::errc::stopping, "the node has stopped"};
}

} // namespace

/// What callers' threads share with the lane on which blocks come.
struct consumer::state {
  using item = std::variant<records_block, actors::subscription_ended>;

  void put(item x) {
    std::lock_guard lock(guard);
    items.push_back(std::move(x));
    // Who waits for a subscription waits here, too.
    changed.notify_all();
  }

  actors::consumer_body_actor body;
  actors::subscriber_actor inbox;
  std::mutex guard;
  std::condition_variable changed;
  /// As many blocks as were asked for, at most.
  std::deque<item> items;
  bool ended = false;
};

namespace {

/// Puts what comes where `poll` finds it.
struct inbox_state {
  static inline const char* name = "consumer_inbox";
};

template <class Shared>
actors::subscriber_actor::behavior_type
inbox(actors::lane_pointer<actors::subscriber_actor, inbox_state>,
      std::weak_ptr<Shared> to) {
  return {
      [to](records_block& x) {
        if (auto alive = to.lock())
          alive->put(std::move(x));
      },
      [to](actors::subscription_ended& x) {
        if (auto alive = to.lock())
          alive->put(std::move(x));
      },
  };
}

} // namespace

consumer::consumer(std::shared_ptr<state> state) : state_(std::move(state)) {}

consumer::~consumer() {
  // The consumer's actor ends with it.
  caf::anon_send_exit(state_->inbox, caf::exit_reason::user_shutdown);
}

result<std::unique_ptr<consumer>>
consumer::open(node& home, consumer_options options) {
  auto shared = std::make_shared<state>();
  auto made = actors::spawn_consumer_body(
      home, options, [&](caf::actor_system& system, actors::lane_unit* lane) {
        shared->inbox = actors::spawn_on(system, lane, inbox<state>,
                                         std::weak_ptr<state>(shared));
        return shared->inbox;
      });
  if (!made)
    return failure(made.error());
  shared->body = *made;
  // Behind what the consumer said before it ended.
  caf::actor_cast<caf::abstract_actor*>(*made)->attach_functor(
      [inbox = caf::actor_cast<caf::actor>(shared->inbox)](const caf::error&) {
        caf::anon_send(inbox, caf::exit_msg{inbox.address(),
                                            caf::exit_reason::user_shutdown});
      });
  caf::actor_cast<caf::abstract_actor*>(shared->inbox)
      ->attach_functor([weak = std::weak_ptr(shared)](const caf::error&) {
        auto alive = weak.lock();
        if (alive == nullptr)
          return;
        std::lock_guard lock(alive->guard);
        alive->ended = true;
        alive->changed.notify_all();
      });
  caf::anon_send(*made, actors::request_blocks{options.blocks_ahead});
  return std::unique_ptr<consumer>(new consumer(std::move(shared)));
}

result<storage::offset_t, problem>
consumer::subscribe(storage::topic_partition what, storage::offset_t from) {
  auto heard = std::make_shared<std::optional<actors::subscribed>>();
  actors::subscribe_and_tell order;
  order.what = {std::move(what), from};
  order.then = [me = state_, heard](const actors::subscribed& x) {
    std::lock_guard lock(me->guard);
    *heard = x;
    me->changed.notify_all();
  };
  caf::anon_send(state_->body, std::move(order));
  std::unique_lock lock(state_->guard);
  // The consumer itself ends the wait.
  state_->changed.wait(lock,
                       [&] { return state_->ended || heard->has_value(); });
  if (!heard->has_value())
    return fail(node_gone());
  if (!(*heard)->why.ok())
    return fail((*heard)->why);
  return (*heard)->position;
}

void consumer::unsubscribe(const storage::topic_partition& what) {
  caf::anon_send(state_->body, actors::unsubscribe{what});
  uint32_t dropped = 0;
  {
    std::lock_guard lock(state_->guard);
    std::erase_if(state_->items, [&](const state::item& x) {
      const auto* block = std::get_if<records_block>(&x);
      bool of_it = block != nullptr && block->from == what;
      dropped += of_it ? 1 : 0;
      return of_it;
    });
  }
  if (dropped > 0)
    caf::anon_send(state_->body, actors::request_blocks{dropped});
}

result<std::optional<records_block>, problem>
consumer::poll(std::chrono::milliseconds timeout) {
  std::unique_lock lock(state_->guard);
  state_->changed.wait_for(lock, actors::bounded(timeout), [&] {
    return state_->ended || !state_->items.empty();
  });
  if (state_->items.empty()) {
    if (state_->ended)
      return fail(node_gone());
    return std::nullopt;
  }
  auto next = std::move(state_->items.front());
  state_->items.pop_front();
  lock.unlock();
  if (auto* block = std::get_if<records_block>(&next)) {
    caf::anon_send(state_->body, actors::request_blocks{1});
    return std::optional(std::move(*block));
  }
  auto& end = std::get<actors::subscription_ended>(next);
  end.why.message = to_string(end.what) + ": " + end.why.message;
  return fail(std::move(end.why));
}

} // namespace troupe
