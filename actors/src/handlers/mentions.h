// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::actors::handlers {

/// Reduces `xs` to the first element of each key and tells for each of these
/// whether it was repeated. `key_of` gives a string that names the element.
template <class T, class KeyOf>
std::vector<bool> keep_first_mentions(std::vector<T>& xs, KeyOf key_of) {
  std::unordered_map<std::string, size_t> places;
  std::vector<bool> repeated;
  size_t kept = 0;
  for (size_t i = 0; i < xs.size(); ++i) {
    auto [known, added] = places.try_emplace(key_of(xs[i]), kept);
    if (!added) {
      repeated[known->second] = true;
      continue;
    }
    if (kept != i)
      xs[kept] = std::move(xs[i]);
    ++kept;
    repeated.push_back(false);
  }
  xs.erase(xs.begin() + static_cast<std::ptrdiff_t>(kept), xs.end());
  return repeated;
}

/// The request contradicts itself or asks for what does not exist.
inline problem invalid_request(std::string text) {
  return cluster::decision{cluster::refusal::invalid_request, std::move(text)};
}

} // namespace troupe::actors::handlers
