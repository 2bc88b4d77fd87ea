// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cluster {

/// Writes the fields of a metadata record: integers big-endian, strings as a
/// 32-bit length and their bytes.
class record_writer {
public:
  void u8(uint8_t x) { unsigned_number(x, 1); }
  void u16(uint16_t x) { unsigned_number(x, 2); }
  void u32(uint32_t x) { unsigned_number(x, 4); }
  void i32(int32_t x) { unsigned_number(static_cast<uint32_t>(x), 4); }
  void i64(int64_t x) { unsigned_number(static_cast<uint64_t>(x), 8); }
  void text(std::string_view x);
  void id(const storage::uuid& x);

  std::vector<std::byte> take() { return std::move(bytes_); }

private:
  void unsigned_number(uint64_t x, size_t size);

  std::vector<std::byte> bytes_;
};

/// Reads what `record_writer` wrote. The first field that does not fit into
/// the bytes left fails the reader for good: from then on everything reads as
/// zero or empty, and the caller asks `ok()` once at the end.
class record_reader {
public:
  explicit record_reader(std::span<const std::byte> bytes) : left_(bytes) {}

  uint8_t u8() { return static_cast<uint8_t>(unsigned_number(1)); }
  uint16_t u16() { return static_cast<uint16_t>(unsigned_number(2)); }
  uint32_t u32() { return static_cast<uint32_t>(unsigned_number(4)); }
  int32_t i32() { return static_cast<int32_t>(u32()); }
  int64_t i64() { return static_cast<int64_t>(unsigned_number(8)); }
  std::string text();
  storage::uuid id();
  /// The number of items that follow, each of at least `item_bytes_min` bytes;
  /// never more than can be in the bytes left, so it is safe to reserve.
  uint32_t count(size_t item_bytes_min);

  void fail() noexcept;
  bool ok() const noexcept { return ok_; }
  size_t bytes_left() const noexcept { return left_.size(); }

private:
  std::span<const std::byte> take(size_t size);
  uint64_t unsigned_number(size_t size);

  std::span<const std::byte> left_;
  bool ok_ = true;
};

} // namespace troupe::cluster
