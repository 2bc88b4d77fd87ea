// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/inspect.h>
#include <troupe/actors/problem.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/types.h>

#include <caf/meta/type_name.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Messages between a consumer in another process and the node that reads for
/// it. They cross processes: a struct here is never edited, renamed or moved; a
/// newer version gets a successor, and remote_consume_version_max rises.
namespace troupe::actors {

/// Versions of what follows. Both ends speak all of a range, and use the
/// highest that both know.
inline constexpr int32_t remote_consume_version_min = 1;
/// The newest of them.
inline constexpr int32_t remote_consume_version_max = 1;

/// Read a partition from `from` on: an offset, from_earliest or from_latest;
/// remote_subscribed follows.
struct remote_subscribe {
  /// Chosen by the asker, another one each time; comes back with all that
  /// follows from it.
  uint64_t number = 0;
  storage::topic_partition what;
  int64_t from = 0;
};

/// As in actors::subscribed.
struct remote_subscribed {
  problem why;
  int64_t position = storage::no_offset;
};

/// No more of that partition.
struct remote_unsubscribe {
  storage::topic_partition what;
};

/// So many blocks more may be sent. What goes beyond the limit that
/// remote_consumer_opened told is not heeded.
struct remote_demand {
  uint32_t blocks = 0;
};

/// As records_block, for one of the demand.
struct remote_block {
  uint64_t number = 0;
  storage::buffer batches;
  int64_t begin_offset = 0;
  int64_t end_offset = 0;
  int64_t high_watermark = 0;
};

/// As in actors::subscription_ended.
struct remote_subscription_ended {
  uint64_t number = 0;
  problem why;
  int64_t position = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remote_subscribe& x) {
  return f(caf::meta::type_name("remote_subscribe"), x.number, x.what, x.from);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remote_subscribed& x) {
  return f(caf::meta::type_name("remote_subscribed"), x.why, x.position);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remote_unsubscribe& x) {
  return f(caf::meta::type_name("remote_unsubscribe"), x.what);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remote_demand& x) {
  return f(caf::meta::type_name("remote_demand"), x.blocks);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, remote_block& x) {
  return f(caf::meta::type_name("remote_block"), x.number, x.batches,
           x.begin_offset, x.end_offset, x.high_watermark);
}

template <class Inspector>
typename Inspector::result_type
inspect(Inspector& f, remote_subscription_ended& x) {
  return f(caf::meta::type_name("remote_subscription_ended"), x.number, x.why,
           x.position);
}

} // namespace troupe::actors

#pragma GCC visibility pop
