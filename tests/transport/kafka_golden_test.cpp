// SPDX-License-Identifier: Apache-2.0
// Frames as unmodified clients sent them to a listening socket: kcat with
// librdkafka 2.0.2, python3-confluent-kafka 1.7.0, python3-kafka 2.0.2.
#include "kafka_bytes.h"

#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/messages/api_versions.h>
#include <troupe/transport/kafka/messages/create_topics.h>
#include <troupe/transport/kafka/messages/fetch.h>
#include <troupe/transport/kafka/messages/init_producer_id.h>
#include <troupe/transport/kafka/messages/list_offsets.h>
#include <troupe/transport/kafka/messages/metadata.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::kafka;

namespace {

/// Decodes the frame and checks that we would have written the same bytes.
template <class Request>
Request decode_golden(std::string_view hex, std::string_view client_id) {
  auto frame = to_buffer(from_hex(hex));
  size_t body_position = 0;
  auto header = parse_request_header(frame, &body_position);
  REQUIRE(header.has_value());
  CHECK(header->api_key == static_cast<int16_t>(Request::api));
  CHECK(header->client_id == client_id);
  auto x = decode_request<Request>(frame, body_position, header->api_version);
  REQUIRE_MESSAGE(x.has_value(), x.error().message);
  auto again = frame_of(encode_request(*x, header->api_version,
                                       header->correlation_id, client_id));
  CHECK(byte_vector{again.bytes().begin(), again.bytes().end()}
        == from_hex(hex));
  return *x;
}

} // namespace

TEST_CASE("golden: ApiVersions request version 3") {
  auto x = decode_golden<api_versions_request>(
      "00120003000000010003616263000564656d6f04312e3000", "abc");
  CHECK(x.client_software_name == "demo");
  CHECK(x.client_software_version == "1.0");
}

TEST_CASE("golden: ApiVersions response version 3 has a classic header") {
  api_versions_response x;
  x.api_keys = {{3, 0, 12}, {18, 0, 4}};
  CHECK(joined(encode_response(x, 3, 1))
        == from_hex("0000001a 00000001 0000 03 0003 0000 000c 00"
                    "0012 0000 0004 00 00000000 00"));
}

TEST_CASE("golden: the reply to ApiVersions from the future") {
  api_versions_response x;
  x.error_code = 35;
  x.api_keys = {{18, 0, 4}};
  CHECK(joined(encode_response(x, 0, 1))
        == from_hex("00000010 00000001 0023 00000001 0012 0000 0004"));
}

TEST_CASE("golden: ApiVersions from kcat and confluent-kafka") {
  auto x = decode_golden<api_versions_request>(
      "0012000300000001000772646b61666b61000b6c696272646b61666b6106322e302e320"
      "0",
      "rdkafka");
  CHECK(x.client_software_name == "librdkafka");
  CHECK(x.client_software_version == "2.0.2");
  x = decode_golden<api_versions_request>(
      "0012000300000001000772646b61666b610017636f6e666c75656e742d6b61666b612d70"
      "7974686f6e14312e372e302d72646b61666b612d322e302e3200",
      "rdkafka");
  CHECK(x.client_software_name == "confluent-kafka-python");
  CHECK(x.client_software_version == "1.7.0-rdkafka-2.0.2");
}

TEST_CASE("golden: Metadata from kcat asks for all topics, then for one") {
  auto x = decode_golden<metadata_request>(
      "0003000400000002000772646b61666b610000000000", "rdkafka");
  REQUIRE(x.topics.has_value());
  CHECK(x.topics->empty());
  CHECK_FALSE(x.allow_auto_topic_creation);
  x = decode_golden<metadata_request>(
      "0003000400000002000772646b61666b610000000100066f726465727301",
      "rdkafka");
  REQUIRE(x.topics.has_value());
  REQUIRE(x.topics->size() == 1);
  CHECK(x.topics->front().name == "orders");
  CHECK(x.allow_auto_topic_creation);
}

TEST_CASE("golden: Metadata from kafka-python, empty and null") {
  auto x =
      decode_golden<metadata_request>("000300000000000200176b61666b612d70797468"
                                      "6f6e2d70726f64756365722d3100000000",
                                      "kafka-python-producer-1");
  REQUIRE(x.topics.has_value());
  CHECK(x.topics->empty());
  x = decode_golden<metadata_request>("000300010000000300176b61666b612d70797468"
                                      "6f6e2d70726f64756365722d31ffffffff",
                                      "kafka-python-producer-1");
  CHECK_FALSE(x.topics.has_value());
}

