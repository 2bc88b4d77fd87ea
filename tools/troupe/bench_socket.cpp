// SPDX-License-Identifier: Apache-2.0
#include "bench_socket.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace troupe::bench {

namespace {

using std::chrono::milliseconds;

constexpr size_t size_prefix_bytes = 4;
/// Frames larger than this are not answers to what we ask.
constexpr size_t frame_bytes_max = 128 << 20;

size_t frame_size(const std::byte* prefix) {
  uint32_t size = 0;
  for (size_t i = 0; i < size_prefix_bytes; ++i)
    size = (size << 8) | std::to_integer<uint32_t>(prefix[i]);
  return size;
}

/// Connects without blocking for longer than `timeout`.
int connect_within(int descriptor, const addrinfo& to, milliseconds timeout) {
  if (connect(descriptor, to.ai_addr, to.ai_addrlen) == 0)
    return 0;
  if (errno != EINPROGRESS)
    return errno;
  pollfd writable{descriptor, POLLOUT, 0};
  auto ready = poll(&writable, 1, static_cast<int>(timeout.count()));
  if (ready <= 0)
    return ready == 0 ? ETIMEDOUT : errno;
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

/// From here on calls block, but not for longer than `timeout`.
int make_blocking(int descriptor, milliseconds timeout) {
  auto flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) < 0)
    return errno;
  int one = 1;
  timeval limit{timeout.count() / 1000, timeout.count() % 1000 * 1000};
  if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0
      || setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit))
             != 0
      || setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit))
             != 0)
    return errno;
  return 0;
}

} // namespace

std::string to_string(const address& x) {
  auto bare = x.host.find(':') == std::string::npos;
  return fmt::format("{}{}{}:{}", bare ? "" : "[", x.host, bare ? "" : "]",
                     x.port);
}

result<address> parse_address(const std::string& text) {
  auto colon = text.rfind(':');
  auto wrong = [&] {
    return failure(storage::errc::invalid_argument,
                   fmt::format("'{}' is not HOST:PORT", text));
  };
  if (colon == std::string::npos || colon == 0)
    return wrong();
  address parsed{text.substr(0, colon), 0};
  if (parsed.host.front() == '[' && parsed.host.back() == ']')
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  auto first = text.data() + colon + 1;
  auto last = text.data() + text.size();
  auto [end, error] = std::from_chars(first, last, parsed.port);
  if (error != std::errc{} || end != last || parsed.port == 0)
    return wrong();
  return parsed;
}

result<frame_socket> frame_socket::open(const address& peer,
                                        milliseconds timeout,
                                        size_t buffer_bytes) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto port = std::to_string(peer.port);
  if (auto error = getaddrinfo(peer.host.c_str(), port.c_str(), &hints, &found);
      error != 0)
    return failure(
        storage::errc::io,
        fmt::format("find host '{}': {}", peer.host, gai_strerror(error)));
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, freeaddrinfo);
  int error = ECONNREFUSED;
  for (auto* to = found; to != nullptr; to = to->ai_next) {
    auto type = to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
    frame_socket made(socket(to->ai_family, type, to->ai_protocol), peer,
                      buffer_bytes);
    if (made.descriptor_ < 0) {
      error = errno;
      continue;
    }
    error = connect_within(made.descriptor_, *to, timeout);
    if (error == 0)
      error = make_blocking(made.descriptor_, timeout);
    if (error == 0)
      return made;
  }
  return tl::unexpected(storage::from_errno(
      error, fmt::format("connect to {}", to_string(peer))));
}

frame_socket::frame_socket(frame_socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      peer_(std::move(other.peer_)), buffer_(std::move(other.buffer_)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)) {}

frame_socket& frame_socket::operator=(frame_socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(peer_, other.peer_);
  std::swap(buffer_, other.buffer_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
  return *this;
}

frame_socket::~frame_socket() {
  if (descriptor_ >= 0)
    close(descriptor_);
}

result<void> frame_socket::send(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && errno == EAGAIN)
      return failure(
          storage::errc::io,
          fmt::format("send to {}: the peer does not read", to_string(peer_)));
    if (sent < 0)
      return tl::unexpected(storage::from_errno(
          errno, fmt::format("send to {}", to_string(peer_))));
    bytes = bytes.subspan(static_cast<size_t>(sent));
  }
  return {};
}

result<size_t>
frame_socket::receive_some(std::span<std::byte> into, int flags) {
  for (;;) {
    auto got = recv(descriptor_, into.data(), into.size(), flags);
    if (got > 0)
      return static_cast<size_t>(got);
    if (got < 0 && errno == EINTR)
      continue;
    if (got == 0)
      return failure(storage::errc::io,
                     fmt::format("{} closed the connection", to_string(peer_)));
    if (errno == EAGAIN)
      return failure(
          storage::errc::io,
          fmt::format("no answer from {} within --timeout", to_string(peer_)));
    return tl::unexpected(storage::from_errno(
        errno, fmt::format("receive from {}", to_string(peer_))));
  }
}

void frame_socket::make_room(size_t size) {
  if (begin_ == end_)
    begin_ = end_ = 0;
  if (begin_ + size <= buffer_.size())
    return;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (size > buffer_.size())
    buffer_.resize(size);
}

result<std::span<const std::byte>> frame_socket::receive() {
  // First whatever has come, which may be several small frames; then exactly
  // the rest of a large one, so that none of its bytes is moved.
  auto some = buffer_.size() / 2;
  while (end_ - begin_ < size_prefix_bytes) {
    make_room(some);
    auto got = receive_some(std::span(buffer_).subspan(end_, some), 0);
    if (!got)
      return tl::unexpected(got.error());
    end_ += *got;
  }
  auto size = frame_size(buffer_.data() + begin_);
  if (size > frame_bytes_max)
    return failure(storage::errc::invalid_argument,
                   fmt::format("{} sent a frame of {} bytes: not a Kafka "
                               "broker?",
                               to_string(peer_), size));
  auto whole = size_prefix_bytes + size;
  make_room(whole);
  while (end_ - begin_ < whole) {
    auto missing = whole - (end_ - begin_);
    auto got =
        receive_some(std::span(buffer_).subspan(end_, missing), MSG_WAITALL);
    if (!got)
      return tl::unexpected(got.error());
    end_ += *got;
  }
  auto frame = std::span(buffer_).subspan(begin_ + size_prefix_bytes, size);
  begin_ += whole;
  return frame;
}

result<bool> frame_socket::readable(std::chrono::nanoseconds patience) {
  if (end_ != begin_)
    return true;
  if (patience.count() < 0)
    patience = {};
  timespec limit{patience.count() / 1'000'000'000,
                 patience.count() % 1'000'000'000};
  pollfd incoming{descriptor_, POLLIN, 0};
  auto ready = ppoll(&incoming, 1, &limit, nullptr);
  if (ready < 0 && errno != EINTR)
    return tl::unexpected(storage::from_errno(
        errno, fmt::format("wait for {}", to_string(peer_))));
  return ready > 0;
}

} // namespace troupe::bench
