// SPDX-License-Identifier: Apache-2.0
#include "segment_names.h"

#include <charconv>

namespace troupe::storage {

namespace {

constexpr size_t digits = 20;

} // namespace

std::string segment_path(const std::string& directory, offset_t base_offset,
                         std::string_view suffix) {
  auto number = std::to_string(base_offset);
  std::string path;
  path.reserve(directory.size() + 1 + digits + suffix.size());
  path += directory;
  path += '/';
  path.append(digits - number.size(), '0');
  path += number;
  path += suffix;
  return path;
}

std::optional<offset_t>
parse_segment_name(std::string_view name, std::string_view suffix) {
  if (name.size() != digits + suffix.size() || !name.ends_with(suffix))
    return std::nullopt;
  // Without a sign: from_chars would take one.
  if (name[0] < '0' || name[0] > '9')
    return std::nullopt;
  offset_t value = 0;
  auto [end, failed] =
      std::from_chars(name.data(), name.data() + digits, value);
  if (failed != std::errc{} || end != name.data() + digits)
    return std::nullopt;
  return value;
}

bool is_leftover(std::string_view name) {
  for (std::string_view suffix : {".deleted", ".cleaned", ".swap", ".tmp"})
    if (name.ends_with(suffix))
      return true;
  return false;
}

} // namespace troupe::storage
