// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cold_reads.h"
#include "page_cache.h"
#include "sendfile.h"
#include "write_queue.h"

#include <troupe/transport/chunk.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace troupe::transport {

/// Why `sender::send` came back.
enum class send_state : uint8_t {
  /// Nothing is left.
  drained,
  /// The socket is full: call again when it is writable.
  blocked,
  /// The leading slice is being read in: call again after `slice_read_in`.
  cold,
  /// The budget is spent: call again after others had their turn.
  more,
  /// The connection is of no use any more.
  failed,
};

/// Moves the answers of one connection into its socket: memory with sendmsg,
/// file slices with sendfile. Waits for nothing.
class sender {
public:
  struct report {
    send_state state = send_state::drained;
    size_t bytes_sent = 0;
    page_count pages;
    /// For `failed`.
    std::string why;
  };

  explicit sender(cold_reads::begin_read_in begin_read_in);

  void push(chunks xs) { queue_.push(std::move(xs)); }

  /// Sends on the non-blocking `socket`, `bytes_max` bytes at most.
  report send(int socket, size_t bytes_max);

  void slice_read_in() noexcept;
  /// A slice is being read in: `send` would be in vain.
  bool waiting_for_disk() const noexcept { return cold_reads_.waiting(); }

  size_t bytes() const noexcept { return queue_.bytes(); }
  void clear() noexcept { queue_.clear(); }

private:
  bool send_leading_memory(int socket, size_t bytes_max, report& x);
  bool send_leading_slice(int socket, size_t bytes_max, report& x);
  bool copy_leading_slice(const storage::file_slice& slice, report& x);
  bool account(const send_result& sent, report& x);

  write_queue queue_;
  cold_reads cold_reads_;
};

} // namespace troupe::transport
