// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/metrics.h>
#include <troupe/actors/node.h>
#include <troupe/storage/result.h>
#include <troupe/transport/server.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace troupe::actors {

/// Gives the figures of a node to whoever asks for /metrics over HTTP, in the
/// text format of Prometheus (ADR 0013). Threads of its own call `collect`, two
/// at most at a time; they have ended when the exposer is gone.
class metrics_exposer {
public:
  struct figures {
    node_statistics node;
    metrics_collected collected;
  };

  using collector = std::function<figures()>;

  static result<std::unique_ptr<metrics_exposer>>
  listen(const transport::endpoint& at, collector collect);

  ~metrics_exposer();
  metrics_exposer(const metrics_exposer&) = delete;
  metrics_exposer& operator=(const metrics_exposer&) = delete;

  /// The real one, when any was asked for.
  uint16_t port() const;

private:
  struct server;
  explicit metrics_exposer(std::unique_ptr<server> server);
  std::unique_ptr<server> server_;
};

} // namespace troupe::actors
