// SPDX-License-Identifier: Apache-2.0
#include "byte_text.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace gateway {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes of the character that begins with `first`, 0 when none does, and the
/// range of its second byte (Unicode, table 3-7).
struct utf8_form {
  size_t bytes = 0;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xBF;
};

utf8_form form_of(uint8_t first) noexcept {
  if (first < 0x80)
    return {1};
  if (first < 0xC2)
    return {0};
  if (first < 0xE0)
    return {2};
  if (first < 0xF0)
    return {3, static_cast<uint8_t>(first == 0xE0 ? 0xA0 : 0x80),
            static_cast<uint8_t>(first == 0xED ? 0x9F : 0xBF)};
  if (first < 0xF5)
    return {4, static_cast<uint8_t>(first == 0xF0 ? 0x90 : 0x80),
            static_cast<uint8_t>(first == 0xF4 ? 0x8F : 0xBF)};
  return {0};
}

std::array<int8_t, 256> make_values() {
  std::array<int8_t, 256> out;
  out.fill(-1);
  for (size_t i = 0; i < alphabet.size(); ++i)
    out[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
  return out;
}

int hexadecimal(char x) noexcept {
  if (x >= '0' && x <= '9')
    return x - '0';
  if (x >= 'a' && x <= 'f')
    return x - 'a' + 10;
  if (x >= 'A' && x <= 'F')
    return x - 'A' + 10;
  return -1;
}

} // namespace

bool is_utf8(std::string_view bytes) noexcept {
  auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  for (size_t i = 0; i < bytes.size();) {
    auto form = form_of(at(i));
    if (form.bytes == 0 || form.bytes > bytes.size() - i)
      return false;
    for (size_t k = 1; k < form.bytes; ++k) {
      auto least = k == 1 ? form.second_min : 0x80;
      auto most = k == 1 ? form.second_max : 0xBF;
      if (at(i + k) < least || at(i + k) > most)
        return false;
    }
    i += form.bytes;
  }
  return true;
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8
              | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63];
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  static const auto values = make_values();
  if (text.size() % 4 != 0)
    return std::nullopt;
  size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  text.remove_suffix(padding);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  uint32_t bits = 0;
  int count = 0;
  for (char x : text) {
    auto value = values[static_cast<uint8_t>(x)];
    if (value < 0)
      return std::nullopt;
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xFFFFF;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFF);
    }
  }
  // Two encodings of the same bytes would be one too many.
  if ((bits & ((1U << count) - 1)) != 0)
    return std::nullopt;
  return out;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3)
      return std::nullopt;
    int high = hexadecimal(text[i + 1]);
    int low = hexadecimal(text[i + 2]);
    if (high < 0 || low < 0)
      return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

} // namespace gateway
