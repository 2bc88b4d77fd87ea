// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::tests {

/// Bytes from text like "00 ff"; blanks are skipped.
inline std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> bytes;
  int pending = -1;
  for (char c : text) {
    if (c == ' ' || c == '\n')
      continue;
    int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (pending < 0) {
      pending = digit;
    } else {
      bytes.push_back(static_cast<std::byte>(pending * 16 + digit));
      pending = -1;
    }
  }
  return bytes;
}

inline std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (auto x : bytes) {
    if (!text.empty())
      text += ' ';
    text += digits[static_cast<size_t>(x) >> 4];
    text += digits[static_cast<size_t>(x) & 15];
  }
  return text;
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

inline std::string as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace troupe::tests
