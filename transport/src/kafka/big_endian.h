// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace troupe::kafka {

/// The bits of a number in network order, or back.
template <class T>
requires std::is_arithmetic_v<T>
auto swapped_bits(T x) noexcept {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof(T) == 1)
    return std::bit_cast<uint8_t>(x);
  else if constexpr (sizeof(T) == 2)
    return __builtin_bswap16(std::bit_cast<uint16_t>(x));
  else if constexpr (sizeof(T) == 4)
    return __builtin_bswap32(std::bit_cast<uint32_t>(x));
  else
    return __builtin_bswap64(std::bit_cast<uint64_t>(x));
}

template <class T>
T load_big_endian(const std::byte* from) noexcept {
  decltype(swapped_bits(T{})) bits;
  std::memcpy(&bits, from, sizeof(T));
  if constexpr (std::is_same_v<T, bool>)
    return bits != 0;
  else
    return std::bit_cast<T>(swapped_bits(bits));
}

template <class T>
void store_big_endian(std::byte* to, T x) noexcept {
  auto bits = swapped_bits(x);
  std::memcpy(to, &bits, sizeof(T));
}

} // namespace troupe::kafka
