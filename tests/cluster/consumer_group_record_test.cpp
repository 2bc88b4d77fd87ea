// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/consumer_group_record_codec.h>

#include <doctest/doctest.h>

#include <cstdio>
#include <random>
#include <string>
#include <tuple>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using storage::errc;

namespace {

using bytes = std::vector<std::byte>;

std::string hex(const bytes& x) {
  std::string text;
  for (auto byte : x) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", std::to_integer<int>(byte));
    text += digits;
  }
  return text;
}

bytes from_hex(const std::string& text) {
  bytes x;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    x.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), {}, 16)));
  return x;
}

storage::uuid counting_id() {
  storage::uuid x;
  for (size_t i = 0; i < x.bytes.size(); ++i)
    x.bytes[i] = static_cast<uint8_t>(i);
  return x;
}

consumer_member_metadata golden_metadata() {
  consumer_member_metadata x;
  x.group = "g";
  x.member_id = "m";
  x.rack_id = "r";
  x.client_id = "c";
  x.client_host = "h";
  x.subscribed_topic_names = {"t", "u"};
  x.subscribed_topic_regex = "x";
  x.rebalance_timeout_ms = 60000;
  return x;
}

consumer_member_metadata golden_classic_metadata() {
  auto x = golden_metadata();
  x.classic = {10000, {{"range", from_hex("0102")}}};
  return x;
}

/// Records with the bytes of key and value, put together by hand from Kafka's
/// schemas.
std::vector<std::tuple<consumer_group_record, std::string, std::string>>
golden_records() {
  const std::string id = "000102030405060708090a0b0c0d0e0f";
  return {
      {consumer_group_epoch{"g", 5, 0}, "0003000167", "00000000000500"},
      {consumer_group_epoch{"g", 5, 0x0102030405060708}, "0003000167",
       "0000000000050100080102030405060708"},
      {golden_metadata(), "000500016700016d",
       "000000027202630268030274027502780000ea600000"},
      {golden_classic_metadata(), "000500016700016d",
       "000000027202630268030274027502780000ea6000"
       "010011"
       "0100002710020672616e67650301020000"},
      {consumer_target_epoch{"g", 7}, "0006000167", "00000000000700"},
      {consumer_member_target{"g", "m", {{counting_id(), {0, 2}}}},
       "000700016700016d", "000002" + id + "0300000000000000020000"},
      {consumer_member_current{"g",
                               "m",
                               4,
                               3,
                               member_state::unrevoked_partitions,
                               {{counting_id(), {1}}},
                               {}},
       "000800016700016d",
       "0000000000040000000301"
       "02" + id
           + "020000000100" + "01" + "00"},
  };
}

} // namespace

TEST_CASE("consumer group record: the bytes are Kafka's") {
  for (const auto& [record, key, value] : golden_records()) {
    auto encoded = encode(record);
    CHECK(hex(encoded.key) == key);
    REQUIRE(encoded.value);
    CHECK(hex(*encoded.value) == value);
    auto decoded = decode_consumer_group_record(encoded.key, *encoded.value);
    REQUIRE(decoded);
    CHECK(*decoded == record);
    CHECK(group_of(*decoded) == "g");
  }
}

TEST_CASE("consumer group record: a tombstone is a key without a value") {
  for (const auto& [record, key, value] : golden_records()) {
    auto decoded = decode_consumer_group_record(from_hex(key), std::nullopt);
    REQUIRE(decoded);
    REQUIRE(std::holds_alternative<consumer_record_removal>(*decoded));
    auto encoded = encode(*decoded);
    CHECK(hex(encoded.key) == key);
    CHECK_FALSE(encoded.value);
  }
}

TEST_CASE("consumer group record: every truncation and every rest is corrupt") {
  for (const auto& [record, key, value] : golden_records()) {
    auto whole_key = from_hex(key);
    auto whole = from_hex(value);
    for (size_t size = 0; size < whole_key.size(); ++size) {
      auto decoded =
          decode_consumer_group_record(std::span{whole_key}.first(size), whole);
      REQUIRE_FALSE(decoded);
      CHECK(decoded.error().code == errc::corrupt_log);
    }
    for (size_t size = 0; size < whole.size(); ++size) {
      auto decoded =
          decode_consumer_group_record(whole_key, std::span{whole}.first(size));
      REQUIRE_FALSE(decoded);
      CHECK(decoded.error().code == errc::corrupt_log);
    }
    whole.push_back(std::byte{0});
    CHECK_FALSE(decode_consumer_group_record(whole_key, whole));
  }
}

TEST_CASE("consumer group record: other types and versions are recognised") {
  for (const auto* key : {"0000000167", "0002000167", "0004000167",
                          "0010000167000178", "000b000167", "ffff000167"}) {
    auto decoded = decode_consumer_group_record(from_hex(key), std::nullopt);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == errc::unsupported_format);
  }
  auto decoded = decode_consumer_group_record(from_hex("0003000167"),
                                              from_hex("00010000000500"));
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().code == errc::unsupported_format);
}

TEST_CASE("consumer group record: tagged fields of newer brokers are skipped") {
  // A creation time (tag 1) behind the hash; assignment epochs of a topic.
  auto decoded = decode_consumer_group_record(
      from_hex("0003000167"),
      from_hex("000000000005020008010203040506070801080000000000000009"));
  REQUIRE(decoded);
  CHECK(*decoded
        == consumer_group_record{
            consumer_group_epoch{"g", 5, 0x0102030405060708}});
  decoded = decode_consumer_group_record(
      from_hex("000700016700016d"),
      from_hex("000002000102030405060708090a0b0c0d0e0f0200000001"
               "010005020000000300"));
  REQUIRE(decoded);
  CHECK(*decoded
        == consumer_group_record{
            consumer_member_target{"g", "m", {{counting_id(), {1}}}}});
}

TEST_CASE("consumer group record: an unknown member state is corrupt") {
  auto [record, key, value] = golden_records().back();
  value.replace(20, 2, "7f");
  auto decoded = decode_consumer_group_record(from_hex(key), from_hex(value));
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().code == errc::corrupt_log);
}

TEST_CASE("consumer group record: random bytes decode to a value or an error") {
  std::mt19937_64 random{7};
  size_t decoded_count = 0;
  auto goldens = golden_records();
  for (int i = 0; i < 20000; ++i) {
    const auto& [record, key, value] = goldens[random() % goldens.size()];
    auto damaged = from_hex(value);
    for (auto changes = random() % 4; changes > 0; --changes)
      damaged[2 + random() % (damaged.size() - 2)] =
          static_cast<std::byte>(random() % 3 == 0 ? 0xff : random());
    auto decoded = decode_consumer_group_record(from_hex(key), damaged);
    if (!decoded)
      continue;
    ++decoded_count;
    auto again = encode(*decoded);
    REQUIRE(again.value);
    auto read = decode_consumer_group_record(again.key, *again.value);
    REQUIRE(read);
    CHECK(*read == *decoded);
  }
  CHECK(decoded_count > 0);
}
