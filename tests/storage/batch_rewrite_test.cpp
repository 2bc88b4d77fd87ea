// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/batch_rewrite.h>

#include <troupe/storage/batch_validator.h>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe::storage;

namespace {

constexpr size_t plenty = 1 << 20;

buffer three(codec with) {
  batch_builder x(with);
  std::vector<record_field> headers{{"h", "1"}, {"n", std::nullopt}};
  x.add(100, "a", "first").add(300, std::nullopt, "second", headers);
  x.add(200, "c", std::nullopt).producer(7, 2, 40);
  return x.build();
}

/// Rewrites what `keep` says of `batch`.
template <class Predicate>
buffer rewritten(const buffer& batch, Predicate keep) {
  auto header = parse_batch_header(batch.bytes());
  REQUIRE(header.has_value());
  batch_rewriter to(*header);
  REQUIRE(for_each_record(batch.bytes(), plenty, [&](const record_view& x) {
    if (keep(x))
      to.add(x);
    return true;
  }));
  auto done = to.build();
  REQUIRE(done.has_value());
  return *done;
}

std::vector<std::string> texts(const buffer& batch) {
  std::vector<std::string> found;
  auto walked =
      for_each_record(batch.bytes(), plenty, [&](const record_view& x) {
        auto text = std::to_string(x.offset) + "@" + std::to_string(x.timestamp)
                    + " " + std::string(x.key.value_or("-")) + "="
                    + std::string(x.value.value_or("-"));
        for (const auto& y : x.headers)
          text += " " + std::string(y.key) + ":"
                  + std::string(y.value.value_or("-"));
        found.push_back(text);
        return true;
      });
  REQUIRE(walked.has_value());
  return found;
}

} // namespace

TEST_CASE("batch rewrite: with every record it is the same batch again") {
  for (auto with :
       {codec::none, codec::gzip, codec::snappy, codec::lz4, codec::zstd}) {
    auto before = three(with);
    auto after = rewritten(before, [](const auto&) { return true; });
    CHECK(texts(after) == texts(before));
    CHECK(*parse_batch_header(after.bytes())
          == *parse_batch_header(before.bytes()));
  }
}

TEST_CASE("batch rewrite: missing records leave holes, all else stays") {
  for (auto with : {codec::none, codec::zstd}) {
    auto after =
        rewritten(three(with), [](const auto& x) { return x.offset != 1; });
    CHECK(texts(after)
          == std::vector<std::string>{"0@100 a=first", "2@200 c=-"});
    auto header = *parse_batch_header(after.bytes());
    CHECK(header.records_count == 2);
    CHECK(header.last_offset_delta == 2);
    CHECK(header.max_timestamp == 200);
    CHECK(header.producer_id == 7);
    CHECK(header.producer_epoch == 2);
    CHECK(header.base_sequence == 40);
    CHECK(header.last_sequence() == 42);
    CHECK(header.codec_bits() == static_cast<uint8_t>(with));
  }
}

TEST_CASE("batch rewrite: of no record at all a header is left") {
  auto after = rewritten(three(codec::zstd), [](const auto&) { return false; });
  CHECK(after.size() == batch_header_bytes);
  auto header = *parse_batch_header(after.bytes());
  CHECK(header.records_count == 0);
  CHECK(header.last_sequence() == 42);
  CHECK(header.codec_bits() == 0);
  CHECK(texts(after).empty());
}

TEST_CASE("batch validator: holes come from stages and never from clients") {
  log_config config;
  for (int64_t kept : {0, 1, 2}) {
    auto batch = rewritten(three(codec::none),
                           [=](const auto& x) { return x.offset < kept; });
    CHECK(validate_staged_batch(batch.bytes(), config, 300).has_value());
    auto refused = validate_batch(batch.bytes(), config, 300);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == errc::invalid_record);
  }
  CHECK(validate_staged_batch(three(codec::none).bytes(), config, 300));
}

TEST_CASE("batch validator: what stages hand on keeps to the other rules") {
  log_config config;
  config.max_message_bytes = 100;
  auto batch = three(codec::none);
  auto refused = validate_staged_batch(batch.bytes(), config, 300);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == errc::batch_too_large);
  auto header = *parse_batch_header(batch.bytes());
  header.last_offset_delta = 1;
  auto records = batch.bytes().subspan(batch_header_bytes);
  header.crc = batch_crc(header, records);
  auto head = encode_batch_header(header);
  std::vector<std::byte> bytes(head.begin(), head.end());
  bytes.insert(bytes.end(), records.begin(), records.end());
  auto too_many = validate_staged_batch(bytes, log_config{}, 300);
  REQUIRE_FALSE(too_many.has_value());
  CHECK(too_many.error().code == errc::invalid_record);
}
