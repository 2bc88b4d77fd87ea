// SPDX-License-Identifier: Apache-2.0
#include "page_cache.h"

#include <troupe/transport/server.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

namespace troupe::transport {

namespace {

/// The kernel's structures; Debian 12's headers are older than the call.
struct cachestat_range {
  uint64_t offset;
  uint64_t length;
};
struct cachestat_answer {
  uint64_t cached;
  uint64_t dirty;
  uint64_t writeback;
  uint64_t evicted;
  uint64_t recently_evicted;
};
constexpr long cachestat_number = 451;

/// Counted in 4 KiB pages whatever the machine maps.
constexpr uint64_t page_bytes = 4096;
/// Half a mebibyte: four read-ahead windows of Linux' default size.
constexpr uint64_t probe_distance_bytes = 512u << 10;
/// Address space that one mincore fallback maps at a time.
constexpr uint64_t mapping_bytes = 16u << 20;

uint64_t pages_of(const storage::file_slice& x) {
  if (x.size == 0)
    return 0;
  return (x.position + x.size - 1) / page_bytes - x.position / page_bytes + 1;
}

std::atomic<bool> cachestat_missing{false};

std::optional<page_count> ask_cachestat(const storage::file_slice& slice) {
  cachestat_range range{slice.position, slice.size};
  cachestat_answer answer{};
  if (syscall(cachestat_number, slice.source->native_handle(), &range, &answer,
              0u)
      != 0) {
    if (errno == ENOSYS || errno == EPERM)
      cachestat_missing.store(true, std::memory_order_relaxed);
    return std::nullopt;
  }
  uint64_t pages = pages_of(slice);
  uint64_t hit = std::min(answer.cached, pages);
  return page_count{hit, pages - hit};
}

/// Adds the pages of [position, position + size), which starts on a page.
bool count_mapping(int fd, uint64_t position, uint64_t size, page_count& sum) {
  void* at = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd,
                  static_cast<off_t>(position));
  if (at == MAP_FAILED)
    return false;
  auto system_page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> present((size + system_page - 1) / system_page);
  bool known = mincore(at, size, present.data()) == 0;
  munmap(at, size);
  if (!known)
    return false;
  for (uint64_t page = 0; page * page_bytes < size; ++page) {
    bool hit = (present[page * page_bytes / system_page] & 1) != 0;
    ++(hit ? sum.hit : sum.missed);
  }
  return true;
}

enum class probe : uint8_t { resident, missing, unknown };

probe probe_byte(const storage::file_slice& slice, uint64_t at) {
  std::array<std::byte, 1> byte;
  auto read = slice.source->read_nowait(slice.position + at, byte);
  if (!read)
    return probe::unknown;
  return read->resident ? probe::resident : probe::missing;
}

} // namespace

std::optional<page_count> count_pages_mapped(const storage::file_slice& slice) {
  int fd = slice.source->native_handle();
  if (fd < 0)
    return std::nullopt;
  page_count sum;
  auto align = static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) - 1;
  uint64_t at = slice.position & ~align;
  uint64_t end = slice.position + slice.size;
  // Pages of ours in front of the slice, where the machine's are larger.
  uint64_t before = slice.position / page_bytes - at / page_bytes;
  for (; at < end; at += mapping_bytes)
    if (!count_mapping(fd, at, std::min(end - at, mapping_bytes), sum))
      return std::nullopt;
  sum.hit -= std::min(sum.hit, before);
  return sum;
}

std::optional<page_count> count_pages(const storage::file_slice& slice) {
  if (slice.source->native_handle() < 0 || slice.size == 0)
    return std::nullopt;
  if (!cachestat_missing.load(std::memory_order_relaxed))
    if (auto count = ask_cachestat(slice))
      return count;
  return count_pages_mapped(slice);
}

bool resident(const storage::file_slice& slice, page_count* sum) {
  if (slice.size == 0)
    return true;
  auto count = count_pages(slice);
  if (count && slice.counters) {
    auto order = std::memory_order_relaxed;
    slice.counters->pages_hit.fetch_add(count->hit, order);
    slice.counters->pages_missed.fetch_add(count->missed, order);
  }
  if (count && sum != nullptr) {
    sum->hit += count->hit;
    sum->missed += count->missed;
  }
  if (count && count->missed > 0)
    return false;
  // Pages that are still being read count as cached. Read-ahead comes in
  // windows, in order: the last byte of each tells.
  for (uint64_t at = 0; at < slice.size;) {
    at = std::min<uint64_t>(at + probe_distance_bytes, slice.size);
    // A file that cannot say (a file system without NOWAIT) counts as it was
    // counted: an error of the medium shows when the bytes are sent.
    auto found = probe_byte(slice, at - 1);
    if (found == probe::unknown)
      return true;
    if (found == probe::missing)
      return false;
  }
  return true;
}

bool resident(const storage::file_slice& slice) {
  return resident(slice, nullptr);
}

bool readable_now(const storage::file_slice& slice) {
  return slice.size == 0 || probe_byte(slice, 0) != probe::missing;
}

} // namespace troupe::transport
