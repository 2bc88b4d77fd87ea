// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "published.h"
#include "routing.h"

#include <troupe/actors/interfaces.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace troupe::actors {

/// Ask the disks how full they are (the watch to itself).
struct look_at_disks {};

/// Has the cluster know when the disks of this node are nearly full, so that
/// new partitions go elsewhere.
using disk_watch_actor = caf::typed_actor<reacts_to<look_at_disks>>;

struct disk_watch_config {
  cluster::node_id self = cluster::no_node;
  std::vector<log_keeper_actor> disks;
  controller_actor controller;
  std::shared_ptr<published<routing>> routes;
};

struct disk_watch_state {
  static inline const char* name = "disk_watch";
  /// Between an answer and the next question.
  static constexpr std::chrono::seconds interval{10};
  /// A disk that does not answer within it is left out.
  static constexpr std::chrono::seconds patience{10};

  explicit disk_watch_state(disk_watch_actor::pointer self) : self(self) {}

  void open(disk_watch_config x);
  void on_look_at_disks();

  disk_watch_actor::pointer self;

private:
  void described(const directory_description& x);
  /// All disks have answered, or never will.
  void decide();
  void look_again();

  disk_watch_config config_;
  size_t awaited_ = 0;
  int64_t total_bytes_ = 0;
  int64_t usable_bytes_ = 0;
};

disk_watch_actor::behavior_type
disk_watch(disk_watch_actor::stateful_pointer<disk_watch_state> self,
           disk_watch_config config);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::look_at_disks)
