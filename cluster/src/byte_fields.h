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

/// What every encoding of our records has in common: big-endian integers and
/// ids. How lengths are written is the business of who derives.
class byte_writer {
public:
  void u8(uint8_t x) { number(x, 1); }
  void u16(uint16_t x) { number(x, 2); }
  void u32(uint32_t x) { number(x, 4); }
  void i8(int8_t x) { number(static_cast<uint8_t>(x), 1); }
  void i16(int16_t x) { number(static_cast<uint16_t>(x), 2); }
  void i32(int32_t x) { number(static_cast<uint32_t>(x), 4); }
  void i64(int64_t x) { number(static_cast<uint64_t>(x), 8); }
  void id(const storage::uuid& x);

  std::vector<std::byte> take() { return std::move(bytes_); }

protected:
  void append(std::span<const std::byte> x);
  void append(std::string_view x);

private:
  void number(uint64_t x, size_t size);

  std::vector<std::byte> bytes_;
};

/// Reads the same. The first field that does not fit into the bytes left fails
/// the reader for good: from then on everything reads as zero or empty, and the
/// caller asks `ok()` once at the end.
class byte_reader {
public:
  explicit byte_reader(std::span<const std::byte> bytes) : left_(bytes) {}

  uint8_t u8() { return static_cast<uint8_t>(number(1)); }
  uint16_t u16() { return static_cast<uint16_t>(number(2)); }
  uint32_t u32() { return static_cast<uint32_t>(number(4)); }
  int8_t i8() { return static_cast<int8_t>(u8()); }
  int16_t i16() { return static_cast<int16_t>(u16()); }
  int32_t i32() { return static_cast<int32_t>(u32()); }
  int64_t i64() { return static_cast<int64_t>(number(8)); }
  storage::uuid id();

  void fail() noexcept;
  bool ok() const noexcept { return ok_; }
  size_t bytes_left() const noexcept { return left_.size(); }

protected:
  std::span<const std::byte> take(size_t size);
  std::string take_text(size_t size);
  /// `x`, unless so many items of at least `item_bytes_min` bytes cannot be in
  /// the bytes left: then the reader fails. Safe to reserve.
  size_t bounded_count(size_t x, size_t item_bytes_min);

private:
  uint64_t number(size_t size);

  std::span<const std::byte> left_;
  bool ok_ = true;
};

} // namespace troupe::cluster
