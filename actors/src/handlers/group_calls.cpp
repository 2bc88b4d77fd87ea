// SPDX-License-Identifier: Apache-2.0
#include "group_calls.h"

#include <algorithm>
#include <span>

namespace troupe::actors::handlers {

std::chrono::milliseconds
rebalance_patience(const session_state& session, int32_t rebalance_timeout_ms) {
  auto longest = std::max(rebalance_timeout_ms,
                          session.shared->config.groups.session_timeout_max_ms);
  return std::chrono::milliseconds{longest} + admin_timeout;
}

std::string client_host(const session_state& session) {
  const auto& peer = session.socket->peer();
  return "/" + peer.substr(0, peer.rfind(':'));
}

cluster::opaque_bytes copied(const storage::buffer& x) {
  return {x.bytes().begin(), x.bytes().end()};
}

storage::buffer copied(const cluster::opaque_bytes& x) {
  return storage::buffer::copy_of(std::span{x});
}

bool partition_exists(const topic_route* topic, int32_t partition) {
  return topic != nullptr && partition >= 0
         && static_cast<size_t>(partition) < topic->partitions.size();
}

} // namespace troupe::actors::handlers
