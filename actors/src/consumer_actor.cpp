// SPDX-License-Identifier: Apache-2.0
#include "consumer_actor.h"

#include "error_map.h"
#include "local_routes.h"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// Bytes that are copied before others on the lane get their turn.
constexpr size_t turn_bytes_max = 2 << 20;
/// Blocks that are kept for the next reads.
constexpr size_t blocks_kept_max = 16;
constexpr std::chrono::seconds describe_timeout{30};

} // namespace

consumer_body_actor::behavior_type
consumer(consumer_pointer self, consumer_config config) {
  auto& state = self->state;
  self->monitor(config.subscriber);
  self->set_down_handler([self](const caf::down_msg&) {
    self->state.end({errc::stopping, "the subscriber has ended"});
    self->quit();
  });
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.end({errc::stopping, "the node is stopping"});
    self->quit(x.reason);
  });
  state.open(std::move(config));
  return {
      [](const append_finished&) {},
      [&state](read_finished& x) { state.on_read_finished(x); },
      [&state](const records_available& x) { state.on_records_available(x); },
      [&state](const subscribe& x) { return state.on_subscribe(x); },
      [&state](const unsubscribe& x) { state.on_unsubscribe(x); },
      [&state](const request_blocks& x) { state.on_request_blocks(x); },
      [&state](const subscribe_and_tell& x) { state.on_subscribe_and_tell(x); },
      [&state](const unsubscribe_and_tell& x) {
        state.on_unsubscribe_and_tell(x);
      },
      [&state](const give_up_partitions& x) {
        return state.on_give_up_partitions(x);
      },
      [&state](const slice_read_in& x) { state.on_slice_read_in(x); },
      [&state](const read_more&) { state.on_read_more(); },
      [&state](const consumer_time&) { state.on_consumer_time(); },
  };
}

void consumer_state::open(consumer_config config) {
  config_ = std::move(config);
  core_.emplace(config_.options);
  pool_.emplace(config_.options.block_bytes_max, blocks_kept_max);
}

caf::result<subscribed> consumer_state::on_subscribe(const subscribe& x) {
  auto reply = self->make_response_promise<subscribed>();
  begin(x, [reply](const subscribed& y) mutable { reply.deliver(y); });
  return reply;
}

void consumer_state::on_subscribe_and_tell(const subscribe_and_tell& x) {
  begin(x.what, x.then);
}

void consumer_state::begin(const subscribe& x, teller tell) {
  auto routes = config_.routes->get();
  auto found = find_local_replica(*routes, config_.self, x.what);
  if (!found)
    return tell({std::move(found.error().why)});
  const auto& topic_id = routes->find(x.what.topic)->topic->id;
  if (auto why = core_->subscribe(x.what, topic_id, x.from); !why.ok())
    return tell({std::move(why)});
  placing_[x.what] = std::move(tell);
  place(x.what, *found);
}

void consumer_state::place(const storage::topic_partition& what,
                           const partition_actor& partition) {
  auto answered = [this, what](const partition_description& x) {
    placed(what, core_->place(what, x, config_.steady_now()));
    turn();
  };
  self->request(partition, describe_timeout, describe_partition{})
      .then(answered, [answered](const caf::error& e) {
        partition_description none;
        none.why = to_problem(e);
        answered(none);
      });
}

void consumer_state::placed(const storage::topic_partition& what,
                            const subscribed& answer) {
  // None: it was placed again.
  auto waiting = placing_.extract(what);
  if (!waiting.empty())
    waiting.mapped()(answer);
}

void consumer_state::on_unsubscribe(const unsubscribe& x) {
  drop(x.what);
  // The demand of a read that was under way is there for others.
  turn();
}

void consumer_state::on_unsubscribe_and_tell(const unsubscribe_and_tell& x) {
  on_unsubscribe(x.what);
  x.then();
}

void consumer_state::drop(const storage::topic_partition& what) {
  if (!core_->unsubscribe(what))
    return;
  placed(what, {{errc::unknown_partition, "not subscribed any more"}});
  forget(what);
}

partitions_given_up
consumer_state::on_give_up_partitions(const give_up_partitions& x) {
  for (const auto& what : x.what)
    drop(what);
  turn();
  return {};
}

