// SPDX-License-Identifier: Apache-2.0
#include "page_cache.h"

#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include <fcntl.h>

using namespace troupe;
using namespace troupe::transport;

namespace {

constexpr uint32_t page = 4096;

/// Throws a file out of the page cache; false where that cannot be done
/// (a file system that lives in memory).
bool evict(const temporary_file& x) {
  REQUIRE(x.get()->sync().has_value());
  int fd = x.get()->native_handle();
  REQUIRE(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
  auto count = count_pages(x.slice(0, page));
  REQUIRE(count.has_value());
  return count->hit == 0;
}

} // namespace

TEST_CASE("page_cache: what was just written is resident, page by page") {
  temporary_file file(pattern(100 * page));
  struct expectation {
    uint64_t position;
    uint32_t size;
    uint64_t pages;
  };
  for (auto x : {expectation{0, 100 * page, 100}, expectation{0, 1, 1},
                 expectation{4095, 2, 2}, expectation{page, page, 1},
                 expectation{page - 1, page, 2}, expectation{50, 8192, 3}}) {
    auto slice = file.slice(x.position, x.size);
    auto expected = page_count{x.pages, 0};
    CHECK(count_pages(slice) == expected);
    CHECK(count_pages_mapped(slice) == expected);
    CHECK(resident(slice));
    CHECK(readable_now(slice));
  }
}

TEST_CASE("page_cache: counts go to the slice's counters and to the sum") {
  temporary_file file(pattern(10 * page));
  auto counters = std::make_shared<storage::page_cache_counters>();
  auto slice = file.slice(0, 10 * page);
  slice.counters = counters;
  page_count sum;
  CHECK(resident(slice, &sum));
  CHECK(resident(slice));
  CHECK(sum == page_count{10, 0});
  CHECK(counters->pages_hit == 20);
  CHECK(counters->pages_missed == 0);
}

TEST_CASE("page_cache: evicted pages are missed until they are read in") {
  temporary_file file(pattern(64 * page));
  if (!evict(file))
    return;
  auto counters = std::make_shared<storage::page_cache_counters>();
  auto slice = file.slice(0, 64 * page);
  slice.counters = counters;
  CHECK(count_pages(slice) == count_pages_mapped(slice));
  CHECK_FALSE(resident(slice));
  CHECK(counters->pages_hit == 0);
  CHECK(counters->pages_missed == 64);
  REQUIRE(read_in(slice).has_value());
  CHECK(resident(slice));
  CHECK(counters->pages_hit == 64);
  CHECK(counters->pages_missed == 64);
}

TEST_CASE("page_cache: a slice beyond the end of its file is not resident") {
  temporary_file file(pattern(page));
  CHECK_FALSE(resident(file.slice(0, 3 * page)));
  auto read = read_in(file.slice(0, 3 * page));
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().message.find("ends before") != std::string::npos);
}

TEST_CASE("page_cache: a file without a descriptor is probed only") {
  auto file = std::make_shared<memory_file>(pattern(10000));
  auto counters = std::make_shared<storage::page_cache_counters>();
  storage::file_slice slice{file, 10, 5000, counters};
  CHECK_FALSE(count_pages(slice));
  CHECK_FALSE(count_pages_mapped(slice));
  CHECK_FALSE(resident(slice));
  CHECK_FALSE(readable_now(slice));
  file->warm();
  CHECK(resident(slice));
  CHECK(readable_now(slice));
  CHECK(read_in(slice).has_value());
  CHECK(counters->pages_hit == 0);
  CHECK(counters->pages_missed == 0);
}

TEST_CASE("page_cache: an empty slice is always resident") {
  auto cold = std::make_shared<memory_file>("");
  CHECK(resident(storage::file_slice{cold, 0, 0, nullptr}));
  CHECK(readable_now(storage::file_slice{cold, 0, 0, nullptr}));
}
