// SPDX-License-Identifier: Apache-2.0
#include "storage/src/big_endian.h"
#include "tests/storage/batch_vectors.h"
#include "tests/storage/hex.h"

#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace troupe::storage;
using troupe::tests::commit_marker;
using troupe::tests::from_hex;
using troupe::tests::idempotent;
using troupe::tests::two_records;

namespace {

/// A record as a test wants to compare it.
struct seen {
  offset_t offset;
  timestamp_ms timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  size_t headers;

  bool operator==(const seen&) const = default;
};

std::optional<std::string> owned(std::optional<std::string_view> x) {
  return x ? std::optional<std::string>{*x} : std::nullopt;
}

troupe::result<std::vector<seen>>
records_of(std::span<const std::byte> batch, size_t bytes_max = 1 << 20) {
  std::vector<seen> all;
  auto walked = for_each_record(batch, bytes_max, [&](const record_view& x) {
    all.push_back({x.offset, x.timestamp, owned(x.key), owned(x.value),
                   x.headers.size()});
    return true;
  });
  if (!walked)
    return troupe::failure(walked.error());
  return all;
}

/// A batch of `count` records whose area is given byte by byte.
std::vector<std::byte>
batch_with(std::string_view records, int32_t count, batch_header header = {}) {
  auto area = from_hex(records);
  header.batch_length = static_cast<int32_t>(49 + area.size());
  header.records_count = count;
  if (header.last_offset_delta == 0 && count > 0)
    header.last_offset_delta = count - 1;
  header.crc = batch_crc(header, area);
  auto head = encode_batch_header(header);
  std::vector<std::byte> bytes(head.begin(), head.end());
  bytes.insert(bytes.end(), area.begin(), area.end());
  return bytes;
}

bool is_corrupt(std::span<const std::byte> batch) {
  auto found = records_of(batch);
  return !found && found.error().code == errc::corrupt_batch;
}

} // namespace

TEST_CASE(
    "batch records: records come with offset, time, key, value, headers") {
  auto two = records_of(from_hex(two_records));
  REQUIRE(two);
  CHECK(
      *two
      == std::vector<seen>{{0, 1700000000000, "k1", "v1", 1},
                           {1, 1700000000005, std::nullopt, std::nullopt, 0}});

  auto marker = records_of(from_hex(commit_marker));
  REQUIRE(marker);
  REQUIRE(marker->size() == 1);
  CHECK(marker->front().offset == 42);
  CHECK(marker->front().key == std::string("\0\0\0\1", 4));
}

TEST_CASE("batch records: LogAppendTime gives every record the max timestamp") {
  auto bytes = from_hex(idempotent);
  auto header = parse_batch_header(bytes);
  REQUIRE(header);
  header->attributes |= 8;
  header->max_timestamp = 777;
  auto head = encode_batch_header(*header);
  std::copy(head.begin(), head.end(), bytes.begin());
  auto found = records_of(bytes);
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  for (const auto& x : *found)
    CHECK(x.timestamp == 777);
}

TEST_CASE("batch records: header keys repeat and values may be null") {
  std::vector<record_field> headers{{"a", "1"}, {"a", std::nullopt}, {"", ""}};
  auto batch = batch_builder{}.add(5, "", "", headers).build();
  int visits = 0;
  auto walked = for_each_record(batch.bytes(), 0, [&](const record_view& x) {
    ++visits;
    CHECK(x.key == std::string_view{});
    CHECK(x.value == std::string_view{});
    REQUIRE(x.headers.size() == 3);
    CHECK(x.headers[1].key == "a");
    CHECK_FALSE(x.headers[1].value);
    CHECK(x.headers[2].value == std::string_view{});
    return true;
  });
  CHECK(walked);
  CHECK(visits == 1);
}

TEST_CASE("batch records: visiting stops when told") {
  int visits = 0;
  auto walked =
      for_each_record(from_hex(idempotent), 0,
                      [&](const record_view&) { return ++visits < 2; });
  CHECK(walked);
  CHECK(visits == 2);
}

TEST_CASE("batch records: timestamps may go back inside a batch") {
  batch_builder builder;
  builder.add(1000, "a", "b").add(10, "a", "b").add(2000, "a", "b");
  builder.add(-1, "a", "b");
  auto batch = builder.build();
  auto header = parse_batch_header(batch.bytes());
  REQUIRE(header);
  CHECK(header->base_timestamp == 1000);
  CHECK(header->max_timestamp == 2000);
  auto found = records_of(batch.bytes());
  REQUIRE(found);
  REQUIRE(found->size() == 4);
  CHECK((*found)[1].timestamp == 10);
  CHECK((*found)[3].timestamp == -1);
}

