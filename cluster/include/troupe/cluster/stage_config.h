// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// The configuration that names a topic's stages.
inline constexpr std::string_view stages_key = "troupe.stages";

/// Stages of one topic.
inline constexpr size_t stages_max = 16;

/// What becomes of records while a stage cannot look at them.
enum class stage_policy : uint8_t {
  /// They are refused.
  closed,
  /// They pass, as they came.
  open,
};

/// The stages in front of a topic's partitions (docs/stages.md).
struct stage_config {
  /// `troupe.stages`: their names, in the order in which records meet them.
  std::vector<std::string> names;
  /// `troupe.stages.on.failure`.
  stage_policy on_failure = stage_policy::closed;
  /// `troupe.stages.timeout.ms`: for one batch, all stages together.
  int64_t timeout_ms = 5'000;
  /// `troupe.stages.queue.max`: batches that wait for the stages.
  size_t queue_max = 1'000;
  /// `troupe.stages.dead.topic`; `T.dead` of a topic T that names none.
  std::string dead_topic;

  bool operator==(const stage_config&) const = default;
};

/// As the overrides of a topic of that name say.
stage_config
make_stage_config(std::string_view topic, const config_map& overrides);

} // namespace troupe::cluster

#pragma GCC visibility pop
