// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <byte_fields.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::cluster {

/// Writes the fields of a metadata record: strings have a 32-bit length.
class record_writer : public byte_writer {
public:
  void text(std::string_view x);
};

/// Reads what `record_writer` wrote.
class record_reader : public byte_reader {
public:
  using byte_reader::byte_reader;

  std::string text() { return take_text(u32()); }
  /// The number of items that follow, each of at least `item_bytes_min` bytes;
  /// never more than can be in the bytes left, so it is safe to reserve.
  uint32_t count(size_t item_bytes_min) {
    return static_cast<uint32_t>(bounded_count(u32(), item_bytes_min));
  }
};

} // namespace troupe::cluster
