// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/src/producer_table.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

namespace troupe::storage::test {

inline constexpr int32_t sequence_max = std::numeric_limits<int32_t>::max();

struct batch_of {
  producer_id_t id = 1;
  producer_epoch_t epoch = 0;
  int32_t sequence = 0;
  int32_t records = 1;
  offset_t offset = 0;
  timestamp_ms timestamp = 0;

  batch_header header() const {
    batch_header x;
    x.producer_id = id;
    x.producer_epoch = epoch;
    x.base_sequence = sequence;
    x.records_count = records;
    x.last_offset_delta = records - 1;
    x.base_offset = offset;
    x.base_timestamp = timestamp;
    x.max_timestamp = timestamp;
    return x;
  }
};

inline bool accepts(const producer_table& table, const batch_of& x) {
  auto checked = table.check(x.header());
  return checked && checked->what == producer_table::verdict::accept;
}

inline errc refusal(const producer_table& table, const batch_of& x) {
  auto checked = table.check(x.header());
  REQUIRE_FALSE(checked);
  return checked.error().code;
}

/// Appends as a log would.
inline void append(producer_table& table, const batch_of& x) {
  REQUIRE(accepts(table, x));
  table.update(x.header());
}

/// Ten batches of two records from producer 1, at offsets 100, 102, ...
inline producer_table ten_batches() {
  producer_table table;
  for (int i = 0; i < 10; ++i)
    append(table, {.sequence = 2 * i,
                   .records = 2,
                   .offset = 100 + 2 * i,
                   .timestamp = 1000 + i});
  return table;
}

} // namespace troupe::storage::test
