// SPDX-License-Identifier: Apache-2.0
#include <kafka_fields.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <limits>

namespace troupe::cluster {

namespace {

constexpr int32_t null_length = -1;

} // namespace

void kafka_field_writer::text(std::string_view x) {
  ASSERT(x.size() <= text_bytes_max);
  i16(static_cast<int16_t>(x.size()));
  append(x);
}

void kafka_field_writer::nullable_text(const std::optional<std::string>& x) {
  if (x)
    text(*x);
  else
    i16(null_length);
}

void kafka_field_writer::bytes(std::span<const std::byte> x) {
  ASSERT(x.size() <= std::numeric_limits<int32_t>::max());
  i32(static_cast<int32_t>(x.size()));
  append(x);
}

std::string kafka_field_reader::text() {
  auto x = nullable_text();
  if (!x)
    fail();
  return std::move(x).value_or("");
}

std::optional<std::string> kafka_field_reader::nullable_text() {
  auto length = i16();
  if (length == null_length)
    return {};
  if (length < 0) {
    fail();
    return {};
  }
  return take_text(static_cast<size_t>(length));
}

std::vector<std::byte> kafka_field_reader::bytes() {
  auto x = nullable_bytes();
  if (!x)
    fail();
  return std::move(x).value_or(std::vector<std::byte>{});
}

std::optional<std::vector<std::byte>> kafka_field_reader::nullable_bytes() {
  auto length = i32();
  if (length == null_length)
    return {};
  if (length < 0) {
    fail();
    return {};
  }
  auto taken = take(static_cast<size_t>(length));
  return std::vector<std::byte>(taken.begin(), taken.end());
}

uint32_t kafka_field_reader::count(size_t item_bytes_min) {
  auto x = i32();
  if (x < 0)
    fail();
  return static_cast<uint32_t>(
      bounded_count(static_cast<size_t>(std::max(x, 0)), item_bytes_min));
}

} // namespace troupe::cluster
