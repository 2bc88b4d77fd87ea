// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe {

/// When a producer calls a record delivered; Kafka's acks.
enum class acknowledgement : int8_t {
  /// All replicas in sync have it.
  all = -1,
  /// The leader has it.
  leader = 1,
};

/// How a producer inside the process works. The defaults are Kafka's where
/// there is one.
struct producer_options {
  /// What counts as delivered.
  acknowledgement acks = acknowledgement::all;
  /// Each batch gets a sequence number, so that trying again makes no
  /// duplicates. Batches that come encoded are left as they are: without a
  /// sequence number of their own they may be there twice when they were tried
  /// again after a doubtful answer.
  bool idempotent = true;
  /// A batch of single records is sent when the next one would make it larger.
  size_t batch_bytes_max = 64 << 10;
  /// How long a batch of single records waits for more. At 0 it takes what has
  /// come by the time that the producer gets to it.
  std::chrono::milliseconds linger{0};
  /// Credit: bytes that were taken and whose outcome is not known. What would
  /// be above it is refused at once with storage::errc::busy.
  size_t bytes_in_flight_max = 32 << 20;
  /// Batches per partition that are sent and not answered; at 1 the order is
  /// kept also without `idempotent`. 1 to 5.
  int batches_in_flight_max = 5;
  /// From taking a record to its outcome, whatever happens.
  std::chrono::milliseconds delivery_timeout{120'000};
  /// Pause before a batch is tried again.
  std::chrono::milliseconds retry_backoff{100};
};

} // namespace troupe

#pragma GCC visibility pop
