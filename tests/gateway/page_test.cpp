// SPDX-License-Identifier: Apache-2.0
#include <page.h>

#include <troupe/storage/record_batch.h>

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gateway;
using namespace std::string_literals;
using nlohmann::json;

namespace {

constexpr page_bounds wide{1 << 20, 1 << 20};

/// Records from offset 10 on, one second apart.
troupe::records_block
block_of(const std::vector<std::string>& values,
         troupe::storage::codec with = troupe::storage::codec::none) {
  troupe::storage::batch_builder builder(with);
  builder.base_offset(10);
  for (size_t i = 0; i < values.size(); ++i)
    builder.add(static_cast<int64_t>(i) * 1'000, "k", values[i]);
  troupe::records_block block;
  block.from = {"t", 0};
  block.batches = builder.build();
  block.begin_offset = 10;
  block.end_offset = 10 + static_cast<int64_t>(values.size());
  block.high_watermark = 99;
  return block;
}

page encoded(const troupe::records_block& block, int64_t from,
             page_format format, const page_bounds& bounds = wide) {
  auto made = encode_page(block, from, format, bounds);
  REQUIRE(made);
  return *made;
}

json parsed(const page& x) {
  auto tree = json::parse(x.bytes, nullptr, false);
  REQUIRE_FALSE(tree.is_discarded());
  return tree;
}

} // namespace

TEST_CASE("gateway: a page of JSON tells records and where to go on") {
  auto x = encoded(block_of({"a", "b"}), 0, page_format::json);
  CHECK(x.records == 2);
  CHECK(x.next_offset == 12);
  auto tree = parsed(x);
  CHECK(tree["next_offset"] == 12);
  CHECK(tree["high_watermark"] == 99);
  REQUIRE(tree["records"].size() == 2);
  CHECK(tree["records"][1]
        == json{{"offset", 11},
                {"timestamp", 1'000},
                {"key", "k"},
                {"value", "b"},
                {"headers", json::array()}});
}

TEST_CASE("gateway: bytes that are no text, nulls and headers survive JSON") {
  troupe::storage::batch_builder builder;
  std::vector<troupe::storage::record_field> headers{
      {"h", std::nullopt}, {"h", "\xFF"}, {"\x80", "v"}};
  builder.add(1, std::nullopt, "\x00\xC0"s, headers);
  builder.add(2, "quote\" \\ \n", std::nullopt);
  troupe::records_block block;
  block.batches = builder.build();
  block.end_offset = 2;
  auto records = parsed(encoded(block, 0, page_format::json))["records"];
  CHECK(records[0]["key"].is_null());
  CHECK(records[0]["value_base64"] == "AMA=");
  CHECK_FALSE(records[0].contains("value"));
  CHECK(records[0]["headers"] == json::parse(R"([{"key":"h","value":null},
                           {"key":"h","value_base64":"/w=="},
                           {"key_base64":"gA==","value":"v"}])"));
  CHECK(records[1]["key"] == "quote\" \\ \n");
  CHECK(records[1]["value"].is_null());
}

TEST_CASE("gateway: a binary record is offset, time, key, value, headers") {
  troupe::storage::batch_builder builder;
  std::vector<troupe::storage::record_field> headers{{"h", std::nullopt}};
  builder.base_offset(258).add(1, std::nullopt, "ab", headers);
  troupe::records_block block;
  block.batches = builder.build();
  block.end_offset = 259;
  auto x = encoded(block, 0, page_format::binary);
  CHECK(x.bytes
        == "\0\0\0\0\0\0\1\2" // offset
           "\0\0\0\0\0\0\0\1" // timestamp
           "\xFF\xFF\xFF\xFF" // no key
           "\0\0\0\2"
           "ab"       // value
           "\0\0\0\1" // one header
           "\0\0\0\1h"
           "\xFF\xFF\xFF\xFF"s);
}

TEST_CASE("gateway: a page ends before the record that would be too much") {
  auto block = block_of({std::string(300, 'x'), std::string(300, 'y'), "z"});
  for (auto format : {page_format::json, page_format::binary}) {
    auto x = encoded(block, 10, format, {500, 1 << 20});
    CHECK(x.records == 1);
    CHECK(x.next_offset == 11);
    CHECK(x.block_end == 13);
    auto rest = encoded(block, x.next_offset, format, {500, 1 << 20});
    CHECK(rest.next_offset == 13);
    CHECK(rest.records == 2);
    CHECK(x.bytes.size() + rest.bytes.size() > 600);
    // One record is in it however small the page is.
    CHECK(encoded(block, 11, format, {1, 1 << 20}).records == 1);
  }
}

TEST_CASE("gateway: pages of a compressed block follow each other") {
  std::vector<std::string> values;
  for (int i = 0; i < 100; ++i)
    values.push_back(std::to_string(i));
  auto block = block_of(values, troupe::storage::codec::zstd);
  std::vector<std::string> seen;
  int64_t at = 10;
  while (at < block.end_offset) {
    auto x = encoded(block, at, page_format::json, {400, 1 << 20});
    REQUIRE(x.next_offset > at);
    at = x.next_offset;
    auto tree = parsed(x);
    for (const auto& record : tree["records"])
      seen.push_back(record["value"]);
  }
  CHECK(seen == values);
}

TEST_CASE(
    "gateway: a record that is too large is refused, not the one before") {
  auto block = block_of({"a", std::string(10'000, 'x'), "c"});
  page_bounds bounds{1 << 20, 1'000};
  CHECK(encoded(block, 10, page_format::json, bounds).next_offset == 11);
  auto refused = encode_page(block, 11, page_format::json, bounds);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 413);
  CHECK(refused.error().code == troupe::kafka::error_code::message_too_large);
  CHECK(refused.error().message.find("offset 11") != std::string::npos);
  CHECK(encoded(block, 12, page_format::json, bounds).records == 1);
}

TEST_CASE("gateway: text that grows when it is escaped counts as it is sent") {
  auto block = block_of({std::string(1'000, '\1')});
  CHECK_FALSE(encode_page(block, 10, page_format::json, {1, 5'000}));
  CHECK(encode_page(block, 10, page_format::json, {1, 7'000}));
}

TEST_CASE("gateway: damaged blocks are an error") {
  auto block = block_of({"a"});
  block.batches = block.batches.slice(0, block.batches.size() - 1);
  auto refused = encode_page(block, 10, page_format::json, wide);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 500);
}

TEST_CASE("gateway: an empty page says where it was waited") {
  CHECK(parsed(empty_page(7, page_format::json))
        == json::parse(R"({"records":[],"next_offset":7,"high_watermark":7})"));
  CHECK(empty_page(7, page_format::binary).bytes.empty());
}

TEST_CASE("gateway: an answer of bytes says in headers where to go on") {
  auto block = block_of({"a"});
  auto json_answer =
      to_answer(encoded(block, 10, page_format::json), page_format::json);
  CHECK(json_answer.content_type == json_type);
  CHECK(json_answer.headers.empty());
  auto x =
      to_answer(encoded(block, 10, page_format::binary), page_format::binary);
  CHECK(x.content_type == binary_type);
  REQUIRE(x.headers.size() == 2);
  CHECK(x.headers[0].second == "11");
  CHECK(x.headers[1].second == "99");
}
