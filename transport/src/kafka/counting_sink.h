// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/wire_format.h"

#include <troupe/storage/buffer.h>
#include <troupe/storage/file_slice.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::kafka {

/// Bytes of an unsigned LEB128 number.
constexpr size_t uvarint_size(uint32_t x) noexcept {
  return x == 0 ? 1 : (static_cast<size_t>(std::bit_width(x)) + 6) / 7;
}

/// Takes what an encoder writes and only counts it, so that the real one can
/// allocate once.
struct counting_sink {
  /// Bytes to be copied into the frame's own memory.
  size_t memory_bytes = 0;
  /// Bytes that stay where they are.
  size_t outside_bytes = 0;
  size_t outside_pieces = 0;

  size_t total_bytes() const noexcept { return memory_bytes + outside_bytes; }

  template <number T>
  void put(T) noexcept {
    memory_bytes += sizeof(T);
  }

  void put_uvarint(uint32_t x) noexcept { memory_bytes += uvarint_size(x); }

  void put_bytes(std::span<const std::byte> xs) noexcept {
    memory_bytes += xs.size();
  }

  void put_outside(const storage::buffer& x) noexcept { leave(x.size()); }
  void put_outside(const storage::file_slice& x) noexcept { leave(x.size); }

private:
  void leave(size_t size) noexcept {
    outside_bytes += size;
    ++outside_pieces;
  }
};

} // namespace troupe::kafka
