// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log.h>
#include <troupe/storage/timestamp_search.h>

#include <optional>
#include <utility>

namespace troupe::storage::test {

/// First record with timestamp >= `from` below `limit`.
inline result<std::optional<found_offset>>
find_timestamp(log& x, timestamp_ms from, offset_t limit) {
  auto search = x.search_timestamps(limit);
  if (!search)
    return failure(std::move(search.error()));
  return (*search)->find(from);
}

/// The record with the largest timestamp below `limit`.
inline result<std::optional<found_offset>>
find_largest(log& x, offset_t limit) {
  auto search = x.search_timestamps(limit);
  if (!search)
    return failure(std::move(search.error()));
  return (*search)->find_largest();
}

/// The same of the whole log.
inline result<std::optional<found_offset>> find_largest(log& x) {
  return find_largest(x, x.end_offset());
}

} // namespace troupe::storage::test
