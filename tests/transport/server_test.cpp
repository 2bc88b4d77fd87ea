// SPDX-License-Identifier: Apache-2.0
#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>

using namespace troupe;
using namespace troupe::transport;
using namespace std::chrono_literals;

namespace {

void stay_silent(connection&, request_slot, const storage::buffer&) {}

} // namespace

TEST_CASE("server: connections go round the lanes") {
  server_fixture fixture(echo, {}, 3);
  std::vector<client> peers;
  for (int i = 0; i < 9; ++i) {
    peers.push_back(fixture.connect());
    REQUIRE(peers.back().send(framed("x")));
    REQUIRE(peers.back().receive_frame() == "x");
  }
  auto lanes = fixture.seen().get().lanes;
  for (size_t lane = 0; lane < 3; ++lane)
    CHECK(std::count(lanes.begin(), lanes.end(), lane) == 3);
  auto& counters = fixture.served().counters();
  CHECK(counters.connections_accepted == 9);
  CHECK(counters.connections_open == 9);
  CHECK(counters.bytes_received == 45);
}

TEST_CASE("server: a connection above the bound is refused, later ones not") {
  limits bounds;
  bounds.connections_max = 2;
  server_fixture fixture(echo, bounds, 2);
  auto first = fixture.connect();
  {
    auto second = fixture.connect();
    REQUIRE(second.send(framed("b")));
    CHECK(second.receive_frame() == "b");
    auto third = fixture.connect();
    CHECK(third.at_end());
    CHECK(fixture.served().counters().connections_refused == 1);
  }
  REQUIRE(fixture.wait_for_ends(1));
  REQUIRE(first.send(framed("a")));
  CHECK(first.receive_frame() == "a");
  // The sink saw the end just before the place came free.
  for (bool served = false; !served;) {
    auto fourth = fixture.connect();
    served = fourth.send(framed("d")) && fourth.receive(5).size() == 5;
  }
}

TEST_CASE("server: a sink that is refused ends the connection") {
  lane home("lane");
  std::array<lane*, 1> lanes{&home};
  auto made = server::listen(
      {"127.0.0.1", 0}, lanes, {},
      [](size_t, std::shared_ptr<connection>) { return nullptr; }, {});
  REQUIRE(made.has_value());
  // Who comes too early waits.
  client peer((*made)->local());
  CHECK((*made)->counters().connections_accepted == 0);
  REQUIRE((*made)->start_accepting());
  CHECK(peer.at_end());
  (*made)->stop(1s);
  CHECK((*made)->counters().connections_open == 0);
}

TEST_CASE("server: after stop_accepting open connections are still served") {
  server_fixture fixture(echo);
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("before")));
  CHECK(peer.receive_frame() == "before");
  fixture.served().stop_accepting();
  fixture.served().stop_accepting();
  CHECK_FALSE(fixture.connect().connected());
  REQUIRE(peer.send(framed("after")));
  CHECK(peer.receive_frame() == "after");
}

TEST_CASE("server: stop lets answers leave and every sink see the end") {
  auto large = pattern(5000000);
  shared_state<int> asked;
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer& frame) {
        if (frame.size() == 6)
          to.reply(slot, text_answer(large));
        asked.update([](int& n) { ++n; });
      },
      {}, 2);
  auto reading = fixture.connect();
  auto parked = fixture.connect();
  auto idle = fixture.connect();
  REQUIRE(reading.send(framed("answer")));
  REQUIRE(parked.send(framed("park")));
  REQUIRE(asked.wait([](int n) { return n == 2; }));
  std::thread stopping([&] { fixture.served().stop(patience); });
  CHECK(reading.receive_frame() == large);
  CHECK(reading.at_end());
  CHECK(parked.at_end());
  CHECK(idle.at_end());
  stopping.join();
  auto ends = fixture.seen().get().ends;
  CHECK(ends == std::vector<std::string>(3, "the server stops"));
  CHECK(fixture.served().counters().connections_open == 0);
  CHECK_FALSE(fixture.connect().connected());
}

TEST_CASE("server: stop does not wait for a peer that does not read") {
  auto large = pattern(12u << 20);
  shared_state<bool> asked;
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer&) {
        to.reply(slot, text_answer(large));
        asked.update([](bool& x) { x = true; });
      });
  auto stuck = fixture.connect(4096);
  REQUIRE(stuck.send(framed("answer")));
  REQUIRE(asked.wait([](bool x) { return x; }));
  fixture.served().stop(50ms);
  CHECK(fixture.seen().get().ends.size() == 1);
  fixture.served().stop(50ms);
}

TEST_CASE("server: destroying it closes what is open") {
  server_fixture fixture(stay_silent, {}, 2);
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("x")));
  REQUIRE(fixture.seen().wait(
      [](const observed& x) { return x.frames.size() == 1; }));
  fixture.destroy_server();
  CHECK(peer.at_end());
  CHECK(fixture.seen().get().ends.size() == 1);
}

TEST_CASE("server: the address in use is an error, and so is a wrong name") {
  server_fixture fixture(stay_silent);
  std::array<lane*, 1> lanes{&fixture.first_lane()};
  auto accept = [](size_t, std::shared_ptr<connection>) { return nullptr; };
  auto taken = server::listen(fixture.served().local(), lanes, {}, accept, {});
  REQUIRE_FALSE(taken.has_value());
  CHECK(to_string(taken.error()).find("listening on 127.0.0.1:")
        != std::string::npos);
  auto nowhere =
      server::listen({"256.1.1.1.invalid", 0}, lanes, {}, accept, {});
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().message.find("resolving '256.1.1.1.invalid'")
        != std::string::npos);
}

TEST_CASE("server: names and every interface can be listened on") {
  lane home("lane");
  std::array<lane*, 1> lanes{&home};
  auto accept = [](size_t, std::shared_ptr<connection>) { return nullptr; };
  for (std::string host : {"", "*", "0.0.0.0", "localhost"}) {
    CAPTURE(host);
    auto made = server::listen({host, 0}, lanes, {}, accept, {});
    REQUIRE(made.has_value());
    auto at = (*made)->local();
    CHECK(at.port != 0);
    CHECK_FALSE(at.host.empty());
    if (host != "localhost")
      CHECK(client(at).connected());
  }
}

TEST_CASE("server: without descriptors it pauses and then goes on") {
  server_fixture fixture(echo);
  auto served = fixture.connect();
  client waiting(descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  REQUIRE(served.send(framed("x")));
  REQUIRE(served.receive_frame() == "x");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none{3, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  bool connected = waiting.connect_to(fixture.served().local());
  bool sent = served.send(framed("y"));
  auto answer = served.receive_frame();
  auto accepted = fixture.served().counters().connections_accepted.load();
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(connected);
  CHECK(sent);
  CHECK(answer == "y");
  CHECK(accepted == 1);
  REQUIRE(waiting.send(framed("z")));
  CHECK(waiting.receive_frame() == "z");
}
