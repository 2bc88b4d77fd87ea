// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "orders.h"

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>

/// Messages among the gateway's actors. Local only.
namespace gateway {

/// An appending or a reading is over (the desk to itself).
struct order_done {
  uint64_t number = 0;
};

/// Time is up (a reading to itself).
struct wait_over {};

} // namespace gateway

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(gateway::append_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(gateway::read_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(gateway::grant_pages)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(gateway::end_reading)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(gateway::order_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(gateway::wait_over)
