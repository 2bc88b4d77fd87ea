// SPDX-License-Identifier: Apache-2.0
#include "kafka_bytes.h"

#include <troupe/transport/kafka/request_header.h>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::kafka;

namespace {

result<request_header> parse(std::string_view hex, size_t* position) {
  return parse_request_header(to_buffer(from_hex(hex)), position);
}

} // namespace

TEST_CASE("request header: a classic one has a client id or null") {
  size_t position = 0;
  auto x = parse("0003 0001 00000007 0003 616263 ff", &position);
  REQUIRE(x.has_value());
  CHECK(x->api_key == 3);
  CHECK(x->api_version == 1);
  CHECK(x->correlation_id == 7);
  CHECK(x->client_id == "abc");
  CHECK(position == 13);
  x = parse("0003 0001 00000007 ffff", &position);
  REQUIRE(x.has_value());
  CHECK_FALSE(x->client_id.has_value());
  CHECK(position == 10);
}

TEST_CASE("request header: a flexible one passes over tagged fields") {
  size_t position = 0;
  auto x =
      parse("0003 0009 00000007 0001 61 02 00 01 ee 05 02 abcd 00", &position);
  REQUIRE(x.has_value());
  CHECK(x->client_id == "a");
  CHECK(position == 19);
}

TEST_CASE("request header: of what we do not serve only the start is read") {
  size_t position = 0;
  // ApiVersions in a version to come.
  auto x = parse("0012 0063 00000001 7fff", &position);
  REQUIRE(x.has_value());
  CHECK(x->api_version == 99);
  CHECK(x->correlation_id == 1);
  CHECK_FALSE(x->client_id.has_value());
  CHECK(position == 8);
  // An API that we do not know.
  x = parse("03e7 0000 00000002 7fff", &position);
  REQUIRE(x.has_value());
  CHECK(x->api_key == 999);
  CHECK(position == 8);
}

TEST_CASE(
    "request header: what is cut short or lies about lengths is refused") {
  size_t position = 0;
  for (const auto* hex : {
           "",
           "0003 0001 000000",
           "0003 0001 00000007",
           "0003 0001 00000007 00",
           "0003 0001 00000007 0004 616263",
           "0003 0001 00000007 fffe",
           "0003 0009 00000007 0000",
           "0003 0009 00000007 0000 01",
           "0003 0009 00000007 0000 01 00 05 aa",
           "0003 0009 00000007 0000 02 03 00 03 00",
           "0003 0009 00000007 0000 ffffffff0f",
       }) {
    INFO(hex);
    auto x = parse(hex, &position);
    REQUIRE(!x);
    CHECK(x.error().code == storage::errc::invalid_argument);
  }
}
