// SPDX-License-Identifier: Apache-2.0
#include <quoted.h>

#include <cstddef>

namespace troupe::cluster {

namespace {

constexpr size_t quoted_characters_max = 100;

} // namespace

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (auto c : text.substr(0, quoted_characters_max))
    result += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > quoted_characters_max)
    result += "...";
  return result + "'";
}

} // namespace troupe::cluster
