// SPDX-License-Identifier: Apache-2.0
#include "node_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <variant>

namespace troupe::actors {

node_client::node_client(const transport::endpoint& at) {
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(socket_ >= 0);
  timeval patience{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(at.port);
  REQUIRE(::inet_pton(AF_INET, at.host.c_str(), &address.sin_addr) == 1);
  REQUIRE(
      ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address))
      == 0);
}

node_client::~node_client() {
  ::close(socket_);
}

void node_client::send(const transport::chunks& frame) {
  for (const auto& chunk : frame) {
    auto bytes = std::get<storage::buffer>(chunk).bytes();
    REQUIRE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
            == static_cast<ssize_t>(bytes.size()));
  }
}

std::vector<std::byte> node_client::receive(size_t size) {
  std::vector<std::byte> bytes(size);
  size_t done = 0;
  while (done < size) {
    auto got = ::recv(socket_, bytes.data() + done, size - done, 0);
    REQUIRE(got > 0);
    done += static_cast<size_t>(got);
  }
  return bytes;
}

storage::buffer node_client::receive_frame() {
  uint32_t size = 0;
  auto prefix = receive(sizeof(size));
  std::memcpy(&size, prefix.data(), sizeof(size));
  return storage::buffer::copy_of(receive(ntohl(size)));
}

bool node_client::at_end() {
  std::byte rest;
  auto got = ::recv(socket_, &rest, 1, 0);
  // A connection that was never accepted is reset with its listener.
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

} // namespace troupe::actors
