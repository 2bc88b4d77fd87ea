// SPDX-License-Identifier: Apache-2.0
#include "reading_actor.h"

#include <troupe/actors/consumer_options.h>

#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <chrono>
#include <utility>

namespace gateway {

using namespace troupe::actors;

reading_actor::behavior_type
reading(reading_actor::stateful_pointer<reading_state> self,
        troupe::node* home) {
  auto& state = self->state;
  state.home = home;
  self->set_down_handler([&state](const caf::down_msg&) {
    state.refuse(to_refusal(problem(errc::stopping, "the broker stops")));
  });
  return {
      [&state](const troupe::records_block& x) { state.on_records_block(x); },
      [&state](const subscription_ended& x) { state.on_subscription_ended(x); },
      [&state](read_order& x) { state.on_read_order(x); },
      [&state](const grant_pages& x) { state.on_grant_pages(x); },
      [&state](const end_reading&) { state.on_end_reading(); },
      [&state](const wait_over&) { state.on_wait_over(); },
  };
}

void reading_state::on_read_order(read_order& x) {
  order_ = std::move(x);
  position_ = order_.from;
  troupe::consumer_options options;
  options.block_bytes_max = order_.block_bytes_max;
  options.partitions_max = 1;
  auto made = spawn_consumer(*home, options, subscriber_actor(self));
  if (!made)
    return refuse(to_refusal(made.error()));
  consumer_ = std::move(*made);
  self->monitor(consumer_);
  if (order_.wait)
    find_end();
  else
    start();
}

template <class Next>
void reading_state::ask(troupe::storage::offset_t from, Next next) {
  self->request(consumer_, order_.read_timeout, subscribe{order_.what, from})
      .then(
          [this, next](const troupe::actors::subscribed& x) {
            if (x.why.ok())
              next(x);
            else
              refuse(to_refusal(x.why));
          },
          [this](const caf::error& x) {
            refuse(to_refusal(
                x == caf::sec::request_timeout
                    ? problem(errc::timed_out, "the partition did not answer")
                    : problem(errc::stopping, "the broker is stopping")));
          });
}

void reading_state::find_end() {
  ask(troupe::from_latest, [this](const troupe::actors::subscribed& x) {
    end_ = x.position;
    self->send(consumer_, unsubscribe{order_.what});
    start();
  });
}

void reading_state::start() {
  ask(order_.from,
      [this](const troupe::actors::subscribed& x) { subscribed(x); });
}

void reading_state::subscribed(const troupe::actors::subscribed& x) {
  position_ = x.position;
  placed_ = true;
  if (order_.wait) {
    granted_ = 1;
    bool there = position_ < end_.value_or(0);
    self->delayed_send(self, there ? order_.read_timeout : *order_.wait,
                       wait_over{});
  }
  serve();
}

void reading_state::on_grant_pages(const grant_pages& x) {
  granted_ += x.pages;
  serve();
}

void reading_state::on_records_block(const troupe::records_block& x) {
  asked_ = false;
  block_ = x;
  serve();
}

/// Each page looks through its block from the start: blocks are small, and what
/// is encoded ahead of a slow client would have to be kept.
void reading_state::serve() {
  while (granted_ > 0 && block_) {
    auto next = encode_page(*block_, position_, order_.format, order_.bounds);
    if (!next)
      return refuse(std::move(next.error()));
    position_ = next->next_offset;
    if (position_ >= next->block_end)
      block_.reset();
    // Compaction may have left none; who waits for one has a deadline.
    bool at_end = order_.wait && position_ >= end_.value_or(0);
    if (next->records == 0 && !at_end)
      continue;
    --granted_;
    order_.told(std::move(*next));
    if (order_.wait)
      return self->quit();
  }
  if (granted_ > 0 && placed_ && !asked_) {
    asked_ = true;
    self->send(consumer_, request_blocks{1});
  }
}

void reading_state::on_wait_over() {
  if (position_ < end_.value_or(0))
    return refuse(to_refusal(
        problem(errc::timed_out, "the records could not be read in time")));
  give_empty();
}

void reading_state::on_end_reading() {
  if (!order_.wait)
    return self->quit();
  // Records that are there are still given.
  order_.wait = std::chrono::milliseconds(0);
  if (placed_ && position_ >= end_.value_or(0))
    give_empty();
}

void reading_state::give_empty() {
  order_.told(empty_page(position_, order_.format));
  self->quit();
}

void reading_state::on_subscription_ended(const subscription_ended& x) {
  refuse(to_refusal(x.why));
}

void reading_state::refuse(refusal x) {
  order_.told(tl::unexpected(std::move(x)));
  self->quit();
}

} // namespace gateway
