// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/consumer_options.h>
#include <troupe/actors/node.h>
#include <troupe/actors/problem.h>
#include <troupe/actors/records_block.h>
#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <chrono>
#include <memory>
#include <optional>

#pragma GCC visibility push(default)

namespace troupe {

/// Reads partitions of which a node in the same process has a replica, without
/// a socket: for programs that are not made of actors (those look at
/// consumer_interfaces.h). Reasons of failures are those of
/// actors::subscribed. Thread safe; its calls block, so not for the threads of
/// actors.
class consumer {
public:
  /// May outlive the node: then every call fails with errc::stopping.
  static result<std::unique_ptr<consumer>>
  open(node& home, consumer_options options = {});

  ~consumer();
  consumer(const consumer&) = delete;
  consumer& operator=(const consumer&) = delete;

  /// Begins at an offset, at from_earliest or at from_latest; returns where
  /// that is.
  result<storage::offset_t, actors::problem>
  subscribe(storage::topic_partition what, storage::offset_t from);
  /// Blocks of the partition that were not polled are dropped.
  void unsubscribe(const storage::topic_partition& what);

  /// The next block, or none when there was none in time. Fails once for each
  /// subscription that ended, with a sentence that names the partition, after
  /// the blocks before its end; the other partitions go on.
  result<std::optional<records_block>, actors::problem>
  poll(std::chrono::milliseconds timeout);

private:
  struct state;
  explicit consumer(std::shared_ptr<state> state);
  std::shared_ptr<state> state_;
};

} // namespace troupe

#pragma GCC visibility pop
