// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/consumer_interfaces.h>
#include <troupe/actors/consumer_options.h>
#include <troupe/actors/problem.h>
#include <troupe/storage/result.h>
#include <troupe/transport/server.h>

#include <caf/fwd.hpp>

#include <chrono>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::actors {

/// PEM files for TLS to a node's cluster port, all three or none; the same that
/// nodes use between themselves.
struct remote_tls_options {
  /// What this process shows; the node's authority must have signed it.
  std::string certificate_path;
  /// The key of the certificate.
  std::string key_path;
  /// Who must have signed the node's certificate.
  std::string authority_path;
};

/// Settings that an actor system needs whose actors subscribe on nodes in other
/// processes; before the system is made. It loads CAF's network, and talks only
/// to nodes of this software from then on: a program that uses CAF's network
/// for itself has another system for that.
void prepare_remote_consumers(caf::actor_system_config& config,
                              const remote_tls_options& tls = {});

/// Which node reads, and how.
struct remote_consumer_options {
  /// Its cluster listener (`troupe serve --cluster-listen`).
  transport::endpoint node;
  /// As `prepare_remote_consumers` was told: the port speaks TLS.
  bool tls = false;
  /// The node bounds blocks at 1 MiB (or one batch), partitions at 1,000.
  /// `group` must be empty, `blocks_ahead` says nothing.
  consumer_options reading;
  /// For the connection and the node's answer together, 1 ms to an hour.
  std::chrono::milliseconds timeout{10'000};
};

/// A consumer that reads on a node in another process, for a subscriber in
/// `system`: the same messages as with spawn_consumer, and one copy more of the
/// bytes. It reads partitions of which that node has a replica. When the node
/// stops or cannot be reached any more each subscription ends with
/// errc::stopping, and the consumer after it; it ends with its subscriber, too.
///
/// Blocks the caller, so not for the threads of actors. Fails with
/// storage::errc::invalid_argument (options; a system that was not prepared;
/// what listens there is no node that knows how), storage::errc::io or
/// errc::timed_out (nobody answers), storage::errc::busy (the node has as many
/// as it may have), errc::stopping.
result<consumer_actor, problem>
connect_consumer(caf::actor_system& system,
                 const remote_consumer_options& options,
                 subscriber_actor subscriber);

} // namespace troupe::actors

#pragma GCC visibility pop
