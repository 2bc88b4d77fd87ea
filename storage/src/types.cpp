// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/types.h>

namespace troupe::storage {

std::string to_string(const topic_partition& x) {
  return x.topic + "-" + std::to_string(x.partition);
}

std::string to_string(const uuid& x) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  text.reserve(22);
  uint32_t pending = 0;
  int pending_bits = 0;
  for (auto byte : x.bytes) {
    pending = (pending << 8) | byte;
    pending_bits += 8;
    while (pending_bits >= 6) {
      pending_bits -= 6;
      text += digits[(pending >> pending_bits) & 63];
    }
  }
  text += digits[(pending << (6 - pending_bits)) & 63];
  return text;
}

std::optional<uuid> parse_uuid(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "abcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_";
  constexpr size_t characters = 22;
  if (text.size() != characters)
    return std::nullopt;
  uuid x;
  uint32_t bits = 0;
  int count = 0;
  size_t next = 0;
  for (auto c : text) {
    auto digit = digits.find(c);
    if (digit == std::string_view::npos)
      return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(digit);
    count += 6;
    if (count >= 8 && next < x.bytes.size()) {
      count -= 8;
      x.bytes[next++] = static_cast<uint8_t>(bits >> count);
    }
  }
  return x;
}

} // namespace troupe::storage
