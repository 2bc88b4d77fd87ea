// SPDX-License-Identifier: Apache-2.0
// How connections end.
#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::transport;
using namespace std::chrono_literals;

TEST_CASE("connection: refused frames close it with the reason") {
  limits bounds;
  bounds.frame_bytes_max = 1000;
  server_fixture fixture(echo, bounds);
  struct refused {
    std::string bytes;
    std::string why;
  };
  std::vector<refused> cases{
      {framed(std::string(1001, 'x')),
       "frame of 1001 bytes exceeds the limit of 1000"},
      {std::string("\xff\xff\xff\xfe", 4), "frame of negative size -2"},
      {std::string("\x16\x03\x01\x02\x00\x01", 6),
       "the peer speaks TLS, this listener does not"},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    auto peer = fixture.connect();
    REQUIRE(peer.send(cases[i].bytes));
    CHECK(peer.at_end());
    REQUIRE(fixture.wait_for_ends(i + 1));
    CHECK(fixture.seen().get().ends.back() == cases[i].why);
  }
  CHECK(fixture.seen().get().frames.empty());
}

TEST_CASE("connection: what came before a refused frame is still answered") {
  server_fixture fixture(echo);
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("first") + "\xff\xff\xff\xff and more"));
  CHECK(peer.receive_frame() == "first");
  CHECK(peer.at_end());
}

TEST_CASE("connection: a truncated frame is told from a clean end") {
  server_fixture fixture(echo);
  {
    auto peer = fixture.connect();
    REQUIRE(peer.send(framed("whole").substr(0, 7)));
  }
  REQUIRE(fixture.wait_for_ends(1));
  fixture.connect();
  REQUIRE(fixture.wait_for_ends(2));
  auto seen = fixture.seen().get();
  CHECK(seen.frames.empty());
  CHECK(seen.ends[0] == "closed by the peer in the middle of a frame");
  CHECK(seen.ends[1] == "closed by the peer");
}

TEST_CASE("connection: what was asked before a half-close is answered") {
  held_requests held;
  server_fixture fixture(held.script());
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("a") + framed("b")));
  peer.shut_down_sending();
  REQUIRE(held.wait_for(2));
  auto x = fixture.connections().at(0);
  fixture.first_lane().post([x] {
    x->reply(1, text_answer("second"));
    x->reply(0, text_answer("first"));
  });
  CHECK(peer.receive_frame() == "first");
  CHECK(peer.receive_frame() == "second");
  CHECK(peer.at_end());
  CHECK(fixture.wait_for_ends(1));
}

TEST_CASE("connection: close sends what is in order, drops what comes later") {
  held_requests held;
  server_fixture fixture(held.script());
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("a") + framed("b") + framed("c")));
  REQUIRE(held.wait_for(3));
  auto x = fixture.connections().at(0);
  fixture.first_lane().post([x] {
    x->reply(2, text_answer("third"));
    x->reply(0, text_answer("first"));
    x->close("enough");
    x->reply(1, text_answer("second"));
    x->close("more than enough");
  });
  CHECK(peer.receive_frame() == "first");
  CHECK(peer.at_end());
  REQUIRE(fixture.wait_for_ends(1));
  CHECK(fixture.seen().get().ends == std::vector<std::string>{"enough"});
  shared_state<bool> ignored;
  fixture.first_lane().post([&, x] {
    x->reply(1, text_answer("too late"));
    ignored.update([](bool& y) { y = true; });
  });
  CHECK(ignored.wait([](bool y) { return y; }));
}

TEST_CASE("connection: closing while the peer goes on sending loses nothing") {
  auto large = pattern(3000000);
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer&) {
        to.reply(slot, text_answer(large));
        to.close("one is enough");
      });
  auto peer = fixture.connect();
  std::string stream;
  for (int i = 0; i < 20; ++i)
    stream += framed(pattern(1000));
  REQUIRE(peer.send(stream));
  CHECK(peer.receive_frame() == large);
  CHECK(fixture.wait_for_ends(1));
  CHECK(fixture.seen().get().frames.size() == 1);
}

TEST_CASE("connection: a sink and its connection let go of each other") {
  server_fixture fixture(echo);
  {
    auto peer = fixture.connect();
    REQUIRE(peer.send(framed("x")));
    CHECK(peer.receive_frame() == "x");
    CHECK(fixture.connections().at(0) != nullptr);
  }
  REQUIRE(fixture.wait_for_ends(1));
  fixture.served().stop(1s);
  CHECK(fixture.connections().at(0) == nullptr);
}
