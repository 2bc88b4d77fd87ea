// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// What can go wrong with bytes on disk. `actors/error_map` translates each
/// value to a Kafka error code; a new value breaks that switch on purpose.
enum class errc : uint8_t {
  /// The offset lies outside [log start offset, log end offset].
  offset_out_of_range = 1,
  /// Size, magic or CRC of a batch is wrong.
  corrupt_batch,
  /// The batch is well-formed but breaks a rule (counts, control bit, keys).
  invalid_record,
  /// The batch is larger than `max.message.bytes`.
  batch_too_large,
  /// The batch is larger than a segment may be.
  records_too_large_for_segment,
  /// A timestamp lies outside the window that the topic allows.
  invalid_timestamp,
  /// The compression codec is unknown or not allowed.
  unsupported_compression,
  /// Sequence number of an idempotent producer leaves a gap.
  out_of_order_sequence,
  /// The producer's epoch is older than the one we know.
  invalid_producer_epoch,
  /// The medium has no room left; nothing was appended, try again later.
  disk_full,
  /// The medium refuses writes; nothing was appended.
  read_only,
  /// The process or the system is short of descriptors or memory: nothing is
  /// wrong with the medium, the same call may succeed later.
  busy,
  /// Any other failure of the operating system.
  io,
  /// A sync of this file failed before: it takes no writes any more.
  poisoned,
  /// The log was closed or handed over.
  closed,
  /// Bytes inside the log (not at its tail) are damaged.
  corrupt_log,
  /// Another process holds the lock on the data directory.
  locked,
  /// A file or a key does not exist.
  not_found,
  /// An argument from a user or a peer is not acceptable.
  invalid_argument,
  /// The data was written by a version that we do not know.
  unsupported_format,
};

/// Stable name of `x`, for logs and tests.
std::string_view to_string(errc x) noexcept;

/// An expected failure: what, where, and the operating system's reason.
struct error {
  errc code = errc::io;
  /// A sentence for a person; starts with what we tried to do.
  std::string message;
  /// `errno` of the failed call, 0 when no call was involved.
  int os_error = 0;
};

/// `message: strerror (code)`.
std::string to_string(const error& x);

/// Picks disk_full, read_only, not_found, busy or io for `os_error` (an errno).
error from_errno(int os_error, std::string message);

} // namespace troupe::storage

#pragma GCC visibility pop
