// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>

#include <atomic>
#include <cstdint>
#include <memory>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// How well the page cache did for one partition. Written by lanes, read by
/// whoever reports; relaxed atomics, 4 KiB pages.
struct page_cache_counters {
  std::atomic<uint64_t> pages_hit{0};
  std::atomic<uint64_t> pages_missed{0};
};

/// Bytes of a log that leave with sendfile. Holding a slice keeps the file
/// open, also after retention has unlinked it.
struct file_slice {
  std::shared_ptr<file> source;
  uint64_t position = 0;
  uint32_t size = 0;
  /// Counts hits and misses of this slice's partition; may be null.
  std::shared_ptr<page_cache_counters> counters;
};

} // namespace troupe::storage

#pragma GCC visibility pop
