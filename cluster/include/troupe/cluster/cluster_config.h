// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// How a node takes part in a cluster: where other nodes find it, how soon it
/// is missed, how partitions spread. A node without `listen` is alone, and
/// nothing else in here matters.
///
/// A dead leader is missed after `session_timeout_ms`, or after two heartbeat
/// intervals when its connections broke. A cluster on a quiet network may fail
/// over faster: broker.heartbeat.interval.ms=50, broker.session.timeout.ms=250,
/// controller.quorum.fetch.timeout.ms=250,
/// controller.quorum.election.timeout.ms=100.
struct cluster_config {
  /// HOST:PORT that other nodes connect to (`troupe.cluster.listen`).
  std::string listen;
  /// What other nodes are told instead of `listen`; empty: `listen`.
  std::string advertised;
  /// Nodes of the cluster to join (`controller.quorum.bootstrap.servers`);
  /// empty: this node founds a cluster, or knows its own already.
  std::vector<std::string> bootstrap_servers;
  /// Without TLS the cluster port is bound to loopback only, unless this is
  /// set.
  bool insecure = false;
  /// With these three files in PEM links use TLS, and other nodes have to show
  /// a certificate of the same authority. Our own certificate:
  std::string ssl_certificate;
  /// The private key to it.
  std::string ssl_key;
  /// Whose certificates are accepted.
  std::string ssl_ca;

  /// `broker.heartbeat.interval.ms`: at most half of the session timeout.
  int64_t heartbeat_interval_ms = 200;
  /// A node that is silent for so long leads nothing any more. Kafka waits
  /// 9000: there a heartbeat queues behind requests and waits for pauses of a
  /// garbage collector. Ours go through a link of their own, and clients notice
  /// a dead leader by this time.
  int64_t session_timeout_ms = 1000;
  /// Whether a node that stops gives its leaderships away first.
  bool controlled_shutdown = true;

  /// `controller.quorum.fetch.timeout.ms`: how long a voter waits for its
  /// leader.
  int64_t quorum_fetch_timeout_ms = 1000;
  /// `controller.quorum.election.timeout.ms`: how long for an election.
  int64_t quorum_election_timeout_ms = 500;
  /// Nodes are made voters up to so many.
  int32_t voters_max = 3;

  /// `auto.leader.rebalance.enable`: preferred leaders lead again by
  /// themselves.
  bool auto_leader_rebalance = true;
  /// How often that is looked at.
  int64_t leader_imbalance_check_interval_ms = 300000;
  /// Whether a node that joins is given a share of the partitions.
  bool spread_partitions = true;
  /// Partitions that move at a time to spread, or to drain a node.
  int32_t moving_partitions_max = 20;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
