// SPDX-License-Identifier: Apache-2.0
#include <record_bytes.h>

#include <troupe/storage/assert.h>

#include <cstring>
#include <limits>

namespace troupe::cluster {

void record_writer::unsigned_number(uint64_t x, size_t size) {
  for (auto shift = size * 8; shift > 0; shift -= 8)
    bytes_.push_back(static_cast<std::byte>(x >> (shift - 8)));
}

void record_writer::text(std::string_view x) {
  ASSERT(x.size() <= std::numeric_limits<uint32_t>::max());
  u32(static_cast<uint32_t>(x.size()));
  auto bytes = std::as_bytes(std::span{x.data(), x.size()});
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void record_writer::id(const storage::uuid& x) {
  auto bytes = std::as_bytes(std::span{x.bytes});
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void record_reader::fail() noexcept {
  ok_ = false;
  left_ = {};
}

std::span<const std::byte> record_reader::take(size_t size) {
  if (size > left_.size()) {
    fail();
    return {};
  }
  auto taken = left_.first(size);
  left_ = left_.subspan(size);
  return taken;
}

uint64_t record_reader::unsigned_number(size_t size) {
  uint64_t x = 0;
  for (auto byte : take(size))
    x = (x << 8) | std::to_integer<uint64_t>(byte);
  return x;
}

std::string record_reader::text() {
  auto bytes = take(u32());
  std::string x(bytes.size(), '\0');
  if (!bytes.empty())
    std::memcpy(x.data(), bytes.data(), bytes.size());
  return x;
}

storage::uuid record_reader::id() {
  storage::uuid x;
  auto bytes = take(x.bytes.size());
  if (!bytes.empty())
    std::memcpy(x.bytes.data(), bytes.data(), bytes.size());
  return x;
}

uint32_t record_reader::count(size_t item_bytes_min) {
  ASSERT(item_bytes_min > 0);
  auto x = u32();
  if (x > left_.size() / item_bytes_min) {
    fail();
    return 0;
  }
  return x;
}

} // namespace troupe::cluster
