// SPDX-License-Identifier: Apache-2.0
#include "service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

void tell_service_manager(const char* state) {
  const char* asked = std::getenv("NOTIFY_SOCKET");
  std::string_view path = asked == nullptr ? "" : asked;
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof(address.sun_path))
    return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  // The name of an abstract socket begins with a zero byte.
  if (path.front() == '@')
    address.sun_path[0] = '\0';
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return;
  auto size = offsetof(sockaddr_un, sun_path) + path.size();
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  sendto(fd, state, std::strlen(state), MSG_NOSIGNAL, generic,
         static_cast<socklen_t>(size));
  close(fd);
}
