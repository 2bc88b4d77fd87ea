// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace troupe::plan {

/// What a broker, or all of them, can take and therefore need. Rates are per
/// second.
struct load {
  /// One of the fields with its name in a report.
  struct figure {
    const char* name;
    int64_t load::*value;
  };

  /// Records from producers.
  int64_t writes_per_s = 0;
  /// Records to consumers.
  int64_t reads_per_s = 0;
  /// Records from producers in a day.
  int64_t writes_per_day = 0;
  /// Their bytes, counted once and not for each replica.
  int64_t bytes_per_day = 0;
  /// What the logs hold at the end of the retention, all replicas.
  int64_t stored_bytes = 0;
  /// Disks that hold it and keep the wanted share empty.
  int64_t disk_bytes = 0;
  int64_t from_producers_bytes_per_s = 0;
  int64_t from_leaders_bytes_per_s = 0;
  int64_t network_in_bytes_per_s = 0;
  int64_t to_followers_bytes_per_s = 0;
  int64_t to_consumers_bytes_per_s = 0;
  int64_t network_out_bytes_per_s = 0;
  /// Memory for the newest records of all logs, enough for the hit rate.
  int64_t page_cache_bytes = 0;

  friend bool operator==(const load&, const load&) = default;
};

/// Every figure, in the order of a report.
inline constexpr load::figure figures[] = {
    {"writes_per_s", &load::writes_per_s},
    {"reads_per_s", &load::reads_per_s},
    {"writes_per_day", &load::writes_per_day},
    {"bytes_per_day", &load::bytes_per_day},
    {"stored_bytes", &load::stored_bytes},
    {"disk_bytes", &load::disk_bytes},
    {"network_in_bytes_per_s", &load::network_in_bytes_per_s},
    {"from_producers_bytes_per_s", &load::from_producers_bytes_per_s},
    {"from_leaders_bytes_per_s", &load::from_leaders_bytes_per_s},
    {"network_out_bytes_per_s", &load::network_out_bytes_per_s},
    {"to_followers_bytes_per_s", &load::to_followers_bytes_per_s},
    {"to_consumers_bytes_per_s", &load::to_consumers_bytes_per_s},
    {"page_cache_bytes", &load::page_cache_bytes},
};

} // namespace troupe::plan
