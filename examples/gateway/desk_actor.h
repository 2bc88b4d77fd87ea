// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "appending_actor.h"
#include "gateway_messages.h"
#include "gateway_options.h"
#include "reading_actor.h"

#include <troupe/actors/node.h>
#include <troupe/actors/producer_interfaces.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <map>

namespace gateway {

/// Where the gateway's connections bring their orders. Each gets an actor of
/// its own, so that one that computes holds up no other; they end with the
/// desk. Connections bound how many orders there are.
using desk_actor =
    caf::typed_actor<caf::reacts_to<append_order>, caf::reacts_to<read_order>,
                     // To the reading of that number.
                     caf::reacts_to<grant_pages>, caf::reacts_to<end_reading>,
                     // From itself.
                     caf::reacts_to<order_done>>;

struct desk_state {
  static inline const char* name = "desk";

  explicit desk_state(desk_actor::pointer self) : self(self) {}

  void on_append_order(append_order& x);
  void on_read_order(read_order& x);
  void on_grant_pages(const grant_pages& x);
  void on_end_reading(const end_reading& x);
  void on_order_done(const order_done& x);
  void end_orders();

  desk_actor::pointer self;
  troupe::node* home = nullptr;
  troupe::actors::producer_actor producer;
  gateway_limits bounds;

private:
  template <class Worker>
  void tell_when_done(const Worker& worker, uint64_t number);

  std::map<uint64_t, appending_actor> appendings_;
  std::map<uint64_t, reading_actor> readings_;
};

desk_actor::behavior_type
desk(desk_actor::stateful_pointer<desk_state> self, troupe::node* home,
     troupe::actors::producer_actor producer, gateway_limits bounds);

} // namespace gateway
