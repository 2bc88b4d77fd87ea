// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace troupe::kafka {

/// A `T`, constant or not: one `describe` serves who reads the struct and who
/// fills it in.
template <class T, class Described>
concept of = std::same_as<std::remove_const_t<T>, Described>;

/// In which versions a field exists, and from which on it may be null. Only
/// what an `optional` holds is ever null.
struct field_rule {
  int16_t first = 0;
  int16_t last = std::numeric_limits<int16_t>::max();
  int16_t first_nullable = 0;

  constexpr bool covers(int16_t version) const noexcept {
    return version >= first && version <= last;
  }

  constexpr bool nullable_at(int16_t version) const noexcept {
    return version >= first_nullable;
  }
};

inline constexpr field_rule always{};

constexpr field_rule since(int16_t first) noexcept {
  return {.first = first};
}

constexpr field_rule versions(int16_t first, int16_t last) noexcept {
  return {.first = first, .last = last};
}

constexpr field_rule nullable_since(int16_t first) noexcept {
  return {.first_nullable = first};
}

/// The value of a tagged field that is not there, unless `describe` names
/// another.
template <class T>
inline const T default_value{};

} // namespace troupe::kafka
