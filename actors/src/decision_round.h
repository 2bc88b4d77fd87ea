// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/metadata_record.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

namespace troupe::actors {

/// A question to the controller that waits for its turn.
struct pending_decision {
  size_t items = 0;
  /// Decides one item, against the image that the items before it made.
  std::function<cluster::outcome(const cluster::metadata_image&, size_t item)>
      decide;
  /// Called once, with a problem per item and where the log ends that holds
  /// what was decided.
  std::function<void(std::vector<problem>, storage::offset_t end_offset)> done;
};

/// What a round of questions decided: changes that are proposed as one delta,
/// so that many questions share one commit.
struct decision_round {
  cluster::metadata_delta delta;
  /// Partitions that got a leader which may lack records.
  std::vector<storage::topic_partition> unclean;
  /// In the order of the questions, one problem per item.
  std::vector<std::vector<problem>> results;
};

/// Decides `questions` one after the other, beginning with `image`, and stops
/// before the next question once there are `records_max` changes. An item
/// whose changes contradict the image is refused and changes nothing.
decision_round decide_round(const cluster::metadata_image& image,
                            const std::deque<pending_decision>& questions,
                            size_t records_max);

} // namespace troupe::actors
