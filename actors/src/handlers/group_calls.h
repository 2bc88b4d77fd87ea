// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../session.h"

#include <troupe/cluster/group_record.h>
#include <troupe/storage/buffer.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace troupe::actors::handlers {

/// How long to wait for an answer to JoinGroup or SyncGroup: the coordinator
/// may park it while the others come, each as long as it asked for.
std::chrono::milliseconds
rebalance_patience(const session_state& session, int32_t rebalance_timeout_ms);

/// The client's address as tools show it: "/127.0.0.1".
std::string client_host(const session_state& session);

/// Copied, because a slice would hold on to its whole frame.
cluster::opaque_bytes copied(const storage::buffer& x);
storage::buffer copied(const cluster::opaque_bytes& x);

/// Whether commits for it are taken.
bool partition_exists(const topic_route* topic, int32_t partition);

} // namespace troupe::actors::handlers
