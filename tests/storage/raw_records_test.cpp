// SPDX-License-Identifier: Apache-2.0
#include "storage/src/raw_records.h"
#include "tests/storage/batch_vectors.h"
#include "tests/storage/hex.h"

#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <vector>

using namespace troupe::storage;
using troupe::tests::from_hex;
using troupe::tests::two_records;

namespace {

std::vector<std::byte> area_of(std::string_view batch) {
  auto bytes = from_hex(batch);
  bytes.erase(bytes.begin(), bytes.begin() + batch_header_bytes);
  return bytes;
}

errc refusal(std::string_view hex) {
  auto bytes = from_hex(hex);
  std::span<const std::byte> area{bytes};
  auto record = take_record(area);
  REQUIRE_FALSE(record);
  // Who goes on after an error reads the same again.
  CHECK(area.size() == bytes.size());
  return record.error().code;
}

} // namespace

TEST_CASE("raw records: records come off the front one by one") {
  auto bytes = area_of(two_records);
  std::span<const std::byte> area{bytes};
  auto first = take_record(area);
  REQUIRE(first);
  CHECK(first->key == "k1");
  CHECK(first->has_value);
  CHECK(first->timestamp_delta == 0);
  CHECK(first->offset_delta == 0);
  CHECK(first->bytes.data() == bytes.data());
  auto second = take_record(area);
  REQUIRE(second);
  CHECK_FALSE(second->key);
  CHECK_FALSE(second->has_value);
  CHECK(second->timestamp_delta == 5);
  CHECK(second->offset_delta == 1);
  CHECK(area.empty());
  CHECK(first->bytes.size() + second->bytes.size() == bytes.size());
}

TEST_CASE("raw records: an empty key is a key and an empty value a value") {
  auto bytes = from_hex("0c 00 00 00 00 00 00");
  std::span<const std::byte> area{bytes};
  auto record = take_record(area);
  REQUIRE(record);
  CHECK(record->key == "");
  CHECK(record->has_value);
}

TEST_CASE("raw records: a record that cannot be one is refused") {
  CHECK(refusal("") == errc::corrupt_batch);
  // A negative length, and one beyond the end.
  CHECK(refusal("01") == errc::corrupt_batch);
  CHECK(refusal("0e 00 00 00 00 00 00") == errc::corrupt_batch);
  // A negative offset delta.
  CHECK(refusal("0c 00 00 01 00 00 00") == errc::corrupt_batch);
  // Lengths of key and value: below null, and beyond the record.
  CHECK(refusal("0c 00 00 00 03 00 00") == errc::corrupt_batch);
  CHECK(refusal("0c 00 00 00 08 00 00") == errc::corrupt_batch);
  CHECK(refusal("0c 00 00 00 00 03 00") == errc::corrupt_batch);
  CHECK(refusal("0c 00 00 00 00 08 00") == errc::corrupt_batch);
  // More than 64 bits of timestamp.
  CHECK(refusal("1c 00 ff ff ff ff ff ff ff ff ff 7f 00 01")
        == errc::corrupt_batch);
}

TEST_CASE("raw records: every truncation is refused") {
  auto bytes = area_of(two_records);
  std::span<const std::byte> area{bytes};
  auto size = take_record(area)->bytes.size();
  for (size_t left = 0; left < size; ++left) {
    auto cut = std::span<const std::byte>{bytes}.first(left);
    CHECK_FALSE(take_record(cut));
  }
}

TEST_CASE("raw records: no bytes make it read beyond the end") {
  std::mt19937 random{1};
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> bytes(random() % 24);
    for (auto& byte : bytes)
      byte = static_cast<std::byte>(random() % 40);
    std::span<const std::byte> area{bytes};
    auto record = take_record(area);
    if (!record)
      continue;
    CHECK(record->bytes.size() + area.size() == bytes.size());
    CHECK(record->rest.size() < record->bytes.size());
  }
}

TEST_CASE("raw records: a record is copied with another timestamp") {
  auto bytes = area_of(two_records);
  std::span<const std::byte> area{bytes};
  auto original = *take_record(area);
  std::vector<std::byte> same;
  append_record(same, original, original.timestamp_delta);
  CHECK(std::ranges::equal(same, original.bytes));
  for (int64_t delta : {-1, 1, 1'000'000, -1'000'000}) {
    std::vector<std::byte> moved;
    append_record(moved, original, delta);
    std::span<const std::byte> left{moved};
    auto read = take_record(left);
    REQUIRE(read);
    CHECK(left.empty());
    CHECK(read->timestamp_delta == delta);
    CHECK(read->offset_delta == original.offset_delta);
    CHECK(read->key == original.key);
    CHECK(std::ranges::equal(read->rest, original.rest));
  }
}
