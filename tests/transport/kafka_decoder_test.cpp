// SPDX-License-Identifier: Apache-2.0
// Hostile input, on a message made for it and on real ones.
#include "kafka_bytes.h"
#include "kafka_value_printer.h"

#include "kafka/decoder.h"

#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/messages/find_coordinator.h>
#include <troupe/transport/kafka/messages/metadata.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace troupe::kafka {

namespace {

/// One field of every kind.
struct sample {
  struct inner {
    int8_t small = 5;
    std::optional<std::string> note;
  };

  bool flag = false;
  uint16_t port = 0;
  double ratio = 0;
  std::string text;
  storage::buffer bytes;
  std::optional<inner> maybe;
  std::vector<inner> many;
  int32_t tagged_number = -1;
  std::optional<std::string> tagged_text;
};

void describe(auto& f, of<sample::inner> auto& x) {
  f.field("small", x.small);
  f.field("note", x.note, nullable_since(1));
}

void describe(auto& f, of<sample> auto& x) {
  f.field("flag", x.flag);
  f.field("port", x.port, since(1));
  f.field("ratio", x.ratio, versions(0, 1));
  f.field("text", x.text);
  f.field("bytes", x.bytes);
  f.field("maybe", x.maybe);
  f.field("many", x.many);
  f.tagged(1, "tagged_number", x.tagged_number, since(2), -1);
  f.tagged(4, "tagged_text", x.tagged_text, since(2));
}

/// Versions 0 and 1 are classic, from 2 on flexible.
result<sample> decode_sample(std::string_view hex, int16_t version) {
  auto frame = to_buffer(from_hex(hex));
  wire_reader in{frame, 0, version >= 2};
  sample x;
  decoder{in, {version, version >= 2}}.read_struct(x);
  if (in.ok() && in.bytes_left() > 0)
    in.fail("bytes follow the message");
  if (!in.ok())
    return failure(in.explain("sample", version));
  return x;
}

bool refused(std::string_view hex, int16_t version, std::string_view why) {
  auto x = decode_sample(hex, version);
  if (x)
    return false;
  INFO(x.error().message);
  CHECK(x.error().code == storage::errc::invalid_argument);
  CHECK(x.error().message.find(why) != std::string::npos);
  return true;
}

} // namespace

TEST_CASE("decoder: every kind of field, classic") {
  auto x = decode_sample("07 ffff 3ff8000000000000 0002 6869 00000003 010203 "
                         "01 09 0001 61 00000001 ff ffff",
                         1);
  REQUIRE_MESSAGE(x.has_value(), x.error().message);
  CHECK(x->flag);
  CHECK(x->port == 65535);
  CHECK(x->ratio == 1.5);
  CHECK(x->text == "hi");
  CHECK(x->bytes.size() == 3);
  REQUIRE(x->maybe.has_value());
  CHECK(x->maybe->small == 9);
  CHECK(x->maybe->note == "a");
  REQUIRE(x->many.size() == 1);
  CHECK(x->many[0].small == -1);
  CHECK_FALSE(x->many[0].note.has_value());
  CHECK(x->tagged_number == -1);
}

TEST_CASE("decoder: every kind of field, flexible") {
  auto x = decode_sample("00 0050 03 6869 04 010203 01 09 02 61 00 "
                         "02 ff 00 00 02 01 04 00000007 04 02 02 7a",
                         2);
  REQUIRE_MESSAGE(x.has_value(), x.error().message);
  CHECK_FALSE(x->flag);
  CHECK(x->port == 80);
  CHECK(x->ratio == 0);
  CHECK(x->maybe.has_value());
  CHECK(x->many.size() == 1);
  CHECK(x->tagged_number == 7);
  CHECK(x->tagged_text == "z");
}

TEST_CASE("decoder: unknown tagged fields are passed over") {
  auto x = decode_sample("00 0050 01 01 ff 01 04 00 01 ee 01 04 00000007 "
                         "02 00 09 03 abcdef",
                         2);
  REQUIRE_MESSAGE(x.has_value(), x.error().message);
  CHECK(x->tagged_number == 7);
}

