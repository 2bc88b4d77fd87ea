// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>

#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <utility>

using namespace troupe;
using namespace troupe::cluster;
using storage::errc;

namespace {

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (auto byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", std::to_integer<int>(byte));
    text += digits;
  }
  return text;
}

uuid counting_id() {
  uuid x;
  for (size_t i = 0; i < x.bytes.size(); ++i)
    x.bytes[i] = static_cast<uint8_t>(i);
  return x;
}

partition_registration golden_partition() {
  return {2, 7, {2, 3}, {2}};
}

/// Every type of record with its bytes, as the first release wrote them.
std::vector<std::pair<metadata_record, std::string>> golden_records() {
  const std::string id = "000102030405060708090a0b0c0d0e0f";
  const std::string partitions = "00000001"
                                 "00000002"
                                 "00000007"
                                 "00000002"
                                 "00000002"
                                 "00000003"
                                 "00000001"
                                 "00000002";
  const std::string configs = "00000002"
                              "00000001"
                              "61"
                              "00000000"
                              "00000001"
                              "62"
                              "00000002"
                              "2d31";
  config_map map{{"a", ""}, {"b", "-1"}};
  return {
      {cluster_created{"xy"}, "0101000000027879"},
      {node_registered{{1, "h", 9092, "r"}},
       "0102000000010000000168238400000001"
       "72"},
      {topic_created{{"t", counting_id(), {golden_partition()}, map}},
       "0103" + id + "0000000174" + partitions + configs},
      {topic_deleted{counting_id()}, "0104" + id},
      {partitions_added{counting_id(), {golden_partition()}},
       "0105" + id + partitions},
      {topic_configs_replaced{counting_id(), map}, "0106" + id + configs},
      {broker_configs_replaced{no_node, map}, "0107ffffffff" + configs},
      {producer_ids_allocated{0x0102030405060708}, "01080102030405060708"},
      {node_registered{
           {1, "h", 9092, "r", "c", 9093, counting_id(), true, true}},
       "0202000000010000000168238400000001"
       "72"
       "00000001632385"
           + id + "03"},
      {partition_changed{counting_id(), 5, {2, 7, {2, 3}, {2}, 9, {3}, {2}}},
       "0109" + id + "00000005" + partitions.substr(8) + "00000009"
           + "0000000100000003" + "0000000100000002"},
      {node_removed{4}, "010a00000004"},
      {voters_replaced{{{1, "h", 9093}}}, "010b00000001"
                                          "00000001"
                                          "0000000168"
                                          "2385"},
      {leader_began{6, 1}, "010c0000000600000001"},
  };
}

} // namespace

TEST_CASE(
    "metadata record: the bytes of every type are what they always were") {
  for (const auto& [record, bytes] : golden_records())
    CHECK(hex(encode(record)) == bytes);
}

TEST_CASE("metadata record: every type is read back as it was written") {
  for (const auto& [record, bytes] : golden_records()) {
    auto decoded = decode_metadata_record(encode(record));
    REQUIRE(decoded);
    CHECK(*decoded == record);
  }
}

TEST_CASE("metadata record: every truncation is corrupt") {
  for (const auto& [record, golden] : golden_records()) {
    auto bytes = encode(record);
    for (size_t size = 0; size < bytes.size(); ++size) {
      auto decoded = decode_metadata_record(std::span{bytes}.first(size));
      REQUIRE_FALSE(decoded);
      CHECK(decoded.error().code == errc::corrupt_log);
    }
  }
}

TEST_CASE("metadata record: bytes behind the last field are corrupt") {
  for (const auto& [record, golden] : golden_records()) {
    auto bytes = encode(record);
    bytes.push_back(std::byte{0});
    auto decoded = decode_metadata_record(bytes);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == errc::corrupt_log);
  }
}

TEST_CASE("metadata record: unknown versions and types are recognised") {
  for (auto version : {0, 2, 255}) {
    auto bytes = encode(cluster_created{"xy"});
    bytes[0] = static_cast<std::byte>(version);
    auto decoded = decode_metadata_record(bytes);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == errc::unsupported_format);
  }
  for (auto type : {0, 13, 255}) {
    auto bytes = encode(cluster_created{"xy"});
    bytes[1] = static_cast<std::byte>(type);
    auto decoded = decode_metadata_record(bytes);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == errc::unsupported_format);
  }
}

TEST_CASE("metadata record: hostile lengths and counts allocate nothing") {
  for (const auto& [record, golden] : golden_records()) {
    auto bytes = encode(record);
    // Every place that can hold a length holds the largest one in turn; what
    // still decodes must be a value, not a crash or an allocation.
    for (size_t at = 2; at + 4 <= bytes.size(); ++at) {
      auto hostile = bytes;
      for (size_t i = 0; i < 4; ++i)
        hostile[at + i] = std::byte{0xff};
      auto decoded = decode_metadata_record(hostile);
      if (decoded)
        CHECK(encode(*decoded) == hostile);
      else
        CHECK(decoded.error().code == errc::corrupt_log);
    }
  }
}

TEST_CASE("metadata record: configs that are not in order are corrupt") {
  auto bytes = encode(broker_configs_replaced{0, {{"a", ""}, {"b", ""}}});
  // The second key becomes "a", then "0".
  for (auto key : {'a', '0'}) {
    bytes[bytes.size() - 5] = static_cast<std::byte>(key);
    auto decoded = decode_metadata_record(bytes);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == errc::corrupt_log);
  }
}
