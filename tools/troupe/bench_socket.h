// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe::bench {

/// Where a broker listens.
struct address {
  std::string host;
  uint16_t port = 0;

  auto operator<=>(const address&) const = default;
};

std::string to_string(const address& x);

/// Splits `HOST:PORT`, `[::1]:PORT` included.
result<address> parse_address(const std::string& text);

/// A blocking TCP connection that carries Kafka's frames; every wait ends
/// after the timeout given to `open`. One thread at a time.
class frame_socket {
public:
  /// The buffer grows when an answer is larger.
  static result<frame_socket> open(const address& peer,
                                   std::chrono::milliseconds timeout,
                                   size_t buffer_bytes = usual_buffer_bytes);

  frame_socket(frame_socket&& other) noexcept;
  frame_socket& operator=(frame_socket&& other) noexcept;
  ~frame_socket();

  /// For `epoll`; it stays this object's.
  int descriptor() const noexcept { return descriptor_; }

  /// Sends all of `bytes`.
  result<void> send(std::span<const std::byte> bytes);

  /// The next frame without its size prefix, valid until the next call.
  result<std::span<const std::byte>> receive();

  /// Whether `receive` would find something within `patience`.
  result<bool> readable(std::chrono::nanoseconds patience);

private:
  static constexpr size_t usual_buffer_bytes = 256 << 10;

  frame_socket(int descriptor, address peer, size_t buffer_bytes)
      : descriptor_(descriptor), peer_(std::move(peer)), buffer_(buffer_bytes) {
  }

  result<size_t> receive_some(std::span<std::byte> into, int flags);
  void make_room(size_t size);

  int descriptor_ = -1;
  address peer_;
  /// Received bytes are [begin_, end_).
  std::vector<std::byte> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

} // namespace troupe::bench