TEST_CASE("golden: InitProducerId from kcat") {
  auto x = decode_golden<init_producer_id_request>(
      "0016000400000003000772646b61666b610000ffffffffffffffffffffffffffff00",
      "rdkafka");
  CHECK_FALSE(x.transactional_id.has_value());
  CHECK(x.transaction_timeout_ms == -1);
  CHECK(x.producer_id == -1);
  CHECK(x.producer_epoch == -1);
}

TEST_CASE("golden: Produce from an idempotent kcat") {
  auto x = decode_golden<produce_request>(
      "0000000700000004000772646b61666b61ffffffff000075300000000100066f72646572"
      "7300000001000000000000005300000000000000000000004700000000025da31b9c0000"
      "00000001000001a20380f20c000001a20380f20c0000000000000fa00000000000000000"
      "000214000000046b310476310014000002046b3204763200",
      "rdkafka");
  CHECK_FALSE(x.transactional_id.has_value());
  CHECK(x.acks == -1);
  CHECK(x.timeout_ms == 30000);
  REQUIRE(x.topic_data.size() == 1);
  CHECK(x.topic_data[0].name == "orders");
  REQUIRE(x.topic_data[0].partition_data.size() == 1);
  CHECK(x.topic_data[0].partition_data[0].index == 0);
  CHECK(x.topic_data[0].partition_data[0].records.bytes.size() == 83);
}

TEST_CASE("golden: Produce from kafka-python") {
  auto x = decode_golden<produce_request>(
      "000000070000000100176b61666b612d707974686f6e2d70726f64756365722d31ffff00"
      "01000003e80000000100066f726465727300000001000000000000004c00000000000000"
      "0000000040000000000283e46430000000000000000001a20380f7a4000001a20380f7a4"
      "ffffffffffffffffffffffffffff000000011c000000046b310476310202680278",
      "kafka-python-producer-1");
  CHECK(x.acks == 1);
  CHECK(x.timeout_ms == 1000);
  CHECK(x.topic_data.at(0).partition_data.at(0).records.bytes.size() == 76);
}

TEST_CASE("golden: ListOffsets from kcat and kafka-python") {
  auto x = decode_golden<list_offsets_request>(
      "0002000200000004000772646b61666b61ffffffff010000000100066f72646572730000"
      "000100000000fffffffffffffffe",
      "rdkafka");
  CHECK(x.replica_id == -1);
  CHECK(x.isolation_level == 1);
  CHECK(x.topics.at(0).partitions.at(0).timestamp == -2);
  x = decode_golden<list_offsets_request>(
      "000200010000000100126b61666b612d707974686f6e2d322e302e32ffffffff00000001"
      "00066f72646572730000000100000000fffffffffffffffe",
      "kafka-python-2.0.2");
  CHECK(x.isolation_level == 0);
  CHECK(x.topics.at(0).partitions.at(0).timestamp == -2);
}

TEST_CASE("golden: Fetch from kcat and kafka-python") {
  auto x = decode_golden<fetch_request>(
      "0001000b00000005000772646b61666b61ffffffff000001f40000000103200000010000"
      "0000ffffffff0000000100066f72646572730000000100000000ffffffff000000000000"
      "0000ffffffffffffffff00100000000000000000",
      "rdkafka");
  CHECK(x.max_wait_ms == 500);
  CHECK(x.max_bytes == 52428800);
  CHECK(x.isolation_level == 1);
  CHECK(x.session_epoch == -1);
  CHECK(x.topics.at(0).topic == "orders");
  CHECK(x.topics.at(0).partitions.at(0).partition_max_bytes == 1048576);
  CHECK(x.rack_id.empty());
  x = decode_golden<fetch_request>(
      "000100040000000200126b61666b612d707974686f6e2d322e302e32ffffffff000001f4"
      "0000000103200000000000000100066f7264657273000000010000000000000000000000"
      "0000100000",
      "kafka-python-2.0.2");
  CHECK(x.isolation_level == 0);
  CHECK(x.topics.at(0).partitions.at(0).fetch_offset == 0);
  // What version 4 lacks has its default.
  CHECK(x.session_epoch == -1);
  CHECK(x.topics.at(0).partitions.at(0).log_start_offset == -1);
}

TEST_CASE("golden: CreateTopics from confluent-kafka") {
  auto x = decode_golden<create_topics_request>(
      "0013000400000003000772646b61666b610000000100066f726465727300000003000100"
      "00000000000001000c726574656e74696f6e2e6d730004313030300000ea6000",
      "rdkafka");
  const auto& topic = x.topics.at(0);
  CHECK(topic.name == "orders");
  CHECK(topic.num_partitions == 3);
  CHECK(topic.replication_factor == 1);
  CHECK(topic.configs.at(0).name == "retention.ms");
  CHECK(topic.configs.at(0).value == "1000");
  CHECK(x.timeout_ms == 60000);
  CHECK_FALSE(x.validate_only);
}
