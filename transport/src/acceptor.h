// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.h"
#include "lane_implementation.h"

#include <troupe/storage/result.h>

#include <functional>
#include <memory>
#include <optional>

namespace troupe::transport {

/// Accepts connections on one lane. When the process runs out of descriptors
/// it pauses instead of spinning on a socket that stays readable.
class acceptor : public std::enable_shared_from_this<acceptor> {
public:
  using socket_handler = std::function<void(descriptor)>;

  /// `on_socket` gets every connection, non-blocking, on the lane.
  acceptor(lane& home, socket_handler on_socket);

  /// Any thread; accepting begins on the lane.
  result<void> start(descriptor listening);

  /// On the lane. Nothing is accepted afterwards.
  void close();

private:
  void wait();
  void accept_turn();
  void back_off();

  lane& home_;
  socket_handler on_socket_;
  std::optional<lane_descriptor> socket_;
  std::optional<boost::asio::steady_timer> pause_;
};

} // namespace troupe::transport
