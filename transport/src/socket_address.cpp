// SPDX-License-Identifier: Apache-2.0
#include "socket_address.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace troupe::transport {

namespace {

using address_list = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

result<address_list> resolve(const endpoint& at, bool any) {
  addrinfo want{};
  want.ai_family = AF_UNSPEC;
  want.ai_socktype = SOCK_STREAM;
  want.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  auto port = std::to_string(at.port);
  int code =
      getaddrinfo(any ? nullptr : at.host.c_str(), port.c_str(), &want, &found);
  if (code != 0)
    return failure(storage::errc::invalid_argument,
                   "resolving '" + at.host + "': " + gai_strerror(code));
  return address_list(found, &freeaddrinfo);
}

bool enable(int socket, int level, int option, int value = 1) {
  return setsockopt(socket, level, option, &value, sizeof value) == 0;
}

/// -1 in the descriptor and the reason in errno when it cannot be.
descriptor bind_and_listen(const addrinfo& address) {
  descriptor socket(::socket(address.ai_family,
                             address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                             address.ai_protocol));
  if (!socket)
    return {};
  // A restart must not wait for the connections of the last run to time out.
  enable(socket.get(), SOL_SOCKET, SO_REUSEADDR);
  if (address.ai_family == AF_INET6)
    enable(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0
      || ::listen(socket.get(), SOMAXCONN) != 0)
    return {};
  return socket;
}

endpoint to_endpoint(const sockaddr_storage& x) {
  char text[INET6_ADDRSTRLEN] = {};
  if (x.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &x, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {text, ntohs(v4.sin_port)};
  }
  if (x.ss_family != AF_INET6)
    return {"", 0};
  sockaddr_in6 v6;
  std::memcpy(&v6, &x, sizeof v6);
  // An IPv4 peer of a socket for both looks like ::ffff:10.0.0.1.
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
  else
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return {text, ntohs(v6.sin6_port)};
}

template <class GetName>
endpoint ask(int socket, GetName get_name) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  // The one cast that the socket interface is made for.
  if (get_name(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0)
    return {"", 0};
  return to_endpoint(storage);
}

} // namespace

result<descriptor> open_listening_socket(const endpoint& at) {
  bool any = at.host.empty() || at.host == "*";
  auto found = resolve(at, any);
  if (!found)
    return failure(std::move(found.error()));
  int reason = EADDRNOTAVAIL;
  // For every interface, IPv6 takes IPv4 along, hence comes first.
  for (int round = any ? 0 : 1; round < 2; ++round)
    for (const addrinfo* x = found->get(); x != nullptr; x = x->ai_next) {
      if (round == 0 && x->ai_family != AF_INET6)
        continue;
      if (auto socket = bind_and_listen(*x))
        return socket;
      reason = errno;
    }
  return failure(storage::from_errno(reason, "listening on " + to_string(at)));
}

endpoint local_endpoint(int socket) {
  return ask(socket, getsockname);
}

endpoint peer_endpoint(int socket) {
  return ask(socket, getpeername);
}

} // namespace troupe::transport
