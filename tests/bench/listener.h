// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::bench {

/// Big-endian value at the beginning of `from`.
template <std::integral T>
T get_be(std::span<const std::byte> from) {
  uint64_t bits = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    bits = (bits << 8) | std::to_integer<uint64_t>(from[i]);
  return static_cast<T>(bits);
}

/// Writes `x` over the beginning of `to`.
template <std::integral T>
void set_be(std::span<std::byte> to, T x) {
  auto bits = static_cast<std::make_unsigned_t<T>>(x);
  for (size_t i = 0; i < sizeof(T); ++i)
    to[i] = static_cast<std::byte>(bits >> (8 * (sizeof(T) - 1 - i)));
}

template <std::integral T>
void put_be(std::vector<std::byte>& to, T x) {
  to.resize(to.size() + sizeof(T));
  set_be(std::span(to).last(sizeof(T)), x);
}

/// An accepted connection with Kafka's frames and blocking calls.
class connection {
public:
  explicit connection(int descriptor) : descriptor_(descriptor) {}
  connection(connection&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        buffer_(std::move(other.buffer_)) {}
  ~connection() {
    if (descriptor_ >= 0)
      close(descriptor_);
  }

  int descriptor() const noexcept { return descriptor_; }

  /// The next frame without its size prefix; empty when the peer has gone.
  std::span<std::byte> receive() {
    auto done = std::exchange(next_, 0);
    std::memmove(buffer_.data(), buffer_.data() + done, end_ - done);
    end_ -= done;
    if (!fill(sizeof(uint32_t), 0))
      return {};
    auto size = get_be<uint32_t>(buffer_);
    if (size > frame_bytes_max)
      return {};
    next_ = sizeof(uint32_t) + size;
    if (buffer_.size() < next_)
      buffer_.resize(next_);
    if (!fill(next_, MSG_WAITALL))
      return {};
    return std::span(buffer_).subspan(sizeof(uint32_t), size);
  }

  bool send(std::span<const std::byte> bytes, int flags) {
    while (!bytes.empty()) {
      auto sent =
          ::send(descriptor_, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL);
      if (sent <= 0)
        return false;
      bytes = bytes.subspan(static_cast<size_t>(sent));
    }
    return true;
  }

private:
  static constexpr uint32_t frame_bytes_max = 128 << 20;

  /// Receives until `size` bytes are there; without flags also what has come
  /// behind them.
  bool fill(size_t size, int flags) {
    while (end_ < size) {
      auto room = flags == 0 ? first_read_bytes : size - end_;
      auto got = recv(descriptor_, buffer_.data() + end_, room, flags);
      if (got <= 0)
        return false;
      end_ += static_cast<size_t>(got);
    }
    return true;
  }

  static constexpr size_t first_read_bytes = 16 << 10;

  int descriptor_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(64 << 10);
  size_t end_ = 0;
  /// Behind the frame handed out last.
  size_t next_ = 0;
};

/// Listens on a free port of 127.0.0.1, tells it, and serves each connection
/// on a thread of its own until the process is killed.
inline int accept_connections(const std::function<void(uint16_t)>& on_ready,
                              const std::function<void(connection)>& serve) {
  auto listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* name = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, name, size) != 0 || listen(listener, 64) != 0
      || getsockname(listener, name, &size) != 0)
    return 1;
  on_ready(ntohs(address.sin_port));
  for (;;) {
    auto accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0)
      return 1;
    int one = 1;
    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    std::thread([&serve, accepted] { serve(connection(accepted)); }).detach();
  }
}

} // namespace troupe::bench
