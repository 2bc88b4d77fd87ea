// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_slice.h>

#include <cstdint>
#include <optional>

namespace troupe::transport {

/// How many pages of a slice are in the page cache, and how many are not.
struct page_count {
  uint64_t hit = 0;
  uint64_t missed = 0;

  bool operator==(const page_count&) const = default;
};

/// Asks cachestat(2), or mincore(2) where the kernel has none. Nothing when
/// the file has no descriptor or the kernel will not say.
std::optional<page_count> count_pages(const storage::file_slice& slice);

/// The slow way of `count_pages`: maps the range for a moment.
std::optional<page_count> count_pages_mapped(const storage::file_slice& slice);

/// Counts, adds the count to the slice's counters and to `*sum` (may be
/// null), then probes. The order matters: a probe may start readahead.
bool resident(const storage::file_slice& slice, page_count* sum);

/// False when reading the slice's first byte would wait for a disk.
bool readable_now(const storage::file_slice& slice);

} // namespace troupe::transport
