// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/partition.h>
#include <troupe/actors/outgoing_record.h>
#include <troupe/actors/problem.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/types.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstddef>
#include <cstdint>

#pragma GCC visibility push(default)

/// Messages to and from a producer inside the process. Local only.
namespace troupe::actors {

/// One record; the producer batches it with others.
struct produce_record {
  outgoing_record record;
  /// Comes back in the answer, for those that do not use requests.
  ticket_t ticket = 0;
};

/// A whole record batch in Kafka's format (storage::batch_builder makes them),
/// which is appended as it is.
struct produce_batch {
  storage::topic_partition to;
  storage::buffer batch;
  /// Comes back in the answer, for those that do not use requests.
  ticket_t ticket = 0;
};

/// Outcome of both; within the delivery timeout.
struct records_produced {
  ticket_t ticket = 0;
  /// Refused at once: storage::errc::busy (no credit left, see await_credit),
  /// errc::unknown_partition, errc::not_leader (another node leads; produce
  /// there, or with a Kafka client), errc::partition_offline,
  /// storage::errc::batch_too_large, storage::errc::invalid_argument (a topic
  /// that only the broker writes to). Later: what the partition says,
  /// errc::not_leader when leadership moved, errc::timed_out after the delivery
  /// timeout, errc::stopping; after these three nobody knows whether the
  /// records are in the log.
  problem why;
  int32_t partition = -1;
  /// Of the record, or of the batch's first one.
  storage::offset_t offset = storage::no_offset;
  /// The topic's time of appending; no_timestamp: the record's own counts.
  storage::timestamp_ms log_append_time = storage::no_timestamp;
};

/// Answered when so many more bytes would be taken: the way to wait after a
/// refusal. Those who wait are answered in their order, but nothing is
/// reserved: actors that do not wait may be faster, and who must not be left
/// behind by others has a producer of its own. (troupe::producer serves threads
/// in their order.)
struct await_credit {
  size_t bytes = 0;
};

/// There was room at that moment; others may have taken it since.
struct credit_given {
  /// storage::errc::invalid_argument when there never will be so much,
  /// storage::errc::busy when 1,000 wait already, errc::stopping.
  problem why;
};

/// Answered when everything that was taken before has its outcome; batches do
/// not linger meanwhile.
struct flush_producer {};

/// Nothing that was taken before the question waits any more.
struct producer_flushed {
  /// storage::errc::busy when 1,000 wait already.
  problem why;
};

/// What a record counts against the credit of its producer.
size_t credit_bytes(const outgoing_record& x) noexcept;

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::produce_record)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::produce_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::records_produced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::await_credit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::credit_given)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::flush_producer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_flushed)

#pragma GCC visibility pop
