// SPDX-License-Identifier: Apache-2.0
#include <record_json.h>

#include <doctest/doctest.h>

#include <string>

using namespace gateway;

namespace {

outcome<std::vector<troupe::outgoing_record>>
decode(std::string_view text, const gateway_limits& bounds = {}) {
  return decode_records(text, "t", bounds);
}

unsigned status_of(std::string_view text, const gateway_limits& bounds = {}) {
  auto found = decode(text, bounds);
  return found ? 200 : found.error().status;
}

std::string record(const std::string& fields) {
  return "{\"records\":[{" + fields + "}]}";
}

} // namespace

TEST_CASE("gateway: a record may have all fields, or none") {
  auto found = decode(R"({"records":[
    {"partition":3,"key":"k","value":"v","timestamp":1700000000000,
     "headers":[{"key":"h","value":"1"},{"key":"h","value":null},
                {"key_base64":"gA==","value_base64":"AP8="}]},
    {}]})");
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  const auto& x = found->front();
  CHECK(x.topic == "t");
  CHECK(x.partition == 3);
  CHECK(x.key == "k");
  CHECK(x.value == "v");
  CHECK(x.timestamp == 1700000000000);
  REQUIRE(x.headers.size() == 3);
  CHECK(x.headers[0].first == "h");
  CHECK(x.headers[0].second == "1");
  CHECK_FALSE(x.headers[1].second);
  CHECK(x.headers[2].first == "\x80");
  CHECK(x.headers[2].second == std::string("\0\xFF", 2));
  const auto& y = found->back();
  CHECK(y.topic == "t");
  CHECK_FALSE(y.partition);
  CHECK_FALSE(y.key);
  CHECK_FALSE(y.value);
  CHECK_FALSE(y.timestamp);
}

TEST_CASE("gateway: bytes that are no text come as base64") {
  auto found = decode(record(R"("key_base64":"gIE=","value_base64":"")"));
  REQUIRE(found);
  CHECK(found->front().key == "\x80\x81");
  CHECK(found->front().value == "");
}

TEST_CASE("gateway: what is no JSON, or no records, is refused") {
  for (auto text : {"",
                    " ",
                    "{",
                    "null",
                    "[]",
                    "1",
                    "\"records\"",
                    "{}",
                    "{\"records\":1}",
                    "{\"records\":{}}",
                    "{\"records\":[]}",
                    "{\"records\":[1]}",
                    "{\"records\":[null]}",
                    "{\"records\":[{}],\"more\":1}",
                    "{\"records\":[{}]} x",
                    "{'records':[{}]}",
                    "{\"records\":[{},]}",
                    "{\"records\":[{\"value\":\"\xFF\"}]}",
                    "{\"records\":[{\"value\":\"\\ud800\"}]}",
                    "{\"records\":[{\"value\":\"a\nb\"}]}",
                    "\xEF\xBB\xBF"})
    CHECK_MESSAGE(status_of(text) == 400, text);
}

TEST_CASE("gateway: fields of a wrong type, and unknown ones, are refused") {
  for (auto fields : {R"("value":1)",
                      R"("value":{})",
                      R"("value":true)",
                      R"("valeu":"v")",
                      R"("value":"v","value_base64":"dg==")",
                      R"("value_base64":"dg")",
                      R"("value_base64":null)",
                      R"("key":[])",
                      R"("partition":-1)",
                      R"("partition":"0")",
                      R"("partition":0.0)",
                      R"("partition":2147483648)",
                      R"("partition":null)",
                      R"("partition":1e1)",
                      R"("timestamp":-1)",
                      R"("timestamp":9223372036854775808)",
                      R"("timestamp":1e999)",
                      R"("timestamp":99999999999999999999999999)",
                      R"("headers":{})",
                      R"("headers":[1])",
                      R"("headers":[{}])",
                      R"("headers":[{"key":null}])",
                      R"("headers":[{"key":"k","more":1}])",
                      R"("headers":[{"key":"k","value":1}])"})
    CHECK_MESSAGE(status_of(record(fields)) == 400, fields);
}

TEST_CASE("gateway: a refusal names the record") {
  auto found = decode(R"({"records":[{},{"value":1}]})");
  REQUIRE_FALSE(found);
  CHECK(found.error().message.starts_with("record 1: value"));
}

TEST_CASE("gateway: records, nesting and values have bounds") {
  gateway_limits bounds;
  bounds.records_per_request_max = 2;
  CHECK(status_of(R"({"records":[{},{}]})", bounds) == 200);
  CHECK(status_of(R"({"records":[{},{},{}]})", bounds) == 413);
  for (size_t depth : {9u, 1'000u, 100'000u}) {
    std::string open(depth, '[');
    CHECK(status_of(open) == 413);
    CHECK(status_of("{\"records\":" + open + std::string(depth, ']') + "}")
          == 413);
  }
  std::string values = "[0";
  for (int i = 0; i < 1'000; ++i)
    values += ",0";
  CHECK(status_of(values + "]", bounds) == 413);
}

TEST_CASE("gateway: brackets and quotes in text do not count as nesting") {
  CHECK(status_of(record(R"("value":"[[[[[[[[[[[[\"[[[{{{{\\")")) == 200);
}
