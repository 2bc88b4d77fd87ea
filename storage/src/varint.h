// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::storage {

/// Small integers of either sign become small: 0, -1, 1, -2, ...
inline uint64_t zigzag(int64_t x) noexcept {
  return (static_cast<uint64_t>(x) << 1)
         ^ static_cast<uint64_t>(x < 0 ? -1 : 0);
}

/// Kafka's variable-length integers; `byte_reader` reads them.
inline void append_varint(std::vector<std::byte>& to, int64_t x) {
  auto rest = zigzag(x);
  for (; rest >= 0x80; rest >>= 7)
    to.push_back(static_cast<std::byte>((rest & 0x7f) | 0x80));
  to.push_back(static_cast<std::byte>(rest));
}

inline size_t varint_bytes(int64_t x) noexcept {
  size_t n = 1;
  for (auto rest = zigzag(x); rest >= 0x80; rest >>= 7)
    ++n;
  return n;
}

} // namespace troupe::storage