TEST_CASE("decoder: tagged fields must ascend, fit and be used up") {
  CHECK(refused("00 0050 01 01 ff 01 02 04 02 02 7a 01 04 00000007", 2,
                "ascend"));
  CHECK(refused("00 0050 01 01 ff 01 02 01 04 00000007 01 04 00000007", 2,
                "ascend"));
  CHECK(refused("00 0050 01 01 ff 01 02 09 00 09 00", 2, "ascend"));
  CHECK(refused("00 0050 01 01 ff 01 01 01 05 0000000700", 2, "left over"));
  CHECK(refused("00 0050 01 01 ff 01 01 01 03 00000007", 2, "ends early"));
  CHECK(refused("00 0050 01 01 ff 01 01 09 05 00", 2, "longer than"));
  CHECK(refused("00 0050 01 01 ff 01 ffffffff0f 09 00", 2, "ends early"));
  // The text claims more than its tagged field, though the frame has it.
  CHECK(refused("00 0050 01 01 ff 01 02 04 02 04 7a 05 02 7a7a", 2,
                "longer than"));
}

TEST_CASE(
    "decoder: numbers of variable length are neither overlong nor large") {
  CHECK(refused("00 0050 8100", 2, "longer than needed"));
  CHECK(refused("00 0050 808080808001", 2, "32 bits"));
  CHECK(refused("00 0050 8080808010", 2, "32 bits"));
  CHECK(refused("00 0050 8080808000", 2, "longer than needed"));
  CHECK(refused("00 0050 80", 2, "ends early"));
  CHECK(refused("00 0050 ffffffff0f", 2, "longer than the bytes left"));
}

TEST_CASE("decoder: lengths are bounded by the bytes left") {
  CHECK(refused("00 0000000000000000 0003 6869", 0, "text"));
  CHECK(refused("00 0000000000000000 7fff 6869", 0, "longer than"));
  CHECK(refused("00 0000000000000000 8000 6869", 0, "negative"));
  CHECK(refused("00 0000000000000000 0000 7fffffff", 0, "longer than"));
  CHECK(refused("00 0000000000000000 0000 80000000", 0, "negative"));
  CHECK(refused("00 0000000000000000 0000 00000000 ff 7fffffff", 0,
                "more elements"));
  // Three elements of three bytes each cannot follow in eight.
  CHECK(refused("00 0000000000000000 0000 00000000 ff 00000003 "
                "01 0000 01 0000 01 00",
                0, "more elements"));
}

TEST_CASE("decoder: null is refused where a field cannot be null") {
  CHECK(refused("00 0000000000000000 ffff", 0, "null"));
  CHECK(refused("00 0000000000000000 0000 ffffffff", 0, "null"));
  CHECK(refused("00 0000000000000000 0000 00000000 ff ffffffff", 0, "null"));
  CHECK(refused("00 0050 00", 2, "null"));
  // Nullable from version 1 on.
  CHECK(refused("00 0000000000000000 0000 00000000 01 05 ffff 00000000", 0,
                "null"));
  CHECK(decode_sample("00 0000 0000000000000000 0000 00000000 01 05 ffff "
                      "00000000",
                      1)
            .has_value());
}

TEST_CASE("decoder: the mark of a struct is null or present") {
  CHECK(refused("00 0000000000000000 0000 00000000 02 05 0000 00000000", 0,
                "neither"));
}

TEST_CASE("decoder: elements may not outgrow their bound in memory") {
  // Metadata version 0: two bytes on the wire for each topic.
  auto count =
      wire_reader::element_bytes_max / sizeof(metadata_request::topic) + 1;
  byte_vector bytes(4 + 2 * count);
  for (size_t i = 0; i < 4; ++i)
    bytes[i] = static_cast<std::byte>(count >> (24 - 8 * i));
  auto x = decode_request<metadata_request>(to_buffer(bytes), 0, 0);
  REQUIRE(!x);
  CHECK(x.error().message.find("too many elements") != std::string::npos);
}

TEST_CASE("decoder: a position beyond the frame is refused") {
  auto frame = to_buffer(byte_vector(4));
  CHECK(!decode_request<metadata_request>(frame, 5, 0));
  CHECK(!decode_request<metadata_request>(storage::buffer{}, 1, 0));
}

TEST_CASE("decoder: records are slices of the frame") {
  auto frame = to_buffer(from_hex("ffff 0001 00000000 00000001 0001 61 "
                                  "00000001 00000000 00000002 abcd"));
  auto x = decode_request<produce_request>(frame, 0, 3);
  REQUIRE(x.has_value());
  const auto& records = x->topic_data.at(0).partition_data.at(0).records;
  CHECK(records.bytes.data() == frame.data() + frame.size() - 2);
  CHECK(records.bytes.size() == 2);
}

TEST_CASE("decoder: an error names message, version, field and place") {
  auto frame = to_buffer(from_hex("0005 61"));
  auto x = decode_request<find_coordinator_request>(frame, 0, 0);
  REQUIRE(!x);
  CHECK(x.error().message
        == "decode FindCoordinator version 0: key at byte 2: is longer than "
           "the bytes left");
}

} // namespace troupe::kafka
