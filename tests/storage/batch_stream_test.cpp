// SPDX-License-Identifier: Apache-2.0
#include "storage/src/batch_stream.h"
#include "tests/storage/log_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

using namespace troupe::storage;
using namespace troupe::storage::test;

namespace {

/// A log of a few batches of different sizes in one segment, read as a stream.
struct stream_fixture : log_fixture {
  std::vector<std::byte> window = std::vector<std::byte>(64);
  compaction_pace pace;
  compaction_source source;

  stream_fixture() {
    options.config.segment_bytes = 1 << 20;
    open();
    for (size_t bytes : {10, 500, 100, 3000, 20})
      append(2, bytes);
    source.end_offset = log_->end_offset();
    source.size_bytes = content(0, ".log").size();
  }

  std::shared_ptr<file> segment() {
    auto opened = fs.open(path(0, ".log"), open_mode::write);
    REQUIRE(opened);
    return *opened;
  }

  batch_stream stream() { return {segment(), source, window, pace}; }

  void overwrite(uint64_t position, std::byte with) {
    std::array part{std::span<const std::byte>{&with, 1}};
    REQUIRE(segment()->write(position, part));
  }

  /// What the stream ends with: errc{} after a whole segment.
  errc end_of(batch_stream x) {
    for (;;) {
      auto next = x.next();
      if (!next)
        return next.error().code;
      if (!*next)
        return errc{};
    }
  }
};

} // namespace

TEST_CASE("batch stream: the bytes of a segment come batch by batch") {
  stream_fixture x;
  auto stream = x.stream();
  std::vector<std::byte> all;
  std::vector<offset_t> bases;
  for (;;) {
    auto next = stream.next();
    REQUIRE(next);
    if (!*next)
      break;
    CHECK((*next)->bytes.size() == (*next)->header.size_bytes());
    all.insert(all.end(), (*next)->bytes.begin(), (*next)->bytes.end());
    bases.push_back((*next)->header.base_offset);
    CHECK(stream.position() == all.size());
    CHECK((*next)->last == (all.size() == x.source.size_bytes));
  }
  CHECK(all == x.content(0, ".log"));
  CHECK(bases == std::vector<offset_t>{0, 2, 4, 6, 8});
  // The end stays the end.
  auto again = stream.next();
  REQUIRE(again);
  CHECK_FALSE(*again);
}

TEST_CASE("batch stream: the window grows to the largest batch, not further") {
  stream_fixture x;
  CHECK(x.end_of(x.stream()) == errc{});
  CHECK(x.window.size() > 3000);
  CHECK(x.window.size() < x.source.size_bytes);
  auto size = x.window.size();
  CHECK(x.end_of(x.stream()) == errc{});
  CHECK(x.window.size() == size);
}

TEST_CASE("batch stream: a flipped byte anywhere is found") {
  stream_fixture x;
  auto bytes = x.content(0, ".log");
  for (size_t position = 0; position < bytes.size(); position += 7) {
    // What is stamped into a batch is not under its CRC: the leader epoch, and
    // the base offset as long as it stays in its place.
    auto stream = x.stream();
    x.overwrite(position, bytes[position] ^ std::byte{0x80});
    auto end = x.end_of(std::move(stream));
    bool harmless = end == errc{};
    if (!harmless)
      CHECK(end == errc::corrupt_batch);
    x.overwrite(position, bytes[position]);
    if (!harmless)
      continue;
    auto before = x.stream();
    uint64_t begin = 0;
    while (before.position() <= position) {
      begin = before.position();
      REQUIRE(before.next());
    }
    auto within = position - begin;
    CHECK(within >= 12);
    CHECK(within < 16);
  }
}

TEST_CASE("batch stream: a source that ends within a batch is damaged") {
  stream_fixture x;
  auto whole = x.source.size_bytes;
  for (auto missing : {1, 30, 70, 200}) {
    x.source.size_bytes = whole - static_cast<uint64_t>(missing);
    CHECK(x.end_of(x.stream()) == errc::corrupt_batch);
  }
}

TEST_CASE("batch stream: offsets outside the source are damage") {
  stream_fixture x;
  x.source.end_offset -= 1;
  CHECK(x.end_of(x.stream()) == errc::corrupt_batch);
  x.source.end_offset += 1;
  x.source.base_offset = 1;
  CHECK(x.end_of(x.stream()) == errc::corrupt_batch);
}

TEST_CASE("batch stream: a segment that was cut meanwhile is not damaged") {
  stream_fixture x;
  REQUIRE(x.segment()->truncate(x.source.size_bytes - 1));
  CHECK(x.end_of(x.stream()) == errc::not_found);
}

TEST_CASE("batch stream: the pace is asked for what is read and may end it") {
  stream_fixture x;
  uint64_t asked = 0;
  x.pace = [&](uint64_t bytes) {
    asked += bytes;
    return true;
  };
  CHECK(x.end_of(x.stream()) == errc{});
  CHECK(asked >= x.source.size_bytes);
  x.pace = [](uint64_t) { return false; };
  CHECK(x.end_of(x.stream()) == errc::closed);
}
