// SPDX-License-Identifier: Apache-2.0
#include "desk_actor.h"

#include <caf/actor_cast.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include <utility>

namespace gateway {

desk_actor::behavior_type
desk(desk_actor::stateful_pointer<desk_state> self, troupe::node* home,
     troupe::actors::producer_actor producer, gateway_limits bounds) {
  auto& state = self->state;
  state.home = home;
  state.producer = std::move(producer);
  state.bounds = bounds;
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.end_orders();
    self->quit(x.reason);
  });
  return {
      [&state](append_order& x) { state.on_append_order(x); },
      [&state](read_order& x) { state.on_read_order(x); },
      [&state](const grant_pages& x) { state.on_grant_pages(x); },
      [&state](const end_reading& x) { state.on_end_reading(x); },
      [&state](const order_done& x) { state.on_order_done(x); },
  };
}

void desk_state::on_append_order(append_order& x) {
  auto worker = self->spawn(appending, producer, bounds);
  appendings_.emplace(x.number, worker);
  tell_when_done(worker, x.number);
  self->send(worker, std::move(x));
}

void desk_state::on_read_order(read_order& x) {
  auto worker = self->spawn(reading, home);
  readings_.emplace(x.number, worker);
  tell_when_done(worker, x.number);
  self->send(worker, std::move(x));
}

template <class Worker>
void desk_state::tell_when_done(const Worker& worker, uint64_t number) {
  caf::actor_cast<caf::abstract_actor*>(worker)->attach_functor(
      [me = desk_actor(self), number](const caf::error&) {
        caf::anon_send(me, order_done{number});
      });
}

void desk_state::on_grant_pages(const grant_pages& x) {
  if (auto i = readings_.find(x.number); i != readings_.end())
    self->send(i->second, x);
}

void desk_state::on_end_reading(const end_reading& x) {
  if (auto i = readings_.find(x.number); i != readings_.end())
    self->send(i->second, x);
}

void desk_state::on_order_done(const order_done& x) {
  appendings_.erase(x.number);
  readings_.erase(x.number);
}

void desk_state::end_orders() {
  for (const auto& [number, worker] : appendings_)
    self->send_exit(worker, caf::exit_reason::user_shutdown);
  for (const auto& [number, worker] : readings_)
    self->send_exit(worker, caf::exit_reason::user_shutdown);
}

} // namespace gateway
