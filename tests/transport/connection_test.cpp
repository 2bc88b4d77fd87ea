// SPDX-License-Identifier: Apache-2.0
#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::transport;

TEST_CASE("connection: a request is answered") {
  server_fixture fixture(echo);
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("hello")));
  CHECK(peer.receive_frame() == "hello");
  REQUIRE(peer.send(framed("")));
  CHECK(peer.receive_frame().empty());
}

TEST_CASE("connection: many frames in one segment are all answered") {
  server_fixture fixture(echo);
  auto peer = fixture.connect();
  std::string stream;
  for (int i = 0; i < 2000; ++i)
    stream += framed(std::to_string(i));
  REQUIRE(peer.send(stream));
  for (int i = 0; i < 2000; ++i)
    REQUIRE(peer.receive_frame() == std::to_string(i));
}

TEST_CASE("connection: each turn that delivered frames is told of") {
  server_fixture fixture(echo);
  auto peer = fixture.connect();
  std::string stream;
  for (int i = 0; i < 100; ++i)
    stream += framed(std::to_string(i));
  REQUIRE(peer.send(stream));
  for (int i = 0; i < 100; ++i)
    REQUIRE(peer.receive_frame() == std::to_string(i));
  auto seen = fixture.seen().get();
  REQUIRE_FALSE(seen.turns.empty());
  CHECK(seen.turns.back() == 100);
  CHECK(seen.turns.size() < 100);
}

TEST_CASE("connection: a turn is told of though the connection ended in it") {
  server_fixture fixture(
      [](connection& to, request_slot, const storage::buffer&) {
        to.close("enough");
      });
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("first") + framed("second")));
  CHECK(peer.at_end());
  REQUIRE(fixture.wait_for_ends(1));
  CHECK(fixture.seen().get().turns == std::vector<size_t>{1});
}

TEST_CASE("connection: a frame that comes byte by byte is one frame") {
  server_fixture fixture(echo);
  auto peer = fixture.connect();
  for (char c : framed("slowly but surely"))
    REQUIRE(peer.send({&c, 1}));
  CHECK(peer.receive_frame() == "slowly but surely");
  CHECK(fixture.seen().get().frames.size() == 1);
}

TEST_CASE("connection: large frames pass in both directions, interleaved") {
  server_fixture fixture(echo);
  auto peer = fixture.connect();
  for (size_t size : {70000u, 3u, 5000000u, 65536u, 1u}) {
    auto text = pattern(size);
    REQUIRE(peer.send(framed(text)));
    CHECK(peer.receive_frame() == text);
  }
}

TEST_CASE("connection: answers given in reverse leave in order") {
  held_requests held;
  server_fixture fixture(held.script());
  auto peer = fixture.connect();
  std::string stream;
  for (int i = 0; i < 10; ++i)
    stream += framed("request");
  REQUIRE(peer.send(stream));
  REQUIRE(held.wait_for(10));
  auto x = fixture.connections().at(0);
  for (request_slot slot = 10; slot-- > 0;)
    fixture.first_lane().post([x, slot] {
      x->reply(slot, text_answer("answer " + std::to_string(slot)));
    });
  for (int i = 0; i < 10; ++i)
    CHECK(peer.receive_frame() == "answer " + std::to_string(i));
}

TEST_CASE("connection: an empty answer sends nothing and frees its slot") {
  limits bounds;
  bounds.requests_in_flight_max = 2;
  server_fixture fixture(
      [](connection& to, request_slot slot, const storage::buffer& frame) {
        to.reply(slot, frame.size() == 4 ? chunks{} : text_answer("got it"));
      },
      bounds);
  auto peer = fixture.connect();
  std::string stream;
  for (int i = 0; i < 100; ++i)
    stream += framed("mute");
  REQUIRE(peer.send(stream + framed("speak")));
  CHECK(peer.receive_frame() == "got it");
  CHECK(fixture.seen().get().frames.size() == 101);
}

TEST_CASE("connection: no more requests are read than may be in flight") {
  limits bounds;
  bounds.requests_in_flight_max = 4;
  held_requests held;
  server_fixture fixture(held.script(), bounds);
  auto peer = fixture.connect();
  std::string stream;
  for (int i = 0; i < 10; ++i)
    stream += framed(std::to_string(i));
  REQUIRE(peer.send(stream));
  REQUIRE(held.wait_for(4));
  auto x = fixture.connections().at(0);
  auto reply = [&](request_slot slot) {
    fixture.first_lane().post([x, slot] { x->reply(slot, text_answer("x")); });
    CHECK(peer.receive_frame() == "x");
  };
  // One answer leaves three: reading goes on at half of the bound.
  reply(0);
  CHECK(held.slots.get().size() == 4);
  reply(1);
  REQUIRE(held.wait_for(6));
  CHECK(held.slots.get().size() == 6);
  for (request_slot slot = 2; slot < 10; ++slot) {
    REQUIRE(held.wait_for(slot + 1));
    reply(slot);
  }
}

TEST_CASE("connection: a frame waits for room among the bytes in flight") {
  limits bounds;
  bounds.request_bytes_in_flight_max = 300000;
  held_requests held;
  server_fixture fixture(held.script(), bounds);
  auto peer = fixture.connect();
  auto large = pattern(200000);
  std::thread sending(
      [&] { CHECK(peer.send(framed(large) + framed(large) + framed(large))); });
  REQUIRE(held.wait_for(1));
  auto x = fixture.connections().at(0);
  for (request_slot slot = 0; slot < 3; ++slot) {
    REQUIRE(held.wait_for(slot + 1));
    CHECK(held.slots.get().size() == slot + 1);
    fixture.first_lane().post([x, slot] { x->reply(slot, text_answer("x")); });
    CHECK(peer.receive_frame() == "x");
  }
  sending.join();
}

TEST_CASE("connection: a peer that does not read stops being read") {
  limits bounds;
  bounds.reply_bytes_queued_max = 1u << 20;
  bounds.requests_in_flight_max = 1000;
  auto large = pattern(40000);
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer&) {
        to.reply(slot, text_answer(large));
      },
      bounds);
  auto peer = fixture.connect(65536);
  constexpr size_t request_count = 300;
  auto request = framed(pattern(80000));
  std::string stream;
  for (size_t i = 0; i < request_count; ++i)
    stream += request;
  auto sent = peer.send_until_full(stream);
  // 24 MB of requests do not fit the sockets' buffers: the server stopped.
  REQUIRE(sent < stream.size());
  auto answered = fixture.seen().get().frames.size();
  CHECK(answered < request_count / 2);
  auto rest = std::string_view(stream).substr(sent);
  std::thread sending([&] { CHECK(peer.send(rest)); });
  for (size_t i = 0; i < request_count; ++i)
    REQUIRE(peer.receive_frame().size() == large.size());
  sending.join();
}

TEST_CASE("connection: it knows both addresses") {
  shared_state<std::vector<std::string>> names;
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer&) {
        names.update([&](auto& xs) { xs = {to.peer(), to.local()}; });
        to.reply(slot, {});
      });
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("who")));
  REQUIRE(names.wait([](auto& xs) { return xs.size() == 2; }));
  CHECK(names.get()[0].starts_with("127.0.0.1:"));
  CHECK(names.get()[1] == to_string(fixture.served().local()));
}
