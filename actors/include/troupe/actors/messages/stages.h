// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/outgoing_record.h>
#include <troupe/actors/problem.h>
#include <troupe/cluster/stage_config.h>
#include <troupe/storage/batch_validator.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/types.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

/// Messages around the stages in front of partitions. They hold memory of this
/// process and never leave it.
namespace troupe::actors {

/// What becomes of one batch, as its producer sent it?
struct stage_batch {
  storage::topic_partition to;
  storage::buffer batch;
};

/// Whether stages did their work.
enum class stage_health : uint8_t {
  well,
  /// One threw.
  failed,
  /// One is not known, or its factory failed.
  unmade,
};

struct batch_staged {
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

/// The topic's stages from the next batch on. Without names there are none any
/// more, and what comes late goes straight to its partition.
struct reconfigure_stages {
  cluster::stage_config config;
  std::map<std::string, std::string> settings;
};

struct stage_pause_over {};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stage_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::batch_staged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::reconfigure_stages)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::stage_pause_over)

#pragma GCC visibility pop
