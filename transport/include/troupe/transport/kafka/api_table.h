// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <span>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// One API that we speak, and in which versions.
struct api_info {
  api_key key;
  std::string_view name;
  /// What can be decoded and is answered.
  int16_t min_version;
  int16_t max_version;
  /// From here on lengths are compact and structs end with tagged fields.
  int16_t first_flexible;
  /// What ApiVersions tells; lower than `min_version` where old clients look
  /// for a version that they never send. Negative: we have the codec and do
  /// not answer yet.
  int16_t min_advertised;

  /// ApiVersions tells of it.
  constexpr bool advertised() const noexcept { return min_advertised >= 0; }

  /// The version is decoded and answered.
  constexpr bool serves(int16_t version) const noexcept {
    return version >= min_version && version <= max_version;
  }

  /// The version has compact lengths and tagged fields (KIP-482).
  constexpr bool flexible(int16_t version) const noexcept {
    return version >= first_flexible;
  }
};

/// Sorted by key.
std::span<const api_info> api_table() noexcept;

/// Null when we do not speak that API.
const api_info* find_api(int16_t key) noexcept;

} // namespace troupe::kafka

#pragma GCC visibility pop
