// SPDX-License-Identifier: Apache-2.0
#include "connection_guard.h"

#include "peer_fixture.h"
#include "peer_sockets.h"
#include "test_certificates.h"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

peer_socket connect_to(const peer_node& x) {
  auto socket = connect_to_peer({"127.0.0.1", x.port()}, peer_test_deadline);
  REQUIRE(socket);
  return std::move(*socket);
}

/// Waits for something to read; the bytes, 0: the other side hung up, -1: not
/// in time.
ssize_t wait_for_bytes(const peer_socket& x) {
  pollfd watched{x.get(), POLLIN, 0};
  auto limit = std::chrono::milliseconds(peer_test_deadline);
  if (poll(&watched, 1, static_cast<int>(limit.count())) != 1)
    return -1;
  std::array<char, 4096> into{};
  auto got = ::recv(x.get(), into.data(), into.size(), 0);
  return got < 0 ? 0 : got;
}

bool hung_up(const peer_socket& x) {
  auto got = wait_for_bytes(x);
  while (got > 0)
    got = wait_for_bytes(x);
  return got == 0;
}

bool still_open(const peer_socket& x) {
  std::array<char, 4096> into{};
  auto got = ::recv(x.get(), into.data(), into.size(), 0);
  return got > 0 || (got < 0 && errno == EAGAIN);
}

/// Of all threads of this process.
std::chrono::nanoseconds processor_time() {
  timespec used{};
  REQUIRE(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0);
  return std::chrono::seconds(used.tv_sec)
         + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace

TEST_CASE("connection guard: who says nothing is hung up on, at no cost") {
  test_authority authority;
  auto options = peer_options(1);
  SUBCASE("plain") {}
  SUBCASE("TLS") {
    options.listener.tls = authority.issue("one");
  }
  peer_node node(options);
  auto silent = connect_to(node);
  auto used = processor_time();
  auto begun = clock_type::now();
  CHECK(hung_up(silent));
  auto took = clock_type::now() - begun;
  CHECK(took >= peer_silence_max - 1s);
  CHECK(processor_time() - used < took / 2);
}

TEST_CASE("connection guard: of many who say nothing the oldest go first") {
  peer_node node(peer_options(1));
  std::vector<peer_socket> silent;
  auto begun = clock_type::now();
  for (size_t i = 0; i <= silent_connections_max; ++i) {
    silent.push_back(connect_to(node));
    // It was accepted.
    REQUIRE(wait_for_bytes(silent.back()) > 0);
  }
  CHECK(hung_up(silent.front()));
  // Else all of them may have been ended by now.
  if (clock_type::now() - begun < peer_silence_max) {
    CHECK(still_open(silent.back()));
    CHECK(still_open(silent[1]));
  }
}

TEST_CASE("connection guard: a node ends beside strangers who stay") {
  auto node = std::make_unique<peer_node>(peer_options(1));
  auto stranger = connect_to(*node);
  REQUIRE(wait_for_bytes(stranger) > 0);
  SUBCASE("silent") {}
  SUBCASE("heard") {
    std::array<char, 3> word{};
    REQUIRE(::send(stranger.get(), word.data(), word.size(), MSG_NOSIGNAL)
            == 3);
  }
  auto begun = clock_type::now();
  node.reset();
  CHECK(clock_type::now() - begun < peer_test_deadline);
  CHECK(hung_up(stranger));
}
