// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/partition.h>
#include <troupe/actors/outgoing_record.h>
#include <troupe/actors/problem.h>
#include <troupe/cluster/stage_config.h>
#include <troupe/storage/batch_validator.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/file_slice.h>
#include <troupe/storage/types.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// Messages around the stages in front of partitions and behind them. They hold
/// memory and file descriptors of this process and never leave it.
namespace troupe::actors {

/// Whether stages did their work.
enum class stage_health : uint8_t {
  /// They did.
  well,
  /// One threw.
  failed,
  /// One is not known, or its factory failed.
  unmade,
};

/// What became of a batch in the hands of the stages.
struct batch_staged {
  /// Of the `stage_batch`.
  ticket_t ticket = 0;
  /// Other than `well`: nothing else but `why` counts.
  stage_health health = stage_health::well;
  /// Why nothing of it may be appended: a stage refused records, or failed.
  problem why;
  /// The records at fault, where a stage refused some.
  std::vector<storage::record_failure> failures;
  /// What to append to the partition.
  storage::buffer batch;
  /// It differs from what was sent.
  bool changed = false;
  /// What to append to other topics first, in that order.
  std::vector<outgoing_record> elsewhere;
};

/// Longest that a fetch waits for the views of its topic.
inline constexpr std::chrono::seconds view_patience{30};

/// A `view_slice` has at most so many bytes, unless its first batch is larger:
/// it passes through memory.
inline constexpr uint32_t viewed_bytes_max = 1 << 20;

/// What do readers of that partition see of these records?
struct view_slice {
  int32_t partition = 0;
  /// Batches of its log; of one that is cut off nothing is seen.
  storage::file_slice records;
};

/// What they see. Unless `changed` it is the whole batches themselves.
struct slice_viewed {
  /// Other than `well`: nothing else but `why` counts.
  stage_health health = stage_health::well;
  /// Why nothing is shown.
  problem why;
  /// Of the slice, in whole batches.
  uint32_t seen_bytes = 0;
  /// Something differs from what the slice holds: here is what to send instead.
  bool changed = false;
  storage::buffer batches;
};

/// The topic's stages, or views, from the next batch on. Without names there
/// are none any more, and what comes late goes straight to where it is going.
struct reconfigure_stages {
  cluster::stage_config config;
  /// What their factories are told: the topic's own configuration.
  std::map<std::string, std::string> settings;
};

/// From a desk to itself: stages that failed may be made anew.
struct stage_pause_over {};

/// From a desk to itself: the stages may have exceeded their time.
struct stage_deadline_due {};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::batch_staged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::view_slice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::slice_viewed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::reconfigure_stages)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stage_pause_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stage_deadline_due)

#pragma GCC visibility pop
