// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <byte_fields.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// Longest string of the encoding.
inline constexpr size_t text_bytes_max = 32767;

/// Writes fields in Kafka's classic (not flexible) encoding, as keys and values
/// in `__consumer_offsets` use it: strings with a 16-bit
/// length, bytes and arrays with a 32-bit one; -1 is null.
class kafka_field_writer : public byte_writer {
public:
  /// At most `text_bytes_max`.
  void text(std::string_view x);
  void nullable_text(const std::optional<std::string>& x);
  void bytes(std::span<const std::byte> x);
};

/// Reads the same.
class kafka_field_reader : public byte_reader {
public:
  using byte_reader::byte_reader;

  std::string text();
  std::optional<std::string> nullable_text();
  std::vector<std::byte> bytes();
  std::optional<std::vector<std::byte>> nullable_bytes();
  /// Number of items that follow, each of at least `item_bytes_min` bytes; safe
  /// to reserve.
  uint32_t count(size_t item_bytes_min);
};

} // namespace troupe::cluster
