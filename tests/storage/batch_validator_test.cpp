// SPDX-License-Identifier: Apache-2.0
#include "storage/src/big_endian.h"
#include "tests/storage/hex.h"

#include <troupe/storage/batch_validator.h>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace troupe::storage;

namespace {

constexpr timestamp_ms now = 1700000000000;

std::vector<std::byte> bytes_of(const buffer& x) {
  return {x.bytes().begin(), x.bytes().end()};
}

std::vector<std::byte> good_batch() {
  return bytes_of(
      batch_builder{}.add(now, "k", "v").add(now, "k", "w").build());
}

/// Changes the header and makes the CRC true again.
template <class F>
std::vector<std::byte> changed(std::vector<std::byte> bytes, F change) {
  auto header = parse_batch_header(bytes);
  REQUIRE(header);
  change(*header);
  auto records = std::span<const std::byte>{bytes}.subspan(batch_header_bytes);
  header->crc = batch_crc(*header, records);
  auto head = encode_batch_header(*header);
  std::copy(head.begin(), head.end(), bytes.begin());
  return bytes;
}

template <class F>
std::vector<std::byte> with_header(F change) {
  return changed(good_batch(), change);
}

errc refusal(std::span<const std::byte> bytes, const log_config& config = {},
             timestamp_ms at = now) {
  auto checked = validate_batch(bytes, config, at);
  REQUIRE_FALSE(checked);
  CHECK_FALSE(checked.error().message.empty());
  return checked.error().code;
}

bool passes(std::span<const std::byte> bytes, const log_config& config = {},
            timestamp_ms at = now) {
  auto checked = validate_batch(bytes, config, at);
  if (!checked)
    MESSAGE(to_string(checked.error()));
  return checked.has_value();
}

} // namespace

