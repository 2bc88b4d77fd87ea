// SPDX-License-Identifier: Apache-2.0
#include "kafka_all_messages.h"
#include "kafka_bytes.h"
#include "kafka_random_filler.h"
#include "kafka_value_printer.h"

#include <troupe/transport/kafka/codec.h>

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace troupe;
using namespace troupe::kafka;

namespace {

constexpr int32_t correlation = 0x01020304;

template <class Message>
Message
random_message(uint64_t seed, int16_t version, bool null_records_allowed) {
  Message x;
  random_filler filler{seed, version, null_records_allowed};
  describe(filler, x);
  return x;
}

template <class Request>
storage::buffer request_frame(const Request& x, int16_t version) {
  return frame_of(encode_request(x, version, correlation, "bench"));
}

template <class Response>
storage::buffer response_frame(const Response& x, int16_t version) {
  return frame_of(encode_response(x, version, correlation));
}

/// As a broker does it: header, then body.
template <class Request>
result<Request> decode_whole_request(const storage::buffer& frame) {
  size_t body_position = 0;
  auto header = parse_request_header(frame, &body_position);
  if (!header)
    return failure(header.error());
  return decode_request<Request>(frame, body_position, header->api_version);
}

template <class Response>
result<Response>
decode_whole_response(const storage::buffer& frame, int16_t version) {
  int32_t found = 0;
  auto x = decode_response<Response>(frame, version, &found);
  CHECK((!x || found == correlation));
  return x;
}

storage::buffer with_byte_appended(const storage::buffer& frame) {
  byte_vector longer{frame.bytes().begin(), frame.bytes().end()};
  longer.push_back(std::byte{0});
  return to_buffer(longer);
}

/// Copied, so that a read beyond the end is one beyond the allocation.
storage::buffer first_bytes(const storage::buffer& frame, size_t size) {
  return storage::buffer::copy_of(frame.bytes().first(size));
}

/// Calls `f(pair, info, version)` for every version that we serve.
template <class F>
void for_each_version(F f) {
  for_each_api([&]<class Pair>(Pair pair, const api_info& info) {
    for (auto v = info.min_version; v <= info.max_version; ++v) {
      INFO(std::string{info.name}, " version ", v);
      f(pair, v);
    }
  });
}

} // namespace

TEST_CASE("codec: random values survive encoding and decoding") {
  for_each_version([]<class Pair>(Pair, int16_t version) {
    for (uint64_t seed = 0; seed < 30; ++seed) {
      INFO("seed ", seed);
      auto q = random_message<typename Pair::request>(seed, version, true);
      auto q2 = decode_whole_request<typename Pair::request>(
          request_frame(q, version));
      REQUIRE_MESSAGE(q2.has_value(), q2.error().message);
      CHECK(value_printer::print(*q2) == value_printer::print(q));
      auto a = random_message<typename Pair::response>(seed, version, false);
      auto a2 = decode_whole_response<typename Pair::response>(
          response_frame(a, version), version);
      REQUIRE_MESSAGE(a2.has_value(), a2.error().message);
      CHECK(value_printer::print(*a2) == value_printer::print(a));
    }
  });
}

TEST_CASE("codec: every truncation of a message is an error") {
  for_each_version([]<class Pair>(Pair, int16_t version) {
    for (uint64_t seed = 0; seed < 3; ++seed) {
      auto q = request_frame(
          random_message<typename Pair::request>(seed, version, true), version);
      for (size_t n = 0; n < q.size(); n += 1 + n / 400) {
        auto x =
            decode_whole_request<typename Pair::request>(first_bytes(q, n));
        REQUIRE(!x);
        CHECK(x.error().code == storage::errc::invalid_argument);
      }
      auto a = response_frame(
          random_message<typename Pair::response>(seed, version, false),
          version);
      for (size_t n = 0; n < a.size(); n += 1 + n / 400) {
        auto x = decode_whole_response<typename Pair::response>(
            first_bytes(a, n), version);
        REQUIRE(!x);
        CHECK(x.error().code == storage::errc::invalid_argument);
      }
    }
  });
}

TEST_CASE("codec: bytes after a message are an error") {
  for_each_version([]<class Pair>(Pair, int16_t version) {
    auto q = request_frame(
        random_message<typename Pair::request>(7, version, true), version);
    CHECK(!decode_whole_request<typename Pair::request>(with_byte_appended(q)));
    auto a = response_frame(
        random_message<typename Pair::response>(7, version, false), version);
    CHECK(!decode_whole_response<typename Pair::response>(with_byte_appended(a),
                                                          version));
  });
}

TEST_CASE("codec: damaged messages are decoded to something or refused") {
  std::mt19937_64 random{20};
  size_t refused = 0;
  for_each_version([&]<class Pair>(Pair, int16_t version) {
    for (uint64_t seed = 0; seed < 40; ++seed) {
      auto q = request_frame(
          random_message<typename Pair::request>(seed, version, true), version);
      byte_vector bytes{q.bytes().begin(), q.bytes().end()};
      for (size_t i = 0; i < 1 + seed % 4; ++i) {
        // Anywhere behind api key and version.
        auto at = 4 + random() % (bytes.size() - 4);
        bytes[at] = static_cast<std::byte>(random());
      }
      auto x = decode_whole_request<typename Pair::request>(to_buffer(bytes));
      if (!x) {
        ++refused;
        CHECK(x.error().code == storage::errc::invalid_argument);
      } else {
        // Whatever it was taken for can be written and read again.
        auto again = decode_whole_request<typename Pair::request>(
            request_frame(*x, version));
        REQUIRE(again.has_value());
        CHECK(value_printer::print(*again) == value_printer::print(*x));
      }
    }
  });
  CHECK(refused > 1000);
}

TEST_CASE("codec: versions that are not served are refused") {
  for_each_api([]<class Pair>(Pair, const api_info& info) {
    using request = typename Pair::request;
    using response = typename Pair::response;
    auto frame = to_buffer(byte_vector(64));
    int32_t correlation_id = 0;
    for (auto version : {static_cast<int16_t>(info.min_version - 1),
                         static_cast<int16_t>(info.max_version + 1)}) {
      CHECK(!decode_request<request>(frame, 0, version));
      CHECK(!decode_response<response>(frame, version, &correlation_id));
    }
  });
}
