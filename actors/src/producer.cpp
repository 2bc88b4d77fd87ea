// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/producer.h>

#include "producer_actor.h"
#include "spawn_client.h"

#include <caf/actor_cast.hpp>
#include <caf/error.hpp>
#include <caf/send.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

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

/// What callers' threads share with the lane on which answers come.
struct producer::state {
  using hearer = std::function<void(state&, actors::records_produced&)>;

  /// Waits until so much may be in flight, and counts it as such.
  result<void, problem> take_credit(size_t bytes);
  template <class Message>
  void
  send(const std::shared_ptr<state>& me, Message x, size_t bytes, hearer hear);
  template <class Message>
  result<delivered_record, problem>
  append(const std::shared_ptr<state>& me, Message x, size_t bytes);
  template <class Message>
  result<void, problem>
  post(const std::shared_ptr<state>& me, Message x, size_t bytes);
  result<void, problem> flush(std::chrono::milliseconds timeout);
  bool settled_until(uint64_t round) const;

  actors::producer_body_actor body;
  producer_options options;
  std::mutex guard;
  std::condition_variable changed;
  size_t bytes_in_flight = 0;
  /// Those that wait for credit, who came first in front: a small record must
  /// not take again and again what a large one waits for.
  std::deque<uint64_t> credit_turns;
  uint64_t next_credit_turn = 0;
  /// Posts without outcome, by how many flushes came before.
  std::map<uint64_t, size_t> posts;
  uint64_t flushes = 0;
  problem first_failure;
  bool ended = false;
};

result<void, problem> producer::state::take_credit(size_t bytes) {
  auto most = options.bytes_in_flight_max;
  if (bytes > most)
    return fail(storage::error{storage::errc::batch_too_large,
                               "larger than all that may be in flight"});
  std::unique_lock lock(guard);
  auto turn = next_credit_turn++;
  credit_turns.push_back(turn);
  auto ready = [&] {
    return ended
           || (credit_turns.front() == turn && bytes_in_flight <= most - bytes);
  };
  bool in_time = ready();
  if (!in_time) {
    // What lingers holds credit.
    caf::anon_send(body, actors::flush_producer{});
    in_time = changed.wait_for(lock, options.delivery_timeout, ready);
  }
  std::erase(credit_turns, turn);
  // There may be room for who is next.
  if (!credit_turns.empty())
    changed.notify_all();
  if (ended)
    return fail(node_gone());
  if (!in_time)
    return fail({actors::errc::timed_out, "no credit in time"});
  bytes_in_flight += bytes;
  return {};
}

template <class Message>
void producer::state::send(const std::shared_ptr<state>& me, Message x,
                           size_t bytes, hearer hear) {
  actors::produce_and_tell<Message> order;
  order.what = std::move(x);
  order.then = [me, bytes, hear](actors::records_produced& answer) {
    std::lock_guard lock(me->guard);
    me->bytes_in_flight -= bytes;
    hear(*me, answer);
    me->changed.notify_all();
  };
  caf::anon_send(body, std::move(order));
}

template <class Message>
result<delivered_record, problem>
producer::state::append(const std::shared_ptr<state>& me, Message x,
                        size_t bytes) {
  if (auto taken = take_credit(bytes); !taken)
    return fail(std::move(taken.error()));
  // Shared, because the answer may come when nobody waits any more.
  auto heard = std::make_shared<std::optional<actors::records_produced>>();
  send(me, std::move(x), bytes,
       [heard](state&, actors::records_produced& answer) {
         *heard = std::move(answer);
       });
  std::unique_lock lock(guard);
  // The producer itself ends the wait.
  changed.wait(lock, [&] { return ended || heard->has_value(); });
  if (!heard->has_value())
    return fail(node_gone());
  if (!(*heard)->why.ok())
    return fail(std::move((*heard)->why));
  return delivered_record{(*heard)->partition, (*heard)->offset};
}

template <class Message>
result<void, problem> producer::state::post(const std::shared_ptr<state>& me,
                                            Message x, size_t bytes) {
  if (auto taken = take_credit(bytes); !taken)
    return taken;
  uint64_t round = 0;
  {
    std::lock_guard lock(guard);
    round = flushes;
    ++posts[round];
  }
  send(me, std::move(x), bytes,
       [round](state& to, actors::records_produced& answer) {
         if (--to.posts[round] == 0)
           to.posts.erase(round);
         if (!answer.why.ok() && to.first_failure.ok())
           to.first_failure = std::move(answer.why);
       });
  return {};
}

bool producer::state::settled_until(uint64_t round) const {
  return posts.empty() || posts.begin()->first > round;
}

result<void, problem>
producer::state::flush(std::chrono::milliseconds timeout) {
  caf::anon_send(body, actors::flush_producer{});
  std::unique_lock lock(guard);
  auto round = flushes++;
  bool done = changed.wait_for(lock, actors::bounded(timeout),
                               [&] { return ended || settled_until(round); });
  if (!done)
    return fail({actors::errc::timed_out, "some records are still under way"});
  auto why = std::exchange(first_failure, {});
  if (why.ok() && !settled_until(round))
    why = node_gone();
  if (!why.ok())
    return fail(std::move(why));
  return {};
}

producer::producer(std::shared_ptr<state> state) : state_(std::move(state)) {}

producer::~producer() = default;

result<std::unique_ptr<producer>>
producer::open(node& home, producer_options options) {
  auto made = actors::spawn_producer_body(home, options);
  if (!made)
    return failure(made.error());
  auto shared = std::make_shared<state>();
  shared->body = *made;
  shared->options = options;
  caf::actor_cast<caf::abstract_actor*>(*made)->attach_functor(
      [weak = std::weak_ptr(shared)](const caf::error&) {
        auto alive = weak.lock();
        if (alive == nullptr)
          return;
        std::lock_guard lock(alive->guard);
        alive->ended = true;
        alive->changed.notify_all();
      });
  return std::unique_ptr<producer>(new producer(std::move(shared)));
}

result<delivered_record, problem> producer::append(outgoing_record x) {
  auto bytes = actors::credit_bytes(x);
  return state_->append(state_, actors::produce_record{std::move(x)}, bytes);
}

result<delivered_record, problem>
producer::append(storage::topic_partition to, storage::buffer batch) {
  auto bytes = batch.size();
  return state_->append(
      state_, actors::produce_batch{std::move(to), std::move(batch)}, bytes);
}

result<void, problem> producer::post(outgoing_record x) {
  auto bytes = actors::credit_bytes(x);
  return state_->post(state_, actors::produce_record{std::move(x)}, bytes);
}

result<void, problem>
producer::post(storage::topic_partition to, storage::buffer batch) {
  auto bytes = batch.size();
  return state_->post(
      state_, actors::produce_batch{std::move(to), std::move(batch)}, bytes);
}

result<void, problem> producer::flush(std::chrono::milliseconds timeout) {
  return state_->flush(timeout);
}

} // namespace troupe
