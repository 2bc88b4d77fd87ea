// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pulls_sent.h"
#include "pulls_served.h"

#include <troupe/cluster/dial_backoff.h>
#include <troupe/cluster/peer_liveness.h>

#include <chrono>
#include <cstddef>

namespace troupe::actors {

/// Times and limits of the links between nodes.
struct peer_settings {
  /// For a connection to be made.
  std::chrono::milliseconds dial_timeout{500};
  /// For the handshakes on it, and for the answer to our hello: twice as long
  /// after each failure, up to the longest.
  std::chrono::milliseconds handshake_timeout{500};
  std::chrono::milliseconds hello_timeout{1000};
  std::chrono::milliseconds handshake_timeout_max{5000};
  /// The node with the higher id waits so long to be dialled before it dials
  /// itself: the other may not know where it listens by now.
  std::chrono::milliseconds passive_pause{3000};
  /// How often a link looks at what is due.
  std::chrono::milliseconds tick_interval{100};
  cluster::peer_liveness_config liveness;
  cluster::dial_backoff_config backoff;
  /// Pulls of our followers. Its window is what the other end may send us.
  pulls_sent_limits sent;
  /// Pulls of their followers.
  pulls_served_limits served;
  /// After so long answers that are read from a disk let everything else of
  /// their link go first.
  std::chrono::milliseconds answers_turn{20};
  /// Nodes that may be linked at a time.
  size_t peers_max = 1000;
};

} // namespace troupe::actors
