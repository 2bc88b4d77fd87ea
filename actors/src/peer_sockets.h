// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>
#include <troupe/transport/server.h>

#include <chrono>
#include <cstdint>
#include <utility>

/// TCP sockets between nodes. Ours instead of CAF's, because CAF dials with a
/// blocking connect in the one actor that all dials of a process go through: a
/// peer that swallows packets would stop every other dial for two minutes.
namespace troupe::actors {

/// Closes the socket unless it was released.
class peer_socket {
public:
  explicit peer_socket(int descriptor = -1) noexcept
      : descriptor_(descriptor) {}
  peer_socket(peer_socket&& other) noexcept : descriptor_(other.release()) {}
  peer_socket& operator=(peer_socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~peer_socket();

  int get() const noexcept { return descriptor_; }
  int release() noexcept { return std::exchange(descriptor_, -1); }

private:
  int descriptor_;
};

/// What the kernel holds back from a peer that takes nothing is given up after
/// this time, and the connection with it.
inline constexpr std::chrono::seconds peer_unacknowledged_max{2};

/// Connects within `timeout`. Blocks; a name that must be looked up may take
/// the resolver's own time.
result<peer_socket> connect_to_peer(const transport::endpoint& to,
                                    std::chrono::milliseconds timeout);

/// Listens; what is accepted inherits the socket's options.
result<peer_socket> listen_for_peers(const transport::endpoint& at);

/// Whether `host` means every interface: nothing to tell others.
bool is_every_interface(const std::string& host);

/// Whether `host` can be reached from this machine only.
bool is_loopback(const std::string& host);

} // namespace troupe::actors
