// SPDX-License-Identifier: Apache-2.0
#include "storage/src/byte_reader.h"
#include "tests/storage/hex.h"

#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace troupe::storage;
using troupe::tests::as_bytes;
using troupe::tests::from_hex;
using troupe::tests::to_hex;

namespace {

constexpr std::string_view two_records =
    "00 00 00 00 00 00 00 00 00 00 00 47 ff ff ff ff 02 02 17 af 83 00 00 00 "
    "00 00 01 00 00 01 8b cf e5 68 00 00 00 01 8b cf e5 68 05 ff ff ff ff ff "
    "ff ff ff ff ff ff ff ff ff 00 00 00 02 1c 00 00 00 04 6b 31 04 76 31 02 "
    "02 68 02 78 0c 00 0a 02 01 01 00";

constexpr std::string_view idempotent =
    "00 00 00 00 00 00 00 00 00 00 00 4c ff ff ff ff 02 62 58 47 53 00 00 00 "
    "00 00 02 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 03 00 00 00 00 00 "
    "00 03 e8 00 00 00 00 00 00 00 00 00 03 0e 00 00 00 01 02 61 00 10 00 02 "
    "02 01 04 62 62 00 12 00 04 04 01 06 63 63 63 00";

constexpr std::string_view commit_marker =
    "00 00 00 00 00 00 00 2a 00 00 00 42 00 00 00 02 02 7c cf 04 6d 00 30 00 "
    "00 00 00 00 00 01 8b cf e5 68 64 00 00 01 8b cf e5 68 64 00 00 00 00 00 "
    "00 0f a0 00 03 ff ff ff ff 00 00 00 01 20 00 00 00 08 00 00 00 01 0c 00 "
    "00 00 00 00 07 00";

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

TEST_CASE("crc32c: the check value of the standard") {
  CHECK(crc32c(as_bytes("123456789")) == 0xE3069283);
  CHECK(crc32c({}) == 0);
}

TEST_CASE("crc32c: a seed continues an earlier call at any cut") {
  std::string text(300, 'x');
  for (size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(i * 7);
  auto bytes = as_bytes(text);
  auto whole = crc32c(bytes);
  for (size_t cut = 0; cut <= bytes.size(); ++cut)
    CHECK(crc32c(bytes.subspan(cut), crc32c(bytes.first(cut))) == whole);
}

TEST_CASE("record batch: the builder writes the bytes of the test vectors") {
  record_field header{"h", "x"};
  batch_builder two;
  two.add(1700000000000, "k1", "v1", {&header, 1});
  two.add(1700000000005, std::nullopt, std::nullopt);
  CHECK(to_hex(two.build().bytes()) == two_records);

  batch_builder three;
  three.producer(1000, 0, 0);
  three.add(1, std::nullopt, "a").add(2, std::nullopt, "bb");
  three.add(3, std::nullopt, "ccc");
  CHECK(to_hex(three.build().bytes()) == idempotent);

  std::string_view key{"\0\0\0\1", 4};
  std::string_view value{"\0\0\0\0\0\7", 6};
  batch_builder marker;
  marker.base_offset(42).leader_epoch(2).producer(4000, 3, -1);
  marker.attributes(0x30).add(1700000000100, key, value);
  CHECK(to_hex(marker.build().bytes()) == commit_marker);
}

TEST_CASE("record batch: header fields of the commit marker") {
  auto bytes = from_hex(commit_marker);
  auto header = parse_batch_header(bytes);
  REQUIRE(header);
  CHECK(header->base_offset == 42);
  CHECK(header->batch_length == 66);
  CHECK(header->size_bytes() == bytes.size());
  CHECK(header->leader_epoch == 2);
  CHECK(header->crc == 0x7ccf046d);
  CHECK(header->control());
  CHECK(header->transactional());
  CHECK_FALSE(header->log_append_time());
  CHECK(header->producer_id == 4000);
  CHECK(header->producer_epoch == 3);
  CHECK(header->base_sequence == -1);
  CHECK(header->last_sequence() == -1);
  CHECK(header->next_offset() == 43);
  CHECK(header->max_timestamp == 1700000000100);
  auto records = std::span{bytes}.subspan(batch_header_bytes);
  CHECK(batch_crc(*header, records) == header->crc);
}

TEST_CASE("record batch: parse and encode are inverse at the extremes") {
  batch_header x;
  x.base_offset = std::numeric_limits<int64_t>::min();
  x.batch_length = std::numeric_limits<int32_t>::max();
  x.leader_epoch = std::numeric_limits<int32_t>::min();
  x.crc = 0xffffffff;
  x.attributes = std::numeric_limits<int16_t>::min();
  x.last_offset_delta = -2;
  x.base_timestamp = std::numeric_limits<int64_t>::max();
  x.max_timestamp = std::numeric_limits<int64_t>::min();
  x.producer_id = 0x0102030405060708;
  x.producer_epoch = -32768;
  x.base_sequence = std::numeric_limits<int32_t>::max();
  x.records_count = -1;
  auto bytes = encode_batch_header(x);
  auto parsed = parse_batch_header(bytes);
  REQUIRE(parsed);
  CHECK(*parsed == x);
  // Offsets that make no sense wrap instead of being undefined.
  CHECK(parsed->next_offset() == std::numeric_limits<int64_t>::max());
}

TEST_CASE("record batch: a header that is short, old or too small is corrupt") {
  auto bytes = from_hex(two_records);
  for (size_t size = 0; size < batch_header_bytes; ++size) {
    auto parsed = parse_batch_header(std::span{bytes}.first(size));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == errc::corrupt_batch);
  }
  CHECK(parse_batch_header(std::span{bytes}.first(batch_header_bytes)));
  for (int magic : {0, 1, 3, 255}) {
    auto other = bytes;
    other[16] = static_cast<std::byte>(magic);
    CHECK_FALSE(parse_batch_header(other));
  }
  for (int32_t length : {48, 0, -1, std::numeric_limits<int32_t>::min()}) {
    auto other = bytes;
    store_big_endian(other.data() + 8, length);
    auto parsed = parse_batch_header(other);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == errc::corrupt_batch);
  }
}

