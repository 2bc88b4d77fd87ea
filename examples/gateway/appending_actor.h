// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "append_outcome.h"
#include "gateway_messages.h"
#include "gateway_options.h"

#include <troupe/actors/producer_interfaces.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <functional>
#include <vector>

namespace gateway {

/// Does one append_order: decodes it, hands its records to a producer, and ends
/// with the answer. Records of one order for one partition keep their order.
using appending_actor = caf::typed_actor<caf::reacts_to<append_order>>;

struct appending_state {
  static inline const char* name = "appending";

  explicit appending_state(appending_actor::pointer self) : self(self) {}

  void on_append_order(append_order& x);

  appending_actor::pointer self;
  troupe::actors::producer_actor producer;
  gateway_limits bounds;

private:
  outcome<std::vector<troupe::outgoing_record>> decode(append_order& x) const;
  void append(size_t index, troupe::outgoing_record x);
  void settle(size_t index, record_outcome x);

  std::function<void(answer)> told_;
  std::vector<record_outcome> outcomes_;
  size_t missing_ = 0;
};

appending_actor::behavior_type
appending(appending_actor::stateful_pointer<appending_state> self,
          troupe::actors::producer_actor producer, gateway_limits bounds);

} // namespace gateway
