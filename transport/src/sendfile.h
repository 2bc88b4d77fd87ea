// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/uio.h>

namespace troupe::transport {

/// What one system call that sends has done.
struct send_result {
  size_t bytes = 0;
  /// The socket takes nothing now; wait until it is writable.
  bool blocked = false;
  /// `errno` of a failure that ends the connection, else 0.
  int error = 0;
};

/// Sends memory on a non-blocking socket, never with SIGPIPE. With
/// `more_follows` the kernel holds a partial packet back for what comes next.
enum class more_follows : bool { no, yes };
send_result send_memory(int socket, std::span<iovec> parts, more_follows more);

/// Sends [position, position + size) of `file` from the page cache. Zero bytes
/// without error and without `blocked` mean that the file ends before it.
send_result send_file(int socket, int file, uint64_t position, size_t size);

} // namespace troupe::transport
