// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "big_endian.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::storage {

/// Reads foreign bytes front to back and never beyond their end. The first
/// misfit makes the reader fail for good: every later read yields zero or
/// nothing, so callers check `ok` once, after a group of reads.
class byte_reader {
public:
  explicit byte_reader(std::span<const std::byte> bytes) noexcept
      : bytes_(bytes) {}

  bool ok() const noexcept { return ok_; }
  size_t left() const noexcept { return bytes_.size(); }
  void fail() noexcept {
    ok_ = false;
    bytes_ = {};
  }

  template <class T>
  T integer() noexcept {
    auto part = take(sizeof(T));
    return part.empty() ? T{0} : load_big_endian<T>(part.data());
  }

  /// The next `size` bytes; empty when fewer are left.
  std::span<const std::byte> take(size_t size) noexcept {
    if (size > bytes_.size()) {
      fail();
      return {};
    }
    auto part = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return part;
  }

  /// Zigzag variable-length integers; more than 32 or 64 bits are a misfit.
  int32_t varint() noexcept {
    auto raw = variable(32);
    return static_cast<int32_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }
  int64_t varlong() noexcept {
    auto raw = variable(64);
    return static_cast<int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }

private:
  uint64_t variable(unsigned bits) noexcept {
    uint64_t value = 0;
    size_t used = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
      if (used == bytes_.size())
        break;
      auto byte = static_cast<uint64_t>(bytes_[used++]);
      auto payload = byte & 0x7f;
      if (bits - shift < 7 && (payload >> (bits - shift)) != 0)
        break;
      value |= payload << shift;
      if ((byte & 0x80) == 0) {
        bytes_ = bytes_.subspan(used);
        return value;
      }
    }
    fail();
    return 0;
  }

  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

} // namespace troupe::storage
