// SPDX-License-Identifier: Apache-2.0
#include <request_plan.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <variant>

using namespace gateway;

namespace {

const gateway_limits bounds;

request_head append_head() {
  request_head x;
  x.method = "POST";
  x.target = "/topics/t/records";
  x.host = "gateway:8080";
  x.content_type = json_type;
  return x;
}

request_head page_head() {
  request_head x;
  x.method = "GET";
  x.target = "/topics/t/partitions/0/records";
  x.host = "gateway:8080";
  return x;
}

request_plan
plan(const request_head& x, std::vector<std::string> origins = {}) {
  return plan_request(x, origin_policy(std::move(origins)), bounds);
}

unsigned status_of(const request_plan& x) {
  const auto* refused = std::get_if<answer>(&x);
  return refused ? refused->status : 0;
}

std::string header(const answer& x, std::string_view name) {
  auto found = std::ranges::find(x.headers, name,
                                 [](const auto& one) { return one.first; });
  return found == x.headers.end() ? "" : found->second;
}

} // namespace

TEST_CASE("gateway: the type of a body says what it is") {
  auto head = append_head();
  CHECK(std::get<append_plan>(plan(head)).json);
  head.content_type = "Application/JSON ; charset=utf-8";
  CHECK(std::get<append_plan>(plan(head)).json);
  head.content_type = binary_type;
  CHECK_FALSE(std::get<append_plan>(plan(head)).json);
  for (auto other : {"", "text/plain", "application/x-www-form-urlencoded",
                     "multipart/form-data", "application/jsonp"}) {
    head.content_type = other;
    CHECK_MESSAGE(status_of(plan(head)) == 415, other);
  }
}

TEST_CASE("gateway: a page comes in a type that the client takes") {
  auto head = page_head();
  auto format = [&](std::string_view accept) {
    head.accept = accept;
    return std::get<page_plan>(plan(head)).format;
  };
  CHECK(format("") == page_format::json);
  CHECK(format("*/*") == page_format::json);
  CHECK(format("text/html, application/*;q=0.8") == page_format::json);
  CHECK(format("application/octet-stream") == page_format::binary);
  CHECK(format("text/html,application/octet-stream") == page_format::binary);
  for (auto other : {"text/html", ",", "text/*, image/png"}) {
    head.accept = other;
    CHECK_MESSAGE(status_of(plan(head)) == 406, other);
  }
}

TEST_CASE("gateway: each path has its method") {
  auto head = append_head();
  head.method = "GET";
  CHECK(status_of(plan(head)) == 405);
  CHECK(header(std::get<answer>(plan(head)), "Allow") == "POST");
  head = page_head();
  for (auto method : {"POST", "HEAD", "DELETE", "get", "OPTIONS", ""}) {
    head.method = method;
    CHECK_MESSAGE(status_of(plan(head)) == 405, method);
  }
}

TEST_CASE("gateway: a stream has to be a WebSocket") {
  auto head = page_head();
  head.target = "/topics/t/partitions/0/stream";
  CHECK(status_of(plan(head)) == 426);
  CHECK(header(std::get<answer>(plan(head)), "Upgrade") == "websocket");
  head.upgrade = true;
  CHECK(std::holds_alternative<stream_plan>(plan(head)));
}

TEST_CASE("gateway: pages of other origins are refused, whatever they ask") {
  for (auto origin : {"https://evil.example", "http://gateway:8081",
                      "http://gateway:8080.evil.example", "null", "file://"}) {
    auto append = append_head();
    append.origin = origin;
    auto stream = page_head();
    stream.target = "/topics/t/partitions/0/stream";
    stream.upgrade = true;
    stream.origin = origin;
    auto preflight = append;
    preflight.method = "OPTIONS";
    for (const auto& head : {append, stream, preflight}) {
      CHECK_MESSAGE(status_of(plan(head)) == 403, origin);
      CHECK_MESSAGE(status_of(plan(head, {"https://app.example"})) == 403,
                    origin);
    }
  }
}

TEST_CASE("gateway: pages of its own origin, and programs, are served") {
  auto head = append_head();
  for (auto origin : {"", "http://gateway:8080", "https://Gateway:8080"}) {
    head.origin = origin;
    CHECK(std::holds_alternative<append_plan>(plan(head)));
  }
}

TEST_CASE("gateway: an origin that is allowed is told so") {
  auto head = append_head();
  head.origin = "https://app.example";
  for (auto allowed : {"https://app.example", "*"}) {
    CHECK(std::holds_alternative<append_plan>(plan(head, {allowed})));
    head.method = "OPTIONS";
    auto told = std::get<answer>(plan(head, {allowed}));
    head.method = "POST";
    CHECK(told.status == 204);
    CHECK(told.body.empty());
    CHECK(header(told, "Access-Control-Allow-Methods") == "GET, POST");
  }
}

TEST_CASE("origin_policy: only allowed origins see headers") {
  origin_policy none({});
  CHECK(none.headers_for("https://app.example").empty());
  CHECK(none.headers_for("").empty());
  origin_policy one({"https://app.example"});
  CHECK(one.headers_for("https://other.example").empty());
  CHECK(one.headers_for("").empty());
  auto told = one.headers_for("https://app.example");
  REQUIRE(told.size() == 2);
  CHECK(told[0].second == "https://app.example");
  CHECK(told[1].first == "Vary");
  CHECK(origin_policy({"*"}).headers_for("null")[0].second == "*");
}
