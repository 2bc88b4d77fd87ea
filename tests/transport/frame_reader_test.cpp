// SPDX-License-Identifier: Apache-2.0
#include "frame_reader.h"

#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::transport;

namespace {

constexpr size_t frame_max = 1u << 20;

frame_reader make_reader(size_t bytes_max = frame_max) {
  return frame_reader(bytes_max, frame_pool::make(4u << 20));
}

std::string text_of(const storage::buffer& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

/// Takes all whole frames.
std::vector<std::string> drain(frame_reader& reader) {
  std::vector<std::string> result;
  for (;;) {
    auto frame = reader.next();
    REQUIRE(frame.has_value());
    if (!*frame)
      return result;
    result.push_back(text_of(**frame));
  }
}

/// Puts `bytes` in, at most `step` per receive.
std::vector<std::string>
feed(frame_reader& reader, std::string_view bytes, size_t step) {
  std::vector<std::string> result;
  while (!bytes.empty()) {
    auto area = reader.receive_area();
    REQUIRE_FALSE(area.empty());
    auto size = std::min({area.size(), bytes.size(), step});
    std::memcpy(area.data(), bytes.data(), size);
    reader.received(size);
    bytes.remove_prefix(size);
    for (auto& x : drain(reader))
      result.push_back(std::move(x));
  }
  return result;
}

/// The error that `prefix` brings about.
std::string refusal(frame_reader& reader, std::string_view prefix) {
  std::memcpy(reader.receive_area().data(), prefix.data(), prefix.size());
  reader.received(prefix.size());
  auto frame = reader.next();
  REQUIRE_FALSE(frame.has_value());
  return frame.error().message;
}

} // namespace

TEST_CASE("frame_reader: frames of every size class survive every cut") {
  for (size_t step : {1u, 3u, 100u, 1000u, 65536u, 1u << 20}) {
    CAPTURE(step);
    std::vector<std::string> frames;
    std::string stream;
    for (size_t size : {0u, 1u, 3u, 4u, 5u, 100u, 32763u, 32764u, 32768u,
                        32769u, 65531u, 65532u, 65533u, 65537u, 200000u, 1u}) {
      // Byte by byte through the large ones would only take long.
      if (size > step * 1000)
        continue;
      frames.push_back(pattern(size));
      stream += framed(frames.back());
    }
    auto reader = make_reader();
    CHECK(feed(reader, stream, step) == frames);
    CHECK_FALSE(reader.mid_frame());
    CHECK(reader.claimed_bytes() == 0);
  }
}

TEST_CASE("frame_reader: frames of one receive share a block, uncopied") {
  auto reader = make_reader();
  auto stream = framed("first") + framed("second");
  auto area = reader.receive_area();
  CHECK(area.size() == frame_reader::shared_block_bytes);
  std::memcpy(area.data(), stream.data(), stream.size());
  reader.received(stream.size());
  auto first = reader.next();
  auto second = reader.next();
  REQUIRE((first.has_value() && first->has_value()));
  REQUIRE((second.has_value() && second->has_value()));
  CHECK((*first)->data() == area.data() + 4);
  CHECK((*second)->data() == area.data() + 4 + 5 + 4);
}

TEST_CASE("frame_reader: a frame stays what it was while others follow") {
  auto reader = make_reader();
  std::vector<storage::buffer> kept;
  std::vector<std::string> sent;
  for (int i = 0; i < 300; ++i) {
    sent.push_back(pattern(static_cast<size_t>(i) * 7) + std::to_string(i));
    auto bytes = framed(sent.back());
    auto area = reader.receive_area();
    while (!bytes.empty()) {
      auto size = std::min(area.size(), bytes.size());
      std::memcpy(area.data(), bytes.data(), size);
      reader.received(size);
      bytes.erase(0, size);
      auto frame = reader.next();
      REQUIRE(frame.has_value());
      if (*frame)
        kept.push_back(std::move(**frame));
      else
        area = reader.receive_area();
    }
  }
  REQUIRE(kept.size() == sent.size());
  for (size_t i = 0; i < sent.size(); ++i)
    CHECK(text_of(kept[i]) == sent[i]);
}

TEST_CASE("frame_reader: a large frame is received into a block of its size") {
  auto reader = make_reader();
  auto payload = pattern(500000);
  auto stream = framed(payload).substr(0, 104);
  CHECK(feed(reader, stream, stream.size()).empty());
  CHECK(reader.claimed_bytes() == payload.size());
  CHECK(reader.receive_area().size() == payload.size() - 100);
}

TEST_CASE("frame_reader: memory is taken only when asked where to receive") {
  auto pool = frame_pool::make(4u << 20);
  pool->take(500000);
  auto idle = pool->idle_bytes();
  frame_reader reader(frame_max, pool);
  CHECK(feed(reader, framed(pattern(500000)).substr(0, 4), 4).empty());
  CHECK(reader.claimed_bytes() == 500000);
  CHECK(pool->idle_bytes() == idle);
  reader.receive_area();
  CHECK(pool->idle_bytes() < idle);
}

TEST_CASE("frame_reader: a size that is negative or too large is refused") {
  auto negative = make_reader();
  CHECK(refusal(negative, "\xff\xff\xff\xff") == "frame of negative size -1");
  auto lowest = make_reader();
  CHECK(refusal(lowest, std::string_view("\x80\0\0\0", 4))
        == "frame of negative size -2147483648");
  auto large = make_reader(1000);
  CHECK(refusal(large, std::string_view("\0\0\x03\xe9", 4))
        == "frame of 1001 bytes exceeds the limit of 1000");
  auto exact = make_reader(1000);
  CHECK(feed(exact, framed(pattern(1000)), 5000).size() == 1);
}

TEST_CASE("frame_reader: a TLS hello is told apart from a large frame") {
  for (char minor : {'\0', '\1', '\3', '\4'}) {
    auto reader = make_reader(INT32_MAX);
    std::string hello{'\x16', '\3', minor, '\2'};
    CHECK(refusal(reader, hello)
          == "the peer speaks TLS, this listener does not");
  }
}

TEST_CASE("frame_reader: an idle reader holds no memory") {
  auto pool = frame_pool::make(4u << 20);
  frame_reader reader(frame_max, pool);
  CHECK(feed(reader, framed("abc"), 100).size() == 1);
  CHECK(pool->idle_bytes() == 0);
  reader.release_memory();
  CHECK(pool->idle_bytes() == frame_reader::shared_block_bytes);
  CHECK(feed(reader, framed("def").substr(0, 2), 100).empty());
  CHECK(reader.mid_frame());
  reader.release_memory();
  CHECK(pool->idle_bytes() == 0);
  CHECK(feed(reader, framed("def").substr(2), 100)
        == std::vector<std::string>{"def"});
}
