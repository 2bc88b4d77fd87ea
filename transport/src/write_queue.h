// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/chunk.h>

#include <cstddef>
#include <deque>
#include <span>

#include <sys/uio.h>

namespace troupe::transport {

/// The chunks that leave a connection, in order, with a mark of how much of
/// the first one has left already. Pure.
class write_queue {
public:
  struct gathered {
    /// Vectors filled.
    size_t count = 0;
    /// Bytes they cover.
    size_t bytes = 0;
    /// The chunk behind them is a file slice.
    bool slice_follows = false;
  };

  void push(chunks xs);

  bool empty() const noexcept { return chunks_.empty(); }
  /// Bytes that have not left yet.
  size_t bytes() const noexcept { return bytes_; }
  /// The first chunk is a file slice. Not when empty.
  bool slice_first() const noexcept;

  /// Points `into` at the leading memory chunks, `bytes_max` bytes at most.
  gathered gather(std::span<iovec> into, size_t bytes_max) const;

  /// What is left of the leading slice, `size_max` bytes at most.
  storage::file_slice slice(uint32_t size_max) const;

  /// The first `size` bytes have left.
  void consume(size_t size);

  /// Puts `bytes` in the place of as many bytes of the leading slice.
  void replace_with_memory(storage::buffer bytes);

  void clear() noexcept;

private:
  std::deque<chunk> chunks_;
  /// How much of the first chunk has left.
  size_t done_ = 0;
  size_t bytes_ = 0;
};

} // namespace troupe::transport
