// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/authoriser.h>
#include <troupe/actors/partition_kind.h>
#include <troupe/actors/problem.h>
#include <troupe/actors/record_stage.h>
#include <troupe/actors/time_source.h>
#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/controller_requests.h>
#include <troupe/cluster/placement_policy.h>
#include <troupe/storage/file_system.h>
#include <troupe/storage/log_view.h>
#include <troupe/storage/offset_store.h>
#include <troupe/storage/result.h>
#include <troupe/transport/server.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe {

namespace actors {
struct node_access;
}

/// How a node starts. The defaults make a broker on a free port of 127.0.0.1.
struct node_options {
  /// Where Kafka clients connect; port 0 picks a free one.
  transport::endpoint listen;
  /// The address that clients are told; empty host: the one listened on,
  /// which then must not be every interface.
  transport::endpoint advertised{.host = "", .port = 0};
  /// At least one; partitions are spread over them. Created when missing.
  std::vector<std::string> data_directories;
  /// Instead of `data_directories`: a directory of its own below the system's
  /// temporary one, removed with everything in it when the node stops.
  bool temporary = false;
  /// Kafka's broker settings, see cluster/broker_config.h.
  cluster::broker_config config;
  /// Bounds of the sockets; the fields that have a Kafka name are taken from
  /// `config`.
  transport::limits bounds;
  /// What `troupe.stages` and `troupe.views` of a topic may name beside the
  /// stages built in, which a name used here replaces.
  std::map<std::string, stage_factory> stages;
  /// What `troupe.custom.kind` of a topic whose `troupe.kind` is custom may
  /// name. Each node that may lead the topic needs it: on one that has not,
  /// nothing is moved, and what is produced waits.
  std::map<std::string, partition_kind_factory> kinds;
  /// Called at most once, from any thread, when it turns out that the node must
  /// not go on serving; whoever runs it should stop it then, but not from
  /// within the call. A sentence for a person. May be empty.
  std::function<void(const std::string& why)> on_unusable;

  // Parts of a node that a program may bring itself (docs/embedding.md). They
  // are in use until `stop` has returned.

  /// What Kafka clients may do; null: everything.
  std::shared_ptr<authoriser> authorisation;
  /// The nodes of new partitions, when this node leads its cluster; null: as
  /// evenly as racks allow.
  std::shared_ptr<cluster::placement_policy> placement;
  /// Null: the system's clocks.
  std::shared_ptr<time_source> time;
  /// Checkpoints of partitions, for one node only; null: in its RocksDB.
  std::shared_ptr<storage::offset_store> checkpoints;
  /// Committed offsets of groups, for one node only; null: in its RocksDB.
  std::shared_ptr<storage::log_view> committed_offsets;
  /// Null: the system's files.
  std::shared_ptr<storage::file_system> files;
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

  /// Where other nodes and remote consumers (remote_consumer.h) connect, with
  /// its real port; the port is 0 without a cluster listener.
  transport::endpoint cluster_address() const;

  /// Where its data is; also when that is temporary.
  const std::vector<std::string>& data_directories() const;

  /// Counted since the start; cheap, and never waits for the disk or an actor.
  node_statistics statistics() const;

  /// As Kafka's CreateTopics. Blocks until this node serves the topic, at most
  /// for `timeout`. errc::timed_out, and errc::stopping when the node is
  /// stopped meanwhile, may come of a topic that is made after all.
  result<void, actors::problem>
  create_topic(cluster::new_topic topic,
               std::chrono::milliseconds timeout = std::chrono::seconds(30));

  /// Ends calls that wait and lets the members of groups in this process leave
  /// (they commit what was processed, see consumer_group_options). Sends what
  /// was answered (requests in work are not answered any more), flushes and
  /// closes the logs, leaves the clean-shutdown marker. Blocks. Logs that are
  /// not closed within `deadline` are left to the next start, which recovers
  /// them; then it waits, without bound, for what an actor has begun. Calling
  /// it again does nothing.
  result<void>
  stop(std::chrono::milliseconds deadline = std::chrono::seconds(30));

private:
  friend struct actors::node_access;
  struct state;
  explicit node(std::unique_ptr<state> state);
  std::unique_ptr<state> state_;
};

} // namespace troupe

#pragma GCC visibility pop
