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
#include <vector>

#pragma GCC visibility push(default)

namespace troupe {

/// Reads partitions of which a node in the same process has a replica, without
/// a socket: for programs that are not made of actors (those look at
/// consumer_interfaces.h). Reasons of failures are those of
/// actors::subscribed. Thread safe; its calls block, so not for the threads of
/// actors.
///
/// With consumer_options::group it is a member of a consumer group, beside
/// Kafka clients: the group says which partitions it reads, it goes on behind
/// what was committed, and `poll` must be called again and again, as with
/// Kafka's consumers, for partitions are given up there. What `poll` returned
/// counts as processed when it is called again, by whichever thread. The group
/// must be coordinated by this node, which must have a replica of each
/// partition: else `poll` fails with errc::not_leader and the consumer has
/// left.
class consumer {
public:
  /// May outlive the node: then every call fails with errc::stopping.
  static result<std::unique_ptr<consumer>>
  open(node& home, consumer_options options = {});

  ~consumer();
  consumer(const consumer&) = delete;
  consumer& operator=(const consumer&) = delete;

  /// Not for members of groups. Begins at an offset, at from_earliest or at
  /// from_latest; returns where that is.
  result<storage::offset_t, actors::problem>
  subscribe(storage::topic_partition what, storage::offset_t from);
  /// No block of the partition that was not polled before will be. Nothing
  /// happens in a member of a group.
  void unsubscribe(const storage::topic_partition& what);

  /// The next block, or none when there was none in time. Fails once for each
  /// subscription that ended, with a sentence that names the partition, after
  /// the blocks before its end; the other partitions go on.
  result<std::optional<records_block>, actors::problem>
  poll(std::chrono::milliseconds timeout);

  /// Partitions that the group gave it; those of `subscribe` are not among
  /// them.
  std::vector<storage::topic_partition> assignment() const;

  /// Writes down that everything `poll` has returned is processed. For members
  /// of groups; reasons of failures are those of actors::offsets_committed.
  /// errc::timed_out: it may be committed after all.
  result<void, actors::problem>
  commit(std::chrono::milliseconds timeout = std::chrono::seconds(30));

  /// Ends it. A member of a group first commits what `poll` has returned, if
  /// commits are automatic, and leaves, so that others need not wait for its
  /// session to end; without it, the end of the consumer does the same, but
  /// not for the blocks that were returned last. errc::timed_out: the
  /// coordinator was too slow.
  result<void, actors::problem>
  close(std::chrono::milliseconds timeout = std::chrono::seconds(30));

private:
  struct state;
  explicit consumer(std::shared_ptr<state> state);
  std::shared_ptr<state> state_;
};

} // namespace troupe

#pragma GCC visibility pop
