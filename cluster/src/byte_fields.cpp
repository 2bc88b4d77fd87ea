// SPDX-License-Identifier: Apache-2.0
#include <byte_fields.h>

#include <troupe/storage/assert.h>

#include <cstring>

namespace troupe::cluster {

void byte_writer::number(uint64_t x, size_t size) {
  for (auto shift = size * 8; shift > 0; shift -= 8)
    bytes_.push_back(static_cast<std::byte>(x >> (shift - 8)));
}

void byte_writer::append(std::span<const std::byte> x) {
  bytes_.insert(bytes_.end(), x.begin(), x.end());
}

void byte_writer::append(std::string_view x) {
  append(std::as_bytes(std::span{x.data(), x.size()}));
}

void byte_writer::id(const storage::uuid& x) {
  append(std::as_bytes(std::span{x.bytes}));
}

void byte_reader::fail() noexcept {
  ok_ = false;
  left_ = {};
}

std::span<const std::byte> byte_reader::take(size_t size) {
  if (size > left_.size()) {
    fail();
    return {};
  }
  auto taken = left_.first(size);
  left_ = left_.subspan(size);
  return taken;
}

uint64_t byte_reader::number(size_t size) {
  uint64_t x = 0;
  for (auto byte : take(size))
    x = (x << 8) | std::to_integer<uint64_t>(byte);
  return x;
}

std::string byte_reader::take_text(size_t size) {
  auto bytes = take(size);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

storage::uuid byte_reader::id() {
  storage::uuid x;
  auto bytes = take(x.bytes.size());
  if (!bytes.empty())
    std::memcpy(x.bytes.data(), bytes.data(), bytes.size());
  return x;
}

size_t byte_reader::bounded_count(size_t x, size_t item_bytes_min) {
  ASSERT(item_bytes_min > 0);
  if (x > left_.size() / item_bytes_min) {
    fail();
    return 0;
  }
  return x;
}

} // namespace troupe::cluster
