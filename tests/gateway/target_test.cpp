// SPDX-License-Identifier: Apache-2.0
#include <target.h>

#include <troupe/actors/consumer_options.h>

#include <doctest/doctest.h>

#include <string>
#include <variant>

using namespace gateway;
using namespace std::chrono_literals;
using troupe::kafka::error_code;

namespace {

const gateway_limits bounds;

template <class T>
T parsed(std::string_view text) {
  auto found = parse_target(text, bounds);
  REQUIRE(found);
  REQUIRE(std::holds_alternative<T>(*found));
  return std::get<T>(*found);
}

unsigned status_of(std::string_view text) {
  auto found = parse_target(text, bounds);
  return found ? 200 : found.error().status;
}

} // namespace

TEST_CASE("gateway: the path of a topic is for appending") {
  auto x = parsed<append_target>("/topics/orders/records");
  CHECK(x.topic == "orders");
  CHECK_FALSE(x.partition);
  CHECK_FALSE(x.key);
  x = parsed<append_target>("/topics/a%2Db/records?key=a%26b%00&partition=7");
  CHECK(x.topic == "a-b");
  CHECK(x.partition == 7);
  CHECK(x.key == std::string("a&b\0", 4));
}

TEST_CASE("gateway: the path of a partition is for reading") {
  auto x = parsed<page_target>("/topics/t/partitions/3/records");
  CHECK(x.what == troupe::storage::topic_partition{"t", 3});
  CHECK(x.offset == troupe::from_earliest);
  CHECK(x.wait == 0ms);
  x = parsed<page_target>("/topics/t/partitions/0/records"
                          "?offset=12&max_bytes=4096&wait_ms=30000");
  CHECK(x.offset == 12);
  CHECK(x.bytes_max == 4096);
  CHECK(x.wait == 30s);
  x = parsed<page_target>("/topics/t/partitions/0/records?offset=latest");
  CHECK(x.offset == troupe::from_latest);
}

TEST_CASE("gateway: a stream has a format and credit") {
  auto x = parsed<stream_target>("/topics/t/partitions/0/stream");
  CHECK(x.format == page_format::json);
  CHECK(x.credit > 0);
  x = parsed<stream_target>(
      "/topics/t/partitions/0/stream?format=binary&credit=0&offset=5");
  CHECK(x.format == page_format::binary);
  CHECK(x.credit == 0);
  CHECK(x.offset == 5);
}

TEST_CASE("gateway: other paths are not found") {
  for (auto path : {"", "/", "*", "topics/t/records", "/topics", "/topics/t",
                    "/topics/t/", "/topics/t/records/", "//topics/t/records",
                    "/topics//records/x", "/topics/t/partitions/0",
                    "/topics/t/partitions/0/records/", "/topics/t/../records/x",
                    "/Topics/t/records", "http://host/topics/t/records"})
    CHECK_MESSAGE(status_of(path) == 404, path);
}

TEST_CASE("gateway: names that no topic can have are refused") {
  for (auto name : {"", ".", "..", "%2e%2e", "a%2Fb", "a%00", "a%", "%C3%A9",
                    "a b", "a%5Cb"}) {
    auto path = "/topics/" + std::string(name) + "/records";
    auto found = parse_target(path, bounds);
    REQUIRE_FALSE(found);
    CHECK_MESSAGE(found.error().status == 400, path);
    CHECK(found.error().code == error_code::invalid_topic_exception);
  }
  CHECK(status_of("/topics/" + std::string(249, 'a') + "/records") == 200);
  CHECK(status_of("/topics/" + std::string(250, 'a') + "/records") == 400);
}

TEST_CASE("gateway: parameters are known, there once and in range") {
  for (auto query : {"?", "?offset=0"}) {
    auto path = "/topics/t/partitions/0/records" + std::string(query);
    CHECK_MESSAGE(status_of(path) == 200, path);
  }
  for (auto query :
       {"?offset", "?offset=", "?offset=-1", "?offset=+1", "?offset=1x",
        "?offset=9223372036854775808", "?offset=1e3", "?offset=%ZZ",
        "?max_bytes=0", "?max_bytes=4194305", "?max_bytes=99999999999999999999",
        "?wait_ms=30001", "?wait_ms=-1", "?offset=1&offset=1", "?offset=1&",
        "?&", "?key=a", "?format=json", "?Offset=1"}) {
    auto path = "/topics/t/partitions/0/records" + std::string(query);
    CHECK_MESSAGE(status_of(path) == 400, path);
  }
  CHECK(status_of("/topics/t/partitions/0/stream?credit=1001") == 400);
  CHECK(status_of("/topics/t/partitions/0/stream?format=xml") == 400);
  CHECK(status_of("/topics/t/records?partition=2147483648") == 400);
  for (auto partition : {"", "-1", "2147483648", "0x1", "1.0"})
    CHECK(
        status_of("/topics/t/partitions/" + std::string(partition) + "/records")
        == 400);
}

TEST_CASE("gateway: an offset may be as large as any") {
  auto x = parsed<page_target>(
      "/topics/t/partitions/2147483647/records?offset=9223372036854775807");
  CHECK(x.offset == 9223372036854775807);
  CHECK(x.what.partition == 2147483647);
}
