// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// One record as it lies in a records area, with as much understood as
/// compaction needs.
///
///   length | attributes | timestamp delta | offset delta | rest...
///   rest: key | value | headers
struct raw_record {
  /// All of it, length included.
  std::span<const std::byte> bytes;
  std::span<const std::byte> rest;
  std::byte attributes{0};
  int64_t timestamp_delta = 0;
  int32_t offset_delta = 0;
  std::optional<std::string_view> key;
  bool has_value = false;
};

/// Takes the record at the front of `area` off it; corrupt_batch when there is
/// none. Headers are not looked at.
result<raw_record> take_record(std::span<const std::byte>& area);

/// Appends `x` with other timestamps.
void append_record(std::vector<std::byte>& to, const raw_record& x,
                   int64_t timestamp_delta);

} // namespace troupe::storage
