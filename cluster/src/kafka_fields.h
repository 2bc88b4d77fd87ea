// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cluster {

/// Longest string of the encoding.
inline constexpr size_t text_bytes_max = 32767;

/// Writes fields in Kafka's classic (not flexible) encoding, as keys and values
/// in `__consumer_offsets` use it: integers big-endian, strings with a 16-bit
/// length, bytes and arrays with a 32-bit one; -1 is null.
class kafka_field_writer {
public:
  void i16(int16_t x) { number(static_cast<uint16_t>(x), 2); }
  void i32(int32_t x) { number(static_cast<uint32_t>(x), 4); }
  void i64(int64_t x) { number(static_cast<uint64_t>(x), 8); }
  /// At most `text_bytes_max`.
  void text(std::string_view x);
  void nullable_text(const std::optional<std::string>& x);
  void bytes(std::span<const std::byte> x);

  std::vector<std::byte> take() { return std::move(bytes_); }

private:
  void number(uint64_t x, size_t size);

  std::vector<std::byte> bytes_;
};

/// Reads the same. The first field that does not fit into the bytes left fails
/// the reader for good: everything after reads as zero or empty, and the caller
/// asks `ok()` once at the end.
class kafka_field_reader {
public:
  explicit kafka_field_reader(std::span<const std::byte> bytes)
      : left_(bytes) {}

  int16_t i16() { return static_cast<int16_t>(number(2)); }
  int32_t i32() { return static_cast<int32_t>(number(4)); }
  int64_t i64() { return static_cast<int64_t>(number(8)); }
  std::string text();
  std::optional<std::string> nullable_text();
  std::vector<std::byte> bytes();
  std::optional<std::vector<std::byte>> nullable_bytes();
  /// Number of items that follow, each of at least `item_bytes_min` bytes; safe
  /// to reserve.
  uint32_t count(size_t item_bytes_min);

  bool ok() const noexcept { return ok_; }
  size_t bytes_left() const noexcept { return left_.size(); }

private:
  void fail() noexcept;
  std::span<const std::byte> take(size_t size);
  uint64_t number(size_t size);

  std::span<const std::byte> left_;
  bool ok_ = true;
};

} // namespace troupe::cluster
