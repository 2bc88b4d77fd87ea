// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway_options.h"
#include "orders.h"

#include <troupe/actors/node.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <memory>

namespace gateway {

/// The way from the threads of connections to actors and, in the functions of
/// orders, back. Owns an actor system of the gateway's own. Thread safe;
/// nothing in it waits but its destructor.
class bridge {
public:
  /// The node has to outlive the bridge.
  static troupe::result<std::unique_ptr<bridge>>
  open(troupe::node& home, const gateway_limits& bounds);

  /// Ends all orders and waits for their actors; afterwards nobody is told
  /// anything.
  ~bridge();
  bridge(const bridge&) = delete;
  bridge& operator=(const bridge&) = delete;

  void append(append_order x);
  /// The number of the reading, for `grant` and `end`.
  uint64_t read(read_order x);
  void grant(uint64_t reading, uint32_t pages);
  void end(uint64_t reading);

private:
  struct state;
  explicit bridge(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

} // namespace gateway
