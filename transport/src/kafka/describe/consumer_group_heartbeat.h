// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/consumer_group_heartbeat.h>

namespace troupe::kafka {

void describe(auto& f, of<heartbeat_topic_partitions> auto& x) {
  f.field("topic_id", x.topic_id);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<consumer_group_heartbeat_request> auto& x) {
  f.field("group_id", x.group_id);
  f.field("member_id", x.member_id);
  f.field("member_epoch", x.member_epoch);
  f.field("instance_id", x.instance_id);
  f.field("rack_id", x.rack_id);
  f.field("rebalance_timeout_ms", x.rebalance_timeout_ms);
  f.field("subscribed_topic_names", x.subscribed_topic_names);
  f.field("subscribed_topic_regex", x.subscribed_topic_regex, since(1));
  f.field("server_assignor", x.server_assignor);
  f.field("topic_partitions", x.topic_partitions);
}

void describe(auto& f,
              of<consumer_group_heartbeat_response::assigned> auto& x) {
  f.field("topic_partitions", x.topic_partitions);
}

void describe(auto& f, of<consumer_group_heartbeat_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
  f.field("member_id", x.member_id);
  f.field("member_epoch", x.member_epoch);
  f.field("heartbeat_interval_ms", x.heartbeat_interval_ms);
  f.field("assignment", x.assignment);
}

} // namespace troupe::kafka