void consumer_state::forget(const storage::topic_partition& what) {
  auto known = read_from_.extract(what);
  if (!known.empty())
    self->send(known.mapped().partition, unwatch_records{self});
}

void consumer_state::on_request_blocks(const request_blocks& x) {
  core_->demand(x.count);
  turn();
}

void consumer_state::on_records_available(const records_available& x) {
  core_->changed(x.ticket);
  turn();
}

void consumer_state::on_read_more() {
  more_asked_ = false;
  turn();
}

void consumer_state::on_consumer_time() {
  armed_ = false;
  core_->tick(config_.steady_now());
  std::erase_if(cold_, [this](const auto& x) { return !core_->find(x.first); });
  turn();
}

void consumer_state::turn() {
  turn_bytes_ = 0;
  while (turn_bytes_ < turn_bytes_max) {
    auto order = core_->next(config_.steady_now());
    if (!order)
      return arm();
    start(*order);
  }
  if (!std::exchange(more_asked_, true))
    self->send(self, read_more{});
  arm();
}

void consumer_state::start(const consumer_core::read_order& x) {
  auto routes = config_.routes->get();
  auto found = find_local_replica(*routes, config_.self, x.what);
  if (!found && found.error().may_pass)
    return core_->pause(x.ticket, config_.steady_now());
  if (!found)
    return give_up(x.ticket, std::move(found.error().why));
  const auto& topic = *routes->find(x.what.topic);
  if (topic.topic->id != x.topic_id)
    return give_up(x.ticket, {errc::unknown_partition,
                              "the topic was deleted, another has its name"});
  read_from_[x.what] = {*found, topic.views};
  read_records question;
  question.ticket = x.ticket;
  question.from = x.from;
  question.bytes_max = static_cast<uint32_t>(config_.options.block_bytes_max);
  question.source = read_source::any_replica;
  if (auto known = places_.find(found->id(), x.from, question.bytes_max,
                                storage::no_leader_epoch))
    return take(x.ticket, *known);
  question.client = self;
  self->send(*found, std::move(question));
}

void consumer_state::on_read_finished(read_finished& x) {
  if (auto order = core_->find(x.ticket)) {
    places_.remember(read_from_[order->what].partition.id(), x);
    take(x.ticket, x);
  }
  turn();
}

void consumer_state::take(ticket_t ticket, read_finished& x) {
  if (!x.why.ok())
    return failed(ticket, std::move(x.why));
  auto order = core_->find(ticket);
  const auto& from = read_from_[order->what];
  if (x.records.size > 0 && from.views != nullptr)
    return view(ticket, std::move(x), from.views);
  if (x.records.size > 0)
    return take_records(ticket, {std::move(x)});
  core_->nothing_there(ticket);
  self->send(from.partition, watch_records{ticket, x.high_watermark, self});
}

void consumer_state::failed(ticket_t ticket, problem why) {
  auto order = core_->find(ticket);
  if (!order)
    return;
  switch (core_->failed(ticket, why, config_.steady_now())) {
  case consumer_core::failed_read::again:
    return;
  case consumer_core::failed_read::place:
    return place(order->what, read_from_[order->what].partition);
  case consumer_core::failed_read::over:
    return give_up(ticket, std::move(why));
  }
}

void consumer_state::give_up(ticket_t ticket, problem why) {
  auto ended = core_->give_up(ticket, std::move(why));
  forget(ended.what);
  self->send(config_.subscriber, std::move(ended));
}

void consumer_state::arm() {
  if (!core_->waits_for_time() || std::exchange(armed_, true))
    return;
  self->delayed_send(self, config_.options.retry_backoff, consumer_time{});
}

void consumer_state::end(const problem& why) {
  for (auto& x : core_->end(why))
    self->send(config_.subscriber, std::move(x));
  for (auto& [what, tell] : std::exchange(placing_, {}))
    tell({why});
  for (const auto& [what, from] : read_from_)
    self->send(from.partition, unwatch_records{self});
  read_from_.clear();
  // Its owner may keep this actor longer than the node, and a thread of its
  // own ends with the last handle of its actor.
  config_.read_in = nullptr;
}

} // namespace troupe::actors
