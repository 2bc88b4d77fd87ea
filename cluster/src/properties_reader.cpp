// SPDX-License-Identifier: Apache-2.0
#include <properties_reader.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace troupe::cluster {

namespace {

constexpr std::string_view blanks = " \t\f";
constexpr size_t unicode_digits = 4;

/// An odd number of backslashes at the end: the next line belongs to this one.
bool continues(std::string_view line) {
  auto last = line.find_last_not_of('\\');
  auto kept = last == std::string_view::npos ? 0 : last + 1;
  return (line.size() - kept) % 2 == 1;
}

std::string_view without_leading_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

void append_utf8(std::string& to, uint32_t code) {
  auto tail = [&to, code](int shift) {
    to += static_cast<char>(0x80 | ((code >> shift) & 0x3f));
  };
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xc0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    to += static_cast<char>(0xe0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    to += static_cast<char>(0xf0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// The four digits of `\uXXXX`, taken off `text`.
std::optional<uint32_t> take_unit(std::string_view& text) {
  uint32_t unit = 0;
  auto digits = text.substr(0, unicode_digits);
  const auto* end = digits.data() + digits.size();
  auto [stop, code] = std::from_chars(digits.data(), end, unit, 16);
  if (digits.size() < unicode_digits || code != std::errc{} || stop != end)
    return std::nullopt;
  text.remove_prefix(unicode_digits);
  return unit;
}

/// One code point; beyond U+FFFF it comes as two surrogates.
std::optional<uint32_t> take_code_point(std::string_view& text) {
  auto high = take_unit(text);
  if (!high || *high < 0xd800 || *high > 0xdfff)
    return high;
  if (*high > 0xdbff || !text.starts_with("\\u"))
    return std::nullopt;
  text.remove_prefix(2);
  auto low = take_unit(text);
  if (!low || *low < 0xdc00 || *low > 0xdfff)
    return std::nullopt;
  return 0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00);
}

char control_character(char letter) {
  switch (letter) {
  case 't':
    return '\t';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 'f':
    return '\f';
  default:
    return letter;
  }
}

result<std::string> unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    auto c = text.front();
    text.remove_prefix(1);
    if (c != '\\' || text.empty()) {
      plain += c;
      continue;
    }
    auto letter = text.front();
    text.remove_prefix(1);
    if (letter != 'u') {
      plain += control_character(letter);
      continue;
    }
    auto code = take_code_point(text);
    if (!code)
      return failure(storage::errc::invalid_argument,
                     "\\u must be followed by four hexadecimal digits of a "
                     "character");
    append_utf8(plain, *code);
  }
  return plain;
}

/// Position of the first '=', ':' or blank that no backslash protects.
size_t end_of_key(std::string_view line) {
  size_t i = 0;
  while (i < line.size() && line[i] != '=' && line[i] != ':'
         && blanks.find(line[i]) == std::string_view::npos)
    i += line[i] == '\\' ? 2 : 1;
  return std::min(i, line.size());
}

} // namespace

std::string_view properties_reader::natural_line() {
  auto size = std::min(left_.find_first_of("\r\n"), left_.size());
  auto line = left_.substr(0, size);
  left_.remove_prefix(size);
  if (left_.starts_with("\r\n"))
    left_.remove_prefix(2);
  else if (!left_.empty())
    left_.remove_prefix(1);
  ++number_;
  return without_leading_blanks(line);
}

std::optional<properties_reader::line> properties_reader::next() {
  while (!left_.empty()) {
    auto part = natural_line();
    if (part.empty() || part[0] == '#' || part[0] == '!')
      continue;
    line x{std::string{part}, number_};
    while (continues(x.text)) {
      x.text.pop_back();
      if (!left_.empty())
        x.text += natural_line();
    }
    return x;
  }
  return std::nullopt;
}

result<std::pair<std::string, std::string>>
split_property(std::string_view line) {
  auto key_size = end_of_key(line);
  auto rest = without_leading_blanks(line.substr(key_size));
  if (!rest.empty() && (rest[0] == '=' || rest[0] == ':'))
    rest = without_leading_blanks(rest.substr(1));
  auto key = unescaped(line.substr(0, key_size));
  if (!key)
    return failure(std::move(key.error()));
  auto value = unescaped(rest);
  if (!value)
    return failure(std::move(value.error()));
  return std::pair{std::move(*key), std::move(*value)};
}

} // namespace troupe::cluster
