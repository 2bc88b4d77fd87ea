// SPDX-License-Identifier: Apache-2.0
#include <kafka_fields.h>
#include <troupe/storage/assert.h>

#include <limits>

namespace troupe::cluster {

namespace {

constexpr int32_t null_length = -1;

std::string to_text(std::span<const std::byte> x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

} // namespace

void kafka_field_writer::number(uint64_t x, size_t size) {
  for (auto shift = size * 8; shift > 0; shift -= 8)
    bytes_.push_back(static_cast<std::byte>(x >> (shift - 8)));
}

void kafka_field_writer::text(std::string_view x) {
  ASSERT(x.size() <= text_bytes_max);
  i16(static_cast<int16_t>(x.size()));
  auto chars = std::as_bytes(std::span{x.data(), x.size()});
  bytes_.insert(bytes_.end(), chars.begin(), chars.end());
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
  bytes_.insert(bytes_.end(), x.begin(), x.end());
}

void kafka_field_reader::fail() noexcept {
  ok_ = false;
  left_ = {};
}

std::span<const std::byte> kafka_field_reader::take(size_t size) {
  if (size > left_.size()) {
    fail();
    return {};
  }
  auto taken = left_.first(size);
  left_ = left_.subspan(size);
  return taken;
}

uint64_t kafka_field_reader::number(size_t size) {
  uint64_t x = 0;
  for (auto byte : take(size))
    x = (x << 8) | std::to_integer<uint64_t>(byte);
  return x;
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
  return to_text(take(static_cast<size_t>(length)));
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
  ASSERT(item_bytes_min > 0);
  auto x = i32();
  if (x < 0 || static_cast<size_t>(x) > left_.size() / item_bytes_min) {
    fail();
    return 0;
  }
  return static_cast<uint32_t>(x);
}

} // namespace troupe::cluster
