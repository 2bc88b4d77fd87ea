// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <byte_fields.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cluster {

/// Writes fields as Kafka's flexible messages have them (KIP-482): lengths and
/// counts are varints, one larger than what they say; 0 is null.
class flexible_writer : public byte_writer {
public:
  void varint(uint32_t x);
  void count(size_t x);
  void text(std::string_view x);
  void text(const std::optional<std::string>& x);
  void bytes(std::span<const std::byte> x);
  /// One tagged field; how many there are is written before.
  void tagged(uint32_t tag, std::span<const std::byte> x);
  /// With a 16-bit length, as the keys of records have it.
  void key_text(std::string_view x);
  /// The end of a struct without tagged fields.
  void no_tags() { varint(0); }
};

/// Reads the same.
class flexible_reader : public byte_reader {
public:
  using byte_reader::byte_reader;

  uint32_t varint();
  /// The number of items that follow, each of at least `item_bytes_min` bytes;
  /// never more than can be in the bytes left, so it is safe to reserve.
  size_t count(size_t item_bytes_min);
  std::string text();
  std::optional<std::string> nullable_text();
  std::string key_text();
  std::vector<std::byte> bytes();
  /// The next tagged field: its tag and its bytes. To be called as often as
  /// `varint` said at the end of the struct.
  std::pair<uint32_t, std::span<const std::byte>> tagged_field();
  void skip_tags();
};

} // namespace troupe::cluster
