// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <segment_names.h>
#include <segment_scan.h>

#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::storage::test {

namespace {

/// Three batches of two records each, offsets 0 to 6.
struct three_batches {
  fault_file_system fs;
  std::vector<uint64_t> positions;
  uint64_t size = 0;
  fenced_ranges known;

  three_batches() {
    std::vector<std::byte> bytes;
    for (offset_t base = 0; base < 6; base += 2) {
      positions.push_back(bytes.size());
      batch_builder builder;
      auto x = builder.add(1, "k", "value")
                   .add(2, "k", "value")
                   .base_offset(base)
                   .build();
      bytes.insert(bytes.end(), x.bytes().begin(), x.bytes().end());
    }
    size = bytes.size();
    fs.put("/f", std::move(bytes));
  }

  result<scan_result>
  scan(offset_t resync_to, std::vector<offset_t>* seen = nullptr) {
    auto source = fs.open("/f", open_mode::read);
    REQUIRE(source);
    return scan_segment(**source,
                        {0, (*source)->size().value(), no_offset, resync_to},
                        known, [&](const scanned_batch& x) {
                          if (seen != nullptr)
                            seen->push_back(x.header.base_offset);
                        });
  }
};

} // namespace

TEST_CASE("segment_scan: good batches are visited in order") {
  three_batches x;
  std::vector<offset_t> seen;
  auto found = x.scan(0, &seen);
  REQUIRE(found);
  CHECK(seen == std::vector<offset_t>{0, 2, 4});
  CHECK(found->end_position == x.size);
  CHECK(found->next_offset == 6);
  CHECK(found->stopped_by.empty());
}

TEST_CASE("segment_scan: every cut of the last batch ends the scan before it") {
  three_batches x;
  auto whole = x.fs.content("/f");
  for (auto cut = x.positions[2] + 1; cut < x.size; ++cut) {
    auto part = whole;
    part.resize(cut);
    x.fs.put("/f", part);
    auto found = x.scan(0);
    REQUIRE(found);
    CHECK(found->end_position == x.positions[2]);
    CHECK(found->next_offset == 4);
    CHECK_FALSE(found->stopped_by.empty());
  }
}

TEST_CASE("segment_scan: every flipped bit of a batch is noticed") {
  three_batches x;
  auto whole = x.fs.content("/f");
  for (auto at = x.positions[1]; at < x.positions[2]; ++at) {
    // The leader epoch is the one field that nothing protects.
    if (at >= x.positions[1] + 12 && at < x.positions[1] + 16)
      continue;
    x.fs.put("/f", whole);
    x.fs.flip_bit("/f", at);
    auto found = x.scan(0);
    REQUIRE(found);
    CAPTURE(at);
    CHECK(found->end_position == x.positions[1]);
  }
}

TEST_CASE("segment_scan: finds its way past damage as far as it may") {
  three_batches x;
  x.fs.flip_bit("/f", x.positions[1] + 70);
  std::vector<offset_t> seen;
  auto found = x.scan(4, &seen);
  REQUIRE(found);
  CHECK(seen == std::vector<offset_t>{0, 4});
  REQUIRE(found->damages.size() == 1);
  CHECK(found->damages[0]
        == damaged_range{0, x.positions[1], x.positions[2], 2, 4});
  CHECK(found->end_position == x.size);
  // One offset less, and the batch behind the damage counts no more.
  CHECK(x.scan(3)->end_position == x.positions[1]);
  // Unless somebody found that damage before.
  x.known.add(found->damages[0]);
  CHECK(x.scan(0)->end_position == x.size);
}

TEST_CASE("segment_scan: a hostile length costs no memory and no batch") {
  three_batches x;
  auto bytes = x.fs.content("/f");
  for (size_t i = 8; i < 12; ++i)
    bytes[i] = i == 8 ? std::byte{0x7f} : std::byte{0xff};
  x.fs.put("/f", bytes);
  auto found = x.scan(0);
  REQUIRE(found);
  CHECK(found->end_position == 0);
  CHECK(found->next_offset == 0);
}

TEST_CASE("segment_scan: batches larger than its window pass") {
  fault_file_system fs;
  std::string value(700000, 'v');
  std::vector<std::byte> bytes;
  for (offset_t base = 0; base < 3; ++base) {
    batch_builder builder;
    auto x = builder.add(1, std::nullopt, value).base_offset(base).build();
    bytes.insert(bytes.end(), x.bytes().begin(), x.bytes().end());
  }
  auto size = bytes.size();
  fs.put("/f", std::move(bytes));
  auto source = fs.open("/f", open_mode::read);
  REQUIRE(source);
  auto found =
      scan_segment(**source, {0, size, no_offset, 0}, {}, [](auto&) {});
  REQUIRE(found);
  CHECK(found->next_offset == 3);
  fs.flip_bit("/f", size - 1);
  found = scan_segment(**source, {0, size, no_offset, 0}, {}, [](auto&) {});
  REQUIRE(found);
  CHECK(found->next_offset == 2);
}

TEST_CASE("segment_scan: an I/O error is an error and no end") {
  three_batches x;
  x.fs.inject(operation::read, "/f", 5);
  auto found = x.scan(0);
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::io);
}

TEST_CASE("segment_names: twenty digits and nothing else") {
  CHECK(segment_path("/d", 42, ".log") == "/d/00000000000000000042.log");
  CHECK(parse_segment_name("00000000000000000042.log", ".log") == 42);
  CHECK(parse_segment_name("09223372036854775807.log", ".log")
        == 9223372036854775807);
  for (auto name :
       {"0000000000000000042.log", "000000000000000000042.log",
        "-0000000000000000042.log", "0000000000000000004x.log",
        "99999999999999999999.log", "00000000000000000042.index", ".log", ""})
    CHECK(parse_segment_name(name, ".log") == std::nullopt);
  CHECK(is_leftover("00000000000000000042.log.deleted"));
  CHECK_FALSE(is_leftover("00000000000000000042.log"));
}

TEST_CASE("fenced_ranges: are kept in a file that vanishes with them") {
  fault_file_system fs;
  fenced_ranges x;
  x.add({0, 100, 200, 10, 20});
  x.add({0, 50, 60, 5, 6});
  x.add({0, 50, 60, 5, 6});
  CHECK(x.ranges().size() == 2);
  CHECK(x.find(5) != nullptr);
  CHECK(x.find(6) == nullptr);
  CHECK(x.find(19)->position_begin == 100);
  CHECK(x.next(0, 60)->position_begin == 100);
  CHECK(x.next(7, 0) == nullptr);
  REQUIRE(x.save(fs, ""));
  auto loaded = fenced_ranges::load(fs, "");
  REQUIRE(loaded);
  CHECK(std::ranges::equal(loaded->ranges(), x.ranges()));
  x.truncate_to(10);
  CHECK(x.ranges().size() == 1);
  x.forget_before(0);
  CHECK(x.ranges().size() == 1);
  x.forget_before(30);
  CHECK(x.empty());
  REQUIRE(x.save(fs, ""));
  CHECK_FALSE(fs.exists("/damaged-ranges").value());
  CHECK(fenced_ranges::load(fs, "")->empty());
}

} // namespace troupe::storage::test
