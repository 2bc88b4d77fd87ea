// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller.h>
#include <troupe/cluster/failure_detector.h>

#include <cstdint>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// What a controller does without being asked: fences the silent, gives
/// leadership back, moves partitions. Lives while its node is controller.
class controller_upkeep {
public:
  /// This node became controller with this image.
  controller_upkeep(const cluster_config& config, const metadata_image& image,
                    int64_t now_ms);

  /// The next thing to do; no records: nothing is left for now. Otherwise call
  /// again with the image that the records made. A decision that could not be
  /// carried out comes again.
  outcome
  tick(const controller& by, const metadata_image& image, int64_t now_ms);
  /// Call `tick` then, at the latest.
  int64_t next_deadline_ms() const noexcept;

  /// Whom this controller has heard; lives as long as this object.
  failure_detector& sessions() noexcept { return sessions_; }

  /// Time between two looks for partitions to move.
  static constexpr int64_t move_interval_ms = 1000;

private:
  outcome
  fence(const controller& by, const metadata_image& image, int64_t now_ms);

  failure_detector sessions_;
  bool rebalances_;
  int64_t rebalance_interval_ms_;
  /// Whatever an earlier controller left undone.
  bool settled_ = false;
  int64_t rebalance_ms_;
  int64_t move_ms_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
