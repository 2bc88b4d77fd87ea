// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"

#include <troupe/transport/kafka/messages/consumer_group_describe.h>

namespace troupe::kafka {

void describe(auto& f, of<consumer_group_describe_request> auto& x) {
  f.field("group_ids", x.group_ids);
  f.field("include_authorized_operations", x.include_authorized_operations);
}

void describe(auto& f,
              of<consumer_group_describe_response::owned_topic> auto& x) {
  f.field("topic_id", x.topic_id);
  f.field("topic_name", x.topic_name);
  f.field("partitions", x.partitions);
}

void describe(auto& f, of<consumer_group_describe_response::assigned> auto& x) {
  f.field("topic_partitions", x.topic_partitions);
}

void describe(auto& f, of<consumer_group_describe_response::member> auto& x) {
  f.field("member_id", x.member_id);
  f.field("instance_id", x.instance_id);
  f.field("rack_id", x.rack_id);
  f.field("member_epoch", x.member_epoch);
  f.field("client_id", x.client_id);
  f.field("client_host", x.client_host);
  f.field("subscribed_topic_names", x.subscribed_topic_names);
  f.field("subscribed_topic_regex", x.subscribed_topic_regex);
  f.field("assignment", x.assignment);
  f.field("target_assignment", x.target_assignment);
  f.field("member_type", x.member_type, since(1));
}

void describe(auto& f, of<consumer_group_describe_response::group> auto& x) {
  f.field("error_code", x.error_code);
  f.field("error_message", x.error_message);
  f.field("group_id", x.group_id);
  f.field("group_state", x.group_state);
  f.field("group_epoch", x.group_epoch);
  f.field("assignment_epoch", x.assignment_epoch);
  f.field("assignor_name", x.assignor_name);
  f.field("members", x.members);
  f.field("authorized_operations", x.authorized_operations);
}

void describe(auto& f, of<consumer_group_describe_response> auto& x) {
  f.field("throttle_time_ms", x.throttle_time_ms);
  f.field("groups", x.groups);
}

} // namespace troupe::kafka
