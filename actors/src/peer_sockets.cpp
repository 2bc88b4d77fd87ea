// SPDX-License-Identifier: Apache-2.0
#include "peer_sockets.h"

#include <cerrno>
#include <memory>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::actors {

namespace {

using clock = std::chrono::steady_clock;

struct free_addresses {
  void operator()(addrinfo* x) const { freeaddrinfo(x); }
};

using addresses = std::unique_ptr<addrinfo, free_addresses>;

result<addresses> look_up(const transport::endpoint& x, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  auto every = x.host.empty() || x.host == "*";
  auto port = std::to_string(x.port);
  auto code = getaddrinfo(every ? nullptr : x.host.c_str(), port.c_str(),
                          &hints, &found);
  if (code != 0)
    return failure(storage::errc::not_found,
                   "looking up " + x.host + ": " + gai_strerror(code));
  return addresses(found);
}

auto fail(const transport::endpoint& x, const char* what) {
  return failure(storage::from_errno(errno, what + to_string(x)));
}

void set_option(const peer_socket& socket, int level, int option, int value) {
  // Each only makes things better; without it they still work.
  static_cast<void>(
      setsockopt(socket.get(), level, option, &value, sizeof(value)));
}

void set_stream_options(const peer_socket& socket) {
  using std::chrono::milliseconds;
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT,
             static_cast<int>(milliseconds(peer_unacknowledged_max).count()));
}

/// Waits for the end of a connect; 0 or an errno.
int await_connected(const peer_socket& socket, clock::time_point deadline) {
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - clock::now());
    if (left.count() <= 0)
      return ETIMEDOUT;
    pollfd watched{socket.get(), POLLOUT, 0};
    auto ready = poll(&watched, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR)
      return errno;
    if (ready <= 0)
      continue;
    int outcome = 0;
    socklen_t size = sizeof(outcome);
    if (getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &outcome, &size) != 0)
      return errno;
    return outcome;
  }
}

} // namespace

peer_socket::~peer_socket() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

result<peer_socket> connect_to_peer(const transport::endpoint& to,
                                    std::chrono::milliseconds timeout) {
  auto deadline = clock::now() + timeout;
  auto found = look_up(to, 0);
  if (!found)
    return failure(std::move(found.error()));
  int why = ENOENT;
  for (auto* x = found->get(); x != nullptr; x = x->ai_next) {
    peer_socket socket(
        ::socket(x->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0) {
      why = errno;
      continue;
    }
    set_stream_options(socket);
    why = ::connect(socket.get(), x->ai_addr, x->ai_addrlen) == 0 ? 0 : errno;
    if (why == EINPROGRESS)
      why = await_connected(socket, deadline);
    if (why == 0)
      return socket;
  }
  errno = why;
  return fail(to, "connecting to ");
}

result<peer_socket> listen_for_peers(const transport::endpoint& at) {
  auto found = look_up(at, AI_PASSIVE);
  if (!found)
    return failure(std::move(found.error()));
  auto* x = found->get();
  peer_socket socket(
      ::socket(x->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0)
    return fail(at, "making a socket for ");
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  set_stream_options(socket);
  if (::bind(socket.get(), x->ai_addr, x->ai_addrlen) != 0)
    return fail(at, "binding ");
  if (::listen(socket.get(), SOMAXCONN) != 0)
    return fail(at, "listening on ");
  return socket;
}

bool is_every_interface(const std::string& host) {
  return host.empty() || host == "*" || host == "0.0.0.0" || host == "::";
}

bool is_loopback(const std::string& host) {
  if (host == "localhost")
    return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1
         && IN6_IS_ADDR_LOOPBACK(&v6) != 0;
}

} // namespace troupe::actors
