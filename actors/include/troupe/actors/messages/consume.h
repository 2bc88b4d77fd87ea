// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/consumer_options.h>
#include <troupe/actors/problem.h>
#include <troupe/actors/records_block.h>
#include <troupe/storage/types.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Messages between a consumer inside the process and its subscriber. Local
/// only.
namespace troupe::actors {

/// Read a partition from `from` on: an offset, from_earliest or from_latest.
struct subscribe {
  storage::topic_partition what;
  storage::offset_t from = from_latest;
};

/// Whether blocks can be asked for from now on.
struct subscribed {
  /// errc::unknown_partition, errc::not_leader (no replica on this node, or not
  /// open yet), errc::partition_offline, storage::errc::offset_out_of_range,
  /// storage::errc::invalid_argument (subscribed already),
  /// storage::errc::busy (too many partitions).
  problem why;
  /// Where the first block will begin, or after.
  storage::offset_t position = storage::no_offset;
};

/// No block of this partition follows. Nothing happens without a subscription.
struct unsubscribe {
  storage::topic_partition what;
};

/// Demand: so many blocks more may be sent, of whichever partitions. Without
/// demand nothing is read.
struct request_blocks {
  uint32_t count = 1;
};

/// A partition will not be read any more: its topic was deleted, its replica
/// left this node, its disk failed, the node stops, or see offset_reset::none.
struct subscription_ended {
  storage::topic_partition what;
  problem why;
  /// What would have been read next.
  storage::offset_t position = 0;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::records_block)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::subscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::subscribed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::unsubscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::request_blocks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::subscription_ended)

#pragma GCC visibility pop
