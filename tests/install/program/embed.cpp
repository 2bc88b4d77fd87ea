// SPDX-License-Identifier: Apache-2.0
//
// Starts a broker in the directory named, connects to it as a client would,
// stops it, and starts it there again.
#include <troupe/actors/node.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace {

bool connects(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  bool connected =
      connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return connected;
}

bool start_and_stop(const std::string& directory) {
  troupe::node_options options;
  options.data_directories = {directory};
  auto broker = troupe::node::start(std::move(options));
  if (!broker) {
    std::fprintf(stderr, "%s\n", broker.error().message.c_str());
    return false;
  }
  auto port = (*broker)->address().port;
  bool served = connects(port);
  auto stopped = (*broker)->stop();
  return served && stopped && !connects(port);
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2)
    return EXIT_FAILURE;
  for (int i = 0; i < 2; ++i)
    if (!start_and_stop(arguments[1]))
      return EXIT_FAILURE;
  std::puts("started and stopped twice");
  return EXIT_SUCCESS;
}
