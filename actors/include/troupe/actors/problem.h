// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller.h>
#include <troupe/storage/error.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#pragma GCC visibility push(default)

namespace troupe::actors {

/// Why an actor cannot do what it was asked, beside the reasons that storage
/// and the controller have of their own.
enum class errc : uint8_t {
  /// No such topic or partition here.
  unknown_partition = 1,
  unknown_topic_id,
  /// The partition's disk failed; other partitions go on.
  partition_offline,
  /// The request's leader epoch is older than ours.
  fenced_leader_epoch,
  /// The request's leader epoch is newer than ours.
  unknown_leader_epoch,
  /// The node is stopping.
  stopping,
  /// Not done within its deadline.
  timed_out,
  /// An actor that must be there is gone: a defect of ours.
  internal,
  /// Another node leads the partition, or none does.
  not_leader,
  /// Fewer replicas are in sync than the topic asks for; nothing was appended.
  not_enough_replicas,
  /// The same, found out when the records were in the log already.
  not_enough_replicas_after_append,
  /// A new leader does not know yet how far consumers may read.
  offset_not_available,
};

/// Its name as in the source, for logs; static text.
std::string_view to_string(errc x) noexcept;

/// Nothing, or what went wrong with a sentence for a person. Travels inside
/// answers; `error_map` translates it to Kafka's codes.
struct problem {
  std::variant<std::monostate, errc, storage::errc, cluster::refusal> code;
  std::string message;

  problem() = default;
  /// A refusal of the actors.
  problem(errc x, std::string text) : code(x), message(std::move(text)) {}
  /// What storage said, with its sentence.
  problem(storage::error x) : code(x.code), message(std::move(x.message)) {}
  /// What the controller decided; no problem when it did not refuse.
  problem(cluster::decision x) : message(std::move(x.message)) {
    if (!x.ok())
      code = x.what;
  }

  /// Nothing went wrong.
  bool ok() const noexcept {
    return std::holds_alternative<std::monostate>(code);
  }
};

} // namespace troupe::actors

#pragma GCC visibility pop
