// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/server.h>

#include <doctest/doctest.h>

#include <string>

using namespace troupe::transport;

TEST_CASE("endpoint: what can be printed can be parsed") {
  for (const endpoint& x :
       {endpoint{"localhost", 9092}, endpoint{"10.0.0.1", 0},
        endpoint{"::1", 65535}, endpoint{"", 9092}, endpoint{"*", 1}}) {
    auto again = parse_endpoint(to_string(x));
    REQUIRE(again.has_value());
    CHECK(*again == x);
  }
}

TEST_CASE("endpoint: an address of version 6 wears brackets") {
  CHECK(to_string(endpoint{"fe80::1", 9092}) == "[fe80::1]:9092");
  auto parsed = parse_endpoint("[::]:9092");
  REQUIRE(parsed.has_value());
  CHECK(parsed->host == "::");
  CHECK(parsed->port == 9092);
}

TEST_CASE("endpoint: nonsense is refused with a message that shows it") {
  for (std::string text :
       {"", "localhost", "localhost:", "localhost:x", "localhost:9092x",
        "localhost:65536", "localhost:-1", "::1:9092", "[::1:9092", "[]:9092",
        "::1]:9092", "a b:9092", "localhost: 9092", "[::1]9092"}) {
    CAPTURE(text);
    auto parsed = parse_endpoint(text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().message.find("'" + text + "'") != std::string::npos);
  }
}
