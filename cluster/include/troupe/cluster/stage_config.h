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
/// The configuration that names the stages which records meet when they are
/// fetched.
inline constexpr std::string_view views_key = "troupe.views";

/// Stages of one topic, on either side.
inline constexpr size_t stages_max = 16;

/// What becomes of records while a stage cannot look at them.
enum class stage_policy : uint8_t {
  /// They are refused, or not shown.
  closed,
  /// They pass, as they came.
  open,
};

/// The stages in front of a topic's partitions, or those behind them: its views
/// (docs/stages.md).
struct stage_config {
  /// `troupe.stages`, `troupe.views`: their names, in the order in which
  /// records meet them.
  std::vector<std::string> names;
  /// `troupe.stages.on.failure`, `troupe.views.on.failure`.
  stage_policy on_failure = stage_policy::closed;
  /// `troupe.stages.timeout.ms`, `troupe.views.timeout.ms`: for one batch, or
  /// what is fetched of a partition at a time; all stages together.
  int64_t timeout_ms = 5'000;
  /// `troupe.stages.queue.max`, `troupe.views.queue.max`: batches, or fetches,
  /// that wait for the stages.
  size_t queue_max = 1'000;
  /// `troupe.stages.dead.topic`; `T.dead` of a topic T that names none. Empty
  /// for views.
  std::string dead_topic;

  bool operator==(const stage_config&) const = default;
};

/// As the overrides of a topic of that name say.
stage_config
make_stage_config(std::string_view topic, const config_map& overrides);
/// The same of its views.
stage_config
make_view_config(std::string_view topic, const config_map& overrides);

} // namespace troupe::cluster

#pragma GCC visibility pop
