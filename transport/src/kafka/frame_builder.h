// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/big_endian.h"
#include "kafka/counting_sink.h"

#include <troupe/transport/chunk.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace troupe::kafka {

/// Takes what an encoder writes into one allocation of the size that a
/// `counting_sink` found. What stays outside splits that memory into chunks.
class frame_builder {
public:
  explicit frame_builder(const counting_sink& counted);

  template <number T>
  void put(T x) noexcept {
    store_big_endian(claim(sizeof(T)), x);
  }

  void put_uvarint(uint32_t x) noexcept {
    for (; x >= 0x80; x >>= 7)
      *claim(1) = static_cast<std::byte>(x | 0x80);
    *claim(1) = static_cast<std::byte>(x);
  }

  void put_bytes(std::span<const std::byte> xs) noexcept {
    if (!xs.empty())
      std::memcpy(claim(xs.size()), xs.data(), xs.size());
  }

  void put_outside(const storage::buffer& x);
  void put_outside(const storage::file_slice& x);

  /// All chunks; nothing may be written afterwards.
  transport::chunks finish();

private:
  std::byte* claim(size_t size) noexcept {
    auto* at = memory_.get() + used_;
    used_ += size;
    return at;
  }

  /// Makes a chunk of what was written since the last one.
  void cut();

  std::shared_ptr<std::byte[]> memory_;
  size_t size_;
  size_t used_ = 0;
  size_t cut_at_ = 0;
  transport::chunks chunks_;
};

} // namespace troupe::kafka
