// SPDX-License-Identifier: Apache-2.0
#include "kafka_bytes.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <variant>

namespace troupe::kafka {

namespace {

int digit(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

} // namespace

byte_vector from_hex(std::string_view hex) {
  byte_vector out;
  for (size_t i = 0; i + 1 < hex.size();) {
    if (hex[i] == ' ') {
      ++i;
      continue;
    }
    out.push_back(
        static_cast<std::byte>(digit(hex[i]) * 16 + digit(hex[i + 1])));
    i += 2;
  }
  return out;
}

byte_vector joined(const transport::chunks& xs) {
  byte_vector out;
  for (const auto& x : xs) {
    REQUIRE(std::holds_alternative<storage::buffer>(x));
    auto bytes = std::get<storage::buffer>(x).bytes();
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

storage::buffer frame_of(const transport::chunks& xs) {
  auto all = joined(xs);
  REQUIRE(all.size() >= 4);
  uint32_t size = 0;
  for (size_t i = 0; i < 4; ++i)
    size = size << 8 | std::to_integer<uint32_t>(all[i]);
  REQUIRE(size == all.size() - 4);
  return storage::buffer::copy_of(std::span<const std::byte>{all}.subspan(4));
}

storage::buffer to_buffer(const byte_vector& xs) {
  return storage::buffer::copy_of(std::span<const std::byte>{xs});
}

} // namespace troupe::kafka
