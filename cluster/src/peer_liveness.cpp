// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/peer_liveness.h>

namespace troupe::cluster {

std::optional<uint64_t> peer_liveness::next_heartbeat(time now) {
  if (now - sent_at_ < config_.heartbeat_interval)
    return std::nullopt;
  sent_at_ = now;
  waiting_ = true;
  return ++number_;
}

std::optional<peer_liveness::time>
peer_liveness::answered(uint64_t number, time now) {
  heard_at_ = now;
  if (!waiting_ || number != number_)
    return std::nullopt;
  waiting_ = false;
  return now - sent_at_;
}

bool peer_liveness::lost(time now) noexcept {
  auto late = now - looked_at_ - config_.heartbeat_interval;
  looked_at_ = now;
  if (late > config_.silence_max / 2)
    heard_at_ = now;
  return now - heard_at_ > config_.silence_max;
}

} // namespace troupe::cluster
