// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::plan {

/// What reports of `troupe bench --json` say about one broker.
struct measured {
  /// Records per second, from a report of `bench produce`.
  std::optional<int64_t> writes_per_second;
  /// Records per second, from a report of `bench fetch`.
  std::optional<int64_t> reads_per_second;
  /// A record's share of its batch as it was sent, rounded up. Of records that
  /// were produced if there are such, else of those that were fetched.
  std::optional<int64_t> record_bytes;
};

/// The largest report that is read: they have some KiB.
inline constexpr size_t report_bytes_max = 1 << 20;

/// Adds the report `text` of a load that `brokers` (>= 1) shared.
/// invalid_argument when it is no report of produce or fetch, when its figures
/// make no sense, or when `into` already has such a report; the message names
/// the option `--bench`. `into` is as before then.
result<void> add_report(measured& into, std::string_view text, int64_t brokers);

} // namespace troupe::plan
