// SPDX-License-Identifier: Apache-2.0
#include "producer_actor.h"

#include "error_map.h"

#include <troupe/cluster/controller.h>
#include <troupe/storage/assert.h>

#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace troupe::actors {

namespace {

/// Those that may wait for credit, and for a flush.
constexpr size_t waiters_max = 1'000;
constexpr std::chrono::seconds id_timeout{30};
/// Longest that a timer keeps a producer alive which nobody knows any more.
constexpr int64_t nap_ms_max = 1'000;

problem not_for_users() {
  return storage::error{storage::errc::invalid_argument,
                        "only the broker writes to its internal topics"};
}

} // namespace

producer_body_actor::behavior_type
producer(producer_pointer self, producer_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.end({errc::stopping, "the node is stopping"});
    self->quit(x.reason);
  });
  return {
      [&state](append_finished& x) { state.on_append_finished(x); },
      [](const read_finished&) {},
      [](const records_available&) {},
      [&state](produce_record& x) { return state.on_produce_record(x); },
      [&state](produce_batch& x) { return state.on_produce_batch(x); },
      [&state](const await_credit& x) { return state.on_await_credit(x); },
      [&state](const flush_producer&) { return state.on_flush_producer(); },
      [&state](produce_record_and_tell& x) {
        state.on_produce_record_and_tell(x);
      },
      [&state](produce_batch_and_tell& x) {
        state.on_produce_batch_and_tell(x);
      },
      [&state](const send_gathered&) { state.on_send_gathered(); },
      [&state](const producer_time& x) { state.on_producer_time(x); },
  };
}

void producer_state::open(producer_config config) {
  config_ = std::move(config);
  core_.emplace(config_.options);
  turns_.emplace(config_.options.batch_bytes_max, config_.seed);
}

caf::result<records_produced>
producer_state::on_produce_record(produce_record& x) {
  asker who;
  who.ticket = x.ticket;
  who.reply = self->make_response_promise<records_produced>();
  auto reply = who.reply;
  if (auto why = take(x, std::move(who)); !why.ok())
    reply.deliver(records_produced{x.ticket, std::move(why)});
  return reply;
}

caf::result<records_produced>
producer_state::on_produce_batch(produce_batch& x) {
  asker who;
  who.ticket = x.ticket;
  who.reply = self->make_response_promise<records_produced>();
  auto reply = who.reply;
  if (auto why = take(x, std::move(who)); !why.ok())
    reply.deliver(records_produced{x.ticket, std::move(why)});
  return reply;
}

void producer_state::on_produce_record_and_tell(produce_record_and_tell& x) {
  asker who;
  who.ticket = x.what.ticket;
  who.then = x.then;
  if (auto why = take(x.what, std::move(who)); !why.ok()) {
    records_produced refused{x.what.ticket, std::move(why)};
    x.then(refused);
  }
}

void producer_state::on_produce_batch_and_tell(produce_batch_and_tell& x) {
  asker who;
  who.ticket = x.what.ticket;
  who.then = x.then;
  if (auto why = take(x.what, std::move(who)); !why.ok()) {
    records_produced refused{x.what.ticket, std::move(why)};
    x.then(refused);
  }
}

problem producer_state::take(produce_record& x, asker who) {
  if (cluster::internal_topic(x.record.topic))
    return not_for_users();
  auto to = choose_partition(x.record);
  if (!to)
    return std::move(to.error());
  who.partition = to->partition;
  auto timestamp = x.record.timestamp ? *x.record.timestamp : config_.now();
  return took(
      core_->take(next_asker_, *to, x.record, timestamp, config_.steady_now()),
      std::move(who));
}

problem producer_state::take(produce_batch& x, asker who) {
  if (cluster::internal_topic(x.to.topic))
    return not_for_users();
  auto found = find_local_leader(*config_.routes->get(), config_.self, x.to);
  if (!found && !found.error().may_pass)
    return std::move(found.error().why);
  who.partition = x.to.partition;
  return took(
      core_->take(next_asker_, x.to, std::move(x.batch), config_.steady_now()),
      std::move(who));
}

problem producer_state::took(problem why, asker who) {
  if (why.ok()) {
    askers_.emplace_hint(askers_.end(), next_asker_++, std::move(who));
    gather();
  }
  return why;
}

result<storage::topic_partition, problem>
producer_state::choose_partition(const outgoing_record& x) {
  auto routes = config_.routes->get();
  storage::topic_partition to{x.topic, x.partition.value_or(0)};
  const auto* topic = routes->find(x.topic);
  if (!x.partition && topic != nullptr) {
    auto count = static_cast<int32_t>(topic->partitions.size());
    to.partition = x.key ? partition_of_key(*x.key, count)
                         : turns_->next(x.topic, count, credit_bytes(x));
  }
  auto found = find_local_leader(*routes, config_.self, to);
  if (!found && !found.error().may_pass)
    return tl::unexpected<problem>(std::move(found.error().why));
  return to;
}

void producer_state::gather() {
  if (!std::exchange(gathering_, true))
    self->send(self, send_gathered{});
}

void producer_state::on_send_gathered() {
  gathering_ = false;
  turn();
}

