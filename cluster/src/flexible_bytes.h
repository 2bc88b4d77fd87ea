// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

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
class flexible_writer {
public:
  void i8(int8_t x) { number(static_cast<uint8_t>(x), 1); }
  void i16(int16_t x) { number(static_cast<uint16_t>(x), 2); }
  void i32(int32_t x) { number(static_cast<uint32_t>(x), 4); }
  void i64(int64_t x) { number(static_cast<uint64_t>(x), 8); }
  void varint(uint32_t x);
  void count(size_t x);
  void text(std::string_view x);
  void text(const std::optional<std::string>& x);
  /// With a 16-bit length, as the keys of records have it.
  void key_text(std::string_view x);
  void id(const storage::uuid& x);
  /// The end of a struct without tagged fields.
  void no_tags() { varint(0); }

  std::vector<std::byte> take() { return std::move(bytes_); }

private:
  void number(uint64_t x, size_t size);
  void append(std::string_view x);

  std::vector<std::byte> bytes_;
};

/// Reads the same. The first field that does not fit into the bytes left fails
/// the reader for good: everything reads as zero or empty from then on, and the
/// caller asks `ok()` once at the end.
class flexible_reader {
public:
  explicit flexible_reader(std::span<const std::byte> bytes) : left_(bytes) {}

  int8_t i8() { return static_cast<int8_t>(number(1)); }
  int16_t i16() { return static_cast<int16_t>(number(2)); }
  int32_t i32() { return static_cast<int32_t>(number(4)); }
  int64_t i64() { return static_cast<int64_t>(number(8)); }
  uint32_t varint();
  /// The number of items that follow, each of at least `item_bytes_min` bytes;
  /// never more than can be in the bytes left, so it is safe to reserve.
  size_t count(size_t item_bytes_min);
  std::string text();
  std::optional<std::string> nullable_text();
  std::string key_text();
  storage::uuid id();
  /// The next tagged field: its tag and its bytes. To be called as often as
  /// `varint` said at the end of the struct.
  std::pair<uint32_t, std::span<const std::byte>> tagged_field();
  void skip_tags();

  void fail() noexcept;
  bool ok() const noexcept { return ok_; }
  size_t bytes_left() const noexcept { return left_.size(); }

private:
  std::span<const std::byte> take(size_t size);
  uint64_t number(size_t size);
  std::string text_of(size_t size);

  std::span<const std::byte> left_;
  bool ok_ = true;
};

} // namespace troupe::cluster
