// SPDX-License-Identifier: Apache-2.0
#include <nearest_name.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace troupe::cluster {

namespace {

/// Longer names are nobody's slip; also bounds the work for hostile ones.
constexpr size_t name_size_max = 100;

/// Levenshtein's distance, one row of the table at a time.
size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::string_view
nearest_name(std::span<const config_key> keys, std::string_view name) {
  if (name.size() > name_size_max)
    return {};
  auto fewest = std::max<size_t>(2, name.size() / 4) + 1;
  std::string_view nearest;
  for (const auto& key : keys) {
    auto edits = edits_between(name, key.name);
    if (edits < fewest) {
      fewest = edits;
      nearest = key.name;
    }
  }
  return nearest;
}

} // namespace troupe::cluster
