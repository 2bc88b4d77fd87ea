// SPDX-License-Identifier: Apache-2.0
#include "kafka_bytes.h"

#include "kafka/encoder.h"

#include <troupe/storage/file_slice.h>
#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/messages/fetch.h>
#include <troupe/transport/kafka/messages/metadata.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <doctest/doctest.h>

#include <string>
#include <variant>

using namespace troupe;
using namespace troupe::kafka;

namespace {

fetch_response response_with(std::vector<records_data> parts) {
  fetch_response x;
  auto& topic = x.responses.emplace_back();
  topic.topic = "orders";
  for (auto& part : parts) {
    auto& partition = topic.partitions.emplace_back();
    partition.records = std::move(part);
  }
  return x;
}

records_data in_memory(size_t size) {
  records_data x;
  x.bytes = storage::buffer::copy_of(std::string(size, 'r'));
  return x;
}

records_data in_file(uint64_t position, uint32_t size) {
  records_data x;
  x.file.emplace();
  x.file->position = position;
  x.file->size = size;
  return x;
}

uint32_t size_prefix(const transport::chunks& xs) {
  const auto& first = std::get<storage::buffer>(xs.at(0));
  uint32_t size = 0;
  for (size_t i = 0; i < 4; ++i)
    size = size << 8 | std::to_integer<uint32_t>(first.bytes()[i]);
  return size;
}

size_t total(const transport::chunks& xs) {
  size_t sum = 0;
  for (const auto& x : xs)
    sum += std::holds_alternative<storage::buffer>(x)
               ? std::get<storage::buffer>(x).size()
               : std::get<storage::file_slice>(x).size;
  return sum;
}

} // namespace

TEST_CASE("encoder: a response without large records is one chunk") {
  auto xs = encode_response(
      response_with({in_memory(10), in_memory(copied_records_bytes_max)}), 12,
      1);
  REQUIRE(xs.size() == 1);
  CHECK(size_prefix(xs) == total(xs) - 4);
}

TEST_CASE("encoder: a file slice is a chunk of its own") {
  for (int16_t version : {4, 11, 12, 17}) {
    INFO("version ", version);
    auto xs = encode_response(
        response_with({in_file(100, 5000), in_memory(3), in_file(7, 1)}),
        version, 1);
    REQUIRE(xs.size() >= 4);
    REQUIRE(std::holds_alternative<storage::file_slice>(xs[1]));
    CHECK(std::get<storage::file_slice>(xs[1]).position == 100);
    CHECK(std::get<storage::file_slice>(xs[1]).size == 5000);
    CHECK(std::holds_alternative<storage::buffer>(xs[2]));
    REQUIRE(std::holds_alternative<storage::file_slice>(xs[3]));
    CHECK(std::get<storage::file_slice>(xs[3]).position == 7);
    CHECK(size_prefix(xs) == total(xs) - 4);
  }
}

TEST_CASE("encoder: chunks of a frame share one allocation") {
  auto xs =
      encode_response(response_with({in_file(0, 9), in_file(0, 9)}), 12, 1);
  REQUIRE(xs.size() == 5);
  const auto& a = std::get<storage::buffer>(xs[0]);
  const auto& b = std::get<storage::buffer>(xs[2]);
  CHECK(a.data() + a.size() == b.data());
}

TEST_CASE("encoder: larger records in memory are not copied") {
  auto records = in_memory(copied_records_bytes_max + 1);
  auto xs = encode_response(response_with({records}), 11, 1);
  REQUIRE(xs.size() == 2);
  CHECK(std::get<storage::buffer>(xs[1]).data() == records.bytes.data());
  CHECK(size_prefix(xs) == total(xs) - 4);
}

TEST_CASE("encoder: an answer that no frame can hold is none") {
  constexpr uint32_t gibibyte = 1U << 30;
  auto large = in_file(0, gibibyte);
  CHECK_FALSE(encode_response(response_with({large}), 12, 1).empty());
  CHECK(encode_response(response_with({large, large}), 12, 1).empty());
}

TEST_CASE("encoder: an empty file slice leaves no chunk") {
  CHECK(encode_response(response_with({in_file(5, 0)}), 11, 1).size() == 1);
}

TEST_CASE("encoder: records in a response are never null") {
  for (int16_t version : {11, 12}) {
    records_data null;
    null.null = true;
    CHECK(joined(encode_response(response_with({null}), version, 1))
          == joined(encode_response(response_with({{}}), version, 1)));
  }
}

TEST_CASE("encoder: records in a request may be null") {
  produce_request x;
  x.topic_data.emplace_back().partition_data.emplace_back().records.null = true;
  for (int16_t version : {3, 9}) {
    auto frame = frame_of(encode_request(x, version, 1, ""));
    size_t position = 0;
    REQUIRE(parse_request_header(frame, &position).has_value());
    auto y = decode_request<produce_request>(frame, position, version);
    REQUIRE(y.has_value());
    CHECK(y->topic_data.at(0).partition_data.at(0).records.null);
  }
}

TEST_CASE("encoder: text too long for a classic length is cut") {
  metadata_response x;
  x.cluster_id = std::string(40000, 'c');
  int32_t correlation = 0;
  auto classic = decode_response<metadata_response>(
      frame_of(encode_response(x, 8, 1)), 8, &correlation);
  REQUIRE(classic.has_value());
  REQUIRE(classic->cluster_id.has_value());
  CHECK(classic->cluster_id->size() == 32767);
  auto flexible = decode_response<metadata_response>(
      frame_of(encode_response(x, 9, 1)), 9, &correlation);
  REQUIRE(flexible.has_value());
  CHECK(flexible->cluster_id == x.cluster_id);
}

TEST_CASE("encoder: null where a version has none is written as empty") {
  metadata_request x;
  int16_t version = 0;
  auto frame = frame_of(encode_request(x, version, 1, ""));
  auto y = decode_request<metadata_request>(frame, 10, version);
  REQUIRE(y.has_value());
  REQUIRE(y->topics.has_value());
  CHECK(y->topics->empty());
}

TEST_CASE("encoder: tagged fields at their defaults are left out") {
  auto plain = response_with({{}});
  auto tagged = plain;
  tagged.responses[0].partitions[0].current_leader.leader_id = 3;
  CHECK(total(encode_response(tagged, 11, 1))
        == total(encode_response(plain, 11, 1)));
  // Tag, size, two numbers and the struct's own empty section.
  CHECK(total(encode_response(tagged, 12, 1))
        == total(encode_response(plain, 12, 1)) + 2 + 8 + 1);
}
