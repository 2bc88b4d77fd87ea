// SPDX-License-Identifier: Apache-2.0
#include "storage/src/big_endian.h"
#include "tests/storage/batch_vectors.h"
#include "tests/storage/hex.h"

#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace troupe::storage;
using troupe::tests::as_bytes;
using troupe::tests::commit_marker;
using troupe::tests::from_hex;
using troupe::tests::idempotent;
using troupe::tests::to_hex;
using troupe::tests::two_records;

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
