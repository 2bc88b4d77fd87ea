// SPDX-License-Identifier: Apache-2.0
#include <consumer_group_refusals.h>

#include <quoted.h>

#include <utility>

namespace troupe::cluster {

consumer_heartbeat_answer
refuse_heartbeat(group_error error, std::string message) {
  consumer_heartbeat_answer answer;
  answer.error = error;
  answer.error_message = std::move(message);
  return answer;
}

consumer_heartbeat_answer
refuse_unknown(std::string_view member_id, std::string_view group_id) {
  return refuse_heartbeat(group_error::unknown_member_id,
                          quoted(member_id) + " is no member of group "
                              + quoted(group_id));
}

consumer_heartbeat_answer
check_epoch(const consumer_member& known, const consumer_heartbeat_request& x) {
  if (x.member_epoch == known.epoch)
    return {};
  if (x.member_epoch < known.epoch && x.member_epoch == known.previous_epoch
      && x.topic_partitions && subset(*x.topic_partitions, known.assigned))
    return {};
  return refuse_heartbeat(group_error::fenced_member_epoch,
                          "the member's epoch " + std::to_string(x.member_epoch)
                              + " is not " + std::to_string(known.epoch)
                              + ": it must give up its partitions and rejoin");
}

} // namespace troupe::cluster
