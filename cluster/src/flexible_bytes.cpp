// SPDX-License-Identifier: Apache-2.0
#include <flexible_bytes.h>

#include <troupe/storage/assert.h>

#include <limits>

namespace troupe::cluster {

void flexible_writer::varint(uint32_t x) {
  for (; x >= 0x80; x >>= 7)
    u8(static_cast<uint8_t>(x | 0x80));
  u8(static_cast<uint8_t>(x));
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

void flexible_writer::bytes(std::span<const std::byte> x) {
  count(x.size());
  append(x);
}

void flexible_writer::tagged(uint32_t tag, std::span<const std::byte> x) {
  ASSERT(x.size() <= std::numeric_limits<uint32_t>::max());
  varint(tag);
  varint(static_cast<uint32_t>(x.size()));
  append(x);
}

void flexible_writer::key_text(std::string_view x) {
  ASSERT(x.size() <= std::numeric_limits<int16_t>::max());
  i16(static_cast<int16_t>(x.size()));
  append(x);
}

uint32_t flexible_reader::varint() {
  uint64_t x = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    uint64_t byte = u8();
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
  size_t x = varint();
  if (x == 0) {
    fail();
    return 0;
  }
  return bounded_count(x - 1, item_bytes_min);
}

std::string flexible_reader::text() {
  return take_text(count(1));
}

std::optional<std::string> flexible_reader::nullable_text() {
  auto size = varint();
  if (size == 0)
    return std::nullopt;
  return take_text(size - 1);
}

std::string flexible_reader::key_text() {
  auto size = i16();
  if (size < 0) {
    fail();
    return {};
  }
  return take_text(static_cast<size_t>(size));
}

std::vector<std::byte> flexible_reader::bytes() {
  auto taken = take(count(1));
  return {taken.begin(), taken.end()};
}

std::pair<uint32_t, std::span<const std::byte>>
flexible_reader::tagged_field() {
  auto tag = varint();
  return {tag, take(varint())};
}

void flexible_reader::skip_tags() {
  for (auto left = varint(); left > 0 && ok(); --left)
    tagged_field();
}

} // namespace troupe::cluster
