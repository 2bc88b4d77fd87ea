// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/storage/file_slice.h>

#include <optional>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// The record batches of one partition inside a message. A decoded message
/// holds a slice of its frame; a fetch response may name a part of a segment
/// instead, which then leaves with sendfile.
struct records_data {
  storage::buffer bytes;
  /// When set, these bytes are sent and `bytes` is ignored.
  std::optional<storage::file_slice> file;
  /// Requests only: the field was null. In responses there is no null, because
  /// librdkafka up to 2.0 drops the whole message for it.
  bool null = false;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
