// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <consumer_member.h>
#include <troupe/cluster/consumer_group_heartbeat.h>

#include <string>
#include <string_view>

namespace troupe::cluster {

consumer_heartbeat_answer
refuse_heartbeat(group_error error, std::string message);

consumer_heartbeat_answer
refuse_unknown(std::string_view member_id, std::string_view group_id);

/// Refuses a member whose epoch is not the one that we know. The epoch before
/// is fine as long as the member owns nothing that was taken from it since: the
/// answer with the new epoch got lost (KIP-848).
consumer_heartbeat_answer
check_epoch(const consumer_member& known, const consumer_heartbeat_request& x);

} // namespace troupe::cluster
