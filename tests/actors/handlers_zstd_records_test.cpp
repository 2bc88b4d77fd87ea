// SPDX-License-Identifier: Apache-2.0
#include "handlers/zstd_records.h"

#include <doctest/doctest.h>
#include <tests/storage/fault_file_system.h>
#include <troupe/storage/record_batch.h>

#include <initializer_list>
#include <optional>
#include <vector>

using namespace troupe;
using actors::handlers::keep_before_zstd;
using storage::codec;

namespace {

/// Batches of one record, one after the other in a file.
struct batches {
  storage::test::fault_file_system fs;
  std::vector<uint32_t> ends;
  storage::file_slice slice;

  explicit batches(std::initializer_list<codec> packed) {
    std::vector<std::byte> all;
    for (auto each : packed) {
      auto batch = storage::batch_builder{each}
                     .add(1, std::nullopt, "a value that is a value")
                     .build();
      auto bytes = batch.bytes();
      all.insert(all.end(), bytes.begin(), bytes.end());
      ends.push_back(static_cast<uint32_t>(all.size()));
    }
    fs.put("/log", all);
    auto source = fs.open("/log", storage::open_mode::read);
    REQUIRE(source);
    slice = {*source, 0, ends.back(), nullptr};
  }
};

} // namespace

TEST_CASE("fetch: records that an older client can unpack are kept") {
  batches x{codec::none, codec::gzip, codec::lz4, codec::snappy};
  CHECK(keep_before_zstd(x.slice));
  CHECK(x.slice.size == x.ends.back());
}

TEST_CASE("fetch: an older client gets what lies before zstd") {
  batches x{codec::none, codec::gzip, codec::zstd, codec::none};
  CHECK(keep_before_zstd(x.slice));
  CHECK(x.slice.size == x.ends[1]);
  x.slice.position = x.ends[1];
  x.slice.size = x.ends[3] - x.ends[1];
  CHECK_FALSE(keep_before_zstd(x.slice));
  CHECK(x.slice.size == 0);
}

TEST_CASE("fetch: looking for zstd does not wait for a disk") {
  batches x{codec::zstd};
  x.fs.set_cold(true);
  CHECK(keep_before_zstd(x.slice));
  CHECK(x.slice.size == x.ends.back());
}
