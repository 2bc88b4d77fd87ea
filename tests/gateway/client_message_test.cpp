// SPDX-License-Identifier: Apache-2.0
#include <client_message.h>

#include <doctest/doctest.h>

#include <string>
#include <variant>

using namespace gateway;

namespace {

outcome<client_message> decode(std::string_view text) {
  return decode_message(text, {"t", 4}, {});
}

} // namespace

TEST_CASE("gateway: a WebSocket's client grants credit") {
  auto x = decode(R"({"credit":12})");
  REQUIRE(x);
  CHECK(std::get<credit_message>(*x).pages == 12);
}

TEST_CASE("gateway: records of a WebSocket go to its partition") {
  auto x = decode(
      R"({"produce":{"records":[{"value":"a"},{"value":"b","partition":1}]},
          "id":18446744073709551615})");
  REQUIRE(x);
  const auto& message = std::get<produce_message>(*x);
  CHECK(message.id == 18446744073709551615U);
  REQUIRE(message.records.size() == 2);
  CHECK(message.records[0].topic == "t");
  CHECK(message.records[0].partition == 4);
  CHECK(message.records[1].partition == 1);
}

TEST_CASE("gateway: other messages are refused") {
  for (auto text :
       {"", "[]", "1", "null", "{}", R"({"credit":-1})", R"({"credit":1.5})",
        R"({"credit":1001})", R"({"credit":"1"})", R"({"credit":1,"id":1})",
        R"({"produce":{"records":[{}]}})", R"({"id":1})",
        R"({"produce":{"records":[{}]},"id":-1})",
        R"({"produce":{"records":[{}]},"id":1,"more":2})",
        R"({"produce":{},"id":1})", R"({"produce":[],"id":1})"}) {
    auto x = decode(text);
    REQUIRE_FALSE(x);
    CHECK_MESSAGE(x.error().status == 400, text);
  }
}
