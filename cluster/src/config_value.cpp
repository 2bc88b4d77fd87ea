// SPDX-License-Identifier: Apache-2.0
#include <config_value.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace troupe::cluster {

namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

template <class Number>
std::optional<Number> parse_number(std::string_view text) noexcept {
  text = trimmed(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-')
    text.remove_prefix(1);
  Number x{};
  const auto* end = text.data() + text.size();
  auto [stop, code] = std::from_chars(text.data(), end, x);
  if (text.empty() || code != std::errc{} || stop != end)
    return std::nullopt;
  return x;
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) {
                      return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
                    });
}

/// Cuts off the text before the next `separator`.
std::string_view next_part(std::string_view& text, char separator) noexcept {
  auto size = std::min(text.find(separator), text.size());
  auto part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return part;
}

} // namespace

std::string_view trimmed(std::string_view text) noexcept {
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<int64_t> parse_integer(std::string_view text) noexcept {
  return parse_number<int64_t>(text);
}

std::optional<double> parse_real(std::string_view text) noexcept {
  auto x = parse_number<double>(text);
  if (x && *x != *x)
    return std::nullopt;
  return x;
}

std::optional<bool> parse_boolean(std::string_view text) noexcept {
  text = trimmed(text);
  if (equal_ignoring_case(text, "true"))
    return true;
  if (equal_ignoring_case(text, "false"))
    return false;
  return std::nullopt;
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> parts;
  text = trimmed(text);
  while (!text.empty())
    if (auto part = trimmed(next_part(text, ',')); !part.empty())
      parts.emplace_back(part);
  return parts;
}

std::string join_list(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts)
    text += (text.empty() ? "" : ",") + part;
  return text;
}

bool one_of(std::string_view words, std::string_view text) noexcept {
  while (!words.empty())
    if (next_part(words, '|') == text)
      return true;
  return false;
}

} // namespace troupe::cluster
