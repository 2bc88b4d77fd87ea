// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/node.h>
#include <troupe/actors/outgoing_record.h>
#include <troupe/actors/problem.h>
#include <troupe/actors/producer_options.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <chrono>
#include <cstdint>
#include <memory>

#pragma GCC visibility push(default)

namespace troupe {

/// Where a record went.
struct delivered_record {
  int32_t partition = -1;
  storage::offset_t offset = storage::no_offset;
};

/// Appends records to topics of a node in the same process, without a socket:
/// for programs that are not made of actors (those look at
/// producer_interfaces.h). Reasons of failures are those of
/// actors::records_produced. Thread safe; its calls block, so not for the
/// threads of actors.
class producer {
public:
  /// May outlive the node: then nothing is taken any more (errc::stopping).
  static result<std::unique_ptr<producer>>
  open(node& home, producer_options options = {});

  /// What is under way is still delivered; nobody hears of it.
  ~producer();
  producer(const producer&) = delete;
  producer& operator=(const producer&) = delete;

  /// Returns when the record is in the log as `acks` asks, or never will be.
  result<delivered_record, actors::problem> append(outgoing_record x);
  /// The same for a whole encoded batch; the offset is of its first record.
  result<delivered_record, actors::problem>
  append(storage::topic_partition to, storage::buffer batch);

  /// Gives the record away, to be batched with others. Blocks while there is no
  /// credit, at most for the delivery timeout; threads get it in their order.
  /// Failures that come later are told by `flush`.
  result<void, actors::problem> post(outgoing_record x);
  /// The same for a whole encoded batch.
  result<void, actors::problem>
  post(storage::topic_partition to, storage::buffer batch);

  /// Returns when everything that was posted before has its outcome; the first
  /// failure since the last flush, if there was one. errc::timed_out: some of
  /// it is still under way.
  result<void, actors::problem>
  flush(std::chrono::milliseconds timeout = std::chrono::minutes(3));

private:
  struct state;
  explicit producer(std::shared_ptr<state> state);
  std::shared_ptr<state> state_;
};

} // namespace troupe

#pragma GCC visibility pop
