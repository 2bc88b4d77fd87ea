// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway_options.h"

#include <troupe/actors/node.h>
#include <troupe/storage/result.h>

#include <chrono>
#include <memory>
#include <string>

namespace gateway {

/// HTTP and WebSockets in front of a node of the same process. Thread safe.
class server {
public:
  /// Returns when clients are served. Fails when the address cannot be listened
  /// on, or the node has stopped. The node has to outlive the server.
  static troupe::result<std::unique_ptr<server>>
  start(troupe::node& home, gateway_options options);

  /// Stops if `stop` was not called.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// `host:port` with the real port.
  std::string address() const;

  /// Takes no more connections; requests that wait for records are answered,
  /// those at work finish, WebSockets are closed. What is not over within
  /// `deadline` is cut off: false then. Calling it again does nothing.
  bool stop(std::chrono::milliseconds deadline);

private:
  struct state;
  explicit server(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

} // namespace gateway