TEST_CASE("batch records: every codec round trips through the builder") {
  for (auto with :
       {codec::none, codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    CAPTURE(static_cast<int>(with));
    batch_builder builder{with};
    builder.base_offset(1000);
    for (int i = 0; i < 500; ++i)
      builder.add(i, "key" + std::to_string(i), std::string(50, 'v'));
    CHECK(builder.records_count() == 500);
    auto batch = builder.build();
    auto header = parse_batch_header(batch.bytes());
    REQUIRE(header);
    CHECK(header->codec_bits() == static_cast<uint8_t>(with));
    CHECK(header->crc
          == batch_crc(*header, batch.bytes().subspan(batch_header_bytes)));
    auto found = records_of(batch.bytes());
    REQUIRE(found);
    REQUIRE(found->size() == 500);
    CHECK(found->back() == seen{1499, 499, "key499", std::string(50, 'v'), 0});
    if (with == codec::none)
      continue;
    auto bomb = records_of(batch.bytes(), builder.records_bytes() - 1);
    REQUIRE_FALSE(bomb);
    CHECK(bomb.error().code == errc::batch_too_large);
    CHECK(records_of(batch.bytes(), builder.records_bytes()));
  }
}

TEST_CASE("batch records: what the cleaner emptied has no records") {
  CHECK(records_of(batch_with("", 0))->empty());
  batch_header packed;
  packed.attributes = 4;
  packed.last_offset_delta = 9;
  CHECK(records_of(batch_with("", 0, packed))->empty());
}

TEST_CASE("batch records: every cut of a batch is corrupt, never a crash") {
  auto bytes = from_hex(two_records);
  for (size_t size = 0; size < bytes.size(); ++size) {
    CHECK(is_corrupt(std::span{bytes}.first(size)));
    if (size < batch_header_bytes)
      continue;
    // The same cut with a header that claims just these bytes.
    auto cut = std::vector(bytes.begin(),
                           bytes.begin() + static_cast<ptrdiff_t>(size));
    store_big_endian(cut.data() + 8, static_cast<int32_t>(size - 12));
    CHECK(is_corrupt(cut));
  }
}

TEST_CASE("batch records: malformed records are corrupt") {
  // attributes, timestamp delta, offset delta, key, value, headers
  CHECK_FALSE(is_corrupt(batch_with("0c 00 00 00 01 01 00", 1)));
  SUBCASE("length beyond the end") {
    CHECK(is_corrupt(batch_with("0e 00 00 00 01 01 00", 1)));
  }
  SUBCASE("length shorter than the fields") {
    CHECK(is_corrupt(batch_with("0a 00 00 00 01 01 00", 1)));
  }
  SUBCASE("length longer than the fields") {
    CHECK(is_corrupt(batch_with("0e 00 00 00 01 01 00 00", 1)));
  }
  SUBCASE("negative length") {
    CHECK(is_corrupt(batch_with("01 00 00 00 01 01 00", 1)));
  }
  SUBCASE("key longer than the record") {
    CHECK(is_corrupt(batch_with("0c 00 00 00 7e 01 00", 1)));
  }
  SUBCASE("key length of -2") {
    CHECK(is_corrupt(batch_with("0c 00 00 00 03 01 00", 1)));
  }
  SUBCASE("value length of -2") {
    CHECK(is_corrupt(batch_with("0c 00 00 00 01 03 00", 1)));
  }
  SUBCASE("negative number of headers") {
    CHECK(is_corrupt(batch_with("0c 00 00 00 01 01 01", 1)));
  }
  SUBCASE("two billion headers") {
    CHECK(is_corrupt(batch_with("14 00 00 00 01 01 fe ff ff ff 0f", 1)));
  }
  SUBCASE("header without a key") {
    CHECK(is_corrupt(batch_with("10 00 00 00 01 01 02 01 01", 1)));
  }
  SUBCASE("negative offset delta") {
    CHECK(is_corrupt(batch_with("0c 00 00 01 01 01 00", 1)));
  }
  SUBCASE("offset delta beyond the last") {
    CHECK(is_corrupt(batch_with("0c 00 00 02 01 01 00", 1)));
  }
  SUBCASE("fewer records than counted") {
    CHECK(is_corrupt(batch_with("0c 00 00 00 01 01 00", 2)));
  }
  SUBCASE("more records than counted") {
    CHECK(is_corrupt(batch_with("0c 00 00 00 01 01 00", 0)));
  }
  SUBCASE("negative count") {
    CHECK(is_corrupt(batch_with("0c 00 00 00 01 01 00", -1)));
  }
  SUBCASE("varint of six bytes") {
    CHECK(is_corrupt(batch_with("8c 80 80 80 80 00 00 00 00 01 01 00", 1)));
  }
}

TEST_CASE("batch records: offsets and times at the far end wrap quietly") {
  batch_header far;
  far.base_offset = std::numeric_limits<int64_t>::max();
  far.base_timestamp = std::numeric_limits<int64_t>::max();
  far.last_offset_delta = 5;
  auto found = records_of(batch_with("0c 00 02 02 01 01 00", 1, far));
  REQUIRE(found);
  CHECK(found->front().offset == std::numeric_limits<int64_t>::min());
  CHECK(found->front().timestamp == std::numeric_limits<int64_t>::min());
}

TEST_CASE("batch records: an unknown codec cannot be read") {
  batch_header odd;
  odd.attributes = 5;
  auto found = records_of(batch_with("00", 1, odd));
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::unsupported_compression);
}
