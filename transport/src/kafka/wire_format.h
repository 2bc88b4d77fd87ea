// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/records_data.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace troupe::kafka {

/// How the body of one message is laid out.
struct wire_format {
  int16_t version = 0;
  /// Compact lengths, and tagged fields at the end of every struct.
  bool flexible = false;
};

template <class T>
concept number = std::integral<T> || std::floating_point<T>;

/// Bytes behind a length.
template <class T>
concept sized_bytes = std::same_as<T, std::string> || std::same_as<
    T, storage::buffer> || std::same_as<T, records_data>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_array = false;
template <class T>
inline constexpr bool is_array<std::vector<T>> = true;

} // namespace troupe::kafka
