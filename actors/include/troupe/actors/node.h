// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/broker_config.h>
#include <troupe/storage/result.h>
#include <troupe/transport/server.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe {

/// How a node starts. The defaults make a broker on a free port of 127.0.0.1.
struct node_options {
  /// Where Kafka clients connect; port 0 picks a free one.
  transport::endpoint listen;
  /// The address that clients are told; empty host: the one listened on,
  /// which then must not be every interface.
  transport::endpoint advertised{.host = "", .port = 0};
  /// At least one; partitions are spread over them. Created when missing.
  std::vector<std::string> data_directories;
  /// Kafka's broker settings, see cluster/broker_config.h.
  cluster::broker_config config;
  /// Bounds of the sockets; the fields that have a Kafka name are taken from
  /// `config`.
  transport::limits bounds;
  /// Called at most once, from any thread, when it turns out that the node must
  /// not go on serving; whoever runs it should stop it then, but not from
  /// within the call. A sentence for a person. May be empty.
  std::function<void(const std::string& why)> on_unusable;
};

/// Figures of a running node.
struct node_statistics {
  uint64_t page_cache_hits = 0;
  uint64_t page_cache_misses = 0;
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;
  uint64_t connections_accepted = 0;
  int64_t connections_open = 0;
};

/// A broker inside this process: lanes, actors, logs, sockets. Start as many
/// as you like, each with directories of its own. Thread safe.
class node {
public:
  /// Returns when clients are served. Fails with a sentence for a person when
  /// the directories are locked or unreadable or the address is taken.
  static result<std::unique_ptr<node>> start(node_options options);

  /// Stops if `stop` was not called.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// The bound address with its real port.
  transport::endpoint address() const;

  node_statistics statistics() const;

  /// Sends what was answered (requests in work are not answered any more),
  /// flushes and closes the logs, leaves the clean-shutdown marker. Blocks.
  /// Logs that are not closed within `deadline` are left to the next start,
  /// which recovers them; then it waits, without bound, for what an actor has
  /// begun. Calling it again does nothing.
  result<void>
  stop(std::chrono::milliseconds deadline = std::chrono::seconds(30));

private:
  struct state;
  explicit node(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

} // namespace troupe

#pragma GCC visibility pop
