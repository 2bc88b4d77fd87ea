// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

namespace troupe::storage {

/// Integers as Kafka writes them. `from` holds at least sizeof(T) bytes.
template <class T>
T load_big_endian(const std::byte* from) noexcept {
  static_assert(std::is_integral_v<T>);
  using bits = std::make_unsigned_t<T>;
  bits value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value =
        static_cast<bits>(static_cast<bits>(value << (sizeof(T) > 1 ? 8 : 0))
                          | static_cast<bits>(from[i]));
  return static_cast<T>(value);
}

/// `to` has room for sizeof(T) bytes.
template <class T>
void store_big_endian(std::byte* to, T value) noexcept {
  static_assert(std::is_integral_v<T>);
  auto rest = static_cast<std::make_unsigned_t<T>>(value);
  for (size_t i = sizeof(T); i-- > 0;) {
    to[i] = static_cast<std::byte>(rest & 0xff);
    rest = static_cast<decltype(rest)>(sizeof(T) > 1 ? rest >> 8 : 0);
  }
}

template <class T>
void append_big_endian(std::vector<std::byte>& to, T value) {
  to.resize(to.size() + sizeof(T));
  store_big_endian(to.data() + to.size() - sizeof(T), value);
}

} // namespace troupe::storage
