// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// How soon a peer is missed.
struct peer_liveness_config {
  /// Between two heartbeats.
  std::chrono::milliseconds heartbeat_interval{200};
  /// A peer that answered nothing for so long is taken for lost.
  std::chrono::milliseconds silence_max{1000};
};

/// Whether the other end of a link can be heard. Heartbeats of our own, because
/// the end of a connection says nothing of a stopped process or a cut cable,
/// and comes when only the connection is gone. `now` is any steady clock.
class peer_liveness {
public:
  /// A reading of any steady clock.
  using time = std::chrono::microseconds;

  peer_liveness() = default;
  /// The peer was heard at `now`; the first heartbeat is due at once.
  peer_liveness(peer_liveness_config config, time now)
      : config_(config), heard_at_(now), looked_at_(now),
        sent_at_(now - config.heartbeat_interval) {}

  /// The number of the heartbeat that is to be sent now, if one is due. Late
  /// answers to earlier ones count as signs of life, but are not measured.
  std::optional<uint64_t> next_heartbeat(time now);
  /// The answer to a heartbeat came. The round trip, when it was the newest.
  std::optional<time> answered(uint64_t number, time now);
  /// Anything else came from the peer.
  void heard(time now) noexcept { heard_at_ = now; }
  /// Whether it was silent for too long. Call it at least once in each
  /// heartbeat interval: when far more time passed since the last call it was
  /// this process that stood still, with answers unread, and the peer gets as
  /// long again.
  bool lost(time now) noexcept;

private:
  peer_liveness_config config_;
  time heard_at_{0};
  /// When `lost` was called last.
  time looked_at_{0};
  time sent_at_{0};
  uint64_t number_ = 0;
  bool waiting_ = false;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
