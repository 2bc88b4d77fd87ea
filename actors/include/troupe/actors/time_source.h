// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe {

/// What time a node takes it to be: for timestamps, retention, sessions of
/// groups and nodes, elections. How long something waits before it looks, and
/// how long it waits for a socket or an answer, is measured by the system's
/// clock: a node whose time stands still is awake and expires nothing.
///
/// Called by many threads at once, for each batch that is appended: it must be
/// thread safe, must not block and cannot fail.
class time_source {
public:
  virtual ~time_source() = default;

  /// Milliseconds since 1970. May go back.
  virtual storage::timestamp_ms wall_ms() noexcept = 0;

  /// Microseconds since some moment. Never goes back, and is not changed when
  /// somebody sets the clock.
  virtual int64_t steady_us() noexcept = 0;
};

} // namespace troupe

#pragma GCC visibility pop
