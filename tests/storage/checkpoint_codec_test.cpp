// SPDX-License-Identifier: Apache-2.0
#include "storage/src/big_endian.h"
#include "storage/src/checkpoint_codec.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace troupe::storage;

TEST_CASE("checkpoint codec: values round trip at the extremes") {
  partition_offsets offsets;
  offsets.topic_id.bytes.fill(0xff);
  offsets.log_start_offset = std::numeric_limits<int64_t>::max();
  offsets.recovery_point = -1;
  offsets.high_watermark = std::numeric_limits<int64_t>::min();
  CHECK(decode_offsets(encode_offsets(offsets)).value() == offsets);

  std::vector<epoch_start> epochs{{0, 0},
                                  {std::numeric_limits<int32_t>::max(), 5}};
  CHECK(decode_epochs(encode_epochs(epochs)).value() == epochs);
  CHECK(decode_epochs(encode_epochs({}))->empty());

  std::vector<std::byte> table(3, std::byte{9});
  auto producers = decode_producers(encode_producers(42, table));
  REQUIRE(producers);
  CHECK(producers->end == 42);
  CHECK(producers->table == table);
  CHECK(decode_producers(encode_producers(0, {}))->table.empty());
}

TEST_CASE("checkpoint codec: offsets from before compaction can be read") {
  partition_offsets offsets;
  offsets.log_start_offset = 1;
  offsets.recovery_point = 2;
  offsets.high_watermark = 3;
  offsets.first_dirty_offset = 4;
  auto bytes = encode_offsets(offsets);
  CHECK(decode_offsets(bytes).value() == offsets);
  store_big_endian(bytes.data(), int16_t{1});
  offsets.first_dirty_offset = 0;
  auto old = std::span{bytes}.first(bytes.size() - sizeof(int64_t));
  CHECK(decode_offsets(old).value() == offsets);
}

TEST_CASE("checkpoint codec: unknown versions are told from damage") {
  auto check = [](auto decode, std::vector<std::byte> bytes) {
    for (int16_t version : {0, 3, -1}) {
      store_big_endian(bytes.data(), version);
      auto decoded = decode(bytes);
      REQUIRE_FALSE(decoded);
      CHECK(decoded.error().code == errc::unsupported_format);
    }
    auto nothing = decode(std::span{bytes}.first(1));
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().code == errc::corrupt_log);
  };
  check(decode_offsets, encode_offsets({}));
  check(decode_epochs, encode_epochs({{1, 2}}));
  check(decode_producers, encode_producers(1, {}));
}

TEST_CASE("checkpoint codec: wrong sizes and counts are refused") {
  auto offsets = encode_offsets({});
  for (size_t size = 0; size < offsets.size(); ++size)
    CHECK_FALSE(decode_offsets(std::span{offsets}.first(size)));
  offsets.push_back(std::byte{0});
  CHECK_FALSE(decode_offsets(offsets));

  auto epochs = encode_epochs({{1, 2}, {3, 4}});
  for (size_t size = 0; size < epochs.size(); ++size)
    CHECK_FALSE(decode_epochs(std::span{epochs}.first(size)));
  for (int32_t count : {-1, 1, 3, std::numeric_limits<int32_t>::max()}) {
    auto other = epochs;
    store_big_endian(other.data() + 2, count);
    CHECK_FALSE(decode_epochs(other));
  }

  auto producers = encode_producers(1, {});
  for (size_t size = 0; size < producers.size(); ++size)
    CHECK_FALSE(decode_producers(std::span{producers}.first(size)));
}

TEST_CASE("checkpoint codec: keys keep partitions apart and together") {
  CHECK(checkpoint_key({"a", 1}) == std::string("a\0\0\0\0\1", 6));
  CHECK(checkpoint_key({"a", 255}) < checkpoint_key({"a", 256}));
  CHECK(checkpoint_key({"a", 256}) < checkpoint_key({"ab", 0}));
}