void producer_state::on_append_finished(append_finished& x) {
  if (auto done = core_->answered(x, config_.steady_now()))
    tell(*done);
  turn();
}

void producer_state::on_producer_time(const producer_time& x) {
  // Another one took its place: each that ran on would leave one more behind.
  if (armed_for_ms_ != x.at_ms)
    return;
  armed_for_ms_.reset();
  tell(core_->expire(config_.steady_now()));
  turn();
}

void producer_state::turn() {
  auto now = config_.steady_now();
  auto routes = config_.routes->get();
  partition_actor target;
  stage_desk_actor stages;
  producer_core::outlet out;
  out.check =
      [&](const storage::topic_partition& to) -> std::optional<route_refusal> {
    auto found = find_local_leader(*routes, config_.self, to);
    if (!found)
      return std::move(found.error());
    target = std::move(*found);
    if (config_.through_stages)
      stages = routes->find(to.topic)->stages;
    return std::nullopt;
  };
  out.send = [&](const storage::topic_partition& to, ticket_t ticket,
                 storage::buffer batch) {
    append_records what{ticket, std::move(batch),
                        static_cast<int16_t>(config_.options.acks), self};
    if (stages == nullptr)
      self->send(target, std::move(what));
    else
      self->send(stages, append_through_stages{to, target, std::move(what)});
  };
  tell(core_->send_due(now, out));
  ask_for_id();
  answer_waiters();
  arm();
}

void producer_state::ask_for_id() {
  auto now = config_.steady_now();
  if (asking_for_id_ || now < ask_again_at_ms_ || !core_->wants_id(now))
    return;
  asking_for_id_ = true;
  auto failed = [this] {
    asking_for_id_ = false;
    ask_again_at_ms_ =
        config_.steady_now() + config_.options.retry_backoff.count();
    arm();
  };
  self->request(config_.controller, id_timeout, allocate_producer_id{})
      .then(
          [this, failed](const producer_id_allocated& x) {
            if (!x.why.ok())
              return failed();
            asking_for_id_ = false;
            core_->give_id(x.producer_id, config_.steady_now());
            turn();
          },
          [failed](const caf::error&) { failed(); });
}

void producer_state::tell(const settled_batch& x) {
  // One for a whole batch, one after the other for single records.
  int64_t index = 0;
  for (auto ticket : x.asked) {
    auto found = askers_.find(ticket);
    ASSERT(found != askers_.end());
    auto who = std::move(found->second);
    askers_.erase(found);
    records_produced outcome{who.ticket, x.why, who.partition};
    if (x.why.ok()) {
      outcome.offset = x.base_offset + index++;
      outcome.log_append_time = x.log_append_time;
    }
    if (who.then)
      who.then(outcome);
    else
      who.reply.deliver(std::move(outcome));
  }
}

void producer_state::tell(const std::vector<settled_batch>& xs) {
  for (const auto& x : xs)
    tell(x);
}

caf::result<credit_given>
producer_state::on_await_credit(const await_credit& x) {
  if (x.bytes > config_.options.bytes_in_flight_max)
    return credit_given{storage::error{storage::errc::invalid_argument,
                                       "never so much may be in flight"}};
  if (core_->has_credit(x.bytes) && credit_waiters_.empty())
    return credit_given{};
  if (credit_waiters_.size() >= waiters_max)
    return credit_given{
        storage::error{storage::errc::busy, "too many wait for credit"}};
  auto reply = self->make_response_promise<credit_given>();
  credit_waiters_.push_back({x.bytes, reply});
  // What lingers holds credit.
  core_->flush();
  gather();
  return reply;
}

caf::result<producer_flushed> producer_state::on_flush_producer() {
  if (flush_waiters_.size() >= waiters_max)
    return producer_flushed{
        storage::error{storage::errc::busy, "too many wait for a flush"}};
  core_->flush();
  auto reply = self->make_response_promise<producer_flushed>();
  flush_waiters_.push_back({next_asker_, reply});
  turn();
  return reply;
}

void producer_state::answer_waiters() {
  while (!credit_waiters_.empty()
         && core_->has_credit(credit_waiters_.front().bytes)) {
    credit_waiters_.front().reply.deliver(credit_given{});
    credit_waiters_.pop_front();
  }
  std::erase_if(flush_waiters_, [this](flush_waiter& x) {
    bool done = askers_.empty() || x.before <= askers_.begin()->first;
    if (done)
      x.reply.deliver(producer_flushed{});
    return done;
  });
}

void producer_state::arm() {
  auto now = config_.steady_now();
  auto at = core_->wake_at_ms(now);
  if (ask_again_at_ms_ > now)
    at = at ? std::min(*at, ask_again_at_ms_) : ask_again_at_ms_;
  if (!at)
    return;
  auto when = std::min(*at, now + nap_ms_max);
  if (armed_for_ms_ && *armed_for_ms_ <= when)
    return;
  armed_for_ms_ = when;
  self->delayed_send(self, std::chrono::milliseconds(when - now),
                     producer_time{when});
}

void producer_state::end(const problem& why) {
  tell(core_->end(why));
  for (auto& x : credit_waiters_)
    x.reply.deliver(credit_given{why});
  credit_waiters_.clear();
  answer_waiters();
}

} // namespace troupe::actors
