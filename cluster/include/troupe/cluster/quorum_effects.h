// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/quorum_messages.h>

#include <optional>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// What a quorum wants done after one or more calls.
struct quorum_effects {
  /// A message and whom it is for.
  struct outgoing {
    node_id to = no_node;
    quorum_message message;
  };

  /// In the order in which they were decided. Losing some is harmless.
  std::vector<outgoing> messages;
  /// Role, leader or epoch is another one.
  bool leadership_changed = false;
  bool high_watermark_moved = false;
  bool voters_changed = false;
  /// Everything at and after this offset was removed from our log. Who waits
  /// for more than that is not told any more whether it is agreed on: another
  /// node may still have it. The lowest such offset; to be looked at before the
  /// high watermark, which may pass over other entries there.
  std::optional<offset_t> truncated_to;
  /// The log was replaced by a snapshot: the same for all offsets.
  bool log_replaced = false;
  /// Entries wait for `quorum::flush`; send the messages first.
  bool flush_wanted = false;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