TEST_CASE("record batch: sequences wrap from 2147483647 to 0") {
  batch_header x;
  x.base_sequence = 2147483646;
  x.last_offset_delta = 1;
  CHECK(x.last_sequence() == 2147483647);
  x.last_offset_delta = 2;
  CHECK(x.last_sequence() == 0);
  x.last_offset_delta = 5;
  CHECK(x.last_sequence() == 3);
}

TEST_CASE("record batch: records come with offset, time, key, value, headers") {
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

TEST_CASE("record batch: LogAppendTime gives every record the max timestamp") {
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

TEST_CASE("record batch: header keys repeat and values may be null") {
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

TEST_CASE("record batch: visiting stops when told") {
  int visits = 0;
  auto walked =
      for_each_record(from_hex(idempotent), 0,
                      [&](const record_view&) { return ++visits < 2; });
  CHECK(walked);
  CHECK(visits == 2);
}

TEST_CASE("record batch: timestamps may go back inside a batch") {
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

TEST_CASE("record batch: every codec round trips through the builder") {
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

TEST_CASE("record batch: what the cleaner emptied has no records") {
  CHECK(records_of(batch_with("", 0))->empty());
  batch_header packed;
  packed.attributes = 4;
  packed.last_offset_delta = 9;
  CHECK(records_of(batch_with("", 0, packed))->empty());
}

TEST_CASE("record batch: every cut of a batch is corrupt, never a crash") {
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

TEST_CASE("record batch: malformed records are corrupt") {
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

TEST_CASE("record batch: offsets and times at the far end wrap quietly") {
  batch_header far;
  far.base_offset = std::numeric_limits<int64_t>::max();
  far.base_timestamp = std::numeric_limits<int64_t>::max();
  far.last_offset_delta = 5;
  auto found = records_of(batch_with("0c 00 02 02 01 01 00", 1, far));
  REQUIRE(found);
  CHECK(found->front().offset == std::numeric_limits<int64_t>::min());
  CHECK(found->front().timestamp == std::numeric_limits<int64_t>::min());
}

TEST_CASE("record batch: an unknown codec cannot be read") {
  batch_header odd;
  odd.attributes = 5;
  auto found = records_of(batch_with("00", 1, odd));
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::unsupported_compression);
}

TEST_CASE("byte reader: variable-length integers of the reference") {
  auto varint = [](std::string_view hex) {
    auto bytes = from_hex(hex);
    byte_reader in{bytes};
    auto value = in.varint();
    CHECK(in.left() == 0);
    CHECK(in.ok());
    return value;
  };
  CHECK(varint("00") == 0);
  CHECK(varint("01") == -1);
  CHECK(varint("02") == 1);
  CHECK(varint("7f") == -64);
  CHECK(varint("80 01") == 64);
  CHECK(varint("fe ff ff ff 0f") == std::numeric_limits<int32_t>::max());
  CHECK(varint("ff ff ff ff 0f") == std::numeric_limits<int32_t>::min());
  // Wasteful, but the same number.
  CHECK(varint("80 80 80 80 00") == 0);

  auto varlong = [](std::string_view hex) {
    auto bytes = from_hex(hex);
    byte_reader in{bytes};
    auto value = in.varlong();
    CHECK(in.ok());
    return value;
  };
  CHECK(varlong("80 a0 ab fe f9 62") == 1700000000000);
  CHECK(varlong("fe ff ff ff ff ff ff ff ff 01")
        == std::numeric_limits<int64_t>::max());
  CHECK(varlong("ff ff ff ff ff ff ff ff ff 01")
        == std::numeric_limits<int64_t>::min());
}

TEST_CASE("byte reader: too long or cut off integers fail for good") {
  auto is_refused = [](std::string_view hex, bool is_long) {
    auto bytes = from_hex(hex);
    byte_reader in{bytes};
    auto value = is_long ? in.varlong() : in.varint();
    CHECK(value == 0);
    CHECK(in.integer<int8_t>() == 0);
    return !in.ok() && in.left() == 0;
  };
  CHECK(is_refused("", false));
  CHECK(is_refused("80", false));
  CHECK(is_refused("ff ff ff ff 10", false));
  CHECK(is_refused("ff ff ff ff ff 01", false));
  CHECK(is_refused("80 80 80 80 80 00", false));
  CHECK(is_refused("ff ff ff ff ff ff ff ff ff", true));
  CHECK(is_refused("ff ff ff ff ff ff ff ff ff 02", true));
  CHECK(is_refused("ff ff ff ff ff ff ff ff ff ff 01", true));
}