TEST_CASE("batch validator: a good batch passes and yields its header") {
  auto bytes = good_batch();
  auto checked = validate_batch(bytes, {}, now);
  REQUIRE(checked);
  CHECK(checked->records_count == 2);
  CHECK(checked->size_bytes() == bytes.size());
  for (auto with : {codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    auto packed = batch_builder{with}.add(now, "k", "v").build();
    CHECK(passes(packed.bytes()));
  }
}

TEST_CASE("batch validator: nothing at all is an invalid record") {
  CHECK(refusal({}) == errc::invalid_record);
}

TEST_CASE("batch validator: every cut is corrupt") {
  auto bytes = good_batch();
  for (size_t size = 1; size < bytes.size(); ++size)
    CHECK(refusal(std::span{bytes}.first(size)) == errc::corrupt_batch);
}

TEST_CASE("batch validator: every flipped bit under the CRC is corrupt") {
  auto bytes = good_batch();
  for (size_t i = 17; i < bytes.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = bytes;
      flipped[i] ^= std::byte{1} << bit;
      CHECK(refusal(flipped) == errc::corrupt_batch);
    }
}

TEST_CASE("batch validator: another magic is another format, not damage") {
  for (int magic : {0, 1, 3, 127, 255}) {
    auto bytes = good_batch();
    bytes[16] = static_cast<std::byte>(magic);
    CHECK(refusal(bytes) == errc::invalid_record);
  }
}

TEST_CASE("batch validator: base offset and leader epoch are not in the CRC") {
  auto bytes = good_batch();
  store_big_endian(bytes.data(), int64_t{1234});
  store_big_endian(bytes.data() + 12, int32_t{7});
  CHECK(passes(bytes));
  store_big_endian(bytes.data(), int64_t{-1});
  CHECK(refusal(bytes) == errc::invalid_record);
  store_big_endian(bytes.data(), std::numeric_limits<int64_t>::max() - 1);
  CHECK(refusal(bytes) == errc::invalid_record);
  store_big_endian(bytes.data(), std::numeric_limits<int64_t>::max() - 2);
  CHECK(passes(bytes));
}

TEST_CASE("batch validator: one entry holds one batch") {
  auto one = good_batch();
  auto two = one;
  two.insert(two.end(), one.begin(), one.end());
  CHECK(refusal(two) == errc::invalid_record);
  one.push_back(std::byte{0});
  CHECK(refusal(one) == errc::invalid_record);
}

TEST_CASE("batch validator: sizes are limits that may be reached") {
  auto bytes = good_batch();
  log_config config;
  config.max_message_bytes = static_cast<int64_t>(bytes.size());
  CHECK(passes(bytes, config));
  --config.max_message_bytes;
  CHECK(refusal(bytes, config) == errc::batch_too_large);
  config = {};
  config.segment_bytes = static_cast<int64_t>(bytes.size());
  CHECK(passes(bytes, config));
  --config.segment_bytes;
  CHECK(refusal(bytes, config) == errc::records_too_large_for_segment);
}

TEST_CASE("batch validator: counts must agree and not be zero") {
  CHECK(refusal(with_header([](auto& x) { x.records_count = 3; }))
        == errc::invalid_record);
  CHECK(refusal(with_header([](auto& x) { x.last_offset_delta = 2; }))
        == errc::invalid_record);
  CHECK(refusal(with_header([](auto& x) {
          x.records_count = 0;
          x.last_offset_delta = -1;
        }))
        == errc::invalid_record);
  CHECK(refusal(with_header([](auto& x) {
          x.records_count = std::numeric_limits<int32_t>::min();
          x.last_offset_delta = std::numeric_limits<int32_t>::max();
        }))
        == errc::invalid_record);
}

TEST_CASE("batch validator: clients send no control bits nor horizons") {
  CHECK(refusal(with_header([](auto& x) { x.attributes |= 0x20; }))
        == errc::invalid_record);
  CHECK(refusal(with_header([](auto& x) { x.attributes |= 0x40; }))
        == errc::invalid_record);
}

TEST_CASE("batch validator: a producer id needs epoch and sequence") {
  auto with = [](producer_id_t id, producer_epoch_t epoch, int32_t sequence) {
    return with_header([=](auto& x) {
      x.producer_id = id;
      x.producer_epoch = epoch;
      x.base_sequence = sequence;
    });
  };
  CHECK(passes(with(0, 0, 0)));
  CHECK(passes(with(5, 3, 2147483647)));
  CHECK(refusal(with(5, 3, -1)) == errc::invalid_record);
  CHECK(refusal(with(5, -1, 0)) == errc::invalid_record);
  CHECK(passes(with(-1, -1, -1)));
  CHECK(refusal(with_header([](auto& x) { x.attributes |= 0x10; }))
        == errc::invalid_record);
}

TEST_CASE("batch validator: codecs 5 to 7 do not exist") {
  for (int16_t bits : {5, 6, 7})
    CHECK(refusal(with_header([=](auto& x) { x.attributes = bits; }))
          == errc::unsupported_compression);
}

TEST_CASE("batch validator: CreateTime stays inside the window") {
  log_config config;
  config.timestamp_before_max_ms = 1000;
  config.timestamp_after_max_ms = 500;
  auto at = [](timestamp_ms base, timestamp_ms max) {
    return with_header([=](auto& x) {
      x.base_timestamp = base;
      x.max_timestamp = max;
    });
  };
  CHECK(passes(at(now - 1000, now + 500), config));
  CHECK(refusal(at(now - 1001, now), config) == errc::invalid_timestamp);
  CHECK(refusal(at(now, now + 501), config) == errc::invalid_timestamp);
  CHECK(refusal(at(now + 501, now), config) == errc::invalid_timestamp);
  CHECK(refusal(at(now, now - 1001), config) == errc::invalid_timestamp);
  // -1 says that there is no timestamp; other negatives say nothing.
  CHECK(passes(at(-1, -1), config));
  CHECK(refusal(at(-2, now)) == errc::invalid_timestamp);
  CHECK(refusal(at(std::numeric_limits<int64_t>::min(), now))
        == errc::invalid_timestamp);
  CHECK(refusal(at(0, std::numeric_limits<int64_t>::max()))
        == errc::invalid_timestamp);
  // By default there is no oldest time.
  CHECK(passes(at(0, 0)));
  config.log_append_time = true;
  CHECK(passes(at(now - 1001, now + 501), config));
}

TEST_CASE("batch validator: only the broker says LogAppendTime") {
  auto bytes = with_header([](auto& x) { x.attributes |= 8; });
  CHECK(refusal(bytes) == errc::invalid_timestamp);
  log_config config;
  config.log_append_time = true;
  CHECK(passes(bytes, config));
}

TEST_CASE("batch validator: compacted topics name the records without key") {
  log_config config;
  config.cleanup_compact = true;
  CHECK(passes(good_batch(), config));
  for (auto with :
       {codec::none, codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    batch_builder builder{with};
    builder.add(now, std::nullopt, "v").add(now, "k", "v");
    builder.add(now, std::nullopt, "v");
    auto batch = builder.build();
    std::vector<record_failure> failures;
    auto checked = validate_batch(batch.bytes(), config, now, &failures);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == errc::invalid_record);
    REQUIRE(failures.size() == 2);
    CHECK(failures[0].batch_index == 0);
    CHECK(failures[1].batch_index == 2);
    CHECK_FALSE(failures[0].message.empty());
    CHECK(refusal(batch.bytes(), config) == errc::invalid_record);
    CHECK(passes(batch.bytes()));
  }
}

TEST_CASE("batch validator: the list of failures is bounded") {
  log_config config;
  config.cleanup_compact = true;
  batch_builder builder;
  for (int i = 0; i < 1000; ++i)
    builder.add(now, std::nullopt, "v");
  std::vector<record_failure> failures;
  auto checked =
      validate_batch(builder.build().bytes(), config, now, &failures);
  REQUIRE_FALSE(checked);
  CHECK(failures.size() == 100);
  CHECK(failures.back().batch_index == 99);
}

TEST_CASE("batch validator: an empty key is a key") {
  log_config config;
  config.cleanup_compact = true;
  auto batch = batch_builder{}.add(now, "", std::nullopt).build();
  CHECK(passes(batch.bytes(), config));
}

TEST_CASE("batch validator: bombs and nonsense on compacted topics") {
  log_config config;
  config.cleanup_compact = true;
  config.decompressed_bytes_max = 10000;
  for (auto with : {codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    auto bomb = batch_builder{with}.add(now, "k", std::string(20000, 'x'));
    CHECK(refusal(bomb.build().bytes(), config) == errc::batch_too_large);
    auto lie = with_header(
        [=](auto& x) { x.attributes = static_cast<int16_t>(with); });
    CHECK(refusal(lie, config) == errc::corrupt_batch);
    // Elsewhere nobody looks inside.
    CHECK(passes(lie));
  }
  auto lie = with_header([](auto& x) {
    x.records_count = 3;
    x.last_offset_delta = 2;
  });
  CHECK(refusal(lie, config) == errc::corrupt_batch);
}
