// SPDX-License-Identifier: Apache-2.0
#include "sendfile.h"

#include <cerrno>

#include <sys/sendfile.h>
#include <sys/socket.h>

namespace troupe::transport {

namespace {

/// Repeats `call` when a signal came in between.
template <class Call>
send_result finish(Call call) {
  for (;;) {
    ssize_t sent = call();
    if (sent >= 0)
      return {static_cast<size_t>(sent), false, 0};
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return {0, true, 0};
    if (errno != EINTR)
      return {0, false, errno};
  }
}

} // namespace

send_result send_memory(int socket, std::span<iovec> parts, more_follows more) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (more == more_follows::yes)
    flags |= MSG_MORE;
  return finish([&] { return sendmsg(socket, &message, flags); });
}

send_result send_file(int socket, int file, uint64_t position, size_t size) {
  auto offset = static_cast<off_t>(position);
  return finish([&] { return sendfile(socket, file, &offset, size); });
}

} // namespace troupe::transport
