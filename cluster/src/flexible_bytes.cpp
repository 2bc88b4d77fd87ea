// SPDX-License-Identifier: Apache-2.0
#include <flexible_bytes.h>

#include <troupe/storage/assert.h>

#include <cstring>
#include <limits>

namespace troupe::cluster {

void flexible_writer::number(uint64_t x, size_t size) {
  for (auto shift = size * 8; shift > 0; shift -= 8)
    bytes_.push_back(static_cast<std::byte>(x >> (shift - 8)));
}

void flexible_writer::append(std::string_view x) {
  auto bytes = std::as_bytes(std::span{x.data(), x.size()});
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void flexible_writer::varint(uint32_t x) {
  for (; x >= 0x80; x >>= 7)
    bytes_.push_back(static_cast<std::byte>(x | 0x80));
  bytes_.push_back(static_cast<std::byte>(x));
}

void flexible_writer::count(size_t x) {
  ASSERT(x < std::numeric_limits<uint32_t>::max());
  varint(static_cast<uint32_t>(x) + 1);
}

void flexible_writer::text(std::string_view x) {
  count(x.size());
  append(x);
}

void flexible_writer::text(const std::optional<std::string>& x) {
  if (x)
    text(std::string_view{*x});
  else
    varint(0);
}

void flexible_writer::key_text(std::string_view x) {
  ASSERT(x.size() <= std::numeric_limits<int16_t>::max());
  i16(static_cast<int16_t>(x.size()));
  append(x);
}

void flexible_writer::id(const storage::uuid& x) {
  auto bytes = std::as_bytes(std::span{x.bytes});
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void flexible_reader::fail() noexcept {
  ok_ = false;
  left_ = {};
}

std::span<const std::byte> flexible_reader::take(size_t size) {
  if (size > left_.size()) {
    fail();
    return {};
  }
  auto taken = left_.first(size);
  left_ = left_.subspan(size);
  return taken;
}

uint64_t flexible_reader::number(size_t size) {
  uint64_t x = 0;
  for (auto byte : take(size))
    x = (x << 8) | std::to_integer<uint64_t>(byte);
  return x;
}

uint32_t flexible_reader::varint() {
  uint64_t x = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    auto byte = number(1);
    x |= (byte & 0x7f) << shift;
    if ((byte & 0x80) != 0)
      continue;
    if (x > std::numeric_limits<uint32_t>::max())
      break;
    return static_cast<uint32_t>(x);
  }
  fail();
  return 0;
}

size_t flexible_reader::count(size_t item_bytes_min) {
  ASSERT(item_bytes_min > 0);
  size_t x = varint();
  if (x == 0 || x - 1 > left_.size() / item_bytes_min) {
    fail();
    return 0;
  }
  return x - 1;
}

std::string flexible_reader::text_of(size_t size) {
  auto bytes = take(size);
  std::string x(bytes.size(), '\0');
  if (!bytes.empty())
    std::memcpy(x.data(), bytes.data(), bytes.size());
  return x;
}

std::string flexible_reader::text() {
  return text_of(count(1));
}

std::optional<std::string> flexible_reader::nullable_text() {
  auto size = varint();
  if (size == 0)
    return std::nullopt;
  return text_of(size - 1);
}

std::string flexible_reader::key_text() {
  auto size = i16();
  if (size < 0) {
    fail();
    return {};
  }
  return text_of(static_cast<size_t>(size));
}

storage::uuid flexible_reader::id() {
  storage::uuid x;
  auto bytes = take(x.bytes.size());
  if (!bytes.empty())
    std::memcpy(x.bytes.data(), bytes.data(), bytes.size());
  return x;
}

std::pair<uint32_t, std::span<const std::byte>>
flexible_reader::tagged_field() {
  auto tag = varint();
  return {tag, take(varint())};
}

void flexible_reader::skip_tags() {
  for (auto left = varint(); left > 0 && ok_; --left)
    tagged_field();
}

} // namespace troupe::cluster
