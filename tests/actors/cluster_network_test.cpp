// SPDX-License-Identifier: Apache-2.0
#include "cluster_network.h"

#include "peer_fixture.h"
#include "peer_sockets.h"
#include "test_certificates.h"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

uint16_t port_of(const peer_socket& x) {
  sockaddr_in local{};
  socklen_t size = sizeof(local);
  REQUIRE(getsockname(x.get(), reinterpret_cast<sockaddr*>(&local), &size)
          == 0);
  return ntohs(local.sin_port);
}

peer_node_options secured(cluster::node_id node, const cluster_tls& tls) {
  auto x = peer_options(node);
  x.listener.tls = tls;
  return x;
}

/// Sends bytes to a port, and waits until the other side hangs up.
void knock(uint16_t port, const std::string& text) {
  auto socket = connect_to_peer({"127.0.0.1", port}, peer_test_deadline);
  REQUIRE(socket);
  REQUIRE(::send(socket->get(), text.data(), text.size(), MSG_NOSIGNAL)
          == static_cast<ssize_t>(text.size()));
  // The other side may have been quicker.
  bool told = ::shutdown(socket->get(), SHUT_WR) == 0 || errno == ENOTCONN;
  REQUIRE(told);
  std::array<char, 256> rest{};
  CHECK(soon([&] {
    auto got = ::recv(socket->get(), rest.data(), rest.size(), 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
  }));
}

} // namespace

TEST_CASE("cluster network: only loopback is safe without TLS") {
  auto refused = [](const std::string& host) {
    cluster_listener x;
    x.listen.host = host;
    return !check_cluster_listener(x);
  };
  CHECK_FALSE(refused("127.0.0.1"));
  CHECK_FALSE(refused("127.1.2.3"));
  CHECK_FALSE(refused("::1"));
  CHECK_FALSE(refused("localhost"));
  CHECK(refused("0.0.0.0"));
  CHECK(refused("::"));
  CHECK(refused(""));
  CHECK(refused("*"));
  CHECK(refused("10.0.0.1"));
  CHECK(refused("127.0.0.1.example.org"));
}

TEST_CASE("cluster network: the operator may say that the network is closed") {
  cluster_listener x;
  x.listen.host = "0.0.0.0";
  auto why = check_cluster_listener(x);
  REQUIRE_FALSE(why);
  CHECK(contains(why.error().message, "--cluster-insecure"));
  x.insecure = true;
  CHECK(check_cluster_listener(x));
}

TEST_CASE("cluster network: what TLS needs is checked at the start") {
  test_authority authority;
  cluster_listener x;
  x.listen.host = "0.0.0.0";
  x.tls = authority.issue("one");
  CHECK(check_cluster_listener(x));
  auto broken = x;
  broken.tls.key_path = "/does/not/exist.key";
  auto why = check_cluster_listener(broken);
  REQUIRE_FALSE(why);
  CHECK(contains(why.error().message, "/does/not/exist.key"));
  broken = x;
  broken.tls.authority_path.clear();
  CHECK_FALSE(check_cluster_listener(broken));
  broken = x;
  broken.tls.key_path = authority.issue("two").key_path;
  CHECK_FALSE(check_cluster_listener(broken));
}

TEST_CASE("peer sockets: a peer that swallows packets costs its deadline") {
  // A queue of one that is full: the kernel drops what else knocks.
  peer_socket full(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(full.get(), reinterpret_cast<sockaddr*>(&at), sizeof(at))
          == 0);
  REQUIRE(::listen(full.get(), 0) == 0);
  auto port = port_of(full);
  std::vector<peer_socket> waiting;
  for (int i = 0; i < 8; ++i) {
    auto socket = connect_to_peer({"127.0.0.1", port}, 50ms);
    if (!socket)
      break;
    waiting.push_back(std::move(*socket));
  }
  auto begun = std::chrono::steady_clock::now();
  auto socket = connect_to_peer({"127.0.0.1", port}, 200ms);
  auto took = std::chrono::steady_clock::now() - begun;
  REQUIRE_FALSE(socket);
  CHECK(socket.error().os_error == ETIMEDOUT);
  CHECK(took >= 190ms);
  CHECK(took < 10s);
}

TEST_CASE("peer sockets: nobody listens, which is told at once") {
  uint16_t port = 0;
  {
    auto listening = listen_for_peers({"127.0.0.1", 0});
    REQUIRE(listening);
    port = port_of(*listening);
  }
  auto socket = connect_to_peer({"127.0.0.1", port}, 10s);
  REQUIRE_FALSE(socket);
  CHECK(socket.error().os_error == ECONNREFUSED);
  CHECK(contains(socket.error().message, "127.0.0.1"));
}

TEST_CASE("peer sockets: what is accepted gives up on a dead peer, too") {
  auto listening = listen_for_peers({"127.0.0.1", 0});
  REQUIRE(listening);
  auto dialled = connect_to_peer({"127.0.0.1", port_of(*listening)}, 10s);
  REQUIRE(dialled);
  int descriptor = -1;
  REQUIRE(soon([&] {
    descriptor = ::accept(listening->get(), nullptr, nullptr);
    return descriptor >= 0;
  }));
  peer_socket accepted(descriptor);
  for (const auto* x : {&accepted, &*dialled}) {
    unsigned timeout_ms = 0;
    socklen_t size = sizeof(timeout_ms);
    REQUIRE(
        getsockopt(x->get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, &size)
        == 0);
    CHECK(timeout_ms == 2'000);
  }
}

TEST_CASE("cluster network: nodes with certificates of one authority meet") {
  test_authority authority;
  peer_node one(secured(1, authority.issue("one")));
  peer_node two(secured(2, authority.issue("two")));
  two.serve("secret records");
  one.follow({two.address()});
  two.follow({one.address()});
  REQUIRE(one.wait_up(2));
  REQUIRE(two.wait_up(1));
  one.pull(2, 0);
  CHECK(one.wait_pulled().batches.size() == 14);
}

TEST_CASE("cluster network: who has no certificate of ours is turned away") {
  test_authority authority, another;
  peer_node two(secured(2, authority.issue("two")));
  SUBCASE("plain") {
    peer_node one(peer_options(1));
    one.follow({two.address()});
    CHECK_FALSE(one.wait_reason(2).empty());
  }
  SUBCASE("of another authority") {
    peer_node one(secured(1, another.issue("one")));
    one.follow({two.address()});
    CHECK_FALSE(one.wait_reason(2).empty());
  }
}

TEST_CASE("cluster network: strangers at the door disturb no link") {
  test_authority authority;
  peer_node one(secured(1, authority.issue("one")));
  peer_node two(secured(2, authority.issue("two")));
  two.serve(std::string(1'000'000, 'x'));
  one.follow({two.address()});
  REQUIRE(one.wait_up(2));
  for (int i = 0; i < 20; ++i) {
    // One partition: to pull it again gives back the credit of the last time.
    one.pull(2, 0, i);
    knock(two.port(), "this is no TLS hello, but long enough to be read");
    knock(one.port(), "neither is this one, which comes to the other side");
    CHECK(one.wait_pulled().batches.size() == 1'000'000);
  }
  CHECK(one.describe(2).connects == 1);
}
