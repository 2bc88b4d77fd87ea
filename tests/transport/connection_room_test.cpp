// SPDX-License-Identifier: Apache-2.0
#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>

using namespace troupe;
using namespace troupe::transport;

namespace {

constexpr size_t lane_bytes = 1000;

limits small_lane() {
  limits bounds;
  bounds.lane_request_bytes_in_flight_max = lane_bytes;
  return bounds;
}

/// A server whose lane has room for little, and two peers of it.
struct room_fixture {
  held_requests held;
  server_fixture server{held.script(), small_lane()};
  client first = server.connect();
  client second = server.connect();

  /// Answers a request of `peer`, the connection with that index.
  void answer(size_t index, client& peer, request_slot slot) {
    auto x = server.connections().at(index);
    server.first_lane().post([x, slot] { x->reply(slot, text_answer("x")); });
    CHECK(peer.receive_frame() == "x");
  }
};

} // namespace

TEST_CASE("connection: the frames of all connections of a lane have a bound") {
  room_fixture x;
  REQUIRE(x.first.send(framed(pattern(2 * lane_bytes))));
  REQUIRE(x.held.wait_for(1));
  std::string stream;
  constexpr size_t request_count = 300;
  for (size_t i = 0; i < request_count; ++i)
    stream += framed(pattern(80000));
  // 24 MB do not fit the sockets' buffers: the server does not read.
  auto sent = x.second.send_until_full(stream);
  REQUIRE(sent < stream.size());
  CHECK(x.held.slots.get().size() == 1);
  x.answer(0, x.first, 0);
  auto rest = std::string_view(stream).substr(sent);
  std::thread sending([&] { CHECK(x.second.send(rest)); });
  // Each of them goes beyond the bound, so they are let in one by one.
  for (size_t i = 0; i < request_count; ++i) {
    REQUIRE(x.held.wait_for(i + 2));
    REQUIRE(x.held.slots.get().size() == i + 2);
    x.answer(1, x.second, i);
  }
  sending.join();
}

TEST_CASE("connection: a frame that was let in is read to its end") {
  room_fixture x;
  auto large = framed(pattern(200 * lane_bytes));
  auto half = large.size() / 2;
  REQUIRE(x.first.send(framed("small") + large.substr(0, half)));
  REQUIRE(x.held.wait_for(1));
  REQUIRE(x.second.send(framed("waits")));
  x.answer(0, x.first, 0);
  CHECK(x.held.slots.get().size() == 1);
  REQUIRE(x.first.send(large.substr(half)));
  REQUIRE(x.held.wait_for(2));
  CHECK(x.server.seen().get().frames.back().size() == 200 * lane_bytes);
  x.answer(0, x.first, 1);
  REQUIRE(x.held.wait_for(3));
  CHECK(x.server.seen().get().frames.back() == "waits");
  x.answer(1, x.second, 0);
}

TEST_CASE("connection: one that goes away gives its room back") {
  room_fixture x;
  REQUIRE(x.first.send(framed(pattern(2 * lane_bytes))));
  REQUIRE(x.held.wait_for(1));
  REQUIRE(x.second.send(framed("waits")));
  auto gone = x.server.connections().at(0);
  x.server.first_lane().post([gone] { gone->close("enough"); });
  REQUIRE(x.held.wait_for(2));
  CHECK(x.server.seen().get().frames.back() == "waits");
  x.answer(1, x.second, 0);
}
