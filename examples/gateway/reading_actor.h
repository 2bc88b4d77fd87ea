// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway_messages.h"

#include <troupe/actors/consumer_interfaces.h>
#include <troupe/actors/node.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <optional>

namespace gateway {

/// Does one read_order: subscribes to the partition, and turns the blocks that
/// come into pages. It holds one block at most, and asks for the next one when
/// that is used up and a page is granted.
using reading_actor = troupe::actors::subscriber_actor::extend<
    // The order itself; once.
    caf::reacts_to<read_order>,
    // Pages more.
    caf::reacts_to<grant_pages>,
    // Nobody wants more.
    caf::reacts_to<end_reading>,
    // From itself.
    caf::reacts_to<wait_over>>;

struct reading_state {
  static inline const char* name = "reading";

  explicit reading_state(reading_actor::pointer self) : self(self) {}

  void on_records_block(const troupe::records_block& x);
  void on_subscription_ended(const troupe::actors::subscription_ended& x);
  void on_read_order(read_order& x);
  void on_grant_pages(const grant_pages& x);
  void on_end_reading();
  void on_wait_over();
  /// The last thing that is told.
  void refuse(refusal x);

  reading_actor::pointer self;
  troupe::node* home = nullptr;

private:
  /// Learns first where the partition ends: an empty page has to be true.
  void find_end();
  void start();
  void subscribed(const troupe::actors::subscribed& x);
  void serve();
  void give_empty();
  template <class Next>
  void ask(troupe::storage::offset_t from, Next next);

  read_order order_;
  troupe::actors::consumer_actor consumer_;
  /// The high watermark before the reading began; none: not asked for.
  std::optional<troupe::storage::offset_t> end_;
  /// What comes next; while it is not placed, what the order says.
  troupe::storage::offset_t position_ = 0;
  bool placed_ = false;
  uint32_t granted_ = 0;
  std::optional<troupe::records_block> block_;
  bool asked_ = false;
};

reading_actor::behavior_type
reading(reading_actor::stateful_pointer<reading_state> self,
        troupe::node* home);

} // namespace gateway
