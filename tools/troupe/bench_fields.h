// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

/// Kafka's classic encoding, for requests that are encoded once and written
/// over, and for answers that are read without being decoded.
namespace troupe::bench {

/// Big-endian bytes of `x` at `to`.
template <std::integral T>
void put(std::byte* to, T x) {
  auto bits = static_cast<std::make_unsigned_t<T>>(x);
  for (size_t i = 0; i < sizeof(T); ++i)
    to[i] = static_cast<std::byte>(bits >> (8 * (sizeof(T) - 1 - i)));
}

template <std::integral T>
void append(std::vector<std::byte>& to, T x) {
  to.resize(to.size() + sizeof(T));
  put(to.data() + to.size() - sizeof(T), x);
}

/// With a 16-bit length.
void append(std::vector<std::byte>& to, std::string_view text);

inline constexpr size_t correlation_position = 8;

/// Room for the size, then request header version 1.
std::vector<std::byte> begin_request(int16_t key, int16_t version);

/// The request is complete.
void put_size(std::vector<std::byte>& bytes);

/// Reads big-endian fields; once something is missing everything is zero and
/// `complete` says so.
class field_reader {
public:
  explicit field_reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <std::integral T>
  T get() {
    auto from = take(sizeof(T));
    std::make_unsigned_t<T> bits = 0;
    for (auto byte : from)
      bits = static_cast<std::make_unsigned_t<T>>(
          (uint64_t{bits} << 8) | std::to_integer<uint8_t>(byte));
    return static_cast<T>(bits);
  }

  std::span<const std::byte> take(size_t size);

  /// A count or length that must not be negative; `null` counts as 0.
  size_t length(int32_t x);

  void skip_string() { take(length(get<int16_t>())); }

  bool complete() const noexcept { return complete_; }

private:
  std::span<const std::byte> bytes_;
  bool complete_ = true;
};

} // namespace troupe::bench
